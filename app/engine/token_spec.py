"""What every spec here shares: a token exists only where it is, flows are known by id."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from app.core.i18n import N_
from app.engine.errors import EngineError
from app.engine.expressions import Expression, FeelError
from app.engine.graph import Event, Flow, Node
from app.engine.spiff import BpmnTaskSpec, NoneEventDefinition, Task, TaskSpec

if TYPE_CHECKING:
    from app.engine.event_specs import BoundarySpec
    from app.engine.specs import ScopeSpec
    from app.engine.tokens import Scope, Token


class TokenSpec(BpmnTaskSpec):
    """What all specs here share: no prediction, no copies of data, flows known by id."""

    _wf_spec: "ScopeSpec"

    def __init__(self, scope: "ScopeSpec", node: Node) -> None:
        super().__init__(scope, node.id, bpmn_name=node.name.zh, lane=node.lane, **self._more(node))
        self.bpmn_id, self.bpmn_name = node.id, node.name.zh
        self.scope_spec = scope
        self.node = node
        self.flows: tuple[Flow, ...] = tuple(node.outgoing)
        self.boundaries: tuple[BoundarySpec, ...] = ()
        #: The element that a token waits at, or begins with: for an event sub-process its start.
        self.trigger = node

    def _more(self, node: Node) -> dict[str, object]:
        """Arguments that the SpiffWorkflow class of this spec asks for."""
        return {}

    def _link(self) -> None:
        """Connect to the specs behind the flows, once all of them exist."""
        for flow in self.flows:
            TaskSpec.connect(self, self.scope_spec.nodes[flow.target])
        self.boundaries = tuple(
            cast("BoundarySpec", self.scope_spec.nodes[each.id]) for each in self.node.boundaries
        )

    @property
    def event(self) -> Event | None:
        """What makes it more than a none event."""
        return self.trigger.event

    # What SpiffWorkflow calls.

    def _predict(
        self, my_task: Task, seen: object = None, looked_ahead: int = 0, mask: int = 0
    ) -> None:
        """No token exists before it is there."""

    def _update(self, my_task: Task) -> None:
        if self._arrive(cast("Token", my_task)):
            my_task._ready()

    def _on_ready(self, my_task: Task) -> None:
        self._become_ready(cast("Token", my_task))

    def _run_hook(self, my_task: Task) -> bool:
        self._act(cast("Token", my_task))
        return True

    def _on_complete_hook(self, my_task: Task) -> None:
        token = cast("Token", my_task)
        token._drop_children()
        token.scope.leave(token, self._choose(token.scope))

    def _on_cancel(self, my_task: Task) -> None:
        token = cast("Token", my_task)
        token.scope.top.drop_scope(token)

    # What BPMN means.

    def _arrive(self, token: "Token") -> bool:
        """A token has come; whether it may run now."""
        return True

    def _become_ready(self, token: "Token") -> None:
        """The token may run: by itself, unless a person has to act."""
        token.scope.top.ready.append(token)

    def _act(self, token: "Token") -> None:
        """Do what the element does."""

    def _choose(self, scope: "Scope") -> Sequence[Flow]:
        """The flows that get a token when this one is done."""
        return self.flows

    def happen(self, token: "Token") -> None:
        """What this token waits for has happened."""
        token._ready()

    def failure(self, kind: str, template: str, **values: object) -> EngineError:
        """An error at this element."""
        return EngineError(
            kind,  # type: ignore[arg-type]  # every caller writes one of the words
            self.scope_spec.definition_key,
            self.node.id.partition("~")[0],
            template,
            **values,
        )

    def broken(self, text: str, error: FeelError) -> EngineError:
        """An expression of this element cannot be evaluated."""
        return self.failure(
            "expression",
            N_("The expression “{text}” failed: {reason}"),
            text=text,
            reason=str(error),
        )

    def evaluate(self, expression: Expression, scope: "Scope") -> object:
        """The value of an expression here; a failing one names this element."""
        try:
            return expression.evaluate_strict(scope.variables(), scope.top.budget)
        except FeelError as error:
            raise self.broken(expression.source, error) from None

    def holds(self, flow: Flow, scope: "Scope") -> bool:
        """Whether the condition of a flow is true; anything but true or false is an error."""
        if flow.condition is None:
            return True
        value = self.evaluate(flow.condition, scope)
        if not isinstance(value, bool):
            raise self.failure(
                "expression",
                N_("Expected true or false from the condition “{text}”, found {found}."),
                text=flow.condition_text,
                found="null" if value is None else str(value),
            )
        return value

    def no_match(self) -> EngineError:
        """No flow of this gateway may be taken."""
        return self.failure(
            "no_match",
            N_("Expected a flow of “{name}” whose condition is true, found none."),
            name=self.node.name if str(self.node.name) else self.node.id,
        )


class EventSpec(TokenSpec):
    """What all events share."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"event_definition": NoneEventDefinition()}
