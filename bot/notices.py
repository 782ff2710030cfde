"""Messages about updates that are not handled, or not yet."""

from enum import StrEnum

import structlog

from bot.raw_updates import RawUpdate, addressee_of
from chat.errors import Rejected, SendError, Unreachable
from chat.guest_answers import GuestAnswers
from chat.invoices import Invoices
from chat.languages import LanguageResolver
from chat.private_replies import PrivateReplies
from chat.sender import Sender

log = structlog.get_logger(__name__)


class Notice(StrEnum):
    """The reason for which an update is not handled, or not yet."""

    TOO_FAST = "too-fast"
    NOT_KEPT = "not-kept"
    WAITS = "waits"
    UNREADABLE = "unreadable"
    CHECKOUT = "checkout"


class Notices:
    """Sends a notice to the user behind an update.

    It is a toast for a press, a private reply to a message, the one answer to a guest's message, and a no to a
    pre-checkout query.
    """

    def __init__(
        self,
        *,
        sender: Sender,
        private_replies: PrivateReplies,
        guest_answers: GuestAnswers,
        invoices: Invoices,
        languages: LanguageResolver,
    ) -> None:
        self._sender = sender
        self._guest_answers = guest_answers
        self._invoices = invoices
        self._private_replies = private_replies
        self._languages = languages

    async def send(self, update: RawUpdate, notice: Notice) -> bool:
        """Send a notice to the user behind an update. Return False if a retry may succeed.

        The update is raw, because a notice must also reach the sender of an update that cannot be parsed.
        """
        addressee = addressee_of(update)
        if addressee is None:
            return True
        if addressee.checkout_id is not None:
            return await self._refuse_checkout(addressee.checkout_id, addressee.language_code, notice)
        place = addressee.place
        translate = await self._languages.translator(
            addressee.user_id, addressee.language_code, chat_id=place.chat_id if place else None
        )
        try:
            if addressee.query_id is not None:
                await self._sender.toast(addressee.query_id, translate.raw(f"notice-{notice}"))
            elif addressee.guest_query_id is not None:
                text = translate(f"notice-{notice}")
                await self._guest_answers.say(addressee.guest_query_id, addressee.user_id, text, translate)
            elif place is not None:
                await self._private_replies.send(place, addressee.user_id, translate(f"notice-{notice}"))
        except SendError as error:
            log.info("notice not sent", notice=notice, error=type(error).__name__)
            return isinstance(error, Unreachable | Rejected)
        return True

    async def _refuse_checkout(self, query_id: str, language_code: str | None, notice: Notice) -> bool:
        """Answer a pre-checkout query with a no, in the language of the user's app: the ledger may not answer."""
        text = self._languages.of_app(language_code).raw(f"notice-{notice}")
        try:
            await self._invoices.answer_checkout(query_id, text)
        except SendError as error:
            log.warning("checkout not answered", error=str(error))
        return True
