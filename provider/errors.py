"""What can go wrong with the media API, as a tree by what a caller can do about it.

MediaError
 ├── Refused               the provider read the request and said no; nothing was started
 │    ├── BadInput             this prompt, ratio or picture is not taken
 │    ├── Moderated            this prompt is held to be unsafe
 │    ├── Unauthorised         the key is not taken: for the operator
 │    └── OutOfMoney           the balance is too low: for the operator
 ├── NotAccepted           surely not accepted: may be repeated
 │    ├── NotSent              it never left: connection refused, DNS, no free connection
 │    ├── RateLimited          too many calls; `retry_after` in seconds where it was named
 │    └── Temporary            an outage on the provider's side
 ├── OutcomeUnknown        it was sent and the answer lost: it may have been accepted
 ├── TaskFailed            the task ended without a picture
 └── ProtocolError         an answer nobody documented: HTML, broken JSON, no id
      └── DoneWithoutPicture   `done` with no link

DownloadError
 ├── LinkGone              the link has expired or names nothing: ask for a new one
 ├── LinkTrouble           the store has a problem: try again
 └── PictureRefused        what the link gives is not a picture this bot passes on
"""


class MediaError(Exception):
    """The media API did not do what it was asked."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__class__.__doc__)


class Refused(MediaError):
    """The provider refused."""


class BadInput(Refused):
    """The provider does not take this input."""


class Moderated(Refused):
    """The provider holds this prompt to be unsafe."""


class Unauthorised(Refused):
    """The provider does not take the key."""


class OutOfMoney(Refused):
    """The provider's account has too little money."""


class NotAccepted(MediaError):
    """The call was surely not accepted."""


class NotSent(NotAccepted):
    """The call never left this machine."""


class RateLimited(NotAccepted):
    """The provider asks for fewer calls."""

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Temporary(NotAccepted):
    """The provider has an outage."""


class OutcomeUnknown(MediaError):
    """The call may have been accepted: its answer was lost."""


class TaskFailed(MediaError):
    """The task ended without a picture."""


class ProtocolError(MediaError):
    """The answer is not one the API is known to give."""


class DoneWithoutPicture(ProtocolError):
    """The task is done and names no picture."""


class DownloadError(Exception):
    """The picture could not be fetched."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__class__.__doc__)


class LinkGone(DownloadError):
    """The link has expired or names nothing."""


class LinkUnavailable(DownloadError):
    """The store could not answer."""


class PictureRefused(DownloadError):
    """The link does not give a picture that may be passed on."""
