"""A real S3 server (moto's) on loopback, with one bucket, for the tests of source pictures in a bucket."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from moto.server import ThreadedMotoServer

from tests.support.process_launcher import DEADLINE

BUCKET = "photos"
SECRET = "secret/of+the=bucket"


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running server. `host` is its host and port, `setting` the value of `SOURCE_BUCKET` for its bucket."""

    host: str

    @property
    def setting(self) -> str:
        return f"http://KEY:{SECRET}@{self.host}/{BUCKET}"

    def list_keys(self) -> list[str]:
        """Return the keys of the objects in the bucket."""
        listing = httpx.get(f"http://{self.host}/{BUCKET}?list-type=2", timeout=DEADLINE).text
        return [part.partition("</Key>")[0] for part in listing.split("<Key>")[1:]]

    def get(self, link: str) -> httpx.Response:
        """Return the answer to a link."""
        return httpx.get(link, timeout=DEADLINE)

    def put(self, key: str) -> None:
        """Put an object into the bucket."""
        url = f"http://{self.host}/{BUCKET}/{key}"
        httpx.put(url, content=b"left behind", timeout=DEADLINE).raise_for_status()


@contextmanager
def run_s3_server() -> Iterator[S3Server]:
    """Run a server with an empty bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    try:
        host, port = moto.get_host_and_port()
        server = S3Server(f"{host}:{port}")
        httpx.post(f"http://{server.host}/moto-api/reset", timeout=DEADLINE).raise_for_status()
        httpx.put(f"http://{server.host}/{BUCKET}", timeout=DEADLINE).raise_for_status()
        yield server
    finally:
        moto.stop()
