"""Messages that show the pictures before an edit."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of comparisons."""
    op.create_table(
        "comparisons",
        sa.Column("chat_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("message_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("edit_id", sa.BigInteger, nullable=False),
        sa.Column("below", sa.BigInteger, nullable=False),
        sa.Column("shown_id", sa.BigInteger),
        sa.Column("sent_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name="pk_comparisons"),
    )
    op.create_index("ix_comparisons_chat_id_below", "comparisons", ["chat_id", "below"])
    op.create_index("ix_comparisons_user_id", "comparisons", ["user_id"])
