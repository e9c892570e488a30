"""The syntax tree. Every node knows its place: source[start:end]."""

from dataclasses import dataclass, field

from app.feel.values import Value


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """`1`, `"a"`, `true`, `null`, `@"2024-01-31"`."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, a built-in, `item`, or `?` for the value under test."""

    name: str


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-a`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`a + b` and its kin."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`a < b`, `a = b` …."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` / `or` over any number of operands, so that long chains stay flat."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`a between b and c`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """`< 5`: a test in `in (…)` and unary tests, a range elsewhere."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`a in (b, < c)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Type:
    """`number`, `list<number>`, `context<a: string>`, `function<number> -> string`."""

    name: str
    arguments: tuple["Type", ...] = ()
    entries: tuple[tuple[str, "Type"], ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`a instance of number`."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if a then b else c`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator:
    """`x in list`, of a loop."""

    name: str
    domain: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for x in list return x * x`."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some x in list satisfies x > 3`, or `every`."""

    quantifier: str
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`list[item > 3]`, `list[1]`."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`a.b`."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`named` holds the parameter names when the arguments were given by name."""

    function: Node
    arguments: tuple[Node, ...]
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """`{a: 1, b: a + 1}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """`[a..b)`."""

    low: Node
    high: Node
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True)
class Span(Node):
    """`a..b` of a loop, which may also run downwards."""

    first: Node
    last: Node


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    """`function(x) x + 1`."""

    parameters: tuple[tuple[str, Type | None], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests; no tests at all is `-`, which any value passes."""

    tests: tuple[Node, ...] = field(default=())
    negated: bool = False
