"""What people say to each other about an item, gathered for the page of its task."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.i18n import Bilingual
from app.web.context import actor, db
from app.workflow.applying.loading import LoadedTask
from app.workflow.copies import Copy, copies_of
from app.workflow.names import group_name
from app.workflow.permits.tasks import Permitted
from app.workflow.questions import Asked, Knower, people_to_ask, questions_of
from app.workflow.states import InstanceState
from app.workflow.urging import Urged, may_urge, urges_of


@dataclass(frozen=True, slots=True)
class Said:
    """Urges, copies and questions of an item, and what the present person may add."""

    urges: list[Urged]
    #: Each with the name of who got it.
    copies: list[tuple[Bilingual, Copy]]
    questions: list[Asked]
    may_urge: bool
    #: Whom the present person may ask; empty for those who may not decide.
    people: list[Knower]
    #: Whether the step's clock stands still because of a question.
    waits_for_answer: bool

    @property
    def open_questions(self) -> list[Asked]:
        """Those that wait for their answer."""
        return [each for each in self.questions if each.is_open]

    @property
    def closed_questions(self) -> list[Asked]:
        """The others, newest first."""
        return [each for each in reversed(self.questions) if not each.is_open]


def gather_said(
    loaded: LoadedTask, allowed: Permitted, organisations: Mapping[str, Bilingual]
) -> Said:
    """Read it for the present person."""
    instance_id = loaded.instance.instance_id
    stopped = loaded.task.clock_stopped_at is not None
    return Said(
        urges=urges_of(db(), instance_id),
        copies=[
            (each.receiver or group_name(each.group_key, organisations), each)
            for each in copies_of(db(), instance_id)
        ],
        questions=questions_of(db(), instance_id),
        may_urge=may_urge(loaded, actor()),
        people=people_to_ask(loaded, actor()) if allowed.decide else [],
        waits_for_answer=stopped and loaded.instance.state == InstanceState.ACTIVE,
    )
