"""/history and /favorites: a user's own pictures in a chat, as one message with pages. /history also searches them.

In a group whose admins allow it, `/history all` shows the pictures of all members.
"""

import re

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat.callbacks import NEWEST, HistoryEnd, SelectionEnd, ShowPage, ShowSelected
from chat.captions import cut, one_line
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import by_named_owner, on_message, pressed_place
from handlers.history_pages import HistoryPages
from handlers.identity import UserIdentity, answer_place
from handlers.user_errors import ButtonExpired, NoSharedHistory
from storage.picture_history import FAVOURITES, SHARED, History, Selection
from storage.searches import Searches

_ALL = re.compile(
    r"\s*(?:all|everybody|everyone|все|всё|всех|todo|todos|todas|tudo)(?:\s+(\S.*))?\s*",
    re.IGNORECASE | re.DOTALL,
)
"""“All” in the languages of the bot, and the words behind it."""
_QUOTES = "\"'`«»“”„ "
_LONGEST_SEARCH = 256
"""In UTF-16 units."""


async def history_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    searches: Searches,
    history: History,
    history_pages: HistoryPages,
    private_replies: PrivateReplies,
) -> None:
    """Show the newest picture that the user drew in this chat, or that has the words behind the command.

    With “all” as the first word, it is the newest picture of all members of a group. Raises NoSharedHistory.
    """
    place = answer_place(message)
    shared, words = await _parse(command.args or "", place, history_pages)
    search_id, empty = None, translate("history-empty")
    if words:
        search_id = await searches.add(origins.command_key(message), user.id, cut(words, _LONGEST_SEARCH))
        empty = translate("search-empty-all" if shared else "search-empty", words=one_line(words))
    selection = Selection(search_id=search_id, shared=shared)
    page = await history.page(user.id, message.chat.id, selection=selection)
    if page is None:
        await private_replies.send(place, user.id, empty)
        return
    await history_pages.send(page, place, user.id, translate)


async def _parse(args: str, place: ReplyTarget, history_pages: HistoryPages) -> tuple[bool, str]:
    """Return whether the pictures of all members are wanted, and the words to search for.

    In a private chat, where all pictures are the user's own, “all” alone is no search either. In quotes it is a word to
    search for. Raises NoSharedHistory for “all” alone in a group without one; there, more words are searched as ever.
    """
    all_of = _ALL.fullmatch(args)
    if all_of is not None and not place.in_group and not all_of[1]:
        return False, ""
    if all_of is not None and place.in_group:
        if await history_pages.may_show(SHARED, place):
            return True, (all_of[1] or "").strip(_QUOTES)
        if not all_of[1]:
            raise NoSharedHistory
    return False, args.strip(_QUOTES)


async def favourites_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    history: History,
    history_pages: HistoryPages,
    private_replies: PrivateReplies,
) -> None:
    """Show the newest of the user's favourites in this chat."""
    page = await history.page(user.id, message.chat.id, selection=FAVOURITES)
    if page is None:
        await private_replies.send(answer_place(message), user.id, translate("favourites-empty"))
        return
    place = answer_place(message)
    await history_pages.send(page, place, user.id, translate)


async def page_pressed(
    query: CallbackQuery,
    callback_data: ShowPage,
    place: ReplyTarget,
    translate: Translator,
    history: History,
    history_pages: HistoryPages,
    sender: Sender,
) -> None:
    """Show another page of the owner's pictures in this chat, or of all members'. Raises NoSharedHistory."""
    selection = callback_data.selection
    if not await history_pages.may_show(selection, place):
        raise NoSharedHistory
    page = await history.page(callback_data.user, place.chat_id, callback_data.request, selection)
    if page is None:
        raise ButtonExpired
    await sender.toast(query.id)
    await history_pages.show(page, place, translate)


async def end_pressed(
    query: CallbackQuery,
    callback_data: HistoryEnd,
    place: ReplyTarget,
    translate: Translator,
    history: History,
    history_pages: HistoryPages,
    sender: Sender,
) -> None:
    """Say that the history ends here, or show the newest picture if another was drawn meanwhile.

    Raises NoSharedHistory.
    """
    shown, newest = callback_data.shown, callback_data.newest
    user, selection = callback_data.user, callback_data.selection
    if not await history_pages.may_show(selection, place):
        raise NoSharedHistory
    page = await history.page(user, place.chat_id, NEWEST if newest else shown, selection)
    if page is None:
        raise ButtonExpired
    if page.request.id == shown:
        await sender.toast(query.id, translate.raw("toast-newest" if newest else "toast-oldest"))
        return
    await sender.toast(query.id)
    await history_pages.show(page, place, translate)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="history")
    on_message(router, history_command, Command("history"))
    on_message(router, favourites_command, Command("favorites", "favourites"))
    for data, handler in (
        (ShowPage, page_pressed),
        (ShowSelected, page_pressed),
        (HistoryEnd, end_pressed),
        (SelectionEnd, end_pressed),
    ):
        router.callback_query.register(handler, data.filter(), by_named_owner, pressed_place)
    return router
