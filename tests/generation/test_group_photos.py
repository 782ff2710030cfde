"""The middle of a picture as a square for the photo of a group."""

import io

import pytest
from PIL import Image

from generation.conversion import UnusablePicture
from generation.group_photos import to_square


@pytest.mark.parametrize(
    ("size", "side"),
    [((1600, 900), 900), ((900, 1600), 900), ((3000, 2000), 1280), ((400, 300), 320), ((90, 60), 320)],
)
@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGB")])
def test_the_middle_of_a_picture_becomes_a_square_jpeg(
    size: tuple[int, int], side: int, form: str, mode: str
) -> None:
    picture, out = Image.new(mode, size, "red"), io.BytesIO()
    short = min(size)
    left, top = (size[0] - short) // 2, (size[1] - short) // 2
    picture.paste("blue", (left, top, left + short, top + short))
    picture.save(out, form)
    with Image.open(io.BytesIO(to_square(out.getvalue()))) as square:
        assert (square.format, square.mode, square.size) == ("JPEG", "RGB", (side, side))
        corners = [square.getpixel((x, y)) for x in (16, side - 17) for y in (16, side - 17)]
    for corner in corners:
        assert isinstance(corner, tuple)
        assert corner[0] < 60 < corner[2], "nothing of the cut sides is left"


def test_something_else_is_not_usable() -> None:
    with pytest.raises(UnusablePicture):
        to_square(b"no picture")
