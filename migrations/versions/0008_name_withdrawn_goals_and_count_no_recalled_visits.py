"""Name goals that were withdrawn or refused, and let a recalled visit give its number back."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = "status IN ('draft', 'submitted', 'returned', 'approved', 'superseded')"
SINCE = (
    "status IN ('draft', 'submitted', 'returned', 'withdrawn', 'rejected', 'approved', "
    "'superseded')"
)
VISIT = ["instance_id", "definition_key", "step_id", "visit"]
UNIQUE = "uq_user_task_instance_id_definition_key_step_id_visit"
COUNTS = "state <> 'cancelled' OR outcome <> 'recall'"


def upgrade() -> None:
    with op.batch_alter_table("goal_version") as batch_op:
        batch_op.drop_constraint(op.f("ck_goal_version_status"), type_="check")
        batch_op.create_check_constraint(op.f("ck_goal_version_status"), SINCE)
    # The newest version of a goal that is with nobody says what became of it.
    for status in ("withdrawn", "rejected"):
        op.execute(
            f"UPDATE goal_version SET status = '{status}' WHERE status = 'returned'"
            " AND number = (SELECT max(other.number) FROM goal_version AS other"
            " WHERE other.project_id = goal_version.project_id)"
            " AND project_id IN (SELECT id FROM project"
            f" WHERE link = 'goal' AND link_status = '{status}')"
        )
    with op.batch_alter_table("user_task") as batch_op:
        batch_op.drop_constraint(op.f(UNIQUE), type_="unique")
        batch_op.create_index(
            "uq_user_task_visit",
            VISIT,
            unique=True,
            sqlite_where=sa.text(COUNTS),
            postgresql_where=sa.text(COUNTS),
        )


def downgrade() -> None:
    with op.batch_alter_table("user_task") as batch_op:
        batch_op.drop_index("uq_user_task_visit")
        batch_op.create_unique_constraint(op.f(UNIQUE), VISIT)
    op.execute(
        "UPDATE goal_version SET status = 'returned' WHERE status IN ('withdrawn', 'rejected')"
    )
    with op.batch_alter_table("goal_version") as batch_op:
        batch_op.drop_constraint(op.f("ck_goal_version_status"), type_="check")
        batch_op.create_check_constraint(op.f("ck_goal_version_status"), BEFORE)
