"""Every POST of a task, an item or an inbox, crafted: refused, written down, and nothing changed.

The addresses come from the application: one that `FORMS` does not know fails the first test.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.database import Base
from app.identity.models import RefusedRequest, User
from app.workflow.deciding.models import TaskDraft
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, Question, Seat, UserTask
from tests.web.desk import GOAL_REVIEW, REASON, Desks, words

CODE = "YS2023-0007"
HOLDER, COLLEAGUE, MANAGER = "sec.soc.rev", "perf.ex1", "mgr"
#: Nobody whom the item concerns, and somebody who may read it.
STRANGER, READER = "d05u1.clerk", "perf.head"
#: What would be a sound request of somebody who may.
FORMS: Mapping[str, Mapping[str, Any]] = {
    "attachments.attach": {},
    "attachments.remove": {"attachment": str(UUID(int=1))},
    "batch.choose": {},
    "batch.run": {"verb": "approve", "opinion": REASON},
    "inbox.claim": {},
    "inbox.release": {},
    "instances.read": {},
    "phrases.keep": {"opinion": REASON},
    "phrases.remove": {"phrase": str(UUID(int=1))},
    "task_back.leave": {"leave": "yes"},
    "task_back.read": {},
    "task_back.recall": {"act:recall_reason": REASON},
    "task_back.undo": {},
    "task_back.withdraw_": {"act:withdraw_reason": REASON},
    "task_conflict.declare": {
        "act:conflict_with": "project",
        "act:conflict_kind": "relative",
        "act:conflict_reason": REASON,
    },
    "task_conflict.leave": {},
    "task_signing.add": {
        "act:signer_person": COLLEAGUE,
        "act:signer_place": "before",
        "act:signer_reason": REASON,
    },
    "task_signing.advise": {"opinion": REASON},
    "task_signing.delegate": {"act:delegate_person": COLLEAGUE, "act:delegate_reason": REASON},
    "task_signing.remove": {},
    "task_stop.resume": {"act:resume_reason": REASON},
    "task_stop.suspend": {"act:suspend_reason": REASON},
    "task_stop.terminate": {"act:terminate_reason": REASON},
    "task_talk.answer": {"act:answer": REASON},
    "task_talk.ask": {"act:ask_person": "d11u1.clerk", "act:ask_text": REASON},
    "task_talk.copy": {"act:copy_to": COLLEAGUE, "act:copy_note": REASON},
    "task_talk.take_question_back": {},
    "task_talk.urge_": {"act:urge_text": REASON},
    "tasks.abstain": {},
    "tasks.approve": {**GOAL_REVIEW, "outcome": "agree", "opinion": REASON},
    "tasks.claim": {},
    "tasks.draft": {"opinion": REASON},
    "tasks.reassign": {"receiver": COLLEAGUE, "transfer_reason": REASON},
    "tasks.reject": {**GOAL_REVIEW, "reject_reason": REASON},
    "tasks.release": {},
    "tasks.return_": {"target": "P_GOAL/compile_goals", "return_reason": REASON},
    "tasks.transfer": {"receiver": COLLEAGUE, "transfer_reason": REASON},
}
#: Lead to a page, and change nothing for anybody.
HARMLESS = {"batch.choose", "task_back.read"}
#: Say on a page of their own what became of each ticked task.
ONE_BY_ONE = {"batch.run", "inbox.claim", "inbox.release"}
#: What a page says that was opened before somebody else changed the step, by who may send it.
VERSIONED = {
    **dict.fromkeys(
        ("task_conflict.declare", "task_signing.add", "task_signing.delegate", "tasks.abstain",
         "tasks.approve", "tasks.reject", "tasks.return_", "tasks.transfer"),
        HOLDER,
    ),
    **dict.fromkeys(("tasks.reassign", "task_stop.suspend", "task_stop.terminate"), MANAGER),
}  # fmt: skip


class Item:
    """One item under way, its addresses, and everything that is written about it."""

    def __init__(self, desks: Desks) -> None:
        self.desks = desks
        self.task = desks.open_task(CODE)
        self.instance = desks.instance_of(self.task)
        with desks.database.unit_of_work(write=False) as session:
            instance = session.get_one(ProcessInstance, self.instance)
            self.name = instance.subject_en
            self.initiator = session.get_one(User, instance.started_by_id).username
        asking = {"act:ask_person": self.initiator, "act:ask_text": REASON}
        assert desks.of(HOLDER).post(f"/tasks/{self.task}/ask", data=asking).status_code == 302
        with desks.database.unit_of_work(write=False) as session:
            question = select(Question.id).where(Question.task_id == self.task)
            seat = select(Seat.id).where(Seat.task_id == self.task)
            self.ids = {
                "task_id": self.task,
                "instance_id": self.instance,
                "question_id": session.scalars(question).one(),
                "seat_id": session.scalars(seat).one(),
            }

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Each endpoint with its address for this item."""
        for rule in sorted(self.desks.app.url_map.iter_rules(), key=str):
            if "POST" in (rule.methods or ()) and rule.rule.split("/")[1] in (
                "tasks", "instances", "inbox",
            ):  # fmt: skip
                address = rule.rule
                for name, key in self.ids.items():
                    address = address.replace(f"<uuid:{name}>", str(key))
                yield rule.endpoint, address

    def post(self, client: FlaskClient, endpoint: str, address: str, **more: Any) -> TestResponse:
        version = more.pop("version", self.desks.version_of(self.task))
        form = {**FORMS[endpoint], "expected_version": version, **more}
        form |= {"task": str(self.task), "item": f"{self.task}.{version}"}
        # A crafted request may well say that somebody else sends it.
        form |= {"user": HOLDER, "actor_id": HOLDER, "on_behalf_of_id": HOLDER}
        if endpoint == "attachments.attach":
            form["file"] = (BytesIO(b"%PDF-1.7"), "说明.pdf")
        return client.post(address, data=form)

    def rows(self) -> dict[str, Any]:
        """Every row of the item, and how many all other tables have; refusals apart."""
        tables = [e for e in Base.metadata.sorted_tables if e.name != RefusedRequest.__tablename__]
        with self.desks.database.unit_of_work(write=False) as session:
            return {each.name: self._of_item(session, each) for each in tables}

    def _of_item(self, session: Session, table: Table) -> Any:
        tasks = select(UserTask.id).where(UserTask.instance_id == self.instance)
        for name, wanted in (("instance_id", [self.instance]), ("task_id", tasks)):
            if name in table.c:
                query = table.select().where(table.c[name].in_(wanted))
                return sorted(map(repr, session.execute(query)))
        if table.name == ProcessInstance.__tablename__:
            return session.execute(table.select().where(table.c.id == self.instance)).one()
        return session.scalar(select(func.count()).select_from(table))

    def refusals(self) -> int:
        with self.desks.database.unit_of_work(write=False) as session:
            return session.scalar(select(func.count()).select_from(RefusedRequest)) or 0


@pytest.fixture
def item(desks: Desks) -> Item:
    return Item(desks)


def test_every_address_is_known(item: Item) -> None:
    assert {endpoint for endpoint, _ in item.addresses()} == set(FORMS)


def test_nobody_acts_without_signing_in_or_without_the_token_of_a_page(item: Item) -> None:
    holder, nobody, before = item.desks.of(HOLDER), item.desks.app.test_client(), item.rows()

    for endpoint, address in item.addresses():
        assert item.post(nobody, endpoint, address).status_code == 401, address
    item.desks.app.config["WTF_CSRF_ENABLED"] = True
    for endpoint, address in item.addresses():
        assert item.post(holder, endpoint, address).status_code == 400, address

    assert item.rows() == before


def test_opening_an_address_does_nothing(item: Item) -> None:
    holder, before = item.desks.of(HOLDER), item.rows()

    for endpoint, address in item.addresses():
        found = holder.get(address).status_code
        assert found == (200 if endpoint == "batch.choose" else 405), address

    assert item.rows() == before


@pytest.mark.parametrize("who", [STRANGER, READER])
def test_nobody_acts_without_a_seat(item: Item, who: str) -> None:
    client, before = item.desks.of(who), item.rows()

    for endpoint, address in item.addresses():
        if endpoint in HARMLESS or (endpoint, who) == ("instances.read", READER):
            continue
        refusals = item.refusals()
        answer = item.post(client, endpoint, address)
        assert answer.status_code in ([200] if endpoint in ONE_BY_ONE else [403, 404, 409]), address
        assert item.refusals() == refusals + 1, address
        assert who == READER or item.name not in words(answer), address

    assert item.rows() == before


def test_a_page_that_is_older_than_the_step_decides_nothing(item: Item) -> None:
    before = item.rows()

    for endpoint, address in item.addresses():
        if endpoint in VERSIONED:
            refusals = item.refusals()
            client = item.desks.of(VERSIONED[endpoint])
            assert item.post(client, endpoint, address, version=99).status_code == 409, address
            assert item.refusals() == refusals + 1, address

    # The page that says so has been read, and keeps what was typed.
    kept = {UserTask.__tablename__, TaskDraft.__tablename__}
    assert {k: v for k, v in item.rows().items() if k not in kept} == {
        k: v for k, v in before.items() if k not in kept
    }


def test_nobody_who_has_left_is_brought_in(item: Item) -> None:
    with item.desks.database.unit_of_work() as session:
        session.scalars(select(User).where(User.username == COLLEAGUE)).one().is_active = False
    before, known = item.rows(), dict(item.addresses())
    naming = [each for each, form in FORMS.items() if COLLEAGUE in form.values()]
    assert len(naming) == 5

    for endpoint in naming:
        refusals = item.refusals()
        client = item.desks.of(MANAGER if endpoint == "tasks.reassign" else HOLDER)
        answer = item.post(client, endpoint, known[endpoint])
        assert answer.status_code == 422, endpoint
        assert "has left" in words(answer), endpoint
        assert item.refusals() == refusals + 1, endpoint

    assert item.rows()[Seat.__tablename__] == before[Seat.__tablename__]
    assert item.rows()[LedgerEntry.__tablename__] == before[LedgerEntry.__tablename__]


def test_a_form_that_is_sent_again_is_written_down(item: Item) -> None:
    known, holder = dict(item.addresses()), item.desks.of(HOLDER)
    form = {"request_key": "one-and-the-same", "version": item.desks.version_of(item.task)}
    assert item.post(holder, "tasks.transfer", known["tasks.transfer"], **form).status_code == 302
    before, refusals = item.rows(), item.refusals()

    answer = item.post(holder, "tasks.transfer", known["tasks.transfer"], **form)

    assert answer.status_code == 302
    assert item.rows() == before
    assert item.refusals() == refusals + 1


def test_a_question_is_answered_by_nobody_else(item: Item) -> None:
    known, before = dict(item.addresses()), item.rows()

    for who, endpoint in ((HOLDER, "task_talk.answer"), (MANAGER, "task_talk.answer"),
                          (item.initiator, "task_talk.take_question_back")):  # fmt: skip
        refusals = item.refusals()
        answer = item.post(item.desks.of(who), endpoint, known[endpoint])
        assert answer.status_code == 403, (who, endpoint)
        assert item.refusals() == refusals + 1

    assert item.rows() == before
