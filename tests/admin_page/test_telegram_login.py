"""The check of a sign-in: the data that Telegram signed is accepted for five minutes, and nothing else ever."""

from urllib.parse import parse_qsl, urlsplit

import hypothesis.strategies as st
import pytest
from aiogram.types import User
from hypothesis import assume, given
from pydantic import SecretStr

from admin_page.telegram_login import FUTURE_SECONDS, LONGEST_AGE, Login, LoginRefused, check_login
from playground.login import signed_address
from tests.support.property_tests import examples

TOKEN = "4242:a-token-of-a-bot-for-this-test"
NOW = 1_790_000_000.0
URL = "https://bot.example.org/admin/login"

Fields = list[tuple[str, str]]


def _fields(user: User, *, at: float = NOW, token: str = TOKEN) -> Fields:
    return parse_qsl(urlsplit(signed_address(URL, user, token, at=at)).query, keep_blank_values=True)


def _user(
    user_id: int = 99, first_name: str = "Ada", last_name: str | None = None, username: str | None = None
) -> User:
    return User(id=user_id, is_bot=False, first_name=first_name, last_name=last_name, username=username)


def _check(fields: Fields, now: float = NOW) -> Login:
    return check_login(fields, token=SecretStr(TOKEN), now=now)


_NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=40)


@examples(50)
@given(user_id=st.integers(1, 2**52), name=_NAMES, last=_NAMES, order=st.randoms(use_true_random=False))
def test_the_data_of_telegram_is_accepted_in_any_order(
    user_id: int, name: str, last: str, order: object
) -> None:
    fields = _fields(_user(user_id, name, last_name=last, username="ada"))
    order.shuffle(fields)  # type: ignore[attr-defined]
    assert _check(fields) == Login(user_id, int(NOW), dict(fields)["hash"])


@examples(100)
@given(which=st.integers(0, 4), value=st.text(max_size=70))
def test_no_field_can_be_changed_left_out_or_repeated(which: int, value: str) -> None:
    fields = _fields(_user(username="ada"))
    name, known = fields[which]
    assume(value != known)
    changed = [*fields[:which], (name, value), *fields[which + 1 :]]
    for forged in (changed, [*fields[:which], *fields[which + 1 :]], [*fields, (name, known)]):
        with pytest.raises(LoginRefused):
            _check(forged)
    assert _check(fields).user_id == 99


@pytest.mark.parametrize("name", ["A\nid=99", "A\nid=99\nlast_name=B", "\n"])
def test_a_name_with_lines_is_never_read_as_another_field(name: str) -> None:
    """A user whose name contains fields could else present the same signed lines as the data of another user."""
    fields = _fields(_user(7, name))
    signature = dict(fields)["hash"]
    lines = "\n".join(f"{key}={value}" for key, value in sorted(fields) if key != "hash").split("\n")
    other = [(key, value) for key, _, value in (line.partition("=") for line in lines)]
    for forged in (fields, [*other, ("hash", signature)]):
        with pytest.raises(LoginRefused):
            _check(forged)


def test_a_line_in_the_name_of_a_field_does_not_hide_the_real_id() -> None:
    signature = dict(_fields(_user(7, "A\nid=99", last_name="B")))["hash"]
    hidden = [("auth_date", str(int(NOW))), ("first_name", "A"), ("id", "99"), ("id=7\nlast_name", "B")]
    with pytest.raises(LoginRefused, match="a field that Telegram does not send"):
        _check([*hidden, ("hash", signature)])


def test_a_sign_in_is_good_for_five_minutes_and_by_this_bot_s_token_only() -> None:
    fields = _fields(_user())
    assert _check(fields, NOW + LONGEST_AGE).user_id == 99
    assert _check(fields, NOW - FUTURE_SECONDS).user_id == 99
    for now in (NOW + LONGEST_AGE + 1, NOW - FUTURE_SECONDS - 1):
        with pytest.raises(LoginRefused, match="too old"):
            _check(fields, now)
    with pytest.raises(LoginRefused, match="another token"):
        _check(_fields(_user(), token=TOKEN + "x"))
    with pytest.raises(LoginRefused, match="no data"):
        _check([])
