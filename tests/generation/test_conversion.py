"""Conversion of the provider's files to photos that sendPhoto accepts (Bot API, sendPhoto)."""

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generation import conversion
from generation.conversion import (
    LARGEST_PHOTO,
    LARGEST_STICKER,
    PictureConverter,
    TooManyPixels,
    UnusablePicture,
    to_sendable,
    to_source,
    to_sticker,
)
from playground import pictures as stand_in


def _bytes(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


async def test_a_webp_becomes_a_jpeg() -> None:
    converter = PictureConverter()
    picture = await converter.to_sendable(stand_in.webp(stand_in.draw("a fox", "16:9", 200_000)))
    converter.close()
    assert (picture.as_photo, picture.extension) == (True, "jpg")
    opened = _opened(picture.data)
    assert opened.format == "JPEG"
    assert opened.size == stand_in.size("16:9", 200_000)


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png")])
def test_a_jpeg_or_a_png_is_not_changed(kind: str, extension: str) -> None:
    data = _bytes(Image.new("RGB", (40, 30), "red"), kind)
    assert to_sendable(data).data == data
    assert to_sendable(data).extension == extension


def test_transparency_becomes_white() -> None:
    picture = to_sendable(_bytes(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "WEBP"))
    assert _opened(picture.data).getpixel((5, 5)) == (255, 255, 255)


def test_a_picture_with_too_long_sides_is_scaled_down() -> None:
    picture = to_sendable(_bytes(Image.new("RGB", (9_000, 3_000)), "WEBP"))
    width, height = _opened(picture.data).size
    assert width + height <= 10_000
    assert width == pytest.approx(3 * height, rel=0.01)
    assert picture.as_photo


def test_a_picture_too_elongated_for_a_photo_becomes_a_document_but_no_webp() -> None:
    picture = to_sendable(_bytes(Image.new("RGB", (2_100, 100)), "WEBP"))
    assert (picture.as_photo, picture.extension) == (False, "jpg")
    assert _opened(picture.data).size == (2_100, 100)


def test_a_png_with_too_many_bytes_becomes_a_smaller_jpeg() -> None:
    noise = Image.effect_noise((2_200, 2_200), 100).convert("RGB")
    merged = Image.merge(
        "RGB", [noise.getchannel(0), noise.rotate(90).getchannel(0), noise.rotate(180).getchannel(0)]
    )
    data = _bytes(merged, "PNG", compress_level=1)
    assert len(data) > LARGEST_PHOTO
    picture = to_sendable(data)
    assert picture.as_photo
    assert len(picture.data) <= LARGEST_PHOTO


def test_a_photo_of_noise_loses_quality_until_it_is_small_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.effect_noise((300, 300), 100).convert("RGB")
    sizes = [len(_bytes(image, "JPEG", quality=quality)) for quality in (92, 75, 60)]
    data = _bytes(image, "WEBP", lossless=True)
    monkeypatch.setattr(conversion, "LARGEST_PHOTO", sizes[1])
    picture = to_sendable(data)
    assert (picture.as_photo, len(picture.data)) == (True, sizes[1])
    monkeypatch.setattr(conversion, "LARGEST_PHOTO", sizes[2] - 1)
    picture = to_sendable(data)
    assert (picture.as_photo, len(picture.data)) == (False, sizes[2])


def _png_that_claims(width: int, height: int) -> bytes:
    """Return a small file with this size in its header."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 30_000, 60_000])
def test_a_decompression_bomb_is_refused_for_its_pixels_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(TooManyPixels, match=str(side * side)):
        to_sendable(_png_that_claims(side, side))


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_a_picture_may_have_the_most_pixels_and_no_more(
    more: int, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "MOST_PIXELS", 40 * 30 - more)
    data = _bytes(Image.new("RGB", (40, 30)), "PNG")
    for convert in (to_sendable, to_source, to_sticker):
        with pytest.raises(TooManyPixels) if refused else contextlib.nullcontext():
            convert(data)


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
def test_data_of_any_other_format_is_refused(data: bytes) -> None:
    with pytest.raises(UnusablePicture):
        to_sendable(data)


@pytest.mark.parametrize("kind", ["WEBP", "JPEG", "PNG"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    data = _bytes(Image.effect_noise((200, 200), 50).convert("RGB"), kind)
    with pytest.raises(UnusablePicture):
        to_sendable(data[: len(data) // 2])


@given(st.binary(max_size=300), st.sampled_from(["WEBP", "JPEG", "PNG"]), st.integers(0, 200))
def test_damaged_data_is_converted_or_refused(damage: bytes, kind: str, at: int) -> None:
    data = bytearray(_bytes(Image.new("RGB", (16, 16), "blue"), kind))
    data[at : at + len(damage)] = damage
    try:
        picture = to_sendable(bytes(data))
    except UnusablePicture:
        return
    assert picture.extension in {"jpg", "png"}


@pytest.mark.parametrize(
    ("size", "expected"),
    [((900, 600), (512, 341)), ((90, 60), (512, 341)), ((512, 512), (512, 512)), ((3_000, 2), (512, 1))],
)
def test_a_sticker_has_512_pixels_on_its_longer_side(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    for sides, result in ((size, expected), (size[::-1], expected[::-1])):
        sticker = to_sticker(_bytes(Image.new("RGB", sides, "red"), "JPEG"))
        assert (_opened(sticker).format, _opened(sticker).size) == ("WEBP", result)


def test_a_sticker_of_noise_is_small_enough() -> None:
    noise = Image.effect_noise((1_024, 1_024), 200).convert("RGB")
    assert len(to_sticker(_bytes(noise, "PNG"))) <= LARGEST_STICKER


def test_no_picture_is_no_sticker() -> None:
    with pytest.raises(UnusablePicture):
        to_sticker(b"no picture")
