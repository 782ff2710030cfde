"""/imagine, the answer to its question, and the ratio buttons."""

from dataclasses import replace

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, User

from chat.callbacks import ChooseRatio
from chat.sender import Sender
from chat.texts import Texts
from handlers.context import key_of, place_of
from handlers.orders import Cause, Orders
from handlers.prompt import PromptError, read
from storage.drafts import Draft, Drafts
from storage.model import AspectRatio


def _cause(message: Message, person: User) -> Cause:
    return Cause(key_of(message), person.id, place_of(message), message.message_id)


async def imagine(
    message: Message, command: CommandObject, person: User, orders: Orders, texts: Texts
) -> None:
    """Draw what stands after the command; without anything there, ask."""
    try:
        wish = read(command.args or "")
    except PromptError as error:
        await orders.refuse(place_of(message), error, texts)
        return
    await orders.take(_cause(message, person), wish, texts)


async def answered(message: Message, person: User, drafts: Drafts) -> dict[str, Draft] | bool:
    """Filter: a reply to the bot's question for a prompt, by the person it asked. Gives `draft`."""
    question = message.reply_to_message
    if question is None:
        return False
    draft = await drafts.by_question(message.chat.id, question.message_id)
    if draft is None or draft.prompt is not None or draft.user_id != person.id:
        return False
    return {"draft": draft}


async def prompt_given(message: Message, person: User, draft: Draft, orders: Orders, texts: Texts) -> None:
    """Draw the answer to the question; a ratio given with the command still holds."""
    try:
        wish = read(message.text or "")
    except PromptError as error:
        await orders.refuse(place_of(message), error, texts)
        return
    wish = replace(wish, ratio=wish.ratio or draft.ratio)
    await orders.take(_cause(message, person), wish, texts)


async def ratio_pressed(
    query: CallbackQuery,
    callback_data: ChooseRatio,
    drafts: Drafts,
    orders: Orders,
    sender: Sender,
    texts: Texts,
) -> None:
    """Draw a draft in the pressed ratio. However often it is pressed, it is one generation."""
    draft = await drafts.get(callback_data.draft)
    ratio = AspectRatio.from_slug(callback_data.ratio)
    if draft is None or draft.prompt is None or ratio is None or query.message is None:
        await sender.toast(query.id, texts.raw("toast-old"))
    elif draft.user_id != query.from_user.id:
        await sender.toast(query.id, texts.raw("toast-not-yours"))
    else:
        await orders.choose(draft, ratio, query.message.message_id, texts, press=query.id)


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="imagine")
    router.message.register(imagine, Command("imagine"))
    router.message.register(prompt_given, F.text, ~F.text.startswith("/"), answered)
    router.callback_query.register(ratio_pressed, ChooseRatio.filter())
    return router
