"""The books of one item read afresh, and who may do what by them: written without the verbs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, Question, Seat, UserTask, Vote
from app.workflow.returning.models import ReturnPoint
from app.workflow.states import (
    UNDECIDED,
    InstanceState,
    QuestionKind,
    SeatKind,
    SeatState,
    TaskState,
)

#: A seat that somebody decided has exactly one vote that counts.
VOTED = {
    SeatState.APPROVED,
    SeatState.REJECTED,
    SeatState.ABSTAINED,
    SeatState.RETURNED,
    SeatState.ADVISED,
}
#: So many people in a row may stand in for one another.
LONGEST_CHAIN = 3


@dataclass(frozen=True)
class Away:
    """An absence as it was entered, by user name."""

    id: UUID
    owner: str
    substitute: str
    first_day: date
    last_day: date
    process_key: str | None


@dataclass
class Staff:
    """Who works here today, in which groups, and who stands in for whom."""

    #: Group key → user names.
    groups: Mapping[str, frozenset[str]]
    absences: list[Away] = field(default_factory=list)
    leavers: set[str] = field(default_factory=set)

    def covers(self, name: str, at: datetime, process_key: str) -> set[str]:
        """For whom somebody stands in, along a chain of absences."""
        today = local_day(at)
        found, chain = set[str](), {name}
        for _hop in range(LONGEST_CHAIN):
            chain = {
                each.owner
                for each in self.absences
                if each.substitute in chain
                and each.first_day <= today <= each.last_day
                and each.process_key in (None, process_key)
            }
            found |= chain
        return found - {name} - self.leavers

    def belongs(self, name: str, group: str | None) -> bool:
        return group == f"user@{name}" or name in self.groups.get(group or "", ())


@dataclass(frozen=True)
class Books:
    """Everything that is written about an item, at one moment."""

    instance: ProcessInstance
    tasks: list[UserTask]
    seats: Mapping[UUID, list[Seat]]
    votes: list[Vote]
    entries: list[LedgerEntry]
    questions: list[Question]
    points: list[ReturnPoint]
    ids: Mapping[str, UUID]
    staff: Staff
    now: datetime

    @property
    def is_over(self) -> bool:
        return self.instance.state in (InstanceState.COMPLETED, InstanceState.TERMINATED)

    @property
    def is_suspended(self) -> bool:
        return bool(self.instance.state == InstanceState.SUSPENDED)

    @property
    def open_tasks(self) -> list[UserTask]:
        return [each for each in self.tasks if each.state == TaskState.OPEN]

    def valid_votes(self, task: UserTask) -> list[Vote]:
        return [e for e in self.votes if e.task_id == task.id and e.voided_at is None]

    def is_asked(self, task: UserTask) -> bool:
        """Whether a question of this step waits for its answer."""
        return any(
            each.task_id == task.id
            and each.kind == QuestionKind.CLARIFICATION
            and each.answered_at is None
            for each in self.questions
        )

    def owed(self, task: UserTask) -> list[UUID]:
        """The points of returns that an agreement here must answer."""
        void = {each.id for each in self.votes if each.voided_at is not None}
        return [
            each.id
            for each in self.points
            if each.is_mended is None
            and each.vote_id not in void
            and (each.returned_at == task.opened_at or each.target == task.step_id)
        ]

    def acted(self) -> dict[str, set[UUID]]:
        """Who has decided in which step, in person or by his substitute."""
        steps = {each.id: each.step_id for each in self.tasks}
        found: dict[str, set[UUID]] = {}
        for vote in self.votes:
            if vote.voided_at is None and vote.outcome != "advice":
                people = {vote.actor_id, vote.on_behalf_of_id} - {None}
                found.setdefault(steps[vote.task_id], set()).update(people)
        return found

    def seats_of(self, task: UserTask, name: str) -> list[Seat]:
        """The seats by which somebody may act now: his own, or those of absent colleagues."""
        if name in self.staff.leavers:
            return []
        open_seats = [e for e in self.seats[task.id] if e.state == SeatState.OPEN]
        held = [each for each in open_seats if each.holder_id == self.ids[name]]
        if held or self._takes_part(task, self.ids[name]):
            return held
        own = [
            e for e in open_seats if e.holder_id is None and self.staff.belongs(name, e.group_key)
        ]
        return own or [
            seat
            for owner in self.staff.covers(name, self.now, self.instance.process_key)
            if not self._takes_part(task, self.ids[owner])
            for seat in open_seats
            if seat.holder_id == self.ids[owner]
            or (seat.holder_id is None and self.staff.belongs(owner, seat.group_key))
        ]

    def _takes_part(self, task: UserTask, person: UUID) -> bool:
        """Whether he has voted here, or waits in a seat of his own."""
        opinions = {each.id for each in self.seats[task.id] if each.kind == SeatKind.ADVICE}
        voted = any(
            person in (each.actor_id, each.on_behalf_of_id) and each.seat_id not in opinions
            for each in self.valid_votes(task)
        )
        return voted or any(
            each.state == SeatState.WAITING and each.holder_id == person
            for each in self.seats[task.id]
        )

    def entitled(self, task: UserTask) -> Iterator[str]:
        return (name for name in self.ids if self.seats_of(task, name))

    def added_seats(self, task: UserTask) -> int:
        """How many seats the ledger says were added to a step since it was opened."""
        said = Counter(each.verb for each in self.entries if each.task_id == task.id)
        escalated = sum("escalated" in each.why for each in self.seats[task.id])
        return escalated + sum(said[e] for e in ("add_signer", "delegate", "transfer", "hand_over"))

    def undecided(self, task: UserTask) -> list[Seat]:
        return [each for each in self.seats[task.id] if each.state in UNDECIDED]


def local_day(at: datetime) -> date:
    return at.astimezone(ZoneInfo("Asia/Shanghai")).date()


def read_books(
    session: Session, item: UUID, ids: Mapping[str, UUID], staff: Staff, now: datetime
) -> Books:
    """Read everything in seven statements."""
    seats: dict[UUID, list[Seat]] = {}
    query = select(Seat).join(UserTask, UserTask.id == Seat.task_id)
    query = query.where(UserTask.instance_id == item).order_by(Seat.position, Seat.id)
    for seat in session.scalars(query):
        seats.setdefault(seat.task_id, []).append(seat)
    tasks = select(UserTask).where(UserTask.instance_id == item)
    entries = select(LedgerEntry).where(LedgerEntry.instance_id == item)
    return Books(
        instance=session.get_one(ProcessInstance, item),
        tasks=list(session.scalars(tasks.order_by(UserTask.state == TaskState.OPEN, UserTask.id))),
        seats=seats,
        votes=list(session.scalars(select(Vote).where(Vote.instance_id == item))),
        entries=list(session.scalars(entries.order_by(LedgerEntry.sequence))),
        questions=list(session.scalars(select(Question).where(Question.instance_id == item))),
        points=list(session.scalars(select(ReturnPoint).where(ReturnPoint.instance_id == item))),
        ids=ids,
        staff=staff,
        now=now,
    )
