"""/stats: the figures of the last days as a picture with small charts, and as text, for the bot's admins."""

import asyncio
import re

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from chat import admin_keyboards, charts
from chat.admin_callbacks import ShowStatistics
from chat.picture_sender import PictureSender
from chat.sender import Sender
from chat.translations import Translator
from core.model import FileKind
from core.reply_target import ReplyTarget
from handlers.admin_filters import on_admin_command, pressed_by_admin
from handlers.feature_router import FeatureRouter
from handlers.identity import answer_place
from handlers.shop import Shop
from handlers.statistics_charts import caption_of, charts_of
from storage.statistics import Statistics

_ID = re.compile(r"-?\d{1,18}", re.ASCII)


async def stats_command(
    message: Message,
    command: CommandObject,
    translate: Translator,
    statistics: Statistics,
    shop: Shop | None,
    picture_sender: PictureSender,
    sender: Sender,
) -> None:
    """Show the figures of all users, or of the one whose id follows the command."""
    given, place = (command.args or "").strip(), answer_place(message)
    if given and not _ID.fullmatch(given):
        await sender.send_text(place, translate("stats-how"))
        return
    shown = ShowStatistics(user=int(given or 0))
    file, caption = await _content(shown, translate, statistics, sells=shop is not None)
    keyboard = admin_keyboards.statistics(translate, shown.user, dark=shown.dark)
    await picture_sender.send_picture(place, file, FileKind.PHOTO, caption, keyboard)


async def statistics_pressed(
    query: CallbackQuery,
    callback_data: ShowStatistics,
    place: ReplyTarget,
    translate: Translator,
    statistics: Statistics,
    shop: Shop | None,
    picture_sender: PictureSender,
    sender: Sender,
) -> None:
    """Show the figures as they are now: in the pressed picture, or below the pressed text."""
    await sender.toast(query.id)
    file, caption = await _content(callback_data, translate, statistics, sells=shop is not None)
    keyboard = admin_keyboards.statistics(translate, callback_data.user, dark=callback_data.dark)
    if callback_data.again:
        message_id = place.require_reply_to()
        await picture_sender.replace_picture(
            place.chat_id, message_id, file, FileKind.PHOTO, caption, keyboard
        )
    else:
        target = ReplyTarget(place.chat_id)
        await picture_sender.send_picture(target, file, FileKind.PHOTO, caption, keyboard)


async def _content(
    shown: ShowStatistics, translate: Translator, statistics: Statistics, *, sells: bool
) -> tuple[BufferedInputFile, str]:
    """Return the picture, drawn in a thread, and its caption."""
    from chat import chart_picture  # noqa: PLC0415 - loads the drawing part of Pillow, 0.04 s of CPU at each start

    figures = await (statistics.of_user(shown.user) if shown.user else statistics.of_all())
    title = translate.raw("stats-title")
    subtitle = translate("stats-of-user", id=str(shown.user)) if shown.user else translate.raw("stats-of-all")
    theme = charts.DARK if shown.dark else charts.LIGHT
    panels = charts_of(figures, translate, sells=sells)
    png = await asyncio.to_thread(chart_picture.draw, title, subtitle, panels, theme)
    caption = caption_of(figures, translate, sells=sells)
    if shown.user:
        caption = f"{translate('stats-of-user', id=str(shown.user))}\n{caption}"
    return BufferedInputFile(png, "statistics.png"), caption


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="statistics")
    on_admin_command(router, stats_command, "stats")
    router.callback_query.register(statistics_pressed, ShowStatistics.filter(), pressed_by_admin)
    return router
