"""The timeline of an item: every visit of every step with its opinions, the newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from app.core.i18n import Bilingual
from app.web.task_history import PastOpinion
from app.workflow.clocks.calendar import WorkingCalendar
from app.workflow.models import UserTask
from app.workflow.states import TaskState
from app.workflow.tracking.history import OpenSeat


@dataclass(frozen=True, slots=True)
class TimelineVisit:
    """One visit of a step; open, decided, or closed by something elsewhere."""

    task: UserTask
    step: Bilingual
    #: Working days from opening to closing, or to now.
    days: int
    #: Working days past the due date; 0 when it was in time.
    late: int
    opinions: tuple[PastOpinion, ...]
    seats: tuple[OpenSeat, ...]

    @property
    def is_open(self) -> bool:
        """Whether the item is here now."""
        return self.task.state == TaskState.OPEN

    @property
    def is_undecided(self) -> bool:
        """Closed by a return or an end elsewhere."""
        return self.task.state == TaskState.CANCELLED and not self.is_recalled

    @property
    def is_recalled(self) -> bool:
        """Closed because the decision before it was recalled; it counts as no round."""
        return _is_recalled(self.task)


@dataclass(frozen=True, slots=True)
class TimelineRound:
    """What happened between two visits of the first step."""

    number: int
    visits: tuple[TimelineVisit, ...]


def timeline(
    visits: Sequence[UserTask],
    opinions: Sequence[PastOpinion],
    seats: Sequence[OpenSeat],
    calendar: WorkingCalendar,
    now: datetime,
) -> list[TimelineRound]:
    """The rounds of an item, the newest first; each begins when the first step is entered again."""
    shown = [
        (number, _visit(task, opinions, seats, calendar, now)) for number, task in _rounds(visits)
    ]
    return [
        TimelineRound(number, tuple(visit for _, visit in found))
        for number, found in groupby(reversed(shown), lambda each: each[0])
    ]


def _rounds(visits: Sequence[UserTask]) -> Iterator[tuple[int, UserTask]]:
    number = 0
    for task in visits:
        if task.step_id == visits[0].step_id and not _is_recalled(task):
            number += 1
        yield max(number, 1), task


def _is_recalled(task: UserTask) -> bool:
    return task.state == TaskState.CANCELLED and task.outcome == "recall"


def _visit(
    task: UserTask,
    opinions: Sequence[PastOpinion],
    seats: Sequence[OpenSeat],
    calendar: WorkingCalendar,
    now: datetime,
) -> TimelineVisit:
    until = task.closed_at or now
    return TimelineVisit(
        task=task,
        step=Bilingual(task.name_zh, task.name_en),
        days=_working_days(calendar, task.opened_at, until),
        late=max(0, _working_days(calendar, task.due_at, until)) if until > task.due_at else 0,
        opinions=tuple(each for each in opinions if each.opinion.task_id == task.id),
        seats=tuple(each for each in seats if each.task_id == task.id),
    )


def _working_days(calendar: WorkingCalendar, first: datetime, last: datetime) -> int:
    zone = calendar.zone
    return calendar.days_between(first.astimezone(zone).date(), last.astimezone(zone).date())
