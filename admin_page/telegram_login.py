"""The check of a sign-in with Telegram: the data that it adds to the address of a LoginUrl button.

Source: https://core.telegram.org/bots/api#loginurl, and "Checking authorization" in
https://core.telegram.org/widgets/login-legacy.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

LONGEST_AGE = 300.0
"""Seconds after which a sign-in is too old. Telegram signs at the press, and the browser opens at once."""
FUTURE_SECONDS = 60.0
"""Seconds by which Telegram's clock may be ahead of this machine's."""
_NAME = re.compile(r"[a-z_]{1,32}")
_HASH = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)


class LoginRefused(Exception):
    """Telegram did not sign the data with this bot's token, or not now."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user of Telegram who signed in, and the time at which Telegram signed it, in Unix seconds.

    The signature is the same for two presses in one second: Telegram signs the user and the time, and nothing else.
    """

    user_id: int
    signed_at: int
    signature: str = field(repr=False)


def check_login(fields: Sequence[tuple[str, str]], *, token: SecretStr, now: float) -> Login:
    """Return the sign-in that the fields of a query describe. Raises LoginRefused.

    All fields but `hash` are signed, joined as lines in the order of their names. Names of users are a part of that, so
    a field must not contain a line or look like another one: else a name could be read as another id.
    """
    given = dict(fields)
    signature = given.pop("hash", "")
    if len(given) != len(fields) - 1 or not _HASH.fullmatch(signature):
        raise LoginRefused("no data of Telegram")
    if not all(_NAME.fullmatch(name) and "\n" not in value for name, value in given.items()):
        raise LoginRefused("a field that Telegram does not send")
    lines = "\n".join(f"{name}={value}" for name, value in sorted(given.items()))
    key = hashlib.sha256(token.get_secret_value().encode()).digest()
    expected = hmac.new(key, lines.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        raise LoginRefused("signed with another token, or not at all")
    user_id, signed_at = given.get("id", ""), given.get("auth_date", "")
    if not _NUMBER.fullmatch(user_id) or not _NUMBER.fullmatch(signed_at):
        raise LoginRefused("no id or no time")
    if not now - LONGEST_AGE <= int(signed_at) <= now + FUTURE_SECONDS:
        raise LoginRefused("too old, or the clock of this machine is wrong")
    return Login(int(user_id), int(signed_at), signature)
