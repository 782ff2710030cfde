"""The sentences of `imagine-bot check` about a server that cannot be reached or that is not the expected one."""

import os

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientResponseError,
    ServerDisconnectedError,
)

from provider.errors import (
    BadInput,
    MediaError,
    NotSent,
    OutcomeUnknown,
    ProtocolError,
    RateLimited,
    Temporary,
)


def telegram_sentence(url: str, error: AiogramError) -> str:
    """Return why the Bot API server at `TELEGRAM_API_URL` did not carry a call out."""
    if isinstance(error, ClientDecodeError):
        return f"{url} answers, but not as a Bot API server does; TELEGRAM_API_URL must name one"
    if isinstance(error, TelegramNetworkError):
        return _telegram_network(url, error.__cause__)
    if isinstance(error, TelegramNotFound):
        return f"{url} answers “{error.message}”: it is no Bot API server, or does not know this token"
    if isinstance(error, TelegramRetryAfter):
        return f"{url} asks for a pause of {error.retry_after} seconds"
    if isinstance(error, TelegramServerError):
        return f"{url} is down ({error.message})"
    return f"{url} answers “{error.message if isinstance(error, TelegramAPIError) else type(error).__name__}”"


def _telegram_network(url: str, cause: BaseException | None) -> str:
    if isinstance(cause, ClientConnectorCertificateError):
        return f"{url} has a certificate that this machine does not accept ({cause.certificate_error})"
    if isinstance(cause, ClientConnectorDNSError):
        return f"{url} cannot be reached: its name is unknown here (DNS)"
    if isinstance(cause, ClientConnectorError):
        return f"{url} cannot be reached: {reason(cause.os_error)}"
    if isinstance(cause, ServerDisconnectedError | ClientResponseError):
        return f"{url} can be reached, but does not answer in HTTP"
    if isinstance(cause, TimeoutError):
        return f"{url} cannot be reached: no answer in time"
    return f"{url} cannot be reached ({type(cause).__name__})"


def provider_sentence(url: str, error: MediaError) -> str:
    """Return why the media API at `GPTUNNEL_API_URL` did not say the balance."""
    if isinstance(error, NotSent):
        return f"{url} cannot be reached ({_deepest(error)})"
    if isinstance(error, Temporary) and isinstance(error.__cause__, OutcomeUnknown):
        return f"{url} can be reached, but does not answer ({_deepest(error)})"
    if isinstance(error, RateLimited | Temporary):
        return f"{url} cannot say the balance now ({error})"
    if isinstance(error, BadInput | ProtocolError):
        return f"{url} answers, but not as the media API does ({error}); GPTUNNEL_API_URL must name it"
    return f"{url} does not say the balance ({error})"


def _deepest(error: BaseException) -> str:
    """Return the text of the first cause, which is the most exact one."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__


def reason(error: OSError) -> str:
    """Return the system's words for an error, without the addresses that asyncio adds."""
    if error.errno is None or error.errno < 0:  # a failed look-up of a name has a negative number
        return error.strerror or str(error)
    return os.strerror(error.errno)
