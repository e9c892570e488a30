"""What boxed expressions add to FEEL's syntax tree, and how it is compiled.

A boxed context, list, conditional, loop or function is FEEL drawn as boxes, so it becomes FEEL's
own nodes; these are the few that FEEL has not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.i18n import N_, Sentence
from app.dmn.run import run_of
from app.dmn.types import ItemType, coerce
from app.feel import Value
from app.feel.embedding import (
    Compiler,
    Evaluator,
    FunctionOf,
    LocalNames,
    Node,
    Scope,
    Tests,
    compile_test,
    compiles,
)


@dataclass(frozen=True, slots=True)
class Source(Node):
    """FEEL text in a box: the body's places are those in the text."""

    text: str
    body: Node


@dataclass(frozen=True, slots=True)
class Typed(Node):
    """A body whose value has to be of a type."""

    body: Node
    type: ItemType
    where: str


@dataclass(frozen=True, slots=True)
class WithParameters(Node):
    """The body of a function whose arguments, in the innermost scope, are of these types."""

    types: tuple[tuple[str, ItemType], ...]
    body: Node
    where: str


@dataclass(frozen=True, slots=True)
class ResultOf(Node):
    """A boxed context with a result: named entries, then what they are for."""

    entries: tuple[tuple[str, Node], ...]
    result: Node


@dataclass(frozen=True, slots=True)
class RowOf(Node):
    """A row of a relation: a context whose entries do not see each other."""

    columns: tuple[str, ...]
    cells: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unreadable(Node):
    """What could not be read in a model that is opened all the same; its value is null."""

    where: str
    sentence: Sentence


def box(cls: type[Node], *parts: object) -> Node:
    """A node of boxes, which has no place in a text."""
    return cls(0, 0, *parts)


def conforming(
    scope: Scope, types: Iterable[tuple[str, ItemType | None]], where: str
) -> dict[str, Value] | None:
    """The arguments in a scope as their types want them; None if one cannot be had."""
    given: dict[str, Value] = {}
    for name, to in types:
        value = scope.values[name]
        given[name] = coerce(scope, value, to, where)
        if given[name] is None and value is not None:
            return None
    return given


@compiles(Source)
def _source(compiler: Compiler, node: Source) -> Evaluator:
    outer, compiler.source = compiler.source, node.text
    try:
        return compiler.compile(node.body)
    finally:
        compiler.source = outer


@compiles(Typed)
def _typed(compiler: Compiler, node: Typed) -> Evaluator:
    body, to, where = compiler.compile(node.body), node.type, node.where
    return lambda scope: coerce(scope, body(scope), to, where)


@compiles(WithParameters)
def _with_parameters(compiler: Compiler, node: WithParameters) -> Evaluator:
    body, types, where = compiler.compile(node.body), node.types, node.where

    def evaluate(scope: Scope) -> Value:
        given = conforming(scope, types, where)
        if given is None:
            return None
        scope.values = {**scope.values, **given}
        return body(scope)

    return evaluate


@compiles(ResultOf)
def _result_of(compiler: Compiler, node: ResultOf) -> Evaluator:
    known = LocalNames()
    entries = []
    for key, value in node.entries:
        if isinstance(value, FunctionOf):
            known.names.add(key)  # a function may call itself
        entries.append((key, compiler.compile_within(known, value)[0]))
        known.names.add(key)
    result, _ = compiler.compile_within(known, node.result)

    def evaluate(scope: Scope) -> Value:
        values: dict[str, Value] = {}
        inner = Scope(values, scope, scope.run)
        for key, entry in entries:
            values[key] = entry(inner)
        return result(inner)

    return evaluate


@compiles(RowOf)
def _row_of(compiler: Compiler, node: RowOf) -> Evaluator:
    cells = [
        (name, compiler.compile(cell)) for name, cell in zip(node.columns, node.cells, strict=True)
    ]
    return lambda scope: {name: cell(scope) for name, cell in cells}


@compiles(Unreadable)
def _unreadable(compiler: Compiler, node: Unreadable) -> Evaluator:
    where, sentence = node.where, node.sentence

    def evaluate(scope: Scope) -> Value:
        run_of(scope).report(
            where, N_("Expected an expression that can be read: {reason}"), reason=sentence
        )
        return None

    return evaluate


@dataclass(frozen=True, slots=True)
class CellText:
    """The unary tests of an input entry or of allowed values."""

    text: str
    tests: Tests


#: A cell of a decision table: whether the value under test, `?` in the innermost scope, passes.
Cell = Evaluator


def compile_tests(compiler: Compiler, cell: CellText) -> Cell | None:
    """The unary tests of a cell; None when they accept anything."""
    tests = cell.tests
    if not tests.tests:
        return None
    if isinstance(tests.tests[0], Unreadable):
        return compiler.compile(tests.tests[0])
    outer, compiler.source = compiler.source, cell.text
    try:
        compiled = [compile_test(compiler, test, any_boolean=True) for test in tests.tests]
    finally:
        compiler.source = outer
    if len(compiled) == 1 and not tests.negated:
        return compiled[0]

    def passes(scope: Scope) -> Value:
        result: bool | None = False
        for test in compiled:
            outcome = test(scope)
            if outcome is True:
                return not tests.negated
            if outcome is None:
                result = None
        return result if result is None or not tests.negated else True

    return passes
