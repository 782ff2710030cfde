"""What a picture of the bot's offers: its buttons, and what a reply to it means."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import Act, Offer, Reshape
from chat.captions import caption
from chat.errors import Rejected
from chat.members import Members
from chat.place import Place
from chat.texts import Texts
from chat.whispers import Whispers
from generation.originals import Originals
from handlers.context import Person, may_press, place_of
from handlers.imagine import cause_of
from handlers.orders import Cause, Orders
from handlers.prompt import PromptError, UnknownRatio, Wish, read, read_ratio
from handlers.sources import Source, SourceError, picture_in, request_of
from storage.archive import Archive
from storage.model import AspectRatio, FileKind, Request
from storage.requests import Requests


@dataclass(frozen=True, slots=True)
class Press:
    """A button under a picture, pressed by who may press it."""

    query: CallbackQuery
    request: Request
    place: Place
    paged: bool


class Results:
    """The buttons. Each press is answered before anything that may take long."""

    def __init__(
        self, requests: Requests, archive: Archive, orders: Orders, originals: Originals, members: Members
    ) -> None:
        self._requests = requests
        self._archive = archive
        self._orders = orders
        self._originals = originals
        self._members = members
        self._acts: dict[Act, Callable[[Press, Texts], Awaitable[None]]] = {
            Act.AGAIN: self._again,
            Act.SHAPES: self._shapes,
            Act.BACK: self._back,
            Act.EDIT: self._edit,
            Act.ORIGINAL: self._original,
            Act.UNDO: self._undo,
        }

    async def pressed(self, query: CallbackQuery, callback_data: Offer, texts: Texts) -> None:
        """Do what a button offers."""
        press = await self._mine(query, callback_data.request, callback_data.paged, texts)
        if press is not None:
            await self._acts[callback_data.act](press, texts)

    async def reshaped(self, query: CallbackQuery, callback_data: Reshape, texts: Texts) -> None:
        """Draw a picture again in the pressed shape, and show what it offers again."""
        press = await self._mine(query, callback_data.request, callback_data.paged, texts)
        ratio = AspectRatio.from_slug(callback_data.ratio)
        if press is None:
            return
        if ratio is None:
            await self._orders.sender.toast(query.id, texts.raw("toast-old"))
            return
        await self._start(press, ratio, texts)
        await self._rekey(press, texts)

    async def _mine(self, query: CallbackQuery, request_id: int, paged: bool, texts: Texts) -> Press | None:
        request = await self._requests.get(request_id)
        if request is None or request.forget or query.message is None:
            await self._orders.sender.toast(query.id, texts.raw("toast-old"))
            return None
        if not await may_press(request.user_id, query, self._members):
            await self._orders.sender.toast(query.id, texts.raw("toast-not-yours"))
            return None
        return Press(query, request, place_of(query.message), paged)

    async def _again(self, press: Press, texts: Texts) -> None:
        await self._start(press, press.request.ratio, texts)

    async def _start(self, press: Press, ratio: AspectRatio | None, texts: Texts) -> None:
        """Taps while its generation is under way are that one generation; a tap after its end is the next."""
        request, place = press.request, press.place
        prefix = f"b:{place.chat_id}:{place.reply_to}:{request.id}:{ratio.slug if ratio else 'edit'}:"
        cause = Cause(f"{prefix}{await self._requests.ended_with_key(prefix)}", request.user_id, place)
        source = Source(request.source_file_id, request.parent_id) if request.source_file_id else None
        wanted = self._orders.wanted(cause, request.prompt, ratio, texts, source)
        await self._orders.submit(wanted, texts, press=press.query.id)

    async def _shapes(self, press: Press, texts: Texts) -> None:
        await self._orders.sender.toast(press.query.id)
        keyboard = keyboards.shapes(texts, press.request, paged=press.paged)
        await self._orders.sender.rekey(press.place.chat_id, press.place.reply_to or 0, keyboard)

    async def _back(self, press: Press, texts: Texts) -> None:
        await self._orders.sender.toast(press.query.id)
        await self._rekey(press, texts)

    async def _rekey(self, press: Press, texts: Texts) -> None:
        request, chat_id = press.request, press.place.chat_id
        page = await self._archive.page(request.user_id, chat_id, request.id) if press.paged else None
        keyboard = keyboards.result(texts, request, page)
        await self._orders.sender.rekey(chat_id, press.place.reply_to or 0, keyboard)

    async def _edit(self, press: Press, texts: Texts) -> None:
        await self._orders.sender.toast(press.query.id)
        person = press.query.from_user
        cause = Cause(f"e:{press.query.id}", press.request.user_id, press.place, person.first_name)
        source = Source(press.request.file_id or "", press.request.id)
        await self._orders.take(cause, Wish("", None), texts, source)

    async def _original(self, press: Press, texts: Texts) -> None:
        await self._orders.sender.toast(press.query.id, texts.raw("toast-original"))
        self._originals.send(press.request, press.place, texts)

    async def _undo(self, press: Press, texts: Texts) -> None:
        """Put the picture an edit came from back into the message. Repeating it changes nothing."""
        await self._orders.sender.toast(press.query.id)
        request, place = press.request, press.place
        parent = await self._requests.get(request.parent_id) if request.parent_id else None
        if parent is not None and parent.file_id is not None:
            keyboard = keyboards.result(texts, parent)
            shown = (parent.file_id, parent.file_kind or FileKind.PHOTO, caption(parent.prompt), keyboard)
            await self._orders.sender.replace(place.chat_id, place.reply_to or 0, *shown)
            return
        for kind in FileKind:  # a photo, or a picture that was sent as a file
            try:
                shown_source = (request.source_file_id or "", kind, texts("undone"), None)
                await self._orders.sender.replace(place.chat_id, place.reply_to or 0, *shown_source)
            except Rejected:
                continue
            return
        await self._orders.whispers.say(place, request.user_id, texts("undo-impossible"))


async def bot_picture(message: Message, bot: Bot, requests: Requests) -> dict[str, Request] | bool:
    """Filter: a reply to a picture of the bot's. Gives `drawn`."""
    answered = message.reply_to_message
    request_id = request_of(answered, bot.id) if answered is not None else None
    request = await requests.get(request_id) if request_id is not None else None
    return False if request is None or request.forget else {"drawn": request}


async def replied(
    message: Message, person: Person, drawn: Request, orders: Orders, texts: Texts, bot: Bot
) -> None:
    """A ratio draws the picture again in that shape; any other text says what to change."""
    text = message.text or ""
    cause = cause_of(message, person)
    try:
        ratio = read_ratio(text.strip())
    except UnknownRatio:
        try:
            wish = read(text)
            source = picture_in(message.reply_to_message or message, bot.id)
        except PromptError as error:
            await orders.refusals.prompt(cause.place, person.id, error, texts)
        except SourceError as error:
            await orders.refusals.source(cause.place, person.id, error, texts)
        else:
            await orders.take(cause, wish, texts, source)
        return
    if drawn.source_file_id is not None:
        await orders.whispers.say(cause.place, person.id, texts("edit-has-no-shape"))
        return
    await orders.take(cause, Wish(drawn.prompt, ratio), texts)


async def prompt_back(
    message: Message, person: Person, drawn: Request, whispers: Whispers, texts: Texts
) -> None:
    """Give a picture's prompt back, to copy."""
    await whispers.say(place_of(message), person.id, texts("prompt-back", prompt=drawn.prompt))


async def prompt_of_what(message: Message, person: Person, whispers: Whispers, texts: Texts) -> None:
    """Say how /prompt is used."""
    await whispers.say(place_of(message), person.id, texts("prompt-of-what"))


def router(results: Results) -> Router:
    """Return the routes of this feature."""
    router = Router(name="results")
    router.message.register(prompt_back, Command("prompt"), bot_picture)
    router.message.register(prompt_of_what, Command("prompt"))
    router.message.register(replied, F.text, ~F.text.startswith("/"), bot_picture)
    router.callback_query.register(results.pressed, Offer.filter())
    router.callback_query.register(results.reshaped, Reshape.filter())
    return router
