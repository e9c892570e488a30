"""Functions that an expression defines."""

from collections.abc import Callable, Sequence

from app.feel.functions import Callee
from app.feel.run import Run, Scope, Site
from app.feel.syntax import Type
from app.feel.types import conforms
from app.feel.values import Value, describe


class UserFunction(Callee):
    """`function(x: number) x + 1` together with the scope it was defined in."""

    __slots__ = ("_body", "_scope", "_weight", "gives", "parameters")

    def __init__(
        self,
        parameters: tuple[tuple[str, Type | None], ...],
        body: Callable[[Scope], Value],
        weight: int,
        scope: Scope,
        gives: Type | None = None,
    ) -> None:
        self.parameters = parameters
        self._body = body
        self._weight = weight
        self._scope = scope
        #: The type of its results, where the text shows it.
        self.gives = gives

    def call(
        self, run: Run, site: Site, arguments: Sequence[Value], named: Sequence[str] = ()
    ) -> Value:
        """Bind the arguments, converting single-element lists, and evaluate the body."""
        names = [name for name, _ in self.parameters]
        given = dict(zip(named or names, arguments, strict=False))
        if len(arguments) != len(names) or given.keys() != set(names):
            wanted = ", ".join(names) or "nothing"
            run.fail(site, f"Expected the arguments {wanted}, but found {len(arguments)}")
            return None
        for name, of_type in self.parameters:
            value = given[name]
            if of_type is not None and value is not None and not conforms(value, of_type):
                if isinstance(value, list) and len(value) == 1 and conforms(value[0], of_type):
                    given[name] = value[0]
                elif of_type.name == "list" and conforms([value], of_type):
                    given[name] = [value]
                else:
                    problem = f"Expected a {of_type.name} as '{name}', found {describe(value)}"
                    run.fail(site, problem)
                    return None
        run.charge(self._weight)
        run.enter()
        try:
            return self._body(Scope(given, self._scope, run))
        finally:
            run.depth -= 1
