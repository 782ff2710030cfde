"""A proxy on loopback for tests: HTTP (CONNECT) and SOCKS5 on one port, with or without a password.

It resolves every name to this machine, so that a test sees whether the name or an address reached the proxy.
"""

import asyncio
import base64
import contextlib
import ipaddress
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Behaviour(StrEnum):
    """The behaviour of the proxy."""

    WORKS = "works"
    SILENT = "accepts connections and answers nothing"
    HANGS_UP = "closes each connection"


@dataclass(slots=True)
class TestProxy:
    """The state of the proxy. `targets` lists the `host:port` of each connection; `refused` hosts get an error."""

    __test__ = False
    login: str = ""
    port: int = 0
    behaviour: Behaviour = Behaviour.WORKS
    targets: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    _clients: dict[asyncio.StreamWriter, "asyncio.Task[None] | None"] = field(default_factory=dict)

    def hang_up(self) -> None:
        """Close all connections."""
        for writer in self._clients:
            writer.transport.abort()

    async def close(self) -> None:
        """Close all connections and wait for their end."""
        self.hang_up()
        await asyncio.gather(*filter(None, self._clients.values()), return_exceptions=True)

    def url(self, scheme: str) -> str:
        """Return the address of the proxy for a setting."""
        return f"{scheme}://{f'{self.login}@' if self.login else ''}127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client: the first byte identifies the protocol."""
        self._clients[writer] = asyncio.current_task()
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            if self.behaviour is not Behaviour.WORKS:
                await (reader.read(-1) if self.behaviour is Behaviour.SILENT else asyncio.sleep(0))
                return
            first = await reader.readexactly(1)
            handshake = self._socks if first == b"\x05" else self._http
            target = await handshake(first, reader, writer)
            if target is not None:
                await _join((reader, writer), target)
        self._clients.pop(writer, None)

    async def _open(self, host: str, port: int) -> Streams | None:
        self.targets.append(f"{host}:{port}")
        if host in self.refused:
            return None
        with contextlib.suppress(ValueError):
            if not ipaddress.ip_address(host).is_loopback:
                host = "127.0.0.1"  # a public address of a test
            return await _connect(host, port)
        return await _connect("127.0.0.1", port)

    async def _http(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Streams | None:
        """Read `CONNECT host:port` (RFC 9110, 9.3.6) and answer it."""
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        verb, target, _ = head.partition("\r\n")[0].split(" ")
        expected = f"Proxy-Authorization: Basic {base64.b64encode(self.login.encode()).decode()}"
        if self.login and expected.lower() not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return None
        host, _, port = target.rpartition(":")
        streams = await self._open(host.strip("[]"), int(port)) if verb == "CONNECT" else None
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" if streams else b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        return streams

    async def _socks(
        self, _first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Streams | None:
        """Read the greeting, the login (RFC 1929) and the CONNECT request (RFC 1928), and answer them."""
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x02" if self.login else b"\x05\x00")
        if self.login:
            await reader.readexactly(1)
            user = await reader.readexactly((await reader.readexactly(1))[0])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            right = f"{user.decode()}:{password.decode()}" == self.login
            writer.write(b"\x01\x00" if right else b"\x01\x01")
            if not right:
                return None
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        streams = await self._open(host, port)
        writer.write(b"\x05" + (b"\x00" if streams else b"\x05") + b"\x00\x01" + bytes(6))
        return streams


@asynccontextmanager
async def open_proxy(login: str = "") -> AsyncIterator[TestProxy]:
    """Run a proxy. `login` is `user:password`."""
    proxy = TestProxy(login)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()


async def _connect(host: str, port: int) -> Streams | None:
    try:
        return await asyncio.open_connection(host, port)
    except OSError:
        return None


async def _join(client: Streams, target: Streams) -> None:
    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    await asyncio.gather(copy(client[0], target[1]), copy(target[0], client[1]))
