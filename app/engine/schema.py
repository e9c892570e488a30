"""Whether a file keeps to the BPMN 2.0 schema of the OMG, told with line and element.

The schema files lie in SpiffWorkflow's package, unchanged; extensions of other namespaces are not
judged, as the schema itself wants it.
"""

import re
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from lxml import etree

from app.core.errors import Problem
from app.core.i18n import N_, Sentence

#: Mistakes of one file that are told; the rest mostly follow from them.
_TOLD = 20
#: Mistakes up to which their places are looked for.
_LOCATED = 100
_NAMESPACE = re.compile(r"\{[^{}]*\}")
_SCHEMA = files("SpiffWorkflow.bpmn.parser") / "schema"
#: One schema object collects the mistakes of one file at a time.
_TURN = Lock()


class _OnlyHere(etree.Resolver):
    """Gives the files of the schema's folder, and no other."""

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:
        text = (_SCHEMA / (system_url or public_id or "").rpartition("/")[2]).read_bytes()
        return self.resolve_string(text, context, base_url=system_url)


@cache
def _schema() -> etree.XMLSchema:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parser.resolvers.add(_OnlyHere())
    text = (_SCHEMA / "BPMN20.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(text, parser, base_url="bpmn:/BPMN20.xsd"))


def schema_problems(root: etree._Element, xml: bytes) -> list[Problem]:
    """Where the file breaks the schema, each with the id of the element around the place.

    Mistakes in the layout are warnings.
    """
    if "targetNamespace" not in root.attrib:
        # A name for references from other files, of which there are none: nothing depends on it.
        root.set("targetNamespace", "countersign")
    with _TURN:
        schema = _schema()
        count = _count(root, xml, schema)
        if count > _LOCATED:
            return [
                Problem(
                    "diagram.schema",
                    "",
                    Sentence(
                        N_("Expected what the BPMN 2.0 schema allows, found {count} mistakes."),
                        {"count": count},
                    ),
                )
            ]
        if schema.validate(root):
            return []
        log = list(schema.error_log)
    return [
        Problem(
            "diagram.schema",
            _id_around(root, each.path),
            Sentence(
                N_("Expected what the BPMN 2.0 schema allows, found in line {line}: {found}"),
                {"line": each.line, "found": _NAMESPACE.sub("", each.message)},
            ),
            # A wrong layout can be drawn anew; nothing runs otherwise.
            "warn" if "BPMNDiagram" in (each.path or "") else "block",
        )
        for each in log[:_TOLD]
    ]


def _count(root: etree._Element, xml: bytes, schema: etree.XMLSchema) -> int:
    """How many mistakes there are, in linear time: telling their places takes its square."""
    parser = etree.XMLParser(schema=schema, resolve_entities=False, no_network=True)
    try:
        etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        found = len(parser.error_log)
    else:
        found = 0
    ids = [each.get("id") for each in root.iter("*") if each.get("id")]
    return found + len(ids) - len(set(ids))


def _id_around(root: etree._Element, path: str | None) -> str:
    """The id of the element at a path, or else of the next around it that has one."""
    known = ""
    for step in (path or "").split("/")[2:]:
        name, _, place = step.rstrip("]").partition("[")
        alike = [each for each in root if name == "*" or _prefixed(each) == name]
        if not alike:
            break
        root = alike[int(place or 1) - 1]
        known = root.get("id") or known
    return known


def _prefixed(element: etree._Element) -> str:
    name = etree.QName(element).localname
    return f"{element.prefix}:{name}" if element.prefix else name
