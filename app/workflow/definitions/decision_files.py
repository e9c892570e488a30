"""Decision models: the files that a diagram may ask, and those that a version keeps."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from app.core.errors import NotFoundError
from app.core.i18n import N_
from app.dmn import DecisionModelError, Heading, Model, parse_decisions, read_heading

#: By the id of a decision, the files that it was read from, its own first; as JSON keeps them.
Kept = Mapping[str, list[str]]


class DecisionLibrary:
    """The decision models (`*.dmn`) of one folder, read again when a file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, ref: str) -> Model:
        """The model with the decision of this id.

        Raises:
            NotFoundError: no file has it. DecisionModelError: the file cannot be used.
        """
        files = self._files()
        for heading, text in files:
            if ref in heading.decisions:
                return _model((text, *_imported(heading, files)))
        raise NotFoundError(
            N_("Expected the decision “{wanted}” in the decision models, found none."), wanted=ref
        )

    def known(self, refs: Iterable[str]) -> dict[str, Model]:
        """The models of these decisions; one that no file has is left out."""
        found = {}
        for ref in refs:
            try:
                found[ref] = self.get(ref)
            except NotFoundError:
                continue
        return found

    def _files(self) -> list[tuple[Heading, str]]:
        found = []
        for path in sorted(self._folder.glob("*.dmn")):
            try:
                text = path.read_text(encoding="utf-8")
                found.append((_heading(text), text))
            except (DecisionModelError, UnicodeDecodeError):
                continue  # no decision can be found in what cannot be read
        return found


def kept_files(models: Mapping[str, Model]) -> dict[str, list[str]]:
    """The files of these models, for the row of a version."""
    return {ref: [each.decode() for each in model.documents] for ref, model in models.items()}


def kept_models(kept: Kept) -> dict[str, Model]:
    """The models of a version, as they were when it was deployed."""
    return {ref: _model(tuple(texts)) for ref, texts in kept.items()}


def _imported(heading: Heading, files: list[tuple[Heading, str]]) -> Iterable[str]:
    """The files that a file imports, and those that they import."""
    wanted, seen = list(heading.imports), {heading.namespace}
    while wanted:
        namespace = wanted.pop()
        for other, text in files:
            if other.namespace == namespace and namespace not in seen:
                seen.add(namespace)
                wanted += other.imports
                yield text


@lru_cache(maxsize=64)
def _heading(text: str) -> Heading:
    return read_heading(text.encode())


@lru_cache(maxsize=64)
def _model(texts: tuple[str, ...]) -> Model:
    first, *imported = (text.encode() for text in texts)
    return parse_decisions(first, imported)
