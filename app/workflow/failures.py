"""When an instance cannot go on: one error for everything that ends as an incident."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from app.core.errors import CountersignError, InvalidInputError
from app.core.i18n import N_, Sentence
from app.engine import EngineError, Step


class InstanceFailureError(CountersignError):
    """An action could not be carried out because the instance itself cannot go on.

    Nothing was changed; the entry point opens an incident in a unit of work of its own.
    """

    def __init__(self, instance_id: UUID, kind: str, element_id: str, cause: Sentence) -> None:
        super().__init__(
            N_("The process cannot go on at “{element}”: {cause} Nothing was changed; "
               "an incident has been opened for the process manager."),
            element=element_id,
            cause=cause,
        )  # fmt: skip
        self.instance_id = instance_id
        self.kind = kind
        self.element_id = element_id
        self.cause = cause


@contextmanager
def failing_as_incident(instance_id: UUID, element_id: str = "") -> Iterator[None]:
    """Turn an engine failure, or nobody to sit in a step, into an `InstanceFailureError`."""
    try:
        yield
    except EngineError as failure:
        raise InstanceFailureError(
            instance_id, failure.kind, failure.element_id, failure.sentence
        ) from failure
    except InvalidInputError as failure:
        raise InstanceFailureError(
            instance_id, "assignment", element_id, failure.sentence
        ) from failure


def refuse_failed(instance_id: UUID, step: Step) -> None:
    """Keep an instance where it was when an error that nothing catches would end it.

    A called process may have become a newer version that throws an error its caller knows not.

    Raises:
        InstanceFailureError: the step has failed the instance.
    """
    if step.failed is not None:
        cause = Sentence(
            N_("Expected a boundary event that catches the error “{code}”, found none."),
            {"code": step.failed.error_code},
        )
        raise InstanceFailureError(instance_id, "error", step.failed.element_id, cause)
