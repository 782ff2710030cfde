"""Users' own styles, the usual style of a user, and the style of a draft without a prompt."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of styles, and give preferences and drafts a style."""
    op.create_table(
        "styles",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("saved_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_styles"),
    )
    op.add_column("preferences", sa.Column("style", sa.Text))
    op.add_column("drafts", sa.Column("style", sa.Text))
