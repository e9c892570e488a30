"""Decision tables: which rules match, and what the hit policy makes of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from app.core.i18n import N_
from app.dmn.boxes import Cell, CellText, compile_tests
from app.dmn.run import run_of
from app.dmn.types import ItemType, coerce
from app.feel import Value
from app.feel.embedding import (
    BUILTINS,
    Compiler,
    Evaluator,
    Node,
    Scope,
    Site,
    compiles,
    describe,
    equal,
)


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions; `allowed` are the values that it is drawn for."""

    where: str
    expression: Node
    allowed: CellText | None


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results; `values` are those listed, the most important first."""

    name: str
    type: ItemType | None
    values: tuple[Node, ...]
    default: Node | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: one cell per input, one expression per output."""

    where: str
    cells: tuple[CellText, ...]
    results: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A decision table; `policy` is a letter, for collecting with its operator (`C+`)."""

    where: str
    policy: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


#: Cells and expressions of one rule.
_Row = tuple[str, list[tuple[int, Cell]], list[Evaluator]]


class _Compiled:
    """A table as closures, with what the hit policies ask of it."""

    def __init__(self, compiler: Compiler, node: Table) -> None:
        self.where = node.where
        self.outputs = node.outputs
        self._inputs = [
            (
                each.where,
                compiler.compile(each.expression),
                None if each.allowed is None else compile_tests(compiler, each.allowed),
            )
            for each in node.inputs
        ]
        self._rows: list[_Row] = [
            (
                rule.where,
                [
                    (column, cell)
                    for column, each in enumerate(rule.cells)
                    if (cell := compile_tests(compiler, each)) is not None
                ],
                [compiler.compile(result) for result in rule.results],
            )
            for rule in node.rules
        ]
        self._defaults = [each.default and compiler.compile(each.default) for each in node.outputs]
        self._ranks = [[compiler.compile(value) for value in each.values] for each in node.outputs]
        self._weight = len(node.inputs) + 1
        #: Where to say that results do not compare.
        self.site = Site(node.where, 0, len(node.where))

    def tested(self, scope: Scope) -> list[Scope] | None:
        """The scope of the cells of each column; None if an input is none of those allowed."""
        scopes = []
        for where, expression, allowed in self._inputs:
            value = expression(scope)
            inner = Scope({"?": value}, scope, scope.run)
            if allowed is not None and value is not None and allowed(inner) is not True:
                run_of(scope).report(
                    where,
                    N_("Expected an input among the allowed values, found {found}."),
                    found=describe(value),
                )
                return None
            scopes.append(inner)
        return scopes

    def matches(self, scope: Scope, tested: list[Scope]) -> Iterator[_Row]:
        """The rules whose every cell passes, in their order."""
        for row in self._rows:
            scope.run.charge(self._weight)
            for column, cell in row[1]:
                if cell(tested[column]) is not True:
                    break
            else:
                yield row

    def results(self, scope: Scope, row: _Row) -> list[Value]:
        """What a rule says, one value per output."""
        return [
            coerce(scope, expression(scope), output.type, row[0])
            for expression, output in zip(row[2], self.outputs, strict=True)
        ]

    def shown(self, results: list[Value]) -> Value:
        """One result as the table's value: itself, or a context of all outputs."""
        if len(self.outputs) == 1:
            return results[0]
        return {output.name: value for output, value in zip(self.outputs, results, strict=True)}

    def default(self, scope: Scope) -> tuple[bool, Value]:
        """Whether there is a default, and its value."""
        if not any(self._defaults):
            return False, None
        return True, self.shown([each(scope) if each else None for each in self._defaults])

    def rank(self, scope: Scope, results: list[Value]) -> tuple[int, ...]:
        """How important results are by the outputs' lists of values: the smaller, the more so."""
        ranks = []
        for value, listed in zip(results, self._ranks, strict=True):
            places = [
                place
                for place, expression in enumerate(listed)
                if equal(scope.run, expression(scope), value) is True
            ]
            if listed and not places:
                run_of(scope).report(
                    self.where,
                    N_("Expected a result among the output values, found {found}."),
                    found=describe(value),
                )
            ranks.append(places[0] if places else len(listed))
        return tuple(ranks)


def _unique(table: _Compiled, scope: Scope, rows: Iterator[_Row]) -> Value:
    hits = list(rows)
    if len(hits) > 1:
        run_of(scope).report(
            table.where,
            N_("Expected at most one rule to match, found {found}: {rules}."),
            found=len(hits),
            rules=", ".join(row[0] for row in hits[:10]),
        )
        return None
    return table.shown(table.results(scope, hits[0]))


def _any(table: _Compiled, scope: Scope, rows: Iterator[_Row]) -> Value:
    values = [table.shown(table.results(scope, row)) for row in rows]
    if not all(equal(scope.run, values[0], other) is True for other in values[1:]):
        run_of(scope).report(
            table.where,
            N_("Expected all rules that match to say the same, found {found} that do not."),
            found=len(values),
        )
        return None
    return values[0]


def _first(table: _Compiled, scope: Scope, rows: Iterator[_Row]) -> Value:
    return table.shown(table.results(scope, next(rows)))


def _in_rule_order(table: _Compiled, scope: Scope, rows: Iterator[_Row]) -> list[Value]:
    return [table.shown(table.results(scope, row)) for row in rows]


def _in_output_order(table: _Compiled, scope: Scope, rows: Iterator[_Row]) -> list[Value]:
    results = [table.results(scope, row) for row in rows]
    return [table.shown(each) for each in sorted(results, key=lambda r: table.rank(scope, r))]


def _by_priority(table: _Compiled, scope: Scope, rows: Iterator[_Row]) -> Value:
    return _in_output_order(table, scope, rows)[0]


def _aggregated(function: str) -> Callable[[_Compiled, Scope, Iterator[_Row]], Value]:
    def aggregate(table: _Compiled, scope: Scope, rows: Iterator[_Row]) -> Value:
        values = _in_rule_order(table, scope, rows)
        return BUILTINS[function].call(scope.run, table.site, [values])

    return aggregate


_POLICIES: dict[str, Callable[[_Compiled, Scope, Iterator[_Row]], Value]] = {
    "U": _unique,
    "A": _any,
    "P": _by_priority,
    "F": _first,
    "R": _in_rule_order,
    "O": _in_output_order,
    "C": _in_rule_order,
    "C+": _aggregated("sum"),
    "C<": _aggregated("min"),
    "C>": _aggregated("max"),
    "C#": _aggregated("count"),
}
#: What no match at all gives under policies that give lists or count.
_OF_NONE: dict[str, Callable[[], Value]] = {
    "R": list,
    "O": list,
    "C": list,
    "C#": lambda: Decimal(0),
}


@compiles(Table)
def _table(compiler: Compiler, node: Table) -> Evaluator:
    table, policy = _Compiled(compiler, node), _POLICIES[node.policy]
    of_none = _OF_NONE.get(node.policy, lambda: None)

    def evaluate(scope: Scope) -> Value:
        tested = table.tested(scope)
        if tested is None:
            return None
        rows = table.matches(scope, tested)
        first = next(rows, None)
        if first is None:
            given, value = table.default(scope)
            return value if given else of_none()
        return policy(table, scope, chain([first], rows))

    return evaluate
