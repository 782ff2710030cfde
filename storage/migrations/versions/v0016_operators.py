"""The bot for its operators: users, actions of admins, daily limits of single users, statistics, and broadcasts."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, KEY

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. A background task fills the one of users (storage.users_takeover)."""
    _create_users()
    _create_admin_actions()
    _create_user_limits()
    _create_daily_statistics()
    _create_subscription_stops()
    _create_broadcasts()


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("first_day", sa.Text),
        sa.Column("last_day", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("username", sa.Text),
        sa.Column("private_chat", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("blocked_at", sa.Float),
        sa.Column("unsubscribed_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )


def _create_admin_actions() -> None:
    op.create_table(
        "admin_actions",
        sa.Column("id", ID, nullable=False),
        sa.Column("cause", KEY, nullable=False),
        sa.Column("admin_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.BigInteger),
        sa.Column("details", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_admin_actions"),
        sa.UniqueConstraint("cause", name="uq_admin_actions_cause"),
        sqlite_autoincrement=True,
    )
    with_subject = sa.text("subject_id IS NOT NULL")
    op.create_index(
        "ix_admin_actions_subject_id_id",
        "admin_actions",
        ["subject_id", "id"],
        sqlite_where=with_subject,
        postgresql_where=with_subject,
    )


def _create_user_limits() -> None:
    op.create_table(
        "user_limits",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("daily", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_user_limits"),
    )


def _create_daily_statistics() -> None:
    op.create_table(
        "daily_statistics",
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("figures", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_daily_statistics"),
    )


def _create_subscription_stops() -> None:
    op.create_table(
        "subscription_stops",
        sa.Column("charge_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("wanted_at", sa.Float, nullable=False),
        sa.Column("done_at", sa.Float),
        sa.PrimaryKeyConstraint("charge_id", name="pk_subscription_stops"),
    )
    is_open = sa.text("done_at IS NULL")
    op.create_index(
        "ix_subscription_stops_open",
        "subscription_stops",
        ["charge_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _create_broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("admin_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("keyboard", sa.Text),
        sa.Column("languages", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("due_at", sa.Float),
        sa.Column("panel_message_id", sa.BigInteger),
        sa.Column("total", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_user_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("sending_user_id", sa.BigInteger),
        sa.Column("sent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("unreachable", sa.Integer, nullable=False, server_default="0"),
        sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
        sa.Column("unknown", sa.Integer, nullable=False, server_default="0"),
        sa.Column("started_at", sa.Float),
        sa.Column("finished_at", sa.Float),
        sa.Column("shown_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
        sa.UniqueConstraint("key", name="uq_broadcasts_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_broadcasts_state", "broadcasts", ["state"])
    op.create_index("ix_broadcasts_admin_id_panel_message_id", "broadcasts", ["admin_id", "panel_message_id"])
