"""The health check of the image: asks /healthz at `LISTEN`. Imports only the standard library, so that it is cheap."""

import os
import sys
import urllib.request

SECONDS = 4.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def address(listen: str) -> str:
    """Return the URL of /healthz on this machine for a value of `LISTEN`."""
    host, _, port = listen.strip(" \"'").rpartition(":")
    host = host.strip("[]")
    host = _ANY_ADDRESS.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"


def main() -> int:
    """Return 0 if the bot answers that it is well, else 1."""
    url = address(os.environ.get("LISTEN", "127.0.0.1:8080"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy would ask its own machine
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as error:
        print(f"{url}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
