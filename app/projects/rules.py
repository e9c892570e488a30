"""The rule book of one year, read from `config/rules.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from app.core.errors import InvalidInputError, problem
from app.core.i18n import N_
from app.projects.indicators import Level1

RuleLevel = Literal["block", "warn", "off"]

FILE_NAME = "rules.toml"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How many points each first level carries; the system adds those of budget execution."""

    name: str
    points: Mapping[Level1, Decimal]

    def expected(self, *, no_service_object: bool) -> dict[Level1, Decimal]:
        """The points due; satisfaction's go to benefit where nobody can be asked (§3.3)."""
        due = dict(self.points)
        if no_service_object:
            freed = due.pop(Level1.SATISFACTION, Decimal(0))
            due[Level1.BENEFIT] = due.get(Level1.BENEFIT, Decimal(0)) + freed
        return due


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything about the checks that may differ from year to year."""

    year: int
    scheme: Scheme
    #: Rule code → level; a rule that is not named keeps its own default.
    levels: Mapping[str, RuleLevel]
    text_minimum: int
    text_maximum: int
    maximum_indicators: int
    #: New projects need an ex-ante evaluation …
    ex_ante_for_new: bool
    #: … and so do those from this amount on, 10k yuan.
    ex_ante_amount: Decimal
    #: 0 to 1; from here on two goal texts count as copied.
    similar_from: float
    #: More than so many times last year's amount is worth a look.
    amount_growth: Decimal
    #: Month → percent of the budget that should be spent by its end, ascending.
    execution_floors: Mapping[int, Decimal]
    #: Percentage points that an indicator may lag behind the money.
    progress_gap: Decimal

    def execution_floor(self, month: int) -> Decimal:
        """What should be spent by the end of a month, in percent; between two months in line."""
        floors = {0: Decimal(0), **self.execution_floors}
        if month in floors:
            return floors[month]
        before = max(each for each in floors if each < month)
        after = min((each for each in floors if each > month), default=before)
        share = Decimal(month - before) / (after - before) if after > before else Decimal(0)
        return floors[before] + share * (floors[after] - floors[before])


def load_rules(config_folder: Path, year: int) -> Rules:
    """The rules of a fiscal year: the defaults, changed by every `[year.N]` up to that year.

    Raises:
        InvalidInputError: the file says something that is not known here; the problem names it.
    """
    path = config_folder / FILE_NAME
    return _load(path, path.stat().st_mtime_ns, year)


@lru_cache(maxsize=64)
def _load(path: Path, _changed: int, year: int) -> Rules:
    document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    settings: dict[str, Any] = dict(document["default"])
    levels: dict[str, Any] = dict(settings.pop("rules", {}))
    for each in sorted(document.get("year", {}), key=int):
        if int(each) <= year:
            changes = dict(document["year"][each])
            levels |= changes.pop("rules", {})
            settings |= changes
    try:
        return Rules(
            year=year,
            scheme=_scheme(document["schemes"], settings["scheme"]),
            levels=_levels(levels),
            text_minimum=int(settings["text_minimum"]),
            text_maximum=int(settings["text_maximum"]),
            maximum_indicators=int(settings["maximum_indicators"]),
            ex_ante_for_new=bool(settings["ex_ante_for_new"]),
            ex_ante_amount=Decimal(settings["ex_ante_amount"]),
            similar_from=float(settings["similar_from"]),
            amount_growth=Decimal(settings["amount_growth"]),
            execution_floors={
                int(month): Decimal(floor) for month, floor in settings["execution_floors"].items()
            },
            progress_gap=Decimal(settings["progress_gap"]),
        )
    except KeyError as missing:
        raise _refused(str(missing.args[0]), N_("Expected this setting, found none.")) from None


def _scheme(schemes: Mapping[str, Mapping[str, Any]], name: str) -> Scheme:
    unknown = set(schemes[name]) - set(Level1)
    if unknown:
        raise _refused(f"schemes.{name}", N_("Expected first levels of the indicator tree only."))
    return Scheme(name, {Level1(level): Decimal(points) for level, points in schemes[name].items()})


def _levels(levels: Mapping[str, Any]) -> dict[str, RuleLevel]:
    for code, level in levels.items():
        if level not in ("block", "warn", "off"):
            raise _refused(f"rules.{code}", N_("Expected “block”, “warn” or “off”."))
    return dict(levels)


def _refused(where: str, template: str) -> InvalidInputError:
    return InvalidInputError(
        N_("The rule book cannot be used."), [problem("rules.setting", where, template)]
    )
