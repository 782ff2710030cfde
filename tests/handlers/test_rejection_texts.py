"""The time at which quotas renew, in the reader's own clock and in words."""

import pytest

from chat.translations import Translator
from core.model import Allowance
from handlers.rejection_texts import RejectionTexts
from playground.entities import parse
from tests.support.manual_clock import START, ManualClock

MIDNIGHT = START - START % 86_400 + 86_400


def _texts_at(seconds_before_midnight: float) -> RejectionTexts:
    clock = ManualClock()
    clock.advance(MIDNIGHT - seconds_before_midnight - START)
    return RejectionTexts(clock)


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (23 * 3600 + 15 * 60, "23 h 15 min", "23 ч 15 мин"),
        (3600, "1 h 0 min", "1 ч 0 мин"),
        (3541, "1 h 0 min", "1 ч 0 мин"),
        (3540, "59 min", "59 мин"),
        (0.5, "1 min", "1 мин"),
    ],
)
def test_the_wait_is_said_to_the_minute(seconds: float, english: str, russian: str) -> None:
    texts = _texts_at(seconds)
    assert texts.renewal(Translator("en")) == (str(int(MIDNIGHT)), english)
    assert texts.renewal(Translator("ru")) == (str(int(MIDNIGHT)), russian)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "New ones come at 00:00 UTC, in 23 h 15 min."),
        ("ru", "Новые появятся в 00:00 UTC, через 23 ч 15 мин."),
        ("es", "Habrá nuevas a las 00:00 UTC, dentro de 23\u00a0h 15\u00a0min."),
        ("pt", "Haverá novas às 00:00 UTC, daqui a 23\u00a0h 15\u00a0min."),
    ],
)
def test_a_used_quota_names_its_renewal_in_the_reader_s_own_time(language: str, words: str) -> None:
    allowance = Allowance(daily=6, pending=1)
    text = _texts_at(23 * 3600 + 15 * 60).quota_used(allowance, Translator(language))
    shown, entities = parse(text, "HTML")
    assert shown.endswith(words)
    (time,) = entities
    assert (time.type, time.unix_time, time.date_time_format) == ("date_time", int(MIDNIGHT), "t")
    assert time.extract_from(shown) == "00:00 UTC"
