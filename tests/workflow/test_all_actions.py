"""Any people, any acts, in any order: the books always balance (a state machine by Hypothesis).

Each item has one step with a rule of its own, drawn per run, before a step of one person. After
every act, done or refused, an independent look at the rows (`books.py`) checks what must hold.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from app.core.errors import CountersignError, InvalidInputError
from app.core.ids import new_id
from app.engine import open_tasks
from app.identity import Absence, Actor, User, end_absence, enter_absence, load_actor
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import claim_task, transfer_task, unclaim_task
from app.workflow.assignment.handover import (
    close_account,
    find_account,
    hand_over_task,
    reopen_account,
)
from app.workflow.clocks.alarms import due_tasks, run_alarm
from app.workflow.copies import copy_task
from app.workflow.deciding.batches import BatchVerb, Order, do_item
from app.workflow.deciding.decisions import (
    Decision,
    abstain_task,
    approve_task,
    reject_task,
    return_task,
)
from app.workflow.deciding.drafts import save_task_draft
from app.workflow.deciding.reading import read_task
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.failures import InstanceFailureError
from app.workflow.instances import start_instance
from app.workflow.ledger import entries as ledger
from app.workflow.models import UserTask
from app.workflow.permits.tasks import return_choices
from app.workflow.questions import answer_question, ask_question, take_back_question
from app.workflow.resources import resources_of
from app.workflow.returning.points import PointAnswer, PointAsked
from app.workflow.returning.recalls import recall_decision, undo_decision
from app.workflow.returning.taking_back import withdraw_item
from app.workflow.states import SeatKind, TaskState
from app.workflow.stopping import resume_item, suspend_item, terminate_item
from app.workflow.urging import urge_task
from app.workflow.voting.own_seats import own_seat
from app.workflow.voting.signing import add_signer, delegate_task, remove_signer, resolve_delegation
from tests.workflow.books import VOTED, Away, Books, Staff, local_day, read_books
from tests.workflow.conftest import REASON, Office
from tests.workflow.rounds import SUBJECT, round_diagram

CLERK, MANAGER, SUPERIOR, ADMIN = "d05u1.clerk", "mgr", "ctr.head", "admin"
SIGNERS = ("ctr.rev1", "ctr.rev2", "ctr.rev3")
EVERYBODY = (*SIGNERS, "perf.ex1", "bud.1", CLERK, MANAGER, SUPERIOR)
#: `ACTS_ITEMS=500`: so many items, others each time; without it fifteen, always the same.
MORE = int(os.environ.get("ACTS_ITEMS", "0"))
#: Who may leave: one at a time, so that a step always has somebody.
LEAVERS = ("ctr.rev3", "perf.ex1")
RULES: tuple[dict[str, str], ...] = (
    {"mode": "single", "resubmit": "straight"},
    {"mode": "any", "abstain": "yes"},
    {"mode": "all", "abstain": "yes", "exclude": "draft"},
    {"mode": "ratio", "pass": "2/3", "abstain": "yes"},
    {"mode": "count", "pass": "2", "reject": "2", "resubmit": "straight"},
    {"mode": "sequential", "exclude": "draft"},
    {"mode": "weight", "pass": "1/2", "weight.ctr.rev1": "3", "tie": "reject", "abstain": "yes"},
    {"mode": "all", "reject": "never", "tie": "pass", "abstain": "yes"},
)
#: What happens when a step is late.
TIMEOUTS: tuple[dict[str, str], ...] = (
    {},
    {"remind": "P2BD P1BD"},
    {"timeout": "approve"},
    {"timeout": "reject"},
    {"timeout": "escalate", "escalate": "center_head"},
)
POINTS = (PointAsked("evidence_missing", "请补充测算依据。"), PointAsked("other", "请重新排版。"))
people = st.sampled_from(EVERYBODY)
#: Below 8 one of those who have a seat, else anybody (see `Acts._name`).
someone = st.integers(min_value=0, max_value=9)
pick = st.integers(min_value=0, max_value=7)


class _TakenBackError(Exception):
    """Ends a unit of work without a trace."""


class Acts(RuleBasedStateMachine):
    """One item and everybody who may or may not touch it."""

    office: Office
    #: Across the runs of one test: each starts an item of its own, and nobody is away yet.
    runs: Counter[str]
    ids: dict[str, UUID]
    books: Books

    @initialize(properties=st.sampled_from(RULES), late=st.sampled_from(TIMEOUTS))
    def begin(self, properties: dict[str, str], late: dict[str, str]) -> None:
        self.runs["items"] += 1
        key = f"T-{self.runs['items']}"
        xml = round_diagram(SIGNERS, **properties, **late)
        self.office.now = self.last = datetime(2022, 9, 5, 1, tzinfo=UTC)
        self.staff = Staff({"center_head": frozenset({SUPERIOR})})
        self.actors: dict[str, Actor | None] = {}
        self.opened: dict[UUID, int] = {}
        self.exclude = properties.get("exclude", "")

        def start(session: Session, now: datetime) -> UUID:
            deploy_definition(session, None, xml, "", now)
            clerk = self.office.actor(CLERK)
            return start_instance(session, "P_ROUND", key, SUBJECT, clerk, now)

        self.item: UUID = self.office.act(start)
        self.office.agree(self.item, "draft", CLERK, {})
        self._read()

    def teardown(self) -> None:
        """Who was away or had left works here again for the next item."""
        if hasattr(self, "staff"):
            with self.office.database.unit_of_work() as session:
                admin = self.office.actor(ADMIN)
                for away in self.staff.absences:
                    end_absence(session, admin, away.id, self.office.now)
                for name in self.staff.leavers:
                    reopen_account(session, admin, self.ids[name])

    # What people decide.

    @rule(who=someone, which=pick, answered=st.booleans())
    def agree(self, who: int, which: int, answered: bool) -> None:
        task = self._task(which)
        owed = self.books.owed(task)
        answers = {each: PointAnswer(is_mended=True) for each in owed if answered}
        seats = self.books.seats_of(task, self._name(who))
        done = self._on(approve_task, task, who, Decision("agree", opinion=REASON, answers=answers))
        if done and seats[0].kind == SeatKind.VOTE:
            assert len(answers) == len(owed), "sent on without an answer to each point"

    @rule(who=someone, which=pick, outcome=st.sampled_from(["agree", "agree_with_edits", "", "x"]))
    def agree_somehow(self, who: int, which: int, outcome: str) -> None:
        self._try(approve_task, which, who, Decision(outcome, opinion=REASON))

    @rule(who=someone)
    def answer_straight_back(self, who: int) -> None:
        answers = {e: PointAnswer(is_mended=True) for e in self.books.owed(self._task(0))}
        decision = Decision("agree", opinion=REASON, straight=True, answers=answers)
        self._try(approve_task, 0, who, decision)

    @rule(who=someone, which=pick)
    def reject(self, who: int, which: int) -> None:
        self._try(reject_task, which, who, Decision("reject", opinion=REASON))

    @rule(who=someone, which=pick)
    def abstain(self, who: int, which: int) -> None:
        self._try(abstain_task, which, who, Decision("agree"))

    @rule(who=someone, which=pick, where=pick, points=st.booleans())
    def send_back(self, who: int, which: int, where: int, points: bool) -> None:
        def to_some_step(session: Session, task_id: UUID, *more: Any) -> None:
            actor, now = more
            choices = return_choices(load_task(session, task_id, lock=False))
            target = choices[where % len(choices)] if choices else None
            asked = POINTS if points else ()
            decision = Decision("return", opinion=REASON, target=target, points=asked)
            return_task(session, task_id, actor, decision, now)

        self._try(to_some_step, which, who)

    @rule(who=someone, which=pick, verb=st.sampled_from(BatchVerb), stale=st.booleans())
    def decide_in_a_batch(self, who: int, which: int, verb: BatchVerb, stale: bool) -> None:
        task, order = self._task(which), Order(new_id(), verb, REASON)
        name, version = self._name(who), task.version - stale

        def do(session: Session, actor: Actor, now: datetime) -> None:
            do_item(session, task.id, version, actor, order, now)

        if self._act(name, do):
            before = len(self.books.entries)
            assert self._act(name, do), "a batch that is sent again leaves what it has done"
            assert len(self.books.entries) == before
            assert not stale

    # Who has the work.

    @rule(who=someone, which=pick)
    def claim(self, who: int, which: int) -> None:
        self._try(claim_task, which, who, None)

    @rule(who=someone, which=pick)
    def unclaim(self, who: int, which: int) -> None:
        self._try(unclaim_task, which, who, None)

    @rule(who=someone, which=pick, receiver=people)
    def transfer(self, who: int, which: int, receiver: str) -> None:
        self._try(transfer_task, which, who, self.ids[receiver], REASON, None)

    @rule(who=someone, which=pick, signer=people, how=st.sampled_from(["before", "with", "after"]))
    def add(self, who: int, which: int, signer: str, how: str) -> None:
        self._try(add_signer, which, who, self.ids[signer], how, REASON, None)

    @rule(who=someone, which=pick, place=pick)
    def remove(self, who: int, which: int, place: int) -> None:
        seats = self.books.seats[self._task(which).id]
        self._try(remove_signer, which, who, seats[place % len(seats)].id, None)

    @rule(who=someone, which=pick, delegate=people)
    def delegate(self, who: int, which: int, delegate: str) -> None:
        self._try(delegate_task, which, who, self.ids[delegate], REASON, None)

    @rule(who=someone, which=pick)
    def advise(self, who: int, which: int) -> None:
        self._try(resolve_delegation, which, who, REASON, None)

    @rule(
        owner=people,
        substitute=people,
        days=st.integers(min_value=0, max_value=9),
        process_key=st.sampled_from([None, "P_ROUND", "P_GOAL"]),
    )
    def go_away(self, owner: str, substitute: str, days: int, process_key: str | None) -> None:
        first = local_day(self.office.now)
        absence = Absence(
            owner_id=self.ids[owner],
            substitute_id=self.ids[substitute],
            first_day=first,
            last_day=first + timedelta(days=days),
            process_key=process_key,
        )
        entered: list[UUID] = []

        def enter(session: Session, actor: Actor, now: datetime) -> None:
            entered.append(enter_absence(session, actor, absence, first, now).id)

        if self._act(owner, enter):
            days_away = (absence.first_day, absence.last_day)
            away = Away(entered[0], owner, substitute, *days_away, process_key)
            self.staff.absences.append(away)

    @rule(which=pick)
    def come_back(self, which: int) -> None:
        if self.staff.absences:
            away = self.staff.absences[which % len(self.staff.absences)]
            if self._act(away.owner, lambda *at: end_absence(at[0], at[1], away.id, at[2])):
                self.staff.absences.remove(away)

    @rule(leaver=st.sampled_from(LEAVERS), receiver=people)
    def leave(self, leaver: str, receiver: str) -> None:
        """Hand over what is open, then close the account, if nothing is left."""
        if self.staff.leavers:
            return
        with self.office.database.unit_of_work(write=False) as session:
            person: User = find_account(session, self.ids[leaver])
        for task in self.books.open_tasks:
            self._on(hand_over_task, task, ADMIN, person, self.ids[receiver], REASON)
        if self._act(ADMIN, lambda *at: close_account(at[0], at[1], self.ids[leaver], at[2])):
            self.staff.leavers.add(leaver)
            left = [e for e in self.staff.absences if leaver not in (e.owner, e.substitute)]
            self.staff.absences = left

    # What is taken back, stopped and ended.

    @rule(who=someone, which=pick)
    def recall(self, who: int, which: int) -> None:
        self._try(recall_decision, which, who, REASON, None)

    @rule(who=someone, which=pick)
    def undo(self, who: int, which: int) -> None:
        self.office.now = self.last + timedelta(seconds=10)
        self._try(undo_decision, which, who, None)

    @rule(which=pick)
    def withdraw(self, which: int) -> None:
        self._try(withdraw_item, which, CLERK, REASON, None)

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

    # What they say.

    @rule(who=someone, which=pick)
    def look(self, who: int, which: int) -> None:
        self._try(read_task, which, who)

    @rule(who=someone, which=pick)
    def scribble(self, who: int, which: int) -> None:
        self._try(save_task_draft, which, who, {"opinion": "未完"})

    @rule(who=someone, which=pick, receiver=people)
    def copy(self, who: int, which: int, receiver: str) -> None:
        self._try(copy_task, which, who, self.ids[receiver], REASON)

    @rule(who=someone, which=pick)
    def urge(self, who: int, which: int) -> None:
        self._try(urge_task, which, who, REASON)

    @rule(who=someone, which=pick, asked=people)
    def ask(self, who: int, which: int, asked: str) -> None:
        self._try(ask_question, which, who, asked, REASON)

    @rule(who=someone, takes_back=st.booleans())
    def answer(self, who: int, takes_back: bool) -> None:
        if self.books.questions:
            key = self.books.questions[-1].id
            name = self._name(who) if takes_back else EVERYBODY[who % len(EVERYBODY)]
            verb, words = (take_back_question, ()) if takes_back else (answer_question, (REASON,))
            self._act(name, lambda *at: verb(at[0], key, at[1], *words, at[2]))

    # What time does.

    @rule(days=st.integers(min_value=1, max_value=12))
    def time_passes(self, days: int) -> None:
        """The worker looks at what is due, twice, as two workers would."""
        self.office.now += timedelta(days=days)
        with self.office.database.unit_of_work(write=False) as session:
            due = set(due_tasks(session, self.office.now, limit=1000))
        self._read()
        ringing = {e.id for e in self.books.open_tasks if self._may_ring(e)}
        assert due & {each.id for each in self.books.tasks} == ringing
        for task in self.books.tasks:
            for is_first in (True, False):
                with self.office.database.unit_of_work() as session:
                    rang = run_alarm(session, task.id, self.office.now)
                assert (rang is not None) == (is_first and task.id in ringing)
        self.last = self.office.now
        self.actors.clear()
        self._read()

    @rule()
    def everybody_tries_to_agree(self) -> None:
        """Exactly those who sit there can, and nothing is left of it."""
        task = self._task(0)
        answers = {e: PointAnswer(is_mended=True) for e in self.books.owed(task)}
        decision = Decision("agree", opinion=REASON, answers=answers)
        for name in EVERYBODY:
            actor = self._actor(name)
            if actor is not None:
                assert self._could(approve_task, task.id, actor, decision) == self._may(task, name)

    # What must hold after each of them.

    @invariant()
    def the_ledger_verifies(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            assert ledger.verify(session, self.item).is_sound

    @invariant()
    def exactly_those_with_an_open_seat_may_act(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            for task in self.books.tasks[-2:]:
                loaded = load_task(session, task.id, lock=False)
                for name in EVERYBODY:
                    actor = self._actor(name)
                    found = own_seat(loaded, actor) if actor else None
                    entitled = {each.id for each in self.books.seats_of(task, name)}
                    assert found.id in entitled if found else not entitled, name

    @invariant()
    def votes_are_counted_once(self) -> None:
        for task in self.books.tasks:
            seats = {each.id: each for each in self.books.seats[task.id]}
            votes = Counter(each.seat_id for each in self.books.valid_votes(task))
            assert set(votes.values()) <= {1}
            assert {each for each, seat in seats.items() if seat.state in VOTED} == set(votes)
            assert all(seats[each].holder_id for each in votes)

    @invariant()
    def every_seat_is_accounted_for(self) -> None:
        for task in self.books.tasks:
            number = len(self.books.seats[task.id]) - self.books.added_seats(task)
            assert self.opened.setdefault(task.id, number) == number
            assert bool(self.books.undecided(task)) == (task.state == TaskState.OPEN)

    @invariant()
    def who_acted_is_who_voted(self) -> None:
        known = self.books.instance.progress["acted"]
        found = {step: set(map(UUID, said)) for step, said in known.items() if said}
        assert found == self.books.acted()

    @invariant()
    def no_case_is_stuck(self) -> None:
        assert bool(self.books.open_tasks) != self.books.is_over
        for task in self.books.open_tasks:
            assert any(self.books.entitled(task)), f"nobody can act in {task.step_id}"

    @invariant()
    def clocks_stand_still_while_stopped_and_only_then(self) -> None:
        for task in self.books.open_tasks:
            is_stopped = self.books.is_suspended or self.books.is_asked(task)
            assert (task.clock_stopped_at is not None) == is_stopped
            is_waiting = not is_stopped and task.reminded_at is None
            assert (task.alarm_at is not None) == is_waiting

    @invariant()
    def rows_and_tokens_agree(self) -> None:
        if self.books.is_over:
            return
        instance, rows = self.books.instance, self.books.open_tasks
        with self.office.database.unit_of_work(write=False) as session:
            process = resources_of(session).processes.get(session, instance.definition_ids)
        tokens = {each.id for each in open_tasks(process, instance.engine_state)}
        assert tokens == {each.engine_task_id for each in rows}
        assert len(rows) == 1  # the diagram has no parallel branch

    # How it looks and acts.

    def _may(self, task: UserTask, name: str) -> bool:
        """Whether somebody may vote now: a seat, no advice, and no duty that keeps him out."""
        seats = self.books.seats_of(task, name)
        is_active = task.state == TaskState.OPEN and not self.books.is_suspended
        if not seats or not is_active or any(e.kind == SeatKind.ADVICE for e in seats):
            return False
        return not self._is_kept_apart(task, name)

    def _is_kept_apart(self, task: UserTask, name: str) -> bool:
        apart = self.exclude if task.step_id == "review" else ""
        return self.ids[name] in self.books.acted().get(apart, ())

    def _may_ring(self, task: UserTask) -> bool:
        is_stopped = self.books.is_suspended or self.books.is_asked(task)
        return not is_stopped and task.alarm_at is not None and task.alarm_at <= self.office.now

    def _task(self, which: int) -> UserTask:
        """One of the item's tasks, the open one more often than the closed ones."""
        tasks = self.books.tasks
        return tasks[-1 - which % len(tasks) if which > 5 else -1]

    def _name(self, number: int) -> str:
        """One of those who may act in the newest task, mostly; sometimes anybody."""
        entitled = list(self.books.entitled(self.books.tasks[-1]))
        names = entitled if entitled and number < 8 else EVERYBODY
        return names[number % len(names)]

    def _try(self, verb: Callable[..., Any], which: int, who: int | str, *more: Any) -> bool:
        return self._on(verb, self._task(which), who, *more)

    def _on(self, verb: Callable[..., Any], task: UserTask, who: int | str, *more: Any) -> bool:
        name = who if isinstance(who, str) else self._name(who)
        return self._act(name, lambda *at: verb(at[0], task.id, at[1], *more, at[2]))

    def _act(self, who: str, act: Callable[[Session, Actor, datetime], Any]) -> bool:
        """Whether it was done; a refusal is a sentence, and costs twenty minutes."""
        actor = self.office.actor(who) if who == ADMIN else self._actor(who)
        if actor is None:  # has left, and cannot sign in
            return False
        at = self.office.now
        try:
            self.office.act(lambda session, now: act(session, actor, now))
        except InstanceFailureError:
            raise
        except CountersignError:
            self.office.now += timedelta(minutes=20)
            return False
        else:
            self.last = at
            return True
        finally:
            self.actors.clear()
            self._read()

    def _could(self, verb: Callable[..., Any], *arguments: Any) -> bool:
        try:
            with self.office.database.unit_of_work() as session:
                verb(session, *arguments, self.office.now)
                raise _TakenBackError
        except _TakenBackError:
            return True
        except InvalidInputError:
            raise
        except CountersignError:
            return False

    def _actor(self, name: str) -> Actor | None:
        """The person as he is signed in now, with those for whom he stands in today."""
        if name not in self.actors:
            with self.office.database.unit_of_work(write=False) as session:
                today = local_day(self.office.now)
                self.actors[name] = load_actor(session, self.ids[name], today)
        return self.actors[name]

    def _read(self) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            self.books = read_books(session, self.item, self.ids, self.staff, self.office.now)


def test_whatever_people_do_the_books_balance(office: Office) -> None:
    ids = {name: office.actor(name).id for name in EVERYBODY}
    context = {"office": office, "runs": Counter[str](), "ids": ids}
    machine = type("ActsOfThisOffice", (Acts,), context)

    phases = [Phase.generate] if MORE else list(Phase)  # a found trace of any length will do
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=MORE or 15,
            stateful_step_count=30,
            deadline=None,
            derandomize=not MORE,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
