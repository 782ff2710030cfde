"""The handler of all errors: answers a user's error, and logs and reports every other one."""

import structlog
from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.filters import ExceptionTypeFilter
from aiogram.types import CallbackQuery, ErrorEvent, Message, TelegramObject

from chat.errors import Rejected, SendError, Unreachable
from chat.guest_answers import GuestAnswers
from chat.languages import LanguageResolver
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from handlers import origins
from handlers.feature_router import FeatureRouter
from handlers.identity import UserIdentity, is_about_payment, message_of, place_of, user_of
from handlers.old_buttons import old_button_text
from handlers.rejection_texts import RejectionTexts
from handlers.user_errors import ButtonExpired, UserError
from storage.database_errors import StorageUnavailable
from storage.drafts import Drafts

log = structlog.get_logger(__name__)


async def answer_user_error(
    error_event: ErrorEvent,
    sender: Sender,
    private_replies: PrivateReplies,
    rejection_texts: RejectionTexts,
    languages: LanguageResolver,
    drafts: Drafts,
    guest_answers: GuestAnswers,
) -> object:
    """Answer the user's error with its sentence, and refuse the rest of an album."""
    error = error_event.exception
    event = error_event.update.event
    user = user_of(event)
    if user is None or not isinstance(error, UserError):
        return UNHANDLED
    translate = await _translator(event, user, languages)
    try:
        if isinstance(event, CallbackQuery) and isinstance(error, ButtonExpired):
            await sender.alert(event.id, old_button_text(event.data or "", translate))
        elif isinstance(event, CallbackQuery):
            await sender.toast(event.id, rejection_texts.of_error(error, translate))
        elif isinstance(event, Message) and event.guest_query_id is not None:
            text = rejection_texts.of_error(error, translate)
            await guest_answers.say(event.guest_query_id, user.id, text, translate)
        elif isinstance(event, Message):
            if event.media_group_id:
                await drafts.refuse(origins.of_message(event, user, translate.language))
            text = rejection_texts.of_error(error, translate)
            await private_replies.send(place_of(event), user.id, text)
    except SendError as send_error:
        log.warning("answer not sent", update=error_event.update.update_id, error=str(send_error))
    return None


async def report_error(
    error_event: ErrorEvent, sender: Sender, languages: LanguageResolver, guest_answers: GuestAnswers
) -> object:
    """Log an error and tell the user to try again.

    StorageUnavailable is left to the update queue, which handles the update again.
    """
    error, update = error_event.exception, error_event.update
    if isinstance(error, StorageUnavailable):
        return UNHANDLED
    if isinstance(error, SendError):
        log.warning("answer not sent", update=update.update_id, error=str(error))
        return None
    log.error("handler failed", update=update.update_id, exc_info=error)
    event = update.event
    user = user_of(event)
    if user is None:
        return None
    try:
        translate = await _translator(event, user, languages)
        if isinstance(event, CallbackQuery):
            await sender.toast(event.id, translate.raw("internal-error"))
        elif isinstance(event, Message) and event.guest_query_id is not None:
            await guest_answers.say(event.guest_query_id, user.id, translate("internal-error"), translate)
        elif isinstance(event, Message):
            await sender.send_text(place_of(event), translate("internal-error"))
    except SendError as send_error:
        log.warning("error not reported", update=update.update_id, error=str(send_error))
    return None


async def _translator(event: TelegramObject, user: UserIdentity, languages: LanguageResolver) -> Translator:
    message = message_of(event)
    chat_id = message.chat.id if message is not None else None
    return await languages.translator(user.id, user.language_code, chat_id=chat_id)


async def leave_payment(error_event: ErrorEvent) -> object:
    """Leave every error of an update about a payment to the update queue, which never gives a payment up.

    Only a message that Telegram refuses for good ends the update: the payment itself is stored before its confirmation
    is sent.
    """
    error = error_event.exception
    if not isinstance(error, Unreachable | Rejected):
        return UNHANDLED
    log.warning("answer not sent", update=error_event.update.update_id, error=str(error))
    return None


def _is_about_payment(error_event: ErrorEvent) -> bool:
    return is_about_payment(error_event.update.event)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="errors")
    router.errors.register(leave_payment, _is_about_payment)
    router.errors.register(answer_user_error, ExceptionTypeFilter(UserError))
    router.errors.register(report_error)
    return router
