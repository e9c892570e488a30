"""Decision tables of the XML to their node in the syntax tree."""

from lxml import etree

from app.core.i18n import N_
from app.dmn.boxes import CellText, Source, Unreadable, box
from app.dmn.document import id_of, plain_name
from app.dmn.table import Input, Output, Rule, Table
from app.dmn.texts import TextReader
from app.feel.embedding import Node, Tests

_POLICIES = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
_AGGREGATIONS = {"SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}
_ANYTHING = CellText("-", Tests(0, 0))


class TableReader(TextReader):
    """Reads the decision tables of one file."""

    def table(self, element: etree._Element, names: frozenset[str]) -> Node:
        """A table, or what is wrong with it."""
        policy = self._policy(element)
        if isinstance(policy, Unreadable):
            return policy
        children = self._document.children
        inputs = tuple(self._input(each, names) for each in children(element, "input"))
        found = list(children(element, "output"))
        outputs = tuple(self._output(each, names, len(found) == 1) for each in found)
        rules = list(children(element, "rule"))
        if not outputs:
            return self._refuse(element, N_("Expected a table with an output, found none."))
        if len(policy) > 1 and len(outputs) > 1:
            return self._refuse(
                element, N_("Expected one output to aggregate, found {found}."), found=len(outputs)
            )
        if len(rules) * (len(inputs) + len(outputs)) > self._limits.cells:
            return self._refuse(
                element,
                N_("Expected a table of at most {wanted} cells, found more."),
                wanted=self._limits.cells,
            )
        rows = []
        for rule in rules:
            row = self._rule(rule, names, len(inputs), len(outputs))
            if isinstance(row, Unreadable):
                return row
            rows.append(row)
        return box(Table, id_of(element), policy, inputs, outputs, tuple(rows))

    def _policy(self, element: etree._Element) -> "str | Unreadable":
        policy = _POLICIES.get(element.get("hitPolicy", "UNIQUE"))
        aggregation = element.get("aggregation")
        if policy == "C" and aggregation is not None and aggregation in _AGGREGATIONS:
            return policy + _AGGREGATIONS[aggregation]
        if policy is None or (aggregation and policy == "C"):
            return self._refuse(
                element,
                N_("Expected a hit policy of DMN, found “{found}”."),
                found=" ".join(filter(None, (element.get("hitPolicy"), aggregation))),
            )
        return policy

    def _input(self, element: etree._Element, names: frozenset[str]) -> Input:
        expression = self._document.child(element, "inputExpression")
        text = self._text(expression)
        if expression is None or not text:
            node: Node = self._refuse(
                element, N_("Expected an input expression in the column, found none.")
            )
        elif self._is_foreign(expression):
            node = self._foreign(expression)
        else:
            node = self._feel(expression, text, names)
            node = self.typed(
                node, self._types.of(expression.get("typeRef"), expression), expression
            )
        allowed = self.tests(self._document.child(element, "inputValues"), names)
        return Input(id_of(element), node, allowed)

    def _output(self, element: etree._Element, names: frozenset[str], alone: bool) -> Output:
        name = plain_name(element.get("name"))
        if not name and not alone:
            self._refuse(element, N_("Expected a name for each of several outputs."))
        listed = self.tests(self._document.child(element, "outputValues"), names)
        default = self._document.child(element, "defaultOutputEntry")
        return Output(
            name,
            self._types.of(element.get("typeRef"), element),
            () if listed is None else _sourced(listed),
            None if default is None else self.literal(default, names),
        )

    def _rule(
        self, element: etree._Element, names: frozenset[str], inputs: int, outputs: int
    ) -> "Rule | Unreadable":
        cells = list(self._document.children(element, "inputEntry"))
        results = list(self._document.children(element, "outputEntry"))
        if (len(cells), len(results)) != (inputs, outputs):
            return self._refuse(
                element,
                N_("Expected {wanted} cells in the row, found {found}."),
                wanted=inputs + outputs,
                found=len(cells) + len(results),
            )
        return Rule(
            id_of(element),
            tuple(self.tests(cell, names) or _ANYTHING for cell in cells),
            tuple(self.literal(result, names) for result in results),
        )


def _sourced(listed: CellText) -> tuple[Node, ...]:
    return tuple(box(Source, listed.text, test) for test in listed.tests.tests)
