"""The requirements graph of a model: decisions, input data, knowledge and services, linked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from app.core.errors import Problem
from app.core.i18n import N_, Sentence
from app.dmn.document import Document
from app.dmn.errors import DecisionNotFoundError
from app.dmn.types import ItemType
from app.feel.embedding import Evaluator

_REQUIRED = ("requiredDecision", "requiredInput", "requiredKnowledge")
Kind = Literal["decision", "inputData", "businessKnowledgeModel", "decisionService"]


@dataclass(slots=True, eq=False)
class Element:
    """A node of the graph; `name` is that of its variable, which expressions know it by."""

    kind: Kind
    id: str
    name: str
    #: What a person calls it; nearly always the same.
    title: str
    namespace: str
    type: ItemType | None = None
    #: What it needs, each with the name of the import that it comes by, or "".
    requires: list[tuple["Element", str]] = field(default_factory=list)
    #: What a single result is called: the name of a table's one output, else its own.
    entry: str = ""
    #: Of a decision its value, of a knowledge model the function that it is.
    logic: Evaluator | None = None
    #: Of a decision service: what it gives; what it is given, in the order of its parameters.
    outputs: tuple["Element", ...] = ()
    parameters: tuple["Element", ...] = ()
    #: Parts of its logic: what one evaluation may cost.
    weight: int = 1
    #: Variables of the caller that it reads beside what it requires (as in Camunda 7).
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Model:
    """A decision model that may be evaluated as often as you like, by any number of threads."""

    name: str
    namespace: str
    elements: tuple[Element, ...]
    #: Names under which files of the model import each namespace.
    aliases: Mapping[str, tuple[str, ...]]
    #: Names of all elements: a variable of the caller is only seen where it is required.
    declared: frozenset[str]
    #: What is wrong with it; empty unless it was opened as a draft.
    problems: tuple[Problem, ...]
    #: The files that it was read from, the model's own first.
    documents: tuple[bytes, ...]

    @property
    def decisions(self) -> tuple[Element, ...]:
        """The decisions of the model's own file."""
        return tuple(self._own("decision"))

    @property
    def services(self) -> tuple[Element, ...]:
        """The decision services of the model's own file."""
        return tuple(self._own("decisionService"))

    def _own(self, *kinds: str) -> Iterator[Element]:
        for each in self.elements:
            if each.kind in kinds and each.namespace == self.namespace:
                yield each

    def find(self, key: str) -> Element:
        """The decision, service or knowledge model of that id or name.

        Raises `DecisionNotFoundError`.
        """
        callable_ = list(self._own("decision", "decisionService", "businessKnowledgeModel"))
        for each in callable_:
            if each.id == key:
                return each
        for each in callable_:
            if key in (each.title, each.name):
                return each
        raise DecisionNotFoundError(
            N_("Expected a decision “{wanted}” in the model, found: {found}."),
            wanted=key,
            found=", ".join(each.title for each in callable_) or "-",
        )

    def reads(self, key: str) -> frozenset[str]:
        """The variables that a decision wants from its caller: input data and free names."""
        names: set[str] = set()
        for each in needed([self.find(key)]):
            names |= each.reads
            if each.kind == "inputData":
                names.add(each.name)
        return frozenset(names)


def needed(elements: Iterable[Element]) -> Iterator[Element]:
    """The elements and all that they need, each once."""
    waiting, seen = list(elements), set()
    while waiting:
        element = waiting.pop()
        if id(element) not in seen:
            seen.add(id(element))
            yield element
            waiting += [required for required, _ in element.requires]
            waiting += [*element.outputs, *element.parameters]


class Graph:
    """Elements by address while they are being linked, and what is wrong with the links."""

    def __init__(self) -> None:
        self._by_address: dict[tuple[str, str], Element] = {}
        self.problems: list[Problem] = []

    @property
    def elements(self) -> tuple[Element, ...]:
        """All elements added so far."""
        return tuple(self._by_address.values())

    def add(self, element: Element) -> None:
        """Take an element; a second one of the same id is a problem."""
        address = (element.namespace, element.id)
        if address in self._by_address:
            self._refuse(
                element.id, N_("Expected an id that only one element has, found it twice.")
            )
        self._by_address[address] = element

    def at(self, document: Document, href: str | None, where: str) -> Element | None:
        """What `href` points at: `#id`, or `namespace#id` of an imported model."""
        namespace, _, fragment = (href or "").rpartition("#")
        found = self._by_address.get((namespace or document.namespace, fragment))
        known = not namespace or namespace == document.namespace or namespace in document.imports
        if found is None or not known:
            self._refuse(
                where,
                N_("Expected a reference to an element of the model, found “{found}”."),
                found=href or "",
            )
            return None
        return found

    def link(self, document: Document, element: Element, xml: etree._Element) -> None:
        """Follow the requirements that an element draws."""
        for requirement in document.children(xml, "informationRequirement", "knowledgeRequirement"):
            for reference in document.children(requirement, *_REQUIRED):
                target = self.at(document, reference.get("href"), element.id)
                if target is not None:
                    foreign = target.namespace != document.namespace
                    alias = document.imports.get(target.namespace, "") if foreign else ""
                    element.requires.append((target, alias))

    def serve(self, document: Document, element: Element, xml: etree._Element) -> None:
        """Follow what a decision service gives and is given."""

        def all_of(name: str) -> tuple[Element, ...]:
            hrefs = [each.get("href") for each in document.children(xml, name)]
            found = [self.at(document, href, element.id) for href in hrefs]
            return tuple(each for each in found if each is not None)

        all_of("encapsulatedDecision")
        element.outputs = all_of("outputDecision")
        element.parameters = (*all_of("inputData"), *all_of("inputDecision"))

    def refuse_cycles(self) -> None:
        """A decision cannot wait for itself; knowledge may call itself."""
        done: set[int] = set()
        for start in self.elements:
            way: list[tuple[Element, Iterator[Element]]] = [(start, _before(start))]
            open_ = {id(start)}
            while way:
                element, rest = way[-1]
                following = next(rest, None)
                if following is None:
                    way.pop()
                    open_.discard(id(element))
                    done.add(id(element))
                elif id(following) in open_:
                    self._refuse(
                        element.id,
                        N_("Expected requirements without a circle, but “{found}” needs itself."),
                        found=following.title,
                    )
                    element.requires = [r for r in element.requires if r[0] is not following]
                elif id(following) not in done:
                    way.append((following, _before(following)))
                    open_.add(id(following))

    def _refuse(self, where: str, template: str, **values: object) -> None:
        self.problems.append(Problem("decision.reference", where, Sentence(template, values)))


def _before(element: Element) -> Iterator[Element]:
    """What has to be known before an element; a function that calls itself is known."""
    for required, _ in list(element.requires):
        if required is not element or element.kind != "businessKnowledgeModel":
            yield required
    yield from element.outputs
