"""Downloads of pictures: only from allowed addresses, up to the allowed size, within the allowed time."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from playground.serve import served
from provider import downloads
from provider.downloads import MOST_REDIRECTS, Downloads, is_public
from provider.errors import DownloadError, DownloadRefused, LinkExpired, LinkUnavailable

TARGETS = {
    "circle": "/circle",
    "near": "/good",
    "private": "http://127.0.0.2:1/x",
    "https": "https://127.0.0.1/x",
}
"""The targets of redirects."""


def _next_hop(left: int) -> str:
    return f"/hop{left - 1}" if left > 1 else "/good"


async def _answer(request: web.Request) -> web.StreamResponse:
    """Answer as the path says: with a status, a redirect, a huge or a slow body, or a picture."""
    kind = request.match_info["kind"]
    if kind.isdigit():
        return web.Response(status=int(kind))
    if kind in TARGETS or kind.startswith("hop"):
        raise web.HTTPFound(TARGETS.get(kind) or _next_hop(int(kind.removeprefix("hop"))))
    if kind == "echo":
        return web.Response(text=request.raw_path)
    if kind == "secrets":
        sent = [request.headers.get(name, "") for name in ("Authorization", "Cookie")]
        return web.Response(text=",".join(sent), headers={"Set-Cookie": "who=ann; Path=/"})
    if kind == "huge":
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(26):
            await response.write(bytes(1024 * 1024))
        return response
    if kind == "drip":
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)
    return web.Response(body=b"picture", headers={"X-Host": request.host})


@pytest.fixture
async def store() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{kind}", _answer)
    async with served(app) as url:
        yield url


@pytest.fixture
async def same_host(store: str) -> AsyncIterator[Downloads]:
    """Yield downloads for an API on the host of the store."""
    async with Downloads(f"{store}/v1") as opened:
        yield opened


async def test_http_is_allowed_for_the_host_of_the_api_only(store: str, same_host: Downloads) -> None:
    assert await same_host.fetch(f"{store}/good") == b"picture"
    assert await same_host.fetch(f"{store}/near") == b"picture"
    async with Downloads("https://gptunnel.ru/v1") as other_host:
        with pytest.raises(DownloadRefused, match="https"):
            await other_host.fetch(f"{store}/good")


@pytest.mark.parametrize(
    "query", ["", "?a=%7E+1&b=%20%2F", "?Signature=x%2By%3D%3D&Expires=1", "?a=b;c=~d/e?f", "?лиса=1"]
)
async def test_a_signed_link_is_asked_for_as_it_is(store: str, same_host: Downloads, query: str) -> None:
    encoded = query.replace("лиса", "%D0%BB%D0%B8%D1%81%D0%B0")
    assert await same_host.fetch(f"{store}/echo{query}") == f"/echo{encoded}".encode()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("401", LinkExpired),
        ("403", LinkExpired),
        ("404", LinkExpired),
        ("410", LinkExpired),
        ("500", LinkUnavailable),
        ("503", LinkUnavailable),
        ("429", LinkUnavailable),
        ("circle", DownloadRefused),
        ("private", DownloadRefused),
        ("https", DownloadRefused),
        ("huge", DownloadRefused),
    ],
)
async def test_a_bad_answer_raises_the_matching_error(
    store: str, same_host: Downloads, kind: str, error: type[DownloadError]
) -> None:
    with pytest.raises(error):
        await same_host.fetch(f"{store}/{kind}")


async def test_redirects_are_followed_up_to_their_number(store: str, same_host: Downloads) -> None:
    assert await same_host.fetch(f"{store}/hop{MOST_REDIRECTS}") == b"picture"
    with pytest.raises(DownloadRefused, match="circles"):
        await same_host.fetch(f"{store}/hop{MOST_REDIRECTS + 1}")


async def test_a_picture_may_have_the_largest_size_and_no_more(
    store: str, same_host: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "LARGEST_PICTURE", len(b"picture"))
    assert await same_host.fetch(f"{store}/good") == b"picture"
    monkeypatch.setattr(downloads, "LARGEST_PICTURE", len(b"picture") - 1)
    with pytest.raises(DownloadRefused, match="larger"):
        await same_host.fetch(f"{store}/good")


async def test_a_store_gets_neither_a_login_nor_a_cookie(store: str) -> None:
    named = store.replace("127.0.0.1", "localhost")  # no HTTP library keeps a cookie of a numeric address
    async with Downloads(f"{named}/v1") as opened:
        for _ in range(2):
            assert await opened.fetch(f"{named.replace('//', '//ann:secret@')}/secrets") == b","


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
async def test_a_proxy_counts_only_if_it_is_a_setting(
    store: str, same_host: Downloads, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An HTTP library that reads the environment would ask that proxy for the name, so nothing would be vetted."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert await same_host.fetch(f"{store}/good") == b"picture"


async def test_a_slow_download_is_given_up(
    store: str, same_host: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "WHOLE_DOWNLOAD", 0.2)
    with pytest.raises(LinkUnavailable, match="slowly"):
        await same_host.fetch(f"{store}/drip")


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.7/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://[fe80::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://0.0.0.0/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://100.64.0.1/x",
        "ftp://store.example/x",
        "file:///etc/passwd",
        "data:image/webp;base64,AAAA",
        "",
        "https://",
    ],
)
async def test_private_addresses_and_other_schemes_are_refused(link: str) -> None:
    async with Downloads("https://gptunnel.ru/v1") as opened:
        with pytest.raises(DownloadRefused):
            await opened.fetch(link)


async def test_private_hosts_may_be_allowed() -> None:
    async with Downloads("https://gptunnel.ru/v1", allow_private=True) as opened:
        with pytest.raises(LinkUnavailable):  # allowed, but nothing listens there
            await opened.fetch("https://127.0.0.1:1/x")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("64:ff9b::5db8:d70e", True),  # 93.184.215.14 in a network that has IPv6 only (RFC 6052)
        ("64:ff9b::a00:7", False),
        ("64:ff9b::7f00:1", False),
        ("2002:a00:7::", False),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("2606:2800:220:1:248:1893:25c8:1946%eth0", True),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.7", False),
        ("::ffff:93.184.215.14", True),
        ("2002:5db8:d70e::", True),
        ("64:ff9b:1::a00:7", False),
        ("224.0.0.1", False),
        ("ff0e::1", False),
        ("4000::1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("93.184.215.14", True),
        ("100.127.255.255", False),
        ("100.128.0.0", True),
    ],
)
def test_an_address_is_public_only_if_everyone_can_reach_it(address: str, public: bool) -> None:
    assert is_public(address) is public


@given(st.ip_addresses())
def test_a_public_address_is_never_private_or_special(address: object) -> None:
    if is_public(str(address)):
        for special in ("is_private", "is_loopback", "is_link_local", "is_multicast", "is_unspecified"):
            assert not getattr(address, special)


class _Store(httpx.AsyncBaseTransport):
    """Keeps the requests, and answers each with the next of some answers."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answers.pop(0)

    async def aclose(self) -> None:
        self.closed += 1


async def test_a_download_sends_nothing_but_the_address_and_common_headers() -> None:
    store = _Store(httpx.Response(302, headers={"Location": "/b?c#d"}), httpx.Response(200, content=b"fox"))
    async with Downloads("https://media.example/v1", transport=store) as opened:
        assert await opened.fetch("https://ann:secret@store.example:81/a?b=%20") == b"fox"
    assert [(sent.method, str(sent.url)) for sent in store.requests] == [
        ("GET", "https://store.example:81/a?b=%20"),
        ("GET", "https://store.example:81/b?c#d"),
    ]
    for sent in store.requests:
        assert dict(sent.headers) == {
            "host": "store.example:81",
            "accept": "*/*",
            "user-agent": f"python-httpx/{httpx.__version__}",
            "accept-encoding": "gzip, deflate",
        }
        assert sent.extensions == {"timeout": downloads.TIMEOUT.as_dict()}
    assert store.closed == 4  # by address, by name, and the two ways through a proxy


@pytest.mark.parametrize("location", ["http://store.example/b", "ftp://store.example/b"])
async def test_a_redirect_stays_with_its_scheme(location: str) -> None:
    store = _Store(httpx.Response(302, headers={"Location": location}))
    async with Downloads("https://store.example/v1", transport=store) as opened:
        with pytest.raises(DownloadRefused, match="another scheme"):
            await opened.fetch("https://store.example/a")
    assert len(store.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(201, LinkUnavailable), (199, LinkUnavailable), (402, LinkUnavailable)]
)
async def test_only_200_is_a_picture(status: int, error: type[DownloadError]) -> None:
    async with Downloads(
        "https://a.example", transport=_Store(httpx.Response(status, content=b"x"))
    ) as opened:
        with pytest.raises(error, match=f"answers {status}"):
            await opened.fetch("https://store.example/a")


async def test_a_picture_of_the_largest_size_is_whole() -> None:
    largest = bytes(downloads.LARGEST_PICTURE)
    store = _Store(httpx.Response(200, content=largest), httpx.Response(200, content=largest + b"x"))
    async with Downloads("https://a.example", transport=store) as opened:
        assert await opened.fetch("https://store.example/a") == largest
        with pytest.raises(DownloadRefused):
            await opened.fetch("https://store.example/a")
