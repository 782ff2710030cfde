"""Costs, results found by message, refused albums, and the tables' names of the glossary."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the index, and rename three tables."""
    op.add_column("requests", sa.Column("cost", sa.Float))
    op.add_column("drafts", sa.Column("language", sa.Text, nullable=False, server_default="en"))
    op.add_column("drafts", sa.Column("refused_at", sa.Float))
    op.drop_index("ix_unsafe_user_id_held_at", "unsafe")
    op.rename_table("unsafe", "moderation_strikes")
    op.execute("ALTER TABLE moderation_strikes RENAME COLUMN held_at TO struck_at")
    op.create_index("ix_moderation_strikes_user_id_struck_at", "moderation_strikes", ["user_id", "struck_at"])
    op.rename_table("facts", "key_values")
    op.rename_table("deletions", "scheduled_deletions")
    op.create_index(
        "ix_requests_chat_id_result_message_id",
        "requests",
        ["chat_id", "result_message_id"],
        sqlite_where=sa.text("result_message_id IS NOT NULL"),
        postgresql_where=sa.text("result_message_id IS NOT NULL"),
    )
