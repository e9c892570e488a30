"""What a monitoring report (F08) opens with: the goal in force and the money of the year."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.projects.goal_files import GoalFile
from app.projects.quantities import read_number
from app.projects.rules import Rules

#: Of an indicator line: what the goal says and the report only reads.
_FROM_GOAL = ("l3", "operator", "target", "target_hi", "target_text", "unit", "core")


def monitoring_values(file: GoalFile, period_end: str, former: Mapping[str, Any]) -> dict[str, Any]:
    """The report's opening values; `former` is the unit's last report of this period, if any.

    Money is in 10k yuan. The lines follow the goal, so that a report can neither drop nor rename
    an indicator; answers of an earlier round are matched by the third-level name.
    """
    reported = {line.get("l3"): line for line in former.get("indicators") or []}
    lines = [
        {**reported.get(line["l3"], {}), **{name: line.get(name) for name in _FROM_GOAL}}
        for line in file.goal["indicators"]
    ]
    amount = str(file.project.year_amount)
    return {
        **former,
        **file.facts(),
        "period_end": period_end or None,
        "budget_initial": amount,
        "budget_adjusted": amount,
        "executed_origin": "typed",
        "indicators": lines,
    }


def is_on_plan(report: Mapping[str, Any], rules: Rules) -> bool:
    """Whether a submitted report deviates in nothing (the green light, domain dossier 3.5).

    As much is spent as the month asks for, every indicator is certain to be reached, none lags
    behind the money by more than the rules allow, and the unit asks for nothing.
    """
    spent, end = read_number(report.get("rate")), report.get("period_end")
    if spent is None or not end or report.get("request_adjust") or report.get("problems"):
        return False
    if not rules.execution_floor(date.fromisoformat(str(end)).month) <= spent <= 100:
        return False
    lines = report.get("indicators") or []
    return bool(lines) and all(_keeps_up(each, spent, rules.progress_gap) for each in lines)


def _keeps_up(line: Mapping[str, Any], spent: Decimal, gap: Decimal) -> bool:
    progress = read_number(line.get("progress"))
    lags = line.get("operator") in (">=", ">") and (progress is None or progress < spent - gap)
    return line.get("likelihood") == "certain" and not lags
