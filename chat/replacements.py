"""Messages of a group in another form for the one user who pressed a button of them.

The form is an ephemeral message that is shown in the place of the pressed one (Bot API 10.3,
EphemeralMessageParameters, replace_callback_query_message). Nobody else sees a change.
"""

import asyncio
import contextlib

import structlog
from aiogram.methods import DeleteEphemeralMessage, SendDocument, SendPhoto
from aiogram.types import EphemeralMessageParameters, InlineKeyboardMarkup, Message

from chat.api_calls import ApiCaller
from chat.errors import SendError
from chat.limits import Priority
from chat.sender import Sender

log = structlog.get_logger(__name__)

SLOT_SECONDS = 2.0
"""Time to wait for a slot. The press waits for its answer meanwhile."""


class Replacements:
    """Shows pictures of groups with other buttons, to one user each."""

    def __init__(self, *, caller: ApiCaller, sender: Sender) -> None:
        self._caller = caller
        self._sender = sender
        self._ignored = False

    async def show(
        self, pressed: Message, query_id: str, user_id: int, keyboard: InlineKeyboardMarkup
    ) -> bool:
        """Show a pressed picture with other buttons to the user, once. Return False if that does not work.

        The caller answers the press afterwards, because it must be known to the server. A server older than Bot API
        10.2 shows the message to all members: it is deleted, and the process tries no other one.
        """
        method = _copy(pressed, query_id, user_id, keyboard)
        if method is None or self._ignored:
            return False
        chat_id = pressed.chat.id
        try:
            async with asyncio.timeout(SLOT_SECONDS):
                await self._caller.acquire_slot(chat_id, Priority.ANSWER)
            shown = await self._caller.call(method, chat_id)
        except (TimeoutError, SendError) as error:
            log.info("no replacement shown", chat=chat_id, error=str(error))
            return False
        if shown.ephemeral_message_id is not None:
            return True
        log.warning("the Bot API server knows no ephemeral messages")
        self._ignored = True
        with contextlib.suppress(SendError):
            await self._sender.delete(chat_id, shown.message_id)
        return False

    async def remove(self, chat_id: int, user_id: int, ephemeral_id: int) -> None:
        """Show the message itself to the user again. Logs errors instead of raising them."""
        method = DeleteEphemeralMessage(
            chat_id=chat_id, receiver_user_id=user_id, ephemeral_message_id=ephemeral_id
        )
        try:
            await self._caller.with_retries(lambda: self._caller.call(method, chat_id), repeatable=True)
        except SendError as error:
            log.info("replacement not removed", chat=chat_id, error=str(error))


def _copy(
    pressed: Message, query_id: str, user_id: int, keyboard: InlineKeyboardMarkup
) -> SendPhoto | SendDocument | None:
    """Return the call that shows a picture of a group with other buttons, or None for any other message."""
    if pressed.chat.id > 0 or pressed.ephemeral_message_id is not None:
        return None
    parameters = EphemeralMessageParameters(
        receiver_user_id=user_id, callback_query_id=query_id, replace_callback_query_message=True
    )
    thread_id = pressed.message_thread_id if pressed.is_topic_message else None
    if pressed.photo:
        return SendPhoto(
            chat_id=pressed.chat.id,
            message_thread_id=thread_id,
            photo=pressed.photo[-1].file_id,
            caption=pressed.caption,
            caption_entities=pressed.caption_entities,
            parse_mode=None,
            has_spoiler=pressed.has_media_spoiler,
            reply_markup=keyboard,
            ephemeral_message_parameters=parameters,
        )
    if pressed.document is None:
        return None
    return SendDocument(
        chat_id=pressed.chat.id,
        message_thread_id=thread_id,
        document=pressed.document.file_id,
        caption=pressed.caption,
        caption_entities=pressed.caption_entities,
        parse_mode=None,
        reply_markup=keyboard,
        ephemeral_message_parameters=parameters,
    )
