"""Delays between retries."""


def backoff(tries: int, *, first: float = 0.5, longest: float = 30.0) -> float:
    """Return the seconds to wait after the given number of failed tries (at least 1), doubled for each further one."""
    return float(min(longest, first * 2 ** min(tries - 1, 20)))
