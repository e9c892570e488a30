"""The file of a diagram, and what its refusal looks like."""

from lxml import etree

from app.core import xml_file
from app.core.errors import Problem
from app.core.i18n import N_
from app.engine.errors import DiagramError
from app.engine.limits import Limits


def refuse(problems: list[Problem]) -> DiagramError:
    """The error that carries these problems."""
    return DiagramError(N_("The diagram cannot be used yet."), problems)


def open_xml(xml: bytes, limits: Limits) -> etree._Element:
    """Parse the bytes to the root element; raises `DiagramError` instead of expanding anything."""
    try:
        return xml_file.open_xml(xml, limits)
    except xml_file.UnreadableXmlError as error:
        raise refuse([Problem("diagram.xml", "", error.sentence)]) from None
