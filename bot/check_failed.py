"""The error of a failed check."""


class CheckFailed(Exception):
    """A check failed. The text says why, and how to repair it."""
