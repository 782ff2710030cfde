"""Deletes uploaded source pictures once the provider is done with their requests.

An object that a kill or an outage of the bucket left behind is found by the next sweep: one runs after each start, the
next ones every hour.
"""

import structlog

from core.background import Background
from core.clock import Clock
from core.model import PENDING
from generation.source_bucket import BucketUnavailable, SourceBucket
from storage.database_errors import StorageUnavailable
from storage.requests import Requests

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 3600.0


class SourceCleanup:
    """Deletes the objects of requests that are not pending any more. Without a bucket it does nothing."""

    def __init__(self, *, bucket: SourceBucket | None, requests: Requests, clock: Clock) -> None:
        self._bucket = bucket
        self._requests = requests
        self._clock = clock
        self._uploaded: set[int] = set()
        self._background = Background()

    async def stop(self) -> None:
        """Stop the deletions. The next sweep deletes the remaining objects."""
        await self._background.stop()

    def expect(self, request_id: int) -> None:
        """Note that a request is about to have an object."""
        self._uploaded.add(request_id)

    def discard(self, request_id: int) -> None:
        """Start to delete the object of a request that is not pending any more, if it has one."""
        if self._bucket is not None and request_id in self._uploaded:
            self._uploaded.discard(request_id)
            self._background.start(self._delete(self._bucket, request_id))

    async def sweep_hourly(self) -> None:
        """Sweep now and every hour."""
        while self._bucket is not None:
            try:
                await self._sweep(self._bucket)
            except (BucketUnavailable, StorageUnavailable) as error:
                log.warning("bucket not swept", error=str(error))
            await self._clock.sleep(SWEEP_SECONDS)

    async def _sweep(self, bucket: SourceBucket) -> None:
        for request_id in await bucket.list_request_ids():
            request = await self._requests.get(request_id)
            if request is not None and request.state in PENDING:
                self._uploaded.add(request_id)
            else:
                await self._delete(bucket, request_id)

    async def _delete(self, bucket: SourceBucket, request_id: int) -> None:
        try:
            await bucket.delete(request_id)
        except BucketUnavailable as error:
            log.warning("source object not deleted", request=request_id, error=str(error))
        else:
            log.info("source object deleted", request=request_id)
