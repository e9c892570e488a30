"""What comes along with a message: values of the engine, small enough to be kept in a row."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.core import documents
from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.engine import UnstorableError, pack
from app.workflow.resources import resources_of


def packed(session: Session, payload: Mapping[str, object]) -> dict[str, Any]:
    """The payload as its column holds it; `engine.unpack` gives it back.

    Raises:
        InvalidInputError: a value that cannot be kept, or too many of them.
    """
    if not isinstance(payload, Mapping):
        raise _unstorable(type(payload).__name__)
    most = resources_of(session).settings.max_message_bytes
    try:
        found: Any = pack(payload)
        text = documents.dump_text(found)
    except UnstorableError as error:
        raise _unstorable(str(error)) from None
    except (TypeError, ValueError, RecursionError) as error:  # nested too deep, half a character
        raise _unstorable(type(error).__name__) from None
    if "\\u0000" in text:  # PostgreSQL stores none
        raise _unstorable("NUL")
    size = len(text.encode())
    if size > most:
        raise InvalidInputError(
            N_("Expected a message with at most {most} bytes of values, found {size}."),
            most=most,
            size=size,
        )
    return found  # type: ignore[no-any-return]  # a mapping packed is a dictionary


def _unstorable(found: str) -> InvalidInputError:
    return InvalidInputError(
        N_("Expected values of text, number, truth, date, time, list or object, found {found}."),
        found=found,
    )
