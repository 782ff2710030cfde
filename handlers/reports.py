"""/report in reply to a picture of the bot, and the decisions of the bot's admins about reported pictures."""

import re
from collections.abc import Collection
from typing import Any

from aiogram import Bot, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from chat.callbacks import DecideReport
from chat.errors import SendError
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.model import FileKind, Request
from handlers import origins
from handlers.admin_filters import cause_of_press
from handlers.attachments import stored_request
from handlers.batches import find_batch
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import on_message, pressed_place
from handlers.identity import UserIdentity, place_of
from handlers.report_copies import ReportCopies, ReportedFile
from storage.bans import Bans
from storage.batches import Batches
from storage.reports import MOST_A_DAY, Decision, MessageKey, NewReport, Report, Reports
from storage.requests import Requests

_LINK = re.compile(r"[?&]start=r(\d{1,18})$", re.ASCII)
_LONGEST_REASON, _LONGEST_NAME = 1_000, 256


async def answers_picture(
    message: Message, bot: Bot, requests: Requests, batches: Batches
) -> dict[str, Any] | bool:
    """Pass replies to a picture that the ledger knows, also a grid or one sent via the bot.

    Adds `request`, that of the picture or the first of the grid, and `file`.
    """
    picture = message.reply_to_message
    file = _file_of(picture) if picture is not None else None
    if picture is None or file is None:
        return False
    request = await _find(picture, bot, requests, batches)
    return False if request is None else {"request": request, "file": file}


async def report_command(
    message: Message,
    command: CommandObject,
    request: Request,
    file: ReportedFile,
    user: UserIdentity,
    translate: Translator,
    admin_ids: Collection[int],
    reports: Reports,
    report_copies: ReportCopies,
    private_replies: PrivateReplies,
) -> None:
    """Pass a picture on to the bot's admins, once, and thank the reporter in private.

    The update stays in the inbox until this ends, so after a kill the admins who did not get the report get it.
    """

    if not admin_ids:
        text = translate("report-nobody")
    elif request.hidden_at is not None:
        text = translate("report-hidden")
    else:
        new = _new_report(message, command, request, user)
        text = await _pass_on(new, file, translate, reports, report_copies)
    await private_replies.send(place_of(message), user.id, text)


async def _pass_on(
    new: NewReport, file: ReportedFile, translate: Translator, reports: Reports, report_copies: ReportCopies
) -> str:
    """Store a report, send it to the admins, and return the answer to the reporter."""
    report = await reports.add(new)
    if report is None:
        return translate("report-too-many", limit=MOST_A_DAY)
    if report.key != new.key:
        return translate("report-known")
    reached = await report_copies.send(report, file)
    return translate("report-sent" if reached else "report-unread")


async def report_without_picture(
    message: Message,
    command: CommandObject,
    user: UserIdentity,
    translate: Translator,
    bot: Bot,
    private_replies: PrivateReplies,
) -> None:
    """Explain /report, unless it is about another message of a group: moderation bots have that command, too."""
    picture = message.reply_to_message
    own = picture is not None and _is_of_bot(picture, bot)
    if place_of(message).in_group and picture is not None and not own and command.mention is None:
        return
    forgotten = picture is not None and own and _file_of(picture) is not None
    text = translate("report-gone" if forgotten else "report-how")
    await private_replies.send(place_of(message), user.id, text)


async def decision_pressed(
    query: CallbackQuery,
    callback_data: DecideReport,
    translate: Translator,
    admin_ids: Collection[int],
    clock: Clock,
    reports: Reports,
    report_copies: ReportCopies,
    bans: Bans,
    sender: Sender,
) -> None:
    """Decide about a report, if no admin has. A repeated press completes what a kill left undone."""
    decision = _decision_of(callback_data)
    if query.from_user.id not in admin_ids or decision is None:
        await sender.toast(query.id, translate.raw("toast-bot-admins-only"))
        return
    report = await reports.get(callback_data.report)
    if report is not None and decision is Decision.BAN and report.author_id in admin_ids:
        await sender.alert(query.id, translate("report-of-admin"))
        return
    if report is not None:
        cause = cause_of_press(query, clock)
        report = await reports.decide(report.id, decision, query.from_user.first_name, cause)
        bans.reload()
    if report is None:
        await sender.alert(query.id, translate("report-deleted"))
        return
    await _answer(query, report, decision, translate, reports, sender)
    pressed = _pressed(query)
    await report_copies.show_decision(report, *pressed)


async def _answer(
    query: CallbackQuery,
    report: Report,
    decision: Decision,
    translate: Translator,
    reports: Reports,
    sender: Sender,
) -> None:
    """Remove the pictures of a hidden report, and answer the press."""
    all_deleted = True
    if report.is_hidden:
        for message in await reports.messages_of(report):
            all_deleted = await _remove(message, sender) and all_deleted
    if report.decision is not decision:
        await sender.toast(query.id, translate.raw("toast-report-decided"))
    elif all_deleted:
        await sender.toast(query.id, translate.raw(f"toast-report-{decision}"))
    else:
        await sender.alert(query.id, translate("report-message-stays"))


async def _remove(message: MessageKey, sender: Sender) -> bool:
    """Delete a message, or at least its buttons. Return whether it is deleted, as far as Telegram says."""
    try:
        if await sender.try_to_delete(*message):
            return True
        await sender.edit_keyboard(*message, None)
    except SendError:
        return False
    return False


async def _find(picture: Message, bot: Bot, requests: Requests, batches: Batches) -> Request | None:
    """Return the request behind a picture, the first one that is left of a batch, also if it is hidden."""
    if not _is_of_bot(picture, bot):
        return None
    if picture.via_bot is not None:
        request_id = _linked_request(picture)
        return await requests.get(request_id) if request_id is not None else None
    request = await stored_request(picture, bot.id, requests)
    if request is None and (batch := await find_batch(picture, batches)) is not None:
        request = next(iter(await batches.requests_of(batch.id)), None)
    return request


def _is_of_bot(message: Message, bot: Bot) -> bool:
    """Return whether the bot sent a message, or a user through the bot."""
    author = message.via_bot or message.from_user
    return author is not None and author.id == bot.id


def _linked_request(picture: Message) -> int | None:
    """Return the request that a button under a picture of an inline message opens (chat.links)."""
    rows = picture.reply_markup.inline_keyboard if picture.reply_markup else []
    links = (_LINK.search(button.url or "") for row in rows for button in row)
    return next((int(link[1]) for link in links if link is not None), None)


def _file_of(picture: Message) -> ReportedFile | None:
    if picture.photo:
        return ReportedFile(picture.photo[-1].file_id, FileKind.PHOTO)
    return ReportedFile(picture.document.file_id, FileKind.DOCUMENT) if picture.document else None


def _new_report(message: Message, command: CommandObject, request: Request, user: UserIdentity) -> NewReport:
    """Return the report of a message. All pictures of a batch are reported together: each is in the grid, too."""
    picture = message.reply_to_message
    title = message.chat.title
    return NewReport(
        key=origins.command_key(message),
        request_id=request.batch_id or request.id,
        author_id=request.user_id,
        chat_id=message.chat.id,
        message_id=picture.message_id if picture is not None else None,
        chat_title=title[:_LONGEST_NAME] if title else None,
        reporter_id=user.id,
        reporter_name=user.name[:_LONGEST_NAME],
        reason=(command.args or "").strip()[:_LONGEST_REASON] or None,
    )


def _decision_of(data: DecideReport) -> Decision | None:
    return Decision(data.decision) if data.decision in set(Decision) else None


def _pressed(query: CallbackQuery) -> list[MessageKey]:
    """Return the pressed message, which the ledger does not know if it was sent before a kill."""
    pressed = query.message
    return [] if pressed is None else [(pressed.chat.id, pressed.message_id)]


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="reports")
    on_message(router, report_command, Command("report"), answers_picture)
    on_message(router, report_without_picture, Command("report"))
    router.callback_query.register(decision_pressed, DecideReport.filter(), pressed_place)
    return router
