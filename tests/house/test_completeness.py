"""A run that left a test out fails in CI, and only there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.settings import ROOT

LEFT_OUT = {
    "skipped": "import pytest\n\n@pytest.mark.skip\ndef test_one(): pass\n",
    "expected to fail": "import pytest\n\n@pytest.mark.xfail\ndef test_one(): assert False\n",
}
COMPLETE = "def test_one(): pass\n"


def run(folder: Path, source: str, *, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_one.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.completeness", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("source", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_a_test_left_out_fails_the_run_in_ci(tmp_path: Path, source: str) -> None:
    finished = run(tmp_path, source, ci="true")

    assert finished.returncode == pytest.ExitCode.TESTS_FAILED
    assert "Expected every test to run in CI, found" in finished.stdout


@pytest.mark.parametrize(("source", "ci"), [(COMPLETE, "true"), (LEFT_OUT["skipped"], "")])
def test_other_runs_pass(tmp_path: Path, source: str, ci: str) -> None:
    assert run(tmp_path, source, ci=ci).returncode == pytest.ExitCode.OK
