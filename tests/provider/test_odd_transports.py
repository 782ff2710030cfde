"""Answers to create that are broken on their way: a paid task is found in whatever arrives of them."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Sequence

import httpx
import pytest
from pydantic import SecretStr

from core.metrics import Metrics
from provider.client import MediaClient
from provider.errors import MediaError, OutcomeUnknown, RateLimited, Temporary
from provider.http_answer import LARGEST_ANSWER, decompressed
from tests.support.raw_server import http, raw_server

ID = "6876a7a68cc456ab830ab9df"
URL = "https://store.example/picture.webp"
TASK = json.dumps(
    {"code": 0, "id": ID, "model": "seedream-3", "prompt": "a fox --ar 9:16", "status": "idle", "url": None}
).encode()
NUMBER = json.dumps({"code": 0, "id": 4711, "model": "seedream-3", "prompt": "a fox" * 50}).encode()
REFUSAL = json.dumps({"code": 3, "message": "Validation error", "issues": [{"path": ["prompt"]}]}).encode()
BEFORE_ID = TASK[:20]


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _flushed(kind: int, data: bytes, more: bytes) -> bytes:
    """Return a compressed stream that ends behind `data`, as if the server died before `more`."""
    packer = zlib.compressobj(wbits=kind)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH) + packer.compress(more)


def _with_wrong_sum(data: bytes) -> bytes:
    packed = bytearray(gzip.compress(data))
    packed[-8] ^= 0xFF
    return bytes(packed)


LATIN = b'{"code":0,"id":"' + ID.encode() + b'","prompt":"caf\xe9","status":"idle","url":null}'
GZIP, DEFLATE = "Content-Encoding: gzip", "Content-Encoding: deflate"
TASKS: dict[str, Sequence[bytes]] = {
    "Content-Length too large": [http(TASK, length=len(TASK) + 50)],
    "Content-Length too large, cut in the prompt": [http(TASK[:80], length=len(TASK))],
    "Content-Length too small": [http(TASK, length=len(TASK) - 30)],
    "Content-Length ends inside the id": [http(TASK, length=20)],
    "Content-Length 0": [http(TASK, length=0)],
    "no number as Content-Length": [http(TASK, length="many")],
    "negative Content-Length": [http(TASK, length=-1)],
    "two Content-Lengths": [http(TASK, "Content-Length: 5")],
    "Content-Length and chunks": [http(_chunk(TASK) + b"0\r\n\r\n", "Transfer-Encoding: chunked", length=5)],
    "cut in segments": [http(TASK[:10], length=500), TASK[10:60], TASK[60:]],
    "no last chunk": [http(_chunk(TASK), chunked=True)],
    "cut inside a chunk": [http(_chunk(TASK)[:-40], chunked=True)],
    "a chunk larger than its data": [http(b"fff\r\n" + TASK, chunked=True)],
    "a chunk smaller than its data": [http(b"10\r\n" + TASK + b"\r\n0\r\n\r\n", chunked=True)],
    "no chunks in spite of the header": [http(TASK, chunked=True)],
    "a bad second chunk": [http(_chunk(TASK[:70]) + b"zz\r\nrest", chunked=True)],
    "gzip without its end": [http(gzip.compress(TASK)[:-12], GZIP)],
    "gzip with a wrong sum": [http(_with_wrong_sum(TASK), GZIP)],
    "gzip, cut off": [http(_flushed(31, TASK[:70], TASK[70:]), GZIP)],
    "gzip, cut off by Content-Length": [http(_flushed(31, TASK[:70], TASK[70:]), GZIP, length=900)],
    "gzip, then rubbish": [http(_flushed(31, TASK[:70], b"") + b"\xff\xff\xff rubbish", GZIP)],
    "gzip in chunks, cut off": [http(_chunk(_flushed(31, TASK[:70], TASK[70:])), GZIP, chunked=True)],
    "gzip by name only": [http(TASK, GZIP)],
    "gzip without the header": [http(gzip.compress(TASK))],
    "gzip twice": [http(gzip.compress(gzip.compress(TASK)), "Content-Encoding: gzip, gzip")],
    "deflate, cut off": [http(_flushed(15, TASK[:70], TASK[70:]), DEFLATE)],
    "deflate without a header of zlib": [http(_bare_deflate(TASK), DEFLATE)],
    "deflate without a header of zlib, cut off": [http(_flushed(-15, TASK[:70], TASK[70:]), DEFLATE)],
    "deflate by name only": [http(TASK, DEFLATE)],
    "br by name only": [http(TASK, "Content-Encoding: br")],
    "br by name only, cut off": [http(TASK[:70], "Content-Encoding: br", length=500)],
    "an encoding nobody knows": [http(TASK, "Content-Encoding: middle-out")],
    "204 with a body": [http(TASK, status="204 No Content")],
    "a header without a name": [http(TASK, ": nothing")],
    "a header with a NUL": [http(TASK, "X-Trace: a\0b")],
    "502 of a proxy with the whole answer, cut off": [http(TASK, status="502 Bad Gateway", length=900)],
    "after an interim answer": [b"HTTP/1.1 102 Processing\r\n\r\n" + http(TASK, length=900)],
    "a text that is not UTF-8": [http(LATIN)],
    "UTF-16": [http(TASK.decode().encode("utf-16"))],
    "a notice before it": [http(b"<b>Notice</b>: undefined index in api.php\n" + TASK)],
    "a number as id, cut off": [http(NUMBER[:60], length=400)],
    "without the end of its gzip, a number as id": [http(gzip.compress(NUMBER)[:-8], GZIP)],
}
UNKNOWN: dict[str, Sequence[bytes]] = {
    "cut before the id": [http(BEFORE_ID, length=200)],
    "chunks cut before the id": [http(_chunk(BEFORE_ID), chunked=True)],
    "gzip cut before the id": [http(_flushed(31, BEFORE_ID, TASK[20:]), GZIP)],
    "rubbish instead of gzip": [http(b"\x1f\x8b\x08rubbish", GZIP)],
    "rubbish instead of br": [http(b"\x8b\x03\x80rubbish\x03", "Content-Encoding: br")],
    "a refusal that is cut off": [http(REFUSAL[:-3], length=len(REFUSAL))],
    "a refusal, then nothing": [http(REFUSAL, length=len(REFUSAL) + 9)],
    "a refusal in chunks without an end": [http(_chunk(REFUSAL), chunked=True)],
    "a refusal in gzip without its end": [http(gzip.compress(REFUSAL)[:-4], GZIP)],
    "400, cut off": [http(REFUSAL, status="400 Bad Request", length=999)],
    "401, cut off": [http(b'{"message":"Invalid token"}', status="401 Unauthorized", length=999)],
    "429, cut off": [http(b"", status="429 Too Many Requests", length=999)],
    "503, cut off": [http(b"<html>", status="503 Service Unavailable", length=999)],
    "only headers": [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n"],
    "no answer": [b""],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n"],
}


def _client(url: str) -> MediaClient:
    return MediaClient(url=url, key=SecretStr("key"), model="seedream-3", metrics=Metrics())


@pytest.mark.parametrize("answer", TASKS.values(), ids=TASKS)
async def test_a_task_in_a_broken_answer_is_a_task(answer: Sequence[bytes]) -> None:
    async with raw_server(answer) as server, _client(server.url) as api:
        assert (await api.create("a fox", None)).id in {ID, "4711"}
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        http(TASK, f"Content-Security-Policy: {'a' * 9_000}"),
        http(TASK, *(f"X-{number}: a" for number in range(150))),
        http(TASK, f"Content-Length: {len(TASK)}"),
        http(_chunk(TASK) + b"0\r\n\r\n", "Transfer-Encoding: chunked", length=5),
    ],
    ids=["a long header", "many headers", "Content-Length twice", "Content-Length and chunks"],
)
async def test_a_task_that_comes_after_unusual_headers_is_a_task(answer: bytes) -> None:
    """aiohttp refuses these headers before the body has come."""
    head, end, body = answer.partition(b"\r\n\r\n")
    async with raw_server([head + end, body]) as server, _client(server.url) as api:
        assert (await api.create("a fox", None)).id == ID
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN)
async def test_a_broken_answer_without_a_task_is_unknown(answer: Sequence[bytes]) -> None:
    async with raw_server(answer) as server, _client(server.url) as api:
        with pytest.raises(MediaError) as caught:
            await api.create("a fox", None)
    assert caught.type is OutcomeUnknown


@pytest.mark.parametrize("name", ["Content-Length too large", "no last chunk", "Content-Length 0"])
async def test_a_connection_that_stays_open_behind_the_answer_hides_no_task(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provider.client.TIMEOUT", httpx.Timeout(60, read=0.3))
    async with raw_server(TASKS[name], keeps_open=True) as server, _client(server.url) as api:
        assert (await api.create("a fox", None)).id == ID


async def test_an_answer_that_drips_without_an_end_hides_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provider.client.LONGEST_WAIT", 0.5)
    drip = [http(TASK, length=100_000), *[b" "] * 5_000]
    async with raw_server(drip) as server, _client(server.url) as api:
        assert (await api.create("a fox", None)).id == ID
    drip = [http(REFUSAL, length=100_000), *[b" "] * 300]
    async with raw_server(drip) as server, _client(server.url) as api:
        with pytest.raises(OutcomeUnknown, match="HTTP 200, TimeoutError"):
            await api.create("a fox", None)


async def test_the_rest_of_an_answer_is_not_read_as_the_next_one() -> None:
    answers = [[http(TASK, length=50)]] * 4 + [[http(TASK)]]
    async with raw_server(*answers, keeps_open=True) as server, _client(server.url) as api:
        for _ in range(8):
            assert (await api.create("a fox", None)).id == ID
    assert len(server.requests) == 8


async def test_a_result_in_a_broken_answer_is_asked_for_again_unless_it_is_complete() -> None:
    done = json.dumps({"code": 0, "id": ID, "status": "done", "url": URL}).encode()
    async with (
        raw_server([http(done[:-20], length=900)], [http(done, length=900)]) as server,
        _client(server.url) as api,
    ):
        with pytest.raises(Temporary):
            await api.result(ID)
        assert (await api.result(ID)).url == URL


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN)
async def test_a_broken_answer_to_a_poll_is_an_error_of_the_media_api(answer: Sequence[bytes]) -> None:
    async with raw_server(answer) as server, _client(server.url) as api:
        with pytest.raises(MediaError):
            await api.result(ID)


async def test_the_rest_of_an_answer_to_a_poll_is_not_read_as_the_next_one() -> None:
    done = json.dumps({"code": 0, "id": ID, "status": "done", "url": URL}).encode()
    answers = [[http(done, length=50)]] * 4 + [[http(done)]]
    async with raw_server(*answers, keeps_open=True) as server, _client(server.url) as api:
        for _ in range(4):
            with pytest.raises(MediaError):
                await api.result(ID)
        for _ in range(4):
            assert (await api.result(ID)).url == URL
    assert len(server.requests) == 8


@pytest.mark.parametrize("status", [200, 502])
async def test_a_reason_phrase_that_is_no_text_hides_nothing_else(status: int) -> None:
    head = f"HTTP/1.1 {status} ".encode() + "Ошибка".encode("cp1251")
    async with raw_server([head + b"\r\nContent-Length: 2\r\n\r\n{}"]) as server, _client(server.url) as api:
        with pytest.raises(MediaError):
            await api.result(ID)


async def test_a_cookie_with_an_odd_name_does_not_stop_later_calls() -> None:
    done = json.dumps({"code": 0, "id": ID, "status": "done", "url": URL}).encode()
    answer = http(done, "Set-Cookie: é=1; Path=/")
    async with raw_server([answer], keeps_open=True) as server, _client(server.url) as api:
        for _ in range(4):
            assert (await api.result(ID)).url == URL
            assert (await api.create("a fox", None)).id == ID
    assert not any(b"\r\ncookie:" in request.lower() for request in server.requests)


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", ""])
def test_an_answer_that_unpacks_to_far_more_than_an_answer_has_is_not_unpacked(encoding: str) -> None:
    packed = gzip.compress(bytes(20 * 1024 * 1024))
    if "," in encoding:
        packed = gzip.compress(packed)
    tracemalloc.start()
    body, whole = decompressed(packed, encoding, LARGEST_ANSWER)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(body), whole) == (LARGEST_ANSWER, False)
    assert most < 8 * LARGEST_ANSWER


REASONS: dict[str, bytes] = {
    "the answer is damaged": http(gzip.compress(REFUSAL)[:-40], GZIP),
    "the answer is too large": http(b" " * (LARGEST_ANSWER + 1) + REFUSAL),
}


@pytest.mark.parametrize("reason", REASONS)
async def test_an_answer_of_which_a_part_is_missing_says_why(reason: str) -> None:
    async with raw_server([REASONS[reason]]) as server, _client(server.url) as api:
        with pytest.raises(Temporary, match=f"^media/result: {reason}$"):
            await api.result(ID)
        with pytest.raises(Temporary, match=f"^balance: {reason}$"):
            await api.balance()
        with pytest.raises(OutcomeUnknown, match=f"^HTTP 200, {reason}$"):
            await api.create("a fox", None)


async def test_an_answer_longer_than_its_headers_say_is_no_refusal() -> None:
    async with raw_server([http(REFUSAL, length=len(REFUSAL) - 1)]) as server, _client(server.url) as api:
        with pytest.raises(OutcomeUnknown, match="longer than its headers say"):
            await api.create("a fox", None)


@pytest.mark.parametrize("headers", [(), (GZIP,)])
async def test_the_time_to_wait_is_read_from_the_headers(headers: tuple[str, ...]) -> None:
    body = b'{"message": "slow down"}'
    packed = gzip.compress(body) if headers else body
    answer = http(packed, "Retry-After: 7", *headers, status="429 Too Many Requests")
    async with raw_server([answer]) as server, _client(server.url) as api:
        for call in (api.result(ID), api.create("a fox", None), api.balance()):
            with pytest.raises(RateLimited) as caught:
                await call
            assert caught.value.retry_after == 7.0
