"""Decoding of plain WebP pictures by libwebp itself, compared with Pillow's."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from generation.conversion import Picture, UnusablePicture, to_sendable
from generation.plain_webp import decode_plain_webp, lossy_size
from playground import pictures as stand_in

ORIENTATION = 0x0112


def _webp(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", **options)
    return out.getvalue()


def _decoded(data: bytes) -> Image.Image | None:
    return decode_plain_webp(Image.open(io.BytesIO(data)), data)


@given(st.integers(1, 70), st.integers(1, 70), st.integers(5, 200), st.booleans())
def test_the_pixels_are_those_of_pillow(width: int, height: int, noise: int, lossless: bool) -> None:
    grey = Image.effect_noise((width, height), noise)
    data = _webp(Image.merge("RGB", [grey, grey.rotate(90), grey.rotate(180)]), lossless=lossless)
    decoded = _decoded(data)
    assert decoded is not None
    assert decoded.convert("RGB").tobytes() == Image.open(io.BytesIO(data)).convert("RGB").tobytes()


def test_the_photo_has_the_bytes_that_pillow_makes() -> None:
    data = stand_in.webp(stand_in.draw("a fox", "16:9"))
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).save(out, "JPEG", quality=92)
    assert to_sendable(data).data == out.getvalue()


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return exif


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>"""
RED = Image.new("RGB", (20, 10), "red")
LEFT_TO_PILLOW = {
    "a transparent picture": _webp(Image.new("RGBA", (20, 10), (255, 0, 0, 9))),
    "a picture that moves": _webp(RED, save_all=True, append_images=[Image.new("RGB", (20, 10), "blue")]),
    "an orientation": _webp(RED, exif=_exif()),
    "an orientation in XMP": _webp(RED, xmp=XMP),
    "a colour profile": _webp(
        RED, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    ),
    "another format": to_sendable(_webp(RED)).data,
}


@pytest.mark.parametrize("data", LEFT_TO_PILLOW.values(), ids=LEFT_TO_PILLOW)
def test_what_is_not_plain_is_left_to_pillow(data: bytes) -> None:
    assert _decoded(data) is None


def test_a_broken_picture_is_left_to_pillow() -> None:
    data = _webp(Image.effect_noise((200, 200), 50).convert("RGB"))
    with Image.open(io.BytesIO(data)) as image:
        assert decode_plain_webp(image, data[: len(data) // 2]) is None


def test_a_plain_webp_stays_as_it_is_where_webp_is_accepted() -> None:
    data = stand_in.webp(stand_in.draw("a fox", "16:9"))
    assert to_sendable(b"\r\n" + data, webp=True) == Picture(data, "webp", as_photo=True)


LEFT_OUT = LEFT_TO_PILLOW | {
    "a file with more bytes than its header names": _webp(RED) + b"\0\0",
    "sides that are too long together": _webp(Image.new("RGB", (9_999, 500))),
    "a shape that is too long": _webp(Image.new("RGB", (21 * 16, 16))),
}


@pytest.mark.parametrize("data", LEFT_OUT.values(), ids=LEFT_OUT)
def test_other_pictures_are_converted_where_webp_is_accepted(data: bytes) -> None:
    assert to_sendable(data, webp=True) == to_sendable(data)
    assert to_sendable(data, webp=True).extension == "jpg"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_webp_is_refused_where_webp_is_accepted(share: float) -> None:
    data = _webp(Image.effect_noise((200, 200), 50).convert("RGB"))
    with pytest.raises(UnusablePicture):
        to_sendable(data[: int(len(data) * share)], webp=True)


@pytest.mark.parametrize("metadata", [{"exif": _exif()}, {"xmp": XMP}], ids=["EXIF", "XMP"])
def test_a_picture_on_its_side_is_sent_upright(metadata: dict[str, object]) -> None:
    assert Image.open(io.BytesIO(to_sendable(_webp(RED, **metadata)).data)).size == (10, 20)


@given(st.integers(1, 700), st.integers(1, 700))
def test_the_size_of_a_lossy_picture_is_that_of_pillow(width: int, height: int) -> None:
    assert lossy_size(_webp(Image.new("RGB", (width, height)))) == (width, height)


LOSSY = _webp(Image.effect_noise((64, 48), 50).convert("RGB"), quality=40)
NOT_A_LOSSY_FRAME = {
    "not a key frame": (20, LOSSY[20] | 1),
    "an unknown profile": (20, LOSSY[20] | 0b1110),
    "a frame that is not shown": (20, LOSSY[20] & ~0b10000),
    "a first partition beyond the end": (22, 0xFF),
    "another start code": (23, 0),
    "another length of the chunk": (16, LOSSY[16] ^ 2),
}


@pytest.mark.parametrize("damage", NOT_A_LOSSY_FRAME.values(), ids=NOT_A_LOSSY_FRAME)
def test_a_damaged_header_is_no_size(damage: tuple[int, int]) -> None:
    """libwebp refuses each of these files, too."""
    at, value = damage
    data = LOSSY[:at] + bytes([value]) + LOSSY[at + 1 :]
    assert (lossy_size(LOSSY), lossy_size(data)) == ((64, 48), None)
    with pytest.raises(UnusablePicture):
        to_sendable(data, webp=True)


@pytest.mark.parametrize(
    "data",
    [
        *LEFT_TO_PILLOW.values(),
        _webp(RED, lossless=True),
        LOSSY + b"\0\0",
        b"",
        *(LOSSY[:n] for n in range(40)),
    ],
)
def test_other_bytes_have_no_size(data: bytes) -> None:
    assert lossy_size(data) is None
