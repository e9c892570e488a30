"""What a person typed, kept as it was, so that the page shows it back and a draft loses nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.forms import limits
from app.forms.layout import cell_path
from app.forms.submission import ROW, ROWS, Submission


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row as the page shows it back: `index` is in its inputs' names.

    `position` is its place among the bound rows; None for a new row that is still empty.
    """

    index: int
    position: int | None


@dataclass(frozen=True, slots=True)
class Typed:
    """Texts by path (`indicators.3.weight`), several for a multiple choice; rows by list."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: Mapping[str, tuple[TypedRow, ...]] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        """The text of a single input; None when it was not sent."""
        texts = self.texts.get(path)
        return None if texts is None else "".join(texts[-1:])

    def as_pairs(self) -> list[tuple[str, str]]:
        """The same as inputs of a page: keep them as a draft and bind them again."""
        return list(self._pairs())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for path, rows in self.rows.items():
            yield f"{path}.{ROWS}", ""
            for place, row in enumerate(rows):
                yield f"{cell_path(path, row.index)}.{ROW}", str(place)
        for path, texts in self.texts.items():
            for text in texts or ("",):
                yield path, text


def typed_texts(submission: Submission) -> dict[str, tuple[str, ...]]:
    """The texts of everything that was sent for this form."""
    sent = dict(submission.values)
    for path, rows in submission.rows.items():
        for row in rows:
            sent.update({cell_path(path, row.index, key): raw for key, raw in row.cells.items()})
    return {path: tuple(_texts(raw)) for path, raw in sent.items()}


def _texts(raw: object) -> Iterator[str]:
    if isinstance(raw, (list, tuple)):
        for each in raw[: limits.MAX_OPTIONS]:
            if not isinstance(each, (list, tuple)):
                yield from _texts(each)
    elif isinstance(raw, Mapping):
        yield from _texts(raw["id"]) if isinstance(raw.get("id"), str) else ()
    elif isinstance(raw, str):
        yield _showable(raw)
    elif isinstance(raw, bool):
        yield "true" if raw else "false"
    elif isinstance(raw, int):
        yield str(raw) if abs(raw) < 10**limits.MAX_NUMBER_LENGTH else ""
    elif isinstance(raw, (float, Decimal)) or hasattr(raw, "isoformat"):
        yield str(raw)
    else:
        yield ""


def _showable(text: str) -> str:
    # A lone surrogate cannot be sent back in UTF-8, nor NUL be stored in PostgreSQL.
    cut = text[: limits.MAX_TYPED_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return cut.encode("utf-8", "replace").decode() if not cut.isascii() else cut
