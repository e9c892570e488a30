"""Reads how often an activity is done: standard loops and multi-instance."""

from lxml import etree

from app.core.i18n import N_
from app.engine.expression_reader import ExpressionReader
from app.engine.expressions import Expression
from app.engine.graph import ACTIVITIES, Loop, Node
from app.engine.reading import BPMN, CAMUNDA, Reading, flag, local_name, vendor

STANDARD = "standardLoopCharacteristics"
MULTIPLE = "multiInstanceLoopCharacteristics"
#: What the instances of an activity know without being told.
COUNTERS = {
    "numberOfInstances": "nrOfInstances",
    "numberOfActiveInstances": "nrOfActiveInstances",
    "numberOfCompletedInstances": "nrOfCompletedInstances",
    "numberOfTerminatedInstances": "nrOfTerminatedInstances",
}
LOOP_COUNTER = "loopCounter"
#: Names that a diagram may not give to its own variables.
_TAKEN = frozenset({LOOP_COUNTER, *COUNTERS, *COUNTERS.values()})
#: Parts that would change when an instance throws an event or the activity is over.
_UNEXECUTED = (
    "oneBehaviorEventRef",
    "noneBehaviorEventRef",
    "complexBehaviorDefinition",
)
#: Extensions that say when a job is tried again, not what the loop does.
_HARMLESS = frozenset({"failedJobRetryTimeCycle"})


class LoopReader:
    """Reads the loop of an activity and notes what would not be done as drawn."""

    def __init__(self, reading: Reading, expressions: ExpressionReader) -> None:
        self._reading = reading
        self._expressions = expressions

    def read(self, element: etree._Element, node: Node) -> Loop | None:
        """The loop of a node; None for one that is done once."""
        parts = [each for name in (STANDARD, MULTIPLE) for each in element.iterfind(BPMN + name)]
        if not parts:
            return None
        if len(parts) > 1 or node.type not in ACTIVITIES or node.by_event:
            self._refuse(
                node,
                N_(
                    "Expected at most one loop, and that on a task, sub-process or call, found {n}."
                ),
                n=f"{len(parts)} × {node.type}",
            )
            return None
        if local_name(parts[0]) == STANDARD:
            return self._standard(parts[0], node)
        return self._multiple(parts[0], node)

    # Standard loops.

    def _standard(self, part: etree._Element, node: Node) -> Loop:
        condition = self._expression(part, "loopCondition", node)
        text = (part.get("loopMaximum") or "").strip()
        maximum = int(text) if text.isdecimal() and len(text) < 10 else 0
        if text and maximum < 1:
            self._refuse(node, N_("Expected loopMaximum from 1 on, found “{found}”."), found=text)
        elif condition is None and not text:
            self._refuse(node, N_("Expected the condition or the maximum of the loop, found none."))
        tests_before = flag(part, "testBefore")
        return Loop("standard", condition, tests_before=tests_before, maximum=maximum or None)

    # Multi-instance.

    def _multiple(self, part: etree._Element, node: Node) -> Loop:
        self._check_parts(part, node)
        cardinality = self._expression(part, "loopCardinality", node)
        collection = self._collection(part, node)
        if (cardinality is None) == (collection is None):
            self._refuse(
                node,
                N_("Expected either a collection or the number of instances, found {found}."),
                found="none" if cardinality is None else "both",
            )
        item = self._name(part, "inputDataItem", node) or vendor(part, "elementVariable")
        output = (part.findtext(f"{BPMN}loopDataOutputRef") or "").strip() or None
        result = self._name(part, "outputDataItem", node)
        if item is not None and collection is None:
            self._refuse(node, N_("Expected the collection of “{item}”, found none."), item=item)
        if (output is None) != (result is None):
            self._refuse(
                node,
                N_("Expected loopDataOutputRef and outputDataItem together, found only “{found}”."),
                found=output or result,
            )
        for name in filter(None, (item, output)):
            self._check_name(name, node)
        if output and (output == item or (collection and output in collection.reads)):
            self._refuse(
                node,
                N_("Expected a list of results other than what is read, found “{found}” for both."),
                found=output,
            )
        return Loop(
            "sequential" if flag(part, "isSequential") else "parallel",
            self._expression(part, "completionCondition", node),
            cardinality=cardinality,
            collection=collection,
            item=item,
            output=output,
            result=self._expressions.compile(result, node.id) if result else None,
        )

    def _collection(self, part: etree._Element, node: Node) -> Expression | None:
        standard = (part.findtext(f"{BPMN}loopDataInputRef") or "").strip()
        extension = vendor(part, "collection")
        if standard and extension and standard != extension:
            self._refuse(
                node,
                N_("Expected one collection, found “{one}” and “{other}”."),
                one=standard,
                other=extension,
            )
        text = standard or extension
        return self._expressions.compile(text, node.id) if text else None

    def _check_parts(self, part: etree._Element, node: Node) -> None:
        behavior = part.get("behavior", "All").strip()
        if behavior != "All":
            self._refuse(node, N_("Expected behavior All, found {found}."), found=behavior)
        found = [name for name in _UNEXECUTED if part.find(BPMN + name) is not None]
        found += ["elementIndexVariable"] if vendor(part, "elementIndexVariable") else []
        for extensions in part.iterfind(f"{BPMN}extensionElements"):
            found += [
                local_name(each)
                for each in extensions.iterchildren("*")
                if str(each.tag).startswith(CAMUNDA) and local_name(each) not in _HARMLESS
            ]
        for name in found:
            self._refuse(
                node,
                N_("Expected only parts of a loop that are executed, found {name}."),
                name=name,
            )

    def _check_name(self, name: str, node: Node) -> None:
        ids = {each.get("id") for each in self._reading.process.iter(f"{BPMN}*")}
        if not name.isidentifier() or name in _TAKEN or name in ids:
            self._refuse(
                node,
                N_(
                    "Expected a name of one word that neither an element nor a counter has, found "
                    "“{found}”."
                ),
                found=name,
            )

    def _name(self, part: etree._Element, kind: str, node: Node) -> str | None:
        item = part.find(BPMN + kind)
        if item is None:
            return None
        name = (item.get("name") or item.get("id") or "").strip()
        if not name:
            self._refuse(node, N_("Expected the name of {kind}, found none."), kind=kind)
        return name or None

    def _expression(self, part: etree._Element, kind: str, node: Node) -> Expression | None:
        child = part.find(BPMN + kind)
        text = (child.text or "").strip() if child is not None else ""
        if child is None:
            return None
        self._expressions.refuse_language(child, node.id, "language")
        if not text:
            self._refuse(node, N_("Expected an expression in {kind}, found none."), kind=kind)
            return None
        return self._expressions.compile(text, node.id)

    def _refuse(self, node: Node, template: str, **values: object) -> None:
        self._reading.refuse("loop", node.id, template, **values)
