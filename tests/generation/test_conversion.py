"""Pictures made to fit what sendPhoto takes."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generation.conversion import LARGEST_PHOTO, PictureConverter, UnusablePicture, to_sendable
from playground import pictures as drawn


def _bytes(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


async def test_a_webp_becomes_a_jpeg() -> None:
    pictures = PictureConverter()
    picture = await pictures.to_sendable(drawn.webp(drawn.draw("a fox", "16:9", 200_000)))
    pictures.close()
    assert (picture.as_photo, picture.extension) == (True, "jpg")
    opened = _opened(picture.data)
    assert opened.format == "JPEG"
    assert opened.size == drawn.size("16:9", 200_000)


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png")])
def test_a_jpeg_or_png_stays_as_it_is(kind: str, extension: str) -> None:
    data = _bytes(Image.new("RGB", (40, 30), "red"), kind)
    assert to_sendable(data).data == data
    assert to_sendable(data).extension == extension


def test_transparency_becomes_white() -> None:
    picture = to_sendable(_bytes(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "WEBP"))
    assert _opened(picture.data).getpixel((5, 5)) == (255, 255, 255)


def test_too_many_pixels_a_side_are_scaled_down() -> None:
    picture = to_sendable(_bytes(Image.new("RGB", (9_000, 3_000)), "WEBP"))
    width, height = _opened(picture.data).size
    assert width + height <= 10_000
    assert width == pytest.approx(3 * height, rel=0.01)
    assert picture.as_photo


def test_a_picture_too_long_for_a_photo_goes_as_a_document_and_never_as_webp() -> None:
    picture = to_sendable(_bytes(Image.new("RGB", (2_100, 100)), "WEBP"))
    assert (picture.as_photo, picture.extension) == (False, "jpg")
    assert _opened(picture.data).size == (2_100, 100)


def test_a_heavy_png_becomes_a_lighter_jpeg() -> None:
    noise = Image.effect_noise((2_200, 2_200), 100).convert("RGB")
    merged = Image.merge(
        "RGB", [noise.getchannel(0), noise.rotate(90).getchannel(0), noise.rotate(180).getchannel(0)]
    )
    data = _bytes(merged, "PNG", compress_level=1)
    assert len(data) > LARGEST_PHOTO
    picture = to_sendable(data)
    assert picture.as_photo
    assert len(picture.data) <= LARGEST_PHOTO


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 30_000, 60_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(UnusablePicture):
        to_sendable(_png_that_claims(side, side))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>Not a picture</body></html>",
        _bytes(Image.new("RGB", (50, 50)), "GIF"),
        _bytes(Image.new("RGB", (50, 50)), "TIFF"),
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_what_is_no_webp_jpeg_or_png_is_refused(data: bytes) -> None:
    with pytest.raises(UnusablePicture):
        to_sendable(data)


@pytest.mark.parametrize("kind", ["WEBP", "JPEG", "PNG"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    data = _bytes(Image.effect_noise((200, 200), 50).convert("RGB"), kind)
    with pytest.raises(UnusablePicture):
        to_sendable(data[: len(data) // 2])


@given(st.binary(max_size=300), st.sampled_from(["WEBP", "JPEG", "PNG"]), st.integers(0, 200))
def test_damaged_bytes_are_a_picture_or_refused(damage: bytes, kind: str, at: int) -> None:
    data = bytearray(_bytes(Image.new("RGB", (16, 16), "blue"), kind))
    data[at : at + len(damage)] = damage
    try:
        picture = to_sendable(bytes(data))
    except UnusablePicture:
        return
    assert picture.extension in {"jpg", "png"}
