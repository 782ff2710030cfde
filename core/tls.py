"""The TLS context of all connections of httpx, made once in a process: to read the authorities takes 35 to 60 ms."""

import functools
import ssl


def tls_context() -> ssl.SSLContext:
    """Return a context that trusts the authorities of this machine."""
    return _read(ssl.get_default_verify_paths())


@functools.cache
def _read(_paths: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    """Return a new context, kept for the paths of the machine's authorities as they are now."""
    return ssl.create_default_context()
