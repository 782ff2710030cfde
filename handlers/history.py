"""/history: one's own pictures in this chat, one message that is turned like pages."""

from datetime import UTC, datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from chat import keyboards
from chat.callbacks import ShowPage
from chat.captions import cut
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.model import FileKind
from handlers.identity import UserIdentity, may_press, place_of
from storage.history import History, Page

_LONGEST_PROMPT = 900
"""In UTF-16 units: leaves room in a caption for the date and the number."""


def _shown(page: Page, translate: Translator) -> tuple[str, FileKind, str, InlineKeyboardMarkup]:
    request = page.request
    words = translate(
        "history-page",
        prompt=cut(request.prompt, _LONGEST_PROMPT),
        date=datetime.fromtimestamp(request.finished_at or 0.0, UTC).date(),
        number=page.number,
        total=page.total,
    )
    keyboard = keyboards.result(translate, request, page)
    return request.file_id or "", request.file_kind or FileKind.PHOTO, words, keyboard


async def history(
    message: Message,
    user: UserIdentity,
    archive: History,
    sender: Sender,
    private_replies: PrivateReplies,
    translate: Translator,
) -> None:
    """Show the newest picture this person drew in this chat."""
    page = await archive.page(user.id, message.chat.id)
    if page is None:
        await private_replies.say(place_of(message), user.id, translate("history-empty"))
        return
    await sender.send_by_file_id(place_of(message), *_shown(page, translate))


async def page_turned(
    query: CallbackQuery,
    callback_data: ShowPage,
    archive: History,
    sender: Sender,
    members: Members,
    translate: Translator,
) -> None:
    """Show another page. The button says whose pictures, the message of which chat: neither gives away more."""
    if not await may_press(callback_data.user, query, members):
        await sender.toast(query.id, translate.raw("toast-not-yours"))
        return
    chat_id = query.message.chat.id if query.message is not None else 0
    page = await archive.page(callback_data.user, chat_id, callback_data.request)
    if page is None or query.message is None:
        await sender.toast(query.id, translate.raw("toast-old"))
        return
    await sender.toast(query.id)
    await sender.replace_picture(chat_id, query.message.message_id, *_shown(page, translate))


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="history")
    router.message.register(history, Command("history"))
    router.callback_query.register(page_turned, ShowPage.filter())
    return router
