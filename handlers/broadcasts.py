"""/broadcast in reply to a message: a bot admin sends a copy of it to all users, now or at a time."""

import re
from typing import Any

from aiogram import Bot, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, InlineKeyboardButton, Message

from chat import broadcast_keyboards
from chat.broadcast_callbacks import BroadcastButton, BroadcastLanguage, ExplainBroadcast, PanelAction
from chat.broadcast_panel import BroadcastPanel, zone_name
from chat.errors import Rejected
from chat.limits import Priority
from chat.sender import Sender
from chat.translations import LANGUAGES, Translator
from core.clock import Clock
from core.reply_target import ReplyTarget
from generation.broadcaster import Broadcaster
from handlers import origins
from handlers.admin_filters import cause_of, cause_of_press, on_admin_command, pressed_by_admin
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, by_bot_admin, not_a_command, replies_to_bot
from handlers.identity import UserIdentity, answer_place
from handlers.times import parse_time
from storage.broadcasts import Broadcast, Broadcasts, BroadcastState

_OWN_BUTTON = re.compile(r"(?P<label>.*?)[ \t:|–—-]*(?P<url>(?:https?|tg)://\S+)")
_MOST_BUTTONS, _LONGEST_LABEL = 10, 64


async def broadcast_command(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    broadcasts: Broadcasts,
    broadcast_panel: BroadcastPanel,
    sender: Sender,
) -> None:
    """Show the message as users get it, and the panel from which it is sent.

    The update stays in the inbox until this ends, so after a kill both are sent, perhaps the first one twice.
    """
    original = message.reply_to_message
    if original is None or original.media_group_id is not None:
        text = translate("broadcast-how") if original is None else translate("broadcast-album")
        await sender.send_text(answer_place(message), text)
        return
    rows = [*broadcast_keyboards.kept_rows(original.reply_markup), *_own_rows(command.args)]
    keyboard = broadcast_keyboards.of_message(translate, rows)
    try:
        await sender.acquire_slot(user.id, Priority.ANSWER)
        await sender.copy_message(user.id, message.chat.id, original.message_id, keyboard=keyboard)
    except Rejected as error:
        text = translate("broadcast-not-copied", reason=str(error))
        await sender.send_text(answer_place(message), text)
        return
    draft = await broadcasts.add(
        origins.command_key(message),
        admin_id=user.id,
        message_id=original.message_id,
        keyboard=broadcast_keyboards.dump(rows),
        languages=LANGUAGES,
    )
    if draft.panel_message_id is None:
        notes = [translate("broadcast-preview")]
        if left_out := broadcast_keyboards.without_kind(original.reply_markup):
            notes.append(translate("broadcast-buttons-left", buttons=left_out))
        await broadcast_panel.send(draft, translate, notes="\n".join(notes))


async def explanation_pressed(
    query: CallbackQuery, place: ReplyTarget, translate: Translator, sender: Sender
) -> None:
    """Say how a broadcast is sent."""
    await sender.toast(query.id)
    await sender.send_text(ReplyTarget(place.chat_id), translate("broadcast-how"))


async def language_pressed(
    query: CallbackQuery,
    callback_data: BroadcastLanguage,
    translate: Translator,
    broadcasts: Broadcasts,
    broadcast_panel: BroadcastPanel,
    sender: Sender,
) -> None:
    """Add a language to those of a draft, or leave it out again."""
    draft = await broadcasts.get(callback_data.broadcast)
    if draft is None or callback_data.language not in LANGUAGES:
        await sender.toast(query.id, translate.raw("broadcast-over"))
        return
    changed = await broadcasts.choose_languages(draft.id, draft.languages ^ {callback_data.language})
    await sender.toast(query.id, None if changed is not None else translate.raw("broadcast-over"))
    await _show(draft.id, broadcasts, broadcast_panel)


async def action_pressed(
    query: CallbackQuery,
    callback_data: BroadcastButton,
    translate: Translator,
    clock: Clock,
    broadcasts: Broadcasts,
    broadcast_panel: BroadcastPanel,
    broadcaster: Broadcaster,
    sender: Sender,
) -> None:
    """Send a broadcast now, stop it, or show how far it is."""
    broadcast = await broadcasts.get(callback_data.broadcast)
    if broadcast is None:
        await sender.toast(query.id, translate.raw("broadcast-over"))
        return
    changed: Broadcast | None = broadcast
    if callback_data.action is PanelAction.SEND:
        counts = await broadcast_panel.counts()
        if not any(counts.get(language) for language in broadcast.languages):
            await sender.alert(query.id, translate("broadcast-nobody"))
            return
        admin = cause_of_press(query, clock)
        changed = await broadcasts.schedule(broadcast.id, clock.now(), admin=admin)
    elif callback_data.action is PanelAction.STOP:
        admin = cause_of_press(query, clock)
        changed = await broadcasts.end(broadcast.id, BroadcastState.STOPPED, admin=admin)
    await sender.toast(query.id, None if changed is not None else translate.raw("broadcast-over"))
    broadcaster.wake()
    await _show(broadcast.id, broadcasts, broadcast_panel)


async def answers_panel(
    message: Message, bot: Bot, user: UserIdentity, broadcasts: Broadcasts
) -> dict[str, Any] | bool:
    """Pass replies to the panel of a broadcast. Adds `broadcast`."""
    panel = message.reply_to_message
    if panel is None or not replies_to_bot(message, bot):
        return False
    broadcast = await broadcasts.of_panel(user.id, panel.message_id)
    return False if broadcast is None else {"broadcast": broadcast}


async def time_given(
    message: Message,
    user: UserIdentity,
    broadcast: Broadcast,
    translate: Translator,
    clock: Clock,
    broadcasts: Broadcasts,
    broadcast_panel: BroadcastPanel,
    broadcaster: Broadcaster,
    sender: Sender,
) -> None:
    """Let a broadcast begin at the time that an admin names."""
    wall, admin = clock.wall(), cause_of(message, user, clock)
    at = parse_time(message.text or "", wall)
    if at is None:
        text = translate("broadcast-time-unknown", zone=zone_name(wall))
    elif at <= wall:
        text = translate("broadcast-time-past")
    elif await broadcasts.schedule(broadcast.id, clock.now() + at - wall, admin=admin) is None:
        text = translate("broadcast-over")
    else:
        broadcaster.wake()
        await _show(broadcast.id, broadcasts, broadcast_panel)
        return
    await sender.send_text(answer_place(message), text)


async def _show(broadcast_id: int, broadcasts: Broadcasts, panel: BroadcastPanel) -> None:
    """Show a broadcast as it is after the edit: the sender of broadcasts may edit the panel meanwhile."""
    shown: Broadcast | None = None
    while (now := await broadcasts.get(broadcast_id)) is not None:
        if shown is not None and (shown.state, shown.languages) == (now.state, now.languages):
            return
        await panel.edit(now)
        shown = now


def _own_rows(args: str | None) -> list[list[InlineKeyboardButton]]:
    """Return the buttons below the command: one a line, a label and a link."""
    found = (_OWN_BUTTON.fullmatch(line.strip()) for line in (args or "").splitlines())
    buttons = [(match["label"].strip() or match["url"], match["url"]) for match in found if match is not None]
    return [
        [InlineKeyboardButton(text=label[:_LONGEST_LABEL], url=url)] for label, url in buttons[:_MOST_BUTTONS]
    ]


def times_router() -> Router:
    """Return the route of replies to a panel. It goes before those of all other replies."""
    router = FeatureRouter(name="times of broadcasts")
    router.message.register(time_given, IN_PRIVATE, not_a_command, by_bot_admin, answers_panel)
    return router


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="broadcasts")
    on_admin_command(router, broadcast_command, "broadcast")
    router.callback_query.register(action_pressed, BroadcastButton.filter(), pressed_by_admin)
    router.callback_query.register(language_pressed, BroadcastLanguage.filter(), pressed_by_admin)
    router.callback_query.register(explanation_pressed, ExplainBroadcast.filter(), pressed_by_admin)
    return router
