"""Updates by webhook: stored before they are acknowledged, refused without the secret, of any shape."""

import asyncio
import io
import itertools
import json
import re
from typing import Any

import aiohttp
import httpx
import psutil
import pytest
from aiogram.types import Update
from hypothesis import given
from hypothesis import strategies as st
from pydantic.json_schema import GenerateJsonSchema

from playground import faults
from playground.faults import Fault
from playground.telegram import dump
from playground.update_feed import Webhook
from tests.support.process_launcher import DEADLINE
from tests.support.property_tests import examples
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

SECRET = "X-Telegram-Bot-Api-Secret-Token"


async def _start(world: World, **settings: str) -> Webhook:
    """Start the bot, and let the stand-in post to the port that the system chose."""
    await world.process.start(
        UPDATES="webhook", PUBLIC_URL="http://127.0.0.1:9", until="webhook set", **settings
    )
    hook = world.telegram.updates.webhook
    assert hook is not None
    hook.url = hook.url.replace("http://127.0.0.1:9", await world.process.address())
    return hook


async def test_an_update_by_webhook_gets_a_picture(own_bot: World) -> None:
    ann = own_bot.add_user()
    own_bot.telegram.say(ann, "/imagine before it was started --ar 1:1")
    hook = await _start(own_bot)
    assert hook.drop_pending is False
    assert len(hook.secret or "") >= 32
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/webhook/[0-9a-f]{40}", hook.url)
    own_bot.telegram.say(ann, "/imagine a fox --ar 1:1")
    await own_bot.wait_for_picture(ann, 2)


async def test_the_bot_is_ready_once_telegram_has_its_webhook(own_bot: World) -> None:
    refusal = own_bot.telegram.faults.add(Fault("setWebhook", times=None, answer=faults.status(502, "")))
    await own_bot.process.start(UPDATES="webhook", PUBLIC_URL="http://127.0.0.1:9")
    address = await own_bot.process.address()
    async with aiohttp.ClientSession() as http:
        await own_bot.wait_until(lambda: refusal.hits)
        async with http.get(f"{address}/readyz") as answer:
            assert (answer.status, await answer.text()) == (503, "not ready: updates\n")
        own_bot.telegram.faults.clear()
        await own_bot.process.wait_for_log("webhook set")
        async with http.get(f"{address}/readyz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_requests_that_are_not_from_telegram_are_refused(own_bot: World) -> None:
    hook = await _start(own_bot)
    update = {"update_id": 1, "message": {}}
    right = {SECRET: hook.secret or ""}
    cases: list[tuple[str, dict[str, str], bytes, int]] = [
        (hook.url, {}, json.dumps(update).encode(), 401),
        (hook.url, {SECRET: "wrong"}, json.dumps(update).encode(), 401),
        (hook.url, {SECRET: "wröng"}, b"{}", 401),
        (hook.url, right, b"{", 400),
        (hook.url, right, b"[]", 400),
        (hook.url, right, b'{"update_id": "1"}', 400),
        (hook.url, right, b'{"update_id": true}', 400),
        (hook.url, right, b'{"update_id": 9223372036854775808}', 400),
        (hook.url, right, b"[" * 1_000_000, 400),
        (hook.url, right, b'{"update_id": 2, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (hook.url, right, b'{"update_id": ' + b"1" * 1_100_000 + b"}", 413),
        (hook.url + "x", right, b"{}", 404),
        (hook.url, right, json.dumps(update).encode(), 200),
    ]
    async with aiohttp.ClientSession() as http:
        for url, headers, body, status in cases:
            async with http.post(url, headers=headers, data=io.BytesIO(body)) as answer:
                assert answer.status == status, body[:50]
        async with http.get(hook.url) as answer:
            assert answer.status == 405
    await own_bot.process.wait_for_log(
        "update not understood"
    )  # the last one, which the dispatcher cannot parse


async def test_an_update_is_stored_before_it_is_acknowledged(own_bot: World) -> None:
    hook = await _start(own_bot)
    ann = own_bot.add_user()
    message = own_bot.telegram.chats.add(ann.id, ann, text="/imagine a fox --ar 1:1")
    body = Update.model_validate({"update_id": 77, "message": dump(message)})
    raw = body.model_dump_json(exclude_none=True, by_alias=True, exclude_defaults=True)
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            async with http.post(hook.url, headers={SECRET: hook.secret or ""}, data=raw) as answer:
                assert answer.status == 200
    await own_bot.process.kill()
    await own_bot.process.start()
    await own_bot.wait_for_picture(ann)
    await own_bot.wait_until_closed()
    assert len(own_bot.pictures(ann)) == own_bot.quota_used(ann) == 1


class _Schema(GenerateJsonSchema):
    """Ignores the defaults of aiogram that are no JSON."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's own


SCHEMA = Update.model_json_schema(schema_generator=_Schema)
KINDS = ["message", "edited_message", "callback_query", "my_chat_member", "channel_post", "inline_query"]
TEXTS = st.one_of(
    st.text(st.one_of(st.characters(), st.characters(categories=["Cs"])), max_size=20),
    st.sampled_from(["/imagine a fox --ar 1:1", "/start", "/queue", "c:1", "r:1:1x1"]),
)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
KNOWN_FIELDS = ["from", "text", "data", "message", "photo", "reply_to_message"]
"""Fields that the bot reads."""
DEEPEST, MOST_OPTIONAL = 5, 4


@st.composite
def _shaped(draw: st.DrawFn, schema: dict[str, Any], ids: tuple[int, ...], depth: int = 0) -> Any:
    """Draw a value of a part of the Bot API's schema. Now and then, a part of the value is anything else."""
    if draw(st.integers(0, 59)) == 59:
        return draw(JUNK)
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        choices = [one for one in schema["anyOf"] if depth < DEEPEST or "$ref" not in one]
        return draw(_shaped(draw(st.sampled_from(choices or [{"type": "null"}])), ids, depth))
    if "properties" in schema:
        names = set(schema.get("required", []))
        if depth < DEEPEST and schema["properties"]:
            names |= draw(st.sets(st.sampled_from(sorted(schema["properties"])), max_size=MOST_OPTIONAL))
            names |= draw(st.sets(st.sampled_from(KNOWN_FIELDS), max_size=MOST_OPTIONAL)) & set(
                schema["properties"]
            )
        return {name: draw(_field(name, schema["properties"][name], ids, depth)) for name in sorted(names)}
    if "enum" in schema or "const" in schema:
        return draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        return [
            draw(_shaped(schema.get("items", {}), ids, depth + 1)) for _ in range(draw(st.integers(0, 2)))
        ]
    if schema.get("format") == "date-time":
        return draw(st.integers(0, 2**33))
    plain = {"integer": st.integers(), "number": st.floats(), "boolean": st.booleans(), "null": st.none()}
    return draw(plain.get(schema.get("type", ""), TEXTS))


def _field(name: str, schema: dict[str, Any], ids: tuple[int, ...], depth: int) -> st.SearchStrategy[Any]:
    if name == "id" and schema.get("type") == "integer":
        return st.sampled_from(ids)
    if name == "type" and schema == SCHEMA["$defs"]["Chat"]["properties"]["type"]:
        return st.sampled_from(["private", "group", "supergroup"])
    return _shaped(schema, ids, depth + 1)


@pytest.mark.long(30)
@pytest.mark.hypothesis
async def test_updates_of_any_shape_neither_stop_the_bot_nor_grow_its_memory(own_bot: World) -> None:
    hook = await _start(own_bot, THROTTLE="0")
    ann, ben = own_bot.add_user(), own_bot.add_user()
    ids = (ann.id, own_bot.add_user().id, own_bot.add_group(ann), own_bot.add_group(ann, forum=True), 1, -1)
    numbers = itertools.count(10_000_000)
    headers = {SECRET: hook.secret or "", "Content-Type": "application/json"}

    def post(kinds: dict[str, Any]) -> None:
        update = {"update_id": next(numbers)} | kinds
        body = json.dumps(update).encode(errors="surrogatepass")
        answer = http.post(hook.url, content=body, headers=headers)
        assert answer.status_code in {200, 400}, update

    fields = SCHEMA["properties"]
    shapes = st.sampled_from(KINDS).flatmap(
        lambda kind: st.fixed_dictionaries(
            {kind: _shaped(fields[kind]["anyOf"][0], ids)}, optional={"update_id": JUNK, "poll": JUNK}
        )
    )

    async def memory_after(count: int) -> int:
        await asyncio.to_thread(examples(count)(given(shapes)(post)))
        answers = len(own_bot.texts(ben))
        own_bot.telegram.say(ben, "/help")
        await own_bot.wait_until(lambda: len(own_bot.texts(ben)) > answers)
        return psutil.Process(own_bot.process.pid).memory_info().rss

    with httpx.Client(trust_env=False, timeout=DEADLINE) as http:
        before = await memory_after(150)
        after = await memory_after(400)
    assert after - before < 16 * 1024 * 1024
    failed = [
        line for line in own_bot.process.log if line.get("exception") or line.get("level") == "critical"
    ]
    assert failed == []
