"""Finding goal texts copied from elsewhere, without reading all the texts there are.

A text is cut into overlapping pieces of three characters, and every piece falls by its hash into
one of 36 bins; a bin keeps its lowest hash (one-permutation min-hashing: Li, Owen and Zhang 2012;
an empty bin borrows from the next full one: Shrivastava and Li 2014). Three bins make a *band*,
and the twelve bands are stored beside the text. Two texts that share most of their pieces share a
band almost certainly (about 95 % at an overlap of 0.6, more than 99 % at 0.75), texts about
different things share none. So the candidates are twelve equality look-ups in an index, cut at a
fixed number, however many years of goals the database holds; only candidates are compared exactly.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

_BANDS, _ROWS = 12, 3
_BINS = _BANDS * _ROWS
_PIECE = 3


def band_hashes(text: str) -> tuple[int, ...]:
    """The band hashes of a text, signed 64 bits each; none for a text without words."""
    lowest: dict[int, int] = {}
    for piece in set(_pieces(_letters(text), _PIECE)):
        rest, place = divmod(_hash(piece), _BINS)
        lowest[place] = min(rest, lowest.get(place, rest))
    if not lowest:
        return ()
    bins = [_borrowed(lowest, place) for place in range(_BINS)]
    return tuple(
        _band(number, bins[number * _ROWS : (number + 1) * _ROWS]) for number in range(_BANDS)
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
    return int.from_bytes(blake2b(piece.encode(), digest_size=8).digest())


def _borrowed(lowest: dict[int, int], place: int) -> tuple[int, int]:
    """What a bin holds, with how far it was fetched, so that two borrowers differ."""
    for distance in range(_BINS):
        found = lowest.get((place + distance) % _BINS)
        if found is not None:
            return distance, found
    raise AssertionError("Expected at least one full bin.")


def _band(number: int, bins: list[tuple[int, int]]) -> int:
    digest = blake2b(repr((number, bins)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
