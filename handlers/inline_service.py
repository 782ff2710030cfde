"""Draws what inline messages ask for, each once, whether the choice or a press asks for it."""

from chat import inline_results
from chat.bot_switches import BotSwitches
from chat.inline_messages import InlineMessages
from chat.sender import Sender
from chat.translations import Translator
from core.model import AspectRatio, GenerationRequest
from handlers import origins
from handlers.generation_service import GenerationService
from handlers.outcome import Outcome
from storage.inline_prompts import InlinePrompt


class InlineService:
    """Starts the generations of inline messages.

    `needs_private_chat` is whether a picture can be shown only if its user has started the private chat with the bot.
    """

    def __init__(
        self,
        *,
        generation_service: GenerationService,
        inline_messages: InlineMessages,
        sender: Sender,
        switches: BotSwitches,
        needs_private_chat: bool,
    ) -> None:
        self._generation_service = generation_service
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
        """Draw a prompt for an inline message, or say there why not. `query_id` is the press that asks for it."""
        origin = origins.of_inline(prompt.key, prompt.user_id, inline_message_id, translate.language)
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
        return await self._generation_service.submit(request, translate, query_id=query_id)
