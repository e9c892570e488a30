"""What the subject plugs into the workflow: handlers of service tasks and of forms.

`app.projects` registers its functions here by decorator; this room never imports it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import Problem
from app.engine import ServiceCall
from app.identity import Actor


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a handler may know of the task and its instance, read once by the verb."""

    task_id: UUID
    instance_id: UUID
    process_key: str
    business_key: str
    subject_code: str
    definition_key: str
    step_id: str
    visit: int
    variables: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FormData:
    """The values that a form opens with, and what its rules and computed fields may read."""

    values: Mapping[str, Any]
    context: Mapping[str, Any] = field(default_factory=dict)
    #: The handler's own: what `load` read, so that `check` and `save` need not read it again.
    subject: Any = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A vote as it was cast, with all that a form may want to write down about it."""

    task: TaskFacts
    actor: Actor
    data: FormData
    #: The outcome's code.
    outcome: str
    #: For a return, the step that it goes to.
    target: str | None
    #: When, aware UTC.
    at: datetime


#: Gives the values of the step's last vote in this instance; costs a query, so ask only if needed.
Former = Callable[[], Mapping[str, Any]]


class FormHandler:
    """How one form meets the subject's tables. The default keeps values on the votes only."""

    #: Why an approval with this form cannot be recalled: a sentence marked with `N_`, which may
    #: name the `step`. Empty when it can.
    irrevocable: ClassVar[str] = ""

    def load(self, session: Session, task: TaskFacts, former: Former) -> FormData:
        """What the form opens with."""
        return FormData(former())

    def check(
        self, session: Session, task: TaskFacts, outcome: str, data: FormData
    ) -> Sequence[Problem]:
        """Rules across fields: `block` refuses the decision, `warn` is shown to reviewers."""
        return ()

    def save(self, session: Session, decided: Decided) -> None:
        """Write what was decided into the subject's tables, in the verb's transaction."""

    def routing(self, values: Mapping[str, Any]) -> Mapping[str, object]:
        """Facts of the form that decide the way of an item; a change of one forbids shortcuts."""
        return {}

    def undo(self, session: Session, decided: Decided) -> None:
        """Take back what `save` wrote: the vote was recalled (收回). Its data has no subject.

        Raises:
            ConflictError: what it wrote cannot be taken back; the sentence says why.
        """

    def taken_back(self, session: Session, task: TaskFacts, now: datetime) -> None:
        """The initiator withdrew the item (撤回) to this form, which is to be sent once more."""


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What a service handler gets: the session of the action and the instance that it serves."""

    session: Session
    instance_id: UUID
    business_key: str
    subject_code: str
    #: The task whose decision is being applied: as good as closed, its rows follow afterwards.
    decided_task_id: UUID | None = None


ServiceHandler = Callable[[ServiceContext, ServiceCall], Mapping[str, object] | None]
#: Tells the subject that its item was terminated, and when.
TerminationHandler = Callable[[ServiceContext, datetime], None]

_services: dict[str, ServiceHandler] = {}
_terminations: dict[str, TerminationHandler] = {}
_forms: dict[str, FormHandler] = {}
_default_form = FormHandler()


def service_handler(topic: str) -> Callable[[ServiceHandler], ServiceHandler]:
    """Register the function that runs service tasks with this `camunda:topic`."""

    def register(function: ServiceHandler) -> ServiceHandler:
        _services[topic] = function
        return function

    return register


def termination_handler(process_key: str) -> Callable[[TerminationHandler], TerminationHandler]:
    """Register the function that follows a terminated item of this process."""

    def register(function: TerminationHandler) -> TerminationHandler:
        _terminations[process_key] = function
        return function

    return register


def tell_termination(process_key: str, context: ServiceContext, now: datetime) -> None:
    """Let the subject follow; a process that registered nothing has no subject to tell."""
    if process_key in _terminations:
        _terminations[process_key](context, now)


def form_handler(form_key: str) -> Callable[[type[FormHandler]], type[FormHandler]]:
    """Register the class that serves this form key."""

    def register(handler: type[FormHandler]) -> type[FormHandler]:
        _forms[form_key] = handler()
        return handler

    return register


def form_handler_of(form_key: str | None) -> FormHandler:
    """The handler of a form key; the default one when nothing is registered."""
    return _forms.get(form_key or "", _default_form)


def known_topics() -> frozenset[str]:
    """Topics that a diagram may use."""
    return frozenset(_services)


def bound_services(context: ServiceContext) -> dict[str, Callable[[ServiceCall], Any]]:
    """The service handlers as the engine calls them, bound to one action."""

    def bind(function: ServiceHandler) -> Callable[[ServiceCall], Any]:
        return lambda call: function(context, call)

    return {topic: bind(function) for topic, function in _services.items()}
