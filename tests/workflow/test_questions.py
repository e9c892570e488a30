"""Questions: whom one may ask, the clock that stands still, the answer, and what is refused."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.core.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotOfferedError,
    NotPermittedError,
)
from app.identity import User
from app.notify.models import Notice
from app.projects.messages import answer, ask, take_back
from app.worker import run_due
from app.workflow.applying.loading import load_task
from app.workflow.clocks.alarms import due_tasks
from app.workflow.inbox.pages import Filters, inbox_counters, inbox_page
from app.workflow.inbox.tabs import Tab
from app.workflow.ledger.entries import verify
from app.workflow.models import Seat, UserTask
from app.workflow.questions import Asked, people_to_ask, questions_of, questions_to
from app.workflow.resources import resources_of
from app.workflow.states import SeatState
from app.workflow.tracking.history import ledger_entries
from tests.workflow.conftest import Office

QUESTION = "请说明设备购置费的测算依据。"
ANSWER = "依据三家供应商的询价单,已作为附件上传。"
STEP = "preliminary_review"


@pytest.fixture
def item(office: Office) -> UUID:
    """P04, claimed by nobody yet, at the preliminary review since Friday 9 September, 17:00."""
    office.now = datetime(2022, 9, 9, 6, tzinfo=UTC)
    item = office.start("P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    assert office.now == datetime(2022, 9, 9, 9, tzinfo=UTC)
    return item


def ask_as(office: Office, item: UUID, who: str, whom: str, words: str = QUESTION) -> UUID:
    task = office.task(item, STEP)
    office.act(ask, task, office.actor(who), whom, words)
    return newest(office, item).id


def newest(office: Office, item: UUID) -> Asked:
    with office.database.unit_of_work(write=False) as session:
        return questions_of(session, item)[-1]


def clock(office: Office, item: UUID) -> UserTask:
    with office.database.unit_of_work(write=False) as session:
        return session.get_one(UserTask, office.task(item, STEP))


def test_one_asks_the_initiator_or_those_who_decided_earlier(office: Office, item: UUID) -> None:
    with office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, office.task(item, STEP), lock=False)
        people = people_to_ask(loaded, office.actor("ctr.rev1"))
        of_himself = people_to_ask(loaded, office.actor("d05.fin"))

    assert [each.username for each in people] == ["d05u1.clerk", "d05.fin"]
    assert [each.username for each in of_himself] == ["d05u1.clerk"]


def test_the_clock_stops_and_the_person_is_told(office: Office, item: UUID) -> None:
    asked_at = office.now

    ask_as(office, item, "ctr.rev1", "d05u1.clerk")

    task = clock(office, item)
    assert (task.clock_stopped_at, task.alarm_at, task.state) == (asked_at, None, "open")
    with office.database.unit_of_work(write=False) as session:
        clerk = office.actor("d05u1.clerk")
        [waiting] = questions_to(session, clerk)
        assert (waiting.text, waiting.is_open) == (QUESTION, True)
        assert inbox_counters(session, clerk, office.now)["questions"] == 1
        notice = session.scalars(select(Notice).where(Notice.kind == "asked")).one()
        assert notice.address == "user@d05u1.clerk"
        entry = ledger_entries(session, item)[-1]
        assert (entry.verb, entry.to_state, entry.reason) == ("ask", "d05u1.clerk", QUESTION)


def test_the_answer_moves_the_due_date_by_the_working_time_waited(
    office: Office, item: UUID
) -> None:
    due_before = clock(office, item).due_at
    question = ask_as(office, item, "ctr.rev1", "d05u1.clerk")  # Friday, 17:00
    # Monday 12 September is the Mid-Autumn holiday: answered on Tuesday at 11:00.
    office.now = datetime(2022, 9, 13, 3, tzinfo=UTC)

    office.act(answer, question, office.actor("d05u1.clerk"), ANSWER)

    task = clock(office, item)
    with office.database.unit_of_work(write=False) as session:
        calendar = resources_of(session).calendar
    assert calendar.working_time(due_before, task.due_at) == timedelta(hours=3)
    assert (task.clock_stopped_at, task.alarm_at) == (None, task.due_at)
    with office.database.unit_of_work(write=False) as session:
        seats = session.scalars(select(Seat).where(Seat.task_id == task.id)).all()
        assert {each.due_at for each in seats} == {task.due_at}
        assert {each.state for each in seats} == {SeatState.OPEN}
        assert questions_to(session, office.actor("d05u1.clerk")) == []
        assert verify(session, item).is_sound
        told = session.scalars(select(Notice.address).where(Notice.kind == "asked")).all()
        assert told[-1] == "user@ctr.rev1"
    found = newest(office, item)
    assert (found.answer, found.is_open, found.was_not_needed) == (ANSWER, False, False)


def test_a_day_on_which_nobody_works_costs_nothing(office: Office, item: UUID) -> None:
    due_before = clock(office, item).due_at
    office.now = datetime(2022, 9, 10, 2, tzinfo=UTC)  # Saturday of the Mid-Autumn holiday
    question = ask_as(office, item, "ctr.rev1", "d05u1.clerk")
    office.now = datetime(2022, 9, 12, 2, tzinfo=UTC)

    office.act(answer, question, office.actor("d05u1.clerk"), ANSWER)

    assert clock(office, item).due_at == due_before


def test_nothing_reminds_and_nothing_is_late_while_it_waits(office: Office, item: UUID) -> None:
    ask_as(office, item, "ctr.rev1", "d05u1.clerk")
    later = office.now + timedelta(days=60)

    with office.database.unit_of_work(write=False) as session:
        reviewer = office.actor("ctr.rev1")
        assert due_tasks(session, later) == []
        page = inbox_page(session, reviewer, Tab.GROUPS, Filters(), later)
        late = inbox_page(session, reviewer, Tab.GROUPS, Filters(only_overdue=True), later)
        assert [each.waits_for_answer for each in page.rows] == [True]
        assert late.rows == []
    run_due(office.database, later)

    assert clock(office, item).reminded_at is None


def test_with_two_questions_the_clock_goes_on_after_the_second_answer(
    office: Office, item: UUID
) -> None:
    first = ask_as(office, item, "ctr.rev1", "d05u1.clerk")
    second = ask_as(office, item, "ctr.rev1", "d05.fin")

    office.act(answer, first, office.actor("d05u1.clerk"), ANSWER)
    assert clock(office, item).clock_stopped_at is not None
    office.act(answer, second, office.actor("d05.fin"), ANSWER)

    assert clock(office, item).clock_stopped_at is None


def test_the_asker_may_take_it_back(office: Office, item: UUID) -> None:
    question = ask_as(office, item, "ctr.rev1", "d05u1.clerk")

    with pytest.raises(NotPermittedError, match="Expected the person who asked"):
        office.act(take_back, question, office.actor("d05u1.clerk"))
    office.act(take_back, question, office.actor("ctr.rev1"))

    assert clock(office, item).clock_stopped_at is None
    found = newest(office, item)
    assert (found.answer, found.is_open, found.was_not_needed) == ("", False, False)
    with pytest.raises(ConflictError, match="Expected an open question"):
        office.act(answer, question, office.actor("d05u1.clerk"), ANSWER)


def test_a_decision_needs_no_answer_any_more(office: Office, item: UUID) -> None:
    question = ask_as(office, item, "ctr.rev1", "d05u1.clerk")

    office.agree(item, STEP, "ctr.rev1")

    found = newest(office, item)
    assert (found.answer, found.is_open, found.was_not_needed) == ("", False, True)
    with office.database.unit_of_work(write=False) as session:
        assert questions_to(session, office.actor("d05u1.clerk")) == []
    with pytest.raises(ConflictError, match="to be open"):
        office.act(answer, question, office.actor("d05u1.clerk"), ANSWER)


def test_a_return_from_elsewhere_needs_no_answer_any_more(office: Office) -> None:
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")
    task = office.task(item, "third_party_review")
    office.act(ask, task, office.actor("tpa.a1"), "d03.fin", QUESTION)

    office.send_back(item, "center_desk_review", "ctr.rev1", "compile_goals")

    assert newest(office, item).was_not_needed


def test_a_second_open_question_to_the_same_person_is_refused(office: Office, item: UUID) -> None:
    ask_as(office, item, "ctr.rev1", "d05u1.clerk")

    with pytest.raises(ConflictError, match="Expected one open question"):
        ask_as(office, item, "ctr.rev1", "d05u1.clerk", "请再说明绩效目标。")


@pytest.mark.parametrize("whom", ["ctr.rev1", "ctr.rev2", "d04u1.clerk", "nobody", ""])
def test_a_crafted_person_is_refused(office: Office, item: UUID, whom: str) -> None:
    with pytest.raises(NotOfferedError, match="Choose one of the people of the list"):
        ask_as(office, item, "ctr.rev1", whom)


def test_a_leaver_is_not_asked(office: Office, item: UUID) -> None:
    with office.database.unit_of_work() as session:
        session.execute(update(User).where(User.username == "d05.fin").values(is_active=False))

    with pytest.raises(NotOfferedError):
        ask_as(office, item, "ctr.rev1", "d05.fin")


@pytest.mark.parametrize("who", ["d05u1.clerk", "d05.fin", "mgr", "perf.ex1"])
def test_without_a_seat_one_asks_nothing(office: Office, item: UUID, who: str) -> None:
    with pytest.raises(NotPermittedError, match="Expected a seat of yours"):
        ask_as(office, item, who, "d05u1.clerk")


@pytest.mark.parametrize("words", ["", "  ？ ", "x" * 2001])
def test_a_question_has_to_say_something(office: Office, item: UUID, words: str) -> None:
    with pytest.raises(InvalidInputError, match="Expected 5 to 2000 characters"):
        ask_as(office, item, "ctr.rev1", "d05u1.clerk", words)

    assert clock(office, item).clock_stopped_at is None


def test_only_the_person_asked_answers_and_only_once(office: Office, item: UUID) -> None:
    question = ask_as(office, item, "ctr.rev1", "d05u1.clerk")

    with pytest.raises(NotPermittedError, match="Expected the person who was asked"):
        office.act(answer, question, office.actor("d05.fin"), ANSWER)
    with pytest.raises(InvalidInputError, match="Expected 2 to 2000 characters"):
        office.act(answer, question, office.actor("d05u1.clerk"), " ")
    with pytest.raises(NotFoundError):
        office.act(answer, uuid4(), office.actor("d05u1.clerk"), ANSWER)
    office.act(answer, question, office.actor("d05u1.clerk"), ANSWER)

    with pytest.raises(ConflictError, match="Expected an open question"):
        office.act(answer, question, office.actor("d05u1.clerk"), "再答一次。")
    assert newest(office, item).answer == ANSWER
