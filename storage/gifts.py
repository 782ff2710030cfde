"""Gift codes: packs that were bought for somebody else. Each is redeemed once."""

from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from core.payments.charges import Charge
from core.payments.credits import LotSource, MovementKind
from core.payments.gifts import Gift, Redemption
from storage.credits import has_entry, open_lot, restore, take_back
from storage.database import Database
from storage.locks import hold
from storage.payment_rows import find_gift, read_gift
from storage.schema import gift_codes
from storage.upsert import insert

_BY_CODE = sa.select(gift_codes).where(gift_codes.c.code == sa.bindparam("by_code"))


def insert_gift(connection: sa.Connection, charge: Charge, code: str, now: float) -> None:
    """Insert the gift of a charge. The caller holds the charge's lock."""
    values = {"code": code, "charge_id": charge.id, "buyer_id": charge.user_id, "units": charge.units}
    connection.execute(insert(gift_codes).values(created_at=now, **values))


def take_gift(connection: sa.Connection, charge_id: str, now: float) -> None:
    """Withdraw the gift of a refunded charge, or take the units from who redeemed it. The caller holds the lock."""
    gift = find_gift(connection, charge_id)
    if gift is None:
        return
    if gift.redeemed_by is not None:
        take_back(connection, f"g:{gift.code}", now)
    else:
        _update(connection, gift, withdrawn_at=now)


def restore_gift(connection: sa.Connection, charge_id: str, now: float) -> None:
    """Undo `take_gift`, because Telegram refused the refund. The caller holds the charge's lock."""
    gift = find_gift(connection, charge_id)
    if gift is None:
        return
    if gift.redeemed_by is not None:
        restore(connection, f"g:{gift.code}", now)
    else:
        _update(connection, gift, withdrawn_at=None)


def _update(connection: sa.Connection, gift: Gift, **values: Any) -> Gift:
    own = sa.update(gift_codes).where(gift_codes.c.code == gift.code)
    return read_gift(connection.execute(own.values(values).returning(*gift_codes.c)).one())


def _find(connection: sa.Connection, code: str) -> Gift | None:
    row = connection.execute(_BY_CODE, {"by_code": code}).first()
    return None if row is None else read_gift(row)


class Gifts:
    """Every read and write of the table of gift codes but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, code: str) -> Gift | None:
        """Return the gift of a code, or None."""
        return await self._database.read(lambda connection: _find(connection, code))

    async def of_charge(self, charge_id: str) -> Gift | None:
        """Return the gift that a charge paid, or None."""
        return await self._database.read(lambda connection: find_gift(connection, charge_id))

    async def redeem(self, code: str, user_id: int, cause: str = "") -> tuple[Redemption, Gift | None]:
        """Give the units of a code to a user, exactly once. Its buyer may redeem it, too.

        `cause` is the key of the user's message. A message that has redeemed the code before gets REDEEMED again.
        """
        now, entry = self._clock.now(), f"received:{cause}" if cause else ""

        def unit(connection: sa.Connection) -> tuple[Redemption, Gift | None]:
            gift = _find(connection, code)
            if gift is None:
                return Redemption.UNKNOWN, None
            hold(connection, "charge", gift.charge_id)
            gift = _find(connection, code)
            if gift is None:
                return Redemption.UNKNOWN, None
            if gift.redeemed_by is not None:
                if gift.redeemed_by != user_id:
                    return Redemption.TAKEN, gift
                is_repeated = has_entry(connection, f"g:{code}", entry)
                return (Redemption.REDEEMED if is_repeated else Redemption.KNOWN), gift
            if gift.withdrawn_at is not None:
                return Redemption.WITHDRAWN, gift
            source, kind = LotSource.GIFT, MovementKind.RECEIVED
            open_lot(connection, f"g:{code}", user_id, source, kind, gift.units, now, cause=entry)
            return Redemption.REDEEMED, _update(connection, gift, redeemed_by=user_id, redeemed_at=now)

        return await self._database.write(unit)
