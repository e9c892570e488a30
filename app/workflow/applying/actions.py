"""One action under way on one locked instance, and how it is written: its ledger acts, its row."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import ConflictError
from app.core.i18n import N_
from app.engine import Process
from app.workflow.applying.progress import Progress, Recallable
from app.workflow.assignment.asking import InstanceFacts
from app.workflow.ledger import entries as ledger
from app.workflow.models import ProcessInstance, Seat, UserTask

INSTANCE = table_of(ProcessInstance)
TASK = table_of(UserTask)
SEAT = table_of(Seat)


@dataclass(slots=True)
class Action:
    """One action under way on one locked instance: what it read, and the ledger acts it adds."""

    session: Session
    facts: InstanceFacts
    process: Process
    version: int
    ledger_length: int
    ledger_head: str
    progress: Progress
    now: datetime
    #: Whose action it is; None for the system actor.
    actor_id: UUID | None
    #: For whom that person acts as a substitute.
    on_behalf_of_id: UUID | None = None
    acts: list[ledger.Act] = field(default_factory=list)
    #: For a return: the place that sends the item back, kept by the visit that it opens.
    returned_from: str | None = None
    #: A round begins here: nobody is passed over because of what was approved before.
    is_new_round: bool = False
    #: For a return's answer: the place that it goes straight back to, past what lies between.
    straight_to: tuple[str, str] | None = None
    #: For a decision: the token tree before it, and what a recall will ask about it.
    previous_state: bytes | None = None
    recallable: Recallable | None = None

    @property
    def instance_id(self) -> UUID:
        """The item that is acted on."""
        return self.facts.instance_id

    def record(self, verb: str, **facts: Any) -> None:
        """Add one ledger entry to this action."""
        facts.setdefault("definition_key", self.process.key)
        facts.setdefault("actor_id", self.actor_id)
        if facts["actor_id"] is not None:
            facts.setdefault("on_behalf_of_id", self.on_behalf_of_id)
        self.acts.append(ledger.Act(verb=verb, at=self.now, **facts))


def action_on(
    session: Session, instance: Row[Any], process: Process, actor_id: UUID | None, now: datetime
) -> Action:
    """Begin an action on an instance row that is locked."""
    return Action(
        session=session,
        facts=InstanceFacts.of(instance),
        process=process,
        version=instance.instance_version,
        ledger_length=instance.ledger_length,
        ledger_head=instance.ledger_head,
        progress=Progress.load(instance.progress),
        now=now,
        actor_id=actor_id,
    )


def save_instance(action: Action, **columns: Any) -> None:
    """Write the ledger and the instance row; refuse when somebody else wrote it meanwhile."""
    length, head = ledger.append(
        action.session,
        action.instance_id,
        action.ledger_length,
        action.ledger_head,
        action.acts,
    )
    written = action.session.connection().execute(
        update(INSTANCE)
        .where(INSTANCE.c.id == action.instance_id, INSTANCE.c.version == action.version)
        .values(
            version=action.version + 1,
            progress=action.progress.dump(),
            ledger_length=length,
            ledger_head=head,
            **columns,
        )
    )
    if written.rowcount != 1:
        raise ConflictError(
            N_("Expected version {version} of this item, but somebody changed it meanwhile."),
            version=action.version,
        )
    action.version += 1
    action.ledger_length, action.ledger_head = length, head
    action.acts.clear()
