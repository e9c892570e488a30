"""Count what reaches the database, and show it when it was too much."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.core.database import Database


class Statements:
    """The SQL statements of one block, without BEGIN and COMMIT, and how many commits it made."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.commits = 0

    def __len__(self) -> int:
        return len(self.texts)

    def __str__(self) -> str:
        lines = (f"{number}. {text}" for number, text in enumerate(self.texts, 1))
        return "\n".join([f"{len(self)} statements, {self.commits} commits", *lines])

    def record(self, _connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        """Note one statement."""
        if not text.startswith("BEGIN"):
            self.texts.append(" ".join(text.split()))

    def record_commit(self, _connection: Any) -> None:
        """Note one commit."""
        self.commits += 1


@contextmanager
def count_statements(database: Database, *, at_most: int | None = None) -> Iterator[Statements]:
    """Record the statements of a block; more than `at_most` fail the test with their list."""
    statements = Statements()
    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": statements.record,
        "commit": statements.record_commit,
    }
    for name, listener in listeners.items():
        event.listen(database.engine, name, listener)
    try:
        yield statements
    finally:
        for name, listener in listeners.items():
            event.remove(database.engine, name, listener)
    if at_most is not None and len(statements) > at_most:
        pytest.fail(f"Expected at most {at_most} SQL statements, found {statements}")
