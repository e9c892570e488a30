"""A valid goal declaration (F04) for every project of the sample."""

from decimal import ROUND_CEILING, Decimal
from typing import Any

from app.core.i18n import Bilingual
from app.projects.sample.archetypes import PATTERNS, QUANTITY, SERVED, UNIT_COST, Pattern
from app.projects.sample.organisations import DEPARTMENT_BY_CODE
from app.projects.sample.projects import SampleProject
from app.projects.sample.texts import annual_goal, medium_goal


def goal_values(project: SampleProject, language: str = "zh") -> dict[str, Any]:
    """Form values that pass every blocking rule, in one language.

    Numbers are text, as the form sends them; money is in 10k yuan.
    """
    quantity = quantity_of(project)
    place = dict(DEPARTMENT_BY_CODE[project.department_code].units)[project.unit_code]
    facts = {
        "year": project.fiscal_year,
        "name": project.name.in_language(language),
        "counted": project.theme.counted.in_language(language),
        "quantity": quantity,
        "unit": project.theme.unit.in_language(language),
        "place": place.in_language(language),
        "start": project.start_date.year,
        "end": project.end_date.year,
    }
    runs_longer = project.end_date.year > project.start_date.year
    return {
        "medium_goal": medium_goal(language, **facts) if runs_longer else "",
        "annual_goal": annual_goal(project.code, project.theme.archetype, language, **facts),
        "year_amount": str(project.year_amount),
        "sources": [
            {"source": source.value, "amount": str(amount)} for source, amount in project.sources
        ],
        "indicators": [
            _line(project, pattern, quantity, language)
            for pattern in PATTERNS[project.theme.archetype]
        ],
    }


def quantity_of(project: SampleProject) -> int:
    """What the project counts: given, or as many as its money buys."""
    if project.quantity is not None:
        return project.quantity
    return max(1, int(project.year_amount / project.theme.price))


def _line(project: SampleProject, pattern: Pattern, quantity: int, language: str) -> dict[str, Any]:
    name, unit = pattern.name, pattern.unit
    if pattern.target == QUANTITY:
        name, unit = project.theme.counted, project.theme.unit
    elif pattern.target == UNIT_COST:
        unit = Bilingual(f"万元/{project.theme.unit.zh}", "10k yuan each")
    return {
        "l1": pattern.l1.value,
        "l2": pattern.l2.value,
        "l3": name.in_language(language),
        "operator": pattern.operator,
        "target": _target(project, pattern, quantity),
        "target_hi": None,
        "target_text": pattern.text.in_language(language) if pattern.text else "",
        "unit": unit.in_language(language),
        "weight": str(pattern.weight),
        "basis": pattern.basis.in_language(language),
        "evidence_source": pattern.evidence.in_language(language),
        "core": pattern.is_core,
    }


def _target(project: SampleProject, pattern: Pattern, quantity: int) -> str | None:
    if pattern.target == QUANTITY:
        return str(quantity)
    if pattern.target == UNIT_COST:
        cost = project.year_amount / quantity
        return str(cost.quantize(Decimal("0.0001"), ROUND_CEILING))
    if pattern.target == SERVED:
        # About a hundred people for each 10k yuan, in whole hundreds.
        return str(max(1, int(project.year_amount)) * 100)
    return pattern.target or None
