"""Arithmetic, comparison, three-valued logic, `in`, `between`, `instance of`, `if`."""

from decimal import Decimal

from app.feel import syntax as ast
from app.feel.compiler import Compiler, Evaluator, LocalNames, compiles
from app.feel.operators import (
    ORDERINGS,
    calculate,
    compare,
    contains,
    equal,
    negate,
    unary_range,
)
from app.feel.run import Run, Scope, Site
from app.feel.types import conforms
from app.feel.values import NUMBERS, Value, describe, kind_of

_OF_NUMBERS = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
    "**": NUMBERS.power,
}
_DIRECTLY_EQUAL = frozenset({Decimal, str, bool})


@compiles(ast.Arithmetic)
def _arithmetic(compiler: Compiler, node: ast.Arithmetic) -> Evaluator:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    operator, site = node.operator, compiler.site(node)
    of_numbers = _OF_NUMBERS[operator]

    def evaluate(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        if type(first) is Decimal and type(second) is Decimal:
            try:
                return of_numbers(first, second)
            except ArithmeticError:
                pass  # calculate() says what is wrong
        return calculate(scope.run, site, operator, first, second)

    return evaluate


@compiles(ast.Negation)
def _negation(compiler: Compiler, node: ast.Negation) -> Evaluator:
    operand, site = compiler.compile(node.operand), compiler.site(node)
    return lambda scope: negate(scope.run, site, operand(scope))


@compiles(ast.Comparison)
def _comparison(compiler: Compiler, node: ast.Comparison) -> Evaluator:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    operator, site = node.operator, compiler.site(node)
    if operator in ("=", "!="):
        return _equality(left, right, operator == "=", site)
    holds = ORDERINGS[operator]

    def evaluate(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        if type(first) is Decimal and type(second) is Decimal:
            return holds(first, second)
        return compare(scope.run, site, operator, first, second)

    return evaluate


def _equality(left: Evaluator, right: Evaluator, wanted: bool, site: Site) -> Evaluator:
    def evaluate(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        kind = type(first)
        if kind is type(second) and kind in _DIRECTLY_EQUAL:
            return (first == second) is wanted
        return _compare_equality(scope.run, site, first, second, wanted)

    return evaluate


def _compare_equality(
    run: Run, site: Site, first: Value, second: Value, wanted: bool
) -> bool | None:
    same = equal(run, first, second)
    if same is not None:
        return same is wanted
    if run.strict and kind_of(first) != kind_of(second):
        found = f"{describe(first)} and {describe(second)}"
        run.fail(site, f"Expected two values of one type to compare, but found {found}")
    return None


@compiles(ast.Logic)
def _logic(compiler: Compiler, node: ast.Logic) -> Evaluator:
    operands = [(compiler.compile(operand), compiler.site(operand)) for operand in node.operands]
    decisive, operator = node.operator == "or", node.operator

    def evaluate(scope: Scope) -> Value:
        result: Value = not decisive
        for operand, site in operands:
            value = operand(scope)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                if value is not None and scope.run.strict:
                    problem = f"Expected a boolean for '{operator}', but found {describe(value)}"
                    scope.run.fail(site, problem)
                result = None
        return result

    return evaluate


@compiles(ast.Between)
def _between(compiler: Compiler, node: ast.Between) -> Evaluator:
    value, site = compiler.compile(node.value), compiler.site(node)
    low, high = compiler.compile(node.low), compiler.compile(node.high)

    def evaluate(scope: Scope) -> Value:
        middle = value(scope)
        above = compare(scope.run, site, ">=", middle, low(scope))
        below = compare(scope.run, site, "<=", middle, high(scope))
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    return evaluate


@compiles(ast.If)
def _if(compiler: Compiler, node: ast.If) -> Evaluator:
    condition, site = compiler.compile(node.condition), compiler.site(node.condition)
    then, otherwise = compiler.compile(node.then), compiler.compile(node.otherwise)

    def evaluate(scope: Scope) -> Value:
        value = condition(scope)
        if value is True:
            return then(scope)
        if value is not False and value is not None and scope.run.strict:
            scope.run.fail(site, f"Expected a boolean for 'if', but found {describe(value)}")
        return otherwise(scope)

    return evaluate


@compiles(ast.InstanceOf)
def _instance_of(compiler: Compiler, node: ast.InstanceOf) -> Evaluator:
    value, of_type = compiler.compile(node.value), node.type
    return lambda scope: conforms(value(scope), of_type)


@compiles(ast.UnaryComparison)
def _unary_comparison(compiler: Compiler, node: ast.UnaryComparison) -> Evaluator:
    operand, operator = compiler.compile(node.operand), node.operator

    def evaluate(scope: Scope) -> Value:
        end = operand(scope)
        if end is None:
            return None
        return unary_range(operator, end)

    return evaluate


@compiles(ast.In)
def _in(compiler: Compiler, node: ast.In) -> Evaluator:
    value = compiler.compile(node.value)
    tests = [compile_test(compiler, test, any_boolean=False) for test in node.tests]
    return lambda scope: passes(scope, value(scope), tests)


def passes(scope: Scope, value: Value, tests: list[Evaluator]) -> bool | None:
    """Whether one of the tests accepts the value; null when that cannot be said."""
    inner = Scope({"?": value}, scope, scope.run)
    result: bool | None = False
    for test in tests:
        outcome = test(inner)
        if outcome is True:
            return True
        if outcome is None:
            result = None
    return result


def compile_test(compiler: Compiler, node: ast.Node, any_boolean: bool) -> Evaluator:
    """A test of `?`, which must be in the innermost scope.

    With `any_boolean` a boolean decides by itself even if its expression has no `?`,
    unless booleans are what is being tested.
    """
    names, site = LocalNames({"?"}), compiler.site(node)
    if isinstance(node, ast.UnaryComparison):
        operand, _ = compiler.compile_within(names, node.operand)
        return _comparison_test(node.operator, operand, site)
    evaluator, _ = compiler.compile_within(names, node)
    if isinstance(node, ast.Literal) and type(node.value) in (Decimal, str):
        return _literal_test(node.value, site)
    if isinstance(node, ast.RangeOf):

        def in_range(scope: Scope) -> Value:
            test = evaluator(scope)
            return contains(scope.run, site, test, scope.values["?"]) if test else None

        return in_range
    decides = "?" in names.used

    def test(scope: Scope) -> Value:
        value, outcome = scope.values["?"], evaluator(scope)
        if type(outcome) is bool and (decides or (any_boolean and type(value) is not bool)):
            return outcome
        return contains(scope.run, site, outcome, value)

    return test


def _literal_test(wanted: Value, site: Site) -> Evaluator:
    """The commonest cell of a decision table, without detours."""
    kind = type(wanted)

    def test(scope: Scope) -> Value:
        value = scope.values["?"]
        if type(value) is kind:
            return bool(value == wanted)
        return contains(scope.run, site, wanted, value)

    return test


def _comparison_test(operator: str, operand: Evaluator, site: Site) -> Evaluator:
    if operator in ("=", "!="):
        return _equality(lambda scope: scope.values["?"], operand, operator == "=", site)
    return lambda scope: compare(scope.run, site, operator, scope.values["?"], operand(scope))
