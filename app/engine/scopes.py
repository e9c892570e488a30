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
from app.engine.expressions import NO_CLOCK, budget_at
from app.engine.graph import CallMapping, Flow
from app.engine.limits import AUTOMATIC_ELEMENTS, OPEN_LEVELS
from app.engine.specs import CallSpec, ForkingSpec, ScopeSpec, StepSpec, TokenSpec, set_clock
from app.engine.spiff import BpmnSubWorkflow, BpmnWorkflow, Task, TaskSpec, TaskState
from app.engine.step import Handlers, Passed
from app.engine.timers import Schedule

if TYPE_CHECKING:
    from app.engine.definition import Process


class Token(Task):
    """A task of SpiffWorkflow that stands for one token."""

    task_spec: TokenSpec

    def __init__(
        self,
        workflow: "Scope",
        task_spec: TaskSpec,
        parent: "Token | None" = None,
        state: int = TaskState.FUTURE,
        id: str | None = None,  # noqa: A002  the library's name
        via: str | None = None,
    ) -> None:
        super().__init__(workflow, task_spec, parent, state, id or urandom(16).hex())
        #: Id of the flow that brought it.
        self.via = via
        #: When it is due, for a timer.
        self.clock: Schedule | None = None

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
        if len(self.tasks) == 1:
            self.finish()

    if TYPE_CHECKING:

        def _remove_task(self, task_id: str) -> None: ...

    # Tokens.

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

    def attach_timers(self, token: Token) -> None:
        """Start the timers on the boundary of an activity."""
        for boundary in token.task_spec.boundaries:
            if boundary.node.event and boundary.node.event.kind == "timer":
                set_clock(boundary, Token(self, boundary, token, TaskState.WAITING))

    def fire(self, timer: Token) -> None:
        """Let a due timer happen."""
        clock, host = timer.clock, timer.host
        if host is None:
            timer._ready()
            return
        boundary = timer.task_spec
        timer.clock = clock.after_firing(self.top.now) if clock else None
        if boundary.node.interrupting:
            self.cancel_token(host)
        elif timer.clock is None:
            self._remove_task(timer.id)
        self.enter(boundary)._ready()

    # Errors and ends.

    def throw(self, thrower: Token, code: str) -> None:
        """Throw a BPMN error: caught on the activity or on a level around it, innermost first.

        What is caught is cancelled, the thrower with it.
        """
        scope, token = self, thrower
        while True:
            for boundary in token.task_spec.boundaries:
                if boundary.catches(code):
                    scope.cancel_token(token)
                    scope.enter(boundary)._ready()
                    return
            outer = scope.parent_token
            if outer is None:
                raise thrower.task_spec.failure(
                    "error",
                    N_("Expected a boundary event that catches the error “{code}”, found none."),
                    code=code,
                )
            scope, token = outer.scope, outer

    def terminate(self, end: Token) -> None:
        """A terminate end event takes every other token of its level away."""
        for token in self.tokens():
            if token is not end and token.id in self.tasks:
                self.cancel_token(token)

    # Variables.

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
        #: (definition key, id of a step or fork) → number of the first and of the last visit.
        self.visits: dict[tuple[str, str], tuple[int, int]] = {}
        self.visit_count = 0
        #: Id of the end event that counts as the end of the instance.
        self.end_id: str | None = None
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
        scope.enter(scope.spec.first)._ready()

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
        count = 0
        while True:
            while self.ready:
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
        waiting: Token | None = None
        for scope in self.levels():
            for token in scope.tokens():
                if isinstance(token.task_spec, StepSpec) or token.clock is not None:
                    return
                if token.has_state(TaskState.WAITING):
                    waiting = waiting or token
        if waiting is not None:
            raise waiting.task_spec.failure(
                "stuck",
                N_(
                    "Expected another branch to reach “{id}”, found none that can: the "
                    "instance would wait for ever."
                ),
                id=waiting.task_spec.node.id,
            )

    def finish(self) -> None:
        """The instance has ended."""
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
            outer.data.update(given)
        del self.top.subprocesses[token.id]
        token._ready()
