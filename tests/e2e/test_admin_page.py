"""The admin page over HTTP: who gets in, what others get, and actions that are done once."""

import asyncio
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import pytest
import pytest_asyncio

from playground import faults
from playground.faults import Fault
from tests.support.admin_page import DOMAIN, PREFIX, open_admin_world, sign_in_address
from tests.support.ledger import file_url
from tests.support.postgres_server import new_database
from tests.support.shared_postgres import DATABASES, MIGRATED
from tests.support.world import ADMIN, World, buttons, store_durations

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

READS = ("overview", "users?words=ann", "user?id=7", "figures", "charts.png")
CHANGES = (
    "pause",
    "resume",
    "ban",
    "unban",
    "ban-word",
    "unban-word",
    "limit",
    "grant",
    "stop-broadcast",
    "sign-out",
)
POLICY = "default-src 'none'; script-src 'self'"


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=DATABASES)
async def admin_bot(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Yield the world of a running bot with the admin page, which all tests of this module share, on each database."""
    folder = tmp_path_factory.mktemp("admin")
    if request.param == "sqlite":
        url = file_url(shutil.copy(migrated_file, folder))
        store_durations(url)
        async with open_admin_world(folder, url) as world:
            yield world
        return
    with new_database(request.getfixturevalue("postgres").admin_url, MIGRATED) as url:
        store_durations(url)
        async with open_admin_world(folder, url) as world:
            yield world


@dataclass(frozen=True, slots=True)
class Browser:
    """The calls of one browser. `headers` are those of a call of the page, `page` is its address with a slash."""

    http: aiohttp.ClientSession
    page: str
    headers: Mapping[str, str]

    async def read(self, path: str) -> Any:
        """Return the JSON at a path of the page."""
        async with self.http.get(self.page + path, headers=self.headers) as answer:
            assert answer.status == 200, path
            return await answer.json()

    async def press(self, name: str, cause: str | None = None, **arguments: Any) -> str:
        """Send a form and return the answer."""
        body = {"cause": cause or secrets.token_hex(16), **arguments}
        async with self.http.post(self.page + name, json=body, headers=self.headers) as answer:
            assert answer.status == 200, name
            return str((await answer.json())["answer"])

    async def status(self, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> int:
        """Return the status of a call with other headers. The answer has the security headers."""
        async with self.http.request(method, self.page + path, headers=headers, json=body) as answer:
            assert answer.headers["Content-Security-Policy"].startswith(POLICY)
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            return answer.status


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a client that keeps no cookies: those of the page are for https only."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield client


async def _open(http: aiohttp.ClientSession, address: str) -> tuple[str, str]:
    """Open the address of a sign-in. Return the place that it leads to, and the cookie, empty without one."""
    async with http.get(address, allow_redirects=False) as answer:
        assert answer.status == 303
        cookie = answer.headers.get("Set-Cookie", "")
        return urljoin(address, answer.headers["Location"]), cookie


async def _sign_in(world: World, http: aiohttp.ClientSession, *, prefix: str = PREFIX) -> Browser:
    """Sign the admin in, at a later second than before: two presses in one second have the same address."""
    known = world.rows("SELECT value FROM key_values WHERE name = ?", f"admin sign-in {ADMIN}")
    at = max([int(time.time()), *(int(row["value"].split()[0]) + 1 for row in known)])
    address = await sign_in_address(world, world.add_user(user_id=ADMIN, name="Ada"), at=at, prefix=prefix)
    page, cookie = await _open(http, address)
    assert re.fullmatch(r"imagine-admin=[\w.-]+; HttpOnly; Max-Age=43200; SameSite=Strict; Secure", cookie)
    origin = f"https://{DOMAIN}"
    headers = {"Cookie": cookie.partition(";")[0], "Origin": origin, "Sec-Fetch-Site": "same-origin"}
    browser = Browser(http, page, headers)
    session = await browser.read("session")
    assert session["admin"] == ADMIN
    return Browser(http, page, {**headers, "X-Imagine-Word": session["word"]})


@pytest.mark.parametrize("prefix", ["", PREFIX])
async def test_a_press_in_the_menu_signs_an_admin_in_behind_any_proxy(
    admin_bot: World, http: aiohttp.ClientSession, prefix: str
) -> None:
    browser = await _sign_in(admin_bot, http, prefix=prefix)
    assert browser.page == f"{await admin_bot.process.address()}{prefix}/admin/"
    async with http.get(browser.page.removesuffix("/"), allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "admin/")
    async with http.get(browser.page) as answer:
        text = await answer.text()
        assert answer.content_type == "text/html"
    linked = re.findall(r'(?:src|href)="([^"#]+)"', text)
    assert {"app.js", "style.css", "icon.svg"} <= set(linked)
    for path in linked:
        async with http.get(browser.page + path) as answer:
            assert (answer.status, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
    async with http.get(browser.page + "server.py") as answer:
        assert (answer.status, await answer.text()) == (404, "imagine-bot: not found\n")
    assert (await browser.read("overview"))["paused"] is None


async def test_others_get_nothing_and_a_sign_in_is_used_once(
    admin_bot: World, http: aiohttp.ClientSession
) -> None:
    world = admin_bot
    stranger, admin = world.add_user(), world.add_user(user_id=ADMIN, name="Ada")
    later = int(time.time()) + 30  # later than all others of this module
    address = await sign_in_address(world, admin, at=later)
    page, cookie = await _open(http, address)
    assert cookie
    earlier = await sign_in_address(world, admin, at=later - 1)
    assert (await _open(http, earlier))[1]  # in another browser, a moment later
    for refused, why in (
        (address, "refused"),  # opened again
        (earlier, "refused"),
        (await sign_in_address(world, admin, at=later - 3_600), "refused"),
        (address.replace("id=99", "id=98"), "refused"),
        (address.partition("?")[0], "refused"),
        (await sign_in_address(world, stranger), "not-admin"),
    ):
        place, cookie_of_refused = await _open(http, refused)
        assert (place, cookie_of_refused) == (f"{page}#{why}", "")
    browser = Browser(http, page, {})
    session = await browser.read("session")
    assert session["admin"] is None
    assert session["bot"] == "https://t.me/imagine_demo_bot"
    assert "word" not in session
    for path in READS:
        assert await browser.status("GET", path, {}) == 401
    for path in CHANGES:
        assert await browser.status("POST", path, {"Origin": f"https://{DOMAIN}"}, {}) == 401
    async with http.head(page + "login", allow_redirects=False) as answer:
        assert answer.status == 405  # a look ahead uses no sign-in up
    logged = [line for line in world.process.lines if "sign-in refused" in line]
    assert len(logged) >= 6
    assert not any("hash" in line or cookie[14:40] in line for line in world.process.lines)


async def test_a_change_needs_the_page_s_own_origin_and_word(
    admin_bot: World, http: aiohttp.ClientSession
) -> None:
    browser = await _sign_in(admin_bot, http)
    body = {"cause": "0" * 32, "text": "forged"}
    for changed in (
        {"X-Imagine-Word": ""},
        {"X-Imagine-Word": "é"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Origin": "", "Host": ""},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        headers = {**browser.headers, **changed}
        assert await browser.status("POST", "pause", headers, body) == 403, changed
    assert (await browser.read("overview"))["paused"] is None
    bad_bodies: list[Any] = [
        {},
        [],
        {"cause": "0" * 32},
        {"cause": "x", "text": ""},
        {"cause": 7, "text": ""},
    ]
    for bad in bad_bodies:
        assert await browser.status("POST", "pause", browser.headers, bad) == 400
    for bad_user in (None, "7", 7.5, True, 10**15 + 1, -(10**20)):
        for name in ("ban", "limit", "grant"):
            arguments = {"cause": "0" * 32, "user": bad_user, "daily": 3, "units": 3}
            assert await browser.status("POST", name, browser.headers, arguments) == 400
    packed = {**browser.headers, "Content-Encoding": "gzip"}
    assert await browser.status("POST", "pause", packed, body) == 400
    assert await browser.status("GET", "user?id=x", browser.headers) == 400
    assert (await browser.read("users?words=a%00b"))["users"] == []
    host = {**browser.headers, "Origin": (await admin_bot.process.address())}
    assert await browser.status("POST", "sign-out", host, {}) == 200  # at LISTEN itself
    assert await browser.status("GET", "overview", browser.headers) == 401


async def test_a_press_that_is_cut_off_is_no_error_of_the_bot(
    admin_bot: World, http: aiohttp.ClientSession
) -> None:
    browser = await _sign_in(admin_bot, http)
    parts = urlsplit(browser.page)
    assert parts.port is not None
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    headers = {**browser.headers, "Host": parts.netloc, "Content-Length": "1000"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST {parts.path}pause HTTP/1.1\r\n{head}\r\n{{".encode())
    await writer.drain()
    writer.close()
    await admin_bot.process.wait_until(
        lambda: any("action not understood" in one and "Connection" in one for one in admin_bot.process.lines)
    )
    assert not any("Error handling request" in line for line in admin_bot.process.lines)


async def test_each_action_is_done_once_for_its_cause_and_recorded(
    admin_bot: World, http: aiohttp.ClientSession
) -> None:
    world = admin_bot
    browser = await _sign_in(world, http)
    zoe = world.add_user(name=f"Zoë <b> {secrets.token_hex(4)}")
    world.telegram.say(zoe, "/quota")
    await world.wait_for_text(zoe, "of 6 used")
    await world.wait_until(lambda: world.rows("SELECT 1 FROM users WHERE id = ?", zoe.id))
    found = await browser.read(f"users?words={zoe.first_name[:3]}")
    assert [one["name"] for one in found["users"] if one["id"] == zoe.id] == [zoe.first_name]

    cause = secrets.token_hex(16)
    answers = await asyncio.gather(*(browser.press("grant", cause, user=zoe.id, units=3) for _ in range(3)))
    assert sorted("Given: 3 pictures" in answer for answer in answers) == [False, False, True]
    await world.wait_for_text(zoe, "Extra pictures now: 3.")
    assert "a limit of their own: 1." in await browser.press("limit", user=zoe.id, daily=1)
    card = await browser.read(f"user?id={zoe.id}")
    assert (card["limit"], card["banned"], card["limitable"]) == (1, False, True)
    assert f"👤 {zoe.first_name} {zoe.id}" in card["lines"]
    assert "Paid or extra pictures: 3" in card["lines"]
    assert "the usual limit: 6." in await browser.press("limit", user=zoe.id, daily=None)
    cause = secrets.token_hex(16)  # one for two actions, which the page does not send
    assert await browser.press("ban", cause, user=zoe.id) == f"Blocked: {zoe.id}"
    assert (await browser.read(f"user?id={zoe.id}"))["banned"] is True
    for _ in range(2):
        assert await browser.press("unban", cause, user=zoe.id) == f"No longer blocked: {zoe.id}"
    assert await browser.press("unban", user=zoe.id) == f"Was not blocked: {zoe.id}"
    assert "Admins can’t be blocked" in await browser.press("ban", user=ADMIN)
    assert (await browser.read(f"user?id={ADMIN}"))["bannable"] is False
    assert await browser.press("ban-word", word="dragon<i>") == "Blocked: dragon<i>"
    assert await browser.press("unban-word", word="dragon<i>") == "No longer blocked: dragon<i>"
    long = "fox " * 25 + "fox"
    assert "/banword" in await browser.press("ban-word", word=long)
    answer = await browser.press("unban-word", word=long * 99)
    assert answer.startswith("Was not blocked: fox fox")
    assert len(answer) < 200
    assert "sent or stopped already" in await browser.press("stop-broadcast", broadcast=1)

    assert "Back at <noon>" in await browser.press("pause", text=" Back at <noon> ")
    assert (await browser.read("overview"))["paused"] == "⏸ Back at <noon>"
    world.telegram.say(zoe, "/imagine a fox --ar 1:1")
    await world.wait_for_text(zoe, "⏸ Back at <noon>")
    assert "up to 500" in await browser.press("pause", text="x" * 501)
    assert "I take requests again." in await browser.press("resume")
    rows = world.rows(
        "SELECT kind, subject_id, details FROM admin_actions WHERE cause LIKE ? ORDER BY id", "w:99:%"
    )
    about_zoe = [(row["kind"], row["details"]) for row in rows if row["subject_id"] == zoe.id]
    assert about_zoe == [("grant", "3"), ("limit", "1"), ("limit", None), ("ban", None), ("unban", None)]
    others = [(row["kind"], row["details"]) for row in rows if row["subject_id"] is None]
    assert others[-4:] == [
        ("ban-word", "dragon<i>"),
        ("unban-word", "dragon<i>"),
        ("pause", "Back at <noon>"),
        ("resume", None),
    ]


async def test_the_overview_shows_what_runs_and_what_failed(
    admin_bot: World, http: aiohttp.ClientSession
) -> None:
    world = admin_bot
    browser = await _sign_in(world, http)
    ann = world.add_user(name="Ann <&>")
    world.telegram.say(ann, "/imagine an nsfw <thing> --ar 1:1")
    await world.wait_for_text(ann, "won’t draw this description")
    await world.wait_until_closed()
    world.hold_tasks()
    for _ in range(3):
        world.telegram.say(ann, "/imagine a fox --ar 1:1")
    await world.wait_until(lambda: len(world.rows("SELECT 1 FROM requests WHERE state = 'running'")) == 2)
    await world.wait_until_handled()
    await world.wait_until(lambda: world.rows("SELECT 1 FROM users WHERE id = ?", ann.id))
    overview = await browser.read("overview")
    assert [one["count"] for one in overview["counts"]] == [1, 2, 0]
    assert [(one["state"], one["prompt"], one["user"]) for one in overview["open"]] == [
        ("Being drawn", "a fox", ann.id),
        ("Being drawn", "a fox", ann.id),
        ("Waiting", "a fox", ann.id),
    ]
    failed = overview["failed"][0]
    assert (failed["prompt"], failed["reason"], failed["kind"]) == (
        "an nsfw <thing>",
        "refused as unsafe",
        "moderated",
    )
    assert failed["name"] == "Ann <&>"
    figures = await browser.read(f"figures?id={ann.id}")
    assert ("Requests", "4") in [(row["label"], row["values"][0]) for row in figures["rows"]]
    for theme in ("light", "dark"):
        async with http.get(f"{browser.page}charts.png?theme={theme}", headers=browser.headers) as answer:
            assert answer.content_type == "image/png"
            assert (await answer.read()).startswith(b"\x89PNG")
    world.finish_tasks()
    await world.wait_until_closed()
    assert (await browser.read("overview"))["open"] == []


async def test_a_broadcast_shows_its_state_and_is_stopped(
    admin_bot: World, http: aiohttp.ClientSession
) -> None:
    world = admin_bot
    browser = await _sign_in(world, http)
    admin = world.add_user(user_id=ADMIN, name="Ada")
    original = world.telegram.chats.add(admin.id, admin, text="Big <news>")
    world.telegram.say(admin, "/broadcast", reply_to=original)
    panel = await world.wait_for_text(admin, "Users who get it")
    world.telegram.say(admin, "2099-12-31 18:00", reply_to=panel)
    await world.wait_until(lambda: "Goes out" in (world.current(panel).text or ""))
    shown = (await browser.read("overview"))["broadcasts"][0]
    assert shown["open"] is True
    assert re.fullmatch("🕓 Goes out 2099-12-31 18:00 .*", shown["lines"][0])
    cause = secrets.token_hex(16)
    assert "Stopped. Sent: 0 of 0" in await browser.press("stop-broadcast", cause, broadcast=shown["id"])
    assert "sent or stopped already" in await browser.press("stop-broadcast", cause, broadcast=shown["id"])
    await world.wait_until(lambda: "Not sent." in (world.current(panel).text or ""))
    shown = (await browser.read("overview"))["broadcasts"][0]
    assert (shown["open"], shown["lines"][0]) == (False, "✋ Stopped. Sent: 0 of 0.")
    stops = world.rows("SELECT details FROM admin_actions WHERE kind = 'stop-broadcast'")
    assert [row["details"] for row in stops] == [str(shown["id"])]


async def test_without_a_linked_domain_the_menu_says_what_to_do(admin_bot: World) -> None:
    world = admin_bot
    admin = world.add_user(user_id=ADMIN, name="Ada")
    world.telegram.chats.login_domain = None
    world.telegram.say(admin, "/admin")
    await world.wait_for_text(admin, f"send /setdomain to @BotFather, choose me, and send {DOMAIN}")
    menu = world.messages_to(admin)[-1]
    assert not any("Admin page" in label for label in buttons(menu))
    world.telegram.chats.login_domain = DOMAIN
    world.telegram.press(admin, menu, "Pause")
    await world.wait_for_text(admin, "What shall users see")
    world.telegram.say(admin, "/admin")
    await world.wait_until(
        lambda: any("Admin page" in label for label in buttons(world.messages_to(admin)[-1]))
    )


async def test_another_refusal_of_the_button_is_shown_as_telegram_words_it(admin_bot: World) -> None:
    world = admin_bot
    admin = world.add_user(user_id=ADMIN, name="Ada")
    why = "Bad Request: inline keyboard button login URL 'https://a.b' is invalid: Wrong HTTP URL"
    fault = Fault("sendMessage", answer=faults.telegram(400, why), only=f"chat {ADMIN}.")
    world.telegram.faults.add(fault)
    world.telegram.say(admin, "/admin")
    await world.wait_for_text(admin, f"Telegram refuses its button: {why}. Please check PUBLIC_URL")
    menu = world.messages_to(admin)[-1]
    assert "BotFather" not in (menu.text or "")
    assert not any("Admin page" in label for label in buttons(menu))
