"""Errors of the media API, as a tree by the caller's possible reactions.

MediaError
 ├── RequestRefused        the provider read the request and refused it; nothing was started
 │    ├── BadInput             it does not accept this prompt, ratio or picture
 │    │    └── ImageRefused       it does not accept the address or the format of the picture to edit
 │    ├── Moderated            it considers this prompt unsafe
 │    ├── Unauthorised         it does not accept the key: for the operator
 │    └── OutOfMoney           the account's balance is too low: for the operator
 ├── NotAccepted           certainly not accepted: safe to repeat
 │    ├── NotSent              not sent at all: connection refused, DNS, no free connection
 │    ├── RateLimited          too many calls; `retry_after` in seconds if the provider named it
 │    └── Temporary            an outage of the provider
 ├── OutcomeUnknown        sent, and the answer was lost or cannot be understood: perhaps accepted
 ├── TaskFailed            the task ended without a picture
 └── ProtocolError         an undocumented answer: HTML, broken JSON, no id
      └── DoneWithoutPicture   `done` without a link

DownloadError
 ├── LinkExpired           the link has expired or is unknown: ask for a new one
 ├── LinkUnavailable       an outage of the store: try again
 └── DownloadRefused       the link is unsafe to follow, or the file is too large
"""


class MediaError(Exception):
    """A call to the media API failed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__class__.__doc__)


class RequestRefused(MediaError):
    """The provider refused the request."""


class BadInput(RequestRefused):
    """The provider does not accept this input."""


class ImageRefused(BadInput):
    """The provider does not accept the address or the format of the picture to edit."""


class Moderated(RequestRefused):
    """The provider considers this prompt unsafe."""


class Unauthorised(RequestRefused):
    """The provider does not accept the key."""


class OutOfMoney(RequestRefused):
    """The balance of the provider's account is too low."""


class NotAccepted(MediaError):
    """The call was certainly not accepted."""


class NotSent(NotAccepted):
    """The call was not sent."""


class RateLimited(NotAccepted):
    """The provider asks for fewer calls."""

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Temporary(NotAccepted):
    """The provider has an outage."""


class OutcomeUnknown(MediaError):
    """The answer was lost, so the call may have been accepted. `retry_after` is in seconds, as for RateLimited."""

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TaskFailed(MediaError):
    """The task ended without a picture."""


class ProtocolError(MediaError):
    """The answer is not one that the API is known to give."""


class DoneWithoutPicture(ProtocolError):
    """The task is done and has no picture."""


class DownloadError(Exception):
    """The picture could not be downloaded."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__class__.__doc__)


class LinkExpired(DownloadError):
    """The link has expired or is unknown."""


class LinkUnavailable(DownloadError):
    """The store of the link has an outage."""


class DownloadRefused(DownloadError):
    """The link is unsafe to follow, or the file is too large."""
