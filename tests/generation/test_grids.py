"""The grid of a batch: its shape, Telegram's limits, and the pictures that are cut out of it again."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generation.conversion import LARGEST_PHOTO, LARGEST_SIDES, LONGEST_RATIO, UnusablePicture
from generation.grids import LONGEST_CELL, cut_cell, to_cell, to_grid
from tests.support.property_tests import examples

COLOURS = ["red", "lime", "blue", "orange"]
RATIOS = [(1024, 1024), (1280, 720), (720, 1280), (1152, 864), (864, 1152)]


def _picture(size: tuple[int, int], colour: str, kind: str = "WEBP") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, quality=90)
    return out.getvalue()


def _open(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def _near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 24 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("size", RATIOS)
@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("scaled", [1.0, 0.49])
def test_each_picture_is_cut_out_again_as_it_was(size: tuple[int, int], count: int, scaled: float) -> None:
    """Also if Telegram has made the grid smaller."""
    grid = to_grid([to_cell(_picture(size, colour)) for colour in COLOURS[:count]])
    image = _open(grid.data)
    assert max(image.size) <= 2_560 * 1.5
    out = io.BytesIO()
    image.resize((round(image.width * scaled), round(image.height * scaled))).save(out, "JPEG", quality=95)
    for index, colour in enumerate(COLOURS[:count]):
        cut = _open(cut_cell(out.getvalue(), index, count, grid.columns)).convert("RGB")
        assert abs(cut.width / cut.height - size[0] / size[1]) < 0.03
        whole = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
        for corner in (
            (0, 0),
            (cut.width - 1, 0),
            (0, cut.height - 1),
            (cut.width - 1, cut.height - 1),
            (cut.width // 2, cut.height // 2),
        ):
            found = cut.getpixel(corner)
            assert isinstance(found, tuple)
            assert isinstance(whole, tuple)
            assert _near(found, whole), (colour, corner, found)


def test_four_are_two_by_two_and_others_are_as_little_long_as_possible() -> None:
    columns = {
        (count, size): to_grid([to_cell(_picture(size, colour)) for colour in COLOURS[:count]]).columns
        for count in (2, 3, 4)
        for size in RATIOS
    }
    assert [columns[4, size] for size in RATIOS] == [2, 2, 2, 2, 2]
    assert [columns[3, size] for size in RATIOS] == [2, 1, 3, 2, 3]
    assert [columns[2, size] for size in RATIOS] == [2, 1, 2, 1, 2]


@examples(15)
@given(
    st.lists(st.tuples(st.integers(100, 2_000), st.integers(100, 2_000)), min_size=2, max_size=4),
    st.sampled_from(["WEBP", "JPEG", "PNG"]),
)
def test_any_pictures_make_a_photo_that_telegram_accepts(sizes: list[tuple[int, int]], kind: str) -> None:
    cells = [to_cell(_picture(size, "teal", kind)) for size in sizes]
    assert all(max(_open(cell).size) <= LONGEST_CELL for cell in cells)
    grid = to_grid(cells)
    width, height = _open(grid.data).size
    assert len(grid.data) <= LARGEST_PHOTO
    assert width + height <= LARGEST_SIDES
    assert max(width, height) <= LONGEST_RATIO * min(width, height)


@pytest.mark.parametrize("data", [b"", b"<html>", _picture((40, 40), "red")[:60]])
def test_bytes_that_are_no_picture_make_no_cell(data: bytes) -> None:
    with pytest.raises(UnusablePicture):
        to_cell(data)
    with pytest.raises(UnusablePicture):
        cut_cell(data, 0, 2, 2)
