"""The transport over aiohttp: what it sends, the bounds that it keeps, and its errors as those of httpx."""

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from aiohttp import web

from core.tls import tls_context
from playground.serve import served
from provider.direct_transport import AddressCheck, DirectTransport, Resolve
from tests.support.process_launcher import DEADLINE
from tests.support.raw_server import http, raw_server

LIMITS = httpx.Limits(max_connections=2, keepalive_expiry=30.0)


@contextlib.asynccontextmanager
async def _transport(
    limit: httpx.Timeout | None = None, *, resolve: Resolve | None = None, check: AddressCheck | None = None
) -> AsyncIterator[DirectTransport]:
    opened = DirectTransport(
        context=tls_context(),
        limits=LIMITS,
        timeout=limit or httpx.Timeout(DEADLINE),
        resolve=resolve,
        check=check,
    )
    try:
        yield opened
    finally:
        await opened.aclose()


def _request(url: str, content: bytes | None = None) -> httpx.Request:
    headers = [("X-One", "1"), ("x-two", "2"), ("X-One", "3")]
    return httpx.Request("GET" if content is None else "POST", url, headers=headers, content=content)


@pytest.mark.parametrize(
    "target", ["/", "/a%2Fb?x=%7E+1&y=%20", "/a//b", "/?q", "/%D0%BB?%D0%BB=%2F", "/p?a=b?c=d"]
)
@pytest.mark.parametrize("content", [None, b'{"a": 1}'])
async def test_a_request_is_sent_exactly_as_httpx_has_read_it(target: str, content: bytes | None) -> None:
    async with raw_server([http(b"fox")]) as server, _transport() as transport:
        base = server.url.removesuffix("/v1")
        response = await transport.handle_async_request(_request(base + target, content))
        assert await response.aread() == b"fox"
    verb = "GET" if content is None else "POST"
    (sent,) = server.requests
    head, _, body = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    expected = [f"host: {base.removeprefix('http://')}", "x-one: 1", "x-two: 2", "x-one: 3"]
    if content is not None:
        expected.append(f"content-length: {len(content)}")
    assert first == f"{verb} {target} HTTP/1.1"
    assert (sorted(lines), body) == (sorted(expected), content or b"")


async def test_an_answer_arrives_as_it_was_sent() -> None:
    """Neither a redirect is followed nor a cookie kept nor a body unpacked before httpx does it."""
    packed = gzip.compress(b"fox")
    answer = http(packed, "Content-Encoding: gzip", "Location: /next", "Set-Cookie: a=b", status="302 Found")
    async with raw_server([answer], keeps_open=True) as server, _transport() as transport:
        url = server.url.replace("127.0.0.1", "localhost")
        for _ in range(2):
            request = _request(url)
            response = await transport.handle_async_request(request)
            assert (response.status_code, response.headers["location"]) == (302, "/next")
            assert response.request is request
            assert b"".join([part async for part in response.aiter_raw()]) == packed
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


async def test_calls_beyond_the_limit_wait_for_a_connection_and_use_it_again() -> None:
    both, connections, most = asyncio.Event(), set[object](), 0
    at_once = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        connections.add(request.transport)
        if at_once == 2:
            both.set()
        await both.wait()
        await asyncio.sleep(0.02)  # a third call would arrive
        at_once -= 1
        return web.Response(text="fox")

    app = web.Application()
    app.router.add_get("/", answer)
    async with served(app) as url, _transport() as transport:

        async def call() -> None:
            await (await transport.handle_async_request(_request(url))).aread()

        await asyncio.gather(*(call() for _ in range(6)))
    assert (most, len(connections)) == (2, 2)


async def _to_loopback(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


async def test_each_address_is_checked_before_it_is_connected_to() -> None:
    checked: list[str] = []
    async with raw_server([http(b"fox")]) as server:
        port = httpx.URL(server.url).port
        async with _transport(resolve=_to_loopback, check=checked.append) as transport:
            for host in ("store.example", "127.0.0.1", "other.example"):
                response = await transport.handle_async_request(_request(f"http://{host}:{port}/"))
                assert await response.aread() == b"fox"

        class Private(Exception):
            pass

        def refuse(address: str) -> None:
            raise Private(address)

        async with _transport(resolve=_to_loopback, check=refuse) as transport:
            for host in ("store.example", "127.0.0.1"):
                with pytest.raises(Private):
                    await transport.handle_async_request(_request(f"http://{host}:{port}/"))
    assert checked == ["127.0.0.1"] * 3
    assert len(server.requests) == 3


async def test_an_error_of_the_resolver_reaches_the_caller() -> None:
    class Unknown(Exception):
        pass

    asked: list[tuple[str, int]] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        raise Unknown

    async with _transport(resolve=resolve) as transport:
        for _ in range(2):  # nothing is kept of a name
            with pytest.raises(Unknown):
                await transport.handle_async_request(_request("http://store.example:81/"))
    assert asked == [("store.example", 81)] * 2


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([b""], httpx.ReadError),
        ([b"SSH-2.0-OpenSSH_9.6\r\n"], httpx.RemoteProtocolError),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"], httpx.RemoteProtocolError),
        ([http(b"fox", length=99)], httpx.ReadError),
        ([http(b"zz\r\nfox", chunked=True)], httpx.TransportError),
    ],
)
async def test_a_broken_answer_is_an_error_of_httpx(
    answers: Sequence[bytes], error: type[httpx.TransportError]
) -> None:
    async with raw_server(answers) as server, _transport() as transport:
        with pytest.raises(error, match=r"."):
            async with contextlib.aclosing(
                await transport.handle_async_request(_request(server.url))
            ) as response:
                await response.aread()


async def test_each_time_limit_ends_a_call() -> None:
    silent = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfox"
    short = httpx.Timeout(DEADLINE, read=0.1)
    async with raw_server([silent], keeps_open=True) as server:
        async with _transport(short) as transport:
            response = await transport.handle_async_request(_request(server.url))
            with pytest.raises(httpx.ReadTimeout):
                await response.aread()
            await response.aclose()
        async with _transport(httpx.Timeout(DEADLINE, pool=0.1)) as transport:
            held = [await transport.handle_async_request(_request(server.url)) for _ in range(2)]
            with pytest.raises(httpx.ConnectTimeout):  # no connection is free
                await transport.handle_async_request(_request(server.url))
            for response in held:
                await response.aclose()
    with socket.socket() as full:  # a listener whose queue is full drops what comes
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        async with _transport(httpx.Timeout(DEADLINE, connect=0.1)) as transport:
            with pytest.raises(httpx.ConnectTimeout):
                await transport.handle_async_request(_request(f"http://127.0.0.1:{full.getsockname()[1]}/"))
        for one in waiting:
            one.close()


async def test_a_refused_connection_and_a_bad_address_are_errors_of_httpx() -> None:
    async with _transport() as transport:
        with pytest.raises(httpx.ConnectError):
            await transport.handle_async_request(_request("http://127.0.0.1:9/"))
        with pytest.raises(httpx.ConnectError):
            await transport.handle_async_request(_request("http://[::1]:9/"))
