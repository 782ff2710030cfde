"""Connections: every address of a host, directly and through a proxy, with vetted addresses in both cases."""

import functools
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from aiohttp import web
from pydantic import SecretStr

from core.metrics import Metrics
from core.proxies import Proxy, ProxyRules
from playground.serve import served
from provider import connections, downloads
from provider.client import MediaClient
from provider.connections import Dialer, DialingTransport
from provider.downloads import Downloads
from provider.errors import DownloadRefused, LinkUnavailable, MediaError, NotSent, ProtocolError, Temporary
from tests.support.process_launcher import DEADLINE
from tests.support.proxies import Behaviour, TestProxy, open_proxy

PUBLIC_V6, PUBLIC_V4 = "2606:2800:220:1:248:1893:25c8:1946", "93.184.215.14"
LOGIN = "ann:s@cret"


async def _answer(request: web.Request) -> web.Response:
    return web.Response(text=f"{request.host}{request.path}")


def _app() -> web.Application:
    app = web.Application()
    app.router.add_get("/{path:.*}", _answer)
    return app


async def _listen(host: str, port: int = 0) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(_app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner, runner.addresses[0][1]


async def _listen_alone(host: str) -> tuple[web.AppRunner, int, socket.socket]:
    """Listen on a loopback address, with a port that no other process has on the other one.

    The socket keeps the port there. It does not listen.
    """
    family, other = (socket.AF_INET6, "::1") if host == "127.0.0.1" else (socket.AF_INET, "127.0.0.1")
    while True:
        runner, port = await _listen(host)
        held = socket.socket(family)
        try:
            held.bind((other, port))
        except OSError:
            held.close()
            await runner.cleanup()
            continue
        return runner, port, held


def _client(addresses: Sequence[str], proxy: Proxy | None = None) -> httpx.AsyncClient:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    dialer = Dialer(proxy_for=lambda _host, _port: proxy, resolve=resolve)
    context = ssl.create_default_context()
    transport = DialingTransport(dialer, context=context, limits=httpx.Limits())
    return httpx.AsyncClient(transport=transport, trust_env=False, timeout=DEADLINE)


@pytest.mark.parametrize("listens", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("addresses", [["::1", "127.0.0.1"], ["127.0.0.1", "::1"]])
async def test_every_address_is_tried(listens: str, addresses: list[str]) -> None:
    runner, port, held = await _listen_alone(listens)
    with held:
        async with _client(addresses) as client:
            response = await client.get(f"http://store.example:{port}/fox")
    await runner.cleanup()
    assert response.text == f"store.example:{port}/fox"


async def test_an_address_without_an_answer_costs_a_short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ROUTE_SECONDS", 0.2)
    runner, port, full = await _listen_alone("127.0.0.1")
    with full:  # a listener whose queue is full drops what comes
        full.listen(0)
        waiting = [socket.socket(socket.AF_INET6) for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("::1", port))
        async with _client(["::1", "127.0.0.1"]) as client:
            response = await client.get(f"http://store.example:{port}/fox")
        for one in waiting:
            one.close()
    await runner.cleanup()
    assert response.status_code == 200


async def test_without_any_address_that_answers_nothing_was_sent() -> None:
    async with _client(["::1", "127.0.0.1"]) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://store.example:9/fox")


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("login", ["", LOGIN])
async def test_a_proxy_is_asked_for_each_address(scheme: str, login: str) -> None:
    runner, port = await _listen("127.0.0.1")
    async with open_proxy(login) as test_proxy:
        test_proxy.refused.add(PUBLIC_V6)
        proxy = Proxy.parse("HTTPS_PROXY", test_proxy.url(scheme).replace("s@cret", "s%40cret"))
        async with _client([PUBLIC_V6, PUBLIC_V4], proxy) as client:
            response = await client.get(f"http://store.example:{port}/fox")
    await runner.cleanup()
    assert response.text == f"store.example:{port}/fox"
    assert test_proxy.targets == [f"{PUBLIC_V6}:{port}", f"{PUBLIC_V4}:{port}"]


async def test_the_address_that_was_reached_last_is_tried_first() -> None:
    runner, port = await _listen("127.0.0.1")
    async with open_proxy() as test_proxy:
        test_proxy.refused.add(PUBLIC_V6)
        proxy = Proxy.parse("HTTPS_PROXY", test_proxy.url("http"))
        async with _client([PUBLIC_V6, PUBLIC_V4], proxy) as client:
            for host in ("store.example", "store.example", "other.example"):
                await client.get(f"http://{host}:{port}/", headers={"Connection": "close"})
    await runner.cleanup()
    first, second = f"{PUBLIC_V6}:{port}", f"{PUBLIC_V4}:{port}"
    assert test_proxy.targets == [first, second, second, first, second]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("fault", ["password", "refuses", "down", Behaviour.SILENT, Behaviour.HANGS_UP])
async def test_a_create_that_the_proxy_did_not_pass_on_was_not_sent(
    scheme: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provider.client.TIMEOUT", httpx.Timeout(5.0, connect=0.5))

    async with open_proxy(LOGIN) as test_proxy:
        test_proxy.refused.add("media.example")
        test_proxy.behaviour = fault if isinstance(fault, Behaviour) else Behaviour.WORKS
        port = 9 if fault == "down" else test_proxy.port
        login = "ann:wrong" if fault == "password" else "ann:s%40cret"
        proxy = Proxy.parse("ALL_PROXY", f"{scheme}://{login}@127.0.0.1:{port}")
        async with MediaClient(
            url="https://media.example/v1",
            key=SecretStr("key-key-key"),
            model="seedream-3",
            metrics=Metrics(),
            proxies=ProxyRules(everything=proxy),
        ) as client:
            with pytest.raises(NotSent, match="ALL_PROXY: "):
                await client.create("a fox", None)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_calls_and_polls_go_through_the_proxy(scheme: str) -> None:
    """The proxy resolves the name of the API: this machine need not know it."""
    runner, port = await _listen("127.0.0.1")
    async with open_proxy() as test_proxy:
        proxy = Proxy.parse("ALL_PROXY", test_proxy.url(scheme))
        async with MediaClient(
            url=f"http://media.example:{port}/v1",
            key=SecretStr("key-key-key"),
            model="seedream-3",
            metrics=Metrics(),
            proxies=ProxyRules(everything=proxy),
        ) as client:
            with pytest.raises(ProtocolError):  # the server answers with a text
                await client.balance()
            assert test_proxy.targets == [f"media.example:{port}"]
            with pytest.raises(MediaError):
                await client.result("a-task")  # polls have connections of their own
            assert test_proxy.targets == [f"media.example:{port}"] * 2
    await runner.cleanup()


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Yield the port of a store with a certificate for `store.example`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("store.example").configure_cert(context)
    async with served(_app(), context=context) as url:
        yield httpx.URL(url).port or 0


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that sets the addresses of every `.example` name."""
    system = socket.getaddrinfo

    def known(addresses: Sequence[str], host: Any, *more: Any, **named: Any) -> Any:
        if not str(host).endswith(".example"):
            return system(host, *more, **named)
        if not addresses:
            raise socket.gaierror
        return [entry for address in addresses for entry in system(address, *more, **named)]

    def set_addresses(*addresses: str) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", functools.partial(known, addresses))

    return set_addresses


@pytest.mark.parametrize("addresses", [["::1", "127.0.0.1"], ["127.0.0.1", "::1"]])
async def test_a_download_tries_every_address_of_the_store(
    store: int, resolve: Callable[..., None], addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "is_public", lambda address: address in addresses)  # the store's are local
    resolve(*addresses)
    async with Downloads("https://media.example/v1") as opened:
        picture = await opened.fetch(f"https://store.example:{store}/fox")
    assert picture == f"store.example:{store}/fox".encode()


async def test_a_poll_trusts_only_a_certificate_for_the_host(
    store: int, resolve: Callable[..., None]
) -> None:
    resolve("127.0.0.1")
    for host, error in (("store.example", ProtocolError), ("other.example", Temporary)):
        url = f"https://{host}:{store}/v1"
        async with MediaClient(
            url=url, key=SecretStr("key-key-key"), model="seedream-3", metrics=Metrics()
        ) as client:
            with pytest.raises(error):
                await client.result("a-task")


def _downloads(proxy: TestProxy, scheme: str, *, allow_private: bool = False) -> Downloads:
    rules = ProxyRules(https=Proxy.parse("HTTPS_PROXY", proxy.url(scheme)))
    return Downloads("https://media.example/v1", allow_private=allow_private, proxies=rules)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_gets_vetted_addresses_and_the_store_proves_its_name(
    store: int, resolve: Callable[..., None], scheme: str
) -> None:
    resolve(PUBLIC_V6, PUBLIC_V4)
    async with open_proxy() as proxy, _downloads(proxy, scheme) as opened:
        proxy.refused.add(PUBLIC_V6)
        assert (
            await opened.fetch(f"https://store.example:{store}/fox") == f"store.example:{store}/fox".encode()
        )
        assert proxy.targets == [f"{PUBLIC_V6}:{store}", f"{PUBLIC_V4}:{store}"]
        with pytest.raises(LinkUnavailable):  # the certificate names another host
            await opened.fetch(f"https://other.example:{store}/fox")


@pytest.mark.parametrize("behind", ["", ":{port}", ":1"])
async def test_no_proxy_holds_for_downloads_with_its_port(
    store: int, resolve: Callable[..., None], behind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "is_public", lambda _address: True)  # the store's address is local
    resolve("127.0.0.1")
    async with open_proxy() as proxy:
        rules = ProxyRules(
            https=Proxy.parse("HTTPS_PROXY", proxy.url("http")),
            direct=f"store.example{behind.format(port=store)}",
        )
        async with Downloads("https://media.example/v1", proxies=rules) as opened:
            assert await opened.fetch(f"https://store.example:{store}/fox")
    assert len(proxy.targets) == (1 if behind == ":1" else 0)


@pytest.mark.parametrize("addresses", [["10.0.0.7"], ["127.0.0.1"], ["::1"], [PUBLIC_V4, "192.168.1.1"]])
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_is_never_asked_for_a_private_address(
    store: int, resolve: Callable[..., None], scheme: str, addresses: list[str]
) -> None:
    resolve(*addresses)
    async with open_proxy() as proxy, _downloads(proxy, scheme) as opened:
        for host in ("store.example", "localhost", addresses[-1] if ":" not in addresses[-1] else "[::1]"):
            with pytest.raises(DownloadRefused):
                await opened.fetch(f"https://{host}:{store}/fox")
    assert proxy.targets == []


async def test_a_name_that_only_the_proxy_knows_needs_the_setting(
    store: int, resolve: Callable[..., None]
) -> None:
    resolve()
    link = f"https://store.example:{store}/fox"
    async with open_proxy() as proxy:
        async with _downloads(proxy, "http") as opened:
            with pytest.raises(LinkUnavailable, match="MEDIA_HOSTS_ALLOW_PRIVATE=true"):
                await opened.fetch(link)
            assert proxy.targets == []
            with pytest.raises(LinkUnavailable):  # the certificate names another host than that of the API
                await opened.fetch(f"https://media.example:{store}/fox")
        assert proxy.targets == [f"media.example:{store}"]
        proxy.targets.clear()
        async with _downloads(proxy, "http", allow_private=True) as opened:
            assert await opened.fetch(link)
        assert proxy.targets == [f"store.example:{store}"]
