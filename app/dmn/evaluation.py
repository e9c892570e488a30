"""Evaluating a model: each decision once, what it needs first, all within one budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import Problem
from app.core.i18n import N_
from app.dmn.boxes import conforming
from app.dmn.model import Element, Model
from app.dmn.run import DecisionRun
from app.dmn.types import coerce, result_type
from app.feel import Budget, FeelBudgetError, Value
from app.feel.embedding import NotAValue, Scope, Site, UserFunction, from_python

_NO_LIMITS_GIVEN = Budget()
_HERE = Site("", 0, 0)


@dataclass(frozen=True, slots=True)
class Result:
    """What a decision gave, and the problems that made it or a part of it null."""

    value: Value
    problems: tuple[Problem, ...]


def evaluate(
    model: Model, key: str, context: Mapping[str, object], budget: Budget | None = None
) -> Result:
    """The value of a decision or service by its id or name, as the standard says: errors are null.

    Raises `DecisionNotFoundError` and `FeelBudgetError`.
    """
    run = DecisionRun(budget or _NO_LIMITS_GIVEN, strict=False)
    value = _evaluated(model, key, context, run)
    return Result(value, tuple(run.problems))


def evaluate_strict(
    model: Model, key: str, context: Mapping[str, object], budget: Budget | None = None
) -> Value:
    """The value; raises `DecisionError` or `FeelEvaluationError` where the standard says null.

    A missing input, a value of a wrong type and a violated hit policy are errors here.
    """
    return _evaluated(model, key, context, DecisionRun(budget or _NO_LIMITS_GIVEN, strict=True))


def _evaluated(model: Model, key: str, context: Mapping[str, object], run: DecisionRun) -> Value:
    element = model.find(key)
    try:
        evaluation = _Evaluation(model, context, run)
        if element.kind == "decisionService":
            value = evaluation.service(element)
        else:
            value = evaluation.value(element)
        if element.kind == "businessKnowledgeModel":
            value = evaluation.called(element, value)
        return run.check_result(value)
    except RecursionError:
        raise FeelBudgetError(
            "Expected less nesting, but the decision is too deep to go through."
        ) from None


class _Evaluation:
    """The values known so far. A decision service has an evaluation of its own."""

    def __init__(self, model: Model, context: Mapping[str, object], run: DecisionRun) -> None:
        self._model = model
        self._context = context
        self._run = run
        self._values: dict[int, Value] = {}
        #: What the model declares, an element only sees if it requires it.
        self._root = Scope(
            {name: value for name, value in context.items() if name not in model.declared},
            None,
            run,
        )

    def value(self, wanted: Element) -> Value:
        """The value of an element; what it needs is evaluated first, without recursion."""
        waiting = [wanted]
        while waiting:
            element = waiting[-1]
            missing = [
                required
                for required, _ in element.requires
                if id(required) not in self._values and required is not element
            ]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            if id(element) not in self._values:
                self._values[id(element)] = self._compute(element)
        return self._values[id(wanted)]

    def _compute(self, element: Element) -> Value:
        if element.kind == "inputData":
            return self._input(element)
        if element.kind == "decisionService":
            return self._as_function(element)
        if element.logic is None:
            return None
        self._run.charge(element.weight)
        scope = self._scope(element)
        value = element.logic(scope)
        if element.kind == "businessKnowledgeModel":
            scope.values = {**scope.values, element.name: value}  # it may call itself
            return value
        return coerce(scope, value, element.type, element.id)

    def _scope(self, element: Element) -> Scope:
        """The names that an element's logic sees: what it requires, imported ones by a context."""
        values: dict[str, Any] = {}
        for required, alias in element.requires:
            value = self._values.get(id(required))
            if alias:
                values.setdefault(alias, {})[required.name] = value
            else:
                values[required.name] = value
        return Scope(values, self._root, self._run)

    def _input(self, element: Element) -> Value:
        given, found = self._given(element)
        if not found:
            self._run.report(
                element.id, N_("Expected the input “{wanted}”, found none."), wanted=element.title
            )
            return None
        try:
            value = from_python(given, self._run.budget.max_depth)
        except NotAValue as error:
            self._run.report(
                element.id,
                N_("Expected a value that FEEL knows, but found {found}"),
                found=str(error),
            )
            return None
        return coerce(self._root, value, element.type, element.id)

    def _given(self, element: Element) -> tuple[object, bool]:
        """What the caller gave for an element; for an imported one also inside its import."""
        for alias in self._model.aliases.get(element.namespace, ()):
            inside = self._context.get(alias)
            if isinstance(inside, Mapping) and element.name in inside:
                return inside[element.name], True
        return self._context.get(element.name), element.name in self._context

    def called(self, element: Element, function: Value) -> Value:
        """A knowledge model called by the host: its arguments are in the context, by name."""
        if not isinstance(function, UserFunction):
            return None
        names = [name for name, _ in function.parameters]
        given = [self._run.take(name, self._context.get(name), _HERE) for name in names]
        return function.call(self._run, _HERE, given)

    # Decision services

    def service(self, element: Element) -> Value:
        """A service called by the host: its parameters are in the context."""
        return self._serve(element, [self._input(each) for each in element.parameters])

    def _as_function(self, element: Element) -> Value:
        types = [(parameter.name, parameter.type) for parameter in element.parameters]

        def body(scope: Scope) -> Value:
            given = conforming(scope, types, element.id)
            return None if given is None else self._serve(element, list(given.values()))

        return UserFunction(tuple((name, None) for name, _ in types), body, 1, self._root)

    def _serve(self, element: Element, given: list[Value]) -> Value:
        inner = _Evaluation(self._model, self._context, self._run)
        for parameter, argument in zip(element.parameters, given, strict=True):
            inner._values[id(parameter)] = argument
        outputs = {output.name: inner.value(output) for output in element.outputs}
        value: Value = outputs if len(outputs) != 1 else next(iter(outputs.values()))
        return coerce(self._root, value, result_type(element.type), element.id)
