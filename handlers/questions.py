"""The bot's questions for the missing part of a request. A draft remembers each question."""

from chat import keyboards
from chat.captions import one_line
from chat.sender import Sender
from chat.translations import Translator
from core.model import Draft, Origin, SourcePicture
from handlers.prompt import ParsedPrompt
from storage.drafts import Drafts


class Questions:
    """Asks for a prompt or a ratio, once for each origin."""

    def __init__(self, *, sender: Sender, drafts: Drafts) -> None:
        self._sender = sender
        self._drafts = drafts

    async def ask_prompt(
        self,
        origin: Origin,
        parsed: ParsedPrompt,
        translate: Translator,
        source: SourcePicture | None,
        user_name: str,
    ) -> bool:
        """Ask for a prompt, or for the change of a source picture. Return False if that was asked before."""
        draft = await self._drafts.save(origin, prompt=None, ratio=parsed.ratio, source=source)
        if draft.question_message_id is not None:
            return False
        if source is None:
            text, placeholder = translate("ask-prompt"), translate.raw("ask-prompt-placeholder")
        elif origin.place.in_group and user_name:
            # The reply field opens for the users that the text mentions (Bot API, ForceReply.selective).
            text = translate("ask-change-named", name=user_name, id=str(origin.user_id))
            placeholder = translate.raw("ask-change-placeholder")
        else:
            text, placeholder = translate("ask-change"), translate.raw("ask-change-placeholder")
        keyboard = keyboards.ask(placeholder)
        question = await self._sender.send_text(origin.place, text, keyboard=keyboard)
        await self._drafts.set_question(draft.id, question)
        return True

    async def ask_ratio(self, origin: Origin, prompt: str, translate: Translator) -> bool:
        """Ask for a ratio with one button each. Return False if that was asked before."""
        draft = await self._drafts.save(origin, prompt=prompt)
        if draft.question_message_id is not None:
            return False
        text, keyboard = (
            translate("ask-ratio", prompt=one_line(prompt)),
            keyboards.ratios(translate, draft.id),
        )
        question = await self._sender.send_text(origin.place, text, keyboard=keyboard)
        await self._drafts.set_question(draft.id, question)
        return True

    async def revise(self, draft: Draft, question_id: int, prompt: str, translate: Translator) -> None:
        """Replace the prompt of a draft, in its question, too."""
        await self._drafts.revise(draft.id, prompt)
        text, keyboard = (
            translate("ask-ratio", prompt=one_line(prompt)),
            keyboards.ratios(translate, draft.id),
        )
        await self._sender.edit_text(draft.origin.place.chat_id, question_id, text, keyboard=keyboard)
