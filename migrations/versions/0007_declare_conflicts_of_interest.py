"""Declare conflicts of interest: with whom, why, for which days, and withdrawn by whom."""

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEPT = ("user_id", "organisation_code", "reason", "declared_at")


def upgrade() -> None:
    rows = _taken()
    op.create_table(
        "conflict_of_interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=20), nullable=True),
        sa.Column("subject_code", sa.String(length=60), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawal", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "kind IN ('employment', 'relative', 'contract', 'other')",
            name=op.f("ck_conflict_of_interest_kind_known"),
        ),
        sa.CheckConstraint(
            "(organisation_code IS NULL) <> (subject_code IS NULL)",
            name=op.f("ck_conflict_of_interest_with_one_thing"),
        ),
        sa.CheckConstraint(
            "first_day <= last_day", name=op.f("ck_conflict_of_interest_first_before_last")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)",
            name=op.f("ck_conflict_of_interest_withdrawn_by_someone"),
        ),
        _reference("organisation_code", "organisation.code"),
        _reference("user_id", "user_account.id"),
        _reference("declared_by_id", "user_account.id"),
        _reference("withdrawn_by_id", "user_account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_of_interest")),
    )
    op.create_index(
        op.f("ix_conflict_of_interest_user_id_id"), "conflict_of_interest", ["user_id", "id"]
    )
    made = sa.table(
        "conflict_of_interest",
        sa.column("id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("first_day", sa.Date()),
        sa.column("declared_by_id", sa.Uuid()),
        sa.column("withdrawal", sa.String()),
        *_columns(),
    )
    if rows:
        op.bulk_insert(
            made,
            [
                {
                    **row,
                    "id": uuid4(),
                    "kind": "other",
                    "first_day": row["declared_at"].date(),
                    "declared_by_id": row["user_id"],
                    "withdrawal": "",
                }
                for row in rows
            ],
        )


def downgrade() -> None:
    rows = _taken()
    op.create_table(
        "conflict_of_interest",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        _reference("organisation_code", "organisation.code"),
        _reference("user_id", "user_account.id"),
        sa.PrimaryKeyConstraint(
            "user_id", "organisation_code", name=op.f("pk_conflict_of_interest")
        ),
    )
    # The older product knows one declaration for each organisation, and none for projects.
    kept = {(row["user_id"], row["organisation_code"]): row for row in rows}
    kept = {key: row for key, row in kept.items() if row["organisation_code"] is not None}
    if kept:
        op.bulk_insert(sa.table("conflict_of_interest", *_columns()), list(kept.values()))


def _taken() -> list[dict[str, Any]]:
    """The rows of the table, which is gone then: its primary key becomes another."""
    table = sa.table("conflict_of_interest", *_columns())
    found = op.get_bind().execute(sa.select(table)).mappings()
    rows = [dict(row) for row in found]
    op.drop_table("conflict_of_interest")
    return rows


def _columns() -> list[Any]:
    kinds = (sa.Uuid(), sa.String(), sa.String(), sa.DateTime(timezone=True))
    return [sa.column(name, kind) for name, kind in zip(KEPT, kinds, strict=True)]


def _reference(column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_conflict_of_interest_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name))
