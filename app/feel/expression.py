"""Compiled expressions and unary tests, as the rest of the product holds them."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from app.feel import compile_blocks, compile_names, compile_operators
from app.feel import syntax as ast
from app.feel.budget import DEFAULT_BUDGET, Budget
from app.feel.compiler import Compiler, Evaluator
from app.feel.errors import FeelBudgetError
from app.feel.parser import parse_expression, parse_unary_tests
from app.feel.run import Run, Scope, Site
from app.feel.values import Value

# Imported so that their handlers register themselves.
_PARTS = (compile_blocks, compile_names, compile_operators)
_Result = TypeVar("_Result")


class Expression:
    """A compiled expression; immutable, may be shared between threads."""

    __slots__ = ("_evaluator", "may_read", "reads", "source")

    #: The text it was compiled from.
    source: str
    #: The outermost variables that it reads.
    reads: frozenset[str]
    #: Undeclared names in filters: variables, unless the list's elements have such entries.
    may_read: frozenset[str]

    def __init__(self, source: str, evaluator: Evaluator, compiler: Compiler) -> None:
        self.source = source
        self._evaluator = evaluator
        self.reads = frozenset(compiler.reads)
        self.may_read = frozenset(compiler.may_read)

    def evaluate(self, variables: Mapping[str, object], budget: Budget | None = None) -> Value:
        """The value; null where FEEL says so, among others for type errors and unknown names.

        Raises `FeelBudgetError` only.
        """
        return self._evaluate(variables, Run(budget or DEFAULT_BUDGET, strict=False))

    def evaluate_strict(
        self, variables: Mapping[str, object], budget: Budget | None = None
    ) -> Value:
        """The value; raises `FeelEvaluationError` for a type error or an unknown name.

        A null operand is no error: `amount > 100` is null when amount is. So is an entry
        that a context may lack, if asked for by `get value(context, "key")`.
        """
        return self._evaluate(variables, Run(budget or DEFAULT_BUDGET, strict=True))

    def _evaluate(self, variables: Mapping[str, object], run: Run) -> Value:
        try:
            return run.check_result(self._evaluator(Scope(variables, None, run)))
        except RecursionError:
            raise _too_deep() from None

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


class UnaryTests:
    """Compiled unary tests, such as a cell of a decision table; immutable."""

    __slots__ = ("_negated", "_tests", "may_read", "reads", "source")

    source: str
    #: The outermost variables read beside the value under test; and the possible ones.
    reads: frozenset[str]
    may_read: frozenset[str]

    def __init__(
        self, source: str, tests: list[Evaluator], negated: bool, compiler: Compiler
    ) -> None:
        self.source = source
        self._tests = tests
        self._negated = negated
        self.reads = frozenset(compiler.reads)
        self.may_read = frozenset(compiler.may_read)

    def evaluate(
        self, value: object, variables: Mapping[str, object], budget: Budget | None = None
    ) -> bool | None:
        """Whether the value passes one of the tests; null if that cannot be said."""
        return self._evaluate(value, variables, Run(budget or DEFAULT_BUDGET, strict=False))

    def evaluate_strict(
        self, value: object, variables: Mapping[str, object], budget: Budget | None = None
    ) -> bool | None:
        """The same; raises `FeelEvaluationError` for a type error or an unknown name."""
        return self._evaluate(value, variables, Run(budget or DEFAULT_BUDGET, strict=True))

    def _evaluate(self, value: object, variables: Mapping[str, object], run: Run) -> bool | None:
        if not self._tests:
            return True
        tested = run.take("?", value, Site(self.source, 0, len(self.source)))
        try:
            passed = compile_operators.passes(Scope(variables, None, run), tested, self._tests)
        except RecursionError:
            raise _too_deep() from None
        return passed if passed is None or not self._negated else not passed

    def __repr__(self) -> str:
        return f"UnaryTests({self.source!r})"


def compile_expression(
    source: str, names: Iterable[str] = (), budget: Budget = DEFAULT_BUDGET
) -> Expression:
    """Compile an expression; raises `FeelSyntaxError` or `FeelBudgetError`.

    `names` are the variables known: needed for names of several words or with signs in
    them; other names are found without. Take a compiled expression as often as you like.
    """
    declared = frozenset(names)

    def compiled() -> Expression:
        tree = parse_expression(source, declared, budget)
        compiler = Compiler(source, declared)
        return Expression(source, compiler.compile(tree), compiler)

    return _bounded(compiled)


def compile_unary_tests(
    source: str, names: Iterable[str] = (), budget: Budget = DEFAULT_BUDGET
) -> UnaryTests:
    """Compile unary tests: `-`, `< 5`, `"a", "b"`, `[1..5]`, `not(…)`, `? * 2 > limit`."""
    declared = frozenset(names)

    def compiled() -> UnaryTests:
        tree: ast.Tests = parse_unary_tests(source, declared, budget)
        compiler = Compiler(source, declared)
        compile_test = compile_operators.compile_test
        tests = [compile_test(compiler, test, any_boolean=True) for test in tree.tests]
        return UnaryTests(source, tests, tree.negated, compiler)

    return _bounded(compiled)


def _bounded(compiled: Callable[[], _Result]) -> _Result:
    try:
        return compiled()
    except RecursionError:
        raise _too_deep() from None


def _too_deep() -> FeelBudgetError:
    # The caller's own stack counts too, so Python's limit may come before the budget's.
    return FeelBudgetError("Expected less nesting, but the expression is too deep to go through.")
