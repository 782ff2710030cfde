"""Source pictures in an S3-compatible bucket: uploaded for one request, read by a presigned link, deleted after use.

The client is obstore, an optional package (`imagine-bot[s3]`), which is imported only if a bucket is set.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from core.bucket_address import BucketAddress
from core.proxies import Proxy

if TYPE_CHECKING:
    from obstore.store import S3Store

FOLDER = "imagine-bot"
_TIMEOUT = "20s"
_CONNECT_TIMEOUT = "5s"
_RETRIES = 2
_RETRY_SECONDS = 20


class BucketUnavailable(Exception):
    """The bucket refused a call or cannot be reached. The text is one line without credentials."""


class SourceBucket:
    """The objects of one bot in a bucket. An object is named by the id of its request, so a repeat replaces it.

    `bot_id` separates the bots that share a bucket. A link is valid for `seconds`.
    """

    def __init__(
        self, address: BucketAddress, *, bot_id: str, seconds: float, proxy: Proxy | None = None
    ) -> None:
        self._prefix = f"{FOLDER}/{bot_id}"
        self._seconds = seconds
        self._store = _open(address, proxy)

    async def upload(self, request_id: int, jpeg: bytes) -> str:
        """Upload the source picture of a request and return a presigned link to it. Raises BucketUnavailable."""
        import obstore  # noqa: PLC0415 - an optional package

        path = self._path(request_id)
        try:
            await obstore.put_async(self._store, path, jpeg, attributes={"Content-Type": "image/jpeg"})
            return await obstore.sign_async(self._store, "GET", path, timedelta(seconds=self._seconds))
        except Exception as error:  # the package raises its own errors and several built-in ones
            raise BucketUnavailable(_line(error)) from error

    async def delete(self, request_id: int) -> None:
        """Delete the source picture of a request if it is there. Raises BucketUnavailable."""
        import obstore  # noqa: PLC0415 - an optional package

        try:
            await obstore.delete_async(self._store, self._path(request_id))
        except FileNotFoundError:
            return
        except Exception as error:
            raise BucketUnavailable(_line(error)) from error

    async def list_request_ids(self) -> list[int]:
        """Return the ids of the requests with an object in the bucket. Raises BucketUnavailable."""
        import obstore  # noqa: PLC0415 - an optional package

        try:
            found = await obstore.list(self._store, self._prefix).collect_async()
        except Exception as error:
            raise BucketUnavailable(_line(error)) from error
        names = [meta["path"].rpartition("/")[2].removesuffix(".jpg") for meta in found]
        return [int(name) for name in names if name.isascii() and name.isdigit()]

    def _path(self, request_id: int) -> str:
        return f"{self._prefix}/{request_id}.jpg"


def _open(address: BucketAddress, proxy: Proxy | None) -> "S3Store":
    from obstore.store import S3Store  # noqa: PLC0415 - an optional package

    return S3Store(
        address.name,
        endpoint=address.endpoint,
        region=address.region,
        access_key_id=address.key_id,
        secret_access_key=address.secret.get_secret_value(),
        virtual_hosted_style_request=False,
        client_options={
            "allow_http": True,
            "timeout": _TIMEOUT,
            "connect_timeout": _CONNECT_TIMEOUT,
            **({"proxy_url": proxy.url} if proxy else {}),
        },
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
    )


def _line(error: Exception) -> str:
    """Return the words of an error of the package without its debug output."""
    return " ".join(str(error).partition("\n\nDebug source")[0].split())[:300]
