"""`imagine-bot trace REQUEST`: prints the story of one request from the ledger and, if given, from log lines.

The output has no secrets and no links: of an address it shows the host only, because a link may be signed.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.logs import RedactSecrets
from storage.database_errors import DatabaseError
from storage.request_story import Event, Story, read_story
from storage.visits import look

_REQUEST = re.compile(r"(?:.*[?&]start=)?r?(\d{1,18})")
"""An id, or the link to a request (chat.links), or its last part."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>\\]+", re.IGNORECASE)
_OWN_KEYS = {"timestamp", "level", "event", "request", "exception", "logger"}
_ID_KEYS = ("request", "requests", "batch")


def request_id(text: str) -> int | None:
    """Return the id of the request that a text names, or None."""
    found = _REQUEST.fullmatch(text.strip())
    return int(found[1]) if found else None


def print_story(database_url: str, wanted: int, logs: Sequence[str], secrets: Sequence[SecretStr]) -> bool:
    """Print the story of a request. Return whether the ledger or a log knows it. `-` as a log is stdin."""
    try:
        story = look(database_url, lambda connection: read_story(connection, wanted))
        lines = [line for log in logs for line in _read(log)]
    except (DatabaseError, OSError) as error:
        print(error, file=sys.stderr)
        return False
    related = {wanted, *(story.related if story is not None else ())}
    logged = list(find_events(lines, related))
    redact = RedactSecrets(secrets)
    if story is None:
        print(f"request {wanted} is not in the ledger: its user deleted it, or it never was", file=sys.stderr)
    for line in _tell(wanted, story, logged):
        print(redact(None, "", without_links(line)))
    return story is not None or bool(logged)


def _read(log: str) -> Iterator[str]:
    if log == "-":
        yield from sys.stdin
        return
    with Path(log).open(encoding="utf-8", errors="replace") as lines:
        yield from lines


def find_events(lines: Iterable[str], related: set[int]) -> Iterator[Event]:
    """Yield the events of log lines about requests: JSON lines, also behind a prefix, and lines of text."""
    in_text = re.compile(rf"\b(?:request|batch)=(?:{'|'.join(map(str, sorted(related)))})\b")
    for line in lines:
        fields = _parse(line)
        if fields is not None:
            at = _time(str(fields.get("timestamp", "")))
            if at is not None and _is_about(fields, related):
                yield Event(at, f"log: {_describe(fields, related)}")
        elif in_text.search(line):
            stamp, _, rest = line.strip().partition(" ")
            at = _time(stamp)
            if at is not None:
                yield Event(at, f"log: {' '.join(rest.split())}")


def _parse(line: str) -> Mapping[str, Any] | None:
    start = line.find("{")
    if start < 0:
        return None
    try:
        fields = json.loads(line[start:])
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, Mapping) and "event" in fields else None


def _time(stamp: str) -> float | None:
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return time.timestamp() if time.tzinfo is not None else time.replace(tzinfo=UTC).timestamp()


def _is_about(fields: Mapping[str, Any], related: set[int]) -> bool:
    for key in _ID_KEYS:
        value = fields.get(key)
        if not related.isdisjoint(
            one for one in (value if isinstance(value, list) else [value]) if _is_id(one)
        ):
            return True
    return False


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _describe(fields: Mapping[str, Any], related: set[int]) -> str:
    level = str(fields.get("level", "info"))
    words = [str(fields["event"]) if level == "info" else f"{level.upper()} {fields['event']}"]
    if len(related) > 1 and "request" in fields:
        words.append(f"request={fields['request']}")
    words += [f"{key}={value}" for key, value in fields.items() if key not in _OWN_KEYS]
    trace = fields.get("exception")
    if isinstance(trace, list) and trace and isinstance(trace[0], Mapping):
        words.append(f"({trace[0].get('exc_type')}: {trace[0].get('exc_value')})")
    return " ".join(words)


def without_links(text: str) -> str:
    """Return a text with the hosts of all addresses only."""

    def host(found: re.Match[str]) -> str:
        try:
            return f"{urlsplit(found[0]).hostname or ''}/…"
        except ValueError:
            return "…"

    return _ADDRESS.sub(host, text)


def _tell(wanted: int, story: Story | None, logged: Sequence[Event]) -> Iterator[str]:
    yield f"request {wanted}"
    if story is not None:
        yield from (f"  {fact}" for fact in story.facts)
    events = sorted([*(story.events if story is not None else ()), *logged], key=lambda event: event.at)
    first = events[0].at if events else 0.0
    for event in events:
        time = datetime.fromtimestamp(event.at, UTC).isoformat(sep=" ", timespec="milliseconds")[:-6]
        yield f"{time}  {event.at - first:+10.3f} s  {event.text}"
