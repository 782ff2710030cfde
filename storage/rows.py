"""Conversion between rows of the ledger and values of the domain model."""

from typing import Any

import sqlalchemy as sa

from core.model import (
    Approval,
    AspectRatio,
    Draft,
    Failure,
    FileKind,
    Origin,
    Request,
    SourcePicture,
    State,
)
from core.reply_target import ReplyTarget

Columns = dict[str, Any]
"""Values by column: of several types, as the table defines them."""


def origin_columns(origin: Origin) -> Columns:
    """Return the columns in which `requests` and `drafts` keep an origin."""
    return {
        "key": origin.key,
        "user_id": origin.user_id,
        "chat_id": origin.place.chat_id,
        "thread_id": origin.place.thread_id,
        "message_id": _message_id(origin.place),
        "language": origin.language,
    }


def _message_id(place: ReplyTarget) -> int:
    """Return the message to reply to. An inline message has none, which the ledger writes as 0."""
    return 0 if place.inline_message_id is not None else place.require_reply_to()


def source_columns(source: SourcePicture | None) -> Columns:
    """Return the columns in which `requests` and `drafts` keep a source picture."""
    return {
        "source_file_id": source.file_id if source else None,
        "parent_id": source.parent_id if source else None,
        "source_spoiler": source.spoiler if source else False,
        "source_unique_id": source.unique_id if source else None,
    }


def read_request(row: sa.Row[Any]) -> Request:
    """Return a row of the requests table as a value."""
    columns = row._asdict()
    return Request(
        origin=_pop_origin(columns),
        source=_pop_source(columns),
        state=State(columns.pop("state")),
        ratio=AspectRatio(ratio) if (ratio := columns.pop("ratio")) else None,
        failure=Failure(failure) if (failure := columns.pop("failure")) else None,
        file_kind=FileKind(kind) if (kind := columns.pop("file_kind")) else None,
        approval=Approval(approval) if (approval := columns.pop("approval")) else None,
        **columns,
    )


def read_draft(row: sa.Row[Any]) -> Draft:
    """Return a row of the drafts table as a value."""
    columns = row._asdict()
    return Draft(
        origin=_pop_origin(columns),
        source=_pop_source(columns),
        ratio=AspectRatio(ratio) if (ratio := columns.pop("ratio")) else None,
        count=columns.pop("count") or 1,
        **columns,
    )


def _pop_origin(columns: Columns) -> Origin:
    message_id, inline_message_id = columns.pop("message_id"), columns.pop("inline_message_id", None)
    place = ReplyTarget(
        columns.pop("chat_id"),
        columns.pop("thread_id"),
        message_id if inline_message_id is None else None,
        inline_message_id,
    )
    return Origin(columns.pop("key"), columns.pop("user_id"), place, columns.pop("language"))


def read_source(row: sa.Row[Any]) -> SourcePicture | None:
    """Return the source picture of a row that has the columns of `source_columns`."""
    return _pop_source(row._asdict())


def _pop_source(columns: Columns) -> SourcePicture | None:
    file_id, parent_id = columns.pop("source_file_id"), columns.pop("parent_id")
    spoiler, unique_id = bool(columns.pop("source_spoiler")), columns.pop("source_unique_id")
    return SourcePicture(file_id, parent_id, spoiler, unique_id) if file_id is not None else None
