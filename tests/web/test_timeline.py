"""Rounds of a project's timeline: they count returns, and no decision that was recalled."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.settings import ROOT
from app.web.project_timeline import timeline
from app.workflow.clocks.calendar import WorkingCalendar
from app.workflow.models import UserTask

CALENDAR = WorkingCalendar(ROOT / "config" / "calendar", ZoneInfo("Asia/Shanghai"))
BEGIN = datetime(2022, 9, 5, 1, tzinfo=UTC)


def visited(step: str, visit: int, state: str = "completed", outcome: str = "agree") -> UserTask:
    return UserTask(
        step_id=step, name_zh=step, name_en=step, visit=visit, state=state, outcome=outcome,
        opened_at=BEGIN, due_at=BEGIN + timedelta(days=9), closed_at=BEGIN + timedelta(hours=1),
    )  # fmt: skip


def test_a_recalled_return_begins_no_round_and_says_what_it_was() -> None:
    visits = [
        visited("a", 1), visited("b", 1),
        visited("a", 2, "cancelled", "recall"), visited("c", 1, outcome="return"),
        visited("a", 2), visited("b", 2),
    ]  # fmt: skip

    rounds = timeline(visits, [], [], CALENDAR, BEGIN + timedelta(days=1))

    assert [(each.number, len(each.visits)) for each in rounds] == [(2, 2), (1, 4)]
    gone = rounds[1].visits[1]
    assert (gone.task.outcome, gone.is_recalled, gone.is_undecided) == ("recall", True, False)
