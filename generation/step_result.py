"""The result of one step of a request's lifecycle, and the step that fails a request."""

from dataclasses import dataclass

from core.model import PENDING, Failure, Request, State
from generation.shielded_tasks import ShieldedTasks
from storage.requests import Requests


@dataclass(frozen=True, slots=True)
class StepResult:
    """The state of the request after the step, and the seconds to wait before the next step.

    The state is the one that this step knows of; another task may have changed it. `closed` means that no step is left
    for the caller. `request` is the row as the step has written it, for a next step that follows at once.
    """

    state: State
    wait: float = 0.0
    closed: bool = False
    request: Request | None = None

    @property
    def holds_slot(self) -> bool:
        """Whether the request still counts against the limits on the requests in flight."""
        return self.state in PENDING and not (self.request is not None and self.request.is_asked)


async def fail(
    tasks: ShieldedTasks, requests: Requests, request: Request, failure: Failure, detail: str | None = None
) -> StepResult:
    """Settle a pending request as failed, which gives its quota units back. `detail` is named by the sentence."""
    failed = await tasks.retry_until_written(
        lambda: requests.settle(
            request,
            PENDING,
            State.FAILED,
            of_create=request.creates,
            failure=failure,
            failure_detail=detail,
        )
    )
    return StepResult(State.FAILED, request=failed)
