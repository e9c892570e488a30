"""What one engine call gives back: frozen facts for the host to write into its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.core.i18n import Bilingual


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A user task that waits for a person."""

    #: Unique and stable from the moment it opens until it closes.
    id: str
    #: Id of the userTask in the diagram.
    step_id: str
    #: Key of the definition that draws the step: the main one or a called one.
    definition_key: str
    #: What expressions of this step may read (assignment, due date), as of the step's entry or now.
    variables: Mapping[str, object]
    #: Its number in each loop around it, outer first: several tasks of a step differ in it.
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A user task that was open before the call and is no longer."""

    id: str
    step_id: str
    definition_key: str
    #: `completed` by its own decision; `cancelled` by a return, an interrupting event or an end.
    how: Literal["completed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that is waiting."""

    #: Unique and stable while the timer waits; a cycle keeps it from one firing to the next.
    id: str
    #: Id of the boundary or intermediate event in the diagram.
    element_id: str
    definition_key: str
    #: Id of the open task (or waiting or running activity) that a boundary timer sits on.
    attached_to: str | None
    #: Aware, UTC.
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message or signal for which an instance waits: a subscription."""

    #: Unique and stable while it waits; `deliver` takes it.
    id: str
    kind: Literal["message", "signal"]
    name: str
    #: What a message must agree in, as text; None where its name is enough.
    correlation: str | None
    #: Id of the event, receive task or start event of an event sub-process in the diagram.
    element_id: str
    definition_key: str
    #: Id of the activity that a boundary event sits on.
    attached_to: str | None


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message or signal that the instance threw.

    The host gives a message to one receiver. A signal has reached this instance already; the host
    gives it to all others, and to start events.
    """

    kind: Literal["message", "signal"]
    name: str
    #: What the receiver of a message must agree in; None where its name is enough.
    correlation: str | None
    payload: Mapping[str, object]
    element_id: str
    definition_key: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The error end event that ended the instance because nothing caught its error."""

    element_id: str
    definition_key: str
    error_code: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The end event that the instance ended at; nothing is left running."""

    element_id: str
    definition_key: str
    name: Bilingual


@dataclass(frozen=True, slots=True)
class Passed:
    """A flow node that was left, or a sequence flow that was taken, during the call."""

    definition_key: str
    element_id: str


@dataclass(frozen=True, slots=True)
class Step:
    """The whole effect of one engine call."""

    #: The instance from now on; opaque, versioned, without the definition.
    state: bytes
    opened: tuple[OpenTask, ...]
    closed: tuple[ClosedTask, ...]
    #: Every timer that waits after the call, in due order (not only the new ones).
    timers: tuple[Timer, ...]
    #: Every message and signal that is waited for after the call (not only the new ones).
    waiting: tuple[Waiting, ...]
    #: Messages and signals thrown during the call, in order.
    thrown: tuple[Thrown, ...]
    #: Set once: when an end event of the main process was reached and nothing is left.
    ended: Ended | None
    #: Set once, and instead of `ended`: when nothing caught an error. Nothing runs any more.
    failed: Failed | None
    #: In the order of passing, for colouring the diagram.
    passed: tuple[Passed, ...]
    #: The variables of the instance (of the main process) after the call.
    variables: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReturnTarget:
    """A step that a task may be returned to, or a fork whose branches all run again."""

    definition_key: str
    #: Id of the step, or of the gateway.
    step_id: str
    name: Bilingual
    #: The outcome code that the diagram draws to this step; complete with it instead of moving.
    drawn: str | None


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """What a service handler is asked to do; it runs inside the step and must not wait."""

    topic: str
    element_id: str
    definition_key: str
    name: Bilingual
    #: A copy of what the instance knows at this element.
    variables: Mapping[str, object]
    #: The `camunda:properties` of the element.
    properties: Mapping[str, str]
    now: datetime


#: Takes the call, gives values that are kept under the element's id (or nothing).
Handler = Callable[[ServiceCall], Mapping[str, object] | None]
Handlers = Mapping[str, Handler]
