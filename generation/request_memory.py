"""The in-memory state of open requests.

The ledger holds everything that a restart needs: the state, the times, the number of creates, the task id, the link and
the ids of messages (`core.model.Request`). This module holds the rest: counters of retries and measurements of this
process. A restart loses them, which costs a few retries and one measurement, never a picture or a payment.
"""

from dataclasses import dataclass, field

from core.options import SourceWay


@dataclass(slots=True)
class RequestMemory:
    """The in-memory state of one request.

    `began_at` (Unix seconds) is the start of the request's own time in this process, so that the downtime of an earlier
    process does not count. `refused_by_outage` means that a create was certainly not accepted. `task_began_here` means
    that this process saw the task begin and can measure its duration. `source_way` is the way in which the source
    picture was sent, `refused_ways` are those that the provider refused. `fetch_failed_at` (Unix seconds) is the first
    of the failed downloads since the last successful one. `webp_refused` means that Telegram refused the picture as a
    WebP. `batch_reads` counts the looks of a head at its batch.
    """

    began_at: float | None = None
    create_retries: int = 0
    refused_by_outage: bool = False
    task_began_here: bool = False
    fetch_tries: int = 0
    fetch_failed_at: float | None = None
    link_refreshes: int = 0
    send_tries: int = 0
    webp_refused: bool = False
    unsure_sends: int = 0
    batch_reads: int = 0
    source_way: SourceWay | None = None
    refused_ways: set[SourceWay] = field(default_factory=set)


class RequestMemories:
    """The in-memory state of all open requests, by request id."""

    def __init__(self) -> None:
        self._by_id: dict[int, RequestMemory] = {}

    def of_request(self, request_id: int) -> RequestMemory:
        """Return the memory of a request, created at the first call."""
        return self._by_id.setdefault(request_id, RequestMemory())

    def drop(self, request_id: int) -> None:
        """Forget a closed request."""
        self._by_id.pop(request_id, None)
