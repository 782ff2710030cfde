"""The TLS contexts of all connections, each made once in a process: to read the authorities takes 35 to 60 ms."""

import functools
import ssl


def tls_context(cafile: str | None = None) -> ssl.SSLContext:
    """Return a context that trusts the authorities of this machine and, if it is given, those of a file."""
    return _read(cafile, ssl.get_default_verify_paths())


@functools.cache
def _read(cafile: str | None, _paths: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    """Return a new context, kept for the paths of the machine's authorities as they are now."""
    context = ssl.create_default_context(cafile=cafile)
    if cafile is not None:
        context.load_default_certs()
    return context
