"""Tokens of SpiffWorkflow and the levels in which they live: what every level can do with them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import urandom
from typing import TYPE_CHECKING, Any, cast

from app.engine import events
from app.engine.event_specs import HandlerSpec
from app.engine.graph import Flow
from app.engine.specs import ScopeSpec
from app.engine.spiff import Task, TaskSpec, TaskState
from app.engine.step import Passed
from app.engine.timers import Schedule
from app.engine.token_spec import TokenSpec

if TYPE_CHECKING:
    from app.engine.scopes import TopScope


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

    def record(self) -> Any:
        """What a level keeps beside its tokens and variables; None for nothing."""
        return None

    def recall(self, record: Any) -> None:
        """Take up what `record` gave."""
        raise ValueError("counts of no loop")

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

    def numbers(self) -> Iterator[int]:
        """The number of the instance in each loop around this level, outer first."""
        if self.parent_token is not None:
            yield from self.parent_token.scope.numbers()

    @abstractmethod
    def finish(self) -> None:
        """The last token has gone."""
