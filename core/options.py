"""Options that the operator chooses in the settings and that lower layers act on."""

from enum import StrEnum


class UnknownCreate(StrEnum):
    """The reaction to a paid create call whose outcome is unknown."""

    REPEAT = "repeat"
    REFUND = "refund"


class SourceImages(StrEnum):
    """The way a source picture reaches the provider; `auto` is `link` if the bot has a public address, else `data`."""

    AUTO = "auto"
    LINK = "link"
    DATA = "data"

    def resolve(self, public_url: str | None) -> "SourceImages":
        """Return `link` or `data`."""
        if self is not SourceImages.AUTO:
            return self
        return SourceImages.LINK if public_url else SourceImages.DATA
