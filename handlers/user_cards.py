"""/user: one user as a bot admin needs to see them, with buttons."""

from collections.abc import Collection
from datetime import date

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat import admin_keyboards
from chat.admin_callbacks import CardAction, UserCard
from chat.captions import one_line
from chat.dates import date_in_words
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.model import FINAL, Request, State
from core.reply_target import ReplyTarget
from generation.allowances import Allowances, DailyQuota
from handlers.admin_filters import cause_of_press, on_admin_command, pressed_by_admin
from handlers.feature_router import FeatureRouter
from handlers.identity import answer_place
from handlers.moderation import add_subject, lift, subject_to_ban
from handlers.user_errors import ButtonExpired
from storage.bans import Ban, Bans
from storage.controls import Controls
from storage.credits import Credits
from storage.user_summaries import UserSummaries, UserSummary

_LONGEST_NAME, _LONGEST_PROMPT = 64, 60
"""In UTF-16 units."""
_MARKS = {State.DELIVERED: "✅", State.FAILED: "⚠️", State.CANCELLED: "✕", State.UNDELIVERABLE: "⚠️"}
_UNDER_WAY = "⏳"


class UserCards:
    """Makes the cards of users."""

    def __init__(
        self,
        *,
        user_summaries: UserSummaries,
        bans: Bans,
        controls: Controls,
        credits: Credits,
        allowances: Allowances,
        quota: DailyQuota,
        clock: Clock,
        admin_ids: Collection[int],
    ) -> None:
        self._user_summaries = user_summaries
        self._bans = bans
        self._controls = controls
        self._credits = credits
        self._allowances = allowances
        self._quota = quota
        self._clock = clock
        self._admin_ids = admin_ids

    async def is_banned(self, user_id: int) -> bool:
        """Return whether a user or chat is banned."""
        return str(user_id) in await self._bans.of_kind(Ban.SUBJECT)

    async def text(self, user_id: int, translate: Translator) -> str:
        """Return the card of a user or chat as HTML."""
        summary = await self._user_summaries.of(user_id)
        lines = _who(user_id, summary, translate)
        if await self.is_banned(user_id):
            lines.append(translate("user-banned"))
        lines += ["", await self._today(user_id, translate)]
        if balance := (await self._credits.balance(user_id)).units:
            lines.append(translate("user-balance", balance=balance))
        lines += _counts(summary, translate)
        if summary.last:
            lines += ["", translate("user-last")]
            lines += [self._request(request, translate) for request in summary.last]
        return "\n".join(lines)

    async def _today(self, user_id: int, translate: Translator) -> str:
        if user_id in self._admin_ids:
            return translate("user-is-admin")
        daily = self._allowances.of_user(user_id).daily
        text = translate("user-today", used=await self._quota.used(user_id), daily=daily or 0)
        own = self._controls.limit_of(user_id) is not None
        return f"{text} ({translate('user-own-limit')})" if own else text

    def _request(self, request: Request, translate: Translator) -> str:
        return translate(
            "user-request",
            mark=_MARKS[request.state] if request.state in FINAL else _UNDER_WAY,
            at=str(round(request.accepted_at)),
            when=date_in_words(request.accepted_at, self._clock.now(), translate),
            prompt=one_line(request.prompt, _LONGEST_PROMPT),
        )


def _who(user_id: int, summary: UserSummary, translate: Translator) -> list[str]:
    user = summary.user
    name = one_line((user.name if user else None) or str(user_id), _LONGEST_NAME)
    if user is not None and user.username:
        name += f" @{user.username}"
    lines = [translate("user-title" if user_id > 0 else "user-title-chat", id=str(user_id), name=name)]
    if user is not None and user.first_day:
        first = date.fromisoformat(user.first_day)
        lines.append(translate("user-since", date=first, language=user.language or "?"))
    if user is not None and user.last_day:
        lines.append(translate("user-seen", date=date.fromisoformat(user.last_day)))
    if user is not None and user.blocked_at is not None:
        lines.append(translate("user-left-bot"))
    return lines


def _counts(summary: UserSummary, translate: Translator) -> list[str]:
    counts = summary.counts
    done, cancelled = counts.get(State.DELIVERED, 0), counts.get(State.CANCELLED, 0)
    failed = counts.get(State.FAILED, 0) + counts.get(State.UNDELIVERABLE, 0)
    total = sum(counts.values())
    pending = total - done - cancelled - failed
    lines = [
        translate(
            "user-requests",
            total=str(total),
            used=str(done),
            failed=str(failed),
            cancelled=str(cancelled),
            pending=str(pending),
        )
    ]
    if summary.roubles:
        lines.append(translate("user-spent", roubles=f"{summary.roubles:.2f}"))
    if summary.stars:
        lines.append(translate("user-stars", stars=summary.stars))
    return lines


async def user_command(
    message: Message,
    command: CommandObject,
    translate: Translator,
    admin_ids: Collection[int],
    user_cards: UserCards,
    sender: Sender,
) -> None:
    """Show the card of the user or chat with this id."""
    given = (command.args or "").strip()
    digits = given.removeprefix("-")
    place = answer_place(message)
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits) < 2**63):
        await sender.send_text(place, translate("user-how"))
        return
    user_id = int(given)
    text = await user_cards.text(user_id, translate)
    banned, admin = await user_cards.is_banned(user_id), user_id in admin_ids
    keyboard = admin_keyboards.card(translate, user_id, banned=banned, admin=admin)
    await sender.send_text(place, text, keyboard=keyboard)


async def card_pressed(
    query: CallbackQuery,
    callback_data: UserCard,
    place: ReplyTarget,
    translate: Translator,
    clock: Clock,
    admin_ids: Collection[int],
    bans: Bans,
    user_cards: UserCards,
    sender: Sender,
) -> None:
    """Ban or unban the user, or ask whether to ban, and show the card in the pressed message."""
    user_id, action = callback_data.user, callback_data.action
    subject, message_id = str(user_id), place.require_reply_to()
    toast = None
    if action in {CardAction.ASK_BAN, CardAction.BAN} and subject_to_ban(subject, admin_ids) is None:
        raise ButtonExpired
    if action is CardAction.ASK_BAN:
        await sender.toast(query.id)
        text, keyboard = (
            translate("user-ban-sure", id=subject),
            admin_keyboards.confirm_ban(translate, user_id),
        )
        await sender.edit_text(place.chat_id, message_id, text, keyboard=keyboard)
        return
    if action is CardAction.BAN:
        cause = cause_of_press(query, clock)
        toast = await add_subject(subject, cause, translate, bans=bans, admin_ids=admin_ids)
    elif action is CardAction.UNBAN:
        toast = await lift(Ban.SUBJECT, subject, cause_of_press(query, clock), translate, bans)
    await sender.toast(query.id, toast)
    text = await user_cards.text(user_id, translate)
    banned, admin = await user_cards.is_banned(user_id), user_id in admin_ids
    keyboard = admin_keyboards.card(translate, user_id, banned=banned, admin=admin)
    await sender.edit_text(place.chat_id, message_id, text, keyboard=keyboard)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="user cards")
    on_admin_command(router, user_command, "user")
    router.callback_query.register(card_pressed, UserCard.filter(), pressed_by_admin)
    return router
