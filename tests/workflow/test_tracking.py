"""The board's figures and lists, recomputed naively from the rows of the workflow."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import Bilingual
from app.identity import OrganisationScope, organisation_scope
from app.workflow.assignment.claiming import claim_task
from app.workflow.definitions.versions import latest_definition_ids, process_of
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.states import TaskState
from app.workflow.tracking.board_choices import BoardChoices, board_choices
from app.workflow.tracking.board_columns import WAITING, board_columns
from app.workflow.tracking.board_filters import BoardFilters
from app.workflow.tracking.board_pages import board_page
from app.workflow.tracking.board_rows import BoardRow
from app.workflow.tracking.figures import BoardFigures, board_figures
from tests.statements import count_statements
from tests.workflow.conftest import BY_TAG, Office

ALL = OrganisationScope(everything=True)
NONE = OrganisationScope()
GOALS = BoardFilters(process_key="P_GOAL", fiscal_year=2023)


@pytest.fixture
def items(office: Office) -> dict[str, UUID]:
    """P03 (key) in two steps at once, P04 and P07 in preliminary review, P05 with its clerk."""
    found = {tag: office.start(tag) for tag in ("P03", "P04", "P05", "P07")}
    for tag, reviewer in (("P03", "d03.fin"), ("P04", "d05.fin"), ("P07", "d02.fin")):
        office.submit(found[tag], tag)
        office.agree(found[tag], "department_review", reviewer)
    return found


def figures(
    office: Office, filters: BoardFilters = GOALS, scope: OrganisationScope = ALL
) -> BoardFigures:
    with office.database.unit_of_work(write=False) as session:
        return board_figures(session, scope, filters, office.now)


def listed(
    office: Office,
    filters: BoardFilters = GOALS,
    scope: OrganisationScope = ALL,
    *,
    page_length: int = 60,
) -> list[BoardRow]:
    """Every row of every page."""
    rows: list[BoardRow] = []
    cursor: str | None = ""
    while cursor is not None:
        with office.database.unit_of_work(write=False) as session:
            page = board_page(session, scope, filters, office.now, cursor, page_length)
        rows += page.rows
        cursor = page.next_cursor
    return rows


def codes(rows: list[BoardRow]) -> list[str]:
    return [each.subject_code for each in rows]


def code(tag: str) -> str:
    return BY_TAG[tag].code


def by_hand(session: Session, now: datetime) -> tuple[dict[str, tuple[int, int, Decimal]], int]:
    """Projects, late ones and money of each column, and projects under way; row by row."""
    columns: dict[str, tuple[int, int, Decimal]] = defaultdict(lambda: (0, 0, Decimal(0)))
    under_way = set()
    for instance in session.scalars(select(ProcessInstance)):
        tasks = session.scalars(select(UserTask).where(UserTask.instance_id == instance.id))
        places = [each for each in tasks if each.state == TaskState.OPEN]
        keys = [(f"{each.definition_key}/{each.step_id}", each.due_at <= now) for each in places]
        if places:
            under_way.add(instance.subject_code)
        elif instance.ended_at:
            keys = [(f"end/{instance.end_event}", False)]
        for key, late in keys:
            count, overdue, amount = columns[key]
            columns[key] = (count + 1, overdue + late, amount + instance.amount)
    return dict(columns), len(under_way)


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("days", [0, 20])
def test_the_figures_are_those_of_the_rows(office: Office, days: int) -> None:
    office.now += timedelta(days=days)

    found = figures(office)

    with office.database.unit_of_work(write=False) as session:
        columns, under_way = by_hand(session, office.now)
    cells = {key: (c.count, c.overdue, c.amount) for key, c in found.cells.items()}
    assert cells == columns
    assert found.under_way.count == under_way


@pytest.mark.usefixtures("items")
def test_a_project_in_two_steps_has_two_places_and_counts_once(office: Office) -> None:
    found = figures(office)

    assert (found.under_way.count, found.places) == (4, 5)
    assert found.under_way.amount == sum(BY_TAG[tag].year_amount for tag in
                                         ("P03", "P04", "P05", "P07"))  # fmt: skip


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("page_length", [1, 2, 60])
def test_the_total_is_the_sum_of_the_list(office: Office, page_length: int) -> None:
    office.now += timedelta(days=20)
    total = figures(office).under_way

    rows = listed(office, page_length=page_length)

    assert len({each.instance_id for each in rows}) == len(rows) == total.count
    assert sum(each.amount for each in rows) == total.amount
    late = [each for each in rows if any(place.is_overdue for place in each.places)]
    assert len(late) == total.overdue


@pytest.mark.usefixtures("items")
def test_every_column_is_the_sum_of_its_list(office: Office) -> None:
    for column, cell in figures(office).cells.items():
        rows = listed(office, BoardFilters(process_key="P_GOAL", fiscal_year=2023, column=column))
        assert len(rows) == cell.count
        assert sum(each.amount for each in rows) == cell.amount


def test_the_step_that_was_due_first_comes_first(office: Office, items: dict[str, UUID]) -> None:
    with office.database.unit_of_work() as session:
        session.execute(
            update(UserTask)
            .where(UserTask.instance_id == items["P07"], UserTask.state == TaskState.OPEN)
            .values(due_at=office.now - timedelta(days=9))
        )

    rows = listed(office)

    assert codes(rows)[0] == code("P07")
    (place,) = rows[0].places
    assert place.is_overdue
    assert place.days_late == 6  # due on a Saturday, and now it is the Monday after next


@pytest.mark.usefixtures("items")
def test_a_row_says_where_a_project_is_with_whom_and_where_it_has_been(office: Office) -> None:
    office.act(claim_task, *_first_open_task(office, "P04"))

    row = next(each for each in listed(office) if each.subject_code == code("P04"))

    (place,) = row.places
    assert (place.column, place.visit, place.groups) == ("P_PRELIM/preliminary_review", 1, [])
    assert place.holders == [office.actor("ctr.rev1").name]
    assert {column: past.visits for column, past in row.past.items()} == {
        "P_GOAL/compile_goals": 1,
        "P_GOAL/department_review": 1,
    }


def _first_open_task(office: Office, tag: str) -> tuple[object, ...]:
    with office.database.unit_of_work(write=False) as session:
        task_id = session.scalars(
            select(UserTask.id)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .where(ProcessInstance.subject_code == code(tag), UserTask.state == TaskState.OPEN)
        ).one()
    return task_id, office.actor("ctr.rev1"), None


def test_unclaimed_work_is_with_its_group(office: Office, items: dict[str, UUID]) -> None:
    row = next(each for each in listed(office) if each.instance_id == items["P03"])

    assert {place.column: (place.holders, place.groups) for place in row.places} == {
        "P_PRELIM/center_desk_review": ([], ["center_reviewer"]),
        "P_PRELIM/third_party_review": ([], ["third_party@TPA"]),
    }


def test_a_second_round_shows_as_one(office: Office, items: dict[str, UUID]) -> None:
    office.send_back(items["P04"], "preliminary_review", "ctr.rev1", "compile_goals")

    row = next(each for each in listed(office) if each.instance_id == items["P04"])

    assert [(place.column, place.visit) for place in row.places] == [("P_GOAL/compile_goals", 2)]
    assert row.past["P_GOAL/compile_goals"].visits == 1


def test_what_has_ended_lies_at_its_end(office: Office, items: dict[str, UUID]) -> None:
    office.reject(items["P07"], "preliminary_review", "ctr.rev1")

    found = figures(office)
    (row,) = listed(office, _column("end/end_not_budgeted"))

    assert (found.under_way.count, found.ended) == (3, 1)
    assert (row.subject_code, row.end) == (code("P07"), "end/end_not_budgeted")
    assert row.places == []


def test_a_project_without_a_step_waits_for_the_system(
    office: Office, items: dict[str, UUID]
) -> None:
    with office.database.unit_of_work() as session:
        of_item = select(UserTask.id).where(UserTask.instance_id == items["P05"])
        session.execute(delete(Seat).where(Seat.task_id.in_(of_item)))
        session.execute(delete(UserTask).where(UserTask.instance_id == items["P05"]))

    found = figures(office)

    assert (found.under_way.count, found.waiting) == (3, 1)
    assert codes(listed(office, _column(WAITING))) == [code("P05")]
    assert code("P05") not in codes(listed(office))


def _column(column: str) -> BoardFilters:
    return BoardFilters(process_key="P_GOAL", fiscal_year=2023, column=column)


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize(
    ("narrowed", "seen"),
    [
        ({"text": "guardrails"}, ["P04"]),
        ({"text": "急救"}, ["P07"]),
        ({"text": "%"}, []),
        ({"department_code": "D05"}, ["P04"]),
        ({"section_code": "AGR"}, ["P03"]),
        ({"only_key": True}, ["P03"]),
        ({"only_overdue": True}, []),
        ({"fiscal_year": 2022}, []),
        ({"process_key": "P_MONITOR"}, []),
    ],
)
def test_filters_narrow_figures_and_list_alike(
    office: Office, narrowed: dict[str, object], seen: list[str]
) -> None:
    fields = {"process_key": "P_GOAL", "fiscal_year": 2023} | narrowed
    filters = BoardFilters(**fields)  # type: ignore[arg-type]

    assert sorted(codes(listed(office, filters))) == sorted(code(tag) for tag in seen)
    assert figures(office, filters).under_way.count == len(seen)


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize(
    ("who", "seen"),
    [("sec.agr.head", ["P03"]), ("d05.head", ["P04"]), ("tpa.a1", ["P03"]), ("tpa.b1", []),
     ("mgr", ["P03", "P04", "P05", "P07"])],
)  # fmt: skip
def test_everybody_counts_only_what_he_may_see(office: Office, who: str, seen: list[str]) -> None:
    scope = organisation_scope(office.actor(who))

    assert sorted(codes(listed(office, scope=scope))) == sorted(code(tag) for tag in seen)
    assert figures(office, scope=scope).under_way.count == len(seen)


@pytest.mark.usefixtures("items")
def test_the_choices_are_those_of_the_actor(office: Office) -> None:
    def choices(who: str) -> BoardChoices:
        with office.database.unit_of_work(write=False) as session:
            return board_choices(session, organisation_scope(office.actor(who)))

    assert choices("mgr").years == {"P_GOAL": (2023,)}
    assert len(choices("mgr").departments) == 12
    assert choices("sec.agr.head").departments == ("D03", "D04")
    assert choices("d12.head").years == {}
    assert choices("mgr").names["D05"].en == "Transport Bureau"


@pytest.mark.usefixtures("items")
def test_a_page_costs_two_statements_and_the_figures_one(office: Office) -> None:
    with office.database.unit_of_work(write=False) as session:
        session.scalar(select(1))
        with count_statements(office.database, at_most=1):
            board_figures(session, ALL, GOALS, office.now)
        with count_statements(office.database, at_most=2):
            board_page(session, ALL, GOALS, office.now)
        with count_statements(office.database, at_most=1):
            board_choices(session, ALL)


@pytest.mark.parametrize(
    "cursor", ["x", "2022-10-10_", "2022-10-10T09:00:00_x", "_", "2022-10-10T01:00:00_" + "0" * 32]
)
def test_a_cursor_of_somebody_else_is_refused(office: Office, cursor: str) -> None:
    with (
        office.database.unit_of_work(write=False) as session,
        pytest.raises(InvalidInputError, match="cursor"),
    ):
        board_page(session, ALL, GOALS, office.now, cursor)


def test_nobody_sees_anything_without_a_scope(office: Office, items: dict[str, UUID]) -> None:
    assert items
    assert figures(office, scope=NONE).is_empty
    assert listed(office, scope=NONE) == []


def test_columns_follow_the_drawing_with_called_steps_in_their_place(office: Office) -> None:
    with office.database.unit_of_work(write=False) as session:
        process = process_of(session, latest_definition_ids(session, "P_GOAL"))

    former = Bilingual("旧环节", "Former")
    columns = board_columns(process, dict.fromkeys(["P_GOAL/dropped", WAITING, "end/gone"], former))

    assert [each.id for each in columns] == [
        "P_GOAL/compile_goals",
        "P_GOAL/department_review",
        "P_PRELIM/center_desk_review",
        "P_PRELIM/third_party_review",
        "P_PRELIM/preliminary_review",
        "P_GOAL/re_examination",
        "P_GOAL/final_review",
        "P_GOAL/accept_edits",
        "P_GOAL/approve_with_budget",
        "P_GOAL/dropped",
        WAITING,
        "end/end_approved",
        "end/end_not_budgeted",
        "end/gone",
    ]
    assert {each.call.en for each in columns if each.call} == {"Preliminary review"}


def test_times_are_in_working_days(office: Office, items: dict[str, UUID]) -> None:
    office.now = datetime(2022, 10, 10, 1, tzinfo=UTC)  # five weeks later, two holidays between

    row = next(each for each in listed(office) if each.instance_id == items["P05"])

    assert row.places[0].days == 21
