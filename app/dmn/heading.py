"""What a file is about, read without compiling it."""

from dataclasses import dataclass

from app.dmn.document import plain_name, read_document
from app.dmn.limits import Limits

_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Heading:
    """The namespace of a file, those that it imports, and its decisions and services."""

    namespace: str
    imports: tuple[str, ...]
    #: Id → name.
    decisions: dict[str, str]


def read_heading(xml: bytes, limits: Limits = _LIMITS) -> Heading:
    """The heading of a file; raises `DecisionModelError` for what is no DMN."""
    document = read_document(xml, limits)
    found = document.children(document.root, "decision", "decisionService")
    names = {each.get("id", ""): plain_name(each.get("name")) for each in found}
    return Heading(document.namespace, tuple(document.imports), names)
