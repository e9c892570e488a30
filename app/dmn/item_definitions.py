"""Item definitions of a file to types, each resolved when it is first asked for."""

from collections.abc import Callable, Mapping

from lxml import etree

from app.core.errors import Problem
from app.core.i18n import N_, Sentence
from app.dmn.document import Document, id_of, plain_name, text_of
from app.dmn.types import ANY, ItemType, Test
from app.feel.embedding import Type

#: FEEL's own types, by every name that they are given in models.
_BASIC = {
    "Any": "Any",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "days and time duration": "days and time duration",
    "years and months duration": "years and months duration",
    "context": "context",
    "list": "list",
    "function": "function",
    "range": "range",
    # Names of earlier versions, of XML Schema and of Camunda.
    "any": "Any",
    "dateTime": "date and time",
    "date_and_time": "date and time",
    "dayTimeDuration": "days and time duration",
    "days_and_time_duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "years_and_months_duration": "years and months duration",
    "integer": "number",
    "long": "number",
    "double": "number",
    "decimal": "number",
    "int": "number",
}
_FOREIGN_PREFIXES = ("feel", "xsd", "xs")
#: Compiles the unary tests of an element; None when they are missing.
MakeTest = Callable[[etree._Element | None], Test | None]


class Types:
    """The types of one file, and by its imports those of other files: `all_files`."""

    def __init__(self, document: Document, all_files: "Mapping[str, Types]") -> None:
        self._document = document
        self._all_files = all_files
        self._definitions = {
            plain_name(each.get("name")): each
            for each in document.children(document.root, "itemDefinition")
        }
        self._read: dict[str, ItemType] = {}
        self.problems: list[Problem] = []
        #: Set before the first question: compiling a test needs the model's names.
        self.make_test: MakeTest = lambda _element: None

    def component_names(self) -> set[str]:
        """Every name that a part of a value may have."""
        return {
            plain_name(each.get("name"))
            for each in self._document.root.iter()
            if isinstance(each.tag, str) and etree.QName(each).localname == "itemComponent"
        }

    def all(self) -> dict[str, ItemType]:
        """Every type that the file defines, by its name."""
        return {name: self._named(name) for name in self._definitions}

    def of(self, reference: str | None, where: etree._Element) -> ItemType | None:
        """The type that a `typeRef` names; None where it is missing or unknown (a problem)."""
        name = plain_name(reference)
        if not name:
            return None
        found = self._find(name)
        if found is None:
            self._refuse(where, N_("Expected a type of the model, found “{found}”."), found=name)
        return found

    def _find(self, name: str) -> ItemType | None:
        if name in self._definitions:
            return self._named(name)
        prefix, colon, rest = name.partition(":")
        if colon and prefix in _FOREIGN_PREFIXES and rest in _BASIC:
            name = rest
        if name in _BASIC:
            return ANY if _BASIC[name] == "Any" else ItemType(name, base=Type(_BASIC[name]))
        if colon:
            namespace = self._document.prefixes.get(prefix)
            if namespace == self._document.namespace and rest in self._definitions:
                return self._named(rest)
            return self._imported(namespace or "", rest)
        for namespace, alias in self._document.imports.items():
            rest = name.removeprefix(alias + ".") if alias else name
            found = self._imported(namespace, rest) if rest != name or not alias else None
            if found is not None:
                return found
        return None

    def _imported(self, namespace: str, name: str) -> ItemType | None:
        """A type that an imported file itself defines."""
        types = self._all_files.get(namespace)
        if types is None or namespace not in self._document.imports:
            return None
        return types._named(name) if name in types._definitions else None

    def _named(self, name: str) -> ItemType:
        if name not in self._read:
            # Kept before it is complete: a definition may have itself as a part.
            self._read[name] = made = ItemType(name)
            self._complete(made, self._definitions[name])
        return self._read[name]

    def _complete(self, made: ItemType, element: etree._Element) -> None:
        children = self._document
        made.collection = element.get("isCollection") == "true"
        reference = element.get("typeRef") or text_of(children.child(element, "typeRef"))
        function = children.child(element, "functionItem")
        parts = list(children.children(element, "itemComponent"))
        if function is not None:
            made.base = Type("function")
            made.output = self.of(function.get("outputTypeRef"), element)
        elif parts:
            for part in parts:
                component = ItemType(f"{made.name}.{plain_name(part.get('name'))}")
                made.components[plain_name(part.get("name"))] = component
                self._complete(component, part)
        else:
            made.of = self.of(reference, element) or ANY
            if self._is_circular(made):
                made.of = ANY
                self._refuse(
                    element,
                    N_("Expected a type that ends somewhere, but “{found}” only names itself."),
                    found=made.name,
                )
        made.allowed = self.make_test(children.child(element, "allowedValues"))
        made.constraint = self.make_test(children.child(element, "typeConstraint"))

    def _is_circular(self, made: ItemType) -> bool:
        step = made.of
        while step is not None and step is not made:
            step = step.of
        return step is made

    def _refuse(self, where: etree._Element, template: str, **values: object) -> None:
        self.problems.append(Problem("decision.type", id_of(where), Sentence(template, values)))
