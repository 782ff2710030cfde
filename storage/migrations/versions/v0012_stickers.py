"""Users' sticker sets, and the stickers of their pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of sticker sets and of stickers."""
    op.create_table(
        "sticker_sets",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("created", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("forget", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("name", name="pk_sticker_sets"),
    )
    op.create_index("ix_sticker_sets_user_id", "sticker_sets", ["user_id"])
    op.create_table(
        "stickers",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("request_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("set_name", sa.Text, nullable=False),
        sa.Column("uploaded_id", sa.Text),
        sa.Column("unique_id", sa.Text),
        sa.Column("position", sa.Integer),
        sa.Column("file_id", sa.Text),
        sa.Column("sent_at", sa.Float),
        sa.PrimaryKeyConstraint("user_id", "request_id", name="pk_stickers"),
    )
