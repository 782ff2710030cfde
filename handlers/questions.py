"""The bot's questions for the missing part of a request. A draft remembers each question."""

from dataclasses import replace

from aiogram.types import InlineKeyboardMarkup

from chat import keyboards
from chat.captions import one_line
from chat.sender import Keyboard, Sender
from chat.translations import Translator
from core.model import DEFAULT_RATIO, AspectRatio, Draft, Origin, Request, SourcePicture
from handlers.prompt import ParsedPrompt
from handlers.question_texts import draw_label, problems, question_text
from storage.drafts import Drafts
from storage.preferences import Preferences


class Questions:
    """Asks for a prompt, a ratio, or whether to draw without some flags: once for each origin.

    With `edited`, the question that an earlier form of the message led to is replaced.
    """

    def __init__(self, *, sender: Sender, drafts: Drafts, preferences: Preferences) -> None:
        self._sender = sender
        self._drafts = drafts
        self._preferences = preferences

    async def ask_prompt(
        self,
        origin: Origin,
        parsed: ParsedPrompt,
        translate: Translator,
        source: SourcePicture | None,
        user_name: str,
        *,
        edited: bool = False,
    ) -> bool:
        """Ask for a prompt, or for the change of a source picture. Return False if that was asked before."""
        style = " ".join(parsed.styles) if parsed.styles is not None and not parsed.unknown_style else None
        draft = await self._drafts.save(
            origin, prompt=None, ratio=parsed.ratio, source=source, style=style, count=parsed.count
        )
        if draft.question_message_id is not None:
            if not edited:
                return False
            await self._drafts.revise(draft.id, None, parsed.ratio, source, style=style, count=parsed.count)
            if draft.prompt is None and draft.ratio is parsed.ratio:
                return False  # the same question, perhaps about another picture now
            await self._sender.delete(origin.place.chat_id, draft.question_message_id)
        text, keyboard = _open_question(draft, translate, source, user_name)
        text = " ".join([*problems(parsed, translate, is_edit=source is not None), text])
        question = await self._sender.send_text(origin.place, text, keyboard=keyboard)
        await self._drafts.set_question(draft.id, question)
        return True

    async def ask_choice(
        self,
        origin: Origin,
        parsed: ParsedPrompt,
        translate: Translator,
        source: SourcePicture | None,
        ratio: AspectRatio | None,
        *,
        answered: SourcePicture | None = None,
        plain_words: bool = False,
        preface: str = "",
        edited: bool = False,
    ) -> bool:
        """Ask for a ratio, or whether to draw at all if it is known. Return False if that was asked before.

        The question starts with the preface and names everything in the text that cannot be followed. `answered` is a
        picture that it offers to change instead. `plain_words` is True for words without a command; a bare yes then
        draws them in the known ratio, the first one of several, or the default one.
        """
        ratio_of_yes = None if source is not None else parsed.ratio
        if source is None and (plain_words or answered is not None):
            ratio_of_yes = next(iter(parsed.ratios), ratio or DEFAULT_RATIO)
        content = (parsed.prompt, ratio_of_yes, source or answered, parsed.count)
        draft = await self._drafts.save(
            origin, prompt=parsed.prompt, ratio=ratio_of_yes, source=content[2], count=parsed.count
        )
        both = answered is not None
        text = question_text(parsed, translate, source, ratio, plain_words=plain_words, both=both)
        text = f"{preface} {text}" if preface else text
        if source is not None or (ratio is not None and not plain_words and not both):
            keyboard = keyboards.draw_draft(draw_label(parsed, translate, source), draft.id)
        else:
            offered = () if both and ratio is not None else parsed.ratios or tuple(AspectRatio)
            usual = await self._usual_ratio(origin, parsed)
            keyboard = keyboards.ratios(translate, draft.id, offered, ratio, usual=usual, can_change=both)
        return await self._ask_choice(draft, content, text, keyboard, edited=edited)

    async def repeat_ratio(self, draft: Draft, parsed: ParsedPrompt, translate: Translator) -> None:
        """Ask for the ratio of a draft again, after an answer with one that the model does not draw."""
        about = replace(parsed, prompt=draft.prompt or "")
        text = question_text(about, translate, None, None, both=draft.offers_both)
        offered = parsed.ratios or tuple(AspectRatio)
        keyboard = keyboards.ratios(translate, draft.id, offered, can_change=draft.offers_both)
        await self._sender.send_text(draft.origin.place, text, keyboard=keyboard)

    async def turn_to_ratio(self, draft: Draft, question_id: int, prompt: str, translate: Translator) -> None:
        """Replace a question with buttons by the question for a ratio."""
        text = translate("ask-ratio", prompt=one_line(prompt))
        keyboard = keyboards.ratios(translate, draft.id, tuple(AspectRatio))
        await self._sender.edit_text(draft.origin.place.chat_id, question_id, text, keyboard=keyboard)

    async def ask_about_edit(
        self,
        request: Request,
        parsed: ParsedPrompt,
        translate: Translator,
        prompt: str,
        ratio: AspectRatio | None,
        source: SourcePicture | None,
    ) -> None:
        """Name everything in an edit that cannot be followed, and offer to change the waiting request without it.

        A question about an earlier edit is replaced. The question from which the request came is its status message.
        """
        draft = await self._drafts.save(request.origin, prompt=prompt, ratio=ratio, source=source)
        await self._drafts.revise(draft.id, prompt, ratio, source)
        named = problems(parsed, translate, is_edit=source is not None)
        text = " ".join([*named, translate("edit-not-followed")])
        has_wrong_ratio = parsed.unknown_ratio is not None or bool(parsed.ratios)
        if source is not None or (ratio is not None and not has_wrong_ratio):
            keyboard = keyboards.draw_draft(draw_label(parsed, translate, source), draft.id)
        else:
            keyboard = keyboards.ratios(translate, draft.id, parsed.ratios or tuple(AspectRatio))
        asked = draft.question_message_id
        if asked is not None and asked != request.status_message_id:
            await self._sender.edit_text(request.place.chat_id, asked, text, keyboard=keyboard)
            return
        await self._drafts.set_question(
            draft.id, await self._sender.send_text(request.place, text, keyboard=keyboard)
        )

    async def _usual_ratio(self, origin: Origin, parsed: ParsedPrompt) -> AspectRatio | None:
        """Return the ratio to offer for always. None in a group, beside a named shape, and if the user prefers one."""
        if origin.place.in_group or parsed.names_shape:
            return None
        if (await self._preferences.of(origin.user_id)).ratio is not None:
            return None
        return await self._drafts.usual_ratio(origin.user_id, origin.place.chat_id)

    async def was_just_asked(self, origin: Origin, source: SourcePicture) -> bool:
        """Return whether the open question is about the change of the same picture.

        One that may have scrolled out of sight is deleted, so that it is asked anew.
        """
        draft = await self._drafts.open_question(origin.user_id, origin.place.chat_id)
        if draft is None or draft.prompt is not None or draft.origin.key == origin.key:
            return False
        if not source.shows_same(draft.source):
            return False
        if self._drafts.is_recent(draft):
            return True
        await self.remove(draft)
        return False

    async def asked(self, origin: Origin) -> Draft | None:
        """Return the draft of an origin if its question was asked."""
        draft = await self._drafts.by_key(origin.key)
        return None if draft is None or draft.question_message_id is None else draft

    async def remove(self, draft: Draft) -> None:
        """Delete a draft that its edited message completes, and the question."""
        if draft.question_message_id is not None:
            await self._sender.delete(draft.origin.place.chat_id, draft.question_message_id)
        await self._drafts.remove(draft.origin.key)

    async def _ask_choice(
        self,
        draft: Draft,
        content: tuple[str, AspectRatio | None, SourcePicture | None, int],
        text: str,
        keyboard: InlineKeyboardMarkup,
        *,
        edited: bool,
    ) -> bool:
        chat_id, question_id = draft.origin.place.chat_id, draft.question_message_id
        if question_id is not None:
            if not edited:
                return False
            prompt, ratio, source, count = content
            await self._drafts.revise(draft.id, prompt, ratio, source, count=count)
            if draft.prompt is not None:
                await self._sender.edit_text(chat_id, question_id, text, keyboard=keyboard)
                return False
            # A message with a ForceReply cannot be edited (Bot API, Updating messages).
            await self._sender.delete(chat_id, question_id)
        sent = await self._sender.send_text(draft.origin.place, text, keyboard=keyboard)
        await self._drafts.set_question(draft.id, sent)
        return True


def _open_question(
    draft: Draft, translate: Translator, source: SourcePicture | None, user_name: str
) -> tuple[str, Keyboard]:
    """Return the question that words answer: for a prompt, or for the change of a source picture."""
    if source is None:
        return translate("ask-prompt"), keyboards.ask(translate.raw("ask-prompt-placeholder"))
    if not draft.origin.place.in_group:
        return translate("ask-change-suggested"), keyboards.suggestions(translate, draft.id)
    text = translate("ask-change")
    if user_name:
        # The reply field opens for the users that the text mentions (Bot API, ForceReply.selective).
        text = translate("ask-change-named", name=user_name, id=str(draft.origin.user_id))
    return text, keyboards.ask(translate.raw("ask-change-placeholder"))
