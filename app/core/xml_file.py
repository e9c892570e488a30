"""A stranger's XML, opened safely: no entities, no DTD, no network, within limits of size."""

from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

from app.core.errors import InvalidInputError
from app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """How big a file may be; each format adds limits of its own."""

    #: Size of the file.
    bytes: int = 5_000_000
    #: XML elements, layout and extensions included.
    elements: int = 60_000
    #: Nesting of XML elements.
    depth: int = 60
    #: Attributes of one element, namespace declarations included.
    attributes: int = 100
    #: Length of one attribute or text.
    text: int = 20_000


class UnreadableXmlError(InvalidInputError):
    """The file is no XML, or none within the limits."""


def open_xml(xml: bytes, limits: XmlLimits) -> etree._Element:
    """Parse the bytes to the root; raises `UnreadableXmlError` instead of expanding anything.

    A first pass only counts, in linear time and constant memory: lxml alone needs minutes for one
    element with 300,000 attributes.
    """
    if len(xml) > limits.bytes:
        raise UnreadableXmlError(
            N_("Expected a file of at most {wanted} bytes, found {found}."),
            wanted=limits.bytes,
            found=len(xml),
        )
    try:
        _Scan(limits).read(xml)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        return etree.fromstring(xml, parser)
    except (expat.ExpatError, etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise UnreadableXmlError(
            N_("Expected well-formed XML in UTF-8, found: {found}"), found=str(error)
        ) from None


class _Scan:
    """Walks over the file without building anything, and stops at the first limit."""

    def __init__(self, limits: XmlLimits) -> None:
        self._limits = limits
        self._depth = 0
        self._count = 0

    def read(self, xml: bytes) -> None:
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        parser.buffer_size = self._limits.text + 1
        parser.Parse(xml, True)

    def _doctype(self, name: str, *_rest: object) -> None:
        raise UnreadableXmlError(
            N_("Expected no document type declaration, found one for '{found}'."), found=name
        )

    def _start(self, _tag: str, attributes: list[str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > self._limits.depth:
            raise UnreadableXmlError(
                N_("Expected at most {wanted} nested elements, found more."),
                wanted=self._limits.depth,
            )
        if self._count > self._limits.elements:
            raise UnreadableXmlError(
                N_("Expected at most {wanted} XML elements, found more."),
                wanted=self._limits.elements,
            )
        if len(attributes) > 2 * self._limits.attributes:
            raise UnreadableXmlError(
                N_("Expected at most {wanted} attributes on one element, found {found}."),
                wanted=self._limits.attributes,
                found=len(attributes) // 2,
            )
        for value in attributes:
            self._text(value)

    def _end(self, _tag: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        if len(text) > self._limits.text:
            raise UnreadableXmlError(
                N_("Expected texts of at most {wanted} characters, found a longer one."),
                wanted=self._limits.text,
            )
