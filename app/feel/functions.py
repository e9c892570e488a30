"""Calling functions: choosing among signatures, fitting arguments, what a refusal becomes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Overflow
from typing import Any, TypeVar

from app.feel.operators import too_large
from app.feel.run import Run, Site
from app.feel.values import Function, NoResult, Value, describe, kind_of

Implementation = TypeVar("Implementation", bound=Callable[..., Value])


class Refusal(Exception):
    """A built-in cannot answer; the sentence says what it wanted and found."""


class Callee(Function, ABC):
    """A function that can be called."""

    __slots__ = ()

    @abstractmethod
    def call(
        self, run: Run, site: Site, arguments: Sequence[Value], named: Sequence[str] = ()
    ) -> Value:
        """Call with arguments in order, or in the order of `named`; the site is the call's."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a built-in function; `repeated` takes all remaining arguments."""

    name: str
    kinds: frozenset[str]
    optional: bool
    repeated: bool

    def accepts(self, value: Value) -> bool:
        """Whether the value needs no conversion."""
        return "any" in self.kinds or kind_of(value) in self.kinds

    def fit(self, value: Value) -> Value:
        """The value, converted as DMN 10.3.2.9.4 allows; else raises `Refusal`."""
        if self.accepts(value):
            return value
        if "list" in self.kinds and value is not None:
            return [value]
        if isinstance(value, list) and len(value) == 1 and self.accepts(value[0]):
            return value[0]  # type: ignore[no-any-return]
        if "date and time" in self.kinds and isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        wanted = " or ".join(sorted(self.kinds))
        raise Refusal(f"Expected a {wanted} as '{self.name}', but found {describe(value)}")


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in function."""

    parameters: tuple[Parameter, ...]

    def takes(self, count: int) -> bool:
        """Whether so many arguments are right."""
        if self.parameters and self.parameters[-1].repeated:
            return count >= len(self.parameters)
        required = sum(not parameter.optional for parameter in self.parameters)
        return required <= count <= len(self.parameters)

    def order(self, arguments: Sequence[Value], named: Sequence[str]) -> list[Value] | None:
        """Named arguments in the order of the parameters; None if the names do not fit."""
        given = dict(zip(named, arguments, strict=True))
        known = [parameter.name for parameter in self.parameters]
        if len(given) < len(named) or not given.keys() <= set(known):
            return None
        last = max((known.index(name) for name in given), default=-1)
        gaps = [p for p in self.parameters if not p.optional and p.name not in given]
        return None if gaps else [given.get(name) for name in known[: last + 1]]


def signature(text: str) -> Signature:
    """Read a signature such as `string: string, length?: number` or `items...: any`."""
    parameters = []
    for part in filter(None, text.split(", ")):
        name, _, kinds = part.partition(": ")
        plain = name.rstrip("?.")
        parameters.append(
            Parameter(plain, frozenset(kinds.split("|")), name[-1] == "?", name[-1] == ".")
        )
    return Signature(tuple(parameters))


class Builtin(Callee):
    """A function of DMN 10.3.4, with one implementation for all its signatures."""

    __slots__ = ("implementation", "name", "signatures", "wants_run")

    def __init__(
        self,
        name: str,
        signatures: tuple[Signature, ...],
        implementation: Callable[..., Value],
        wants_run: bool,
    ) -> None:
        self.name = name
        self.signatures = signatures
        self.implementation = implementation
        self.wants_run = wants_run

    def call(
        self, run: Run, site: Site, arguments: Sequence[Value], named: Sequence[str] = ()
    ) -> Value:
        """Try each signature; what none can answer is null, or an error in a strict run."""
        run.charge(1 + sum(map(_size, arguments)))
        refusal: str | None = None
        for candidate in self.signatures:
            ordered = candidate.order(arguments, named) if named else list(arguments)
            if ordered is None or not candidate.takes(len(ordered)):
                continue
            try:
                return self._apply(run, candidate, ordered)
            except Refusal as problem:
                refusal = refusal or str(problem)
            except Overflow:
                raise too_large(self.name) from None
            except (ArithmeticError, ValueError) as problem:
                wanted = problem if isinstance(problem, NoResult) else "arguments with a result"
                refusal = refusal or f"Expected {wanted}, but found {_list(arguments)}"
        # Null in, null out, also in a strict evaluation: a null is a value and no type error.
        if run.strict and None not in arguments:
            found = refusal or f"Expected other arguments, but found {_list(arguments)}"
            run.fail(site, f"{found} for '{self.name}'")
        return None

    def _apply(self, run: Run, candidate: Signature, arguments: list[Value]) -> Value:
        parameters = candidate.parameters
        fitted: list[Any] = [
            parameter.fit(value) for parameter, value in zip(parameters, arguments, strict=False)
        ]
        if parameters and parameters[-1].repeated:
            rest = [parameters[-1].fit(value) for value in arguments[len(parameters) - 1 :]]
            fitted[len(parameters) - 1 :] = [rest]
        result = self.implementation(*([run] if self.wants_run else ()), *fitted)
        if isinstance(result, str):
            run.charge_text(len(result))
        elif isinstance(result, list):
            run.charge_list(len(result))
        return result


def _list(arguments: Sequence[Value]) -> str:
    return ", ".join(map(describe, arguments)) or "none"


def _size(value: Value) -> int:
    if isinstance(value, (list, dict)):
        return len(value)
    return len(value) >> 4 if isinstance(value, str) else 0


BUILTINS: dict[str, Builtin] = {}


def builtin(
    name: str, *signatures: str, run: bool = False
) -> Callable[[Implementation], Implementation]:
    """Register an implementation; with `run` it gets the running evaluation first.

    Missing optional arguments are left to the implementation's defaults; a repeated
    parameter arrives as one list. `Refusal`, ValueError (best as `NoResult`, which says what
    was wanted) and ArithmeticError mean: no answer, null.
    """

    def register(implementation: Implementation) -> Implementation:
        BUILTINS[name] = Builtin(name, tuple(map(signature, signatures)), implementation, run)
        return implementation

    return register
