"""The page of a ledger, and its export, which a stranger checks without the database."""

import json
import re
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from app.cli import main
from app.core.errors import InvalidInputError
from app.workflow.ledger.chain import Fault, FaultKind
from app.workflow.ledger.export import read_export
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance
from tests.web.desk import REASON, Desks, words
from tests.web.papers import text_of
from tests.workflow.test_ledger import drop_triggers

CODE = "YS2023-0006"


def item_of(desks: Desks) -> UUID:
    with desks.database.unit_of_work(write=False) as session:
        query = select(ProcessInstance.id).where(ProcessInstance.subject_code == CODE)
        return session.scalars(query).one()


def export(desks: Desks) -> list[bytes]:
    answer = desks.of("mgr").get(f"/projects/{CODE}/ledger.jsonl")
    assert answer.status_code == 200
    return answer.data.splitlines(keepends=True)


def test_a_reader_sees_all_entries_and_that_they_fit(desks: Desks) -> None:
    said = words(desks.of("ctr.rev1").get(f"/instances/{item_of(desks)}/ledger"))

    assert "The ledger is sound:" in said
    assert "Shijie Chen decided “Agree” in the step Preliminary opinion." in said


def test_people_are_named_as_everybody_knows_them(desks: Desks) -> None:
    """On the page and on paper; the file for machines keeps ids and user names."""
    code = "YS2023-0007"
    task_id = desks.open_task(code)
    item, holder = desks.instance_of(task_id), desks.of("sec.soc.rev")
    version = str(desks.version_of(task_id))
    sent = {"receiver": "sec.soc.head", "transfer_reason": REASON, "expected_version": version}
    assert holder.post(f"/tasks/{task_id}/transfer", data=sent).status_code == 302

    said = words(desks.of("mgr").get(f"/instances/{item}/ledger"))
    chinese = words(desks.of("mgr", "zh").get(f"/instances/{item}/ledger"))
    printed = text_of(desks.of("mgr", "en").get(f"/projects/{code}/ledger.pdf").data)
    exported = desks.of("mgr").get(f"/projects/{code}/ledger.jsonl").text

    [line] = re.findall(r"transferred the step Final review from (.+?) to (.+?)\.", said)
    for name in line:
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", name)
        assert name in " ".join(printed.split())
    for page in (said, chinese, printed):
        assert "sec.soc.head" not in page
    assert '"to_state":"sec.soc.head"' in exported


def test_a_changed_entry_is_named_on_the_page(desks: Desks) -> None:
    item = item_of(desks)
    drop_triggers(desks.database)
    with desks.database.unit_of_work() as session:
        place = (LedgerEntry.instance_id == item) & (LedgerEntry.sequence == 3)
        session.execute(update(LedgerEntry).where(place).values(reason="改过"))

    said = words(desks.of("mgr").get(f"/instances/{item}/ledger"))
    chinese = words(desks.of("mgr", "zh").get(f"/instances/{item}/ledger"))

    assert "Entry 3 was changed: the opinion does not fit its hash." in said
    assert "第 3 条记录被改动：意见与其哈希值不符。" in chinese


def test_a_stranger_to_the_item_and_a_reader_without_the_right_are_refused(desks: Desks) -> None:
    assert desks.of("d04u1.clerk").get(f"/instances/{item_of(desks)}/ledger").status_code == 403
    assert desks.of("ctr.rev1").get(f"/projects/{CODE}/ledger.jsonl").status_code == 403
    assert desks.of("mgr").get("/projects/YS-NONE/ledger.jsonl").status_code == 404


def test_the_export_is_canonical_and_verifies_without_a_database(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    lines = export(desks)
    entry = json.loads(lines[2])

    assert entry["kind"] == "entry"
    assert list(entry) == sorted(entry)
    answer = CliRunner().invoke(main, ["verify-ledger", "--file", "-"], input=b"".join(lines))
    assert answer.exit_code == 0
    assert "1 ledgers checked, 0 broken" in answer.output
    assert json.loads(lines[1])["head"] in answer.output


def test_a_changed_a_removed_and_two_swapped_lines_are_named(desks: Desks) -> None:
    lines = export(desks)
    third = json.loads(lines[4]) | {"reason": "改过"}
    changed = [*lines[:4], json.dumps(third).encode(), *lines[5:]]
    removed = [*lines[:4], *lines[5:]]
    swapped = [*lines[:4], lines[6], lines[5], lines[4], *lines[7:]]

    assert faults(changed) == (Fault(FaultKind.CHANGED, 3, None, ("reason",)),)
    assert faults(removed) == (Fault(FaultKind.REMOVED, 3),)
    assert faults(swapped) == (Fault(FaultKind.SWAPPED, 3, 5),)
    answer = CliRunner().invoke(main, ["verify-ledger", "--file", "-"], input=b"".join(swapped))
    assert answer.exit_code == 1
    assert "Entries 3 and 5 were swapped." in answer.output


def faults(lines: list[bytes]) -> tuple[Fault, ...]:
    (item,) = read_export(lines)
    return item.verdict().faults


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"kind": "entry"}', b'{"kind": "export"}', b"null"],
)
def test_a_file_that_is_no_export_is_refused_with_its_line(desks: Desks, garbage: bytes) -> None:
    lines = export(desks)
    for place in (0, 2, len(lines)):
        with pytest.raises(InvalidInputError, match=f"line {place + 1}"):
            read_export([*lines[:place], garbage, *lines[place:]])


def test_a_missing_item_and_an_empty_file_are_refused(desks: Desks) -> None:
    with pytest.raises(InvalidInputError, match="Expected 1 items in the export, found 0"):
        read_export(export(desks)[:1])
    with pytest.raises(InvalidInputError, match="found 0"):
        read_export([])


def test_an_entry_with_a_number_like_no_other_is_refused(desks: Desks) -> None:
    lines = export(desks)
    huge = json.loads(lines[2]) | {"sequence": 10**18}
    found = faults([*lines[:2], json.dumps(huge).encode(), *lines[3:]])
    assert found == (Fault(FaultKind.CHANGED, 1, None, ("sequence",)),)  # and soon
    with pytest.raises(InvalidInputError):
        read_export([*lines[:2], json.dumps(huge | {"sequence": True}).encode()])
