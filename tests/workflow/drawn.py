"""Small diagrams in the sample bureau: deployed, started, and what their seats came to be."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual, Sentence
from app.identity import User
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.instances import Subject, start_instance
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import Seat, UserTask
from tests.engine.drawing import draw
from tests.workflow.conftest import Office

#: A unit of the agriculture department; its section is AGR.
SUBJECT = Subject(
    code="YS-TEST",
    name=Bilingual("试验项目", "Trial"),
    unit_code="D03U1",
    department_code="D03",
    section_code="AGR",
    agency_code="TPA",
    fiscal_year=2023,
    amount=Decimal(100),
    is_key=False,
)


@dataclass(frozen=True)
class FoundSeat:
    """One seat of a step with the names behind its ids."""

    group: str | None
    holder: str | None
    state: str
    why: str
    on_behalf_of: str | None


def deploy(office: Office, lines: str, key: str = "P_TEST") -> None:
    """Make the lines the newest version of a process."""
    with office.database.unit_of_work() as session:
        deploy_definition(session, None, draw(lines, key), "", office.now)


def begin(office: Office, number: int = 1, who: str = "d03u1.clerk", key: str = "P_TEST") -> UUID:
    """Start an item of it."""

    def start(session: Session, now: datetime) -> UUID:
        return start_instance(session, key, f"{key}/{number}", SUBJECT, office.actor(who), now)

    item: UUID = office.act(start)
    return item


def one_step(office: Office, attributes: str, who: str = "d03u1.clerk") -> UUID:
    """An item that waits in its one step `review`."""
    deploy(office, f"start s\nstep review {attributes}\nend e\ns > review > e")
    return begin(office, who=who)


def seats(office: Office, item: UUID, step: str = "review") -> list[FoundSeat]:
    """The seats of the newest visit of a step, in order."""
    with office.database.unit_of_work(write=False) as session:
        names = {None: None} | dict(session.execute(select(User.id, User.username)).all())
        newest = session.scalars(
            select(UserTask.id)
            .where(UserTask.instance_id == item, UserTask.step_id == step)
            .order_by(UserTask.visit.desc())
        ).first()
        rows = session.scalars(
            select(Seat).where(Seat.task_id == newest).order_by(Seat.position, Seat.id)
        )
        return [
            FoundSeat(
                each.group_key,
                names[each.holder_id],
                each.state,
                " ".join(str(Sentence.load(said)) for said in each.why.get("chain", ())),
                names[each.on_behalf_of_id],
            )
            for each in rows
        ]


def agree(office: Office, item: UUID, step: str, who: str, **more: Any) -> None:
    """Approve a step without a form."""
    decision = Decision("agree", {}, **more)
    office.act(approve_task, office.task(item, step), office.actor(who), decision)


def acts(office: Office, item: UUID) -> list[tuple[str, str | None, str | None, str]]:
    """The ledger: verb, step, user name of the actor (None for the system), reason."""
    with office.database.unit_of_work(write=False) as session:
        names = {None: None} | dict(session.execute(select(User.id, User.username)).all())
        rows = session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.instance_id == item)
            .order_by(LedgerEntry.sequence)
        )
        return [(each.verb, each.step_id, names[each.actor_id], each.reason) for each in rows]


def change(office: Office, username: str, **columns: Any) -> None:
    """Change an account, for example when somebody has left."""

    def write(session: Session, now: datetime) -> None:
        user = session.scalars(select(User).where(User.username == username)).one()
        for name, value in columns.items():
            setattr(user, name, value)

    with office.database.unit_of_work() as session:
        write(session, office.now)
