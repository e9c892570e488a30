"""From files to a model: read, link, compile each expression once; refuse what would go wrong."""

from collections.abc import Iterable, Sequence
from typing import cast

from lxml import etree

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.dmn.boxes import Typed, box, compile_tests
from app.dmn.document import DECIDING, Document, local_name, plain_name, read_document
from app.dmn.errors import DecisionModelError
from app.dmn.expressions import Reader
from app.dmn.item_definitions import MakeTest, Types
from app.dmn.limits import Limits
from app.dmn.model import Element, Graph, Kind, Model
from app.dmn.table import Table
from app.dmn.types import Test, result_type
from app.feel import Value
from app.feel.embedding import Compiler, FunctionOf, LocalNames, Node, Scope

_LIMITS = Limits()


def parse_decisions(
    xml: bytes,
    imported: Sequence[bytes] = (),
    *,
    limits: Limits = _LIMITS,
    draft: bool = False,
) -> Model:
    """Read a model and the files that it imports; raises `DecisionModelError`.

    A draft is opened with all that is wrong in `Model.problems`: an expression that cannot be
    read is null when it is evaluated. What is no DMN at all is refused even so.
    """
    if 1 + len(imported) > limits.files:
        raise DecisionModelError(
            [
                problem(
                    "decision.import",
                    "",
                    N_("Expected a model of at most {wanted} files, found more."),
                    wanted=limits.files,
                )
            ]
        )
    try:
        model = _Assembly([read_document(each, limits) for each in (xml, *imported)], limits)
        found = model.assembled((xml, *imported))
    except RecursionError:
        raise DecisionModelError(
            [problem("decision.xml", "", N_("Expected less nesting, found a model too deep."))]
        ) from None
    if found.problems and not draft:
        raise DecisionModelError(found.problems)
    return found


class _Assembly:
    """Files on their way to one model."""

    def __init__(self, documents: list[Document], limits: Limits) -> None:
        self._documents = documents
        self._limits = limits
        self._graph = Graph()
        self._problems: list[Problem] = []
        self._xml: list[tuple[Document, Element, etree._Element]] = []
        self._types: dict[str, Types] = {}
        for document in documents:
            self._types[document.namespace] = Types(document, self._types)
        self._readers = {
            document.namespace: Reader(document, self._types[document.namespace], limits)
            for document in documents
        }

    def assembled(self, files: tuple[bytes, ...]) -> Model:
        """The model; everything that is wrong is in its problems."""
        own = self._documents[0]
        self._refuse_missing_imports()
        part_names = self._part_names()
        for reader in self._readers.values():
            reader.part_names = part_names
        for namespace, types in self._types.items():
            types.make_test = _test_maker(self._readers[namespace])
            self._readers[namespace].shapes = {
                name: each.shape() for name, each in types.all().items()
            }
        for document in self._documents:
            self._add_elements(document)
        for document, element, xml in self._xml:
            if element.kind == "decisionService":
                self._graph.serve(document, element, xml)
            else:
                self._graph.link(document, element, xml)
        self._graph.refuse_cycles()
        for document, element, xml in self._xml:
            self._compile(document, element, xml)
        readers = self._readers.values()
        problems = [
            *self._problems,
            *(each for types in self._types.values() for each in types.problems),
            *self._graph.problems,
            *(each for reader in readers for each in reader.problems),
        ]
        aliases: dict[str, tuple[str, ...]] = {}
        for document in self._documents:
            for namespace, alias in document.imports.items():
                aliases[namespace] = (*aliases.get(namespace, ()), alias)
        elements = self._graph.elements
        declared = frozenset(each.name for each in elements)
        return Model(own.name, own.namespace, elements, aliases, declared, tuple(problems), files)

    def _refuse_missing_imports(self) -> None:
        given = {document.namespace for document in self._documents}
        for document in self._documents:
            for namespace in document.imports:
                if namespace not in given:
                    self._problems.append(
                        problem(
                            "decision.import",
                            "",
                            N_("Expected the file of the imported model “{wanted}”, found none."),
                            wanted=namespace,
                        )
                    )

    def _part_names(self) -> frozenset[str]:
        """All names that may follow a dot or a filter: those of types, boxes and elements."""
        names: set[str] = set()
        for document in self._documents:
            names |= self._types[document.namespace].component_names()
            names |= set(document.imports.values())
            for each in document.root.iter():
                if isinstance(each.tag, str) and local_name(each) in _NAMING:
                    names.add(plain_name(each.get("name")))
        return frozenset(name for name in names if not name.isidentifier())

    def _add_elements(self, document: Document) -> None:
        types = self._types[document.namespace]
        for xml in document.children(document.root, *DECIDING):
            variable = document.child(xml, "variable")
            title = plain_name(xml.get("name"))
            name = plain_name(variable.get("name")) if variable is not None else ""
            element = Element(
                cast(Kind, local_name(xml)),
                xml.get("id") or title,
                name or title,
                title,
                document.namespace,
                None if variable is None else types.of(variable.get("typeRef"), variable),
            )
            self._graph.add(element)
            self._xml.append((document, element, xml))

    def _compile(self, document: Document, element: Element, xml: etree._Element) -> None:
        reader = self._readers[document.namespace]
        names = {alias or required.name for required, alias in element.requires}
        if element.kind == "businessKnowledgeModel":
            names.add(element.name)
            logic = document.child(xml, "encapsulatedLogic")
            node = None if logic is None else _knowledge(reader, element, logic, names)
        elif element.kind == "decision":
            node = reader.logic(xml, names)
        else:
            return
        if node is None:
            return
        element.entry = _entry(node) or element.name
        compiler = Compiler("", frozenset())
        element.logic, element.weight = compiler.compile_within(LocalNames(names), node)
        element.reads = frozenset((compiler.reads | compiler.may_read) - {"?"})


#: Elements whose names FEEL may meet behind a dot.
_NAMING = (*DECIDING, "variable", "column", "output", "formalParameter")


def _entry(node: Node) -> str:
    inner = node.body if isinstance(node, Typed) else node
    if isinstance(inner, Table) and len(inner.outputs) == 1:
        return inner.outputs[0].name
    return ""


def _knowledge(
    reader: Reader, element: Element, logic: etree._Element, names: Iterable[str]
) -> Node:
    """The function that a knowledge model is; the type of its variable is that of its result."""
    node = reader.function(logic, frozenset(names))
    to = result_type(element.type)
    if isinstance(node, FunctionOf) and to is not None:
        return box(FunctionOf, node.parameters, reader.typed(node.body, to, logic))
    return node


def _test_maker(reader: Reader) -> MakeTest:
    """Compiles the tests of allowed values, which see no variables."""

    def make(element: etree._Element | None) -> Test | None:
        text = reader.tests(element, ())
        cell = None if text is None else compile_tests(Compiler("", frozenset()), text)
        if cell is None:
            return None

        def test(scope: Scope, value: Value) -> bool:
            scope.run.charge(1)
            return cell(Scope({"?": value}, Scope({}, None, scope.run), scope.run)) is True

        return test

    return make
