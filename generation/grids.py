"""Joins the pictures of a batch to one, and cuts a picture out of it again.

The gap between two cells is a fixed part of their width, so the cells are found in any size to which Telegram scales
the grid.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from generation.conversion import FORMATS, LARGEST_PHOTO, opened, picture_in, to_jpeg
from generation.hidden_file import shown
from generation.plain_webp import decode_plain_webp
from generation.standard_rgb import standard_rgb

LONGEST_CELL = 1_270
"""In pixels. Two cells and the gap between them are 2,560 px, the longest side that Telegram keeps of a photo."""
GAPS_PER_CELL = 64
"""Widths of a gap in the width of a cell."""
_BLENDED = 2
"""Pixels at the inner edges of a cell that are left out when it is cut out of the grid."""
_QUALITIES = (92, 85, 75)
_TALL = 1.2
"""Height to width from which three pictures stand side by side."""
_WIDE = 1.5
"""Width to height from which three pictures lie one below the other."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A JPEG with the pictures of a batch, row by row, and its number of columns."""

    data: bytes
    columns: int


def to_cell(data: bytes) -> bytes:
    """Return a picture as a JPEG of at most `LONGEST_CELL`. Raises UnusablePicture."""
    data = picture_in(data)
    with opened(data, FORMATS) as image:
        flat = decode_plain_webp(image, data) or standard_rgb(image)
        flat.thumbnail((LONGEST_CELL, LONGEST_CELL), Image.Resampling.LANCZOS)
        return to_jpeg(flat, 95)


def to_grid(cells: Sequence[bytes]) -> Grid:
    """Join two to four cells. Pictures of other sizes than the largest are centred on white."""
    images = [Image.open(io.BytesIO(cell), formats=("JPEG",)) for cell in cells]
    width, height = max(one.width for one in images), max(one.height for one in images)
    columns, gap = columns_of(len(images), width, height), max(1, width // GAPS_PER_CELL)
    rows = -(-len(images) // columns)
    size = columns * width + (columns - 1) * gap, rows * height + (rows - 1) * gap
    grid = Image.new("RGB", size, "white")
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        left = column * (width + gap) + (width - image.width) // 2
        grid.paste(image, (left, row * (height + gap) + (height - image.height) // 2))
    for quality in _QUALITIES:
        data = to_jpeg(grid, quality)
        if len(data) <= LARGEST_PHOTO:
            break
    return Grid(data, columns)


def columns_of(count: int, width: int, height: int) -> int:
    """Return the number of columns for so many pictures of a size: the grid is as little long as possible."""
    if count == 2:
        return 1 if width > height else 2
    if count == 3 and width >= _WIDE * height:
        return 1
    return 3 if count == 3 and height >= _TALL * width else 2


def cut_cell(data: bytes, index: int, count: int, columns: int) -> bytes:
    """Return one picture of a grid, by its index from 0, as a JPEG. Raises UnusablePicture."""
    with opened(picture_in(shown(data)), FORMATS) as image:
        grid = standard_rgb(image)
    rows, (row, column) = -(-count // columns), divmod(index, columns)
    width = grid.width / (columns + (columns - 1) / GAPS_PER_CELL)
    gap = width / GAPS_PER_CELL
    height = (grid.height - (rows - 1) * gap) / rows
    left, top = column * (width + gap), row * (height + gap)
    # Between two cells, some pixels of the gap are blended into the picture.
    box = (
        0 if column == 0 else round(left) + _BLENDED,
        0 if row == 0 else round(top) + _BLENDED,
        grid.width if column == columns - 1 else round(left + width) - _BLENDED,
        grid.height if row == rows - 1 else round(top + height) - _BLENDED,
    )
    return to_jpeg(grid.crop((box[0], box[1], max(box[2], box[0] + 1), max(box[3], box[1] + 1))), 95)
