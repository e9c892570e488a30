"""Which process of a file is executed, and what is told of the others."""

from collections.abc import Sequence

from lxml import etree

from app.core.errors import Problem, problem
from app.core.i18n import N_, Sentence
from app.engine.errors import DiagramError
from app.engine.reading import BPMN, FLOW_NODES, Reading, flag, local_name, name_of
from app.engine.xml_file import refuse


def one_process(root: etree._Element) -> etree._Element:
    """The executable process; raises `DiagramError` where there is none, or more than one.

    A process that does not say whether it is executable is, unless another one says so.
    """
    if root.tag != f"{BPMN}definitions":
        raise _refused(
            "xml",
            N_("Expected a BPMN 2.0 file (definitions), found “{found}”."),
            found=local_name(root),
        )
    drawn = drawn_processes(root)
    if not drawn:
        raise _refused(
            "process", N_("Expected one process with elements in the file, found {found}."), found=0
        )
    chosen = executable(drawn)
    if not chosen:
        raise _refused(
            "process",
            N_("Expected an executable process (isExecutable), found one that is not."),
            drawn[0].get("id", ""),
        )
    if len(chosen) > 1:
        keys = ", ".join(each.get("id", "") for each in chosen)
        raise refuse(
            [
                problem(
                    "diagram.process",
                    each.get("id", ""),
                    N_(
                        "Expected one executable process in the file, found {keys}; put each into "
                        "a file of its own, or mark the others as not executable."
                    ),
                    keys=keys,
                )
                for each in chosen[1:]
            ]
        )
    (process,) = chosen
    if not process.get("id", "").strip():
        raise _refused("no_id", N_("Expected the process to have an id (its key), found none."))
    return process


def drawn_processes(root: etree._Element) -> list[etree._Element]:
    """The processes that have elements."""
    return [
        process
        for process in root.iterfind(f"{BPMN}process")
        if any(local_name(each) in FLOW_NODES for each in process.iterchildren(f"{BPMN}*"))
    ]


def executable(drawn: Sequence[etree._Element]) -> list[etree._Element]:
    """Those that say so; or else those that do not say the opposite."""
    said = [each for each in drawn if flag(each, "isExecutable")]
    return said or [each for each in drawn if flag(each, "isExecutable", default=True)]


def tell_others(reading: Reading, root: etree._Element) -> None:
    """Warn of pools and message flows, which only show what happens elsewhere."""
    for process in drawn_processes(root):
        if process is not reading.process:
            reading.warn(
                "pool",
                process.get("id", ""),
                N_("The process “{name}” is drawn only; the file executes “{key}”."),
                name=name_of(process, process.get("id", "")),
                key=reading.graph.key,
            )
    for flow in root.iterfind(f"{BPMN}collaboration/{BPMN}messageFlow"):
        reading.warn(
            "message_flow",
            flow.get("id", ""),
            N_("A message flow is drawn only; messages go by their names."),
        )


def _refused(code: str, template: str, where: str = "", **values: object) -> DiagramError:
    return refuse([Problem(f"diagram.{code}", where, Sentence(template, values))])
