"""Deliver events between instances."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "definition_event",
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("element_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("starts", sa.Boolean(), nullable=False),
        sa.Column("subject_code", sa.String(length=60), nullable=True),
        sa.Column("initiator", sa.String(length=60), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("every", sa.String(length=100), nullable=True),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "due_at IS NULL OR (kind = 'timer' AND starts)",
            name=op.f("ck_definition_event_due_start"),
        ),
        sa.CheckConstraint(
            "kind IN ('message', 'signal', 'timer')", name=op.f("ck_definition_event_kind_known")
        ),
        sa.PrimaryKeyConstraint("process_key", "element_id", name=op.f("pk_definition_event")),
    )
    with op.batch_alter_table("definition_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_definition_event_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_definition_event_name", ["kind", "name"], unique=False)

    op.create_table(
        "event_subscription",
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("waiting_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation", sa.String(length=200), nullable=False),
        sa.Column("definition_key", sa.String(length=100), nullable=False),
        sa.Column("element_id", sa.String(length=100), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('message', 'signal')", name=op.f("ck_event_subscription_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_event_subscription_instance_id_process_instance"),
        ),
        sa.PrimaryKeyConstraint("instance_id", "waiting_id", name=op.f("pk_event_subscription")),
    )
    with op.batch_alter_table("event_subscription", schema=None) as batch_op:
        batch_op.create_index(
            "ix_event_subscription_name", ["kind", "name", "correlation", "since"], unique=False
        )

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("unique_key", sa.String(length=200), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        sa.Column("initiator_id", sa.Uuid(), nullable=True),
        sa.Column("subject_code", sa.String(length=60), nullable=True),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("process_key", sa.String(length=100), nullable=True),
        sa.Column("element_id", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("problem", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Uuid(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'discarded' OR handled_by_id IS NOT NULL",
            name=op.f("ck_message_discarded_by_someone"),
        ),
        sa.CheckConstraint(
            "(state = 'held') = (problem IS NOT NULL)", name=op.f("ck_message_held_because")
        ),
        sa.CheckConstraint(
            "(state IN ('delivered', 'expired', 'discarded')) = (ended_at IS NOT NULL)",
            name=op.f("ck_message_ended_when_over"),
        ),
        sa.CheckConstraint(
            "kind IN ('message', 'signal', 'timer')", name=op.f("ck_message_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('new', 'buffered', 'held', 'delivered', 'expired', 'discarded')",
            name=op.f("ck_message_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["handled_by_id"],
            ["user_account.id"],
            name=op.f("fk_message_handled_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_message_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["initiator_id"], ["user_account.id"], name=op.f("fk_message_initiator_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["process_instance.id"],
            name=op.f("fk_message_sender_id_process_instance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_buffered",
            ["name", "correlation"],
            unique=False,
            sqlite_where=sa.text("state = 'buffered'"),
            postgresql_where=sa.text("state = 'buffered'"),
        )
        batch_op.create_index("ix_message_ended", ["ended_at"], unique=False)
        batch_op.create_index(
            "ix_message_expires",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'buffered'"),
            postgresql_where=sa.text("state = 'buffered'"),
        )
        batch_op.create_index(
            "ix_message_held",
            ["receiver_id"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.create_index(
            "ix_message_new",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.create_index("uq_message_key", ["name", "unique_key"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("uq_message_key")
        batch_op.drop_index(
            "ix_message_new",
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.drop_index(
            "ix_message_held",
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.drop_index(
            "ix_message_expires",
            sqlite_where=sa.text("state = 'buffered'"),
            postgresql_where=sa.text("state = 'buffered'"),
        )
        batch_op.drop_index("ix_message_ended")
        batch_op.drop_index(
            "ix_message_buffered",
            sqlite_where=sa.text("state = 'buffered'"),
            postgresql_where=sa.text("state = 'buffered'"),
        )

    op.drop_table("message")
    with op.batch_alter_table("event_subscription", schema=None) as batch_op:
        batch_op.drop_index("ix_event_subscription_name")

    op.drop_table("event_subscription")
    with op.batch_alter_table("definition_event", schema=None) as batch_op:
        batch_op.drop_index("ix_definition_event_name")
        batch_op.drop_index(
            "ix_definition_event_due",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )

    op.drop_table("definition_event")
