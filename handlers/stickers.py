"""The button Sticker under a picture: the picture as a sticker in a set of the user's own."""

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from chat import keyboards
from chat.callbacks import ResultAction, ResultButton
from chat.errors import Rejected, TryLater, Unreachable, Unsure
from chat.links import bot_address, request_link
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.sticker_sets import StickerSets
from chat.telegram_files import FileRefused, FileUnavailable
from chat.translations import Translator
from core.model import Request
from core.reply_target import ReplyTarget
from generation.conversion import UnusablePicture
from generation.stickers import MadeSticker, NoOpenSet, NotInSet, StickerMaker
from handlers.feature_router import FeatureRouter
from handlers.filters import not_forgotten, own_request, pressed_place
from handlers.user_errors import ButtonExpired
from storage.preferences import Preferences
from storage.stickers import Stickers

_NO_CHAT = ("user_is_bot", "user not found", "peer_id_invalid")
"""The server's words for a user who has no chat with the bot (tdlib/td#1377, python-telegram-bot#3667)."""


async def sticker_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    bot: Bot,
    sticker_maker: StickerMaker,
    sticker_sets: StickerSets,
    stickers: Stickers,
    preferences: Preferences,
    sender: Sender,
    private_replies: PrivateReplies,
) -> None:
    """Send the picture as a sticker, and a link to its set. A press a minute later sends the same sticker.

    The update of the press stays in the inbox until this ends, so a kill ends nothing.
    """
    user_id = query.from_user.id
    if request.spoiler:
        await sender.alert(query.id, translate("sticker-hidden"))
        return
    if request.file_id is None:
        raise ButtonExpired
    address = await bot_address(bot)
    if await preferences.cover_pictures(place.chat_id):
        await sender.toast(query.id)
        link = request_link(address, request.id)
        await private_replies.send(place, user_id, translate("sticker-hidden-group", link=link))
        return
    if await stickers.was_just_sent(user_id, request.id):
        await sender.toast(query.id, translate.raw("toast-sticker-sent"))
        return
    await sender.toast(query.id, translate.raw("toast-sticker"))
    title = f"{translate.raw('sticker-title')} · @{(await bot.me()).username or ''}"
    made = await _make(request, user_id, title, translate, sticker_maker, address)
    if isinstance(made, str):
        await private_replies.send(place, user_id, made)
        return
    keyboard = keyboards.sticker_set(translate, made.set_name)
    try:
        await sticker_sets.send(place, made.file_id, keyboard)
    except Rejected:
        await private_replies.send(place, user_id, translate("sticker-not-sent"), keyboard=keyboard)
        return
    await stickers.set_sent(user_id, request.id)


async def _make(
    request: Request,
    user_id: int,
    title: str,
    translate: Translator,
    sticker_maker: StickerMaker,
    link: str,
) -> MadeSticker | str:
    """Return the sticker, or the sentence about a failure."""
    try:
        return await sticker_maker.make(request, user_id, title)
    except FileRefused:
        return translate("sticker-picture-gone")
    except (FileUnavailable, TryLater, Unsure, NotInSet):
        return translate("sticker-later")
    except NoOpenSet:
        return translate("sticker-no-set")
    except UnusablePicture:
        return translate("sticker-refused")
    except (Unreachable, Rejected) as error:
        if any(words in str(error).lower() for words in _NO_CHAT):
            return translate("sticker-no-chat", link=link)
        return translate("sticker-refused")


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="stickers")
    is_sticker = ResultButton.filter(F.action == ResultAction.STICKER)
    router.callback_query.register(sticker_pressed, is_sticker, pressed_place, own_request, not_forgotten)
    return router
