"""The version of the program, for traces and error reports."""

from importlib import metadata


def version() -> str:
    """Return the version of the installed package, or `unknown` in a source tree that is not installed."""
    try:
        return metadata.version("imagine-bot")
    except metadata.PackageNotFoundError:
        return "unknown"
