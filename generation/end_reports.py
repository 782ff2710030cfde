"""Reports the end of a request to its user: in the chat, or in the inline message that asked for it."""

import contextlib

import structlog

from chat.bot_switches import BotSwitches
from chat.captions import caption
from chat.deletion_scheduler import DeletionScheduler
from chat.errors import Rejected, Unsure
from chat.inline_messages import InlineMessages
from chat.inline_results import under_picture, with_prompt
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translations, Translator
from core.model import Approval, FileKind, Request, State
from core.reply_target import ReplyTarget
from generation.end_texts import EndTexts
from generation.signed_links import SignedLinks

log = structlog.get_logger(__name__)

CANCELLED_SECONDS = 30.0
"""Time for which a status message says that its request is cancelled: the user pressed Cancel and knows it."""

NOT_APPROVED_SECONDS = 86_400.0
"""Time for which a group without ephemeral messages shows that a request was not approved: its owner may be absent."""


class EndReports:
    """Sends the last messages of requests. Each call raises a subclass of SendError and may be repeated."""

    def __init__(
        self,
        *,
        end_texts: EndTexts,
        sender: Sender,
        inline_messages: InlineMessages,
        deletion_scheduler: DeletionScheduler,
        private_replies: PrivateReplies,
        translations: Translations,
        switches: BotSwitches,
        links: SignedLinks | None,
    ) -> None:
        self._end_texts = end_texts
        self._sender = sender
        self._inline_messages = inline_messages
        self._deletion_scheduler = deletion_scheduler
        self._private_replies = private_replies
        self._translations = translations
        self._switches = switches
        self._links = links

    async def report(self, request: Request, status: int | None) -> None:
        """Report the end of a request. `status` is the id of its status message, if there is one."""
        translate = self._translations.for_language(request.language)
        if request.place.inline_message_id is not None:
            await self._report_inline(request, translate)
            if status is not None:  # the question whether it is still wanted, in the private chat
                await self._sender.delete(request.place.chat_id, status)
            return
        chat_id = request.place.chat_id
        if request.place.in_group:
            # A reaction that stays is better than a late report.
            with contextlib.suppress(Rejected, Unsure):
                await self._sender.set_reaction(chat_id, request.place.require_reply_to(), None)
        if request.approval in {Approval.DECLINED, Approval.UNANSWERED}:
            if status is not None:  # first, because the group may refuse the reply
                await self._sender.delete(chat_id, status)
            text = await self._end_texts.cancelled(request, translate)
            await self._private_replies.send(
                request.place, request.user_id, text, seconds=NOT_APPROVED_SECONDS
            )
            return
        if request.state is State.CANCELLED:
            if status is not None:
                text = await self._end_texts.cancelled(request, translate)
                await self._sender.edit_text(chat_id, status, text)
                await self._deletion_scheduler.schedule(chat_id, status, CANCELLED_SECONDS)
            return
        if request.state is State.FAILED:
            text, keyboard = await self._end_texts.failed(request, translate)
            await self._sender.send_text(request.place, text, keyboard=keyboard)
        if status is not None and request.state is not State.UNDELIVERABLE:
            await self._sender.delete(chat_id, status)

    async def _report_inline(self, request: Request, translate: Translator) -> None:
        """Show the picture or the last sentence in an inline message."""
        if request.state is State.DELIVERED:
            await self._show_picture(request, translate)
            return
        if request.state is State.CANCELLED:  # the press of Cancel was answered, too
            below = await self._end_texts.cancelled(request, translate)
            await self._inline_messages.edit_text(
                request.place, with_prompt(translate, request.prompt, below)
            )
            return
        below, keyboard = await self._end_texts.failed(request, translate)
        text = with_prompt(translate, request.prompt, below)
        if not await self._inline_messages.edit_text(request.place, text, keyboard=keyboard):
            await self._sender.send_text(ReplyTarget(request.place.chat_id), text, keyboard=keyboard)

    async def _show_picture(self, request: Request, translate: Translator) -> None:
        """Show the picture, or name its place if this chat does not let the bot show it.

        Telegram loads no document from a link but a ZIP or PDF file (Bot API, Sending files).
        """
        picture, kind = request.file_id, request.file_kind or FileKind.PHOTO
        link = None if picture or self._links is None else self._links.sign(request.id)
        keyboard = under_picture(translate, self._switches, request)
        if (picture or kind is FileKind.PHOTO) and await self._inline_messages.show_picture(
            request.place,
            picture or link or "",
            kind,
            caption(request.prompt),
            keyboard,
            spoiler=request.spoiler,
        ):
            return
        log.warning("picture not shown in an inline message", request=request.id)
        if link is not None:
            below = translate("inline-elsewhere-linked", link=link)
        else:
            is_in_private_chat = request.result_message_id is not None
            below = translate("inline-elsewhere" if is_in_private_chat else "inline-elsewhere-stored")
        text = with_prompt(translate, request.prompt, below)
        await self._inline_messages.edit_text(request.place, text, keyboard=keyboard)
