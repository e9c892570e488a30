"""Events that this host does not serve are refused before anybody waits for ever."""

import pytest

from app.engine import Failed, Step
from app.workflow.definitions.inspection import inspect_definition
from app.workflow.failures import InstanceFailureError, refuse_failed
from tests.engine.drawing import draw
from tests.workflow.conftest import Office


def _blocking(office: Office, text: str) -> list[tuple[str, str]]:
    with office.database.unit_of_work(write=False) as session:
        found = inspect_definition(session, draw(text, "P_EVENTS")).problems
    return [(each.code, each.where) for each in found if each.level == "block"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("start s\nreceive x message=a\nend e\ns > x > e", "x"),
        ("start s\nthrow x signal=a\nend e\ns > x > e", "x"),
        ("start x message=a\nend e\nx > e", "x"),
        ("start x timeCycle=R/P1D\nend e\nx > e", "x"),
        ('start s\nstart x condition="amount > 1"\nend e\ns > e\nx > e', "x"),
    ],
)
def test_what_nobody_would_deliver_is_refused(office: Office, text: str, where: str) -> None:
    assert _blocking(office, text) == [("event.unserved", where)]


def test_what_happens_within_an_instance_may_be_deployed(office: Office) -> None:
    text = """
        start s
        sub x
        start xs
        end xe escalation=a
        xs > xe
        }
        beside b on=x escalation=a
        catch c condition="amount > 1"
        end e
        s > x > c > e
        b > e
    """
    assert _blocking(office, text) == []


def test_an_error_that_nobody_catches_is_refused(office: Office) -> None:
    text = "start s\nscript x script=1\nerror e error=a\ns > x > e"
    assert _blocking(office, text) == [("diagram.error", "e")]


def test_a_failed_step_is_written_nowhere_and_becomes_an_incident(office: Office) -> None:
    item = office.start("P03")
    step = Step(
        state=b"", opened=(), closed=(), timers=(), waiting=(), thrown=(), ended=None,
        failed=Failed("bad", "p", "a"), passed=(), variables={},
    )  # fmt: skip
    with pytest.raises(InstanceFailureError) as caught:
        refuse_failed(item, step)
    assert (caught.value.instance_id, caught.value.kind, caught.value.element_id) == (
        item, "error", "bad",
    )  # fmt: skip
