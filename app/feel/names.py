"""Which runs of tokens are one name: `monthly salary`, `预算 (万元)`, `date and time`."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from app.feel.errors import FeelError
from app.feel.lexer import Token, tokenize


def join(tokens: Sequence[Token]) -> str:
    """The name that the tokens spell, every gap as one space."""
    parts = [(" " if token.spaced and at else "") + token.text for at, token in enumerate(tokens)]
    return "".join(parts)


_Shape: TypeAlias = tuple[tuple[str, bool], ...]


@lru_cache(maxsize=4096)
def _shape(name: str) -> tuple[str, _Shape]:
    """The first token of a name, and text and gap of those after it."""
    try:
        tokens = tokenize(name)[:-1]
    except FeelError:
        return "", ()  # such as a key with a quotation mark: `get value` still reaches it
    return tokens[0].text if tokens else "", tuple((t.text, t.spaced) for t in tokens[1:])


class Names:
    """The names of several tokens known so far, looked up longest first."""

    def __init__(self, names: Iterable[str] = (), base: "Names | None" = None) -> None:
        """Declare names, beside those of a base that is not changed."""
        known = {} if base is None else base._by_first
        self._by_first: dict[str, list[tuple[_Shape, str]]] = {
            first: list(shapes) for first, shapes in known.items()
        }
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Declare a name; a name of one token needs no declaration and is not kept."""
        first, shape = _shape(name)
        if shape:
            known = self._by_first.setdefault(first, [])
            if all(name != other for _, other in known):
                known.append((shape, name))
                known.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
        """The longest declared name that begins at a token, and how many tokens it takes."""
        for shape, name in self._by_first.get(tokens[at].text, ()):
            following = tokens[at + 1 : at + 1 + len(shape)]
            if shape == tuple((token.text, token.spaced) for token in following):
                return name, len(shape) + 1
        return None
