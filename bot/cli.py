"""The command line: run (default), check, setup, backup, restore, migrate-to, doctor, trace, demo."""

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import structlog

from bot import logs, stop_signals
from bot.aiogram_import import import_aiogram
from bot.load_settings import SettingsError, load
from bot.setting_choices import LogFormat, LogLevel
from bot.setting_types import passwords, postgres_url
from bot.settings import Settings

BAD_SETTINGS = 2
CANNOT_RUN = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code: 0 for success, 1 for failure, 2 for bad settings or arguments.

    A command that SIGTERM or SIGINT ended early returns 128 + the number of the signal.
    """
    parsed = _parser().parse_args(arguments)
    if parsed.command == "demo":
        return _demo(parsed)
    warnings: list[str] = []
    try:
        settings = load(warn=warnings.append)
    except SettingsError as error:
        print(*warnings, error, sep="\n", file=sys.stderr)
        return BAD_SETTINGS
    match parsed.command:
        case "check":
            return _check(settings, warnings)
        case "setup":
            return _set_up(settings, parsed)
        case "backup" | "restore":
            return _copy_ledger(settings, parsed)
        case "migrate-to":
            return _move_ledger(settings, parsed.url)
        case "doctor":
            return _examine_ledger(settings, fix=parsed.fix)
        case "trace":
            return _trace(settings, parsed)
    return _run(settings, warnings)


def _demo(parsed: argparse.Namespace) -> int:
    import_aiogram()
    if parsed.once:
        from bot.demo_once import draw_once  # noqa: PLC0415 - only the demo needs the playground

        return asyncio.run(_cancelled_by_signals(draw_once(parsed.prompt, Path(parsed.out))))
    from bot.demo import show_page  # noqa: PLC0415

    return asyncio.run(show_page(browser=not parsed.no_browser, port=parsed.port))


def _run(settings: Settings, warnings: Sequence[str]) -> int:
    # Imports leave next to no garbage. To look for it takes a tenth of their time (benchmarks/).
    gc.disable()
    import_aiogram()
    from bot.process import run  # noqa: PLC0415 - bad settings are reported without importing aiogram, httpx or Pillow (110 MB)
    from storage.database_errors import DatabaseError  # noqa: PLC0415

    gc.freeze()
    gc.enable()

    logs.set_up(settings.log_level, settings.log_format, settings.secrets)
    for line in warnings:
        structlog.get_logger(__name__).warning("setting ignored", reason=line)
    with error_reports(settings):
        try:
            asyncio.run(run(settings))
        except DatabaseError as error:
            print(f"DATABASE_URL: {error}", file=sys.stderr)
            return CANNOT_RUN
        except OSError as error:
            setting = getattr(error, "setting", "LISTEN")
            address = getattr(settings, setting.lower())
            print(f"{setting}={address} cannot be used: {error.strerror or error}", file=sys.stderr)
            return CANNOT_RUN
    return 0


def error_reports(settings: Settings) -> AbstractContextManager[object]:
    """Return the context in which unexpected errors are reported, if a setting says to whom."""
    if settings.sentry_dsn is None:
        return nullcontext()
    from bot.error_reports import ErrorReports  # noqa: PLC0415 - an optional package

    proxy = settings.proxies.for_url(settings.sentry_dsn.get_secret_value())
    return ErrorReports(
        settings.sentry_dsn,
        secrets=settings.secrets,
        proxy=None if proxy is None else proxy.url,
        now=time.monotonic,
    )


def _check(settings: Settings, warnings: Sequence[str]) -> int:
    import_aiogram()
    from bot.check import check  # noqa: PLC0415

    logs.set_up(LogLevel.ERROR, LogFormat.TEXT, settings.secrets)
    for line in warnings:
        print(f"warn  {line}")

    async def result() -> int:
        return 0 if await check(settings) else CANNOT_RUN

    return asyncio.run(_cancelled_by_signals(result()))


def _set_up(settings: Settings, parsed: argparse.Namespace) -> int:
    import_aiogram()
    from bot.check_failed import CheckFailed  # noqa: PLC0415
    from bot.setup import carry_out, make_plan, print_plan  # noqa: PLC0415
    from bot.telegram_identity import WrongToken  # noqa: PLC0415

    logs.set_up(LogLevel.ERROR, LogFormat.TEXT, settings.secrets)
    try:
        plan = asyncio.run(make_plan(settings, replace_picture=parsed.replace_picture))
    except CheckFailed as error:
        setting = "BOT_TOKEN" if isinstance(error, WrongToken) else "TELEGRAM_API_URL"
        print(f"{setting}: {error}", file=sys.stderr)
        return CANNOT_RUN
    print_plan(plan)
    if not plan.changes:
        print("Everything is as it should be.")
        return 0
    # The question is asked outside of the event loop, so that Ctrl+C ends it at once.
    if not (parsed.yes or _agrees(f"Set these {len(plan.changes)}? [y/N] ")):
        print("Nothing was changed.")
        return CANNOT_RUN

    async def result() -> int:
        return 0 if await carry_out(settings, plan) else CANNOT_RUN

    return asyncio.run(_cancelled_by_signals(result()))


def _agrees(question: str) -> bool:
    """Ask a question in the terminal. Without one, or at its end, the answer is no."""
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        print()
        return False


def _copy_ledger(settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.ledger_commands import print_backup, print_restore  # noqa: PLC0415

    logs.set_up(LogLevel.ERROR, LogFormat.TEXT, settings.secrets)
    command = print_backup if parsed.command == "backup" else print_restore
    return 0 if command(settings.database_url, Path(parsed.file)) else CANNOT_RUN


def _move_ledger(settings: Settings, url: str) -> int:
    try:
        target = postgres_url(url)
    except ValueError as error:
        print(f"The URL {error} (example: postgresql://user:password@host:5432/database)", file=sys.stderr)
        return BAD_SETTINGS
    from bot.ledger_commands import print_transfer  # noqa: PLC0415

    logs.set_up(LogLevel.ERROR, LogFormat.TEXT, [*settings.secrets, *passwords(target)])
    return 0 if print_transfer(settings.database_url, target) else CANNOT_RUN


def _examine_ledger(settings: Settings, *, fix: bool) -> int:
    from bot.doctor import examine  # noqa: PLC0415

    logs.set_up(LogLevel.ERROR, LogFormat.TEXT, settings.secrets)
    return 0 if examine(settings.database_url, fix=fix, uses_dbos=settings.uses_dbos) else CANNOT_RUN


def _trace(settings: Settings, parsed: argparse.Namespace) -> int:
    from bot.trace import print_story, request_id  # noqa: PLC0415

    logs.set_up(LogLevel.ERROR, LogFormat.TEXT, settings.secrets)
    wanted = request_id(parsed.request)
    if wanted is None:
        print("REQUEST is the id of a request, or the link to it (example: 123)", file=sys.stderr)
        return BAD_SETTINGS
    known = print_story(settings.database_url, wanted, parsed.log, settings.secrets)
    return 0 if known else CANNOT_RUN


async def _cancelled_by_signals(work: Coroutine[Any, Any, int]) -> int:
    """Await an exit code. On SIGTERM or SIGINT, cancel the work and return the exit code of the signal instead."""
    received: list[int] = []
    task = asyncio.ensure_future(work)

    def cancel(number: int) -> None:
        received.append(number)
        task.cancel()

    for number in stop_signals.STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, cancel, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        return stop_signals.exit_code(received[0])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="imagine-bot", description="A Telegram bot that turns /imagine into a picture."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="run the bot (the default)")
    commands.add_parser("check", help="check settings, connections and keys; no paid call")
    setup = commands.add_parser(
        "setup", help="give the bot its descriptions, commands, menu button and picture at Telegram"
    )
    setup.add_argument("--yes", action="store_true", help="do not ask first")
    setup.add_argument(
        "--replace-picture", action="store_true", help="replace a profile picture that the bot has"
    )
    backup = commands.add_parser("backup", help="copy the ledger to a new file, also while the bot runs")
    backup.add_argument("file", metavar="FILE", help="the new file; a file that exists is not overwritten")
    restore = commands.add_parser("restore", help="replace the ledger with a copy, while the bot is stopped")
    restore.add_argument("file", metavar="FILE", help="the copy; the former ledger is kept beside it")
    move = commands.add_parser(
        "migrate-to", help="move the ledger from SQLite to PostgreSQL, while the bot is stopped"
    )
    move.add_argument(
        "url", metavar="URL", help="an empty database: postgresql://user:password@host/database"
    )
    doctor = commands.add_parser(
        "doctor", help="look for anything odd in the ledger, also while the bot runs"
    )
    doctor.add_argument(
        "--fix", action="store_true", help="fix what is safe to fix, while the bot is stopped"
    )
    trace = commands.add_parser("trace", help="print the story of one request, also while the bot runs")
    trace.add_argument("request", metavar="REQUEST", help="the id of a request, or the link to it")
    trace.add_argument(
        "--log",
        metavar="FILE",
        action="append",
        default=[],
        help="a file with log lines of the bot, JSON or text; - reads stdin; may be repeated",
    )
    demo = commands.add_parser("demo", help="see a picture drawn, with no token, no key and no network")
    demo.add_argument("--once", action="store_true", help="draw one picture in the terminal and end")
    demo.add_argument("--out", default="demo-out", help="folder for the picture (default: %(default)s)")
    demo.add_argument("--no-browser", action="store_true", help="print the page's address and open nothing")
    demo.add_argument(
        "--port", type=int, help="where the page is served on 127.0.0.1 (default: 8642 or a free one)"
    )
    demo.add_argument("prompt", nargs="?", default="a lighthouse in a storm --ar 16:9")
    return parser
