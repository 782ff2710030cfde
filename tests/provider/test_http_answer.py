"""Bodies of answers: unpacked as far as they arrived, and never beyond a bound."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provider.http_answer import LARGEST_ANSWER, decompressed, read_raw
from tests.support.virtual_loop import virtual_time


def _bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "X-GZIP": gzip.compress,
    " deflate ": zlib.compress,
    "deflate": _bare,
    "br": lambda data: data,
    "": lambda data: data,
}
BODIES = st.binary(max_size=60).map(lambda data: b'{"a":' + data)


NAMES = st.lists(st.sampled_from(sorted(set(PACKERS) - {"deflate"})), max_size=2)


@given(BODIES, NAMES | NAMES.map(lambda names: ["deflate", *names]))
@example(b"{", ["br", "gzip"])
def test_a_packed_body_is_unpacked_in_the_order_of_its_header(body: bytes, names: list[str]) -> None:
    packed = body
    for name in names:
        packed = PACKERS[name](packed)
    assert decompressed(packed, ",".join(names), 10_000) == (body, True)


@given(BODIES, st.sampled_from(["gzip", " deflate ", "deflate"]), st.data())
def test_a_cut_body_is_a_beginning_and_not_whole(body: bytes, name: str, data: st.DataObject) -> None:
    packed = PACKERS[name](body)
    cut = packed[: data.draw(st.integers(1, len(packed) - 1))]
    found, whole = decompressed(cut, name, 10_000)
    assert not whole
    assert body.startswith(found) or found == cut


@pytest.mark.parametrize("name", sorted(PACKERS))
@pytest.mark.parametrize(("size", "whole"), [(99, True), (100, True), (101, False), (5_000, False)])
def test_a_body_has_at_most_the_largest_size(name: str, size: int, whole: bool) -> None:
    body = b"{" * size
    assert decompressed(PACKERS[name](body), name, 100) == (body[:100], whole)


@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_damage_hides_nothing_before_it(name: str) -> None:
    packer = zlib.compressobj(wbits=31 if name == "gzip" else -15)
    packed = packer.compress(b'{"id":"a"}') + packer.flush(zlib.Z_SYNC_FLUSH) + b"\xff" * 9
    assert decompressed(packed, name, 1_000) == (b'{"id":"a"}', False)
    assert decompressed(packed, name, 3) == (b'{"i', False)


def test_damaged_zeros_are_not_unpacked_beyond_the_bound() -> None:
    packed = bytearray(gzip.compress(bytes(20 * 1024 * 1024)))
    packed[-9] ^= 0xFF
    tracemalloc.start()
    body, whole = decompressed(bytes(packed), "gzip", LARGEST_ANSWER)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (body, whole) == (bytes(LARGEST_ANSWER), False)
    assert most < 8 * LARGEST_ANSWER


class _Body(httpx.AsyncByteStream):
    """A body that arrives in parts, each after some seconds, and may then fail."""

    def __init__(self, parts: list[bytes], *, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.parts, self.seconds, self.error = parts, seconds, error
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            await asyncio.sleep(self.seconds)
            yield part
        if self.error is not None:
            raise self.error

    async def aclose(self) -> None:
        self.closed = True


MIB = bytes(LARGEST_ANSWER)


@pytest.mark.parametrize(
    ("body", "raw", "broken"),
    [
        (_Body([b"a", b"b"]), b"ab", None),
        (_Body([]), b"", None),
        (_Body([b"a"], error=httpx.ReadError("x")), b"a", "ReadError"),
        (_Body([b"a"] * 9, seconds=10.0), b"aaa", "TimeoutError"),
        (_Body([MIB]), MIB, None),
        (_Body([MIB, b"x", b"y"]), MIB + b"x", "the answer is too large"),
    ],
)
@virtual_time
async def test_as_much_of_a_body_is_read_as_arrives(body: _Body, raw: bytes, broken: str | None) -> None:
    response = httpx.Response(200, stream=body)
    found = await read_raw(response, (httpx.HTTPError, TimeoutError), 35.0)
    assert found == (raw, broken)
    assert body.closed
    assert response.is_closed


@virtual_time
async def test_an_unexpected_error_closes_the_response_too() -> None:
    body = _Body([b"a"], error=LookupError("x"))
    with pytest.raises(LookupError):
        await read_raw(httpx.Response(200, stream=body), (httpx.HTTPError,))
    assert body.closed
