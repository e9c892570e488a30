"""What a monitoring report (F08) opens with: the goal in force and the money of the year."""

from collections.abc import Mapping
from typing import Any

from app.projects.goal_files import GoalFile

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
