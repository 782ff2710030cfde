"""/history and /favorites: a user's own pictures in a chat, as one message with pages. /history also searches them.

In a group whose admins allow it, `/history all` shows the pictures of all members.
"""

import re

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from chat.callbacks import NEWEST, HistoryEnd, SelectionEnd, ShowPage, ShowSelected
from chat.captions import cut, one_line
from chat.dates import moment
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.result_keyboards import ResultKeyboards
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.model import Request
from core.reply_target import ReplyTarget
from generation.singles import Singles
from handlers import origins
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import by_named_owner, on_message, pressed_place
from handlers.identity import UserIdentity, answer_place
from handlers.user_errors import ButtonExpired, NoSharedHistory
from storage.picture_history import FAVOURITES, SHARED, History, HistoryPage, Selection
from storage.preferences import Preferences
from storage.searches import Searches

_LONGEST_PROMPT = 900
"""In UTF-16 units. The rest of the caption is for the date, the number and the words of a search."""
_ALL = re.compile(
    r"\s*(?:all|everybody|everyone|все|всё|всех|todo|todos|todas|tudo)(?:\s+(\S.*))?\s*",
    re.IGNORECASE | re.DOTALL,
)
"""“All” in the languages of the bot, and the words behind it."""
_QUOTES = "\"'`«»“”„ "
_LONGEST_NAME = 40
"""In UTF-16 units."""
_LONGEST_SEARCH, _SHOWN_SEARCH = 256, 50
"""Longest words of a search, and the part of them in a caption, in UTF-16 units."""
_RECENT_SECONDS = 86_400.0
"""Age up to which the reader's app says how long ago a picture was drawn (Bot API, date-time entity formatting, r)."""


async def history_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    preferences: Preferences,
    members: Members,
    searches: Searches,
    history: History,
    singles: Singles,
    private_replies: PrivateReplies,
    clock: Clock,
    keyboards: ResultKeyboards,
) -> None:
    """Show the newest picture that the user drew in this chat, or that has the words behind the command.

    With “all” as the first word, it is the newest picture of all members of a group. Raises NoSharedHistory.
    """
    place = answer_place(message)
    shared, words = await _parse(command.args or "", place, preferences)
    search_id, empty = None, translate("history-empty")
    if words:
        search_id = await searches.add(origins.command_key(message), user.id, cut(words, _LONGEST_SEARCH))
        empty = translate("search-empty-all" if shared else "search-empty", words=one_line(words))
    selection = Selection(search_id=search_id, shared=shared)
    page = await history.page(user.id, message.chat.id, selection=selection)
    if page is None:
        await private_replies.send(place, user.id, empty)
        return
    await _send(page, place, user, translate, members, singles, private_replies, clock, keyboards)


async def _parse(args: str, place: ReplyTarget, preferences: Preferences) -> tuple[bool, str]:
    """Return whether the pictures of all members are wanted, and the words to search for.

    In a private chat, where all pictures are the user's own, “all” alone is no search either. In quotes it is a word to
    search for. Raises NoSharedHistory for “all” alone in a group without one; there, more words are searched as ever.
    """
    all_of = _ALL.fullmatch(args)
    if all_of is not None and not place.in_group and not all_of[1]:
        return False, ""
    if all_of is not None and place.in_group:
        if await may_show(SHARED, place, preferences):
            return True, (all_of[1] or "").strip(_QUOTES)
        if not all_of[1]:
            raise NoSharedHistory
    return False, args.strip(_QUOTES)


async def favourites_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    members: Members,
    history: History,
    singles: Singles,
    private_replies: PrivateReplies,
    clock: Clock,
    keyboards: ResultKeyboards,
) -> None:
    """Show the newest of the user's favourites in this chat."""
    page = await history.page(user.id, message.chat.id, selection=FAVOURITES)
    if page is None:
        await private_replies.send(answer_place(message), user.id, translate("favourites-empty"))
        return
    place = answer_place(message)
    await _send(page, place, user, translate, members, singles, private_replies, clock, keyboards)


async def page_pressed(
    query: CallbackQuery,
    callback_data: ShowPage,
    place: ReplyTarget,
    translate: Translator,
    preferences: Preferences,
    members: Members,
    history: History,
    sender: Sender,
    singles: Singles,
    clock: Clock,
    keyboards: ResultKeyboards,
) -> None:
    """Show another page of the owner's pictures in this chat, or of all members'. Raises NoSharedHistory."""
    selection = callback_data.selection
    if not await may_show(selection, place, preferences):
        raise NoSharedHistory
    page = await history.page(callback_data.user, place.chat_id, callback_data.request, selection)
    if page is None:
        raise ButtonExpired
    await sender.toast(query.id)
    await show_page(page, place, translate, members, sender, singles, clock, keyboards)


async def end_pressed(
    query: CallbackQuery,
    callback_data: HistoryEnd,
    place: ReplyTarget,
    translate: Translator,
    preferences: Preferences,
    members: Members,
    history: History,
    sender: Sender,
    singles: Singles,
    clock: Clock,
    keyboards: ResultKeyboards,
) -> None:
    """Say that the history ends here, or show the newest picture if another was drawn meanwhile.

    Raises NoSharedHistory.
    """
    shown, newest = callback_data.shown, callback_data.newest
    user, selection = callback_data.user, callback_data.selection
    if not await may_show(selection, place, preferences):
        raise NoSharedHistory
    page = await history.page(user, place.chat_id, NEWEST if newest else shown, selection)
    if page is None:
        raise ButtonExpired
    if page.request.id == shown:
        await sender.toast(query.id, translate.raw("toast-newest" if newest else "toast-oldest"))
        return
    await sender.toast(query.id)
    await show_page(page, place, translate, members, sender, singles, clock, keyboards)


async def _send(
    page: HistoryPage,
    place: ReplyTarget,
    user: UserIdentity,
    translate: Translator,
    members: Members,
    singles: Singles,
    private_replies: PrivateReplies,
    clock: Clock,
    keyboards: ResultKeyboards,
) -> None:
    content = await _content(page, place, translate, members, clock, keyboards)
    if await singles.show(page.request, place, *content) is None:
        await private_replies.send(place, user.id, _lost(page.request, translate))


async def show_page(
    page: HistoryPage,
    place: ReplyTarget,
    translate: Translator,
    members: Members,
    sender: Sender,
    singles: Singles,
    clock: Clock,
    keyboards: ResultKeyboards,
) -> None:
    """Show a page in the pressed message."""
    content = await _content(page, place, translate, members, clock, keyboards)
    if not await singles.replace(page.request, place.chat_id, place.require_reply_to(), *content):
        await sender.send_text(place, _lost(page.request, translate))


def _lost(request: Request, translate: Translator) -> str:
    """Return the answer in the place of a picture that nobody has any more, with its description to send again."""
    return translate("picture-lost", prompt=cut(request.prompt, _LONGEST_PROMPT))


async def may_show(selection: Selection, place: ReplyTarget, preferences: Preferences) -> bool:
    """Return whether a selection may be shown in a chat: the pictures of all members only if its admins allow it."""
    return not selection.shared or (await preferences.of(place.chat_id)).shared_history


async def _content(
    page: HistoryPage,
    place: ReplyTarget,
    translate: Translator,
    members: Members,
    clock: Clock,
    keyboards: ResultKeyboards,
) -> tuple[str, InlineKeyboardMarkup]:
    """Return the caption and the buttons of a page."""
    request, finished_at = page.request, page.request.require_finished_at()
    recent = clock.now() - finished_at < _RECENT_SECONDS
    text = translate(
        "history-page-recent" if recent else "history-page",
        prompt=cut(request.prompt, _LONGEST_PROMPT),
        **moment(finished_at, clock.now(), translate),
        number=page.number,
        total=page.total,
    )
    if page.selection.shared:
        text += "\n" + translate("page-of-all")
        name = await members.present_name(place.chat_id, request.user_id)
        if name is not None:
            text += " · " + translate("page-by", name=one_line(name, _LONGEST_NAME))
    if page.words is not None:
        text += "\n" + translate("page-of-search", words=one_line(page.words, _SHOWN_SEARCH))
    elif page.selection.favourites:
        text += "\n" + translate("page-of-favourites")
    return text, keyboards.picture(translate, request, page)


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
