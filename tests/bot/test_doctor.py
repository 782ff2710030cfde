"""`imagine-bot doctor`: it finds every planted oddity and nothing else, and fixes the safe ones while no bot runs."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.doctor import MOST_LINES, examine
from storage.open_database import open_database
from storage.schema import metadata
from tests.support.ledger import connect, disconnect, read_rows
from tests.support.manual_clock import START

NOW = START + 40 * 86_400.0
DAY = "2026-10-31"
"""The UTC day of `NOW`, on which the requests of these tests count."""
LATELY = NOW - 3_600


def _now() -> float:
    return NOW


def _request(number: int, state: str, **columns: Any) -> dict[str, Any]:
    ended = state in {"delivered", "failed", "cancelled", "undeliverable"}
    row = {
        "id": number,
        "key": f"m:{number}",
        "user_id": 7,
        "chat_id": 7,
        "message_id": number,
        "language": "en",
        "prompt": "a fox",
        "state": state,
        "quota_day": DAY,
        "accepted_at": LATELY,
        "finished_at": LATELY if ended else None,
        "closed_at": LATELY if ended else None,
    }
    return row | columns


def _entry(lot: str, units: int, kind: str, request: int | None = None, user: int = 7) -> dict[str, Any]:
    cause = kind if request is None else f"{kind}:{request}"
    values = {"lot_id": lot, "user_id": user, "units": units, "kind": kind, "cause": cause}
    return values | {"request_id": request, "at": LATELY}


def _lot(lot: str, left: int, user: int = 7) -> dict[str, Any]:
    values = {"id": lot, "user_id": user, "source": "pack", "units": 20, "left": left}
    return values | {"created_at": LATELY}


def _charge(charge: str, kind: str | None, **columns: Any) -> dict[str, Any]:
    row = {"id": charge, "user_id": 7, "payload": "x", "kind": kind, "stars": 50, "units": 20}
    return row | {"paid_at": LATELY, "found_by": "update", "told_at": LATELY} | columns


def _gift(code: str, charge: str, **columns: Any) -> dict[str, Any]:
    row = {"code": code, "charge_id": charge, "buyer_id": 7, "units": 20, "created_at": LATELY}
    return row | columns


def _refund(charge: str, state: str) -> dict[str, Any]:
    return {"charge_id": charge, "user_id": 7, "state": state, "done_at": LATELY, "told_at": LATELY}


HEALTHY: dict[str, list[dict[str, Any]]] = {
    "requests": [
        _request(1, "delivered", file_id="f", file_kind="photo"),
        _request(2, "failed", failure="timeout"),
        _request(3, "running", task_id="t"),
        _request(4, "delivered", file_id="f", chat_id=-5),
        _request(5, "delivered", credit_lot_id="c:paid"),
        _request(6, "failed", failure="timeout", credit_lot_id="c:paid"),
        _request(7, "delivered", prompt="", forget=True),
        _request(8, "delivered", chat_id=-5, user_id=-5),
    ],
    "quotas": [
        {"subject_id": 7, "day": DAY, "used": 5},  # two pictures were deleted
        {"subject_id": -5, "day": DAY, "used": 2},
    ],
    "member_quotas": [{"chat_id": -5, "user_id": 7, "day": DAY, "used": 1}],
    "credit_lots": [_lot("c:paid", 19), _lot("c:back", -2)],
    "credit_entries": [
        _entry("c:paid", 20, "bought"),
        _entry("c:paid", -1, "spent", 5),
        _entry("c:paid", -1, "spent", 6),
        _entry("c:paid", 1, "given_back", 6),
        _entry("c:back", 20, "bought"),
        _entry("c:back", -2, "spent"),
        _entry("c:back", -20, "taken_back"),
    ],
    "star_charges": [
        _charge("paid", "pack"),
        _charge("back", "pack"),
        _charge("unknown", None),
        _charge("given", "gift"),
    ],
    "star_refunds": [_refund("back", "done"), _refund("not-known-yet", "done")],
    "gift_codes": [_gift("code", "given")],
}

SAFE: dict[str, tuple[dict[str, list[dict[str, Any]]], str]] = {
    "no end": (
        {"requests": [_request(20, "failed", finished_at=None)]},
        "request 20: failed, without the time",
    ),
    "an end": (
        {"requests": [_request(21, "ready", picture_url="u", finished_at=LATELY)]},
        "request 21: ready, with the time of an end",
    ),
    "no task": ({"requests": [_request(22, "running")]}, "request 22: running, without a task"),
    "no link": ({"requests": [_request(23, "ready")]}, "request 23: ready, without a link to its picture"),
    "undeleted": ({"requests": [_request(24, "delivered", forget=True)]}, "request 24: its user deleted it"),
    "quota": (
        {"requests": [_request(25, "delivered", user_id=8, chat_id=8)]},
        f"user 8: 0 counted on {DAY}, but 1 requests hold a unit",
    ),
    "group quota": (
        {
            "requests": [
                _request(26, "delivered", user_id=-6, chat_id=-6),
                _request(27, "queued", user_id=-6, chat_id=-6),
            ],
            "quotas": [{"subject_id": -6, "day": DAY, "used": 1}],
        },
        f"chat -6: 1 counted on {DAY}, but 2 requests hold a unit",
    ),
    "share": (
        {
            "requests": [_request(28, "delivered", user_id=9, chat_id=-8)],
            "quotas": [{"subject_id": 9, "day": DAY, "used": 1}, {"subject_id": -8, "day": DAY, "used": 1}],
        },
        f"user 9 in group -8: 0 counted on {DAY}, but 1 requests hold a unit",
    ),
    "lot": (
        {"credit_lots": [_lot("t:1", 3)], "credit_entries": [_entry("t:1", 2, "granted")]},
        "lot t:1 of user 7: 3 left, but its entries sum up to 2",
    ),
    "not given back": (
        {
            "requests": [_request(29, "failed", credit_lot_id="t:2")],
            "credit_lots": [_lot("t:2", 1)],
            "credit_entries": [_entry("t:2", 2, "granted"), _entry("t:2", -1, "spent", 29)],
        },
        "request 29: failed, with 1 paid units taken instead of 0",
    ),
    "refunded gift": (
        {
            "star_charges": [_charge("returned", "gift")],
            "gift_codes": [_gift("usable", "returned")],
            "star_refunds": [_refund("returned", "done")],
        },
        "payment returned: refunded, but its gift may still be redeemed",
    ),
    "answers": (
        {"answers": [{"chat_id": 7, "message_id": 1, "draft_id": 99}]},
        "1 answers to a question: the drafts that they belong to are gone",
    ),
    "comparisons": (
        {
            "comparisons": [
                {"chat_id": 7, "message_id": n, "user_id": 7, "edit_id": 99, "below": 1, "sent_at": 1.0}
                for n in (1, 2)
            ]
        },
        "2 comparisons: the requests that they belong to are gone",
    ),
    "stickers": (
        {
            "sticker_sets": [{"name": "set", "user_id": 7, "number": 1}],
            "stickers": [{"user_id": 7, "request_id": 99, "set_name": "set"}],
        },
        "1 stickers: the requests that they belong to are gone",
    ),
    "sets": (
        {"stickers": [{"user_id": 7, "request_id": 1, "set_name": "gone"}]},
        "1 stickers: the sticker_sets that they belong to are gone",
    ),
    "copies": (
        {"report_messages": [{"chat_id": 1, "message_id": 1, "report_id": 99}]},
        "1 copies of a report: the reports that they belong to are gone",
    ),
    "batches": (
        {"batches": [{"id": 99, "user_id": 7, "chat_id": 7, "size": 2}]},
        "1 batches: the requests that they belong to are gone",
    ),
    "subscriptions": (
        {"subscription_stops": [{"charge_id": "gone", "user_id": 7, "payload": "o:9", "wanted_at": 1.0}]},
        "1 subscriptions to cancel: the star_charges that they belong to are gone",
    ),
    "deletions": (
        {"scheduled_deletions": [{"chat_id": 7, "message_id": 1, "due_at": NOW - 200_000}]},
        "1 messages should have been deleted",
    ),
}
"""Oddities with a safe fix: the rows that plant one, and the beginning of the line about it."""

UNSAFE: dict[str, tuple[dict[str, list[dict[str, Any]]], str]] = {
    "state": (
        {"requests": [_request(40, "painted", closed_at=LATELY)]},
        "request 40: the state is 'painted'",
    ),
    "ratio": ({"requests": [_request(41, "failed", ratio="5:4")]}, "request 41: the ratio is '5:4'"),
    "closed": (
        {"requests": [_request(42, "running", task_id="t", closed_at=LATELY)]},
        "request 42: closed in the state running",
    ),
    "old": (
        {"requests": [_request(43, "queued", accepted_at=NOW - 259_200)]},
        "request 43: queued for 3 days",
    ),
    "batch": (
        {"requests": [_request(44, "queued", batch_id=44)]},
        "request 44: its batch 44 is missing",
    ),
    "no entries": ({"credit_lots": [_lot("t:3", 2)]}, "lot t:3 of user 7: it has no entries"),
    "other user": (
        {"credit_lots": [_lot("t:4", 2)], "credit_entries": [_entry("t:4", 2, "granted", user=8)]},
        "lot t:4 of user 7: entries of another user",
    ),
    "no lot": ({"credit_entries": [_entry("t:5", 2, "granted")]}, "lot t:5: it has entries and no row"),
    "not taken": (
        {"requests": [_request(45, "delivered", credit_lot_id="c:paid")]},
        "request 45: delivered, with 0 paid units taken instead of 1",
    ),
    "no order": (
        {"star_charges": [_charge("without", None, order_id="gone")]},
        "payment without of user 7: its order is missing",
    ),
    "no credits": (
        {"star_charges": [_charge("bare", "pack")]},
        "payment bare of user 7: its credits are missing",
    ),
    "no gift": ({"star_charges": [_charge("bald", "gift")]}, "payment bald of user 7: its gift is missing"),
    "gift of nothing": (
        {"gift_codes": [_gift("SECRETCODE", "nowhere")]},
        "gift: its payment nowhere is missing",
    ),
    "subscription": (
        {
            "star_subscriptions": [
                {
                    "user_id": 7,
                    "order_id": "o",
                    "charge_id": "never",
                    "units": 3,
                    "stars": 4,
                    "expires_at": NOW,
                    "state": "active",
                }
            ]
        },
        "subscription of user 7: its payment never is missing",
    ),
    "redeemed": (
        {
            "star_charges": [_charge("opened", "gift")],
            "gift_codes": [_gift("TAKEN", "opened", redeemed_by=8)],
        },
        "gift of payment opened: user 8 redeemed it, and its credits are missing",
    ),
    "kept": (
        {
            "star_charges": [_charge("kept", "pack")],
            "star_refunds": [_refund("kept", "intended")],
            "credit_lots": [_lot("c:kept", 19)],
            "credit_entries": [_entry("c:kept", 20, "bought"), _entry("c:kept", -1, "spent")],
        },
        "payment kept: refunded, but 20 units were not taken back",
    ),
    "inbox": (
        {"inbox": [{"update_id": 1, "payload": "{}", "received_at": NOW - 100_000}]},
        "1 updates of Telegram wait for more than a day",
    ),
    "export": (
        {"exports": [{"key": "e", "user_id": 7, "language": "en", "asked_at": NOW - 100_000, "last_id": 1}]},
        "export 1 of user 7 waits for more than a day",
    ),
}
"""Oddities that only a person can judge, or that a bot that runs takes care of."""


def _plant(url: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    with connect(url) as connection:
        for table, values in rows.items():
            for row in values:
                connection.execute(sa.insert(metadata.tables[table]), row)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT setval('requests_id_seq', 1000)")


def _lines(printed: str, start: str) -> list[str]:
    return [re.sub(r"^[^:]*: ", "", line) for line in printed.splitlines() if line.startswith(start)]


def test_a_healthy_ledger_has_no_oddity(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert examine(database_url, fix=False, uses_dbos=False, now=_now)
    _plant(database_url, HEALTHY)
    assert examine(database_url, fix=True, uses_dbos=database_url.startswith("postgresql"), now=_now)
    assert "odd" not in re.sub("Nothing is odd", "", capsys.readouterr().out)


def test_every_planted_oddity_is_found_and_the_safe_ones_are_fixed(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _plant(database_url, HEALTHY)
    for rows, _ in (*SAFE.values(), *UNSAFE.values()):
        _plant(database_url, rows)
    with connect(database_url) as connection:
        connection.exec_driver_sql("UPDATE quotas SET used = used + 100 WHERE subject_id = 7")
        connection.exec_driver_sql("DROP INDEX ix_requests_open")
    safe = [text for _, text in SAFE.values()] + ["the index ix_requests_open is missing"]
    unsafe = [text for _, text in UNSAFE.values()]
    assert not examine(database_url, fix=False, uses_dbos=False, now=_now)
    shown = capsys.readouterr().out
    assert _unmatched(_lines(shown, "odd *"), safe) == ([], [])
    assert _unmatched(_lines(shown, "odd  "), unsafe) == ([], [])
    assert "SECRETCODE" not in shown
    assert "Stop the bot and run `imagine-bot doctor --fix`" in shown
    disconnect(database_url)
    assert not examine(database_url, fix=True, uses_dbos=False, now=_now)
    fixed, _, left = capsys.readouterr().out.partition("\n\n")
    assert fixed.count("\nfixed  ") == len(safe)
    assert _unmatched(_lines(left, "odd  "), unsafe) == ([], [])
    assert _lines(left, "odd *") == []
    _check_fixed(database_url)


def _unmatched(lines: list[str], texts: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines that no text begins, and the texts that begin no line or several."""
    return (
        [line for line in lines if not any(line.startswith(text) for text in texts)],
        [text for text in texts if sum(line.startswith(text) for line in lines) != 1],
    )


def _check_fixed(url: str) -> None:
    rows = {row["id"]: row for row in read_rows(url, "SELECT * FROM requests")}
    assert rows[20]["finished_at"] == LATELY
    assert (rows[21]["state"], rows[21]["finished_at"]) == ("ready", None)
    for number in (22, 23):
        assert (rows[number]["state"], rows[number]["failure"]) == ("failed", "picture-lost")
        assert (rows[number]["finished_at"], rows[number]["closed_at"]) == (NOW, None)
    assert 24 not in rows
    used = {row["subject_id"]: row["used"] for row in read_rows(url, "SELECT * FROM quotas")}
    assert used == {7: 103, 8: 1, 9: 1, -5: 2, -6: 2, -8: 1}  # 22 and 23 have given their units back
    shares = {row["chat_id"]: row["used"] for row in read_rows(url, "SELECT * FROM member_quotas")}
    assert shares == {-5: 1, -8: 1}
    left = {row["id"]: row["left"] for row in read_rows(url, 'SELECT id, "left" FROM credit_lots')}
    assert (left["t:1"], left["t:2"]) == (2, 2)
    withdrawn = read_rows(url, "SELECT withdrawn_at FROM gift_codes WHERE code = 'usable'")
    assert withdrawn[0]["withdrawn_at"] == LATELY


async def test_nothing_is_fixed_while_a_bot_runs(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _plant(database_url, SAFE["undeleted"][0] | {"quotas": [{"subject_id": 7, "day": DAY, "used": 1}]})
    for shared in (False, True) if database_url.startswith("postgresql") else (False,):
        database = await open_database(database_url, shared=shared)
        assert not await asyncio.to_thread(lambda: examine(database_url, fix=True, uses_dbos=False, now=_now))
        await database.close()
        shown = capsys.readouterr()
        assert "request 24: its user deleted it" in shown.out
        assert "another process is using" in shown.err
    assert len(read_rows(database_url, "SELECT 1 FROM requests")) == 1
    disconnect(database_url)
    assert await asyncio.to_thread(lambda: examine(database_url, fix=True, uses_dbos=False, now=_now))
    assert read_rows(database_url, "SELECT 1 FROM requests") == []


def test_requests_that_no_replica_drives_are_found(dbos_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    _plant(dbos_url, {"quotas": [{"subject_id": 7, "day": DAY, "used": 2}]})
    _plant(dbos_url, {"requests": [_request(1, "queued"), _request(2, "running", task_id="t")]})
    assert examine(dbos_url, fix=False, uses_dbos=False, now=_now)
    capsys.readouterr()
    assert not examine(dbos_url, fix=True, uses_dbos=True, now=_now)
    texts = [
        "request 2: open, and no workflow drives it",
        "user 7: has waiting requests and none in the queue",
    ]
    assert _unmatched(_lines(capsys.readouterr().out, "odd  "), texts) == ([], [])


def test_a_long_list_is_cut(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    _plant(database_url, {"requests": [_request(n, "failed", ratio="5:4") for n in range(1, 31)]})
    assert not examine(database_url, fix=False, uses_dbos=False, now=_now)
    shown = capsys.readouterr().out
    assert len(_lines(shown, "odd  ")) == MOST_LINES + 1
    assert "and 10 more" in shown


def test_a_damaged_index_is_made_again(
    migrated_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(migrated_file, tmp_path))
    _plant(f"sqlite:///{path}", HEALTHY)
    with connect(f"sqlite:///{path}") as connection:  # the index loses its entries behind SQLite's back
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        connection.exec_driver_sql(
            "UPDATE sqlite_master SET sql = replace(sql, 'closed_at IS NULL', 'closed_at IS NOT NULL')"
            " WHERE name = 'ix_requests_open'"
        )
    assert not examine(f"sqlite:///{path}", fix=False, uses_dbos=False, now=_now)
    assert "damage: the file is damaged: row" in capsys.readouterr().out
    assert examine(f"sqlite:///{path}", fix=True, uses_dbos=False, now=_now)


def test_no_ledger_and_an_older_one_are_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not examine(f"sqlite:///{tmp_path}/none.sqlite3", fix=False, uses_dbos=False, now=_now)
    assert "there is no file" in capsys.readouterr().err
    with connect(f"sqlite:///{tmp_path}/old.sqlite3") as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0003')")
    assert not examine(f"sqlite:///{tmp_path}/old.sqlite3", fix=True, uses_dbos=False, now=_now)
    assert "its schema is 0003" in capsys.readouterr().err


def test_each_column_that_names_a_row_of_another_table_is_looked_at() -> None:
    """A new one belongs into `storage/odd_rows.py`, or below if its rows outlive those that it names."""
    # star_orders as orders; a message is one of Telegram's, and a user need not be known by name.
    tables = {name.rpartition("_")[2] for name in metadata.tables} - {"messages", "users"}
    named = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_id")
        and {f"{word}{end}" for word in [column.name.split("_")[-2]] for end in ("s", "es")} & tables
    }
    looked_at = {
        *("answers.draft_id", "report_messages.report_id", "stickers.request_id", "requests.batch_id"),
        *(
            "credit_entries.lot_id",
            "requests.credit_lot_id",
            "star_charges.order_id",
            "star_orders.charge_id",
        ),
        *("gift_codes.charge_id", "star_subscriptions.charge_id", "subscription_stops.charge_id"),
    }
    outlive = {
        *("reports.request_id", "credit_entries.request_id"),
        "star_refunds.charge_id",  # may be known before its charge
        "star_subscriptions.order_id",  # may be of an invoice that is not known
    }
    assert named == looked_at | outlive
