"""Logging with structlog: text or JSON on stderr, with secrets replaced as a second line of defence."""

import logging
import re
import sys
from collections.abc import Sequence

import structlog
from pydantic import SecretStr
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.setting_choices import LogFormat, LogLevel

REDACTED = "[secret]"
_TOKEN = re.compile(r"\d{4,}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
"""The pattern of any bot token, also behind the `bot` of a Telegram link."""
_QUIET = ("aiogram", "alembic", "aiohttp", "httpx", "httpcore", "asyncio", "PIL", "urllib3")


class RedactSecrets:
    """The last processor: replaces secrets in a rendered line. No secret should get here."""

    def __init__(self, secrets: Sequence[SecretStr]) -> None:
        self._secrets = [secret.get_secret_value() for secret in secrets]

    def __call__(self, _logger: WrappedLogger, _name: str, line: str | EventDict) -> str:
        text = str(line)
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return _TOKEN.sub(REDACTED, text)


def set_up(level: LogLevel, style: LogFormat, secrets: Sequence[SecretStr]) -> None:
    """Write all log lines of this process and its libraries to stderr in one format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if style is LogFormat.JSON:
        last: list[Processor] = [
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        plain = structlog.dev.plain_traceback
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *last,
            RedactSecrets(secrets),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.value)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        cache_logger_on_first_use=False,
    )
