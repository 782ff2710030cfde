"""Favourites, the words of searches, and exports."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, KEY

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time at which a picture became a favourite, and create the tables of searches and exports."""
    op.add_column("requests", sa.Column("favourite_at", sa.Float))
    op.create_table(
        "searches",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("searched_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_searches"),
        sa.UniqueConstraint("key", name="uq_searches_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_searches_user_id", "searches", ["user_id"])
    op.create_table(
        "exports",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sa.Column("sent_id", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("files", sa.Integer, nullable=False, server_default="0"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("finished_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
        sa.UniqueConstraint("key", name="uq_exports_key"),
    )
    op.create_index("ix_exports_user_id_asked_at", "exports", ["user_id", "asked_at"])
    op.create_index(
        "ix_exports_open",
        "exports",
        ["id"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
