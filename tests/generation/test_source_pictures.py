"""Source pictures as phones, scanners and browsers make them: the pixels that the provider gets, or the reason."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from core.model import Failure
from generation.conversion import (
    BrokenPicture,
    MovingPicture,
    TooManyPixels,
    UnknownFormat,
    UnusablePicture,
    extension_of,
    to_sendable,
    to_source,
)
from generation.hidden_file import picture_file
from tests.support.colour_profiles import DISPLAY_P3, grey_profile, rgb_profile
from tests.support.process_launcher import ROOT

CASES = ROOT / "tests" / "cases"
P3 = rgb_profile(DISPLAY_P3)
STILL_FORMATS = ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF"]


def _bytes(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out, **options)
    else:
        image.save(out, kind, **options)
    return out.getvalue()


def _source(data: bytes) -> Image.Image:
    """Return the picture as the provider gets it."""
    image = Image.open(io.BytesIO(to_source(data)))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert "icc_profile" not in image.info
    assert not image.getexif()
    return image


def _near(pixel: Any, expected: tuple[int, int, int], tolerance: int = 6) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(pixel, expected, strict=True))


def _halves(left: str = "red", right: str = "blue", size: tuple[int, int] = (80, 40)) -> Image.Image:
    image = Image.new("RGB", size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return image


@pytest.mark.parametrize("kind", STILL_FORMATS)
def test_a_still_picture_keeps_its_pixels(kind: str) -> None:
    source = _source(_bytes(_halves(), kind))
    assert source.size == (80, 40)
    assert _near(source.getpixel((10, 20)), (255, 0, 0))
    assert _near(source.getpixel((70, 20)), (0, 0, 255))


def test_of_a_jpeg_with_two_pictures_the_first_is_taken() -> None:
    data = (CASES / "two-pictures.mpo.jpg").read_bytes()
    source = _source(data)
    first = Image.open(io.BytesIO(data)).convert("RGB")
    assert source.size == first.size == (900, 600)
    small, expected = source.resize((9, 6), Image.Resampling.BOX), first.resize((9, 6), Image.Resampling.BOX)
    for at in ((x, y) for x in range(9) for y in range(6)):
        assert _near(small.getpixel(at), expected.getpixel(at), 3)  # type: ignore[arg-type]
    assert to_sendable(data).as_photo


def test_greyscale_of_16_bits_keeps_its_shades() -> None:
    scan = Image.open(CASES / "grey16.png")
    source = _source((CASES / "grey16.png").read_bytes())
    for x in range(0, scan.width, 50):
        shade = round(scan.getpixel((x, 100)) / 257)  # type: ignore[operator]
        assert _near(source.getpixel((x, 100)), (shade,) * 3), x


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I", "F"])
def test_a_scan_of_more_than_8_bits_keeps_its_shades(mode: str) -> None:
    samples = (0, 0x4000, 0x8000, 0xFFFF)
    scan = Image.new(mode, (64, 16))
    for x in range(64):
        for y in range(16):
            scan.putpixel((x, y), samples[x // 16])
    source = _source(_bytes(scan, "TIFF"))
    shades = [source.getpixel((8 + 16 * number, 8)) for number in range(4)]
    assert all(_near(shade, (sample >> 8,) * 3) for shade, sample in zip(shades, samples, strict=True))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "CMYK", "I;16"])
def test_transparency_becomes_white_and_every_mode_is_read(mode: str) -> None:
    kind = "TIFF" if mode in {"CMYK", "PA"} else "PNG"
    image = Image.new("L", (40, 40), 255).convert("I;16") if mode == "I;16" else Image.new("RGBA", (40, 40))
    if mode in {"1", "L", "CMYK"}:
        image = Image.new("RGB", (40, 40), "white")
    transparent = {"transparency": 255} if mode == "I;16" else {}
    data = _bytes(image if image.mode == mode else image.convert(mode), kind, **transparent)
    assert _near(_source(data).getpixel((20, 20)), (255, 255, 255))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_display_p3_becomes_srgb(kind: str) -> None:
    image = Image.new("RGB", (40, 40), (200, 80, 60))
    expected = ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(P3)), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert expected is not None
    assert not _near(expected.getpixel((5, 5)), (200, 80, 60))
    source = _source(_bytes(image, kind, icc_profile=P3))
    assert _near(source.getpixel((20, 20)), expected.getpixel((5, 5)))  # type: ignore[arg-type]


def test_a_profile_of_a_scanner_in_greyscale_is_applied() -> None:
    data = _bytes(Image.new("L", (40, 40), 128), "PNG", icc_profile=grey_profile(1.0))
    assert _near(_source(data).getpixel((20, 20)), (188, 188, 188))


@pytest.mark.parametrize("profile", [b"rubbish" * 40, P3[:300], grey_profile(2.2), b"\0"])
def test_a_damaged_or_foreign_profile_is_ignored(profile: bytes) -> None:
    data = _bytes(Image.new("RGB", (40, 40), (200, 80, 60)), "PNG", icc_profile=profile)
    assert _near(_source(data).getpixel((20, 20)), (200, 80, 60))


def test_the_provider_s_picture_in_display_p3_is_sent_in_srgb() -> None:
    image = Image.new("RGB", (40, 40), (200, 80, 60))
    sent = Image.open(io.BytesIO(to_sendable(_bytes(image, "WEBP", icc_profile=P3, lossless=True)).data))
    assert _near(sent.getpixel((20, 20)), (218, 67, 47))


def test_the_provider_s_avif_becomes_a_jpeg() -> None:
    data = _bytes(_halves(), "AVIF")
    picture = to_sendable(data)
    assert (picture.extension, picture.as_photo) == ("jpg", True)
    assert _near(Image.open(io.BytesIO(picture.data)).getpixel((10, 20)), (255, 0, 0))
    assert extension_of(data) == "avif"


def _exif(*tags: tuple[int, int, int, bytes], tail: bytes = b"") -> bytes:
    """Return EXIF data of raw tags: number, type, count, value (TIFF 6.0). `tail` begins at 8 + 6 + 12 per tag."""
    entries = b"".join(struct.pack(">HHI", *tag[:3]) + tag[3] for tag in tags)
    body = struct.pack(">HHI", 0x4D4D, 42, 8) + struct.pack(">H", len(tags)) + entries
    return b"Exif\0\0" + body + bytes(4) + tail


TURNED = (0x0112, 3, 1, b"\0\6\0\0")
DAMAGED_EXIF = {
    "a zero denominator": _exif(
        TURNED, (0x011A, 5, 1, struct.pack(">I", 38)), tail=struct.pack(">II", 72, 0)
    ),
    "a rational outside of the file": _exif(TURNED, (0x011A, 5, 1, struct.pack(">I", 99_999))),
    "a text for a rational": _exif(TURNED, (0x011A, 2, 4, b"abc\0")),
    "a text for a number": _exif(TURNED, (0x0128, 2, 4, b"abc\0")),
    "an unknown type": _exif(TURNED, (0x011A, 99, 1, bytes(4))),
    "a table in itself": _exif(TURNED, (0x8769, 4, 1, struct.pack(">I", 8))),
    "far too many values": _exif(TURNED, (0x011A, 5, 2**30, struct.pack(">I", 38))),
}
LOST_EXIF = {
    "a truncated table": _exif(TURNED)[:14],
    "no table": b"Exif\0\0rubbish",
    "nothing": b"Exif\0\0",
    "an orientation of 99": _exif((0x0112, 3, 1, b"\0\x63\0\0")),
    "a text for an orientation": _exif((0x0112, 2, 2, b"6\0\0\0")),
}


def test_a_jpeg_for_print_keeps_its_colours() -> None:
    assert _near(_source(_bytes(_halves().convert("CMYK"), "JPEG")).getpixel((10, 20)), (255, 0, 0))


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_general_brand_does_not_hide_the_kind_of_a_file(kind: str) -> None:
    """Some encoders name the brand of the container, `mif1`, before `heic` or `avif` (ISO/IEC 23008-12)."""
    data = _bytes(_halves(), kind)
    assert _near(_source(data[:8] + b"mif1" + data[12:]).getpixel((10, 20)), (255, 0, 0))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("damage", [*DAMAGED_EXIF, *LOST_EXIF])
def test_damaged_metadata_does_not_make_a_picture_unusable(damage: str, kind: str) -> None:
    """Re-encoded metadata raised errors for these tags, although only the orientation is needed."""
    exif = (DAMAGED_EXIF | LOST_EXIF)[damage]
    source = _source(_bytes(_halves(), kind, exif=exif))
    upright = damage in DAMAGED_EXIF
    assert source.size == ((40, 80) if upright else (80, 40))
    assert _near(source.getpixel((20, 10) if upright else (10, 20)), (255, 0, 0))


def _png_text(words: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", words)
    info.add_itxt("XML:com.adobe.xmp", words)
    return info


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    ("kind", "metadata"),
    [
        ("JPEG", {"comment": b"a secret"}),
        ("JPEG", {"xmp": b"a secret"}),
        ("JPEG", {"exif": _exif((0x010E, 2, 8, struct.pack(">I", 26)), tail=b"a secret")}),
        ("PNG", {"pnginfo": _png_text("a secret")}),
        ("GIF", {"comment": b"a secret"}),
        ("WEBP", {"xmp": b"a secret"}),
        ("TIFF", {"description": "a secret"}),
    ],
)
def test_no_metadata_reaches_the_provider(kind: str, metadata: dict[str, Any], mode: str) -> None:
    image = _halves().convert(mode if mode == "L" or kind in {"JPEG", "TIFF"} else "RGB")
    data = _bytes(image, kind, **metadata)
    assert b"a secret" in data
    source = to_source(data)
    assert b"a secret" not in source
    assert set(Image.open(io.BytesIO(source)).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_upright_in_every_format(kind: str, orientation: int) -> None:
    image = Image.new("RGB", (80, 40), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 39, 19), "red")
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = _source(_bytes(image, kind, exif=exif.tobytes()))
    corners = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}
    across, down = corners[orientation]
    assert source.size == ((80, 40) if orientation < 5 else (40, 80))
    width, height = source.size
    assert _near(
        source.getpixel((width // 4 + across * width // 2, height // 4 + down * height // 2)), (255, 0, 0)
    )


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_a_picture_that_moves_is_refused_as_moving(kind: str) -> None:
    data = _bytes(_halves(), kind, save_all=True, append_images=[_halves("green")], duration=100)
    with pytest.raises(MovingPicture) as caught:
        to_source(data)
    assert caught.value.failure is Failure.SOURCE_MOVES


@pytest.mark.parametrize("kind", STILL_FORMATS)
def test_a_picture_cut_off_is_refused_as_broken(kind: str) -> None:
    data = _bytes(Image.effect_noise((200, 200), 50).convert("RGB"), kind)
    for length in (len(data) // 2, 40):
        with pytest.raises(UnusablePicture) as caught:
            to_source(data[:length])
        assert isinstance(caught.value, BrokenPicture) or kind == "BMP"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"%PDF-1.7",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"\0\0\0\x14ftypqt  \0\0\0\0",
        b"<svg/>",
        b"PK\3\4",
    ],
)
def test_anything_else_is_refused_as_no_picture(data: bytes) -> None:
    with pytest.raises(UnknownFormat):
        to_source(data)


def test_a_raw_file_of_a_camera_is_not_taken_for_its_preview() -> None:
    data = _bytes(_halves(), "TIFF", tiffinfo={50_706: b"\1\4\0\0"})
    with pytest.raises(UnknownFormat):
        to_source(data)


@pytest.mark.parametrize("side", [8_000, 30_000, 60_000])
def test_a_picture_with_too_many_pixels_is_refused_with_their_number(side: int) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    with pytest.raises(TooManyPixels) as caught:
        to_source(data)
    assert caught.value.detail == str(side * side)


def _float_halves(left: float, right: float, size: tuple[int, int] = (80, 40)) -> bytes:
    image = Image.new("F", size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return _bytes(image, "TIFF")


@pytest.mark.parametrize(
    ("left", "right", "grey", "bright"),
    [
        (0.25, 0.75, 64, 191),
        (0.25, 1.2, 64, 255),
        (0.5, 12.5, 128, 255),
        (-1.0, 0.75, 0, 191),
        (50.0, 200.0, 50, 200),
        (50.5, 200.5, 50, 200),
        (20_000.0, 40_000.0, 78, 156),
        (0.25, float("inf"), 64, 255),
    ],
)
def test_samples_in_floating_point_keep_their_brightness(
    left: float, right: float, grey: int, bright: int
) -> None:
    image = _source(_float_halves(left, right))
    assert _near(image.getpixel((10, 20)), (grey, grey, grey))
    assert _near(image.getpixel((70, 20)), (bright, bright, bright))


@pytest.mark.parametrize("before", [b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"   \t"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF"])
def test_text_before_a_picture_is_skipped(before: bytes, kind: str) -> None:
    data = before + _bytes(_halves(), kind)
    assert _near(_source(data).getpixel((70, 20)), (0, 0, 255), 25)
    if kind in {"JPEG", "PNG", "WEBP", "AVIF"}:
        sendable = to_sendable(data).data
        assert Image.open(io.BytesIO(sendable)).size == (80, 40)
        assert not sendable.startswith(before)


def test_the_file_of_a_hidden_picture_is_an_archive_that_can_be_changed_again() -> None:
    data = _bytes(_halves(), "PNG")
    hidden = picture_file(data, "a-fox.png", hidden=True)
    assert hidden.filename == "a-fox.zip"
    with zipfile.ZipFile(io.BytesIO(hidden.data)) as archive:
        assert archive.namelist() == ["a-fox.png"]
        assert archive.read("a-fox.png") == data
    assert _source(hidden.data).size == (80, 40)
    assert picture_file(data, "a-fox.png", hidden=False).data == data


@pytest.mark.parametrize("members", [0, 2])
def test_another_archive_is_no_picture(members: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"{number}.png", _bytes(_halves(), "PNG"))
    for data in (out.getvalue(), out.getvalue()[:-10], b"PK\x03\x04"):
        with pytest.raises(UnknownFormat):
            to_source(data)
