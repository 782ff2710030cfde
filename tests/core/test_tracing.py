"""Calls are recorded for the request that makes them: their times, and the kind of an error but never its words."""

import asyncio

import pytest

from core.tracing import recording, traced


class _Recorder:
    """Keeps what it is told; its time goes on by one second at each look."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.calls: list[tuple[str, float, str | None]] = []

    def now(self) -> float:
        self.seconds += 1
        return self.seconds

    def record(self, name: str, started_at: float, error: str | None) -> None:
        self.calls.append((name, started_at, error))


async def _answer() -> str:
    return "fox"


async def _fail(error: BaseException) -> str:
    raise error


async def test_a_call_is_recorded_with_its_begin_and_the_kind_of_its_error() -> None:
    recorder = _Recorder()
    with recording(recorder):
        assert await traced("create", _answer()) == "fox"
        for error in (LookupError("a secret"), asyncio.CancelledError()):
            with pytest.raises(type(error)):
                await traced("poll", _fail(error))
        await asyncio.create_task(traced("of a task", _answer()))
    assert recorder.calls == [
        ("create", 101.0, None),
        ("poll", 102.0, "LookupError"),
        ("poll", 103.0, "CancelledError"),
        ("of a task", 104.0, None),
    ]


async def test_a_call_outside_of_a_request_is_not_recorded() -> None:
    recorder = _Recorder()
    with pytest.raises(LookupError), recording(recorder):
        await _fail(LookupError())
    assert await traced("create", _answer()) == "fox"
    assert recorder.calls == []
