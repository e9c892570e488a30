"""What waits for a person: five tabs, filters, keyset pages and capped counters.

One page costs three statements: the rows, the counters, and the names that its columns and filters
show. Nothing here grows with history: open work is found by the indexes of `seat` and
`seat`, finished work newest first by id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from app.core.errors import InvalidInputError
from app.core.i18n import N_, Bilingual
from app.identity import Actor, Organisation, OrganisationKind, StandIn, User
from app.workflow.definitions import process_of
from app.workflow.duties import broken_duty
from app.workflow.models import (
    CopyReceipt,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
    Question,
    Seat,
    SeatState,
    TaskCopy,
    TaskState,
    Urge,
    UserTask,
    Vote,
)
from app.workflow.names import candidate_keys, owner_keys

PAGE_SIZE = 50
#: Counters say "999+" beyond this; counting further would cost more than anybody gains.
COUNT_CAP = 999


class Tab(StrEnum):
    """The five boxes of the inbox."""

    MINE = "mine"
    GROUPS = "groups"
    STARTED = "started"
    DONE = "done"
    COPIED = "copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the address of an inbox page narrows the rows to; an empty one narrows nothing."""

    #: Part of the project's code or name, in either language.
    text: str = ""
    process_key: str = ""
    step_id: str = ""
    department_code: str = ""
    fiscal_year: int | None = None
    only_key: bool = False
    only_overdue: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return self == Filters()


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of an inbox."""

    key: UUID
    #: The task to decide or decided; of an item started by or copied to the actor, the oldest one
    #: that is open, None when nothing is.
    task_id: UUID | None
    instance_id: UUID
    process_key: str
    subject_code: str
    subject: Bilingual
    unit_code: str
    department_code: str
    #: 10k yuan.
    amount: Decimal
    is_key: bool
    step: Bilingual | None
    visit: int
    version: int
    due_at: datetime | None
    #: When it came into this box: opened, started, decided or copied.
    at: datetime
    #: The state of the instance, the outcome of the vote; by tab.
    state: str
    is_read: bool = True
    #: Whether the whole item stands still: nobody may act, no clock runs.
    is_suspended: bool = False
    #: Whether the step's clock stands still, because a question waits for its answer.
    waits_for_answer: bool = False
    #: How often the present step was urged.
    urges: int = 0
    #: Of a copy that a person gave: who, and what the person wrote.
    giver: Bilingual | None = None
    note: str = ""
    #: For whom the actor may do it, when an absent colleague has it.
    owner: StandIn | None = None
    #: Whether duties kept apart forbid the actor this step: shown, and not offered.
    is_kept_out: bool = False
    #: Why it came here (`whys.read_why`).
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a tab, with the cursors of its neighbours."""

    rows: Sequence[InboxRow]
    next_cursor: str | None
    #: To be passed with `backwards`.
    previous_cursor: str | None


@dataclass(frozen=True, slots=True)
class Directory:
    """The names behind the codes of the rows, and what the filters offer."""

    units: Mapping[str, Bilingual]
    departments: Mapping[str, Bilingual]
    #: Processes that something was started of, by key.
    processes: Mapping[str, Bilingual]


def inbox_page(
    session: Session,
    actor: Actor,
    tab: Tab,
    filters: Filters,
    now: datetime,
    cursor: str = "",
    limit: int = PAGE_SIZE,
    *,
    backwards: bool = False,
) -> InboxPage:
    """The rows of one tab: open work by due date, the rest newest first.

    With a cursor, those behind it; `backwards`, the nearest ones before it.

    Raises:
        InvalidInputError: the cursor is none of ours.
    """
    query, keys, to_row = _TABS[tab](session, actor)
    query = query.where(*_conditions(filters, now))
    descending = (tab not in _BY_DUE_DATE) != backwards
    if cursor:
        query = query.where(_beyond(keys, cursor, descending=descending))
    order = [key.desc() if descending else key for key in keys]
    found = session.execute(query.order_by(*order).limit(limit + 1)).all()
    more = len(found) > limit
    rows = [to_row(row) for row in found[:limit]]
    if backwards:
        rows.reverse()
    if not rows:
        return InboxPage(rows, None, None)
    return InboxPage(
        rows,
        _cursor(rows[-1], tab) if (bool(cursor) if backwards else more) else None,
        _cursor(rows[0], tab) if (more if backwards else bool(cursor)) else None,
    )


def cursor_at(due_at: datetime, seat_id: UUID) -> str:
    """The cursor behind which the rows after this seat lie, in the tabs that ask for work."""
    return f"{due_at.isoformat()}_{seat_id}"


def inbox_counters(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    """How much lies in the boxes that ask for work, each counted up to `COUNT_CAP` + 1."""
    mine = _mine_where(actor)
    groups = _groups_where(actor)
    unread = _copies(actor).where(CopyReceipt.read_at.is_(None))
    counts = session.execute(
        select(
            _capped(select(Seat.id).where(*mine)).label("mine"),
            _capped(_late(mine, now)).label("overdue"),
            _capped(select(Seat.id).where(*groups)).label("groups"),
            _capped(unread.with_only_columns(TaskCopy.id)).label("copied"),
            _capped(_questions(actor)).label("questions"),
        )
    ).one()
    return dict(counts._mapping)


def directory(session: Session) -> Directory:
    """Units, departments and processes by code, in one statement."""
    newer = aliased(ProcessDefinition)
    organisations = select(
        Organisation.kind, Organisation.code, Organisation.name_zh, Organisation.name_en
    ).where(Organisation.kind.in_((OrganisationKind.UNIT, OrganisationKind.DEPARTMENT)))
    processes = select(
        literal("process"),
        ProcessDefinition.key,
        ProcessDefinition.name_zh,
        ProcessDefinition.name_en,
    ).where(
        select(ProcessInstance.id)
        .where(ProcessInstance.process_key == ProcessDefinition.key)
        .exists(),
        ~select(newer.id)
        .where(newer.key == ProcessDefinition.key, newer.version > ProcessDefinition.version)
        .exists(),
    )
    names: dict[str, dict[str, Bilingual]] = {}
    for kind, code, zh, en in session.execute(union_all(organisations, processes)):
        names.setdefault(kind, {})[code] = Bilingual(zh, en)
    return Directory(
        names.get(OrganisationKind.UNIT, {}),
        names.get(OrganisationKind.DEPARTMENT, {}),
        names.get("process", {}),
    )


_SUBJECT = (
    ProcessInstance.id.label("instance_id"),
    ProcessInstance.process_key,
    ProcessInstance.subject_code,
    ProcessInstance.subject_zh,
    ProcessInstance.subject_en,
    ProcessInstance.unit_code,
    ProcessInstance.department_code,
    ProcessInstance.amount,
    ProcessInstance.is_key,
    ProcessInstance.state.label("instance_state"),
)
_STEP = (
    UserTask.id.label("task_id"),
    UserTask.name_zh,
    UserTask.name_en,
    UserTask.visit,
    UserTask.version,
    UserTask.opened_at,
    UserTask.clock_stopped_at,
)

_SEAT = (
    Seat.holder_id,
    Seat.group_key,
    Seat.why,
    UserTask.definition_key,
    UserTask.step_id,
    ProcessInstance.definition_ids,
    ProcessInstance.progress,
)

_Parts = tuple[Any, tuple[Any, ...], Callable[[Any], InboxRow]]


def _mine(session: Session, actor: Actor) -> _Parts:
    query = (
        select(Seat.id.label("key"), Seat.due_at, _urges(), *_SEAT, *_STEP, *_SUBJECT)
        .join(UserTask, UserTask.id == Seat.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(*_mine_where(actor))
    )
    return query, (Seat.due_at, Seat.id), partial(_work_row, session, actor)


def _groups(session: Session, actor: Actor) -> _Parts:
    query = (
        select(Seat.id.label("key"), Seat.due_at, _urges(), *_SEAT, *_STEP, *_SUBJECT)
        .join(UserTask, UserTask.id == Seat.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(*_groups_where(actor))
    )
    return query, (Seat.due_at, Seat.id), partial(_work_row, session, actor)


def _started(session: Session, actor: Actor) -> _Parts:
    query = (
        select(
            ProcessInstance.id.label("key"),
            ProcessInstance.started_at.label("at"),
            UserTask.due_at,
            _urges(),
            *_STEP,
            *_SUBJECT,
        )
        .outerjoin(UserTask, UserTask.id == _oldest_open_task())
        .where(ProcessInstance.started_by_id == actor.id)
    )
    return query, (ProcessInstance.id,), _item_row


def _done(session: Session, actor: Actor) -> _Parts:
    query = (
        select(Vote.id.label("key"), Vote.at, Vote.outcome, *_STEP, *_SUBJECT)
        .join(UserTask, UserTask.id == Vote.task_id)
        .join(ProcessInstance, ProcessInstance.id == Vote.instance_id)
        .where(Vote.actor_id == actor.id, Vote.voided_at.is_(None))
    )
    return query, (Vote.id,), _done_row


def _copied(session: Session, actor: Actor) -> _Parts:
    giver = aliased(User)
    query = (
        _copies(actor)
        .with_only_columns(
            TaskCopy.id.label("key"),
            TaskCopy.copied_at.label("at"),
            TaskCopy.note,
            giver.name_zh.label("giver_zh"),
            giver.name_en.label("giver_en"),
            CopyReceipt.read_at,
            UserTask.due_at,
            _urges(),
            *_STEP,
            *_SUBJECT,
        )
        .outerjoin(giver, giver.id == TaskCopy.copied_by_id)
        .outerjoin(UserTask, UserTask.id == _oldest_open_task())
    )
    return query, (TaskCopy.id,), _copied_row


def _urges() -> Any:
    """How often the item was urged since its present step opened."""
    return (
        select(func.count())
        .where(Urge.instance_id == ProcessInstance.id, Urge.urged_at >= UserTask.opened_at)
        .correlate(ProcessInstance, UserTask)
        .scalar_subquery()
        .label("urges")
    )


def _oldest_open_task() -> Any:
    opened = aliased(UserTask)
    return (
        select(opened.id)
        .where(opened.instance_id == ProcessInstance.id, opened.state == TaskState.OPEN)
        .order_by(opened.id)
        .limit(1)
        .correlate(ProcessInstance)
        .scalar_subquery()
    )


_TABS = {
    Tab.MINE: _mine,
    Tab.GROUPS: _groups,
    Tab.STARTED: _started,
    Tab.DONE: _done,
    Tab.COPIED: _copied,
}
#: The others show the newest first.
_BY_DUE_DATE = (Tab.MINE, Tab.GROUPS)


def _mine_where(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    held: list[ColumnElement[bool]] = [Seat.holder_id == actor.id]
    held += [and_(Seat.holder_id == each.id, _in_scope(each)) for each in actor.stands_in_for]
    return (or_(*held), Seat.state == SeatState.OPEN)


def _groups_where(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    offered: list[ColumnElement[bool]] = [Seat.group_key.in_(sorted(candidate_keys(actor)))]
    offered += [
        and_(Seat.group_key.in_(sorted(owner_keys(each))), _in_scope(each))
        for each in actor.stands_in_for
    ]
    return (or_(*offered), Seat.holder_id.is_(None), Seat.state == SeatState.OPEN)


def _late(mine: tuple[ColumnElement[bool], ...], now: datetime) -> Select[Any]:
    """Work of mine that is late; what waits for an answer is not."""
    return (
        select(Seat.id)
        .join(UserTask, UserTask.id == Seat.task_id)
        .where(*mine, Seat.due_at <= now, UserTask.clock_stopped_at.is_(None))
    )


def _questions(actor: Actor) -> Select[Any]:
    """What others want to know from the actor (`questions.questions_to`)."""
    return select(Question.id).where(
        Question.asked_to_id == actor.id, Question.answered_at.is_(None)
    )


def _in_scope(owner: StandIn) -> ColumnElement[bool]:
    """Seats of the processes for which somebody stands in."""
    if owner.process_key is None:
        return true()
    return (
        select(UserTask.id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.id == Seat.task_id, ProcessInstance.process_key == owner.process_key)
        .exists()
    )


def _copies(actor: Actor) -> Select[Any]:
    return (
        select(TaskCopy)
        .join(ProcessInstance, ProcessInstance.id == TaskCopy.instance_id)
        .outerjoin(
            CopyReceipt,
            and_(CopyReceipt.copy_id == TaskCopy.id, CopyReceipt.user_id == actor.id),
        )
        .where(TaskCopy.group_key.in_(sorted(candidate_keys(actor))))
    )


def _conditions(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.text.strip():
        part = filters.text.strip()
        found.append(
            or_(
                ProcessInstance.subject_code.icontains(part, autoescape=True),
                ProcessInstance.subject_zh.icontains(part, autoescape=True),
                ProcessInstance.subject_en.icontains(part, autoescape=True),
            )
        )
    if filters.process_key:
        found.append(ProcessInstance.process_key == filters.process_key)
    if filters.step_id:
        found.append(UserTask.step_id == filters.step_id)
    if filters.department_code:
        found.append(ProcessInstance.department_code == filters.department_code)
    if filters.fiscal_year:
        found.append(ProcessInstance.fiscal_year == filters.fiscal_year)
    if filters.only_key:
        found.append(ProcessInstance.is_key.is_(True))
    if filters.only_overdue:
        found += [UserTask.due_at <= now, UserTask.clock_stopped_at.is_(None)]
    return found


def _capped(query: Select[Any]) -> Any:
    limited = query.limit(COUNT_CAP + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()


def _cursor(row: InboxRow, tab: Tab) -> str:
    if tab in _BY_DUE_DATE and row.due_at is not None:
        return cursor_at(row.due_at, row.key)
    return str(row.key)


def _beyond(keys: tuple[Any, ...], cursor: str, *, descending: bool) -> ColumnElement[bool]:
    try:
        if len(keys) == 1:
            wanted: Any = UUID(cursor)
            here = keys[0]
        else:
            due, _, key = cursor.partition("_")
            wanted = tuple_(literal(datetime.fromisoformat(due), keys[0].type), UUID(key))
            here = tuple_(*keys)
        return here < wanted if descending else here > wanted  # type: ignore[no-any-return]
    except ValueError:
        raise InvalidInputError(
            N_("Expected the cursor of an inbox page, found “{cursor}”."), cursor=cursor
        ) from None


def _subject(row: Row[Any]) -> dict[str, Any]:
    return {
        "key": row.key,
        "instance_id": row.instance_id,
        "process_key": row.process_key,
        "subject_code": row.subject_code,
        "subject": Bilingual(row.subject_zh, row.subject_en),
        "unit_code": row.unit_code,
        "department_code": row.department_code,
        "amount": row.amount,
        "is_key": row.is_key,
        "is_suspended": row.instance_state == InstanceState.SUSPENDED,
    }


def _task(row: Row[Any]) -> dict[str, Any]:
    return {
        "task_id": row.task_id,
        "step": Bilingual(row.name_zh, row.name_en),
        "visit": row.visit,
        "version": row.version,
    }


def _haste(row: Row[Any]) -> dict[str, Any]:
    """Whether the step may take its time, and how often somebody wished it did not."""
    is_active = row.instance_state == InstanceState.ACTIVE
    return {
        "waits_for_answer": is_active and row.clock_stopped_at is not None,
        "urges": row.urges,
    }


_NO_TASK: dict[str, Any] = {"task_id": None, "step": None, "visit": 1, "version": 0}


def _item(row: Row[Any]) -> dict[str, Any]:
    """An item that the actor only follows: its subject, where it is now, and its state."""
    return {
        **_subject(row),
        **(_task(row) if row.task_id else _NO_TASK),
        **_haste(row),
        "due_at": row.due_at,
        "at": row.at,
        "state": row.instance_state,
    }


def _work_row(session: Session, actor: Actor, row: Row[Any]) -> InboxRow:
    owner = _owner(actor, row)
    return InboxRow(
        **_subject(row),
        **_task(row),
        **_haste(row),
        due_at=row.due_at,
        at=row.opened_at,
        state="open",
        owner=owner,
        is_kept_out=_is_kept_out(session, [actor, owner] if owner else [actor], row),
        why=row.why,
    )


def _owner(actor: Actor, row: Row[Any]) -> StandIn | None:
    """The absent colleague through whom the row came here; None when it is the actor's own."""
    if row.holder_id == actor.id or row.group_key in candidate_keys(actor):
        return None
    return next(
        (
            each
            for each in actor.stands_in_for
            if each.covers(row.process_key)
            and (row.holder_id == each.id or row.group_key in owner_keys(each))
        ),
        None,
    )


def _is_kept_out(session: Session, people: Sequence[Actor | StandIn], row: Row[Any]) -> bool:
    step = process_of(session, row.definition_ids).step(row.definition_key, row.step_id)
    acted = row.progress.get("acted", {})
    return any(
        broken_duty(step, acted, row.unit_code, each.id, each.organisation_code) is not None
        for each in people
    )


def _item_row(row: Row[Any]) -> InboxRow:
    return InboxRow(**_item(row))


def _done_row(row: Row[Any]) -> InboxRow:
    return InboxRow(**_subject(row), **_task(row), due_at=None, at=row.at, state=row.outcome)


def _copied_row(row: Row[Any]) -> InboxRow:
    giver = Bilingual(row.giver_zh, row.giver_en) if row.giver_zh else None
    return InboxRow(**_item(row), is_read=row.read_at is not None, giver=giver, note=row.note)
