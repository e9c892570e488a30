"""What a diagram says, read once and frozen: an immutable version, and versions linked by calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from app.core.errors import InvalidInputError, Problem
from app.core.i18n import N_, Bilingual
from app.dmn import Model
from app.engine.expressions import NO_CLOCK, Budget, Dynamic, Expression, budget_at
from app.engine.graph import Graph, TimerRule
from app.engine.specs import ScopeSpec
from app.engine.timers import Schedule, TimerError, due_at, is_iso, schedule


@dataclass(frozen=True, slots=True)
class Element:
    """Any flow node, sequence flow or lane of the diagram."""

    id: str
    #: The BPMN word: `userTask`, `exclusiveGateway`, `sequenceFlow`, `lane`, …
    type: str
    name: Bilingual
    #: Id of the lane that it lies in.
    lane: str | None
    #: All `camunda:property` values of the element.
    properties: Mapping[str, str]
    #: Key of the process that a call activity calls.
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way to leave a step, as the diagram draws it."""

    #: `agree`, `agree_with_edits`, `return_to_unit`, `return_previous`, `reject` or a free word.
    code: str
    #: The name of the flow; of the code itself when the flow has none.
    name: Bilingual
    #: Id of what the flow reaches first: a step, a call, a sub-process, a split or an end event.
    #: It lies in the definition of the gateway (the caller's, for an outcome across a call).
    target: str
    #: Key of the definition in which `target` lies.
    definition_key: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """The people of a step, worked out for one instance: user names and groups as drawn."""

    assignee: str | None
    users: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The people and times of a step, worked out for one instance."""

    assignee: str | None
    candidate_users: tuple[str, ...]
    candidate_groups: tuple[str, ...]
    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int | None


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """One userTask: who does it, with which form, until when, and how it may end."""

    id: str
    name: Bilingual
    #: Id of the lane; its bilingual name is in `Definition.lanes`.
    lane: str | None
    form_key: str | None
    assignee: Dynamic | None
    candidate_users: tuple[Dynamic, ...]
    candidate_groups: tuple[Dynamic, ...]
    due_date: Dynamic | None
    follow_up_date: Dynamic | None
    priority: Dynamic | None
    #: `appr.mode`, `appr.exclude`, `appr.field.amount`, …
    properties: Mapping[str, str]
    outcomes: tuple[Outcome, ...]
    #: Zone in which a date without a zone is read.
    zone: tzinfo

    def candidates(self, variables: Mapping[str, object], budget: Budget = NO_CLOCK) -> Candidates:
        """Work out the people only; a host with its own calendar reads `due_date` itself."""
        assignee = self.assignee.texts(variables, budget) if self.assignee else ()
        return Candidates(
            assignee=assignee[0] if assignee else None,
            users=_texts(self.candidate_users, variables, budget),
            groups=_texts(self.candidate_groups, variables, budget),
        )

    def resolve(self, variables: Mapping[str, object], now: datetime) -> Assignment:
        """Work out people and times; a duration counts from `now`; a bare due date ends its day.

        A due text that only the host understands (working days such as `P5BD`) gives no time here.
        """
        budget = budget_at(now, self.zone)
        people = self.candidates(variables, budget)
        priority = self.priority.texts(variables, budget) if self.priority else ()
        return Assignment(
            assignee=people.assignee,
            candidate_users=people.users,
            candidate_groups=people.groups,
            due_at=self._moment(self.due_date, variables, now, budget),
            follow_up_at=self._moment(self.follow_up_date, variables, now, budget),
            priority=int(priority[0]) if priority and priority[0].lstrip("-").isdigit() else None,
        )

    def _moment(
        self, given: Dynamic | None, variables: Mapping[str, object], now: datetime, budget: Budget
    ) -> datetime | None:
        found = given.value(variables, budget) if given else None
        if found is None or given is None or not (given.expression or is_iso(given.text)):
            return None
        try:
            return due_at(found, now, self.zone, date_ends_at=timedelta(days=1))
        except TimerError as error:
            raise InvalidInputError(
                N_("Expected a due time of the step {step} from “{text}”, found {found}."),
                step=self.name,
                text=given.text,
                found=error.found,
            ) from None

    def outcome(self, code: str) -> Outcome | None:
        """The outcome with this code."""
        return next((each for each in self.outcomes if each.code == code), None)


@dataclass(frozen=True, slots=True)
class StartDefinition:
    """A start event of a process: what has to happen for an instance to begin there."""

    id: str
    name: Bilingual
    kind: Literal["none", "message", "signal", "timer", "conditional"]
    #: Name of the message or signal.
    event_name: str | None
    timer: TimerRule | None = field(repr=False)
    condition: Expression | None = field(repr=False)
    zone: tzinfo

    def schedule(self, now: datetime) -> Schedule:
        """When the timer starts instances, for a definition that is deployed `now`.

        Raises:
            TimerError, FeelError: it gives no time.
        """
        if self.timer is None:
            raise AssertionError("Only a timer start event has a schedule.")
        return schedule(self.timer, {}, now, self.zone)

    def holds(self, variables: Mapping[str, object], now: datetime) -> bool:
        """Whether the condition is true of these variables; one that is not there makes it false.

        Raises:
            FeelError: it cannot be evaluated within its limits.
        """
        if self.condition is None:
            return False
        return self.condition.evaluate(variables, budget_at(now, self.zone)) is True


@dataclass(frozen=True, slots=True)
class EventUse:
    """One place where a diagram meets the world outside by a message or signal."""

    element_id: str
    kind: Literal["message", "signal"]
    name: str
    how: Literal["starts", "catches", "throws"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One immutable version of a diagram that has passed the deploy gate."""

    key: str
    name: Bilingual
    version_tag: str | None
    #: The author's file, untouched.
    xml: bytes
    #: SHA-256 of `xml` and of the files of the decisions that it asks, hexadecimal.
    content_hash: str
    #: In drawing order (left to right, then top to bottom; document order without a layout).
    steps: Mapping[str, StepDefinition]
    #: Ids of the end events at which the process itself ends, in drawing order.
    ends: tuple[str, ...]
    #: Flow nodes in drawing order, then sequence flows, then lanes.
    elements: Mapping[str, Element]
    lanes: Mapping[str, Bilingual]
    #: Keys of the called processes.
    calls: tuple[str, ...]
    #: Topics of service and send tasks; every one needs a handler.
    topics: tuple[str, ...]
    #: Ids of the decisions that business rule tasks ask.
    asks: tuple[str, ...]
    #: Their models, by the decision's id, as far as they were given.
    decisions: Mapping[str, Model] = field(repr=False, compare=False)
    #: Names of the messages that the file declares.
    messages: tuple[str, ...]
    #: Where a message or signal is thrown, is waited for or starts an instance.
    events: tuple[EventUse, ...]
    #: How an instance may begin; at most one needs nothing to happen.
    starts: tuple[StartDefinition, ...]
    warnings: tuple[Problem, ...]
    #: Whether the file draws every flow node and flow (BPMN DI).
    has_layout: bool
    #: `camunda:formKey` and `camunda:initiator` of the start event.
    start_form_key: str | None
    initiator: str | None
    candidate_starter_users: tuple[str, ...]
    candidate_starter_groups: tuple[str, ...]
    properties: Mapping[str, str]
    #: What the engine runs; no business of the host.
    graph: Graph = field(repr=False, compare=False)
    scopes: Mapping[str, ScopeSpec] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Process:
    """A main definition and every definition that it calls; immutable, shared by all instances."""

    main: Definition
    definitions: Mapping[str, Definition]
    #: Steps whose outcomes were resolved across calls, by (definition key, step id).
    steps: Mapping[tuple[str, str], StepDefinition]
    #: Error end events whose error would leave the main process: they end an instance as failed.
    uncaught: tuple[Problem, ...] = ()
    #: Whether some definition waits for messages or signals.
    is_addressed: bool = False
    #: Whether some definition has conditional events.
    has_conditions: bool = False

    @property
    def key(self) -> str:
        """Key of the main definition."""
        return self.main.key

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic of every definition, sorted."""
        return tuple(sorted({topic for each in self.definitions.values() for topic in each.topics}))

    def step(self, definition_key: str, step_id: str) -> StepDefinition:
        """The step as it is in this process, with its outcomes resolved across calls."""
        return self.steps[definition_key, step_id]

    def element(self, definition_key: str, element_id: str) -> Element:
        """Any element of one of the definitions."""
        return self.definitions[definition_key].elements[element_id]


def _texts(
    values: tuple[Dynamic, ...], variables: Mapping[str, object], budget: Budget
) -> tuple[str, ...]:
    found = [text for value in values for text in value.texts(variables, budget)]
    return tuple(dict.fromkeys(found))
