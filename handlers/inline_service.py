"""Draws what inline messages ask for, each once, whether the choice or a press asks for it."""

from dataclasses import replace

import structlog

from chat import inline_results
from chat.bot_switches import BotSwitches
from chat.captions import caption
from chat.errors import Rejected, Unreachable
from chat.inline_messages import InlineMessages
from chat.sender import Sender
from chat.translations import Translator
from core.model import AspectRatio, GenerationRequest, Origin, State
from core.reply_target import ReplyTarget
from generation.engine import Engine
from handlers import origins
from handlers.generation_service import GenerationService
from handlers.outcome import Outcome
from storage.inline_prompts import InlinePrompt, InlinePrompts
from storage.requests import Requests

log = structlog.get_logger(__name__)


class InlineService:
    """Starts the generations of inline messages.

    `needs_private_chat` is whether a picture can be shown only if its user has started the private chat with the bot.
    """

    def __init__(
        self,
        *,
        generation_service: GenerationService,
        engine: Engine,
        requests: Requests,
        inline_prompts: InlinePrompts,
        inline_messages: InlineMessages,
        sender: Sender,
        switches: BotSwitches,
        needs_private_chat: bool,
    ) -> None:
        self._generation_service = generation_service
        self._engine = engine
        self._requests = requests
        self._inline_prompts = inline_prompts
        self._inline_messages = inline_messages
        self._sender = sender
        self._switches = switches
        self._needs_private_chat = needs_private_chat

    async def draw(
        self,
        prompt: InlinePrompt,
        ratio: AspectRatio | None,
        inline_message_id: str,
        translate: Translator,
        *,
        query_id: str | None = None,
    ) -> Outcome:
        """Draw a prompt for an inline message, or say there why not. `query_id` is the press that asks for it.

        Without a press, nothing is drawn once the user has pressed Cancel, not even if that was a moment ago.
        """
        origin = origins.of_inline(prompt.key, prompt.user_id, inline_message_id, translate.language)
        if query_id is None and await self._is_dropped(origin):
            return Outcome.REFUSED
        if query_id is not None and await self._show_drawn(origin, translate, query_id):
            return Outcome.REPEATED
        if self._needs_private_chat and not await self._inline_messages.can_write_to(prompt.user_id):
            if query_id is not None:
                await self._sender.toast(query_id)
            below = translate("inline-start-first")
            await self._inline_messages.edit_text(
                origin.place,
                inline_results.with_prompt(translate, prompt.prompt, below),
                keyboard=inline_results.start_first(translate, self._switches, prompt.id, ratio),
            )
            return Outcome.REFUSED
        request = GenerationRequest(origin, prompt.prompt, ratio, prompt.source)
        outcome = await self._generation_service.submit(request, translate, query_id=query_id)
        if query_id is None and await self._is_dropped(origin):
            accepted = await self._requests.by_key(origin.key)
            if accepted is not None:
                await self._engine.cancel(accepted.id)
        return outcome

    async def draw_in_private_chat(
        self, prompt: InlinePrompt, ratio: AspectRatio | None, translate: Translator
    ) -> None:
        """Draw a guest's prompt for the private chat, because there is no answer that could be edited into the picture.

        A guest without a private chat keeps the button of the answer, if there is one.
        """
        origin = Origin(prompt.key, prompt.user_id, ReplyTarget(prompt.user_id), translate.language)
        if await self._is_dropped(origin):
            return
        text = inline_results.with_prompt(translate, prompt.prompt, translate("guest-in-private"))
        try:
            message_id = await self._sender.send_text(origin.place, text)
        except (Unreachable, Rejected) as error:
            log.info("guest not answered", error=str(error))
            return
        origin = replace(origin, place=ReplyTarget(prompt.user_id, reply_to=message_id))
        request = GenerationRequest(origin, prompt.prompt, ratio, prompt.source)
        await self._generation_service.submit(request, translate)

    async def _is_dropped(self, origin: Origin) -> bool:
        return await self._inline_prompts.has(origins.drop_key(origin))

    async def _show_drawn(self, origin: Origin, translate: Translator, query_id: str) -> bool:
        """Show a picture that was drawn for the private chat in the inline message. Return False without one."""
        drawn = await self._requests.by_key(origin.key)
        if drawn is None or drawn.user_id != origin.user_id or drawn.place.inline_message_id is not None:
            return False
        if drawn.state is not State.DELIVERED or not drawn.is_visible:
            return False
        await self._sender.toast(query_id)
        file_id, kind = drawn.require_file()
        await self._inline_messages.show_picture(
            origin.place,
            file_id,
            kind,
            caption(drawn.prompt),
            inline_results.under_picture(translate, self._switches, drawn),
            spoiler=drawn.spoiler,
        )
        return True
