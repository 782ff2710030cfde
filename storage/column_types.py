"""Column types that differ between SQLite and PostgreSQL."""

import sqlalchemy as sa

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number that the database gives out: on SQLite an INTEGER, which has 64 bits, too."""
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""A text in ranges, compared byte by byte whatever the collation of the database."""
