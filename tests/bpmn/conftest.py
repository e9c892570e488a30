from collections.abc import Mapping
from pathlib import Path

import pytest

from app.core.settings import ROOT
from app.engine import Definition, Process, link, parse

FOLDER = ROOT / "bpmn"
KEYS = tuple(sorted(path.stem for path in FOLDER.glob("*.bpmn")))


@pytest.fixture(scope="session", params=KEYS)
def diagram(request: pytest.FixtureRequest) -> Path:
    """Every shipped diagram in turn."""
    return FOLDER / f"{request.param}.bpmn"


@pytest.fixture(scope="session")
def definitions() -> Mapping[str, Definition]:
    return {key: parse((FOLDER / f"{key}.bpmn").read_bytes()) for key in KEYS}


@pytest.fixture(scope="session")
def goal_review(definitions: Mapping[str, Definition]) -> Process:
    return link([definitions["P_GOAL"], definitions["P_PRELIM"]])


@pytest.fixture(scope="session")
def monitoring(definitions: Mapping[str, Definition]) -> Process:
    return link([definitions["P_MONITOR"]])
