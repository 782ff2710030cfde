"""Lets the kernel end a process of the tests with its parent, even if that is killed."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def die_with(parent: int, number: int = signal.SIGKILL) -> None:
    """Let the kernel send a signal to this process when its parent ends (prctl(2), Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it has ended before the call
            os.kill(os.getpid(), signal.SIGKILL)
