"""Finding goal texts copied from elsewhere, without reading all the texts there are.

A text is cut into overlapping pieces of three characters. Twelve *bands* of three min-hashes are
stored beside it; two texts that share most of their pieces share at least one band almost
certainly (95 % at a Jaccard overlap of 0.6, 99.8 % at 0.75), and texts about different things
share none. So the candidates are twelve equality look-ups in an index, cut at a fixed number,
however many years of goals the database holds; only the candidates are compared exactly.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

_PRIME = (1 << 61) - 1
_BANDS, _ROWS = 12, 3
_PIECE = 3
_draw = random.Random(20221010)  # noqa: S311 -- fixed hash functions, nothing secret
_FUNCTIONS = tuple(
    (_draw.randrange(1, _PRIME), _draw.randrange(_PRIME)) for _ in range(_BANDS * _ROWS)
)


def band_hashes(text: str) -> tuple[int, ...]:
    """The band hashes of a text, signed 64 bits each; none for a text without words."""
    pieces = {_hash(piece) for piece in _pieces(_letters(text), _PIECE)}
    if not pieces:
        return ()
    lowest = [min((a * piece + b) % _PRIME for piece in pieces) for a, b in _FUNCTIONS]
    return tuple(
        _band(band, tuple(lowest[band * _ROWS : (band + 1) * _ROWS])) for band in range(_BANDS)
    )


def similarity(one: str, other: str) -> float:
    """How much of two texts is the same: 0 to 1, by pairs of characters (Dice), in linear time.

    Spaces, punctuation and the case of letters do not count.
    """
    pairs, others = (Counter(_pieces(_letters(text), 2)) for text in (one, other))
    total = pairs.total() + others.total()
    return 2 * (pairs & others).total() / total if total else 0.0


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _pieces(text: str, length: int) -> Iterator[str]:
    return (text[start : start + length] for start in range(len(text) - length + 1))


@lru_cache(maxsize=1 << 16)
def _hash(piece: str) -> int:
    return int.from_bytes(blake2b(piece.encode(), digest_size=7).digest())


def _band(number: int, lowest: tuple[int, ...]) -> int:
    digest = blake2b(repr((number, lowest)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
