"""Groups: a shared history, shares of members, words, spoilers, approval, and reports of pictures."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, KEY

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the choices of groups, the tables of members' units, words and reports, and three other columns."""
    op.add_column("preferences", sa.Column("shared_history", sa.Boolean))
    op.add_column("preferences", sa.Column("member_daily", sa.Integer))
    op.add_column("preferences", sa.Column("spoiler", sa.Boolean))
    op.add_column("preferences", sa.Column("approval", sa.Boolean))
    op.add_column("requests", sa.Column("approval", sa.Text))
    op.add_column("requests", sa.Column("hidden_at", sa.Float))
    op.add_column("batches", sa.Column("question_message_id", sa.BigInteger))
    in_group = sa.text("chat_id < 0")
    op.create_index(
        "ix_requests_of_groups",
        "requests",
        ["chat_id", "id"],
        sqlite_where=in_group,
        postgresql_where=in_group,
    )
    op.create_table(
        "member_quotas",
        sa.Column("chat_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.CheckConstraint("used >= 0", name="ck_member_quotas_never_negative"),
        sa.PrimaryKeyConstraint("chat_id", "user_id", "day", name="pk_member_quotas"),
    )
    op.create_table(
        "group_words",
        sa.Column("chat_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "word", name="pk_group_words"),
    )
    _create_reports()


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("request_id", sa.BigInteger, nullable=False),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("chat_title", sa.Text),
        sa.Column("reporter_id", sa.BigInteger),
        sa.Column("reporter_name", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("reported_at", sa.Float, nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("request_id", name="uq_reports_request_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_reporter_id_reported_at", "reports", ["reporter_id", "reported_at"])
    op.create_index("ix_reports_author_id", "reports", ["author_id"])
    op.create_table(
        "report_messages",
        sa.Column("chat_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("message_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("report_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name="pk_report_messages"),
    )
    op.create_index("ix_report_messages_report_id", "report_messages", ["report_id"])
