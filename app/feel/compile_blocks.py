"""Lists, contexts, ranges, filters, functions, `for`, `some` and `every`."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from typing import Any, cast

from app.feel import syntax as ast
from app.feel.compiler import Compiler, Evaluator, LocalNames, compiles
from app.feel.operators import compare, ordered
from app.feel.run import Run, Scope, Site
from app.feel.types import type_of
from app.feel.userfunctions import UserFunction
from app.feel.values import Range, Value, describe


@compiles(ast.ListOf)
def _list(compiler: Compiler, node: ast.ListOf) -> Evaluator:
    items = [compiler.compile(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


@compiles(ast.ContextOf)
def _context(compiler: Compiler, node: ast.ContextOf) -> Evaluator:
    known = LocalNames()
    entries = []
    for key, value in node.entries:
        if isinstance(value, ast.FunctionOf):
            known.names.add(key)  # a function may call itself; other entries see earlier ones
        entries.append((key, compiler.compile_within(known, value)[0]))
        known.names.add(key)

    def evaluate(scope: Scope) -> Value:
        context: dict[str, Any] = {}
        inner = Scope(context, scope, scope.run)
        for key, entry in entries:
            context[key] = entry(inner)
        return context

    return evaluate


@compiles(ast.RangeOf)
def _range(compiler: Compiler, node: ast.RangeOf) -> Evaluator:
    low, high, site = compiler.compile(node.low), compiler.compile(node.high), compiler.site(node)
    low_included, high_included = node.low_included, node.high_included
    if isinstance(node.low, ast.Literal) and isinstance(node.high, ast.Literal):
        ends = node.low.value, node.high.value
        if all(isinstance(end, Decimal) for end in ends):
            made = Range(*ends, low_included, high_included)
            return lambda scope: made

    def evaluate(scope: Scope) -> Value:
        start, end = low(scope), high(scope)
        # Comparing says whether the ends are of one ordered type, and fails if not.
        if compare(scope.run, site, "<=", start, end) is None:
            return None
        return Range(start, end, low_included, high_included)

    return evaluate


@compiles(ast.FunctionOf)
def _function(compiler: Compiler, node: ast.FunctionOf) -> Evaluator:
    names = LocalNames(name for name, _ in node.parameters)
    body, weight = compiler.compile_within(names, node.body)
    gives = type_of(node.body)
    return lambda scope: UserFunction(node.parameters, body, weight, scope, gives)


@compiles(ast.Filter)
def _filter(compiler: Compiler, node: ast.Filter) -> Evaluator:
    base, site = compiler.compile(node.base), compiler.site(node)
    if isinstance(node.condition, ast.Literal) and isinstance(node.condition.value, Decimal):
        index = node.condition.value

        def element(scope: Scope) -> Value:
            return None if (value := base(scope)) is None else _element(_as_list(value), index)

        return element
    condition, weight = compiler.compile_within(LocalNames({"item"}, of_item=True), node.condition)

    def evaluate(scope: Scope) -> Value:
        run, values = scope.run, base(scope)
        if values is None:
            return None
        kept: list[Value] = []
        # On an empty list the condition may still be a number, and then there is no element.
        for item in _as_list(values) or [None]:
            run.charge(weight)
            names = item if isinstance(item, dict) else {}
            outcome = condition(Scope(names, scope, run, item))
            if outcome is True:
                kept.append(item)
            elif type(outcome) is Decimal:
                return _element(_as_list(values), outcome)
            elif outcome is not False and outcome is not None and run.strict:
                problem = f"Expected a boolean or a position in '[]', found {describe(outcome)}"
                run.fail(site, problem)
        return kept if values != [] else []

    return evaluate


def _as_list(value: Value) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _element(values: list[Any], index: Decimal) -> Value:
    """The element at a position: from 1, or from -1 backwards."""
    if index != int(index) or not 1 <= abs(index) <= len(values):
        return None
    return values[int(index) - 1 if index > 0 else int(index)]  # type: ignore[no-any-return]


class _NoDomain(Exception):
    """There is nothing to iterate over; the whole loop is null."""


_Compiled = list[tuple[str, Evaluator, Site]]


def _iterators(
    compiler: Compiler, iterators: tuple[ast.Iterator, ...], body: ast.Node
) -> tuple[_Compiled, Evaluator, int, bool]:
    """Compile nested loops: the domains, the body, its weight, whether it reads `partial`."""
    loops: _Compiled = []
    names = LocalNames()
    with ExitStack() as inside:
        for iterator in iterators:
            domain = compiler.compile(iterator.domain)
            loops.append((iterator.name, domain, compiler.site(iterator.domain)))
            names = LocalNames({iterator.name})
            inside.enter_context(compiler.inside(names))
        names.names.add("partial")
        before = compiler.compiled
        evaluator = compiler.compile(body)
    return loops, evaluator, compiler.compiled - before, "partial" in names.used


def _scopes(loops: _Compiled, scope: Scope, weight: int) -> Iterator[Scope]:
    """The scope of every combination of the loop variables, the last one turning fastest."""
    (name, domain, site), *rest = loops
    for item in _items(scope.run, site, domain(scope)):
        scope.run.charge(weight + 2)  # the turn itself costs about as much as two nodes
        inner = Scope({name: item}, scope, scope.run)
        if rest:
            yield from _scopes(rest, inner, weight)
        else:
            yield inner


def _items(run: Run, site: Site, domain: Value) -> Iterable[Value]:
    if isinstance(domain, list):
        return domain
    span: object = domain
    if isinstance(span, _Span):
        return span.items
    if isinstance(domain, Range):
        items = _items_of_range(domain)
        if items is not None:
            return items
        run.fail(site, "Expected a range of whole numbers or dates to go through")
    if domain is None or isinstance(domain, Range):
        raise _NoDomain
    return [domain]


def _items_of_range(domain: Range) -> Iterator[Value] | None:
    """The members of a range of whole numbers or dates, upwards; None for others."""
    start, end = domain.start, domain.end
    if start is None or end is None or ordered("<=", start, end) is not True:
        return None
    numbers = _members(start, end)
    if numbers is None:
        return None
    inside = numbers[not domain.start_included :] if numbers else numbers
    return map(_member(start), inside if domain.end_included else inside[:-1])


def _members(start: Value, end: Value) -> range | None:
    """The whole numbers that the members of a span stand for, whichever way it runs."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        if start != start.to_integral_value() or end != end.to_integral_value():
            return None
        first, last = int(start), int(end)
    elif type(start) is date and type(end) is date:
        first, last = start.toordinal(), end.toordinal()
    else:
        return None
    step = 1 if first <= last else -1
    return range(first, last + step, step)


def _member(of: Value) -> Callable[[int], Value]:
    return Decimal if isinstance(of, Decimal) else date.fromordinal


class _Span:
    """What a loop goes through by `a..b`."""

    __slots__ = ("items",)

    def __init__(self, items: Iterable[Value]) -> None:
        self.items = items


@compiles(ast.Span)
def _span(compiler: Compiler, node: ast.Span) -> Evaluator:
    first, last, site = (
        compiler.compile(node.first),
        compiler.compile(node.last),
        compiler.site(node),
    )

    def evaluate(scope: Scope) -> Value:
        start, end = first(scope), last(scope)
        if start is None or end is None:
            return None
        members = _members(start, end)
        if members is None:
            scope.run.fail(site, "Expected two whole numbers or two dates to go through")
            return None
        return _Span(map(_member(start), members))  # type: ignore[return-value]  # loops only

    return evaluate


@compiles(ast.For)
def _for(compiler: Compiler, node: ast.For) -> Evaluator:
    loops, body, weight, reads_partial = _iterators(compiler, node.iterators, node.body)

    def evaluate(scope: Scope) -> Value:
        run = scope.run
        limit = run.budget.max_list_length
        results: list[Value] = []
        try:
            for inner in _scopes(loops, scope, weight):
                if reads_partial:
                    run.charge(len(results))
                    cast(dict[str, Any], inner.values)["partial"] = list(results)
                results.append(body(inner))
                if len(results) > limit:
                    run.charge_list(len(results))
        except _NoDomain:
            return None
        return results

    return evaluate


@compiles(ast.Quantified)
def _quantified(compiler: Compiler, node: ast.Quantified) -> Evaluator:
    loops, condition, weight, _ = _iterators(compiler, node.iterators, node.condition)
    decisive, site = node.quantifier == "some", compiler.site(node.condition)

    def evaluate(scope: Scope) -> Value:
        result: Value = not decisive
        try:
            for inner in _scopes(loops, scope, weight):
                outcome = condition(inner)
                if outcome is decisive:
                    return decisive
                if type(outcome) is not bool:
                    if outcome is not None and scope.run.strict:
                        problem = f"Expected a boolean, but found {describe(outcome)}"
                        scope.run.fail(site, problem)
                    result = None
        except _NoDomain:
            return None
        return result

    return evaluate
