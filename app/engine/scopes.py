"""A running instance: SpiffWorkflow's workflows and tasks, one flat tree of live tokens per level.

A finished token leaves the tree at once (its history is the host's ledger), so what a step costs
does not depend on how many rounds came before.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.core.i18n import N_
from app.engine import events
from app.engine.event_specs import HandlerSpec
from app.engine.expressions import NO_CLOCK, budget_at
from app.engine.graph import CallMapping
from app.engine.level_specs import CallSpec
from app.engine.limits import AUTOMATIC_ELEMENTS, OPEN_LEVELS
from app.engine.specs import (
    ForkingSpec,
    InclusiveSpec,
    ParallelSpec,
    StepSpec,
)
from app.engine.spiff import BpmnSubWorkflow, BpmnWorkflow, TaskState
from app.engine.step import Failed, Handlers, Passed, Thrown
from app.engine.token_spec import TokenSpec
from app.engine.tokens import Scope, Token

if TYPE_CHECKING:
    from app.engine.definition import Process


class _NoPython:
    """Stands where SpiffWorkflow keeps its Python engine: nothing here runs Python."""

    @property
    def environment(self) -> "_NoPython":
        return self

    def evaluate(self, *_arguments: object, **_more: object) -> object:
        raise AssertionError("SpiffWorkflow asked for Python; every expression is FEEL.")

    execute = call_service = evaluate


class TopScope(Scope, BpmnWorkflow):
    """The level of the main process, and the instance as a whole."""

    def __init__(self, process: "Process", now: datetime | None, handlers: Handlers) -> None:
        super().__init__(
            process.main.scopes[process.key], script_engine=_NoPython(), deserializing=True
        )
        self.process = process
        self.handlers = handlers
        self._now = now
        #: For expressions: limits, and the time of this call.
        self.budget = budget_at(now, self.spec.zone) if now else NO_CLOCK
        self.top = self
        self.ready: deque[Token] = deque()
        self.passed: list[Passed] = []
        self.thrown: list[Thrown] = []
        #: A variable was written, or a condition has begun to wait.
        self.has_changed = False
        #: (definition key, id of a step or fork) → number of the first and of the last visit.
        self.visits: dict[tuple[str, str], tuple[int, int]] = {}
        self.visit_count = 0
        #: Id of the end event that counts as the end of the instance.
        self.end_id: str | None = None
        #: The end event whose error nobody caught.
        self.failed: Failed | None = None
        self.plant()

    @property
    def now(self) -> datetime:
        """The time of this call."""
        if self._now is None:
            raise AssertionError("Nothing runs while an instance is only looked at.")
        return self._now

    def visit(self, spec: StepSpec | ForkingSpec) -> None:
        """Count that a step was entered, or that a fork opened its branches."""
        self.visit_count += 1
        place = (spec.scope_spec.definition_key, spec.node.id)
        first, _ = self.visits.get(place, (self.visit_count, 0))
        self.visits[place] = (first, self.visit_count)

    def levels(self) -> Iterator[Scope]:
        """Every open level, this one first, then in order of opening."""
        yield self
        yield from list(self.subprocesses.values())

    def find(self, token_id: str) -> Token | None:
        """The live token with this id, in whatever level."""
        for scope in self.levels():
            token = scope.tasks.get(token_id)
            if token is not None and token is not scope.root:
                return token
        return None

    def open_scope(self, token: Token) -> None:
        """Open the level inside a sub-process or call and put a token at its start."""
        self.make_room(token)
        scope = level_inside(token, self)
        if isinstance(token.task_spec, CallSpec):
            self._forget_forks(scope.spec.definition_key)
        scope.pass_in()
        scope.begin(scope.spec.first)

    def make_room(self, token: Token) -> None:
        """Refuse one more open level when there are too many."""
        if len(self.subprocesses) >= OPEN_LEVELS:
            raise token.task_spec.failure(
                "endless",
                N_(
                    "Expected at most {wanted} open calls, sub-processes and instances, found more."
                ),
                wanted=OPEN_LEVELS,
            )

    def _forget_forks(self, key: str) -> None:
        """A call begins without variables: what forked in an earlier one could not fork again."""
        scopes = self.process.definitions[key].scopes.values()
        for spec in (each for scope in scopes for each in scope.forks):
            self.visits.pop((key, spec.node.id), None)

    def drop_scope(self, token: Token) -> None:
        """Take away the level inside a cancelled token, with everything in it."""
        scope = self.subprocesses.pop(token.id, None)
        if scope is not None:
            for inner in scope.tokens():
                if inner.id in scope.tasks:
                    scope.cancel_token(inner)

    def run(self) -> None:
        """Run everything that needs nobody, one token at a time, until only waiting is left."""
        count, asks = 0, self.process.has_conditions
        while True:
            while self.ready or (asks and self.has_changed):
                if asks and self.has_changed:
                    events.reconsider(self)
                    continue
                token = self.ready.popleft()
                if not token.has_state(TaskState.READY):
                    continue
                count += 1
                if count > AUTOMATIC_ELEMENTS:
                    raise token.task_spec.failure(
                        "endless",
                        N_(
                            "Expected at most {wanted} automatic elements in one step, "
                            "found a loop that goes on."
                        ),
                        wanted=AUTOMATIC_ELEMENTS,
                    )
                token.run()
            if not any(
                join.fire_when_complete(scope)
                for scope in self.levels()
                for join in scope.spec.inclusive_joins
            ):
                break
        if not self.completed:
            self._refuse_stuck()

    def _refuse_stuck(self) -> None:
        stuck: Token | None = None
        for scope in self.levels():
            for token in scope.tokens():
                spec = token.task_spec
                if isinstance(spec, ParallelSpec | InclusiveSpec):
                    stuck = stuck or token
                elif isinstance(spec, StepSpec) or (
                    token.has_state(TaskState.WAITING) and spec.trigger.interrupting
                ):
                    return
        if stuck is not None:
            raise stuck.task_spec.failure(
                "stuck",
                N_(
                    "Expected another branch to reach “{id}”, found none that can: the "
                    "instance would wait for ever."
                ),
                id=stuck.task_spec.node.id,
            )

    def fail(self, end: Token, code: str) -> None:
        """Nothing caught an error: the instance is over, and not by reaching its end."""
        spec = end.task_spec
        self.failed = Failed(spec.node.id, spec.scope_spec.definition_key, code)
        self.clear()
        self.completed = True

    def finish(self) -> None:
        """The instance has ended; what waits to begin an event sub-process waits no longer."""
        self.clear()
        self.completed = True


class SubScope(Scope, BpmnSubWorkflow):
    """The level inside an embedded sub-process or a called process."""

    def __init__(self, token: Token, top: TopScope) -> None:
        node, key = token.task_spec.node, token.scope.spec.definition_key
        called = node.called if isinstance(token.task_spec, CallSpec) else None
        specs = top.process.definitions[called or key].scopes
        self._parent_token = token
        super().__init__(specs[called or node.id], token.id, top, deserializing=True)
        top.subprocesses[token.id] = self
        self._call_in: CallMapping | None = node.call_in
        self._call_out: CallMapping | None = node.call_out
        self._is_call = called is not None
        if not self._is_call:
            self.data = token.scope.data
        self.plant()

    if TYPE_CHECKING:
        top: TopScope
    else:

        @property
        def top(self) -> TopScope:
            """The instance."""
            return self.top_workflow

    @property
    def parent_token(self) -> Token:
        """The running call or sub-process around this level."""
        return self._parent_token

    @property
    def owns_data(self) -> bool:
        """Whether variables written here stay here until the call ends."""
        return self._is_call

    @property
    def ends_instance(self) -> bool:
        """An event sub-process of the main process ends it like the process itself."""
        around = self._parent_token
        return isinstance(around.task_spec, HandlerSpec) and around.scope.ends_instance

    @property
    def is_beside(self) -> bool:
        """Whether it or an event sub-process around it interrupts nothing."""
        around = self._parent_token
        return not around.task_spec.trigger.interrupting or around.scope.is_beside

    def _calculate_depth(self) -> int:
        return 0

    def variables(self) -> Mapping[str, object]:
        """Those of the level around for a sub-process; for a call as its mapping says."""
        outer = self._parent_token.scope
        if not self._is_call:
            return outer.variables()
        mapped = self._call_in is not None or self._call_out is not None
        if mapped and not (self._call_in and self._call_in.whole):
            return self.data
        # A live view, not a copy: what a parallel branch of the caller writes is seen here, and
        # what is written here cannot overwrite it with something stale.
        return {**outer.variables(), **self.data}

    def pass_in(self) -> None:
        """Give a called process the variables that the call maps."""
        if self._call_in is not None:
            outer, spec = self._parent_token.scope, self._parent_token.task_spec
            for each in self._call_in.values:
                self.data[each.target] = spec.evaluate(each.source, outer)

    def finish(self) -> None:
        """Give the call's results to the level around, and let the call go on."""
        token = self._parent_token
        outer = token.scope
        if self._is_call:
            mapped = self._call_in is not None or self._call_out is not None
            given: dict[str, Any] = {}
            if not mapped or (self._call_out and self._call_out.whole):
                given.update(self.data)
            for each in self._call_out.values if self._call_out else ():
                given[each.target] = token.task_spec.evaluate(each.source, self)
            for name, value in given.items():
                outer.write(name, value)
        del self.top.subprocesses[token.id]
        token._ready()


#: The classes of levels inside tokens of these specs (`loops.py`); any other level is plain.
LEVELS: dict[type[TokenSpec], type[SubScope]] = {}


def level_inside(token: Token, top: TopScope) -> SubScope:
    """A new level inside a token."""
    return LEVELS.get(type(token.task_spec), SubScope)(token, top)
