"""Boxed expressions of the XML to one syntax tree: FEEL's nodes and those of `boxes.py`."""

from collections.abc import Iterable

from lxml import etree

from app.core.i18n import N_
from app.dmn.boxes import ResultOf, RowOf, WithParameters, box
from app.dmn.document import id_of, local_name, plain_name
from app.dmn.table_reader import TableReader
from app.dmn.texts import NULL
from app.feel.embedding import (
    Call,
    ContextOf,
    Filter,
    For,
    FunctionOf,
    If,
    Iterator,
    ListOf,
    Node,
    Quantified,
)

#: DMN elements that stand beside an expression and are none.
_BESIDE = frozenset(
    {"description", "extensionElements", "question", "allowedAnswers", "variable", "parameter"}
    | {"informationRequirement", "knowledgeRequirement", "authorityRequirement", "binding"}
    | {"supportedObjective", "impactedPerformanceIndicator", "decisionMaker", "decisionOwner"}
    | {"usingProcess", "usingTask", "formalParameter"}
)


class Reader(TableReader):
    """Reads the expressions of one file; problems are collected, each with its element."""

    # What holds an expression.

    def logic(self, element: etree._Element, names: Iterable[str]) -> Node | None:
        """The expression directly inside an element, if there is one."""
        for child in self._document.children(element):
            if local_name(child) in _EXPRESSIONS:
                return self.expression(child, frozenset(names))
            if local_name(child) not in _BESIDE:
                return self._refuse(
                    child,
                    N_("Expected a boxed expression of DMN, found “{found}”."),
                    found=local_name(child),
                )
        return None

    def expression(self, element: etree._Element, names: frozenset[str]) -> Node:
        """The tree of an expression element, its type checked where it says one."""
        node = _EXPRESSIONS[local_name(element)](self, element, names)
        return self.typed(node, self._types.of(element.get("typeRef"), element), element)

    def function(self, element: etree._Element, names: frozenset[str]) -> Node:
        """A function definition: its parameters and, in their scope, its body."""
        if element.get("kind", "FEEL") != "FEEL":
            return self._refuse(
                element,
                N_("Expected a function in FEEL, found one in {found}."),
                found=element.get("kind"),
            )
        parameters = [
            (plain_name(each.get("name")), self._types.of(each.get("typeRef"), each))
            for each in self._document.children(element, "formalParameter")
        ]
        body = self.logic(element, names | {name for name, _ in parameters}) or NULL
        types = tuple((name, to) for name, to in parameters if to is not None)
        if types:
            body = box(WithParameters, types, body, id_of(element))
        return box(FunctionOf, tuple((name, None) for name, _ in parameters), body)

    # The expressions, one method each.

    def _context(self, element: etree._Element, names: frozenset[str]) -> Node:
        entries: list[tuple[str, Node]] = []
        result: Node | None = None
        for each in self._document.children(element, "contextEntry"):
            variable = self._document.child(each, "variable")
            if variable is None:
                result = self.logic(each, names) or NULL
                continue
            name = plain_name(variable.get("name"))
            names |= {name}
            node = self.logic(each, names) or NULL
            to = self._types.of(variable.get("typeRef"), variable)
            entries.append((name, self.typed(node, to, variable)))
        if len({name for name, _ in entries}) < len(entries):
            return self._refuse(element, N_("Expected entries with different names."))
        if result is not None:
            return box(ResultOf, tuple(entries), result)
        return box(ContextOf, tuple(entries))

    def _invocation(self, element: etree._Element, names: frozenset[str]) -> Node:
        function = self.logic(element, names) or NULL
        arguments, called = [], []
        for binding in self._document.children(element, "binding"):
            parameter = self._document.child(binding, "parameter")
            called.append(plain_name("" if parameter is None else parameter.get("name")))
            to = parameter is not None and self._types.of(parameter.get("typeRef"), parameter)
            argument = self.logic(binding, names) or NULL
            arguments.append(self.typed(argument, to or None, binding))
        return box(Call, function, tuple(arguments), tuple(called))

    def _list(self, element: etree._Element, names: frozenset[str]) -> Node:
        return box(ListOf, self._all(element, names))

    def _all(self, element: etree._Element, names: frozenset[str]) -> tuple[Node, ...]:
        return tuple(
            self.expression(child, names)
            for child in self._document.children(element)
            if local_name(child) in _EXPRESSIONS
        )

    def _relation(self, element: etree._Element, names: frozenset[str]) -> Node:
        columns = tuple(
            plain_name(each.get("name")) for each in self._document.children(element, "column")
        )
        rows = []
        for row in self._document.children(element, "row"):
            cells = self._all(row, names)
            if len(cells) != len(columns):
                return self._refuse(
                    row,
                    N_("Expected {wanted} cells in the row, found {found}."),
                    wanted=len(columns),
                    found=len(cells),
                )
            rows.append(box(RowOf, columns, cells))
        return box(ListOf, tuple(rows))

    def _conditional(self, element: etree._Element, names: frozenset[str]) -> Node:
        return box(If, *(self._part(element, part, names) for part in ("if", "then", "else")))

    def _filter(self, element: etree._Element, names: frozenset[str]) -> Node:
        return box(
            Filter,
            self._part(element, "in", names),
            self._part(element, "match", names | {"item"}),
        )

    def _for(self, element: etree._Element, names: frozenset[str]) -> Node:
        iterator = self._iterator(element, names)
        inner = names | {iterator.name, "partial"}
        return box(For, (iterator,), self._part(element, "return", inner))

    def _quantified(self, element: etree._Element, names: frozenset[str]) -> Node:
        iterator = self._iterator(element, names)
        condition = self._part(element, "satisfies", names | {iterator.name})
        return box(Quantified, local_name(element), (iterator,), condition)

    def _iterator(self, element: etree._Element, names: frozenset[str]) -> Iterator:
        name = plain_name(element.get("iteratorVariable"))
        return Iterator(name, self._part(element, "in", names))

    def _part(self, element: etree._Element, name: str, names: frozenset[str]) -> Node:
        part = self._document.child(element, name)
        node = None if part is None else self.logic(part, names)
        if part is None or node is None:
            return self._refuse(
                element, N_("Expected an expression in “{wanted}”, found none."), wanted=name
            )
        return self.typed(node, self._types.of(part.get("typeRef"), part), part)


_EXPRESSIONS = {
    "literalExpression": Reader.literal,
    "context": Reader._context,
    "invocation": Reader._invocation,
    "functionDefinition": Reader.function,
    "list": Reader._list,
    "relation": Reader._relation,
    "conditional": Reader._conditional,
    "filter": Reader._filter,
    "for": Reader._for,
    "every": Reader._quantified,
    "some": Reader._quantified,
    "decisionTable": Reader.table,
}
