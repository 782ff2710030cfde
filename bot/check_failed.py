"""The errors of a check that does not succeed."""


class CheckFailed(Exception):
    """A check failed. The text says why, and how to repair it."""


class NotChecked(Exception):
    """A check has no result. The text says why."""
