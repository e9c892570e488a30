"""Events that nobody delivers, or that begin an item about nothing, are refused at deployment."""

import pytest

from app.engine import Failed, Step
from app.workflow.definitions.inspection import inspect_definition
from app.workflow.failures import InstanceFailureError, refuse_failed
from tests.engine.drawing import draw
from tests.workflow.conftest import Office
from tests.workflow.drawn import deploy
from tests.workflow.messages import ROAD


def _found(office: Office, text: str, level: str) -> list[tuple[str, str]]:
    with office.database.unit_of_work(write=False) as session:
        found = inspect_definition(session, draw(text, "P_EVENTS")).problems
    return [(each.code, each.where) for each in found if each.level == level]


def _blocking(office: Office, text: str) -> list[tuple[str, str]]:
    return _found(office, text, "block")


TIMER = "start x timeCycle=R/P1D {said}\nend e\nx > e"
LONG = (
    'start s\n<bpmn:receiveTask id="x" messageRef="long"/>\nend e\ns > x > e\n</bpmn:process>'
    f'<bpmn:message id="long" name="{"a" * 201}"/><bpmn:process id="none">'
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('start s\nstart x condition="amount > 1"\nend e\ns > e\nx > e', ["event.unserved"]),
        (LONG, ["event.name"]),
        (TIMER.format(said=""), ["event.start", "event.start"]),
        (TIMER.format(said="appr.initiator=d03u1.clerk"), ["event.start"]),
        (
            TIMER.format(said="appr.initiator=nobody appr.subject=NONE"),
            ["event.subject", "event.initiator"],
        ),
        (
            TIMER.format(said=f"appr.initiator=d03u1.clerk appr.subject={ROAD}").replace(
                "timeCycle=R/P1D", "timeDate=amount"
            ),
            ["event.timer"],
        ),
        ("start x message=a appr.subject=NONE\nend e\nx > e", ["event.subject"]),
        ("start x signal=a appr.initiator=nobody\nend e\nx > e", ["event.initiator"]),
    ],
)
def test_what_nobody_would_deliver_is_refused(office: Office, text: str, codes: list[str]) -> None:
    assert _blocking(office, text) == [(code, "x") for code in codes]


@pytest.mark.parametrize(
    "text",
    [
        "start s\nreceive x message=a\nend e\ns > x > e",
        "start s\nthrow x signal=a\nend e\ns > x > e",
        "start x message=a\nend e\nx > e",
        TIMER.format(said=f"appr.initiator=d03u1.clerk appr.subject={ROAD}"),
    ],
)
def test_what_is_delivered_may_be_deployed(office: Office, text: str) -> None:
    assert _blocking(office, text) == []


def test_one_message_starts_one_process(office: Office) -> None:
    text = "start x message=a\nend e\nx > e"
    deploy(office, text, "P_FIRST")
    assert _blocking(office, text) == [("event.start", "x")]


def test_a_message_that_no_process_receives_is_warned_of(office: Office) -> None:
    text = "start s\nthrow x message=a\nend e\ns > x > e"
    assert _found(office, text, "warn") == [("event.unheard", "x")]
    deploy(office, "start s\nreceive x message=a\nend e\ns > x > e", "P_HEARS")
    assert _found(office, text, "warn") == []


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
