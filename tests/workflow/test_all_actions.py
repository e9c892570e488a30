"""Any people, any acts, in any order: the books always balance (a state machine by Hypothesis).

Each item has one step with a rule of its own, drawn per run, before a step of one person. After
every act, done or refused, an independent look at the rows checks what the issue asks for.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import CountersignError
from app.engine import open_tasks
from app.workflow import ledger
from app.workflow.copies import copy_task
from app.workflow.decisions import Decision, abstain_task, approve_task, reject_task, return_task
from app.workflow.deploying import deploy_definition
from app.workflow.drafts import save_task_draft
from app.workflow.failures import InstanceFailureError
from app.workflow.instances import start_instance
from app.workflow.loading import load_task
from app.workflow.models import (
    UNDECIDED,
    InstanceState,
    ProcessInstance,
    Question,
    Seat,
    SeatKind,
    SeatState,
    TaskState,
    UserTask,
    Vote,
)
from app.workflow.own_seats import own_seat
from app.workflow.permits import return_choices
from app.workflow.questions import answer_question, ask_question, take_back_question
from app.workflow.reading import read_task
from app.workflow.recalls import recall_decision, undo_decision
from app.workflow.resources import resources_of
from app.workflow.signing import add_signer, delegate_task, remove_signer, resolve_delegation
from app.workflow.stopping import resume_item, suspend_item, terminate_item
from app.workflow.taking_back import withdraw_item
from app.workflow.tasks import claim_task, transfer_task, unclaim_task
from app.workflow.urging import urge_task
from tests.workflow.conftest import REASON, Office
from tests.workflow.rounds import SUBJECT, round_diagram

CLERK, MANAGER = "d05u1.clerk", "mgr"
SIGNERS = ("ctr.rev1", "ctr.rev2", "ctr.rev3")
EVERYBODY = (*SIGNERS, "perf.ex1", "bud.1", CLERK, MANAGER)
RULES: tuple[dict[str, str], ...] = (
    {"mode": "single"},
    {"mode": "any", "abstain": "yes"},
    {"mode": "all", "abstain": "yes"},
    {"mode": "ratio", "pass": "2/3", "abstain": "yes"},
    {"mode": "count", "pass": "2", "reject": "2"},
    {"mode": "sequential"},
    {"mode": "weight", "pass": "1/2", "weight.ctr.rev1": "3", "tie": "reject", "abstain": "yes"},
    {"mode": "all", "reject": "never", "tie": "pass", "abstain": "yes"},
)
#: A seat that somebody decided has exactly one vote that counts.
VOTED = {
    SeatState.APPROVED,
    SeatState.REJECTED,
    SeatState.ABSTAINED,
    SeatState.RETURNED,
    SeatState.ADVISED,
}
people = st.sampled_from(EVERYBODY)
#: Below 8 one of those who have a seat, else anybody (see `Acts._name`).
someone = st.integers(min_value=0, max_value=9)
pick = st.integers(min_value=0, max_value=7)


class Acts(RuleBasedStateMachine):
    """One item and everybody who may or may not touch it."""

    office: Office
    #: Across the runs of one test: each starts an item of its own.
    runs: Counter[str]

    @initialize(properties=st.sampled_from(RULES))
    def begin(self, properties: dict[str, str]) -> None:
        self.runs["items"] += 1
        key = f"T-{self.runs['items']}"
        xml = round_diagram(SIGNERS, **properties)

        def start(session: Session, now: datetime) -> UUID:
            deploy_definition(session, None, xml, "", now)
            clerk = self.office.actor(CLERK)
            return start_instance(session, "P_ROUND", key, SUBJECT, clerk, now)

        self.office.now = datetime(2022, 9, 5, 1, tzinfo=UTC)
        self.seats_seen: set[UUID] = set()
        self.item: UUID = self.office.act(start)
        self.office.agree(self.item, "draft", CLERK, {})

    # What people try.

    @rule(who=someone, which=pick)
    def agree(self, who: int, which: int) -> None:
        self._try(approve_task, which, who, Decision("agree", opinion=REASON))

    @rule(who=someone, which=pick, outcome=st.sampled_from(["agree", "agree_with_edits", "", "x"]))
    def agree_somehow(self, who: int, which: int, outcome: str) -> None:
        self._try(approve_task, which, who, Decision(outcome, opinion=REASON))

    @rule(who=someone, which=pick)
    def reject(self, who: int, which: int) -> None:
        self._try(reject_task, which, who, Decision("reject", opinion=REASON))

    @rule(who=someone, which=pick)
    def abstain(self, who: int, which: int) -> None:
        self._try(abstain_task, which, who, Decision("agree"))

    @rule(who=someone, which=pick, where=pick)
    def send_back(self, who: int, which: int, where: int) -> None:
        def to_some_step(session: Session, task_id: UUID, *more: Any) -> None:
            actor, now = more
            choices = return_choices(load_task(session, task_id, lock=False))
            target = choices[where % len(choices)] if choices else None
            decision = Decision("return", opinion=REASON, target=target)
            return_task(session, task_id, actor, decision, now)

        self._try(to_some_step, which, who)

    @rule(who=someone, which=pick)
    def claim(self, who: int, which: int) -> None:
        self._try(claim_task, which, who, None)

    @rule(who=someone, which=pick)
    def unclaim(self, who: int, which: int) -> None:
        self._try(unclaim_task, which, who, None)

    @rule(who=someone, which=pick, receiver=people)
    def transfer(self, who: int, which: int, receiver: str) -> None:
        self._try(transfer_task, which, who, self._id(receiver), REASON, None)

    @rule(who=someone, which=pick, signer=people, how=st.sampled_from(["before", "with", "after"]))
    def add(self, who: int, which: int, signer: str, how: str) -> None:
        self._try(add_signer, which, who, self._id(signer), how, REASON, None)

    @rule(who=someone, which=pick, place=pick)
    def remove(self, who: int, which: int, place: int) -> None:
        seats = self._seats(which)
        if seats:
            self._try(remove_signer, which, who, seats[place % len(seats)].id, None)

    @rule(who=someone, which=pick, delegate=people)
    def delegate(self, who: int, which: int, delegate: str) -> None:
        self._try(delegate_task, which, who, self._id(delegate), REASON, None)

    @rule(who=someone, which=pick)
    def advise(self, who: int, which: int) -> None:
        self._try(resolve_delegation, which, who, REASON, None)

    @rule(who=someone, which=pick)
    def recall(self, who: int, which: int) -> None:
        self._try(recall_decision, which, who, REASON, None)

    @rule(who=someone, which=pick)
    def undo(self, who: int, which: int) -> None:
        self.office.now -= timedelta(hours=1) - timedelta(seconds=10)
        self._try(undo_decision, which, who, None)

    @rule(which=pick)
    def withdraw(self, which: int) -> None:
        self._try(withdraw_item, which, CLERK, REASON, None)

    @rule(who=someone, which=pick)
    def look(self, who: int, which: int) -> None:
        self._try(read_task, which, who)

    @rule(who=someone, which=pick)
    def scribble(self, who: int, which: int) -> None:
        self._try(save_task_draft, which, who, {"opinion": "未完"})

    @rule(who=someone, which=pick, receiver=people)
    def copy(self, who: int, which: int, receiver: str) -> None:
        self._try(copy_task, which, who, self._id(receiver), REASON)

    @rule(who=someone, which=pick)
    def urge(self, who: int, which: int) -> None:
        self._try(urge_task, which, who, REASON)

    @rule(who=someone, which=pick, asked=people)
    def ask(self, who: int, which: int, asked: str) -> None:
        self._try(ask_question, which, who, asked, REASON)

    @rule(who=someone, takes_back=st.booleans())
    def answer(self, who: int, takes_back: bool) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            query = select(Question.id).where(Question.instance_id == self.item)
            question = session.scalars(query.order_by(Question.id.desc()).limit(1)).first()
        if question and takes_back:
            self._act(take_back_question, question, self._name(who))
        elif question:
            asked = EVERYBODY[who % len(EVERYBODY)]
            self._act(answer_question, question, asked, REASON)

    @rule(which=pick, is_manager=st.booleans())
    def suspend(self, which: int, is_manager: bool) -> None:
        self._try(suspend_item, which, MANAGER if is_manager else CLERK, REASON, None)

    @rule(which=pick)
    def resume(self, which: int) -> None:
        self._try(resume_item, which, MANAGER, REASON, None)

    @rule(chance=st.integers(min_value=0, max_value=30))
    def terminate(self, chance: int) -> None:
        if chance == 30:  # the end of everything: seldom
            self._try(terminate_item, 0, MANAGER, REASON, None)

    # What must hold after each of them.

    @invariant()
    def the_ledger_verifies(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            assert ledger.verify(session, self.item).is_sound

    @invariant()
    def exactly_those_with_an_open_seat_may_act(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            for task in self._tasks(session):
                loaded = load_task(session, task.id, lock=False)
                seats = self._seats_of(session, task.id)
                votes = self._votes_of(session, task.id)
                for name in EVERYBODY:
                    actor = self.office.actor(name)
                    found = own_seat(loaded, actor)
                    assert (found is not None) == _may_sit(seats, votes, actor.id, name), (
                        name,
                        [(each.state, each.kind, each.holder_id, each.group_key) for each in seats],
                    )

    @invariant()
    def votes_are_counted_once(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            for task in self._tasks(session):
                seats = {each.id: each for each in self._seats_of(session, task.id)}
                votes = Counter(each.seat_id for each in self._votes_of(session, task.id))
                assert set(votes.values()) <= {1}
                assert {each for each, seat in seats.items() if seat.state in VOTED} == set(votes)
                assert all(seats[each].holder_id for each in votes)

    @invariant()
    def no_seat_is_lost_and_none_stays_behind(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            for task in self._tasks(session):
                seats = self._seats_of(session, task.id)
                self.seats_seen |= {each.id for each in seats}
                undecided = [each for each in seats if each.state in UNDECIDED]
                assert bool(undecided) == (task.state == TaskState.OPEN)
            known = select(Seat.id).join(UserTask, UserTask.id == Seat.task_id)
            known = known.where(UserTask.instance_id == self.item)
            assert set(session.scalars(known)) == self.seats_seen

    @invariant()
    def no_case_is_stuck(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            instance = session.get_one(ProcessInstance, self.item)
            waiting = [e for e in self._tasks(session) if e.state == TaskState.OPEN]
            is_over = instance.state in (InstanceState.COMPLETED, InstanceState.TERMINATED)
            assert bool(waiting) != is_over
            for task in waiting:
                seats = self._seats_of(session, task.id)
                votes = self._votes_of(session, task.id)
                assert any(_may_sit(seats, votes, self._id(name), name) for name in EVERYBODY), (
                    f"nobody can act in {task.step_id}"
                )

    @invariant()
    def rows_and_tokens_agree(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            instance = session.get_one(ProcessInstance, self.item)
            if instance.state in (InstanceState.COMPLETED, InstanceState.TERMINATED):
                return
            process = resources_of(session).processes.get(session, instance.definition_ids)
            tokens = {each.id for each in open_tasks(process, instance.engine_state)}
            rows = [e for e in self._tasks(session) if e.state == TaskState.OPEN]
            assert tokens == {each.engine_task_id for each in rows}
            assert len(rows) == 1  # the diagram has no parallel branch

    # How it looks and acts.

    def _try(self, verb: Callable[..., Any], which: int, who: int | str, *more: Any) -> None:
        """Act on one of the item's tasks, the open one more often than the closed ones."""
        with self.office.database.unit_of_work(write=False) as session:
            tasks = [each.id for each in self._tasks(session)]
        name = who if isinstance(who, str) else self._name(who)
        self._act(verb, tasks[-1 - which % len(tasks) if which > 5 else -1], name, *more)

    def _name(self, number: int) -> str:
        """One of those who may act in the newest task, mostly; sometimes anybody."""
        with self.office.database.unit_of_work(write=False) as session:
            task = self._tasks(session)[-1].id
            seats, votes = self._seats_of(session, task), self._votes_of(session, task)
        entitled = [e for e in EVERYBODY if _may_sit(seats, votes, self._id(e), e)]
        names = entitled if entitled and number < 8 else EVERYBODY
        return names[number % len(names)]

    def _act(self, verb: Callable[..., Any], key: UUID, who: str, *more: Any) -> None:
        try:
            self.office.act(verb, key, self.office.actor(who), *more)
        except InstanceFailureError:
            raise
        except CountersignError:
            self.office.now += timedelta(minutes=20)

    def _tasks(self, session: Session) -> list[UserTask]:
        query = select(UserTask).where(UserTask.instance_id == self.item)
        return list(session.scalars(query.order_by(UserTask.state != TaskState.OPEN, UserTask.id)))[
            ::-1
        ]

    def _seats(self, which: int) -> list[Seat]:
        with self.office.database.unit_of_work(write=False) as session:
            tasks = self._tasks(session)
            return self._seats_of(session, tasks[-1 - which % len(tasks)].id)

    def _seats_of(self, session: Session, task_id: UUID) -> list[Seat]:
        query = select(Seat).where(Seat.task_id == task_id).order_by(Seat.position, Seat.id)
        return list(session.scalars(query))

    def _votes_of(self, session: Session, task_id: UUID) -> list[Vote]:
        query = select(Vote).where(Vote.task_id == task_id, Vote.voided_at.is_(None))
        return list(session.scalars(query))

    def _id(self, name: str) -> UUID:
        return self.office.actor(name).id


def _may_sit(seats: list[Seat], votes: list[Vote], user_id: UUID, name: str) -> bool:
    """Whether somebody holds an open seat, or is the named candidate of one and has not voted."""
    open_seats = [each for each in seats if each.state == SeatState.OPEN]
    if any(each.holder_id == user_id for each in open_seats):
        return True
    advised = {each.id for each in seats if each.kind == SeatKind.ADVICE}
    if any(each.actor_id == user_id and each.seat_id not in advised for each in votes):
        return False
    return any(e.holder_id is None and e.group_key == f"user@{name}" for e in open_seats)


def test_whatever_people_do_the_books_balance(office: Office) -> None:
    runs: Counter[str] = Counter()
    machine = type("ActsOfThisOffice", (Acts,), {"office": office, "runs": runs})

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
