"""One component of a form-js document, read attribute by attribute with sentences for the wrong."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.errors import Problem
from app.core.i18n import N_, Bilingual, Sentence
from app.feel import FeelError
from app.forms.expressions import Expression

WRONG_TYPE = N_("Component {component}: expected {attribute} to be {wanted}, found {found}.")
NOT_FEEL = N_("Component {component}: {attribute} is no FEEL expression. {reason}")
NOT_EXPRESSION = N_(
    "Component {component}: expected {attribute} to begin with “=”, found “{found}”."
)
UNKNOWN_NAME = N_("Component {component}: {attribute} names nothing known: {found}.")
TEXT = Bilingual("文本", "text")
OBJECT = Bilingual("对象", "an object")
LIST = Bilingual("列表", "a list")
FLAG = Bilingual("true 或 false", "true or false")
WHOLE = Bilingual("非负整数", "a whole number, zero or more")
NUMBER = Bilingual("数字", "a number")


class Component:
    """A component and the list of problems that reading it adds to."""

    def __init__(self, data: Mapping[str, Any], problems: list[Problem], place: str) -> None:
        self.data = data
        self.problems = problems
        self.id = data["id"] if isinstance(data.get("id"), str) and data["id"] else place

    def refuse(self, code: str, template: str, **values: object) -> None:
        """Note a problem of this component."""
        sentence = Sentence(template, {"component": self.id, **values})
        self.problems.append(Problem(code, self.id, sentence))

    def text(self, name: str, default: str = "") -> str:
        """A text attribute."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            self._wrong(name, TEXT, value)
            return default
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes-or-no attribute."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._wrong(name, FLAG, value)
            return default
        return value

    def part(self, name: str) -> "Component":
        """An object inside this one (`validate`, `appearance`); its problems name this one."""
        value = self.data.get(name)
        if value is not None and not isinstance(value, Mapping):
            self._wrong(name, OBJECT, value)
            value = None
        return Component({**(value or {}), "id": self.id}, self.problems, self.id)

    def items(self, name: str) -> Sequence[Any]:
        """A list attribute."""
        value = self.data.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            self._wrong(name, LIST, value)
            return ()
        return value

    def whole(self, name: str) -> int | None:
        """A whole number, given as number or text."""
        value = self.number(name)
        if value is None:
            return None
        if value != value.to_integral_value() or value < 0:
            self._wrong(name, WHOLE, self.data[name])
            return None
        return int(value)

    def number(self, name: str) -> Decimal | None:
        """An exact number, given as number or text; form-js writes both."""
        value = self.data.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                number = Decimal("NaN")
            if number.is_finite() and abs(number.adjusted()) < 40:
                return number
        self._wrong(name, NUMBER, value)
        return None

    def expression(self, name: str, names: Iterable[str]) -> Expression | None:
        """A FEEL expression; form-js marks it with a leading `=`."""
        source = self.text(name)
        if not source.strip():
            return None
        if not source.lstrip().startswith("="):
            self.refuse("form.feel", NOT_EXPRESSION, attribute=name, found=source[:40])
            return None
        try:
            expression = Expression(source, names)
        except FeelError as error:
            self.refuse("form.feel", NOT_FEEL, attribute=name, reason=str(error))
            return None
        unknown = ", ".join(sorted(expression.reads - set(names)))
        if unknown:
            self.refuse("form.feel", UNKNOWN_NAME, attribute=name, found=unknown)
        return expression

    def properties(self) -> dict[str, str]:
        """The custom properties: both languages' texts and settings of ours."""
        found = dict(self.part("properties").data)
        found.pop("id", None)
        for name, value in found.items():
            if not isinstance(value, str):
                self._wrong(f"properties.{name}", TEXT, value)
        return {name: value for name, value in found.items() if isinstance(value, str)}

    def bilingual(self, name: str, properties: Mapping[str, str]) -> Bilingual:
        """A text in Chinese (the attribute) and in English (`<name>.en` among the properties)."""
        return Bilingual(self.text(name), properties.get(f"{name}.en", ""))

    def _wrong(self, name: str, wanted: Bilingual, value: object) -> None:
        found = type(value).__name__ if isinstance(value, (Mapping, list)) else str(value)[:40]
        self.refuse("form.attribute", WRONG_TYPE, attribute=name, wanted=wanted, found=found)
