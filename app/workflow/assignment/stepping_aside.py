"""Stepping aside (回避): whom a conflict of interest keeps out hands the seat back.

The step asks its strategy again, which leaves this person out; what becomes of a step that nobody
is left for says `appr.empty`, as when it opened.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.core.i18n import N_, Bilingual, Sentence
from app.core.ids import new_id
from app.identity import Actor, Conflict, Membership, Permission, User, in_force, load_actor
from app.workflow.applying.actions import Action
from app.workflow.applying.loading import LoadedTask, SeatFacts, load_task
from app.workflow.applying.opening import take_turn
from app.workflow.applying.task_rows import begin_action, record_act, write_seats
from app.workflow.assignment.asking import Asking
from app.workflow.assignment.plan import Plan, SeatPlan, plan_seats
from app.workflow.assignment.skipping import SKIP, agreeing
from app.workflow.assignment.whys import with_why
from app.workflow.failures import InstanceFailureError
from app.workflow.incidents import open_incident
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.names import person_key, username_of
from app.workflow.permits.duties import conflict_with
from app.workflow.resources import day_of
from app.workflow.states import UNDECIDED, InstanceState, SeatKind, SeatState, TaskState
from app.workflow.voting.electorate import GONE, electors, signers_before
from app.workflow.voting.own_seats import refuse_closed, refuse_stale
from app.workflow.voting.rules import weight_of
from app.workflow.voting.settling import close_without_vote, settle, votes_of

#: The verb of the ledger.
STEP_ASIDE = "step_aside"
BY_STEPPING_ASIDE = N_("{who} stepped aside because of a conflict of interest.")


class Aside(StrEnum):
    """What became of a seat that was handed back."""

    #: The others of its group may claim it.
    OFFERED = "offered"
    #: Somebody else was asked.
    REPLACED = "replaced"
    #: Those who are left in the step decide it.
    LEFT = "left"
    #: Nobody was left, and the step was passed by its rule.
    PASSED = "passed"
    #: Nobody is left: the item waits, and its incident tells the process manager.
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """An open step that a person with a declared conflict still has."""

    task_id: UUID
    subject_code: str
    subject: Bilingual
    step: Bilingual
    due_at: datetime


def step_aside(
    session: Session,
    task_id: UUID,
    actor: Actor,
    person_id: UUID,
    expected_version: int | None,
    now: datetime,
) -> Aside:
    """Hand back what a person with a declared conflict of interest has in a task.

    Who manages items may do it for the person. Where nobody is left who could be asked, the seat
    stays, nobody may act by it, and an incident is opened.

    Raises:
        NotPermittedError: another person's seat. NotFoundError: no seat to hand back.
        ConflictError: the step is over, or nothing was declared that touches the item.
    """
    if actor.id != person_id:
        actor.require(Permission.ITEM_MANAGE)
    loaded = load_task(session, task_id, lock=True)
    refuse_closed(loaded)
    refuse_stale(loaded, expected_version)
    person = load_actor(session, person_id, day_of(session, now), with_absences=False)
    if person is None:
        raise NotFoundError(N_("Expected a person of the organisation, found none."))
    action = begin_action(loaded, actor, now)
    declared = conflict_with(person, action.facts)
    if declared is None:
        raise ConflictError(
            N_("Expected a declared conflict of interest of {who} with this item, found none."),
            who=person.name,
        )
    own = [e for e in loaded.seats if e.state in UNDECIDED and _may_act(e, person)]
    if not own:
        raise NotFoundError(N_("Expected an open seat of {who}, found none."), who=person.name)
    return _Handing(action, loaded, actor, person, own, declared.reason).back()


def seats_in_conflict(session: Session, person: User, now: datetime) -> list[HeldSeat]:
    """Open steps that the person holds in spite of a conflict in force, the earliest due first.

    What a group may still claim counts only where nobody else belongs to the group.
    """
    other = aliased(Membership)
    colleague = aliased(User)
    alone = (
        select(Membership.user_id)
        .where(Membership.user_id == person.id, Membership.group_key == Seat.group_key)
        .exists()
        & ~select(other.user_id)
        .join(colleague, colleague.id == other.user_id)
        .where(other.group_key == Seat.group_key, other.user_id != person.id, colleague.is_active)
        .exists()
    )
    named = Seat.group_key == person_key(person.username)
    touched = or_(
        Conflict.organisation_code == ProcessInstance.unit_code,
        Conflict.organisation_code == ProcessInstance.department_code,
        Conflict.organisation_code == ProcessInstance.agency_code,
        Conflict.subject_code == ProcessInstance.subject_code,
    )
    query = (
        select(
            UserTask.id,
            ProcessInstance.subject_code,
            ProcessInstance.subject_zh,
            ProcessInstance.subject_en,
            UserTask.name_zh,
            UserTask.name_en,
            UserTask.due_at,
        )
        .select_from(Seat)
        .join(UserTask, UserTask.id == Seat.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(
            Seat.state.in_(UNDECIDED),
            or_(Seat.holder_id == person.id, and_(Seat.holder_id.is_(None), named | alone)),
            UserTask.state == TaskState.OPEN,
            ProcessInstance.state == InstanceState.ACTIVE,
            select(Conflict.id)
            .where(
                Conflict.user_id == person.id,
                in_force(Conflict, day_of(session, now)),
                touched,
            )
            .correlate(ProcessInstance)
            .exists(),
        )
        .distinct()
        .order_by(UserTask.due_at, UserTask.id)
    )
    return [
        HeldSeat(
            row.id,
            row.subject_code,
            Bilingual(row.subject_zh, row.subject_en),
            Bilingual(row.name_zh, row.name_en),
            row.due_at,
        )
        for row in session.execute(query)
    ]


def _may_act(seat: SeatFacts, person: Actor) -> bool:
    return seat.is_held_by(person) or seat.is_open_to(person) or seat.waits_for(person)


def _only(heir: SeatPlan) -> UUID | None:
    return heir.people[0].id if len(heir.people) == 1 else None


@dataclass(frozen=True, slots=True)
class _Handing:
    """One handing back under way on a locked task."""

    action: Action
    loaded: LoadedTask
    actor: Actor
    person: Actor
    #: The person's undecided seats, and those of a group that he may claim.
    own: Sequence[SeatFacts]
    #: What the declaration says.
    reason: str

    def back(self) -> Aside:
        """Choose who comes next, and write it."""
        plan, trouble = self._asked_again()
        heirs = {seat.id: heir for seat, heir in self._heirs(plan)}
        seats = list(self._after(plan, heirs))
        if any(each.added_by_id is None for each in electors(seats)):
            return self._settle(plan, heirs, seats)
        if plan.skip is None:
            return self._stick(trouble)
        return self._pass(plan.skip, seats)

    def _asked_again(self) -> tuple[Plan, Sentence]:
        """Whom the strategy finds now; for nobody, why."""
        loaded, action = self.loaded, self.action
        asking = Asking(
            loaded.session,
            action.facts,
            action.progress,
            loaded.task.definition_key,
            loaded.instance.variables,
            day_of(loaded.session, action.now),
            is_returned=loaded.task.returned_from is not None,
        )
        nobody = Sentence(
            N_("Expected somebody who may do the step {step}, found nobody."),
            {"step": loaded.step.name},
        )
        try:
            return plan_seats(loaded.step, asking), nobody
        except InvalidInputError as failure:
            return Plan(()), failure.sentence

    def _heirs(self, plan: Plan) -> Iterator[tuple[SeatFacts, SeatPlan]]:
        """For each seat of the diagram that its group cannot take back, whom to ask instead."""
        offered = {each.key for each in plan.seats}
        staying = [e for e in self.loaded.seats if e not in self.own and e.state not in GONE]
        known = {e.group_key for e in staying} | {e.group_key for e in self.own}
        busy = {e.holder_id for e in staying}
        free = (e for e in plan.seats if e.key not in known and _only(e) not in busy - {None})
        for seat in self.own:
            is_drawn = seat.kind is SeatKind.VOTE and seat.added_by_id is None
            if not is_drawn or seat.group_key in offered or plan.skip:
                continue
            heir = next(free, None)
            if heir is not None:
                yield seat, heir

    def _after(self, plan: Plan, heirs: dict[UUID, SeatPlan]) -> Iterator[SeatFacts]:
        """Every seat as it is to be; whom the person brought in before himself goes with him."""
        offered = set() if plan.skip else {each.key for each in plan.seats}
        going = {each.id for each in signers_before(self.loaded.seats, self.own)}
        said = Sentence(BY_STEPPING_ASIDE, {"who": self.person.name})
        for seat in self.loaded.seats:
            if seat.id in going and seat.state in UNDECIDED:
                yield replace(seat, state=SeatState.REMOVED)
            elif seat not in self.own:
                yield seat
            elif seat.group_key in offered:
                yield replace(seat, holder_id=None, held_since=None, on_behalf_of_id=None)
            else:
                yield replace(
                    seat,
                    state=SeatState.TRANSFERRED if seat.id in heirs else SeatState.REMOVED,
                    holder_id=seat.holder_id or self.person.id,
                    why=with_why(seat.why, said),
                )
                if seat.id in heirs:
                    yield self._inherited(seat, heirs[seat.id], said)

    def _inherited(self, seat: SeatFacts, heir: SeatPlan, said: Sentence) -> SeatFacts:
        return replace(
            seat,
            id=new_id(),
            group_key=heir.group_key,
            holder_id=heir.holder_id,
            held_since=self.action.now if heir.holder_id else None,
            on_behalf_of_id=None,
            weight=weight_of(self.loaded.step.properties, heir.key),
            why=with_why(heir.why, said),
        )

    def _settle(self, plan: Plan, heirs: dict[UUID, SeatPlan], seats: list[SeatFacts]) -> Aside:
        task = self.loaded.task
        if heirs and plan.turn:
            take_turn(self.action, task.definition_key, task.step_id, plan.turn)
        is_offered = any(each.holder_id is None for each in seats if each.state in UNDECIDED)
        next_ones = [username_of(each.key) or each.key for each in heirs.values()]
        self._record(", ".join(next_ones))
        settle(self.action, self.loaded, seats, votes_of(self.loaded), STEP_ASIDE, self.actor)
        if heirs:
            return Aside.REPLACED
        return Aside.OFFERED if is_offered else Aside.LEFT

    def _pass(self, rule: str, seats: list[SeatFacts]) -> Aside:
        write_seats(self.loaded, seats)
        self._record("")
        record_act(
            self.action,
            self.loaded,
            SKIP,
            actor_id=None,
            to_state=TaskState.COMPLETED,
            reason=rule,
        )
        close_without_vote(self.action, self.loaded, agreeing(self.loaded.step), SKIP, SKIP)
        return Aside.PASSED

    def _stick(self, trouble: Sentence) -> Aside:
        """Nothing is handed back: a step with nobody in it would be forgotten."""
        failure = InstanceFailureError(
            self.action.instance_id, "assignment", self.loaded.task.step_id, trouble
        )
        open_incident(self.loaded.session, failure, self.action.now)
        return Aside.STUCK

    def _record(self, to: str) -> None:
        record_act(
            self.action,
            self.loaded,
            STEP_ASIDE,
            from_state=self.person.username,
            to_state=to[:60] or None,
            reason=self.reason,
        )
