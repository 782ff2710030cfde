"""Batches: several requests that were made together and are delivered as one grid."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of batches, and give requests a batch and drafts a number of pictures."""
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("delivering_at", sa.Float),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("file_id", sa.Text),
        sa.Column("file_kind", sa.Text),
        sa.Column("cells", sa.Text),
        sa.Column("columns", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index(
        "ix_batches_chat_id_message_id",
        "batches",
        ["chat_id", "message_id"],
        sqlite_where=sa.text("message_id IS NOT NULL"),
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_index("ix_batches_user_id", "batches", ["user_id"])
    op.add_column("drafts", sa.Column("count", sa.Integer))
    op.add_column("requests", sa.Column("batch_id", sa.BigInteger))
    op.create_index(
        "ix_requests_batch_id",
        "requests",
        ["batch_id"],
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
