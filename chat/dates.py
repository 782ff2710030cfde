"""Dates in words, for servers and apps that do not show a time by the reader's clock."""

from datetime import UTC, datetime, timedelta

from chat.translations import Translator


def moment(at: float, now: float, translate: Translator) -> dict[str, str]:
    """Return the arguments of a text with a time in Unix seconds: `at` for apps that show it, and `when` for others."""
    return {"at": str(round(at)), "when": date_in_words(at, now, translate)}


def date_in_words(at: float, now: float, translate: Translator) -> str:
    """Return a time for servers and apps that do not show it by the reader's clock: with the hour since yesterday."""
    then, today = datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(now, UTC).date()
    if then.date() == today:
        return translate("history-today", time=f"{then:%H:%M}")
    if then.date() == today - timedelta(days=1):
        return translate("history-yesterday", time=f"{then:%H:%M}")
    return translate("history-date", date=then.date())
