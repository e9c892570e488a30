"""The page of incidents: what has stopped, what is on its way, and what an operator does there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.database import Database
from app.identity import User, load_actor
from app.projects.sample.journeys import DEMO_NOW
from app.worker import run_due
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.events.models import Message
from app.workflow.events.posting import send_message
from app.workflow.instances import start_instance
from app.workflow.models import Incident
from tests.engine.drawing import draw
from tests.web.desk import Desks, words
from tests.workflow.drawn import SUBJECT

PAGE = "/operations"
ROLE = "candidateGroups=center_reviewer"
BREAKS = f"""
    start s
    catch wait message=a name="Bank answers"
    xor g default=g-to-no name="Enough?"
    step yes {ROLE}
    end no
    s > wait > g
    g > yes : wait.n + 1 > 1
    g > no
    yes > no
"""
STARTS = f"start x message=b\nstep review {ROLE}\nend e\nx > review > e"


def send(database: Database, name: str, payload: dict[str, object]) -> UUID:
    with database.unit_of_work() as session:
        user_id = session.scalars(select(User.id).where(User.username == "mgr")).one()
        manager = load_actor(session, user_id)
        assert manager is not None
        return send_message(session, name, "", payload, manager, DEMO_NOW)


@pytest.fixture(autouse=True)
def under_way(desks: Desks) -> None:
    """An item that waits for `a`, whose first answer broke it; a start about nothing."""
    with desks.database.unit_of_work() as session:
        for text, key in ((BREAKS, "P_BREAKS"), (STARTS, "P_STARTS")):
            deploy_definition(session, None, draw(text, key), "", DEMO_NOW)
        user_id = session.scalars(select(User.id).where(User.username == "d03u1.clerk")).one()
        clerk = load_actor(session, user_id)
        assert clerk is not None
        start_instance(session, "P_BREAKS", "T-1", SUBJECT, clerk, DEMO_NOW)
    send(desks.database, "a", {"n": "no number"})
    send(desks.database, "b", {})
    run_due(desks.database, DEMO_NOW)


def rows(desks: Desks) -> dict[str, str]:
    """The state of each message by its name."""
    with desks.database.unit_of_work(write=False) as session:
        return dict(session.execute(select(Message.name, Message.state)).all())


def ids(desks: Desks) -> dict[str, UUID]:
    with desks.database.unit_of_work(write=False) as session:
        found = dict(session.execute(select(Message.name, Message.id)).all())
        return {**found, "incident": session.scalars(select(Incident.id)).one()}


def test_the_page_shows_element_sentence_and_what_waits(desks: Desks) -> None:
    page = words(desks.of("mgr").get(PAGE))
    assert "Enough?" in page
    assert "no number" in page
    assert "Bank answers" in page
    assert "found nothing" in page
    assert page.count("Held") == 2
    assert "异常" in words(desks.of("mgr", "zh").get(PAGE))


@pytest.mark.parametrize("who", ["mgr", "owner", "admin"])
def test_those_who_resolve_incidents_find_it(desks: Desks, who: str) -> None:
    assert f'href="{PAGE}"' in desks.of(who).get("/projects").text
    assert desks.of(who).get(PAGE).status_code == 200


def test_nobody_else_sees_or_does_anything(desks: Desks) -> None:
    known = ids(desks)
    clerk = desks.of("d03u1.clerk")
    assert f'href="{PAGE}"' not in clerk.get("/tasks").text
    assert clerk.get(PAGE).status_code == 403
    for path in (
        f"{PAGE}/messages/{known['a']}/discard",
        f"{PAGE}/messages/{known['a']}/send-again",
        f"{PAGE}/incidents/{known['incident']}/resolve",
    ):
        assert clerk.post(path).status_code == 403
        assert desks.of("mgr").get(path).status_code == 405
    assert rows(desks) == {"a": "held", "b": "held"}


def test_what_was_mended_is_tried_again(desks: Desks) -> None:
    known, manager = ids(desks), desks.of("mgr")
    with desks.database.unit_of_work() as session:
        session.get_one(Message, known["a"]).payload = {"n": 1}
    answer = manager.post(f"{PAGE}/incidents/{known['incident']}/resolve", follow_redirects=True)
    assert "No item has stopped" in words(answer)
    run_due(desks.database, DEMO_NOW)
    assert rows(desks)["a"] == "delivered"
    again = manager.post(f"{PAGE}/incidents/{known['incident']}/resolve")
    assert again.status_code == 404


def test_a_held_start_is_sent_again_or_discarded(desks: Desks) -> None:
    known, manager = ids(desks), desks.of("mgr")
    address = f"{PAGE}/messages/{known['b']}"
    assert manager.post(f"{address}/send-again").status_code == 302
    assert rows(desks)["b"] == "new"
    assert manager.post(f"{address}/send-again").status_code == 409
    run_due(desks.database, DEMO_NOW)
    assert rows(desks)["b"] == "held"
    page = words(manager.post(f"{address}/discard", follow_redirects=True))
    assert "Discarded" in page
    assert manager.post(f"{address}/discard").status_code == 409
    assert rows(desks)["b"] == "discarded"


def test_the_page_costs_few_statements(desks: Desks, count_statements: Callable[..., Any]) -> None:
    manager = desks.of("mgr")
    manager.get(PAGE)
    with count_statements(desks.database, at_most=15):
        manager.get(PAGE)
