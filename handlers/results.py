"""What a picture of the bot's offers: its buttons, and what a reply to it means."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from chat import keyboards
from chat.callbacks import DrawInRatio, ResultAction, ResultButton
from chat.captions import caption
from chat.errors import Rejected
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.model import AspectRatio, FileKind, Request
from core.reply_target import ReplyTarget
from generation.originals import Originals
from handlers.attachments import SourceError, SourcePicture, request_of, source_in
from handlers.generation_service import Cause, GenerationService
from handlers.identity import UserIdentity, may_press, place_of
from handlers.imagine import cause_of
from handlers.prompt import ParsedPrompt, PromptError, UnknownRatio, parse_ratio, read
from storage.history import History
from storage.requests import Requests


@dataclass(frozen=True, slots=True)
class Press:
    """A button under a picture, pressed by who may press it."""

    query: CallbackQuery
    request: Request
    place: ReplyTarget
    paged: bool


class Results:
    """The buttons. Each press is answered before anything that may take long."""

    def __init__(
        self,
        requests: Requests,
        archive: History,
        generation_service: GenerationService,
        originals: Originals,
        members: Members,
    ) -> None:
        self._requests = requests
        self._archive = archive
        self._generation_service = generation_service
        self._originals = originals
        self._members = members
        self._tasks: dict[ResultAction, Callable[[Press, Translator], Awaitable[None]]] = {
            ResultAction.AGAIN: self._again,
            ResultAction.SHAPES: self._shapes,
            ResultAction.BACK: self._back,
            ResultAction.EDIT: self._edit,
            ResultAction.ORIGINAL: self._original,
            ResultAction.UNDO: self._undo,
        }

    async def pressed(self, query: CallbackQuery, callback_data: ResultButton, translate: Translator) -> None:
        """Do what a button offers."""
        press = await self._mine(query, callback_data.request, callback_data.paged, translate)
        if press is not None:
            await self._tasks[callback_data.act](press, translate)

    async def reshaped(self, query: CallbackQuery, callback_data: DrawInRatio, translate: Translator) -> None:
        """Draw a picture again in the pressed shape, and show what it offers again."""
        press = await self._mine(query, callback_data.request, callback_data.paged, translate)
        ratio = AspectRatio.from_slug(callback_data.ratio)
        if press is None:
            return
        if ratio is None:
            await self._generation_service.sender.toast(query.id, translate.raw("toast-old"))
            return
        await self._start(press, ratio, translate)
        await self._restore_keyboard(press, translate)

    async def _mine(
        self, query: CallbackQuery, request_id: int, paged: bool, translate: Translator
    ) -> Press | None:
        request = await self._requests.get(request_id)
        if request is None or request.forget or query.message is None:
            await self._generation_service.sender.toast(query.id, translate.raw("toast-old"))
            return None
        if not await may_press(request.user_id, query, self._members):
            await self._generation_service.sender.toast(query.id, translate.raw("toast-not-yours"))
            return None
        return Press(query, request, place_of(query.message), paged)

    async def _again(self, press: Press, translate: Translator) -> None:
        await self._start(press, press.request.ratio, translate)

    async def _start(self, press: Press, ratio: AspectRatio | None, translate: Translator) -> None:
        """Taps while its generation is under way are that one generation; a tap after its end is the next."""
        request, place = press.request, press.place
        prefix = f"b:{place.chat_id}:{place.reply_to}:{request.id}:{ratio.slug if ratio else 'edit'}:"
        cause = Cause(f"{prefix}{await self._requests.ended_with_key(prefix)}", request.user_id, place)
        source = SourcePicture(request.source_file_id, request.parent_id) if request.source_file_id else None
        wanted = self._generation_service.wanted(cause, request.prompt, ratio, translate, source)
        await self._generation_service.submit(wanted, translate, press=press.query.id)

    async def _shapes(self, press: Press, translate: Translator) -> None:
        await self._generation_service.sender.toast(press.query.id)
        keyboard = keyboards.shapes(translate, press.request, paged=press.paged)
        await self._generation_service.sender.edit_keyboard(
            press.place.chat_id, press.place.reply_to or 0, keyboard
        )

    async def _back(self, press: Press, translate: Translator) -> None:
        await self._generation_service.sender.toast(press.query.id)
        await self._restore_keyboard(press, translate)

    async def _restore_keyboard(self, press: Press, translate: Translator) -> None:
        request, chat_id = press.request, press.place.chat_id
        page = await self._archive.page(request.user_id, chat_id, request.id) if press.paged else None
        keyboard = keyboards.result(translate, request, page)
        await self._generation_service.sender.edit_keyboard(chat_id, press.place.reply_to or 0, keyboard)

    async def _edit(self, press: Press, translate: Translator) -> None:
        await self._generation_service.sender.toast(press.query.id)
        user = press.query.from_user
        cause = Cause(f"e:{press.query.id}", press.request.user_id, press.place, user.first_name)
        source = SourcePicture(press.request.file_id or "", press.request.id)
        await self._generation_service.take(cause, ParsedPrompt("", None), translate, source)

    async def _original(self, press: Press, translate: Translator) -> None:
        await self._generation_service.sender.toast(press.query.id, translate.raw("toast-original"))
        self._originals.send(press.request, press.place, translate)

    async def _undo(self, press: Press, translate: Translator) -> None:
        """Put the picture an edit came from back into the message. Repeating it changes nothing."""
        await self._generation_service.sender.toast(press.query.id)
        request, place = press.request, press.place
        parent = await self._requests.get(request.parent_id) if request.parent_id else None
        if parent is not None and parent.file_id is not None:
            keyboard = keyboards.result(translate, parent)
            shown = (parent.file_id, parent.file_kind or FileKind.PHOTO, caption(parent.prompt), keyboard)
            await self._generation_service.sender.replace_picture(place.chat_id, place.reply_to or 0, *shown)
            return
        for kind in FileKind:  # a photo, or a picture that was sent as a file
            try:
                shown_source = (request.source_file_id or "", kind, translate("undone"), None)
                await self._generation_service.sender.replace_picture(
                    place.chat_id, place.reply_to or 0, *shown_source
                )
            except Rejected:
                continue
            return
        await self._generation_service.private_replies.say(
            place, request.user_id, translate("undo-impossible")
        )


async def bot_picture(message: Message, bot: Bot, requests: Requests) -> dict[str, Request] | bool:
    """Filter: a reply to a picture of the bot's. Gives `drawn`."""
    answered = message.reply_to_message
    request_id = request_of(answered, bot.id) if answered is not None else None
    request = await requests.get(request_id) if request_id is not None else None
    return False if request is None or request.forget else {"drawn": request}


async def replied(
    message: Message,
    user: UserIdentity,
    drawn: Request,
    generation_service: GenerationService,
    translate: Translator,
    bot: Bot,
) -> None:
    """A ratio draws the picture again in that shape; any other text says what to change."""
    text = message.text or ""
    cause = cause_of(message, user)
    try:
        ratio = parse_ratio(text.strip())
    except UnknownRatio:
        try:
            generation_request = read(text)
            source = source_in(message.reply_to_message or message, bot.id)
        except PromptError as error:
            await generation_service.rejection_texts.prompt(cause.place, user.id, error, translate)
        except SourceError as error:
            await generation_service.rejection_texts.source(cause.place, user.id, error, translate)
        else:
            await generation_service.take(cause, generation_request, translate, source)
        return
    if drawn.source_file_id is not None:
        await generation_service.private_replies.say(cause.place, user.id, translate("edit-has-no-shape"))
        return
    await generation_service.take(cause, ParsedPrompt(drawn.prompt, ratio), translate)


async def prompt_back(
    message: Message,
    user: UserIdentity,
    drawn: Request,
    private_replies: PrivateReplies,
    translate: Translator,
) -> None:
    """Give a picture's prompt back, to copy."""
    await private_replies.say(place_of(message), user.id, translate("prompt-back", prompt=drawn.prompt))


async def prompt_of_what(
    message: Message, user: UserIdentity, private_replies: PrivateReplies, translate: Translator
) -> None:
    """Say how /prompt is used."""
    await private_replies.say(place_of(message), user.id, translate("prompt-of-what"))


def router(results: Results) -> Router:
    """Return the routes of this feature."""
    router = Router(name="results")
    router.message.register(prompt_back, Command("prompt"), bot_picture)
    router.message.register(prompt_of_what, Command("prompt"))
    router.message.register(replied, F.text, ~F.text.startswith("/"), bot_picture)
    router.callback_query.register(results.pressed, ResultButton.filter())
    router.callback_query.register(results.reshaped, DrawInRatio.filter())
    return router
