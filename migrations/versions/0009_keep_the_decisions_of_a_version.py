"""Keep the decision models that a deployed diagram asks, as they were when it was deployed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("process_definition") as batch_op:
        # Versions deployed so far ask none; the default is only for their rows.
        batch_op.add_column(sa.Column("decisions", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("process_definition") as batch_op:
        batch_op.alter_column("decisions", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("process_definition") as batch_op:
        batch_op.drop_column("decisions")
