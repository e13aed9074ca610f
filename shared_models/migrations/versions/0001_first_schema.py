"""The first schema: all tables, and the three assistants."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# A revision keeps its own idea of the columns: the models go on changing, it does not.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

ASSISTANTS = [
    {
        "key": "guide",
        "name": "Guide",
        "description": "Answers questions about this workspace from its help pages.",
        "enabled": True,
        "config": {},
    },
    {
        "key": "docs",
        "name": "Documents",
        "description": "Quotes the passages of your own documents that fit a question best.",
        "enabled": True,
        "config": {},
    },
    {
        "key": "table",
        "name": "Tables",
        "description": "Profiles, filters, groups and sums a CSV file that you attach.",
        "enabled": True,
        "config": {},
    },
]


def upgrade() -> None:
    _create_assistant()
    _create_user()
    _create_login_session()
    _create_enrolment()
    _create_conversation()
    _create_message()
    _create_attachment()
    _create_feedback()
    _create_contact_message()
    _create_audit_event()
    _create_rate_bucket()
    _insert_assistants()


def downgrade() -> None:
    for table in [
        "rate_bucket",
        "audit_event",
        "contact_message",
        "feedback",
        "attachment",
        "message",
        "conversation",
        "enrolment",
        "login_session",
        "user",
        "assistant",
    ]:
        op.drop_table(table)


def _insert_assistants() -> None:
    assistants = sa.table(
        "assistant",
        sa.column("key", sa.String),
        sa.column("name", sa.String),
        sa.column("description", sa.Text),
        sa.column("enabled", sa.Boolean),
        sa.column("config", sa.JSON),
    )
    op.bulk_insert(assistants, ASSISTANTS)


def _create_assistant() -> None:
    op.create_table(
        "assistant",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_assistant")),
    )


def _create_user() -> None:
    op.create_table(
        "user",
        sa.Column("id", KEY, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("default_assistant", sa.String(length=40), nullable=True),
        sa.Column("monthly_quota", sa.Integer(), nullable=False),
        sa.Column("quota_used", sa.Integer(), nullable=False),
        sa.Column("quota_resets_at", INSTANT, nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("temp_secret_expires_at", INSTANT, nullable=True),
        sa.Column("terms_accepted_at", INSTANT, nullable=True),
        sa.Column("deletion_requested_at", INSTANT, nullable=True),
        sa.Column("deletion_reason", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_login_at", INSTANT, nullable=True),
        sa.CheckConstraint("role IN ('user', 'admin')", name=op.f("ck_user_role")),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'disabled', 'deleting')", name=op.f("ck_user_status")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_lower")),
        sa.CheckConstraint("failed_logins >= 0", name=op.f("ck_user_failed_logins")),
        sa.CheckConstraint("monthly_quota >= 0", name=op.f("ck_user_monthly_quota")),
        sa.CheckConstraint("quota_used >= 0", name=op.f("ck_user_quota_used")),
        sa.ForeignKeyConstraint(
            ["default_assistant"],
            ["assistant.key"],
            name=op.f("fk_user_default_assistant_assistant"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sqlite_autoincrement=True,
    )


def _create_login_session() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=255), nullable=True),
        sa.Column("served_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_login_session_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_login_session_user_id_created_at"), "login_session", ["user_id", "created_at"]
    )


def _create_enrolment() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("assistant_key", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["assistant_key"],
            ["assistant.key"],
            name=op.f("fk_enrolment_assistant_key_assistant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_enrolment_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint(
            "user_id", "assistant_key", name=op.f("uq_enrolment_user_id_assistant_key")
        ),
        sqlite_autoincrement=True,
    )


def _create_conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("assistant_key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("last_message_at", INSTANT, nullable=True),
        sa.CheckConstraint("status IN ('open', 'archived')", name=op.f("ck_conversation_status")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_conversation_version")),
        sa.ForeignKeyConstraint(
            ["assistant_key"],
            ["assistant.key"],
            name=op.f("fk_conversation_assistant_key_assistant"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_conversation_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_conversation_user_id_status_last_message_at_id"),
        "conversation",
        ["user_id", "status", "last_message_at", "id"],
    )


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("client_token", sa.String(length=64), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('text', 'table', 'notice')", name=op.f("ck_message_kind")),
        sa.CheckConstraint(
            "sender IN ('user', 'assistant', 'system')", name=op.f("ck_message_sender")
        ),
        sa.CheckConstraint(
            "state IN ('streaming', 'complete', 'failed')", name=op.f("ck_message_state")
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_message_seq")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "conversation_id", "client_token", name=op.f("uq_message_conversation_id_client_token")
        ),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_message_conversation_id_seq")),
        sqlite_autoincrement=True,
    )


def _create_attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("original_name", sa.String(length=255), nullable=False),
        sa.Column("stored_name", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_attachment_size_bytes")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_attachment_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_attachment_message_id_message"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_attachment_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_attachment_stored_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attachment_conversation_id"), "attachment", ["conversation_id"])
    op.create_index(op.f("ix_attachment_message_id"), "attachment", ["message_id"])
    op.create_index(op.f("ix_attachment_user_id"), "attachment", ["user_id"])


def _create_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_feedback_message_id_message"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_feedback_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("user_id", "message_id", name=op.f("uq_feedback_user_id_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_feedback_message_id"), "feedback", ["message_id"])


def _create_contact_message() -> None:
    op.create_table(
        "contact_message",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("handled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_message")),
        sqlite_autoincrement=True,
    )


def _create_audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", KEY, nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("target_type", sa.String(length=40), nullable=False),
        sa.Column("target_id", sa.String(length=64), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("app", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["user.id"],
            name=op.f("fk_audit_event_actor_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_event_actor_id"), "audit_event", ["actor_id"])
    op.create_index(op.f("ix_audit_event_at_id"), "audit_event", ["at", "id"])


def _create_rate_bucket() -> None:
    op.create_table(
        "rate_bucket",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("window_start", INSTANT, nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint("hits >= 1", name=op.f("ck_rate_bucket_hits")),
        sa.PrimaryKeyConstraint("key", "window_start", name=op.f("pk_rate_bucket")),
    )
    op.create_index(op.f("ix_rate_bucket_expires_at"), "rate_bucket", ["expires_at"])
