"""Inline mode: `@bot a fox in the snow` in any chat, and the sharing of one's own pictures.

Typing costs nothing: a picture is drawn once its result is chosen or the button under the sent message is pressed.
"""

from aiogram import F, Router
from aiogram.types import CallbackQuery, ChosenInlineResult, InlineQuery, InlineQueryResultUnion

from chat import inline_results
from chat.bot_switches import BotSwitches
from chat.callbacks import DropInline, InlineDraw
from chat.inline_messages import InlineMessages
from chat.result_keyboards import shared_id
from chat.sender import Sender
from chat.translations import Translator
from core.model import DEFAULT_RATIO, AspectRatio, Origin
from core.reply_target import ReplyTarget
from generation.engine import Engine
from handlers import origins
from handlers.count_flag import CountRefused
from handlers.feature_router import FeatureRouter
from handlers.filters import NamesRatio, own_inline_prompt
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity
from handlers.inline_service import InlineService
from handlers.prompt import ParsedPrompt, PromptTooLong, parse_prompt
from handlers.styling import Styling
from handlers.user_errors import NotOwner
from storage.inline_prompts import InlinePrompt, InlinePrompts
from storage.picture_history import History
from storage.requests import Requests

LONGEST_QUERY = 256
"""Bot API, InlineQuery. Telegram cuts a longer text off, so one of this length may lack its end."""


async def inline_query(
    query: InlineQuery,
    user: UserIdentity,
    translate: Translator,
    history: History,
    inline_prompts: InlinePrompts,
    inline_messages: InlineMessages,
    bot_switches: BotSwitches,
    styling: Styling,
    generation_service: GenerationService,
) -> None:
    """Offer to draw the words in each shape, above the user's own pictures that they describe."""
    bot_switches.inline = True
    text = query.query.strip()
    if (shared := shared_id(text)) is not None:
        picture = await history.shareable(user.id, shared)
        results = [] if picture is None else [inline_results.own_picture(translate, picture)]
        button = None if results else inline_results.open_chat(translate("inline-not-yours"))
        lost = inline_results.open_chat(translate("inline-picture-gone"))
        await inline_messages.answer_query(query.id, results, button=button, without_pictures=lost)
        return
    before = int(query.offset) if query.offset.isdecimal() and len(query.offset) < 19 else None
    offers: list[InlineQueryResultUnion] = []
    reason = None
    if text and before is None:
        origin = Origin("", user.id, ReplyTarget(user.id), translate.language)
        parsed = await _parse(text, origin, translate, styling)
        reason = await _reason_not_to_offer(query.query, parsed, origin, translate, generation_service)
        if reason is None and parsed is not None:
            offers = await _offers(origin, parsed, translate, inline_prompts, generation_service)
    found = await history.search_shareable(user.id, text, before=before, limit=inline_results.RESULTS_A_PAGE)
    await inline_messages.answer_query(
        query.id,
        [*offers, *(inline_results.own_picture(translate, picture) for picture in found)],
        next_offset=str(found[-1].id) if len(found) == inline_results.RESULTS_A_PAGE else "",
        button=None if reason is None else inline_results.open_chat(reason),
    )


async def result_chosen(
    chosen: ChosenInlineResult,
    translate: Translator,
    user: UserIdentity,
    inline_prompts: InlinePrompts,
    inline_service: InlineService,
) -> None:
    """Draw the prompt of a chosen result. Shared pictures have nothing to draw."""
    prompt_id, colon, slug = chosen.result_id.partition(":")
    if not (colon and prompt_id.isdecimal() and len(prompt_id) < 19) or chosen.inline_message_id is None:
        return
    prompt = await inline_prompts.get(int(prompt_id))
    ratio = AspectRatio.from_slug(slug)
    if prompt is not None and prompt.user_id == user.id and ratio is not None:
        await inline_service.draw(prompt, ratio, chosen.inline_message_id, translate)


async def draw_pressed(
    query: CallbackQuery,
    inline_prompt: InlinePrompt,
    inline_message_id: str,
    ratio: AspectRatio | None,
    translate: Translator,
    inline_service: InlineService,
) -> None:
    """Draw the prompt of an inline message, unless that has begun."""
    await inline_service.draw(inline_prompt, ratio, inline_message_id, translate, query_id=query.id)


async def drop_pressed(
    query: CallbackQuery,
    inline_prompt: InlinePrompt,
    inline_message_id: str,
    translate: Translator,
    requests: Requests,
    engine: Engine,
    inline_prompts: InlinePrompts,
    inline_messages: InlineMessages,
    sender: Sender,
) -> None:
    """Draw nothing for an inline message, or cancel its request if that has begun.

    The choice of its result may be reported later, so it is stored that nothing is to be drawn.
    """
    origin = origins.of_inline(
        inline_prompt.key, inline_prompt.user_id, inline_message_id, translate.language
    )
    await inline_prompts.drop(origins.drop_key(origin), origin.user_id)
    request = await requests.by_key(origin.key)
    if request is not None:
        if request.user_id != inline_prompt.user_id:  # forged: the button of one message under another's
            raise NotOwner
        cancelled = await engine.cancel(request.id)
        await sender.toast(query.id, translate.raw("toast-cancelled" if cancelled else "toast-too-late"))
        return
    await sender.toast(query.id, translate.raw("toast-cancelled"))
    text = inline_results.with_prompt(translate, inline_prompt.prompt, translate("inline-dropped"))
    await inline_messages.edit_text(origin.place, text)


async def _reason_not_to_offer(
    query: str,
    parsed: ParsedPrompt | None,
    origin: Origin,
    translate: Translator,
    generation_service: GenerationService,
) -> str | None:
    """Return the HTML sentence that says why nothing is offered to be drawn, or None."""
    if parsed is None or len(query) >= LONGEST_QUERY:
        return translate("inline-too-long")
    if not parsed.prompt:
        return translate("inline-describe")
    if not parsed.is_clear or parsed.count > 1:  # an inline message holds one picture
        return translate("inline-unclear")
    return await generation_service.refusal_of(origin, parsed.prompt, translate)


async def _offers(
    origin: Origin,
    parsed: ParsedPrompt,
    translate: Translator,
    inline_prompts: InlinePrompts,
    generation_service: GenerationService,
) -> list[InlineQueryResultUnion]:
    """Return a result for each shape, the usual one first, or only for the one that the words name."""
    prompt_id = await inline_prompts.save(
        origins.inline_prompt_key(origin.user_id, parsed.prompt), origin.user_id, parsed.prompt
    )
    ratios = [parsed.ratio] if parsed.ratio is not None else []
    if not ratios:
        usual = await generation_service.ratio_for(origin, None) or DEFAULT_RATIO
        ratios = [usual, *(ratio for ratio in AspectRatio if ratio is not usual)]
    return [inline_results.offer(translate, prompt_id, parsed.prompt, ratio) for ratio in ratios]


async def _parse(text: str, origin: Origin, translate: Translator, styling: Styling) -> ParsedPrompt | None:
    """Return the parsed text with the words of its style, or None if it is too long.

    A number of pictures that is refused is an unknown flag.
    """
    try:
        return await styling.apply(origin, parse_prompt(text), translate, usual=True, changes=False)
    except PromptTooLong:
        return None
    except CountRefused:
        return ParsedPrompt(text, None, unknown_flags=("--n",))


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="inline")
    router.inline_query.register(inline_query)
    router.chosen_inline_result.register(result_chosen)
    router.callback_query.register(
        draw_pressed, InlineDraw.filter(), F.inline_message_id, NamesRatio(optional=True), own_inline_prompt
    )
    router.callback_query.register(drop_pressed, DropInline.filter(), F.inline_message_id, own_inline_prompt)
    return router
