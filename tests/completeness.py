"""In CI nothing is left out: a skipped test makes the run a failure."""

import os

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In CI every test runs: one that did not makes the run a failure, and is named."""
    if os.environ.get("CI") == "true":
        for report in _left_out(terminalreporter):
            terminalreporter.line(f"Expected every test to run in CI, found: {report.longrepr}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """See `pytest_terminal_summary`."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and os.environ.get("CI") == "true" and _left_out(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _left_out(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    return [*reporter.stats.get("skipped", []), *reporter.stats.get("xfailed", [])]
