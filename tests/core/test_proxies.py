"""Proxies: their addresses, and the hosts that are connected to directly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.proxies import Proxy, ProxyRules


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("http://proxy:3128", "http://proxy:3128"),
        ("http://proxy:3128/", "http://proxy:3128"),
        ("proxy:3128", "http://proxy:3128"),
        ("proxy", "http://proxy:80"),
        ("HTTP://Proxy:3128", "http://proxy:3128"),
        ("socks5://1.2.3.4", "socks5://1.2.3.4:1080"),
        ("http://ann@proxy:3128", "http://ann:@proxy:3128"),
        ("socks5h://ann:secret@1.2.3.4:9050", "socks5://ann:secret@1.2.3.4:9050"),
        ("socks5://ann:s%40cret%3A@[::1]:1080", "socks5://ann:s%40cret%3A@[::1]:1080"),
    ],
)
def test_the_address_of_a_proxy_is_read_in_all_usual_spellings(address: str, url: str) -> None:
    assert Proxy.parse("HTTPS_PROXY", address).url == url


@pytest.mark.parametrize(
    "address",
    [
        "https://proxy:3128",
        "socks4://proxy:1080",
        "tg://proxy?server=x&port=1&secret=y",
        "http://",
        "http://proxy:99999",
        "http://proxy:port",
        "http://proxy:3128/path",
        "http://proxy:3128/X",
        "socks5://t.me/socks?server=x",
    ],
)
def test_another_address_is_no_proxy(address: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Proxy.parse("HTTPS_PROXY", address)


def test_the_name_of_a_proxy_hides_its_password() -> None:
    proxy = Proxy.parse("TELEGRAM_PROXY", "socks5://ann:secret@host:1080")
    assert str(proxy) == "TELEGRAM_PROXY (socks5://host:1080)"
    assert "secret" not in f"{proxy} {proxy!r} {[proxy]}"


HTTPS, HTTP, EVERYTHING = (
    Proxy.parse(name, f"http://{name.lower()}:1") for name in ("HTTPS", "HTTP", "EVERYTHING")
)


def test_the_scheme_of_a_url_chooses_the_proxy() -> None:
    rules = ProxyRules(https=HTTPS, http=HTTP)
    assert rules.for_url("https://a.example/x") is HTTPS
    assert rules.for_url("http://a.example/x") is HTTP
    assert ProxyRules(https=HTTPS).for_url("http://a.example") is None
    assert ProxyRules(https=HTTPS, everything=EVERYTHING).for_url("http://a.example") is EVERYTHING
    assert ProxyRules().for_url("https://a.example") is None


@pytest.mark.parametrize("host", ["localhost", "bot.localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_this_machine_is_never_reached_through_a_proxy(host: str) -> None:
    assert ProxyRules(everything=EVERYTHING).for_url(f"http://{host}:8081/bot") is None


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("*", "https://a.example", True),
        ("a.example", "https://a.example", True),
        ("A.Example", "https://a.example.", True),
        ("a.example", "https://b.a.example", True),
        (".a.example", "https://a.example", True),
        ("*.a.example", "https://b.a.example", True),
        ("a.example", "https://aa.example", False),
        ("x, a.example ,y", "https://a.example", True),
        ("x a.example", "https://a.example", True),
        ("a.example:443", "https://a.example", True),
        ("a.example:8443", "https://a.example", False),
        ("a.example:8443", "https://a.example:8443", True),
        ("10.0.0.0/8", "http://10.1.2.3:8081", True),
        ("10.0.0.0/8", "http://11.1.2.3:8081", False),
        ("10.1.2.3/8", "http://10.9.9.9", True),
        ("10.1.2.3", "http://10.1.2.3", True),
        ("a.example:80", "http://a.example", True),
        ("a.example:443", "http://a.example", False),
        ("a.example:8443,a.example", "https://a.example", True),
        ("fd00::/8", "http://[fd00::1]:8081", True),
        ("[fd00::1]:8081", "http://[fd00::1]:8081", True),
        ("", "https://a.example", False),
        (",", "https://a.example", False),
        (".", "https://a.example", False),
    ],
)
def test_no_proxy_lists_hosts_as_for_curl(no_proxy: str, url: str, direct: bool) -> None:
    rules = ProxyRules(https=HTTPS, http=HTTP, direct=no_proxy)
    assert (rules.for_url(url) is None) is direct


@given(
    st.text(max_size=40), st.sampled_from(["https://a.example", "http://[fd00::1]:8081", "https://10.0.0.1"])
)
def test_no_proxy_may_be_anything(no_proxy: str, url: str) -> None:
    ProxyRules(https=HTTPS, direct=no_proxy).for_url(url)


@given(st.text(max_size=40))
def test_any_text_is_a_proxy_or_a_value_error(address: str) -> None:
    try:
        proxy = Proxy.parse("HTTPS_PROXY", address)
    except ValueError:
        return
    assert Proxy.parse("HTTPS_PROXY", proxy.url) == proxy
