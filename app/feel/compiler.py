"""Syntax tree to nested closures.

Every node becomes one Python function of the current scope. Nothing of the source ever turns
into Python code or into an attribute: a name is only a key of a mapping. How far out a name
lies is settled when compiling; only the entries of a filter's elements are unknown till then.
The files `compile_*.py` register how each kind of node is compiled.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

from app.feel import syntax as ast
from app.feel.run import Scope, Site
from app.feel.values import Value

Evaluator: TypeAlias = Callable[[Scope], Value]
_NodeType = TypeVar("_NodeType", bound=ast.Node)
_HANDLERS: dict[type[ast.Node], Callable[["Compiler", Any], Evaluator]] = {}


def compiles(
    kind: type[_NodeType],
) -> Callable[
    [Callable[["Compiler", _NodeType], Evaluator]], Callable[["Compiler", _NodeType], Evaluator]
]:
    """Register the function that compiles one kind of node."""

    def register(
        handler: Callable[["Compiler", _NodeType], Evaluator],
    ) -> Callable[["Compiler", _NodeType], Evaluator]:
        _HANDLERS[kind] = handler
        return handler

    return register


class LocalNames:
    """What one scope of an expression is known to hold, and which of it was used."""

    def __init__(self, names: Iterable[str] = (), of_item: bool = False) -> None:
        self.names = set(names)
        self.used: set[str] = set()
        #: The scope of a filter: its names are the entries of the element at hand.
        self.of_item = of_item


class Compiler:
    """Compiles one source; collects the outermost names that it reads."""

    def __init__(self, source: str, declared: frozenset[str]) -> None:
        self.source = source
        self.declared = declared
        #: Variables that are read for certain, and those that may be entries instead.
        self.reads: set[str] = set()
        self.may_read: set[str] = set()
        self._scopes: list[LocalNames] = []
        #: Nodes compiled so far.
        self.compiled = 0

    def compile(self, node: ast.Node) -> Evaluator:
        """The function of the current scope that a node becomes."""
        self.compiled += 1
        return _HANDLERS[type(node)](self, node)

    def compile_within(self, names: LocalNames, node: ast.Node) -> tuple[Evaluator, int]:
        """Compile in an inner scope; also how many nodes one evaluation may visit."""
        before = self.compiled
        with self.inside(names):
            evaluator = self.compile(node)
        return evaluator, self.compiled - before

    @contextmanager
    def inside(self, names: LocalNames) -> Iterator[None]:
        """Compile what follows in an inner scope."""
        self._scopes.append(names)
        yield
        self._scopes.pop()

    def site(self, node: ast.Node) -> Site:
        """Where to say that something went wrong."""
        return Site(self.source, node.start, node.end)

    def resolve(self, name: str) -> list[int]:
        """How many scopes outwards the name may be found, nearest first.

        The last one is certain: a local name, or the variables in the outermost scope.
        """
        places: list[int] = []
        for hops, names in enumerate(reversed(self._scopes)):
            if name in names.names:
                names.used.add(name)
                return [*places, hops]
            if names.of_item:
                places.append(hops)
        return [*places, len(self._scopes)]

    def is_variable(self, hops: int) -> bool:
        """Whether that many scopes outwards lie the variables."""
        return hops == len(self._scopes)
