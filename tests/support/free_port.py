"""A port for a server that cannot choose one itself."""

import socket

_held: list[socket.socket] = []
"""Sockets that keep the ports for these tests until they end. None of them listens."""


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens, and that no other process gets from the system.

    A server may listen on it in spite of the socket here, because both set SO_REUSEADDR, as servers do, and only one
    of them listens (socket(7)).
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    _held.append(held)
    return int(held.getsockname()[1])
