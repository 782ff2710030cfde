"""The messages that show a report to the bot's admins, each in private, and the decision about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog

from chat.captions import cut, one_line
from chat.dates import moment
from chat.errors import SendError
from chat.languages import LanguageResolver
from chat.picture_sender import PictureSender
from chat.report_keyboards import decisions
from chat.translations import Translator
from core.clock import Clock
from core.model import FileKind, Request
from core.reply_target import ReplyTarget
from storage.reports import Report, Reports
from storage.requests import Requests

log = structlog.get_logger(__name__)

_LONGEST_PROMPT, _LONGEST_REASON, _LONGEST_NAME = 400, 200, 64
"""In UTF-16 units: all lines together stay within the 1,024 of a caption."""


@dataclass(frozen=True, slots=True)
class ReportedFile:
    """The file in a reported message."""

    file_id: str
    kind: FileKind


class ReportCopies:
    """Sends reports to `admins`, and shows decisions in them. Errors of sending are logged."""

    def __init__(
        self,
        *,
        reports: Reports,
        requests: Requests,
        picture_sender: PictureSender,
        languages: LanguageResolver,
        clock: Clock,
        admins: Collection[int],
    ) -> None:
        self._reports = reports
        self._requests = requests
        self._picture_sender = picture_sender
        self._languages = languages
        self._clock = clock
        self._admins = sorted(admins)

    async def send(self, report: Report, file: ReportedFile) -> bool:
        """Send a report to the admins who do not have it, and return whether one of them has it now.

        A kill between a sent copy and its record sends that copy again. The picture is under a spoiler, so that the
        admin chooses when to look at it.
        """
        reached = {chat_id for chat_id, _ in await self._reports.copies_of(report.id)}
        request = await self._requests.get(report.request_id)
        for admin in self._admins:
            if admin in reached:
                continue
            translate = await self._languages.translator(admin)
            text, keyboard = self._text(report, request, translate), decisions(translate, report.id)
            try:
                message_id = await self._picture_sender.send_by_file_id(
                    ReplyTarget(admin), file.file_id, file.kind, text, keyboard, spoiler=True
                )
            except SendError as error:
                log.warning("report not sent to an admin", report=report.id, admin=admin, error=str(error))
                continue
            await self._reports.add_copy(report.id, admin, message_id)
            reached.add(admin)
        if not reached:
            log.error(
                "report reached no admin", report=report.id, chat=report.chat_id, author=report.author_id
            )
        now = await self._reports.get(report.id)
        if now is not None and now.decision is not None:  # by one admin, while it was sent to the others
            await self.show_decision(now)
        return bool(reached)

    async def show_decision(self, report: Report, *others: tuple[int, int]) -> None:
        """Show the decision in all copies, and in `others`, without buttons. May be repeated."""
        request = await self._requests.get(report.request_id)
        for chat_id, message_id in sorted({*await self._reports.copies_of(report.id), *others}):
            translate = await self._languages.translator(chat_id)
            text = self._text(report, request, translate)
            try:
                await self._picture_sender.edit_caption(chat_id, message_id, text)
            except SendError as error:
                log.warning("decision not shown", report=report.id, admin=chat_id, error=str(error))

    def _text(self, report: Report, request: Request | None, translate: Translator) -> str:
        """Return the HTML caption: the description, the author, the reporter, the chat, the reason, the decision."""
        lines = [translate("report-title")]
        if request is not None and not request.forget:
            lines.append(translate("report-prompt", prompt=cut(request.prompt, _LONGEST_PROMPT)))
        lines += [*_people(report, translate), _where(report, translate)]
        if report.reason is not None:
            lines.append(translate("report-reason", reason=one_line(report.reason, _LONGEST_REASON)))
        if report.decision is not None and report.decided_at is not None:
            lines += ["", self._decision(report, report.decided_at, translate)]
        return "\n".join(lines)

    def _decision(self, report: Report, decided_at: float, translate: Translator) -> str:
        return translate(
            f"report-decided-{report.decision}",
            admin=one_line(report.decided_by or "", _LONGEST_NAME),
            **moment(decided_at, self._clock.now(), translate),
        )


def _people(report: Report, translate: Translator) -> Sequence[str]:
    """Return the lines about the author and the reporter, who may be a chat or have deleted their data."""
    author = str(report.author_id)
    lines = [translate("report-author" if report.author_id > 0 else "report-author-chat", id=author)]
    if report.reporter_id is not None:
        name = one_line(report.reporter_name or "", _LONGEST_NAME) or str(report.reporter_id)
        by_user = report.reporter_id > 0
        lines.append(
            translate(
                "report-reporter" if by_user else "report-reporter-chat",
                id=str(report.reporter_id),
                name=name,
            )
        )
    return lines


def _where(report: Report, translate: Translator) -> str:
    if report.chat_title is None:
        return translate("report-in-private")
    return translate("report-in-group", title=one_line(report.chat_title, _LONGEST_NAME))
