"""The operator's choices about selling pictures, as handlers need them."""

import hashlib
from dataclasses import dataclass

from chat.translations import Translator
from core.payments.offers import OrderKind, Prices

_TERMS_VERSION = "1"
"""The version of the built-in terms. A change of their meaning needs the next one, so that users accept them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Today's prices, the operator's own terms, and the address for users, as the operator wrote it."""

    prices: Prices
    terms_url: str | None
    contact: str | None

    @property
    def terms_version(self) -> str:
        """The version of the terms that a user has to accept: of the built-in ones, or of the operator's address."""
        if self.terms_url is None:
            return _TERMS_VERSION
        return "url " + hashlib.sha256(self.terms_url.encode()).hexdigest()[:16]

    def terms(self, translate: Translator) -> str:
        """Return the terms as HTML, or the link to the operator's own, with the operator's address."""
        link = self.terms_url
        text = translate("terms") if link is None else translate("terms-link", link=link)
        if self.contact is not None:
            text += "\n\n" + translate("terms-contact", contact=self.contact)
        return text

    def offers(self, kind: OrderKind, units: int, stars: int) -> bool:
        """Return whether so many units are sold for this price today."""
        if kind is OrderKind.SUBSCRIPTION:
            plan = self.prices.plan
            return plan is not None and (plan.units, plan.stars) == (units, stars)
        return any((pack.units, pack.stars) == (units, stars) for pack in self.prices.packs)
