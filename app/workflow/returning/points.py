"""Returns as a checklist: what a return asks to be mended, and what was answered to each point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_, Bilingual
from app.core.ids import new_id
from app.workflow.applying.actions import Action
from app.workflow.applying.loading import LoadedTask
from app.workflow.applying.task_rows import record_act
from app.workflow.models import ProcessInstance, UserTask, Vote
from app.workflow.resources import resources_of
from app.workflow.returning.models import ReturnPoint

POINT = table_of(ReturnPoint)
MOST_POINTS = 50
LONGEST_TEXT = 1000
#: “无” says nothing.
SHORTEST_TEXT = 2


@dataclass(frozen=True, slots=True)
class PointAsked:
    """One thing that a return asks to be mended (驳回清单)."""

    #: A code of `config/return_reasons.toml`.
    reason: str
    text: str
    #: Path of the field that it is about; empty for the whole form.
    field: str = ""


@dataclass(frozen=True, slots=True)
class PointAnswer:
    """What the receiver says to one point: mended, or why not."""

    is_mended: bool
    text: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is said."""
        return not self.is_mended and not self.text.strip()


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a return as it is kept."""

    id: UUID
    vote_id: UUID
    step_id: str
    target: str
    returned_at: datetime
    reason: str
    field: str
    text: str
    #: None until it is answered.
    is_mended: bool | None
    answer: str
    answered_at: datetime | None
    answered_by_id: UUID | None
    #: Whether the return was taken back.
    is_void: bool


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often a step of a process gave a reason."""

    step_id: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class PointOfItem:
    """One point with the item that it sent back, for the process owner."""

    point: Point
    instance_id: UUID
    subject_code: str
    subject: Bilingual
    step: Bilingual
    visit: int
    opinion: str


def require_points(loaded: LoadedTask, points: Sequence[PointAsked]) -> None:
    """Refuse points that the receiver could not act on; `points.<n>.<part>` names each trouble.

    Raises:
        InvalidInputError: an unknown reason, a field that no form of the process has, or words
            that are missing or too long.
    """
    problems = [each for n, point in enumerate(points) for each in _problems(loaded, n, point)]
    if len(points) > MOST_POINTS:
        problems.append(
            problem(
                "return.points",
                "points",
                N_("Expected at most {most} points, found {found}."),
                most=MOST_POINTS,
                found=len(points),
            )
        )
    if problems:
        raise InvalidInputError(
            N_("Expected points that the receiver can act on; what you typed is kept."), problems
        )


def _problems(loaded: LoadedTask, number: int, point: PointAsked) -> list[Problem]:
    where = f"points.{number}"
    reason = resources_of(loaded.session).return_reasons.get(point.reason)
    if not point.reason:
        return [problem("return.reason", f"{where}.reason", N_("Choose a reason of the list."))]
    if reason is None:
        words = N_("Choose a reason of the list; found “{found}”.")
        return [problem("return.reason", f"{where}.reason", words, found=point.reason)]
    if point.field and not _is_field(loaded, point.field):
        words = N_("Choose a field of the form; found “{found}”.")
        return [problem("return.field", f"{where}.field", words, found=point.field[:200])]
    length = len(point.text.strip())
    least = SHORTEST_TEXT if reason.needs_text else 0
    if not least <= length <= LONGEST_TEXT:
        words = N_("Expected {least} to {most} characters that say what to change, found {found}.")
        return [
            problem(
                "return.text",
                f"{where}.text",
                words,
                least=least,
                most=LONGEST_TEXT,
                found=length,
            )
        ]
    return []


def _is_field(loaded: LoadedTask, path: str) -> bool:
    """Whether some form of the process has this field; rows are not counted."""
    name = ".".join(part for part in path.split(".") if not part.isdecimal())
    forms = resources_of(loaded.session).forms
    keys = {step.form_key for step in loaded.process.steps.values() if step.form_key}
    return len(path) <= 200 and any(name in forms.get(key).by_path for key in keys if key in forms)


def ask_points(
    action: Action,
    loaded: LoadedTask,
    points: Sequence[PointAsked],
    target: str,
    vote_id: UUID,
) -> None:
    """Write the points of a return, and remember that the target owes an answer to each."""
    rows = [
        {
            "id": new_id(),
            "instance_id": action.instance_id,
            "process_key": loaded.instance.process_key,
            "vote_id": vote_id,
            "step_id": loaded.task.step_id,
            "target": target,
            "returned_at": action.now,
            "reason": each.reason,
            "field": each.field,
            "text": each.text.strip(),
        }
        for each in points
    ]
    if rows:
        loaded.session.connection().execute(insert(POINT), rows)
        action.progress.owed += [
            {"id": str(row["id"]), "target": target, "steps": None} for row in rows
        ]
        lines = [
            f"{number}. [{each.reason}] {each.field} {each.text.strip()}".rstrip()
            for number, each in enumerate(points, start=1)
        ]
        record_act(action, loaded, "ask_points", to_state=target, reason="\n".join(lines))


def owed_points(loaded: LoadedTask) -> dict[UUID, tuple[Bilingual, ...]]:
    """The points that this task must answer before it is sent on, and who else may.

    They are those of the return that opened this visit, and those that an earlier visit of the
    step has left open. A return to a fork asks all its branches; one answer is enough, so a point
    may be left to the other open steps that owe it, which are named here: the last one answers.
    """
    others = [each for each in loaded.open_tasks if each.id != loaded.task.id]
    return {
        UUID(point["id"]): tuple(
            Bilingual(each.name_zh, each.name_en) for each in others if _owes(each, point)
        )
        for point in loaded.progress.owed
        if _owes(loaded.task, point)
    }


def _owes(task: Row[Any], point: Mapping[str, Any]) -> bool:
    return task.step_id in (point["target"], *point["steps"])


def answer_problems(loaded: LoadedTask, answers: Mapping[UUID, PointAnswer]) -> list[Problem]:
    """What is missing before the item may be sent on; `answer:<id>` names each point."""
    found = []
    for number, (point_id, others) in enumerate(owed_points(loaded).items(), start=1):
        given = answers.get(point_id, PointAnswer(is_mended=False))
        length = len(given.text.strip())
        if others and given.is_blank:
            continue
        if not given.is_mended and length < SHORTEST_TEXT:
            words = N_("Point {number}: tick it as mended, or say why it was not changed.")
            found.append(problem("return.answer", f"answer:{point_id}", words, number=number))
        elif length > LONGEST_TEXT:
            words = N_("Point {number}: expected at most {most} characters, found {found}.")
            found.append(
                problem(
                    "return.answer",
                    f"answer:{point_id}",
                    words,
                    number=number,
                    most=LONGEST_TEXT,
                    found=length,
                )
            )
    return found


def answer_points(action: Action, loaded: LoadedTask, answers: Mapping[UUID, PointAnswer]) -> None:
    """Tick off the points that this task owed and has answered."""
    owed = owed_points(loaded)
    given = [(e, answers[e]) for e in owed if e in answers and not answers[e].is_blank]
    if not given:
        return
    statement = (
        update(POINT)
        .where(POINT.c.id == bindparam("point_id"))
        .values(
            is_mended=bindparam("mended"),
            answer=bindparam("words"),
            answered_at=action.now,
            answered_by_id=action.actor_id,
        )
    )
    rows = [
        {"point_id": each, "mended": said.is_mended, "words": said.text.strip()}
        for each, said in given
    ]
    loaded.session.connection().execute(statement, rows)
    answered = {str(each) for each, _ in given}
    action.progress.owed = [each for each in action.progress.owed if each["id"] not in answered]
    said = [
        f"{number}. {'✓' if answer.is_mended else '✗'} {answer.text.strip()}".rstrip()
        for number, (_, answer) in enumerate(given, start=1)
    ]
    record_act(action, loaded, "answer_points", reason="\n".join(said))


def take_back_points(
    action: Action, vote_id: UUID, answered: Sequence[Mapping[str, Any]]
) -> dict[UUID, PointAnswer]:
    """A vote was recalled: what it asked is owed no more, what it had answered is owed again.

    Gives the answers, which are still typed in the form that opens again.
    """
    asked = select(POINT.c.id).where(POINT.c.vote_id == vote_id)
    void = {str(each) for each in action.session.scalars(asked)}
    left = [each for each in action.progress.owed if each["id"] not in void]
    action.progress.owed = [*left, *(dict(each) for each in answered)]
    if not answered:
        return {}
    again = POINT.c.id.in_([UUID(each["id"]) for each in answered])
    said = action.session.execute(
        select(POINT.c.id, POINT.c.is_mended, POINT.c.answer).where(again)
    )
    answers = {row.id: PointAnswer(bool(row.is_mended), row.answer) for row in said}
    action.session.connection().execute(
        update(POINT)
        .where(again)
        .values(is_mended=None, answer="", answered_at=None, answered_by_id=None)
    )
    return answers


def as_typed(answers: Mapping[UUID, PointAnswer]) -> list[tuple[str, str]]:
    """Answers as a form sends them and a draft keeps them (`answer:<id>.text`)."""
    ticks = [(f"answer:{key}.mended", "1") for key, each in answers.items() if each.is_mended]
    return [*ticks, *((f"answer:{key}.text", each.text) for key, each in answers.items())]


def points_of(session: Session, instance_id: UUID) -> list[Point]:
    """Every point of every return of an item, in the order in which they were asked."""
    rows = session.execute(
        select(POINT, Vote.voided_at)
        .join(Vote, Vote.id == POINT.c.vote_id)
        .where(POINT.c.instance_id == instance_id)
        .order_by(POINT.c.id)
    )
    return [_point(row) for row in rows]


def count_reasons(
    session: Session, process_key: str, since: datetime, until: datetime
) -> list[ReasonCount]:
    """How often each step gave each reason in a period; returns that were taken back count not."""
    number = func.count()
    rows = session.execute(
        select(ReturnPoint.step_id, ReturnPoint.reason, number)
        .join(Vote, Vote.id == ReturnPoint.vote_id)
        .where(*_in_period(process_key, since, until))
        .group_by(ReturnPoint.step_id, ReturnPoint.reason)
        .order_by(number.desc(), ReturnPoint.step_id, ReturnPoint.reason)
    )
    return [ReasonCount(*row) for row in rows]


def points_with_reason(
    session: Session,
    process_key: str,
    step_id: str,
    reason: str,
    since: datetime,
    until: datetime,
    limit: int,
) -> list[PointOfItem]:
    """The points behind one of the counts, the newest first."""
    rows = session.execute(
        select(POINT, Vote.voided_at, Vote.opinion, UserTask, ProcessInstance)
        .join(Vote, Vote.id == POINT.c.vote_id)
        .join(UserTask, UserTask.id == Vote.task_id)
        .join(ProcessInstance, ProcessInstance.id == POINT.c.instance_id)
        .where(*_in_period(process_key, since, until))
        .where(POINT.c.step_id == step_id, POINT.c.reason == reason)
        .order_by(POINT.c.returned_at.desc(), POINT.c.id)
        .limit(limit)
    )
    return [
        PointOfItem(
            point=_point(row),
            instance_id=row.ProcessInstance.id,
            subject_code=row.ProcessInstance.subject_code,
            subject=Bilingual(row.ProcessInstance.subject_zh, row.ProcessInstance.subject_en),
            step=Bilingual(row.UserTask.name_zh, row.UserTask.name_en),
            visit=row.UserTask.visit,
            opinion=row.opinion,
        )
        for row in rows
    ]


def _in_period(process_key: str, since: datetime, until: datetime) -> tuple[Any, ...]:
    return (
        POINT.c.process_key == process_key,
        POINT.c.returned_at >= since,
        POINT.c.returned_at < until,
        Vote.voided_at.is_(None),
    )


def _point(row: Row[Any]) -> Point:
    return Point(
        id=row.id,
        vote_id=row.vote_id,
        step_id=row.step_id,
        target=row.target,
        returned_at=row.returned_at,
        reason=row.reason,
        field=row.field,
        text=row.text,
        is_mended=row.is_mended,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by_id=row.answered_by_id,
        is_void=row.voided_at is not None,
    )
