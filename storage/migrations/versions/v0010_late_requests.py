"""The time at which the owner of a request is asked whether it is still wanted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time of the question to the requests."""
    op.add_column("requests", sa.Column("asked_at", sa.Float))
