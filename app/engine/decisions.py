"""Business rule tasks: the decision that they ask, and the shape that its result gets."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from lxml import etree

from app.core.errors import NotFoundError, Problem, problem
from app.core.i18n import N_
from app.dmn import DecisionError, Model, evaluate_strict
from app.engine.expressions import Budget, FeelError
from app.engine.graph import DecisionShape, DecisionUse, Graph
from app.engine.reading import Reading, vendor

#: The decisions that a host knows: the model of each, by the decision's id.
Decisions = Mapping[str, Model]


class ShapeError(Exception):
    """The result of a decision has not the shape that its task wants."""


def read_decision(reading: Reading, element: etree._Element, where: str) -> DecisionUse | None:
    """What a business rule task asks; None, and a problem, for what cannot be executed."""
    ref = vendor(element, "decisionRef")
    if ref is None or ref[0] in "=$#":
        reading.refuse(
            "decision",
            where,
            N_("Expected the id of one decision (camunda:decisionRef), found {found}."),
            found=ref or "none",
        )
        return None
    binding = vendor(element, "decisionRefBinding") or "deployment"
    if binding not in {"latest", "deployment"}:
        reading.refuse(
            "decision",
            where,
            N_("Expected a decision that is bound when the diagram is deployed, found “{found}”."),
            found=binding,
        )
        return None
    shape = vendor(element, "mapDecisionResult") or "resultList"
    if shape not in get_args(DecisionShape):
        reading.refuse(
            "decision",
            where,
            N_("Expected a shape of the decision's result among {wanted}, found “{found}”."),
            wanted=", ".join(get_args(DecisionShape)),
            found=shape,
        )
        return None
    return DecisionUse(ref, shape)  # type: ignore[arg-type]  # one of them, as just checked


def decisions_used(graph: Graph, known: Decisions) -> dict[str, Model]:
    """The models that the tasks of a process ask, as far as they are known."""
    wanted = {node.decision.ref for node in graph.nodes() if node.decision}
    return {ref: known[ref] for ref in sorted(wanted) if ref in known}


def missing_decisions(graph: Graph, known: Decisions) -> list[Problem]:
    """Tasks whose decision nobody gave, or whose model has no such decision."""
    return [
        problem(
            "diagram.decision",
            node.id,
            N_("Expected the decision “{wanted}”, found none with this id."),
            wanted=node.decision.ref,
        )
        for node in graph.nodes()
        if node.decision and not _has(known, node.decision.ref)
    ]


def _has(known: Decisions, ref: str) -> bool:
    if ref not in known:
        return False
    try:
        known[ref].find(ref)
    except NotFoundError:
        return False
    return True


def decide(
    model: Model, use: DecisionUse, variables: Mapping[str, object], budget: Budget
) -> object:
    """The result of the decision, in shape.

    Raises:
        DecisionError, FeelError: the decision failed. ShapeError: its result does not fit.
    """
    element = model.find(use.ref)
    value: Any = evaluate_strict(model, use.ref, variables, budget)
    if use.shape == "asIs":
        return value
    found = [] if value is None else value if isinstance(value, list) else [value]
    rows = [row if isinstance(row, dict) else {element.entry: row} for row in found]
    return _SHAPES[use.shape](rows)


def _single_result(rows: list[dict[str, Any]]) -> object:
    if len(rows) > 1:
        raise ShapeError(f"{len(rows)} results")
    return rows[0] if rows else None


def _single_entry(rows: list[dict[str, Any]]) -> object:
    _single_result(rows)
    return _entry(rows[0]) if rows else None


def _entry(row: dict[str, Any]) -> object:
    if len(row) != 1:
        raise ShapeError(f"{len(row)} entries")
    return next(iter(row.values()))


_SHAPES: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "singleEntry": _single_entry,
    "singleResult": _single_result,
    "collectEntries": lambda rows: [_entry(row) for row in rows],
    "resultList": lambda rows: rows,
}

__all__ = [
    "DecisionError",
    "Decisions",
    "FeelError",
    "ShapeError",
    "decide",
    "decisions_used",
    "missing_decisions",
    "read_decision",
]
