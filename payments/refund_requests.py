"""The messages that show a request for a refund to the bot's admins, each in private."""

from collections.abc import Collection

import structlog

from chat.captions import one_line
from chat.dates import moment
from chat.errors import SendError
from chat.languages import LanguageResolver
from chat.sender import Sender
from chat.shop_keyboards import refund_decisions
from chat.translations import Translator
from core.clock import Clock
from core.payments.refunds import Purchase, RefundState
from core.reply_target import ReplyTarget
from storage.charges import Charges
from storage.refunds import Refunds

log = structlog.get_logger(__name__)

_LONGEST_REASON, _LONGEST_NAME = 1_000, 64
"""In UTF-16 units."""


_SENDING_SECONDS = 120.0
"""Age up to which the handler of a request may still send it."""


class RefundRequests:
    """Sends requests for refunds to `admins`, and shows decisions. Errors of sending are logged.

    A request that reached no admin is sent again with the next `send_waiting`.
    """

    def __init__(
        self,
        *,
        charges: Charges,
        refunds: Refunds,
        sender: Sender,
        languages: LanguageResolver,
        clock: Clock,
        admins: Collection[int],
    ) -> None:
        self._charges = charges
        self._refunds = refunds
        self._sender = sender
        self._languages = languages
        self._clock = clock
        self._admins = sorted(admins)

    async def send(self, purchase: Purchase) -> bool:
        """Send a request to all admins, and return whether one of them has it."""
        reached = False
        for admin in self._admins:
            translate = await self._languages.translator_of(admin)
            keyboard = refund_decisions(translate, purchase.charge)
            try:
                await self._sender.send_text(
                    ReplyTarget(admin), self._text(purchase, translate), keyboard=keyboard
                )
                reached = True
            except SendError as error:
                log.warning("request not sent to an admin", admin=admin, error=str(error))
        if reached:
            await self._refunds.passed_on(purchase.charge.id)
        else:
            log.error(
                "request for a refund reached no admin",
                charge=purchase.charge.id,
                user=purchase.charge.user_id,
            )
        return reached

    async def send_waiting(self) -> None:
        """Send the requests that have reached no admin yet. Another replica may be about to send a recent one."""
        before = self._clock.now() - _SENDING_SECONDS
        for refund in await self._refunds.asked():
            if refund.asked_at is None or refund.asked_at > before:
                continue
            purchase = await self._charges.purchase(refund.charge_id)
            if purchase is not None:
                await self.send(purchase)

    async def show_decision(
        self, place: ReplyTarget, purchase: Purchase, admin_name: str, translate: Translator
    ) -> None:
        """Show the decision in the pressed message, without buttons. May be repeated."""
        refund = purchase.refund
        declined = refund is not None and refund.state is RefundState.DECLINED
        decision = translate(
            "refund-decided-decline" if declined else "refund-decided-refund",
            admin=one_line(admin_name, _LONGEST_NAME),
        )
        text = f"{self._text(purchase, translate)}\n\n{decision}"
        await self._sender.edit_text(place.chat_id, place.require_reply_to(), text)

    def _text(self, purchase: Purchase, translate: Translator) -> str:
        """Return the request as HTML: the user, the payment, the use of its pictures, the reason."""
        charge, refund = purchase.charge, purchase.refund
        lines = [
            translate("refund-request-title"),
            translate("refund-request-by", id=str(charge.user_id)),
            translate(
                "refund-request-payment",
                charge=charge.id,
                stars=charge.stars,
                **moment(charge.paid_at, self._clock.now(), translate),
            ),
            translate("refund-request-used", used=purchase.used, units=charge.units),
        ]
        if refund is not None and refund.reason:
            reason = one_line(refund.reason, _LONGEST_REASON)
            lines.append(translate("refund-request-reason", reason=reason))
        return "\n".join(lines)
