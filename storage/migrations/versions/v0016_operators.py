"""Subscriptions that the bot cancels at Telegram."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    _create_subscription_stops()


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
