"""Tables for every action of an approval."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


#: New columns that present rows need a value for.
FILLED = (
    ("notice", "kind"),
    ("seat", "kind"),
    ("seat", "weight"),
    ("task_copy", "note"),
    ("user_account", "email"),
)
BEFORE = {
    "process_instance": {
        "state_known": "state IN ('active', 'completed')",
        "ended_when_not_active": "(state = 'active') = (ended_at IS NULL)",
    },
    "seat": {
        "state_known": "state IN ('open', 'approved', 'rejected', 'returned', 'transferred', 'not_needed', 'withdrawn')",
    },
    "vote": {},
}
AFTER = {
    "process_instance": {
        "state_known": "state IN ('active', 'suspended', 'completed', 'terminated')",
        "ended_when_over": "(state IN ('active', 'suspended')) = (ended_at IS NULL)",
        "suspended_since": "(state = 'suspended') = (suspended_at IS NOT NULL)",
    },
    "seat": {
        "state_known": "state IN ('open', 'waiting', 'approved', 'rejected', 'abstained', 'returned', 'advised', 'transferred', 'not_needed', 'removed', 'withdrawn', 'expired')",
        "kind_known": "kind IN ('vote', 'before', 'after', 'advice')",
        "weight_positive": "weight >= 1",
    },
    "vote": {"voided_by_someone": "(voided_at IS NULL) = (voided_by_id IS NULL)"},
}


def _change_checks(table: str, gone: dict[str, str], new: dict[str, str]) -> None:
    with op.batch_alter_table(table) as batch_op:
        for name in gone:
            batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for name, condition in new.items():
            batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("occasion", sa.String(length=160), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("is_digest", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mail_attempts")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_mail_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("occasion", "user_id", name=op.f("uq_mail_occasion_user_id")),
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mail_unsent",
            ["next_try_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "notice_preference",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("in_app", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "kind IN ('assigned', 'returned', 'urged', 'asked', 'due', 'overdue', 'copied', 'decided')",
            name=op.f("ck_notice_preference_kind_known"),
        ),
        sa.CheckConstraint(
            "mail IN ('now', 'digest', 'never')", name=op.f("ck_notice_preference_mail_known")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notice_preference_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "phrase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_phrase_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
        sa.UniqueConstraint("user_id", "text", name=op.f("uq_phrase_user_id_text")),
    )
    op.create_table(
        "request_key",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_request_key_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("key", "user_id", name=op.f("pk_request_key")),
    )
    with op.batch_alter_table("request_key", schema=None) as batch_op:
        batch_op.create_index("ix_request_key_used", ["used_at"], unique=False)

    op.create_table(
        "substitution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_substitution_first_before_last")),
        sa.CheckConstraint("owner_id <> substitute_id", name=op.f("ck_substitution_somebody_else")),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["user_account.id"],
            name=op.f("fk_substitution_made_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_substitution_owner_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"],
            ["user_account.id"],
            name=op.f("fk_substitution_substitute_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    with op.batch_alter_table("substitution", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_substitution_owner_id_last_day"), ["owner_id", "last_day"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_substitution_substitute_id_last_day"),
            ["substitute_id", "last_day"],
            unique=False,
        )

    op.create_table(
        "conflict_of_interest",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_code", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_code"],
            ["organisation.code"],
            name=op.f("fk_conflict_of_interest_organisation_code_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_conflict_of_interest_user_id_user_account"),
        ),
        sa.PrimaryKeyConstraint(
            "user_id", "organisation_code", name=op.f("pk_conflict_of_interest")
        ),
    )
    op.create_table(
        "rotation",
        sa.Column("definition_key", sa.String(length=100), nullable=False),
        sa.Column("step_id", sa.String(length=100), nullable=False),
        sa.Column("last", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("definition_key", "step_id", name=op.f("pk_rotation")),
    )
    op.create_table(
        "refused_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("sentence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_refused_request_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_request")),
    )
    with op.batch_alter_table("refused_request") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_refused_request_user_id_at"), ["user_id", "at"], unique=False
        )

    op.create_table(
        "urge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("urged_by_id", sa.Uuid(), nullable=False),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_urge_instance_id_process_instance"),
        ),
        sa.ForeignKeyConstraint(
            ["urged_by_id"], ["user_account.id"], name=op.f("fk_urge_urged_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urge")),
    )
    with op.batch_alter_table("urge", schema=None) as batch_op:
        batch_op.create_index("ix_urge_instance", ["instance_id", "id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_to_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("consented", sa.Boolean(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('clarification', 'withdrawal')", name=op.f("ck_question_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_question_asked_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["asked_to_id"], ["user_account.id"], name=op.f("fk_question_asked_to_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_question_instance_id_process_instance"),
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["user_task.id"], name=op.f("fk_question_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_question_asked_to", ["asked_to_id", "answered_at", "id"], unique=False
        )
        batch_op.create_index("ix_question_instance", ["instance_id", "id"], unique=False)

    op.create_table(
        "return_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("vote_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.String(length=100), nullable=False),
        sa.Column("target", sa.String(length=100), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_mended", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by_id IS NULL)",
            name=op.f("ck_return_point_answered_by"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_mended IS NULL)",
            name=op.f("ck_return_point_answered_how"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["user_account.id"],
            name=op.f("fk_return_point_answered_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_return_point_instance_id_process_instance"),
        ),
        sa.ForeignKeyConstraint(
            ["vote_id"], ["vote.id"], name=op.f("fk_return_point_vote_id_vote")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_point")),
    )
    with op.batch_alter_table("return_point", schema=None) as batch_op:
        batch_op.create_index("ix_return_point_instance", ["instance_id", "id"], unique=False)
        batch_op.create_index(
            "ix_return_point_process",
            ["process_key", "returned_at", "step_id", "reason"],
            unique=False,
        )

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=20), nullable=False, server_default="overdue")
        )

    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("previous_state", sa.LargeBinary(), nullable=True))
        batch_op.drop_constraint(
            batch_op.f("uq_process_instance_process_key_business_key"), type_="unique"
        )

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=20), nullable=False, server_default="vote")
        )
        batch_op.add_column(sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("added_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("on_behalf_of_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_seat_on_behalf_of_id_user_account"),
            "user_account",
            ["on_behalf_of_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_seat_added_by_id_user_account"), "user_account", ["added_by_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_seat_parent_id_seat"), "seat", ["parent_id"], ["id"]
        )

    with op.batch_alter_table("task_copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copied_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_task_copy_copied_by_id_user_account"),
            "user_account",
            ["copied_by_id"],
            ["id"],
        )

    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("email", sa.String(length=200), nullable=False, server_default="")
        )

    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("read_by_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_user_task_read_by_id_user_account"),
            "user_account",
            ["read_by_id"],
            ["id"],
        )
        batch_op.add_column(
            sa.Column("clock_stopped_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("returned_from", sa.String(length=201), nullable=True))
        batch_op.add_column(sa.Column("alarm_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index("ix_user_task_due")
        batch_op.create_index(
            "ix_user_task_alarm",
            ["alarm_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open' AND alarm_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'open' AND alarm_at IS NOT NULL"),
        )
    op.execute(
        "UPDATE user_task SET alarm_at = due_at WHERE state = 'open' AND reminded_at IS NULL"
    )

    op.create_index("ix_attachment_content_hash", "attachment", ["content_hash"], unique=False)

    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.add_column(sa.Column("on_behalf_of_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("batch_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("signature", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("voided_by_id", sa.Uuid(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_vote_seat_id"), type_="unique")
        batch_op.create_index(
            "uq_vote_seat",
            ["seat_id"],
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_vote_voided_by_id_user_account"),
            "user_account",
            ["voided_by_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_vote_on_behalf_of_id_user_account"),
            "user_account",
            ["on_behalf_of_id"],
            ["id"],
        )

    for table, column in FILLED:
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(column, server_default=None)
    for table, checks in BEFORE.items():
        _change_checks(table, checks, AFTER[table])
    op.create_index(
        "uq_process_instance_run",
        "process_instance",
        ["process_key", "business_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'terminated'"),
        postgresql_where=sa.text("state <> 'terminated'"),
    )
    with op.batch_alter_table("notice") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_notice_kind_known"),
            "kind IN ('assigned', 'returned', 'urged', 'asked', 'due', 'overdue', 'copied', 'decided')",
        )


def downgrade() -> None:
    op.drop_index("ix_attachment_content_hash", table_name="attachment")
    op.drop_index(
        "uq_process_instance_run",
        "process_instance",
        sqlite_where=sa.text("state <> 'terminated'"),
        postgresql_where=sa.text("state <> 'terminated'"),
    )
    with op.batch_alter_table("notice") as batch_op:
        batch_op.drop_constraint(op.f("ck_notice_kind_known"), type_="check")
    for table, checks in AFTER.items():
        _change_checks(table, checks, BEFORE[table])
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_vote_on_behalf_of_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_vote_voided_by_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_index(
            "uq_vote_seat",
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )
        batch_op.create_unique_constraint(batch_op.f("uq_vote_seat_id"), ["seat_id"])
        batch_op.drop_column("voided_by_id")
        batch_op.drop_column("voided_at")
        batch_op.drop_column("signature")
        batch_op.drop_column("batch_id")
        batch_op.drop_column("on_behalf_of_id")

    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_user_task_alarm",
            sqlite_where=sa.text("state = 'open' AND alarm_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'open' AND alarm_at IS NOT NULL"),
        )
        batch_op.create_index("ix_user_task_due", ["state", "due_at"], unique=False)
        batch_op.drop_column("alarm_at")
        batch_op.drop_column("returned_from")
        batch_op.drop_column("clock_stopped_at")
        batch_op.drop_constraint(
            batch_op.f("fk_user_task_read_by_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_column("read_by_id")
        batch_op.drop_column("read_at")

    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_column("email")

    with op.batch_alter_table("task_copy", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_task_copy_copied_by_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_column("note")
        batch_op.drop_column("copied_by_id")

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_seat_parent_id_seat"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_seat_added_by_id_user_account"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("fk_seat_on_behalf_of_id_user_account"), type_="foreignkey"
        )
        batch_op.drop_column("on_behalf_of_id")
        batch_op.drop_column("added_by_id")
        batch_op.drop_column("parent_id")
        batch_op.drop_column("weight")
        batch_op.drop_column("kind")

    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f("uq_process_instance_process_key_business_key"),
            ["process_key", "business_key"],
        )
        batch_op.drop_column("previous_state")
        batch_op.drop_column("suspended_at")

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_column("kind")

    with op.batch_alter_table("return_point", schema=None) as batch_op:
        batch_op.drop_index("ix_return_point_process")
        batch_op.drop_index("ix_return_point_instance")

    op.drop_table("return_point")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index("ix_question_instance")
        batch_op.drop_index("ix_question_asked_to")

    op.drop_table("question")
    with op.batch_alter_table("urge", schema=None) as batch_op:
        batch_op.drop_index("ix_urge_instance")

    op.drop_table("urge")
    with op.batch_alter_table("refused_request") as batch_op:
        batch_op.drop_index(batch_op.f("ix_refused_request_user_id_at"))

    op.drop_table("rotation")
    op.drop_table("conflict_of_interest")
    op.drop_table("refused_request")
    with op.batch_alter_table("substitution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_substitution_substitute_id_last_day"))
        batch_op.drop_index(batch_op.f("ix_substitution_owner_id_last_day"))

    op.drop_table("substitution")
    with op.batch_alter_table("request_key", schema=None) as batch_op:
        batch_op.drop_index("ix_request_key_used")

    op.drop_table("request_key")
    op.drop_table("phrase")
    op.drop_table("notice_preference")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_mail_unsent",
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.drop_table("mail")
