"""Diagrams that ask decision models: found at deployment, kept with the version, then unchanged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import InvalidInputError
from app.workflow.definitions.decision_files import DecisionLibrary
from app.workflow.definitions.versions import get_definition
from app.workflow.resources import resources_of
from tests.dmn.models import decision, definitions, input_data, literal, table
from tests.workflow.conftest import Office
from tests.workflow.drawn import begin, deploy

LINES = """
    start s
    rule size decisionRef=size resultVariable=size mapDecisionResult=singleEntry
    xor x default=x-to-small
    step large assignee=ctr.rev1
    step small assignee=ctr.rev2
    end e
    s > size > x
    x > large : size = "large"
    x > small
    large > e
    small > e
"""


def sizes(limit: int, name: str = "amount") -> bytes:
    """Amounts from the limit on are large; a project of 100 is what the tests start."""
    logic = table("UNIQUE", name, f'>= {limit} | "large"', f'< {limit} | "small"')
    sized = decision("size", logic, needs=f"i:{name}")
    return definitions(input_data(name, "number"), sized, namespace="urn:sizes")


@pytest.fixture
def folder(office: Office, tmp_path: Path) -> Iterator[Path]:
    """The folder where the office looks for decision models."""
    with office.database.unit_of_work(write=False) as session:
        resources = resources_of(session)
    before, resources.decisions = resources.decisions, DecisionLibrary(tmp_path)
    yield tmp_path
    resources.decisions = before


def problems(office: Office, lines: str = LINES) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        deploy(office, lines)
    return [str(each) for each in caught.value.problems]


def versions(office: Office) -> int:
    with office.database.unit_of_work(write=False) as session:
        return get_definition(session, "P_TEST").version


def test_an_item_takes_the_way_that_the_decision_says(office: Office, folder: Path) -> None:
    (folder / "sizes.dmn").write_bytes(sizes(100))
    deploy(office, LINES)
    assert office.open_steps(begin(office)) == {"large": 1}


def test_a_version_keeps_its_decisions_when_the_file_changes(office: Office, folder: Path) -> None:
    file = folder / "sizes.dmn"
    file.write_bytes(sizes(100))
    deploy(office, LINES)
    file.write_bytes(sizes(101))
    assert office.open_steps(begin(office, 1)) == {"large": 1}
    file.unlink()
    with office.database.unit_of_work(write=False) as session:
        resources_of(session).processes = type(resources_of(session).processes)()
    assert office.open_steps(begin(office, 2)) == {"large": 1}


def test_deploying_again_after_the_file_changed_makes_a_version(
    office: Office, folder: Path
) -> None:
    file = folder / "sizes.dmn"
    file.write_bytes(sizes(100))
    deploy(office, LINES)
    deploy(office, LINES)
    assert versions(office) == 1
    file.write_bytes(sizes(101))
    deploy(office, LINES)
    assert versions(office) == 2
    assert office.open_steps(begin(office)) == {"small": 1}


def test_a_decision_that_no_file_has_is_refused_with_its_task(office: Office, folder: Path) -> None:
    (folder / "other.dmn").write_bytes(definitions(decision("other")))
    assert problems(office) == ["size: Expected the decision “size”, found none with this id."]


def test_a_file_that_cannot_be_used_says_why(office: Office, folder: Path) -> None:
    (folder / "sizes.dmn").write_bytes(definitions(decision("size", literal("1 +"))))
    assert problems(office) == [
        "size: Expected an expression that can be read: Expected an expression, but found the end"
        " at line 1, column 4."
    ]


def test_files_that_are_no_models_disturb_nobody(office: Office, folder: Path) -> None:
    (folder / "a.dmn").write_bytes(b"<html/>")
    (folder / "b.dmn").write_bytes(b"\xff\xfe")
    (folder / "sizes.dmn").write_bytes(sizes(100))
    deploy(office, LINES)
    assert versions(office) == 1


def test_a_variable_that_nobody_writes_is_found_at_deployment(office: Office, folder: Path) -> None:
    (folder / "sizes.dmn").write_bytes(sizes(100, "amuont"))
    (found,) = problems(office)
    assert found.startswith("size: Expected a variable that the process knows")
    assert "found “amuont”" in found


def test_a_model_brings_the_models_that_it_imports(office: Office, folder: Path) -> None:
    standard = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    imported = f'<import namespace="urn:sizes" name="lib" importType="{standard}"/>'
    wrapped = decision("size", literal("lib.size"), needs="d:urn:sizes#size")
    (folder / "a.dmn").write_bytes(definitions(imported, wrapped, namespace="urn:wrapped"))
    (folder / "b.dmn").write_bytes(sizes(100))
    deploy(office, LINES)
    assert office.open_steps(begin(office)) == {"large": 1}
