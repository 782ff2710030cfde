"""The bot for its operators: users."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. A background task fills the one of users (storage.users_takeover)."""
    _create_users()


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
