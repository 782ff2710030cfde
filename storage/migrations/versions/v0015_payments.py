"""Payments: orders, charges, refunds, credits, subscriptions, gift codes and accepted terms."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, KEY

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of payments, and let requests name the lot that pays for them.

    An older program may run beside this schema as long as STARS is off everywhere: it does not know `credit_lot_id`, so
    at the end of a paid request without a picture it would give a unit of the free day back and not the credit.
    """
    op.add_column("requests", sa.Column("credit_lot_id", sa.Text))
    _create_orders()
    _create_refunds()
    _create_credits()
    _create_subscriptions()
    _create_gift_codes()
    op.create_table(
        "accepted_terms",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_accepted_terms"),
    )


def _create_orders() -> None:
    op.create_table(
        "star_orders",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("cause", KEY, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("checked_at", sa.Float),
        sa.Column("charge_id", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_star_orders"),
        sa.UniqueConstraint("cause", name="uq_star_orders_cause"),
    )
    op.create_index("ix_star_orders_user_id", "star_orders", ["user_id"])
    op.create_table(
        "star_charges",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("order_id", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("paid_at", sa.Float, nullable=False),
        sa.Column("is_renewal", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("expires_at", sa.Float),
        sa.Column("income", sa.Integer),
        sa.Column("found_by", sa.Text, nullable=False),
        sa.Column("told_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_star_charges"),
    )
    op.create_index("ix_star_charges_user_id_paid_at", "star_charges", ["user_id", "paid_at"])
    _create_partial_index("ix_star_charges_untold", "star_charges", "id", "told_at IS NULL")


def _create_refunds() -> None:
    op.create_table(
        "star_refunds",
        sa.Column("charge_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Float),
        sa.Column("reason", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.Float),
        sa.Column("done_at", sa.Float),
        sa.Column("found_by", sa.Text),
        sa.Column("told_at", sa.Float),
        sa.PrimaryKeyConstraint("charge_id", name="pk_star_refunds"),
    )
    op.create_index("ix_star_refunds_state", "star_refunds", ["state"])
    _create_partial_index("ix_star_refunds_untold", "star_refunds", "charge_id", "told_at IS NULL")


def _create_credits() -> None:
    op.create_table(
        "credit_lots",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("left", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_credit_lots"),
    )
    _create_partial_index("ix_credit_lots_unspent", "credit_lots", "user_id", '"left" <> 0')
    _create_partial_index(
        "ix_credit_lots_expiring", "credit_lots", "expires_at", 'expires_at IS NOT NULL AND "left" > 0'
    )
    op.create_table(
        "credit_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("lot_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("request_id", sa.BigInteger),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credit_entries"),
        sa.UniqueConstraint("lot_id", "cause", name="uq_credit_entries_lot_id_cause"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_credit_entries_user_id_id", "credit_entries", ["user_id", "id"])


def _create_subscriptions() -> None:
    op.create_table(
        "star_subscriptions",
        sa.Column("user_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("charge_id", sa.Text, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("stopped_by_bot", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("user_id", name="pk_star_subscriptions"),
    )


def _create_gift_codes() -> None:
    op.create_table(
        "gift_codes",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("charge_id", sa.Text, nullable=False),
        sa.Column("buyer_id", sa.BigInteger, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("redeemed_by", sa.BigInteger),
        sa.Column("redeemed_at", sa.Float),
        sa.Column("withdrawn_at", sa.Float),
        sa.PrimaryKeyConstraint("code", name="pk_gift_codes"),
        sa.UniqueConstraint("charge_id", name="uq_gift_codes_charge_id"),
    )
    op.create_index("ix_gift_codes_buyer_id", "gift_codes", ["buyer_id"])


def _create_partial_index(name: str, table: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
