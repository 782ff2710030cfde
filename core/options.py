"""Options that the operator chooses in the settings and that lower layers act on."""

from enum import StrEnum


class UnknownCreate(StrEnum):
    """The reaction to a paid create call with an unknown outcome."""

    REPEAT = "repeat"
    REFUND = "refund"


class SourceWay(StrEnum):
    """A way in which a source picture reaches the provider, best first."""

    LINK = "link"
    BUCKET = "bucket"
    DATA = "data"


class SourceImages(StrEnum):
    """The operator's choice of ways; `auto` is every way that the settings allow."""

    AUTO = "auto"
    LINK = "link"
    BUCKET = "bucket"
    DATA = "data"

    def ways(self, *, public_url: bool, bucket: bool) -> tuple[SourceWay, ...]:
        """Return the ways in the order in which they are tried at first."""
        if self is not SourceImages.AUTO:
            return (SourceWay(self.value),)
        possible = {SourceWay.LINK: public_url, SourceWay.BUCKET: bucket, SourceWay.DATA: True}
        return tuple(way for way in SourceWay if possible[way])
