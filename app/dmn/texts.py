"""The FEEL texts of a file: literal expressions and unary tests, read into syntax trees."""

from collections.abc import Iterable, Mapping

from lxml import etree

from app.core.errors import Problem
from app.core.i18n import N_, Sentence
from app.dmn.boxes import CellText, Source, Typed, Unreadable, box
from app.dmn.document import Document, id_of, text_of
from app.dmn.item_definitions import Types
from app.dmn.limits import Limits
from app.dmn.types import ItemType
from app.feel import FeelError
from app.feel.embedding import (
    FunctionOf,
    Literal,
    Node,
    Tests,
    Type,
    parse_expression,
    parse_unary_tests,
)

NULL = Literal(0, 0, None)


class TextReader:
    """Reads the texts of one file; problems are collected, each with its element."""

    def __init__(self, document: Document, types: Types, limits: Limits) -> None:
        self._document = document
        self._types = types
        self._limits = limits
        #: Names of several words that parts of values may have; set once all files are read.
        self.part_names: frozenset[str] = frozenset()
        self.shapes: Mapping[str, Type] = {}
        self.problems: list[Problem] = []

    def literal(self, element: etree._Element, names: frozenset[str]) -> Node:
        """The FEEL inside an element; an empty one is null."""
        if self._is_foreign(element):
            return self._foreign(element)
        imported = self._document.child(element, "importedValues")
        if imported is not None:
            return self._refuse(imported, N_("Expected values in the model, found imported ones."))
        return self._feel(element, self._text(element), names)

    def tests(self, element: etree._Element | None, names: Iterable[str]) -> CellText | None:
        """The unary tests inside an element; None if they are missing."""
        text = self._text(element)
        if element is None or not text:
            return None
        if self._is_foreign(element):
            return CellText(text, Tests(0, 0, (self._foreign(element),)))
        try:
            tests = parse_unary_tests(
                text, (*names, *self.part_names), self._limits.expression, self.shapes
            )
        except FeelError as error:
            return CellText(text, Tests(0, 0, (self._unreadable(element, error),)))
        return CellText(text, tests)

    def typed(self, node: Node, to: ItemType | None, element: etree._Element) -> Node:
        """The node, its value made to conform to a type."""
        if to is None or to.functional() or isinstance(node, FunctionOf):
            return node
        return box(Typed, node, to, id_of(element))

    def _text(self, element: etree._Element | None) -> str:
        return "" if element is None else text_of(self._document.child(element, "text"))

    def _feel(self, element: etree._Element, text: str, names: frozenset[str]) -> Node:
        if not text:
            return NULL
        try:
            node = parse_expression(
                text, (*names, *self.part_names), self._limits.expression, self.shapes
            )
        except FeelError as error:
            return self._unreadable(element, error)
        return box(Source, text, node)

    def _is_foreign(self, element: etree._Element) -> bool:
        language = element.get("expressionLanguage") or self._document.root.get(
            "expressionLanguage"
        )
        return bool(language) and "feel" not in (language or "").lower()

    def _foreign(self, element: etree._Element) -> Unreadable:
        return self._refuse(
            element,
            N_("Expected an expression in FEEL, found the language “{found}”."),
            found=element.get("expressionLanguage") or "?",
        )

    def _unreadable(self, element: etree._Element, error: FeelError) -> Unreadable:
        return self._refuse(
            element,
            N_("Expected an expression that can be read: {reason}"),
            reason=error.message,
        )

    def _refuse(self, element: etree._Element, template: str, **values: object) -> Unreadable:
        where, sentence = id_of(element), Sentence(template, values)
        self.problems.append(Problem("decision.expression", where, sentence))
        return Unreadable(0, 0, where, sentence)
