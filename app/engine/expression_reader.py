"""Reads the expressions of a diagram and notes those that cannot be."""

from collections.abc import Collection

from lxml import etree

from app.core.i18n import N_
from app.engine.expressions import Expression, FeelError, compile_feel, compile_text
from app.engine.graph import CallMapping, Mapped
from app.engine.reading import Reading, vendor_elements

#: Characters of a broken expression that its refusal shows.
_SHOWN = 200


class ExpressionReader:
    """Compiles with the names that elements give to variables."""

    def __init__(self, reading: Reading, names: Collection[str]) -> None:
        self._reading = reading
        self._names = names

    def compile(self, text: str, where: str) -> Expression | None:
        """The compiled expression; None for one that is noted as broken."""
        try:
            return compile_feel(text, self._names)
        except FeelError as error:
            self.refuse(where, text, error)
            return None

    def compile_text(self, text: str, where: str) -> Expression | None:
        """As `compile`, for a text in whose middle an expression may stand."""
        try:
            return compile_text(text, self._names)
        except FeelError as error:
            self.refuse(where, text, error)
            return None

    def refuse(self, where: str, text: str, error: FeelError) -> None:
        """Note that an expression cannot be read."""
        self._reading.refuse(
            "expression",
            where,
            N_("The expression “{text}” cannot be read: {reason}"),
            text=text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…",
            reason=str(error),
        )

    def refuse_language(self, element: etree._Element, where: str, attribute: str) -> None:
        """Note a language other than FEEL; a script has to name its language."""
        language = (element.get(attribute) or "").strip()
        is_script = attribute == "scriptFormat"
        allowed = language.lower() == "feel" or "FEEL" in language or not (language or is_script)
        if not allowed:
            self._reading.refuse(
                "language",
                where,
                N_("Expected the expression language “feel”, found “{found}”."),
                found=language,
            )

    def mapping(self, element: etree._Element, node_id: str, direction: str) -> CallMapping | None:
        """What `camunda:in` or `camunda:out` of an element say; None where it has none."""
        whole, values, found = False, [], False
        for each in vendor_elements(element, direction):
            if each.get("businessKey") is not None:
                continue
            found = True
            if each.get("variables") in {"all", "none"}:
                whole = whole or each.get("variables") == "all"
                continue
            text = each.get("source") or each.get("sourceExpression") or ""
            target = each.get("target") or ""
            source = self.compile(text, node_id) if text else None
            if source is None or not target or "." in target or each.get("local") == "true":
                self._reading.refuse(
                    "mapping",
                    node_id,
                    N_("Expected a source and a target in camunda:{direction}, found “{found}”."),
                    direction=direction,
                    found=f"{text} → {target}",
                )
                continue
            values.append(Mapped(source, target))
        return CallMapping(whole, tuple(values)) if found else None
