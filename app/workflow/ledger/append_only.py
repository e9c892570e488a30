"""The database itself refuses to change the ledger and the votes, whoever asks.

A vote may be declared void once; everything else of it stays. Triggers stop mistakes of ours and
of a person with a database client; who may drop a trigger is found by the hash chain.
Migration 0004 holds the same statements; a test compares them.
"""

from sqlalchemy import DDL, Table, event

_VOIDING = ("voided_at", "voided_by_id")
_LEDGER_WORDS = "The ledger is append-only: entries are neither changed nor removed."
_VOTE_WORDS = "A vote is never changed or removed; it may be declared void once."


def keep_ledger(table: Table) -> None:
    """Let `create_all` make the triggers with the table of the ledger."""
    no_replace = "EXISTS (SELECT 1 FROM ledger_entry"
    no_replace += " WHERE instance_id = NEW.instance_id AND sequence = NEW.sequence)"
    _with_table(
        table,
        "sqlite",
        _sqlite("ledger_entry_no_update", "UPDATE ON ledger_entry", _LEDGER_WORDS),
        _sqlite("ledger_entry_no_delete", "DELETE ON ledger_entry", _LEDGER_WORDS),
        # REPLACE deletes a row without asking the trigger of DELETE.
        _sqlite(
            "ledger_entry_no_replace", f"INSERT ON ledger_entry WHEN {no_replace}", _LEDGER_WORDS
        ),
    )
    _with_table(
        table,
        "postgresql",
        _refusal("refuse_ledger_change", _LEDGER_WORDS),
        "CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry"
        " FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()",
        "CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
    )


def keep_votes(table: Table) -> None:
    """The same for the votes, except that they may be declared void once."""
    voiding = ", ".join(_VOIDING)
    lasting = ", ".join(each.name for each in table.columns if each.name not in _VOIDING)
    _with_table(
        table,
        "sqlite",
        _sqlite("vote_no_update", f"UPDATE OF {lasting} ON vote", _VOTE_WORDS),
        _sqlite(
            "vote_void_once",
            f"UPDATE OF {voiding} ON vote WHEN OLD.voided_at IS NOT NULL",
            _VOTE_WORDS,
        ),
        _sqlite("vote_no_delete", "DELETE ON vote", _VOTE_WORDS),
        _sqlite(
            "vote_no_replace",
            "INSERT ON vote WHEN EXISTS (SELECT 1 FROM vote WHERE id = NEW.id)",
            _VOTE_WORDS,
        ),
    )
    _with_table(
        table,
        "postgresql",
        _refusal("refuse_vote_change", _VOTE_WORDS),
        f"CREATE TRIGGER vote_no_change BEFORE DELETE OR UPDATE OF {lasting} ON vote"
        " FOR EACH ROW EXECUTE FUNCTION refuse_vote_change()",
        f"CREATE TRIGGER vote_void_once BEFORE UPDATE OF {voiding} ON vote"
        " FOR EACH ROW WHEN (OLD.voided_at IS NOT NULL) EXECUTE FUNCTION refuse_vote_change()",
        "CREATE TRIGGER vote_no_truncate BEFORE TRUNCATE ON vote"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_vote_change()",
    )


def _sqlite(name: str, occasion: str, words: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {occasion} BEGIN SELECT RAISE(ABORT, '{words}'); END"


def _refusal(function: str, words: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = 'restrict_violation'; END $$"
    )


def _with_table(table: Table, dialect: str, *statements: str) -> None:
    for statement in statements:
        ddl = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
