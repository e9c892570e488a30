"""Tell of acts after their commit: what was told, and what was posted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("process_instance") as batch_op:
        batch_op.add_column(sa.Column("told_length", sa.Integer(), nullable=True))
    # Nobody wants to hear today of what happened before the product could tell.
    op.execute("UPDATE process_instance SET told_length = ledger_length")
    with op.batch_alter_table("process_instance") as batch_op:
        batch_op.alter_column("told_length", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index(
            "ix_process_instance_untold",
            ["id"],
            unique=False,
            sqlite_where=sa.text("told_length < ledger_length"),
            postgresql_where=sa.text("told_length < ledger_length"),
        )
    with op.batch_alter_table("notice") as batch_op:
        batch_op.add_column(sa.Column("is_posted", sa.Boolean(), nullable=True))
    op.execute("UPDATE notice SET is_posted = true")
    with op.batch_alter_table("notice") as batch_op:
        batch_op.alter_column("is_posted", existing_type=sa.Boolean(), nullable=False)
        batch_op.create_index(
            "ix_notice_unposted",
            ["id"],
            unique=False,
            sqlite_where=sa.text("NOT is_posted"),
            postgresql_where=sa.text("NOT is_posted"),
        )


def downgrade() -> None:
    with op.batch_alter_table("notice") as batch_op:
        batch_op.drop_index("ix_notice_unposted")
        batch_op.drop_column("is_posted")
    with op.batch_alter_table("process_instance") as batch_op:
        batch_op.drop_index("ix_process_instance_untold")
        batch_op.drop_column("told_length")
