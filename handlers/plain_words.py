"""Words in a private chat without a command, which one press draws."""

from aiogram import Bot, Router
from aiogram.types import Message

from chat.sender import Sender
from chat.translations import Translator
from handlers import origins
from handlers.commands import without_mention
from handlers.confirmation import Confirmation
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, not_a_command, on_message, question_answered
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity, place_of
from handlers.outcome import Outcome
from handlers.praise import is_praise
from handlers.prompt import parse_prompt
from handlers.questions import Questions
from handlers.styling import Styling
from storage.drafts import Drafts


async def words_sent(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    drafts: Drafts,
    questions: Questions,
    styling: Styling,
    generation_service: GenerationService,
) -> None:
    """Ask whether to draw the words, with one button for each ratio.

    The words of the last question for a ratio, written again with one, are its answer.
    """
    origin = origins.of_message(message, user, translate.language)
    parsed = parse_prompt(await without_mention(message.text or "", bot))
    parsed = await styling.apply(origin, parsed, translate, usual=True, changes=False)
    draft = await question_answered(message, user, drafts)
    completes = (
        draft is not None
        and draft.source is None
        and parsed.ratio is not None
        and draft.prompt == parsed.prompt
    )
    outcome = await generation_service.request_or_ask(
        origin,
        parsed,
        translate,
        confirmation=Confirmation.NONE if completes else Confirmation.WORDS,
        edited=message.edit_date is not None,
    )
    if draft is not None and completes and outcome is Outcome.STARTED and draft.origin.key != origin.key:
        await questions.remove(draft)


async def praises_picture(message: Message, bot: Bot) -> bool:
    """Pass thanks and praise in answer to a message."""
    return message.reply_to_message is not None and is_praise(await without_mention(message.text or "", bot))


async def picture_praised(message: Message, translate: Translator, sender: Sender) -> None:
    """Answer praise, which is no description of a picture."""
    await sender.send_text(place_of(message), translate("praised"))


def router() -> Router:
    """Return the routes for words that no other feature handles."""
    router = FeatureRouter(name="plain words")
    router.message.register(picture_praised, IN_PRIVATE, not_a_command, praises_picture)
    on_message(router, words_sent, IN_PRIVATE, not_a_command)
    return router
