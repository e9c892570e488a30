"""Hold the money by source on the project."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SOURCES = ("fiscal", "carry_over", "superior", "other")


def upgrade() -> None:
    with op.batch_alter_table("project") as project:
        for source in SOURCES:
            project.add_column(
                sa.Column(f"{source}_amount", sa.BigInteger(), nullable=False, server_default="0")
            )
    for source in SOURCES:
        op.execute(
            f"UPDATE project SET {source}_amount = coalesce((SELECT amount FROM funding_source"
            f" WHERE project_id = project.id AND source = '{source}'), 0)"
        )
    op.drop_table("funding_source")
    with op.batch_alter_table("project") as project:
        project.drop_constraint(op.f("ck_project_amounts"), type_="check")
        for source in SOURCES:
            project.alter_column(f"{source}_amount", server_default=None)
        project.create_check_constraint(
            op.f("ck_project_source_amounts"),
            " AND ".join(f"{source}_amount >= 0" for source in SOURCES),
        )
        project.create_check_constraint(
            op.f("ck_project_year_amount"),
            "year_amount = " + " + ".join(f"{source}_amount" for source in SOURCES),
        )
        project.create_check_constraint(
            op.f("ck_project_total_amount"), "total_amount >= year_amount"
        )


def downgrade() -> None:
    op.create_table(
        "funding_source",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "source IN ('fiscal', 'carry_over', 'superior', 'other')",
            name=op.f("ck_funding_source_source"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_funding_source_amount")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_funding_source_project_id_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "source", name=op.f("pk_funding_source")),
    )
    for source in SOURCES:
        op.execute(
            f"INSERT INTO funding_source SELECT id, '{source}', {source}_amount"
            f" FROM project WHERE {source}_amount > 0"
        )
    with op.batch_alter_table("project") as project:
        for check in ("source_amounts", "year_amount", "total_amount"):
            project.drop_constraint(op.f(f"ck_project_{check}"), type_="check")
        for source in SOURCES:
            project.drop_column(f"{source}_amount")
        project.create_check_constraint(
            op.f("ck_project_amounts"), "year_amount >= 0 AND total_amount >= year_amount"
        )
