"""The sample bureau as it is found on the demonstration day, loaded once for each database."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.errors import ConflictError
from app.core.installation import SAMPLE_LOADED, read_clock, read_fact
from app.core.settings import ROOT, Settings
from app.identity import Organisation, User
from app.notify.models import Notice
from app.projects.kinds import Link, LinkStatus
from app.projects.letters import letters_of
from app.projects.models import Project
from app.projects.queries import goal_in_force, goal_versions, project_by_code
from app.projects.sample import desk, load_sample_bureau, projects
from app.projects.sample.hours import ZONE
from app.projects.sample.journeys import DEMO_NOW
from app.workflow.clocks.calendar import WorkingCalendar
from app.workflow.clocks.models import Timer
from app.workflow.deciding.drafts import find_draft
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.ledger.entries import verify
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, UserTask, Vote
from app.workflow.resources import open_database
from app.workflow.tracking.history import OpenSeat, last_form_values, open_seats, opinions
from tests.databases import Server, clone_of, installation

CODES = {each.tag: each.code for year in (2022, 2023) for each in projects(year) if each.tag}
CALENDAR = WorkingCalendar(ROOT / "config" / "calendar", ZONE)


@pytest.fixture(scope="module")
def bureau(
    database_kind: str,
    servers: Callable[[str], Server],
    sample_template: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Session]:
    """A reader of the bureau as it was loaded; nobody here changes it."""
    with (
        clone_of(servers(database_kind), sample_template(database_kind)) as url,
        reader(url, tmp_path_factory) as session,
    ):
        yield session


def item_of(session: Session, tag: str) -> UUID:
    """The process instance of a named project."""
    code = CODES[tag]
    return session.scalars(
        select(ProcessInstance.id).where(ProcessInstance.subject_code == code)
    ).one()


def where(session: Session, tag: str) -> dict[str, OpenSeat]:
    """The open seats of a named project by step."""
    return {seat.step_id: seat for seat in open_seats(session, item_of(session, tag))}


def holder(session: Session, seat: OpenSeat) -> str:
    name = seat.addresses[0].removeprefix("user@")
    assert session.scalars(select(User.username).where(User.username == name)).one()
    return name


def days_overdue(seat: OpenSeat) -> int:
    return CALENDAR.days_between(
        seat.due_at.astimezone(ZONE).date(), DEMO_NOW.astimezone(ZONE).date()
    )


def status(session: Session, tag: str) -> tuple[str, str]:
    project = project_by_code(session, CODES[tag])
    return project.link, project.link_status


def test_the_bureau_has_its_size(bureau: Session) -> None:
    count = select(func.count())
    kinds = Counter(bureau.scalars(select(Organisation.kind)))
    assert kinds["department"] == 12
    assert bureau.scalar(count.select_from(User)) == 93
    years = bureau.execute(
        select(Project.fiscal_year, func.count()).group_by(Project.fiscal_year)
    ).all()
    assert dict(years) == {2021: 393, 2022: 694, 2023: 10}
    definitions = bureau.execute(select(ProcessDefinition.key, ProcessDefinition.version)).all()
    assert sorted(definitions) == [("P_GOAL", 1), ("P_MONITOR", 1), ("P_PRELIM", 1)]
    assert bureau.scalar(count.select_from(ProcessInstance)) == 700


def test_its_clock_starts_on_the_morning_of_the_demonstration(bureau: Session) -> None:
    assert read_fact(bureau, SAMPLE_LOADED) == DEMO_NOW.isoformat()
    passed = read_clock(bureau).now() - DEMO_NOW
    assert timedelta(0) <= passed + timedelta(seconds=1) < timedelta(minutes=30)


def test_the_monitoring_stands_where_the_dossier_says(bureau: Session) -> None:
    counts = bureau.execute(
        select(Project.link_status, func.count())
        .where(Project.fiscal_year == 2022, Project.link == Link.MONITORING)
        .group_by(Project.link_status)
    ).all()
    assert dict(counts) == {
        LinkStatus.PASSED: 601,
        LinkStatus.PENDING: 54,
        LinkStatus.RETURNED: 11,
        LinkStatus.DRAFT: 28,
    }


def test_the_reports_themselves_stand_there_too(bureau: Session) -> None:
    """Counted by the open steps of the processes, not by what the projects say."""
    open_steps = bureau.execute(
        select(UserTask.step_id, UserTask.visit)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(ProcessInstance.process_key == "P_MONITOR", UserTask.state == "open")
    )
    found = Counter((row.step_id, row.visit) for row in open_steps)
    assert found["fill_monitoring", 1] == 28
    assert found["fill_monitoring", 2] == 11
    reviews = [n for (step, _), n in found.items() if step.endswith("_review")]
    assert sum(reviews) == 54
    ended = select(func.count()).where(ProcessInstance.end_event == "end_accepted")
    assert bureau.scalar(ended) == 601


def test_every_ledger_is_sound_and_in_the_order_of_time(bureau: Session) -> None:
    for item in bureau.scalars(select(ProcessInstance.id)):
        assert verify(bureau, item).is_sound
    times: dict[UUID, datetime] = {}
    entries = select(LedgerEntry.instance_id, LedgerEntry.at).order_by(
        LedgerEntry.instance_id, LedgerEntry.sequence
    )
    for item, moment in bureau.execute(entries):
        assert times.get(item, moment) <= moment <= DEMO_NOW
        times[item] = moment


def test_lists_ordered_by_id_follow_the_time(bureau: Session) -> None:
    moments = bureau.scalars(select(Vote.at).order_by(Vote.id)).all()

    assert len(moments) > 1900
    assert list(moments) == sorted(moments)


def test_people_act_in_office_hours_of_working_days(bureau: Session) -> None:
    for moment in bureau.scalars(select(Vote.at)):
        local = moment.astimezone(ZONE)
        assert CALENDAR.is_working_day(local.date()), local
        minutes = local.hour * 60 + local.minute
        assert 8 * 60 + 30 <= minutes < 12 * 60 or 14 * 60 <= minutes < 17 * 60 + 30, local


def test_many_people_have_worked(bureau: Session) -> None:
    names = select(User.username).join(Vote, Vote.actor_id == User.id).distinct()
    acted = set(bureau.scalars(names))

    assert {"ctr.rev1", "ctr.rev3", "perf.ex2", "perf.ex3", "bud.1"} <= acted
    assert sum(name.endswith(".clerk") for name in acted) == 28
    assert sum(name.endswith(".fin") for name in acted) == 12
    assert sum(name.startswith("sec.") for name in acted) == 5


def test_what_is_overdue_was_marked_and_told(bureau: Session) -> None:
    overdue = bureau.execute(
        select(UserTask.reminded_at, UserTask.due_at).where(
            UserTask.state == "open", UserTask.due_at <= DEMO_NOW
        )
    ).all()

    assert len(overdue) > 28
    assert all(row.reminded_at >= row.due_at for row in overdue)
    told = bureau.scalar(
        select(func.count()).select_from(Notice).where(Notice.occasion.startswith("overdue:"))
    )
    assert told is not None
    assert told >= len(overdue)


def test_p03_waits_for_the_third_party_beside_the_desk_review(bureau: Session) -> None:
    seats = where(bureau, "P03")

    assert seats.keys() == {"center_desk_review", "third_party_review"}
    assert holder(bureau, seats["center_desk_review"]) == "ctr.rev1"
    assert seats["third_party_review"].addresses == ("user@tpa.a1",)
    due = bureau.scalars(
        select(Timer.due_at).where(Timer.instance_id == item_of(bureau, "P03"))
    ).one()
    assert DEMO_NOW < due < DEMO_NOW + timedelta(days=1)


def test_p04_is_four_working_days_overdue_at_preliminary_review(bureau: Session) -> None:
    [seat] = where(bureau, "P04").values()

    assert (seat.step_id, seat.visit, holder(bureau, seat)) == (
        "preliminary_review",
        1,
        "ctr.rev2",
    )
    assert days_overdue(seat) == 4


def test_p05_was_returned_and_its_draft_adds_up_to_85(bureau: Session) -> None:
    [seat] = where(bureau, "P05").values()
    assert (seat.step_id, seat.visit, status(bureau, "P05")) == (
        "compile_goals",
        2,
        ("goal", "returned"),
    )
    clerk = bureau.scalars(select(User).where(User.username == "d11u1.clerk")).one()

    draft = find_draft(bureau, seat.task_id, clerk)  # type: ignore[arg-type]

    assert draft is not None
    weights = [Decimal(value) for name, value in draft.typed["fields"] if name.endswith(".weight")]
    assert (len(weights), sum(weights)) == (7, 85)


def test_p06_is_back_at_preliminary_review_in_its_second_round(bureau: Session) -> None:
    [seat] = where(bureau, "P06").values()

    assert (seat.step_id, seat.visit) == ("preliminary_review", 2)
    assert status(bureau, "P06") == ("goal", "pending")
    assert opinions(bureau, item_of(bureau, "P06"))[-1].outcome == "return_previous"


def test_p07_is_at_final_review_in_time_after_a_transfer(bureau: Session) -> None:
    [seat] = where(bureau, "P07").values()

    assert (seat.step_id, seat.visit) == ("final_review", 1)
    assert days_overdue(seat) < 0
    verbs = bureau.scalars(
        select(LedgerEntry.verb).where(LedgerEntry.instance_id == item_of(bureau, "P07"))
    )
    assert "transfer" in set(verbs)


def test_p08_is_approved_and_has_its_letter(bureau: Session) -> None:
    project = project_by_code(bureau, CODES["P08"])
    version = goal_in_force(bureau, project)
    assert version is not None

    [letter] = letters_of(bureau, project)

    assert (letter.number, letter.approved_amount) == (f"绩批-{project.code}-3", Decimal("700.00"))
    assert letter.goal_version_id == version.id
    assert [each.status for each in goal_versions(bureau, project)] == [
        "approved",
        "superseded",
        "returned",
    ]
    assert status(bureau, "P08") == ("goal", "approved")


@pytest.mark.parametrize("tag", ["P01", "P02", "P09", "P10"])
def test_what_is_in_link_1_has_no_process_yet(bureau: Session, tag: str) -> None:
    running = select(func.count()).where(ProcessInstance.subject_code == CODES[tag])
    assert bureau.scalar(running) == 0
    assert status(bureau, tag)[0] == "ex_ante"


@pytest.mark.parametrize(
    ("tag", "rate", "likelihood"),
    [
        ("P11", "74.00", "certain"),
        ("P12", "58.00", "possible"),
        ("P13", "22.00", "impossible"),
        ("P14", "61.00", "impossible"),
        ("P15", "71.00", "certain"),
        ("P16", "81.00", "certain"),
        ("P18", "41.00", "certain"),
        ("P19", "77.00", "certain"),
        ("P20", "83.00", "certain"),
    ],
)
def test_the_named_reports_say_what_the_dossier_says(
    bureau: Session, tag: str, rate: str, likelihood: str
) -> None:
    report = last_form_values(bureau, item_of(bureau, tag), "fill_monitoring")

    assert report["rate"] == rate
    line = report["indicators"][0]
    assert line["likelihood"] == likelihood
    assert bool(line.get("explanation")) == (likelihood != "certain")


@pytest.mark.parametrize(
    ("tag", "steps", "link_status"),
    [
        ("P11", {}, "passed"),
        ("P12", {"section_review": 1}, "pending"),
        ("P13", {"section_review": 1}, "pending"),
        ("P14", {"section_review": 1}, "pending"),
        ("P15", {"section_review": 1}, "pending"),
        ("P16", {}, "passed"),
        ("P17", {"fill_monitoring": 1}, "draft"),
        ("P18", {"fill_monitoring": 2}, "returned"),
        ("P19", {}, "passed"),
        ("P20", {"section_review": 2}, "pending"),
    ],
)
def test_the_named_reports_stand_where_the_dossier_says(
    bureau: Session, tag: str, steps: dict[str, int], link_status: str
) -> None:
    assert {step: seat.visit for step, seat in where(bureau, tag).items()} == steps
    assert status(bureau, tag) == ("monitoring", link_status)


def test_p13_and_p14_ask_for_an_adjustment(bureau: Session) -> None:
    for tag, forecast in (("P13", "4"), ("P14", "34")):
        report = last_form_values(bureau, item_of(bureau, tag), "fill_monitoring")
        assert report["request_adjust"] is True
        assert report["indicators"][0]["forecast"] == forecast


def test_p17_was_not_submitted_and_is_overdue(bureau: Session) -> None:
    [seat] = where(bureau, "P17").values()

    assert seat.holder is None
    assert days_overdue(seat) == 3
    verbs = bureau.scalars(
        select(LedgerEntry.verb).where(LedgerEntry.instance_id == item_of(bureau, "P17"))
    ).all()
    assert verbs[-1] == "overdue"


def test_p18_was_returned_because_it_gave_no_reason(bureau: Session) -> None:
    last = opinions(bureau, item_of(bureau, "P18"))[-1]

    assert (last.outcome, last.step_id) == ("return_to_unit", "section_review")
    assert "偏差原因" in last.text


def test_p20_disputes_the_finding(bureau: Session) -> None:
    report = last_form_values(bureau, item_of(bureau, "P20"), "fill_monitoring")

    assert "异议" in report["problems"]


def told_story(session: Session) -> list[tuple[Any, ...]]:
    """Every act with its person, its words and what its form said; without ids, which differ."""
    acts = session.execute(
        select(
            ProcessInstance.business_key,
            LedgerEntry.sequence,
            LedgerEntry.at,
            LedgerEntry.verb,
            LedgerEntry.step_id,
            LedgerEntry.visit,
            LedgerEntry.from_state,
            LedgerEntry.to_state,
            LedgerEntry.reason,
            User.username,
            LedgerEntry.form_hash,
        )
        .join(ProcessInstance, ProcessInstance.id == LedgerEntry.instance_id)
        .outerjoin(User, User.id == LedgerEntry.actor_id)
    )
    return sorted((tuple(act) for act in acts), key=lambda act: act[:2])


@pytest.mark.usefixtures("bureau")
def test_two_loads_tell_the_same_story(
    sample_template: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Once on SQLite, once on PostgreSQL: two loads of their own.

    The chained hashes cover the ids of instances, tasks and people, which are new in every load,
    hence they differ; everything that a person can read is the same.
    """
    stories = []
    for kind in ("sqlite", "postgresql"):
        with reader(sample_template(kind), tmp_path_factory) as session:
            stories.append(told_story(session))

    one, other = stories
    assert len(one) > 5000
    assert one == other


@contextmanager
def reader(url: str, folders: pytest.TempPathFactory) -> Iterator[Session]:
    database = open_database(installation(url, folders.mktemp("reader")))
    try:
        with database.unit_of_work(write=False) as session:
            yield session
    finally:
        database.dispose()


def test_an_interrupted_load_leaves_nothing_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[datetime] = []
    approve_task = desk.approve_task

    def interrupt(*arguments: Any) -> None:
        acts.append(arguments[-1])
        if len(acts) > 40:
            raise InterruptedError
        approve_task(*arguments)

    monkeypatch.setattr(desk, "approve_task", interrupt)

    with pytest.raises(InterruptedError):
        load_sample_bureau(database, lambda _line: None)

    with database.unit_of_work(write=False) as session:
        for model in (User, Organisation, Project, ProcessDefinition, ProcessInstance, Vote):
            assert session.scalar(select(func.count()).select_from(model)) == 0
        assert read_fact(session, SAMPLE_LOADED) is None


def test_a_second_load_is_refused_and_changes_nothing(
    database_kind: str,
    servers: Callable[[str], Server],
    sample_template: Callable[[str], str],
    settings: Settings,
) -> None:
    with clone_of(servers(database_kind), sample_template(database_kind)) as url:
        database = open_database(installation(url, settings.files_folder))
        with pytest.raises(ConflictError, match="found 93 accounts"):
            load_sample_bureau(database, lambda _line: None)
        with database.unit_of_work(write=False) as session:
            assert session.scalar(select(func.count()).select_from(Project)) == 1097
        database.dispose()
