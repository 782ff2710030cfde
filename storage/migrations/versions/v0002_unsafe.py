"""Descriptions that were held unsafe move out of the requests, which a user may delete."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and fill it from the requests."""
    op.create_table(
        "unsafe",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("held_at", sa.Float, nullable=False),
    )
    op.create_index("ix_unsafe_user_id_held_at", "unsafe", ["user_id", "held_at"])
    op.execute(
        "INSERT INTO unsafe (user_id, held_at) "
        "SELECT user_id, finished_at FROM requests WHERE failure = 'moderated' AND finished_at IS NOT NULL"
    )
