"""Spoilers of source pictures, questions that were answered, and the detail of a failure."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add four columns and an index for the newest question to a user."""
    op.add_column("requests", sa.Column("failure_detail", sa.Text))
    for table in ("requests", "drafts"):
        spoiler = sa.Column("source_spoiler", sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column(table, spoiler)
    op.add_column("drafts", sa.Column("answered_at", sa.Float))
    op.create_index("ix_drafts_user_id_chat_id_id", "drafts", ["user_id", "chat_id", "id"])
