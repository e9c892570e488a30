"""Acts on many items of which each has a transaction of its own (`@itemwise`)."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import CountersignError, InvalidInputError
from app.core.i18n import Sentence
from app.web.context import database, now
from app.web.refusals import record_refused
from app.web.sentences import translate_sentence
from app.workflow.failures import InstanceFailureError
from app.workflow.incidents import open_incident


def attempt(act: Callable[[Session], None]) -> CountersignError | None:
    """Do one item; gives why not, if it was refused. A diagram that failed leaves its incident."""
    try:
        with database().unit_of_work() as session:
            act(session)
    except InstanceFailureError as failure:
        with database().unit_of_work() as session:
            open_incident(session, failure, now())
        return failure
    except CountersignError as refusal:
        with database().unit_of_work() as session:
            record_refused(session, refusal)
        return refusal
    return None


def why(refusal: CountersignError) -> Sentence:
    """The sentence that says most: the first problem of an input, else the refusal itself."""
    if isinstance(refusal, InvalidInputError) and refusal.problems:
        return refusal.problems[0].sentence
    return refusal.sentence


def result(task_id: UUID, refusal: Sentence | None) -> dict[str, str]:
    """What became of one task, for the script that sends a few at a time."""
    # Not by an empty template: its translation is the head of the catalogue.
    said = translate_sentence(refusal) if refusal else ""
    return {"task": str(task_id), "refusal": said}
