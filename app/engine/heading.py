"""What a file is about, read without judging it: drafts are kept before they pass the gate."""

from dataclasses import dataclass

from app.core.errors import problem
from app.core.i18n import N_, Bilingual
from app.engine.limits import Limits
from app.engine.pools import drawn_processes, executable
from app.engine.reading import BPMN, local_name, name_of
from app.engine.xml_file import open_xml, refuse

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


@dataclass(frozen=True, slots=True)
class Heading:
    """The process that a file draws."""

    #: Id of the process: the key of its definition.
    key: str
    name: Bilingual
    #: Whether any element is drawn; without a layout no page can show or edit the file.
    has_layout: bool


def read_heading(xml: bytes, limits: Limits | None = None) -> Heading:
    """The process of a file that may break every other rule of the deploy gate.

    Of several processes it is the one that is executed, or else the first that has elements.

    Raises:
        DiagramError: no XML that can be read safely, no BPMN, no process, or one without an id.
    """
    root = open_xml(xml, limits or Limits())
    processes = list(root.iterfind(f"{BPMN}process")) if root.tag == f"{BPMN}definitions" else []
    if not processes:
        raise refuse(
            [
                problem(
                    "diagram.xml",
                    "",
                    N_("Expected a BPMN 2.0 file with a process, found “{found}” without one."),
                    found=local_name(root),
                )
            ]
        )
    drawn = drawn_processes(root)
    process = [*executable(drawn), *drawn, *processes][0]
    key = process.get("id", "").strip()
    if not key:
        raise refuse(
            [
                problem(
                    "diagram.no_id",
                    "",
                    N_("Expected the process to have an id (its key), found none."),
                )
            ]
        )
    return Heading(key, name_of(process, key), next(root.iter(f"{_DI}BPMNShape"), None) is not None)
