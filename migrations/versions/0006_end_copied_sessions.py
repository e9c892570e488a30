"""End copied sessions: a number in the account that the session cookie must know."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_account") as batch_op:
        batch_op.add_column(sa.Column("session_epoch", sa.Integer(), nullable=True))
    op.execute("UPDATE user_account SET session_epoch = 0")
    with op.batch_alter_table("user_account") as batch_op:
        batch_op.alter_column("session_epoch", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("user_account") as batch_op:
        batch_op.drop_column("session_epoch")
