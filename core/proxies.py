"""Proxies: the address of each, and the rules by which a connection goes through one."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_DEFAULT_PORTS = {"http": 80, "socks5": 1080}


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP or SOCKS5 proxy. `setting` is the name of the setting that names it."""

    setting: str
    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, setting: str, address: str) -> "Proxy":
        """Return the proxy with an address such as `socks5://user:password@host:1080`. Raises ValueError.

        An address without a scheme is that of an HTTP proxy, as for curl. `socks5h` is `socks5`: the proxy resolves
        the names in both cases.
        """
        parts = urlsplit(address if "://" in address else f"http://{address}")
        scheme = "socks5" if parts.scheme == "socks5h" else parts.scheme
        if scheme not in _DEFAULT_PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("is not the address of an http or socks5 proxy")
        return cls(
            setting=setting,
            scheme=scheme,
            host=parts.hostname,
            port=parts.port or _DEFAULT_PORTS[scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    @property
    def url(self) -> str:
        """The address with user and password: a secret."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        return f"{self.scheme}://{login}{self._host_port}"

    def __str__(self) -> str:
        return f"{self.setting} ({self.scheme}://{self._host_port})"

    def __repr__(self) -> str:
        return f"<Proxy {self}>"

    @property
    def _host_port(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRules:
    """The proxies by scheme of the URL, and NO_PROXY: the hosts that are connected to directly.

    `everything` (ALL_PROXY) is used for a scheme without a proxy of its own. This machine itself is never reached
    through a proxy.
    """

    https: Proxy | None = None
    http: Proxy | None = None
    everything: Proxy | None = None
    direct: str = ""

    def for_url(self, url: str) -> Proxy | None:
        """Return the proxy for a URL, or None for a direct connection."""
        parts = urlsplit(url)
        return self.for_host(parts.scheme, parts.hostname or "", parts.port)

    def for_host(self, scheme: str, host: str, port: int | None = None) -> Proxy | None:
        """Return the proxy for a host, or None for a direct connection. `port` None is the scheme's own."""
        if is_loopback(host) or _is_listed(host, port or (443 if scheme == "https" else 80), self.direct):
            return None
        return (self.https if scheme == "https" else self.http) or self.everything


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_listed(host: str, port: int, patterns: str) -> bool:
    """Return whether NO_PROXY lists a host.

    The patterns are those of curl and Go: `*`, a domain with its subdomains (with or without a leading dot or `*.`), an
    address, a network (`10.0.0.0/8`), each with an optional port, separated by commas or blanks.
    """
    host = host.lower().rstrip(".")
    for pattern in re.split(r"[,\s]+", patterns.lower()):
        name, its_port = _split_port(pattern)
        if not name or its_port not in {None, port}:
            continue
        domain = name.removeprefix("*").strip(".")
        if name == "*" or _is_in_network(host, name) or (domain and f".{host}".endswith(f".{domain}")):
            return True
    return False


def _split_port(pattern: str) -> tuple[str, int | None]:
    with_port = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:]+):(\d+)", pattern)
    name, port = (with_port[1], int(with_port[2])) if with_port else (pattern, None)
    return name.strip("[]"), port


def _is_in_network(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
