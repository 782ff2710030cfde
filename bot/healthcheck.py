"""The health check of the image: asks a path at `LISTEN`. Imports only the standard library, so that it is cheap."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence

SECONDS = 4.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def address(listen: str, path: str = "/healthz") -> str:
    """Return the URL of a path on this machine for a value of `LISTEN`."""
    host, _, port = listen.strip(" \"'").rpartition(":")
    host = host.strip("[]")
    host = _ANY_ADDRESS.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{path}"


def main(arguments: Sequence[str]) -> int:
    """Return 0 if the bot answers `/healthz`, or the path that is given, with 200. Otherwise print why and return 1."""
    url = address(os.environ.get("LISTEN", "127.0.0.1:8080"), *arguments)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy would ask its own machine
    try:
        with opener.open(url, timeout=SECONDS):
            return 0
    except urllib.error.HTTPError as error:
        print(f"{url}: {error.code} {error.read().decode(errors='replace').strip()}", file=sys.stderr)
    except OSError as error:
        print(f"{url}: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
