"""The FEEL expressions inside a form: hide conditions, computed fields, options."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.feel import FeelError, compile_expression


class Expression:
    """One compiled expression; `source` is its text without the leading `=`."""

    __slots__ = ("_compiled", "reads", "source")

    def __init__(self, source: str, names: Iterable[str]) -> None:
        """Compile; raises `FeelError` with a sentence when the text is no expression."""
        self.source = source.strip().removeprefix("=").strip()
        self._compiled = compile_expression(self.source, tuple(names))
        #: Names that it takes from outside.
        self.reads: frozenset[str] = self._compiled.reads

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """The result; null when the expression asks for more than its budget allows."""
        try:
            return self._compiled.evaluate(scope)
        except FeelError:
            return None
