"""Pictures that users reported, the admins' copies of the reports, and their decisions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.clock import Clock
from storage.admin_actions import ActionKind, AdminCause, record
from storage.bans import Ban
from storage.database import Database
from storage.locks import hold
from storage.schema import bans, batches, comparisons, report_messages, reports, requests
from storage.upsert import insert

MOST_A_DAY = 10
"""Reports of a user within 24 hours, so that nobody floods the bot's admins."""
_DAY_SECONDS = 86_400.0
KEPT_SECONDS = 30 * _DAY_SECONDS
"""Time for which a decided report is kept."""

MessageKey = tuple[int, int]
"""A chat id and a message id."""


class Decision(StrEnum):
    """The decision of a bot admin about a report."""

    HIDE = "hide"
    BAN = "ban"
    """The picture is hidden and its author is banned."""
    FINE = "fine"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A report as it comes from a user.

    `request_id` is the head of a batch, and `author_id` the owner of the request. `message_id` is the reported message,
    None if it cannot be deleted any more. `chat_title` is None for a private chat, and so are the columns of a reporter
    whose data was deleted.
    """

    key: str
    request_id: int
    author_id: int
    chat_id: int
    message_id: int | None
    chat_title: str | None
    reporter_id: int | None
    reporter_name: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(NewReport):
    """One row of the table of reports. `decided_by` is the name of the admin."""

    id: int
    reported_at: float
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: float | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether the decision hides the picture."""
        return self.decision in {Decision.HIDE, Decision.BAN}


class Reports:
    """Every read and write of the tables of reports but those of other units of work."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, new: NewReport) -> Report | None:
        """Store a report and return it, or return the earlier one about the same picture.

        The same cause again is the stored report. Return None if the reporter has sent `MOST_A_DAY` within a day.
        """
        now = self._clock.now()
        known = sa.select(reports).where(reports.c.request_id == new.request_id)
        recent = (
            sa.select(sa.func.count())
            .select_from(reports)
            .where(reports.c.reporter_id == new.reporter_id, reports.c.reported_at > now - _DAY_SECONDS)
        )
        columns = {name: getattr(new, name) for name in NewReport.__slots__} | {"reported_at": now}
        add = insert(reports).values(columns).on_conflict_do_nothing(index_elements=[reports.c.request_id])

        def unit(connection: sa.Connection) -> Report | None:
            hold(connection, "user", new.reporter_id or 0)
            row = connection.execute(known).first()
            if row is None:
                if connection.execute(recent).scalar_one() >= MOST_A_DAY:
                    return None
                connection.execute(add)
                row = connection.execute(known).one()
            return _read_report(row)

        return await self._database.write(unit)

    async def get(self, report_id: int) -> Report | None:
        """Return a report, or None if it was deleted."""
        statement = sa.select(reports).where(reports.c.id == report_id)
        row = await self._database.read(lambda connection: connection.execute(statement).first())
        return None if row is None else _read_report(row)

    async def decide(
        self, report_id: int, decision: Decision, admin_name: str, cause: AdminCause
    ) -> Report | None:
        """Store a decision with its effects in the ledger, unless there is one, and return the report as it is then.

        The pictures of the request and of its batch are hidden, and the author is banned. The action is stored, too.
        Return None for a deleted report.
        """
        now = self._clock.now()
        fenced = (
            sa.update(reports)
            .where(reports.c.id == report_id, reports.c.decision.is_(None))
            .values(decision=decision, decided_by=admin_name, decided_at=now)
            .returning(*reports.c)
        )

        def unit(connection: sa.Connection) -> Report | None:
            row = connection.execute(fenced).first()
            if row is None:
                row = connection.execute(sa.select(reports).where(reports.c.id == report_id)).first()
                return None if row is None else _read_report(row)
            report = _read_report(row)
            action = ActionKind(f"report-{decision}")
            record(connection, cause, action, subject_id=report.author_id, details=str(report.request_id))
            if report.is_hidden:
                hidden_at = sa.func.coalesce(requests.c.hidden_at, now)
                connection.execute(
                    sa.update(requests).where(_pictures_of(report)).values(hidden_at=hidden_at)
                )
            if report.decision is Decision.BAN:
                ban = insert(bans).values(kind=Ban.SUBJECT, value=str(report.author_id))
                connection.execute(ban.on_conflict_do_nothing())
            return report

        return await self._database.write(unit)

    async def messages_of(self, report: Report) -> list[MessageKey]:
        """Return the known messages with a reported picture or with pictures of its batch."""
        results = sa.select(requests.c.chat_id, requests.c.result_message_id).where(
            _pictures_of(report), requests.c.result_message_id.is_not(None)
        )
        grid = sa.select(batches.c.chat_id, batches.c.message_id).where(
            batches.c.id == report.request_id, batches.c.message_id.is_not(None)
        )

        shown = sa.select(comparisons.c.chat_id, comparisons.c.message_id).where(
            comparisons.c.shown_id.in_(sa.select(requests.c.id).where(_pictures_of(report)))
        )

        def unit(connection: sa.Connection) -> list[MessageKey]:
            rows = [row for statement in (results, grid, shown) for row in connection.execute(statement)]
            found = {(chat_id, message_id) for chat_id, message_id in rows}
            if report.message_id is not None:
                found.add((report.chat_id, report.message_id))
            return sorted(found)

        return await self._database.read(unit)

    async def add_copy(self, report_id: int, chat_id: int, message_id: int) -> None:
        """Store the message that shows a report to an admin."""
        copy = {"report_id": report_id, "chat_id": chat_id, "message_id": message_id}
        statement = insert(report_messages).values(copy).on_conflict_do_nothing()
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def copies_of(self, report_id: int) -> list[MessageKey]:
        """Return the messages that show a report to the admins."""
        statement = (
            sa.select(report_messages.c.chat_id, report_messages.c.message_id)
            .where(report_messages.c.report_id == report_id)
            .order_by(report_messages.c.chat_id, report_messages.c.message_id)
        )
        return await self._database.read(
            lambda connection: [
                (chat_id, message_id) for chat_id, message_id in connection.execute(statement)
            ]
        )

    async def prune(self) -> None:
        """Delete reports that were decided more than `KEPT_SECONDS` ago. Their pictures stay hidden."""
        old = reports.c.decided_at < self._clock.now() - KEPT_SECONDS
        await self._database.write(lambda connection: _delete(connection, old))


def forget_reports(connection: sa.Connection, user_id: int) -> None:
    """Delete the reports about a user's pictures. Those that the user sent stay, without the user."""
    _delete(connection, reports.c.author_id == user_id)
    nobody = {"reporter_id": None, "reporter_name": None, "reason": None}
    connection.execute(sa.update(reports).where(reports.c.reporter_id == user_id).values(nobody))


def move_reports(connection: sa.Connection, old: int, new: int) -> None:
    """Move the reports of a chat to its new id. The new chat numbers its messages anew."""
    connection.execute(
        sa.update(reports).where(reports.c.chat_id == old).values(chat_id=new, message_id=None)
    )
    for column in (reports.c.author_id, reports.c.reporter_id):
        connection.execute(sa.update(reports).where(column == old).values({column: new}))


def _delete(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    ids = sa.select(reports.c.id).where(which)
    connection.execute(sa.delete(report_messages).where(report_messages.c.report_id.in_(ids)))
    connection.execute(sa.delete(reports).where(which))


def _pictures_of(report: Report) -> sa.ColumnElement[bool]:
    return sa.or_(requests.c.id == report.request_id, requests.c.batch_id == report.request_id)


def _read_report(row: sa.Row[Any]) -> Report:
    columns = row._asdict()
    decision = columns.pop("decision")
    return Report(decision=Decision(decision) if decision else None, **columns)
