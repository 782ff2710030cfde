"""Reports unexpected errors to Sentry or GlitchTip. The only module that imports the SDK of Sentry.

An unexpected error is one that is logged with a traceback. Its message stays in the log: it may hold words of users,
such as the parameters of a statement. A report has the kinds of the errors with their causes, the places in the code
with their lines, the name of the log event and numbers such as the request, by which the line in the log is found. The
SDK adds nothing by itself.
"""

import linecache
import logging
import os
import re
import sys
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from types import CodeType, TracebackType
from typing import Any, Self

import sentry_sdk
from pydantic import SecretStr

from bot.logs import RedactSecrets
from bot.version import version

MOST_A_MINUTE = 20
"""Reports a minute. Further errors are only counted, and the next report says how many were left out."""
MOST_ERRORS, MOST_FRAMES = 10, 50
"""Errors of one chain, and innermost frames of one traceback."""
CLOSE_SECONDS = 2.0
"""Time that the end of the process gives to the last reports."""
_PACKAGES = frozenset({"bot", "handlers", "generation", "payments", "chat", "storage", "provider", "core"})
_LINK = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_NUMBERS = ("request", "update", "tries", "attempt")
"""The logged values that a report repeats, if they are whole numbers."""
_UNSAID = "(the message is in the log only)"

Report = dict[str, Any]
"""An event of Sentry, as JSON (Sentry SDK documentation, Event Payloads)."""


class ErrorReports(logging.Handler):
    """Reports log records with a traceback while its context is open, and the error that ends the context."""

    def __init__(
        self, dsn: SecretStr, *, secrets: Sequence[SecretStr], proxy: str | None, now: Callable[[], float]
    ) -> None:
        super().__init__(logging.WARNING)
        self._redact = RedactSecrets(secrets)
        self._now = now
        self._sent_at: deque[float] = deque(maxlen=MOST_A_MINUTE)
        self._left_out = 0
        self._client = sentry_sdk.Client(
            dsn.get_secret_value(),
            release=version(),
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            enable_backpressure_handling=False,
            enable_metrics=False,
            http_proxy=proxy or "",
            https_proxy=proxy or "",
            shutdown_timeout=CLOSE_SECONDS,
            before_send=self._strike_out,
        )

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger().removeHandler(self)
        if isinstance(error, Exception):
            self._report(error, {"level": "fatal"})
        self._client.close(CLOSE_SECONDS)

    def emit(self, record: logging.LogRecord) -> None:
        """Report a log record that has a traceback."""
        if record.name.startswith("sentry_sdk"):  # a failed report must not lead to another one
            return
        try:
            logged = record.msg if isinstance(record.msg, dict) else {"exc_info": record.exc_info}
            error = _error_of(logged.get("exc_info"))
            if error is not None:
                self._report(error, _described(record, logged))
        except Exception:
            self.handleError(record)

    def _report(self, error: BaseException, about: Report) -> None:
        now = self._now()
        if len(self._sent_at) == MOST_A_MINUTE and now - self._sent_at[0] < 60.0:
            self._left_out += 1
            return
        self._sent_at.append(now)
        left_out, self._left_out = self._left_out, 0
        values = [_described_error(one) for one in reversed(_chain(error))]
        extra = {"left_out": left_out} if left_out else {}
        event: Any = {**about, "exception": {"values": values}, "extra": extra}
        self._client.capture_event(event)

    def _strike_out(self, event: Any, _hint: object) -> Any:
        """Replace secrets and links in every text of a report, as a second line of defence."""
        return _mapped(event, lambda text: _LINK.sub("[link]", self._redact(None, "", text)))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_mapped(name, change): _mapped(item, change) for name, item in value.items()}
    return [_mapped(item, change) for item in value] if isinstance(value, list | tuple) else value


def _error_of(exc_info: object) -> BaseException | None:
    """Return the error of a log record, in the forms that logging and structlog accept."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _described(record: logging.LogRecord, logged: Report) -> Report:
    """Return the content of a report about a log record. A library's message may hold anything, so it is left out."""
    about: Report = {"level": record.levelname.lower(), "logger": record.name}
    if record.name.partition(".")[0] in _PACKAGES and isinstance(logged.get("event"), str):
        about["logentry"] = {"message": logged["event"]}
    numbers = {name: logged[name] for name in _NUMBERS if isinstance(logged.get(name), int)}
    return about | {"tags": {name: str(number) for name, number in numbers.items()}}


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error, its causes and the members of groups, the outermost first."""
    found: list[BaseException] = []
    rest = [error]
    while rest and len(found) < MOST_ERRORS:
        one = rest.pop()
        if any(one is known for known in found):
            continue
        found.append(one)
        if isinstance(one, BaseExceptionGroup):
            rest.extend(reversed(one.exceptions))
        cause = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        if cause is not None:
            rest.append(cause)
    return found


def _described_error(error: BaseException) -> Report:
    kind = type(error)
    frames = [
        _described_frame(frame.f_globals.get("__name__", ""), frame.f_code, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return {
        "type": kind.__name__,
        "module": kind.__module__,
        "value": _safe_message(error),
        "stacktrace": {"frames": frames[-MOST_FRAMES:]},
    }


def _described_frame(module: object, code: CodeType, line: int) -> Report:
    name = str(module)
    # The path in the file system may hold the name of a user.
    filename = f"{name.replace('.', '/')}.py" if name else "?"
    return {
        "module": name,
        "filename": filename,
        "function": code.co_qualname,
        "lineno": line,
        "context_line": linecache.getline(code.co_filename, line).rstrip("\n"),
        "in_app": name.partition(".")[0] in _PACKAGES,
    }


def _safe_message(error: BaseException) -> str:
    """Return the details of an error without its message: a code of the system or of a database."""
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return f"[Errno {error.errno}] {os.strerror(error.errno)}"
    for name in ("sqlite_errorname", "sqlstate"):
        code = getattr(error, name, None)
        if isinstance(code, str) and re.fullmatch(r"[A-Z0-9_]{5,40}", code):
            return code
    return _UNSAID
