"""Keep the ledger and the votes append-only in the database itself."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LEDGER = "The ledger is append-only: entries are neither changed nor removed."
VOTE = "A vote is never changed or removed; it may be declared void once."
LASTING = "id, instance_id, task_id, seat_id, actor_id, on_behalf_of_id, at, outcome, opinion, batch_id, signature, target, form_key, form_values, warnings"
VOIDING = "voided_at, voided_by_id"
SQLITE = {
    "ledger_entry_no_update": ("UPDATE ON ledger_entry", LEDGER),
    "ledger_entry_no_delete": ("DELETE ON ledger_entry", LEDGER),
    "ledger_entry_no_replace": (
        "INSERT ON ledger_entry WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE instance_id = NEW.instance_id AND sequence = NEW.sequence)",
        LEDGER,
    ),
    "vote_no_update": (f"UPDATE OF {LASTING} ON vote", VOTE),
    "vote_void_once": (f"UPDATE OF {VOIDING} ON vote WHEN OLD.voided_at IS NOT NULL", VOTE),
    "vote_no_delete": ("DELETE ON vote", VOTE),
    "vote_no_replace": (
        "INSERT ON vote WHEN EXISTS (SELECT 1 FROM vote WHERE id = NEW.id)",
        VOTE,
    ),
}
FUNCTIONS = {"refuse_ledger_change": LEDGER, "refuse_vote_change": VOTE}
POSTGRESQL = {
    "ledger_entry_no_change": ("UPDATE OR DELETE", "ledger_entry", "FOR EACH ROW"),
    "ledger_entry_no_truncate": ("TRUNCATE", "ledger_entry", "FOR EACH STATEMENT"),
    "vote_no_change": (f"DELETE OR UPDATE OF {LASTING}", "vote", "FOR EACH ROW"),
    "vote_void_once": (
        f"UPDATE OF {VOIDING}",
        "vote",
        "FOR EACH ROW WHEN (OLD.voided_at IS NOT NULL)",
    ),
    "vote_no_truncate": ("TRUNCATE", "vote", "FOR EACH STATEMENT"),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, (occasion, words) in SQLITE.items():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {occasion} BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )
        return
    for name, words in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = 'restrict_violation'; END $$"
        )
    for name, (occasion, table, scope) in POSTGRESQL.items():
        function = "refuse_vote_change" if table == "vote" else "refuse_ledger_change"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {occasion} ON {table} {scope} EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
        return
    for name, (_, table, _scope) in POSTGRESQL.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")
