"""Several replicas on one ledger: their heartbeats, the owners of updates, and the shared rate limits."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of replicas and rate limits, and give each update an owner and a queue."""
    op.create_table(
        "replicas",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("beat_at", sa.Float, nullable=False),
        sa.Column("dead_at", sa.Float),
        sa.Column("trouble", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_replicas"),
    )
    op.create_table(
        "rate_limits",
        sa.Column("chat_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("free_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_rate_limits"),
    )
    op.add_column("inbox", sa.Column("owner", sa.Text))
    op.add_column("inbox", sa.Column("queue", sa.Text))
    op.create_index(
        "ix_inbox_queue_update_id",
        "inbox",
        ["queue", "update_id"],
        sqlite_where=sa.text("queue IS NOT NULL AND payload IS NOT NULL"),
        postgresql_where=sa.text("queue IS NOT NULL AND payload IS NOT NULL"),
    )
