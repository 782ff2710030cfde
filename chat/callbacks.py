"""What the buttons carry. Telegram allows 64 bytes; state lives in the database, so ids are enough."""

from aiogram.filters.callback_data import CallbackData


class ChooseRatio(CallbackData, prefix="r"):
    """A ratio picked for a draft. `ratio` is a slug such as `16x9`: a colon separates the parts."""

    draft: int
    ratio: str


class CancelRequest(CallbackData, prefix="c"):
    """Cancel a request. `listed` when the button stands in the answer to /queue, not in the status."""

    request: int
    listed: bool = False


class PreferRatio(CallbackData, prefix="p"):
    """Remember a ratio for the person it was shown to; an empty slug means: ask each time."""

    user: int
    ratio: str = ""
