"""The date of a picture in words, for servers and apps that do not show it by the reader's clock."""

from datetime import UTC, datetime

import pytest

from chat.translations import Translator
from handlers.history import date_in_words

NOW = datetime(2026, 11, 26, 0, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "english", "russian"),
    [
        (datetime(2026, 11, 26, 0, 43, tzinfo=UTC), "today, 00:43 UTC", "сегодня, 00:43 UTC"),
        (datetime(2026, 11, 25, 23, 59, tzinfo=UTC), "yesterday, 23:59 UTC", "вчера, 23:59 UTC"),
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), "November 24, 2026", "24 ноября 2026\u202fг."),
    ],
)
def test_recent_pictures_have_an_hour(at: datetime, english: str, russian: str) -> None:
    words = [date_in_words(at.timestamp(), NOW.timestamp(), Translator(code)) for code in ("en", "ru")]
    assert words == [english, russian]
