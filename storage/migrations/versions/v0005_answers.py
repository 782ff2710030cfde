"""The identity of source pictures, the answers to a question, and the end of an open question."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three columns, a table and its index."""
    for table in ("requests", "drafts"):
        op.add_column(table, sa.Column("source_unique_id", sa.Text))
    op.add_column("drafts", sa.Column("superseded_at", sa.Float))
    op.create_table(
        "answers",
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("draft_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name="pk_answers"),
    )
    op.create_index("ix_answers_draft_id", "answers", ["draft_id"])
