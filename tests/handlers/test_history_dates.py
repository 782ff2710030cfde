"""The date of a picture in words, for servers and apps that do not show it by the reader's clock."""

from datetime import UTC, datetime

import pytest

from chat.dates import date_in_words
from chat.translations import Translator

NOW = datetime(2026, 11, 26, 0, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["today, 00:43 UTC", "yesterday, 23:59 UTC", "November 24, 2026"]),
        ("ru", ["сегодня, 00:43 UTC", "вчера, 23:59 UTC", "24 ноября 2026\u202fг."]),
        ("es", ["hoy, 00:43 UTC", "ayer, 23:59 UTC", "24 de noviembre de 2026"]),
        ("pt", ["hoje, 00:43 UTC", "ontem, 23:59 UTC", "24 de novembro de 2026"]),
    ],
)
def test_recent_pictures_have_an_hour(language: str, words: list[str]) -> None:
    times = [
        datetime(2026, 11, 26, 0, 43, tzinfo=UTC),
        datetime(2026, 11, 25, 23, 59, tzinfo=UTC),
        datetime(2026, 11, 24, 23, 59, tzinfo=UTC),
    ]
    translate = Translator(language)
    assert [date_in_words(at.timestamp(), NOW.timestamp(), translate) for at in times] == words
