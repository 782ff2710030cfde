"""The entry point of `imagine-bot` and `python -m bot`: handles signals first, then imports the command line."""

import signal
import sys

from bot import stop_signals


def main() -> int:
    """Run the command line and return its exit code."""
    stop_signals.exit_at_once()
    try:
        from bot import cli  # noqa: PLC0415 - a signal during this import must end the process

        return cli.main()
    except KeyboardInterrupt:  # a second Ctrl+C while the process ends
        return stop_signals.exit_code(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
