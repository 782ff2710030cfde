"""The first schema: requests, quotas, drafts, preferences, durations, deletions, facts and the inbox."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, KEY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of release 0.1."""
    op.create_table(
        "requests",
        sa.Column("id", ID, primary_key=True),
        sa.Column("key", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("thread_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("ratio", sa.Text),
        sa.Column("source_file_id", sa.Text),
        sa.Column("parent_id", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("quota_day", sa.Text, nullable=False),
        sa.Column("accepted_at", sa.Float, nullable=False),
        sa.Column("creates", sa.Integer, nullable=False, server_default="0"),
        sa.Column("started_at", sa.Float),
        sa.Column("task_id", sa.Text),
        sa.Column("running_at", sa.Float),
        sa.Column("picture_url", sa.Text),
        sa.Column("ready_at", sa.Float),
        sa.Column("failure", sa.Text),
        sa.Column("status_message_id", sa.BigInteger),
        sa.Column("file_id", sa.Text),
        sa.Column("file_kind", sa.Text),
        sa.Column("original_file_id", sa.Text),
        sa.Column("result_message_id", sa.BigInteger),
        sa.Column("finished_at", sa.Float),
        sa.Column("closed_at", sa.Float),
        sa.Column("forget", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.UniqueConstraint("key", name="uq_requests_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_requests_open",
        "requests",
        ["id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_requests_user_id_chat_id_id", "requests", ["user_id", "chat_id", "id"])
    op.create_index(
        "ix_requests_pending",
        "requests",
        ["user_id"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "quotas",
        sa.Column("subject_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("used", sa.Integer, nullable=False),
        sa.CheckConstraint("used >= 0", name="ck_quotas_never_negative"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", ID, primary_key=True),
        sa.Column("key", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("thread_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("prompt", sa.Text),
        sa.Column("ratio", sa.Text),
        sa.Column("source_file_id", sa.Text),
        sa.Column("parent_id", sa.BigInteger),
        sa.Column("question_message_id", sa.BigInteger),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.UniqueConstraint("key", name="uq_drafts_key"),
    )
    op.create_index("ix_drafts_chat_id_question_message_id", "drafts", ["chat_id", "question_message_id"])
    op.create_table(
        "preferences",
        sa.Column("subject_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("ratio", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("who", sa.Text),
        sa.Column("daily", sa.Integer),
    )
    op.create_table(
        "deletions",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("due_at", sa.Float, nullable=False),
    )
    op.create_table(
        "bans",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "durations",
        sa.Column("id", ID, primary_key=True),
        sa.Column("shortest", sa.Float, nullable=False),
        sa.Column("longest", sa.Float, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("payload", sa.Text),
        sa.Column("received_at", sa.Float, nullable=False),
    )
    op.create_index(
        "ix_inbox_unhandled",
        "inbox",
        ["update_id"],
        sqlite_where=sa.text("payload IS NOT NULL"),
        postgresql_where=sa.text("payload IS NOT NULL"),
    )
