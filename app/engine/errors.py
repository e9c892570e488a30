"""What the engine refuses and why: a diagram, a move, or a step that cannot go on."""

from typing import Literal

from app.core.errors import ConflictError, CountersignError, InvalidInputError

Kind = Literal[
    "expression",
    "no_match",
    "handler",
    "topic",
    "error",
    "timer",
    "value",
    "stuck",
    "endless",
    "state",
]


class DiagramError(InvalidInputError):
    """The diagram is refused; `problems` name each element and what to change."""


class EngineError(CountersignError):
    """A running instance cannot go on at an element; the state given by the caller still holds.

    `kind` says what went wrong, so that an incident can be typed:
    `expression` an expression failed or gave something unusable · `no_match` no flow of a gateway
    fits · `handler` a service handler failed · `topic` nobody handles the topic · `error` a BPMN
    error that nothing catches · `timer` an unusable due time · `value` a value that cannot be
    kept · `stuck` only joins are waiting · `endless` too many automatic elements in one step ·
    `state` the stored state does not belong to this definition or cannot be read.
    """

    def __init__(
        self, kind: Kind, definition_key: str, element_id: str, template: str, **values: object
    ) -> None:
        super().__init__(template, **values)
        self.kind: Kind = kind
        self.definition_key = definition_key
        self.element_id = element_id


class TaskNotOpenError(ConflictError):
    """The task to complete or to move is not open (any more)."""


class NotWaitingError(ConflictError):
    """The event to deliver to is not waited for (any more)."""


class StartError(InvalidInputError):
    """The process has no such start event, or none that needs nothing to happen."""


class MoveError(InvalidInputError):
    """The target of a return is not one of `return_targets`."""


class BpmnError(Exception):
    """Raised by a service handler to throw a BPMN error that a boundary event may catch."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class OutcomeError(InvalidInputError):
    """The outcome is none that the diagram draws for the step."""
