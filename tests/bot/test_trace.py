"""The parts of `imagine-bot trace`: the name of a request, log lines of all kinds, links, batches, emptied requests."""

import asyncio
import json
from dataclasses import replace

import pytest

from bot.trace import find_events, print_story, request_id, without_links
from core.model import Accepted, State
from storage.open_database import open_database
from storage.requests import Requests
from storage.retention import DAY, Retention
from tests.support.factories import AMPLE, generation_request
from tests.support.manual_clock import ManualClock


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123", 123),
        (" r123 ", 123),
        ("https://t.me/imagine_bot?start=r123", 123),
        ("tg://resolve?domain=imagine_bot&start=r5", 5),
        ("https://t.me/imagine_bot?start=gift_5", None),
        ("https://t.me/c/1/5", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_request_is_named_by_its_id_or_link(text: str, expected: int | None) -> None:
    assert request_id(text) == expected


def test_log_lines_are_found_in_all_forms_and_others_are_not() -> None:
    stamp = "2026-11-27T02:00:00Z"
    of_seven = [
        json.dumps({"event": "one", "request": 7, "timestamp": stamp, "level": "info", "tries": 2}),
        "Nov 27 host imagine-bot[1]: " + json.dumps({"event": "two", "requests": [6, 7], "timestamp": stamp}),
        json.dumps({"event": "three", "batch": 7, "timestamp": stamp, "level": "error"}),
        f"{stamp} [warning  ] four     request=7 error=lost",
        json.dumps(
            {
                "event": "five",
                "request": 7,
                "timestamp": stamp,
                "level": "error",
                "exception": [{"exc_type": "KeyError", "exc_value": "'x'", "frames": []}],
            }
        ),
    ]
    others = [
        json.dumps({"event": "other", "request": 70, "timestamp": stamp}),
        json.dumps({"event": "other", "request": True, "timestamp": stamp}),
        json.dumps({"event": "other", "request": 7}),
        json.dumps({"event": "other", "update": 7, "timestamp": stamp}),
        json.dumps(["request", 7]),
        '{"event": "cut off, "request": 7',
        f"{stamp} [info] other request=70",
        "not a time request=7",
        "",
    ]
    found = [event.text for event in find_events([*of_seven, *others], {7})]
    assert found == [
        "log: one tries=2",
        "log: two requests=[6, 7]",
        "log: ERROR three batch=7",
        "log: [warning ] four request=7 error=lost",
        "log: ERROR five (KeyError: 'x')",
    ]


def test_of_a_link_only_the_host_is_shown() -> None:
    text = "GET https://user:pw@store.example.org:443/a/b?X-Signature=secret 'http://[bad' failed"
    shown = without_links(text)
    assert shown.startswith("GET store.example.org/… ")
    assert not any(part in shown for part in ("pw", "secret", "/a/b"))


async def test_the_ledger_alone_tells_the_story(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:

    database, clock = await open_database(database_url), ManualClock()
    requests = Requests(database=database, clock=clock)
    accepted = await requests.accept(replace(generation_request(), count=2), AMPLE)
    assert isinstance(accepted, Accepted)
    head, other = accepted.request, accepted.members[0]
    clock.advance(12.5)
    for one in (head, other):
        await requests.settle(one, [State.QUEUED], State.CANCELLED)
        await requests.close(one.id)
    assert await asyncio.to_thread(print_story, database_url, head.id, [], [])
    shown = capsys.readouterr().out
    assert f"batch {head.id} with {other.id}: grid not delivered" in shown
    assert "(given back)" in shown
    assert "+12.500 s  cancelled" in shown
    assert "description: 'picture 1'" in shown
    clock.advance(91 * DAY)
    await Retention(database=database, clock=clock, keep_days=90).empty_requests(0)
    assert await asyncio.to_thread(print_story, database_url, head.id, [], [])
    shown = capsys.readouterr().out
    assert "emptied (KEEP_DAYS)" in shown
    assert "picture 1" not in shown
    assert not await asyncio.to_thread(print_story, database_url, 99, [], [])
    assert "request 99 is not in the ledger" in capsys.readouterr().err
    await database.close()
