"""One file of a model: what it declares, before anything is linked or compiled."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.core.xml_file import UnreadableXmlError, open_xml
from app.dmn.errors import DecisionModelError
from app.dmn.limits import Limits

#: The versions 1.1 to 1.5 of the standard, and those that will follow.
_STANDARD = re.compile(r"https?://www\.omg\.org/spec/DMN/[0-9]{8}/[A-Za-z0-9./]*")
#: Elements of the requirements graph that decide something.
DECIDING = ("decision", "inputData", "businessKnowledgeModel", "decisionService")


@dataclass(slots=True)
class Document:
    """A file of a model; `root` is its XML."""

    root: etree._Element
    namespace: str
    name: str
    #: Namespaces of the imported models, each with the name that expressions know it by.
    imports: dict[str, str] = field(default_factory=dict)
    #: The same by the prefixes of qualified names (DMN 1.1).
    prefixes: dict[str, str] = field(default_factory=dict)

    def children(self, element: etree._Element, *names: str) -> Iterator[etree._Element]:
        """The DMN elements below an element, of these names or all; extensions are no DMN."""
        standard = etree.QName(self.root).namespace
        for child in element:
            name = etree.QName(child)
            if name.namespace == standard and (not names or name.localname in names):
                yield child

    def child(self, element: etree._Element, *names: str) -> etree._Element | None:
        """The first of them."""
        return next(self.children(element, *names), None)


def plain_name(text: str | None) -> str:
    """A name with each gap as one space, as FEEL compares names."""
    return " ".join((text or "").split())


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def id_of(element: etree._Element) -> str:
    """Where a person finds an element: its id, or that of what it lies in."""
    found: etree._Element | None = element
    while found is not None and not found.get("id"):
        found = found.getparent()
    return "" if found is None else found.get("id", "")


def text_of(element: etree._Element | None) -> str:
    """The text inside an element, trimmed."""
    return "" if element is None else (element.text or "").strip()


def read_document(xml: bytes, limits: Limits) -> Document:
    """Read a file that may be hostile; raises `DecisionModelError`."""
    try:
        root = open_xml(xml, limits)
    except UnreadableXmlError as error:
        raise DecisionModelError([Problem("decision.xml", "", error.sentence)]) from None
    name = etree.QName(root)
    if name.localname != "definitions" or not _STANDARD.fullmatch(name.namespace or ""):
        raise DecisionModelError(
            [
                problem(
                    "decision.xml",
                    "",
                    N_("Expected a DMN model (1.1 to 1.5), found the element “{found}”."),
                    found=str(root.tag),
                )
            ]
        )
    document = Document(root, root.get("namespace", ""), plain_name(root.get("name")))
    for each in document.children(root, "import"):
        if _STANDARD.match(each.get("importType", "")):
            document.imports[each.get("namespace", "")] = plain_name(each.get("name"))
    document.prefixes = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    return document
