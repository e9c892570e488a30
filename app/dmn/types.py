"""Item definitions: what they accept, and how a value is made to conform."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from app.core.i18n import N_
from app.dmn.run import run_of
from app.feel import Value
from app.feel.embedding import Scope, Type, conforms, describe

#: Whether a value passes unary tests.
Test = Callable[[Scope, Value], bool]
#: How deep the shape of a type is told to FEEL; a tree that contains itself ends there.
_SHAPE_DEPTH = 8


@dataclass(slots=True, eq=False)
class ItemType:
    """A type of the model. Exactly one of `base`, `of`, `components` says what one item is."""

    name: str
    base: Type | None = None
    of: "ItemType | None" = None
    components: dict[str, "ItemType"] = field(default_factory=dict)
    #: A list of such items.
    collection: bool = False
    #: `allowedValues`: a test of each item; `typeConstraint`: a test of the whole value.
    allowed: Test | None = None
    constraint: Test | None = None
    #: Of a function: what it gives.
    output: "ItemType | None" = None

    def accepts(self, scope: Scope, value: Value) -> bool:
        """Whether the value is of the type; null inside of lists and contexts always is."""
        if value is None:
            return True
        if not self.collection:
            passed = self._accepts_item(scope, value)
        elif isinstance(value, list):
            scope.run.charge(len(value))
            passed = all(item is None or self._accepts_item(scope, item) for item in value)
        else:
            passed = False
        return passed and (self.constraint is None or self.constraint(scope, value))

    def _accepts_item(self, scope: Scope, item: Value) -> bool:
        if self.of is not None:
            fits = self.of.accepts(scope, item)
        elif self.base is not None:
            fits = conforms(item, self.base)
        else:
            fits = isinstance(item, dict) and all(
                name in item and of.accepts(scope, item[name])
                for name, of in self.components.items()
            )
        return fits and (self.allowed is None or self.allowed(scope, item))

    def shape(self, depth: int = _SHAPE_DEPTH) -> Type:
        """The type as FEEL's `instance of` knows it, which ignores allowed values."""
        if depth == 0:
            return Type("Any")
        if self.of is not None:
            item = self.of.shape(depth)
        elif self.base is not None:
            item = self.base
        else:
            entries = [(name, of.shape(depth - 1)) for name, of in self.components.items()]
            item = Type("context", entries=tuple(entries))
        return Type("list", (item,)) if self.collection else item

    def functional(self) -> bool:
        """Whether values are functions, whose results are what the type speaks of."""
        if self.of is not None:
            return self.of.functional()
        return self.base is not None and self.base.name == "function"


def result_type(of: ItemType | None) -> ItemType | None:
    """Of a function type its output; older models give the output type itself."""
    while of is not None and of.functional():
        if of.output is not None or of.of is None:
            return of.output
        of = of.of
    return of


ANY = ItemType("Any", base=Type("Any"))


def coerce(scope: Scope, value: Value, to: ItemType | None, where: str) -> Value:
    """The value as the type wants it (DMN 1.5, 10.3.2.9.4), null if it cannot be had.

    A list of one stands for its element and the other way round, a date for its midnight in UTC.
    """
    if value is None or to is None or to.accepts(scope, value):
        return value
    if isinstance(value, list) and len(value) == 1 and to.accepts(scope, value[0]):
        return value[0]  # type: ignore[no-any-return]
    if to.accepts(scope, [value]):
        return [value]
    if type(value) is date:
        midnight = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if to.accepts(scope, midnight):
            return midnight
    run_of(scope).report(
        where,
        N_("Expected a value of the type “{wanted}”, found {found}."),
        wanted=to.name,
        found=describe(value),
    )
    return None
