"""Source links: each is valid for one request and a limited time, and only the bot can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from core.options import SourceImages
from generation.signed_links import PICTURE_PATH, SOURCE_PATH, LinkRefused, SignedLinks
from tests.support.manual_clock import ManualClock

TOKEN = SecretStr("4242:a-token-a-token-a-token")


def _links(path: str = SOURCE_PATH, seconds: float = 420.0) -> SignedLinks:
    return SignedLinks(
        path=path,
        public_url="https://bot.example.org",
        token=TOKEN,
        seconds=seconds,
        clock=ManualClock(),
    )


@given(st.integers(1, 2**53))
def test_a_link_verifies_to_its_request_and_hides_the_token(request_id: int) -> None:
    link = _links().sign(request_id)
    assert link.startswith("https://bot.example.org/source/")
    assert _links().verify(link.rpartition("/")[2]) == request_id
    assert TOKEN.get_secret_value().partition(":")[2] not in link


@given(st.text(max_size=80))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(LinkRefused):
        _links().verify(text)


@given(st.integers(1, 1_000), st.data())
def test_an_altered_link_is_refused(request_id: int, data: st.DataObject) -> None:
    signed = _links().sign(request_id).rpartition("/")[2]
    at = data.draw(st.integers(0, len(signed) - 2))  # the last character holds unused bits
    other = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda c: c != signed[at]))
    with pytest.raises(LinkRefused):
        _links().verify(signed[:at] + other + signed[at + 1 :])


def test_the_link_of_another_bot_is_refused() -> None:
    other = SignedLinks(
        path=SOURCE_PATH,
        public_url="https://bot.example.org",
        token=SecretStr("1:another"),
        seconds=420.0,
        clock=ManualClock(),
    )
    with pytest.raises(LinkRefused):
        _links().verify(other.sign(1).rpartition("/")[2])


def test_the_link_of_a_drawn_picture_is_none_of_a_source() -> None:
    signed = _links(PICTURE_PATH).sign(7).rpartition("/")[2]
    assert _links(PICTURE_PATH).verify(signed) == 7
    with pytest.raises(LinkRefused):
        _links().verify(signed)


def test_a_link_expires_after_its_time() -> None:
    clock = ManualClock()
    links = SignedLinks(
        path=SOURCE_PATH, public_url="https://bot.example.org", token=TOKEN, seconds=420.0, clock=clock
    )
    signed = links.sign(1).rpartition("/")[2]
    clock.advance(420)
    assert links.verify(signed) == 1
    clock.advance(1)
    with pytest.raises(LinkRefused, match="SignatureExpired"):
        links.verify(signed)


@pytest.mark.parametrize(
    ("setting", "public_url", "bucket", "ways"),
    [
        ("auto", False, False, ["data"]),
        ("auto", True, False, ["link", "data"]),
        ("auto", False, True, ["bucket", "data"]),
        ("auto", True, True, ["link", "bucket", "data"]),
        ("data", True, True, ["data"]),
        ("link", True, True, ["link"]),
        ("bucket", True, True, ["bucket"]),
    ],
)
def test_auto_is_every_way_that_the_settings_allow(
    setting: str, public_url: bool, bucket: bool, ways: list[str]
) -> None:
    assert list(SourceImages(setting).ways(public_url=public_url, bucket=bucket)) == ways
