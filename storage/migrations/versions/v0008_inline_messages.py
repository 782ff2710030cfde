"""Inline messages: the place of a request may be one, and the prompts that they offer."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, KEY

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give each request an inline message, and create the table of prompts."""
    op.add_column("requests", sa.Column("inline_message_id", sa.Text))
    op.create_table(
        "inline_prompts",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("source_file_id", sa.Text),
        sa.Column("parent_id", sa.BigInteger),
        sa.Column("source_spoiler", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("source_unique_id", sa.Text),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inline_prompts"),
        sa.UniqueConstraint("key", name="uq_inline_prompts_key"),
    )
    op.create_index("ix_inline_prompts_user_id", "inline_prompts", ["user_id"])
