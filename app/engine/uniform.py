"""One way to write each thing: dialects, root-level event definitions, prefixed references.

Only the tree in memory changes; the author's file is kept as it is.
"""

from copy import deepcopy
from itertools import islice

from lxml import etree

from app.engine.dialects import translate
from app.engine.reading import BPMN

#: Attributes that name another element of the same file, perhaps with a prefix.
_REFERENCES = ("attachedToRef", "calledElement")
#: XML elements of an event definition that several events share: each event gets a copy.
_SHARED_SIZE = 20


def make_uniform(root: etree._Element) -> None:
    """Rewrite the tree of a file, in place."""
    translate(root)
    _bring_event_definitions(root)
    for element in root.iter(f"{BPMN}boundaryEvent", f"{BPMN}callActivity"):
        for name in _REFERENCES:
            _drop_prefix(element, name)


def _bring_event_definitions(root: etree._Element) -> None:
    """Events may share a definition that stands beside the process."""
    shared = {
        each.get("id"): each
        for each in root.iterchildren(f"{BPMN}*")
        if str(each.tag).endswith("EventDefinition")
        and each.get("id")
        and sum(1 for _ in islice(each.iter(), _SHARED_SIZE + 1)) <= _SHARED_SIZE
    }
    for reference in list(root.iter(f"{BPMN}eventDefinitionRef")):
        wanted = (reference.text or "").strip().rpartition(":")[2]
        event = reference.getparent()
        if wanted in shared and event is not None:
            event.replace(reference, deepcopy(shared[wanted]))


def _drop_prefix(element: etree._Element, name: str) -> None:
    """`ns:key` is `key` where the prefix is declared; anything else is left to the reader."""
    prefix, colon, local = element.get(name, "").strip().partition(":")
    if colon and prefix in element.nsmap:
        element.set(name, local)
