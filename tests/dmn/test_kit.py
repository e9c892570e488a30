"""Whole models in the form of the conformance kit, by the runner that a checkout of it gets."""

from pathlib import Path

import pytest

from app.dmn import parse_decisions
from tools.conformance import Verdict, agree, try_file

FILES = sorted(Path(__file__).parent.glob("kit/*/*-test-*.xml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_expected_result_is_found(file: Path) -> None:
    verdicts = list(try_file(file))
    assert verdicts
    assert [each for each in verdicts if not each.is_right] == []


def test_the_models_are_valid_without_leave_for_drafts() -> None:
    for file in Path(__file__).parent.glob("kit/*/*.dmn"):
        others = [each.read_bytes() for each in file.parent.glob("*.dmn") if each != file]
        assert parse_decisions(file.read_bytes(), others).elements


def test_the_runner_tells_right_from_wrong() -> None:
    assert agree([1, "a"], [1, "a"])
    assert not agree([1], [1, 2])
    assert not agree(True, "true")
    assert not agree({"a": None}, {})
    assert not Verdict("x", None, None, "failed").is_right
