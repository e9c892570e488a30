"""The indicator tree of a performance goal: two fixed levels and the lines below them.

Levels 1 and 2 follow the goal declaration form in use (domain dossier, section 1); cost may also
be a first level of its own, as in the 2021 guide on core indicators (财预〔2021〕101号).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.core.i18n import Bilingual
from app.projects.kinds import Named


class Level1(Named):
    """First level (一级指标)."""

    OUTPUT = "output", "产出指标", "Output"
    BENEFIT = "benefit", "效益指标", "Benefit"
    SATISFACTION = "satisfaction", "满意度指标", "Satisfaction"
    COST = "cost", "成本指标", "Cost"


class Level2(Named):
    """Second level (二级指标)."""

    QUANTITY = "quantity", "数量指标", "Quantity"
    QUALITY = "quality", "质量指标", "Quality"
    TIMELINESS = "timeliness", "时效指标", "Timeliness"
    COST = "cost", "成本指标", "Cost"
    ECONOMIC = "economic", "经济效益指标", "Economic benefit"
    SOCIAL = "social", "社会效益指标", "Social benefit"
    ECOLOGICAL = "ecological", "生态效益指标", "Ecological benefit"
    SUSTAINABLE = "sustainable", "可持续影响指标", "Sustainable impact"
    SATISFACTION = (
        "service_object_satisfaction",
        "服务对象满意度指标",
        "Service-object satisfaction",
    )


#: Which second levels may stand below a first level.
LEVELS: Mapping[Level1, tuple[Level2, ...]] = {
    Level1.OUTPUT: (Level2.QUANTITY, Level2.QUALITY, Level2.TIMELINESS, Level2.COST),
    Level1.BENEFIT: (Level2.ECONOMIC, Level2.SOCIAL, Level2.ECOLOGICAL, Level2.SUSTAINABLE),
    Level1.SATISFACTION: (Level2.SATISFACTION,),
    Level1.COST: (Level2.COST, Level2.ECONOMIC, Level2.SOCIAL, Level2.ECOLOGICAL),
}


class Operator(Named):
    """How the actual value is compared with the target (计算符号); none when qualitative."""

    AT_LEAST = ">=", "≥", "≥"
    AT_MOST = "<=", "≤", "≤"
    EQUAL = "=", "=", "="
    MORE_THAN = ">", ">", ">"
    LESS_THAN = "<", "<", "<"
    RANGE = "range", "区间", "Range"


class Direction(Named):
    """Which way is better (指标方向)."""

    POSITIVE = "positive", "正向", "Positive"
    NEGATIVE = "negative", "反向", "Negative"
    FIXED = "fixed", "固定", "Fixed"


def direction_of(operator: Operator | None) -> Direction | None:
    """Derived, never typed: an upper bound means that less is better; None when qualitative."""
    if operator is None:
        return None
    if operator in (Operator.EQUAL, Operator.RANGE):
        return Direction.FIXED
    negative = (Operator.AT_MOST, Operator.LESS_THAN)
    return Direction.NEGATIVE if operator in negative else Direction.POSITIVE


#: What the form says instead of an operator on a qualitative line (定性指标).
QUALITATIVE = "qualitative"


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One third-level indicator (三级指标) as declared.

    A quantified line has an operator, `target_number` (and `target_high` for a range) and a unit;
    a qualitative one has only `target_text`.
    """

    l1: Level1
    l2: Level2
    l3: str
    operator: Operator | None
    target_number: Decimal | None
    target_high: Decimal | None
    target_text: str
    unit: str
    weight: Decimal
    basis: str = ""
    evidence_source: str = ""
    from_library: str | None = None
    is_core: bool = False

    @property
    def direction(self) -> Direction | None:
        """Which way is better; None when qualitative."""
        return direction_of(self.operator)

    @property
    def is_cost(self) -> bool:
        """A cost line, on whichever level cost stands."""
        return self.l1 is Level1.COST or self.l2 is Level2.COST

    @property
    def target(self) -> str:
        """The target as a person reads it: `≥ 42 km`, `90–110 m`, `rules in place`."""
        if self.operator is None or self.target_number is None:
            return self.target_text
        if self.operator is Operator.RANGE and self.target_high is not None:
            text = f"{_plain(self.target_number)}–{_plain(self.target_high)}"
        else:
            text = f"{self.operator.zh} {_plain(self.target_number)}"
        return f"{text} {self.unit}".strip()


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def level_name(code: str) -> Bilingual:
    """The name of a first or second level by its code; the code itself when it is unknown."""
    for known in (Level1, Level2):
        if code in list(known):
            return known(code).display_name
    return Bilingual(code, code)
