"""A running instance: SpiffWorkflow's workflows and tasks, one flat tree of live tokens per level.

A finished token leaves the tree at once (its history is the host's ledger), so what a step costs
does not depend on how many rounds came before.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from os import urandom
from typing import TYPE_CHECKING, Any, cast

from app.core.i18n import N_
from app.engine import events
from app.engine.event_specs import HandlerSpec
from app.engine.expressions import NO_CLOCK, budget_at
from app.engine.graph import CallMapping, Flow
from app.engine.limits import AUTOMATIC_ELEMENTS, OPEN_LEVELS
from app.engine.specs import (
    CallSpec,
    ForkingSpec,
    InclusiveSpec,
    ParallelSpec,
    ScopeSpec,
    StepSpec,
)
from app.engine.spiff import BpmnSubWorkflow, BpmnWorkflow, Task, TaskSpec, TaskState
from app.engine.step import Failed, Handlers, Passed, Thrown
from app.engine.timers import Schedule
from app.engine.token_spec import TokenSpec

if TYPE_CHECKING:
    from app.engine.definition import Process


class Token(Task):
    """A task of SpiffWorkflow that stands for one token."""

    task_spec: TokenSpec
    #: When it is due, for a timer.
    clock: Schedule | None = None
    #: The timer has fired for the last time.
    is_spent = False
    #: What a message must agree in; for a condition whether it held when it was last asked.
    note: str | bool | None = None

    def __init__(
        self,
        workflow: "Scope",
        task_spec: TaskSpec,
        parent: "Token | None" = None,
        state: int = TaskState.FUTURE,
        id: str | None = None,  # noqa: A002  the library's name
        via: str | None = None,
    ) -> None:
        # What the library's own does, without the clock and the copies of data that nobody reads.
        self.id = id or urandom(16).hex()
        self.workflow, self.task_spec = workflow, cast(TokenSpec, task_spec)
        self._state, self._children, self.triggered = state, [], False
        self._parent = parent.id if parent is not None else None
        workflow.tasks[self.id] = self
        if parent is not None:
            parent._children.append(self.id)
        #: Id of the flow that brought it.
        self.via = via

    @property
    def scope(self) -> "Scope":
        """The level in which it lives."""
        return cast("Scope", self.workflow)

    @property
    def host(self) -> "Token | None":
        """The activity that a waiting boundary event sits on."""
        parent = self.parent
        return parent if isinstance(parent, Token) and parent is not self.scope.root else None

    def run(self) -> None:
        """Run it; it completes unless an event took it away meanwhile."""
        self.task_spec._run(self)
        if self.has_state(TaskState.READY):
            self.complete()

    def _set_state(self, value: int) -> None:
        # The library collects a dictionary for its log at every change; nobody reads it.
        self._state = value


class _NoPython:
    """Stands where SpiffWorkflow keeps its Python engine: nothing here runs Python."""

    @property
    def environment(self) -> "_NoPython":
        return self

    def evaluate(self, *_arguments: object, **_more: object) -> object:
        raise AssertionError("SpiffWorkflow asked for Python; every expression is FEEL.")

    execute = call_service = evaluate


class Scope(ABC):
    """What the top process and the levels inside it share."""

    spec: ScopeSpec
    data: dict[str, Any]
    tasks: dict[str, Token]
    task_tree: Task

    root: Token
    top: "TopScope"

    def plant(self) -> None:
        """Put the root of the token tree."""
        self.root = Token(self, self.spec.root, None, TaskState.COMPLETED, "root")
        self.task_tree = self.root

    # What SpiffWorkflow calls.

    def _task_completed_notify(self, task: Task) -> None:
        self._remove_task(task.id)
        if len(self.tasks) == 1 or (self.spec.handlers and not self._is_running()):
            self.finish()

    if TYPE_CHECKING:

        def _remove_task(self, task_id: str) -> None: ...

    # Tokens.

    def begin(self, start: TokenSpec) -> None:
        """Put the first token on this level."""
        self.arm_handlers()
        self.enter(start)._ready()

    def tokens(self) -> list[Token]:
        """Every live token of this level, oldest first."""
        return list(self.tasks.values())[1:]

    def enter(self, spec: TokenSpec, via: str | None = None) -> Token:
        """Put a new token at an element."""
        return Token(self, spec, self.root, TaskState.FUTURE, via=via)

    def leave(self, token: Token, flows: Sequence[Flow]) -> None:
        """Put tokens on the flows that a completed token takes."""
        top, key = self.top, self.spec.definition_key
        if not token.task_spec.node.implied:
            top.passed.append(Passed(key, token.task_spec.node.id))
        for flow in flows:
            if not flow.implied:
                top.passed.append(Passed(key, flow.id))
            target = self.spec.nodes[flow.target]
            target._update(self.enter(target, flow.id))

    def cancel_token(self, token: Token) -> None:
        """Take a token away, with everything that hangs on it."""
        token.cancel()
        self._remove_task(token.id)

    def waiting_at(self, spec: TokenSpec) -> dict[str, list[Token]]:
        """Tokens that wait at a join, by the flow that brought them, oldest first."""
        found: dict[str, list[Token]] = {}
        for token in self.tokens():
            if token.task_spec is spec and token.has_state(TaskState.WAITING):
                found.setdefault(token.via or "", []).append(token)
        return found

    def consume(self, tokens: Iterable[Token], keep: Token) -> None:
        """Merge the arrivals of a join into one token."""
        for token in tokens:
            if token is not keep:
                self._remove_task(token.id)

    def wait_under(self, host: Token, spec: TokenSpec, via: str | None = None) -> Token:
        """Put a token that waits for an event as long as its host is there."""
        return Token(self, spec, host, TaskState.WAITING, via=via)

    def attach_boundaries(self, token: Token) -> None:
        """Let the events on the boundary of an activity wait."""
        for boundary in token.task_spec.boundaries:
            if events.is_awaited(boundary):
                events.listen(self.wait_under(token, boundary))

    # Event sub-processes.

    def arm_handlers(self) -> None:
        """Let the start events of the event sub-processes wait."""
        for handler in self.spec.handlers:
            if events.is_awaited(handler):
                token = self.enter(handler)
                token._set_state(TaskState.WAITING)
                events.listen(token)

    def open_handlers(self, thrower: Token) -> tuple[HandlerSpec, ...]:
        """The event sub-processes that may catch what a token of this level throws.

        One that runs catches nothing that it throws itself; once the level was interrupted, its
        event sub-processes are over.
        """
        handlers = self.spec.handlers
        if not handlers:
            return ()
        running = {token.task_spec for token in self.tokens() if token.has_state(TaskState.STARTED)}
        if any(each in running and each.trigger.interrupting for each in handlers):
            return ()
        return tuple(each for each in handlers if each is not thrower.task_spec)

    def _is_running(self) -> bool:
        """Whether more is left than event sub-processes whose start waits."""
        return any(
            not (isinstance(token.task_spec, HandlerSpec) and token.has_state(TaskState.WAITING))
            for token in self.tokens()
        )

    # Ends.

    def clear(self) -> None:
        """Take every token of this level away."""
        for token in self.tokens():
            if token.id in self.tasks:
                self.cancel_token(token)

    def terminate(self, end: Token) -> None:
        """A terminate end event takes every other token of its level away."""
        for token in self.tokens():
            if token is not end and token.id in self.tasks:
                self.cancel_token(token)

    @property
    def ends_instance(self) -> bool:
        """Whether an end event of this level may be the end of the instance."""
        return self.parent_token is None

    @property
    def is_beside(self) -> bool:
        """Whether it runs beside the main path: an event sub-process that interrupts nothing."""
        return False

    # Variables.

    def write(self, name: str, value: object) -> None:
        """Set a variable; conditions that wait are asked again."""
        self.data[name] = value
        self.top.has_changed = True

    @property
    def parent_token(self) -> Token | None:
        """The running call or sub-process around this level; None at the top."""
        return None

    def variables(self) -> Mapping[str, object]:
        """What an expression of this level may read."""
        return self.data

    @abstractmethod
    def finish(self) -> None:
        """The last token has gone."""


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
        if len(self.subprocesses) >= OPEN_LEVELS:
            raise token.task_spec.failure(
                "endless",
                N_("Expected at most {wanted} processes inside one another, found more."),
                wanted=OPEN_LEVELS,
            )
        scope = SubScope(token, self)
        if scope.owns_data:
            self._forget_forks(scope.spec.definition_key)
        scope.pass_in()
        scope.begin(scope.spec.first)

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
    def parent_token(self) -> Token | None:
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
