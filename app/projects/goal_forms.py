"""The goal declaration form (F04) as values, and what it says.

The values of the form, all optional to the reader and required by the form itself:

- `medium_goal`, `annual_goal`: text;
- `year_amount`: 10k yuan, and `sources`: lines of `source` (see `Source`) and `amount`; both are
  missing when the step may not change the money;
- `no_service_object`: true when nobody's satisfaction can be asked;
- `indicators`: lines of `l1`, `l2`, `l3`, `operator` (`qualitative` without a number), `target`,
  `target_hi` (ranges only), `target_text` (qualitative only), `unit`, `weight`, `basis`,
  `evidence_source`, `from_library`, `core`.

Numbers may be typed text, whole numbers or Decimals, never binary floats.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_
from app.core.types import money
from app.projects.indicators import LEVELS, QUALITATIVE, IndicatorLine, Level1, Level2, Operator
from app.projects.kinds import Source
from app.projects.quantities import read_number

_Word = TypeVar("_Word", Source, Level1, Level2, Operator)

#: A third-level name fits one line of the printed form.
NAME_LENGTH = 60
UNIT_LENGTH = 20
TARGET_TEXT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class GoalDraft:
    """What a goal declaration says, typed."""

    medium_goal: str
    annual_goal: str
    indicators: tuple[IndicatorLine, ...]
    no_service_object: bool = False
    #: 10k yuan; None when the form left the money as it was.
    year_amount: Decimal | None = None
    sources: tuple[tuple[Source, Decimal], ...] | None = None

    def values(self) -> dict[str, Any]:
        """Back to form values, every number as text: equal goals give equal values."""
        values: dict[str, Any] = {
            "medium_goal": self.medium_goal,
            "annual_goal": self.annual_goal,
            "no_service_object": self.no_service_object,
            "indicators": [_line_values(line) for line in self.indicators],
        }
        if self.year_amount is not None:
            values["year_amount"] = str(self.year_amount)
        if self.sources is not None:
            values["sources"] = [
                {"source": source.value, "amount": str(amount)} for source, amount in self.sources
            ]
        return values


def draft_from_form(values: Mapping[str, Any]) -> GoalDraft:
    """What the form says.

    Raises:
        InvalidInputError: a value cannot be read; its problems name every place.
    """
    draft, problems = read_goal(values)
    if problems:
        raise InvalidInputError(N_("The performance goal cannot be read."), problems)
    return draft


def read_goal(values: Mapping[str, Any]) -> tuple[GoalDraft, tuple[Problem, ...]]:
    """What can be read, and a problem for every value that cannot; such lines are left out."""
    problems: list[Problem] = []
    year_amount = values.get("year_amount")
    sources = values.get("sources")
    draft = GoalDraft(
        medium_goal=_text(values.get("medium_goal")),
        annual_goal=_text(values.get("annual_goal")),
        no_service_object=values.get("no_service_object") is True,
        indicators=tuple(_read_lines(_rows(values.get("indicators")), problems)),
        year_amount=None
        if year_amount is None
        else _read_money(year_amount, "year_amount", problems),
        sources=None if sources is None else tuple(_read_sources(_rows(sources), problems)),
    )
    return draft, tuple(problems)


def _rows(value: object) -> Sequence[Mapping[str, Any]]:
    rows = value if isinstance(value, list | tuple) else []
    return [row if isinstance(row, Mapping) else {} for row in rows]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _read_money(value: object, where: str, problems: list[Problem]) -> Decimal:
    number = read_number(value)
    if number is None or money(number) != number:
        problems.append(
            problem(
                "goal.value",
                where,
                N_(
                    "Expected an amount in 10k yuan with at most 2 decimal places, found “{found}”."
                ),
                found=value,
            )
        )
        return money(0)
    return money(number)


def _read_sources(
    rows: Sequence[Mapping[str, Any]], problems: list[Problem]
) -> Iterator[tuple[Source, Decimal]]:
    seen = set()
    for index, row in enumerate(rows):
        amount = _read_money(row.get("amount"), f"sources.{index}.amount", problems)
        source = _member(Source, row.get("source"))
        if source is None or source in seen:
            problems.append(
                problem(
                    "goal.value",
                    f"sources.{index}.source",
                    N_("Expected each source of money once, found “{found}”."),
                    found=source.display_name if source else row.get("source"),
                )
            )
            continue
        seen.add(source)
        yield source, amount


def _read_lines(
    rows: Sequence[Mapping[str, Any]], problems: list[Problem]
) -> Iterator[IndicatorLine]:
    for index, row in enumerate(rows):
        found = list(_line_problems(row, f"indicators.{index}"))
        problems.extend(found)
        if not found:
            yield _line(row)


def _line(row: Mapping[str, Any]) -> IndicatorLine:
    operator = _member(Operator, row.get("operator"))
    weight = read_number(row.get("weight"))
    return IndicatorLine(
        l1=Level1(row["l1"]),
        l2=Level2(row["l2"]),
        l3=_text(row.get("l3")),
        operator=operator,
        target_number=read_number(row.get("target")) if operator else None,
        target_high=read_number(row.get("target_hi")) if operator is Operator.RANGE else None,
        target_text="" if operator else _text(row.get("target_text")),
        unit=_text(row.get("unit")) if operator else "",
        weight=weight or Decimal(0),
        basis=_text(row.get("basis")),
        evidence_source=_text(row.get("evidence_source")),
        from_library=_text(row.get("from_library")) or None,
        is_core=row.get("core") is True,
    )


def _line_problems(row: Mapping[str, Any], where: str) -> Iterator[Problem]:
    yield from _level_problems(row, where)
    yield from _length_problem(row, where, "l3", 1, NAME_LENGTH)
    weight = read_number(row.get("weight"))
    if weight is None or weight <= 0:
        yield problem(
            "goal.value",
            f"{where}.weight",
            N_("Expected a weight above 0, found “{found}”."),
            found=_shown(row.get("weight")),
        )
    yield from _target_problems(row, where)


def _level_problems(row: Mapping[str, Any], where: str) -> Iterator[Problem]:
    l1, l2 = _member(Level1, row.get("l1")), _member(Level2, row.get("l2"))
    if l1 is None:
        yield problem(
            "goal.value",
            f"{where}.l1",
            N_("Expected a first level of the indicator tree, found “{found}”."),
            found=_shown(row.get("l1")),
        )
    elif l2 not in LEVELS[l1]:
        yield problem(
            "goal.value",
            f"{where}.l2",
            N_("Expected a second level that belongs to “{parent}”, found “{found}”."),
            parent=l1.display_name,
            found=l2.display_name if l2 else _shown(row.get("l2")),
        )


def _target_problems(row: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if row.get("operator") == QUALITATIVE:
        yield from _length_problem(row, where, "target_text", 1, TARGET_TEXT_LENGTH)
        return
    operator = _member(Operator, row.get("operator"))
    if operator is None:
        yield problem(
            "goal.value",
            f"{where}.operator",
            N_("Expected one of {known}, found “{found}”."),
            known=" ".join([*Operator, QUALITATIVE]),
            found=_shown(row.get("operator")),
        )
        return
    low = read_number(row.get("target"))
    if low is None:
        yield _not_a_number(f"{where}.target", row.get("target"))
    if operator is Operator.RANGE:
        high = read_number(row.get("target_hi"))
        if high is None:
            yield _not_a_number(f"{where}.target_hi", row.get("target_hi"))
        elif low is not None and high < low:
            yield problem(
                "goal.value",
                f"{where}.target_hi",
                N_("Expected the upper end to be at least {low}, found {high}."),
                low=low,
                high=high,
            )
    yield from _length_problem(row, where, "unit", 1, UNIT_LENGTH)


def _not_a_number(where: str, found: object) -> Problem:
    return problem(
        "goal.value",
        where,
        N_("Expected a number with at most 4 decimal places, found “{found}”."),
        found=_shown(found),
    )


def _length_problem(
    row: Mapping[str, Any], where: str, field: str, least: int, most: int
) -> Iterator[Problem]:
    length = len(_text(row.get(field)))
    if not least <= length <= most:
        yield problem(
            "goal.value",
            f"{where}.{field}",
            N_("Expected {least} to {most} characters, found {found}."),
            least=least,
            most=most,
            found=length,
        )


def _member(kind: type[_Word], value: object) -> _Word | None:
    return kind(value) if isinstance(value, str) and value in list(kind) else None


def _shown(value: object) -> object:
    return "" if value is None else value


def _line_values(line: IndicatorLine) -> dict[str, Any]:
    return {
        "l1": line.l1.value,
        "l2": line.l2.value,
        "l3": line.l3,
        "direction": line.direction.value if line.direction else None,
        "operator": line.operator.value if line.operator else QUALITATIVE,
        "target": _number_text(line.target_number),
        "target_hi": _number_text(line.target_high),
        "target_text": line.target_text,
        "unit": line.unit,
        "weight": _number_text(line.weight),
        "basis": line.basis,
        "evidence_source": line.evidence_source,
        "from_library": line.from_library,
        "core": line.is_core,
    }


def _number_text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
