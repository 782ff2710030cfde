"""Converts a picture of any mode, depth, profile and orientation to plain 8-bit sRGB."""

import io
import math
import threading
import warnings
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import structlog
from PIL import Image, ImageChops, ImageCms

log = structlog.get_logger(__name__)

_ORIENTATION = 0x0112
"""The EXIF tag (TIFF 6.0, Orientation)."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WIDE_RANGES = (255.0, 65_535.0)
"""Ranges of samples in 32-bit pictures: 8 bits, 16 bits. Anything larger is scaled by its maximum."""
_BRIGHTEST_FRACTION = 16.0
"""A picture of 8 bits whose samples are all darker than this is black."""
_SRGB = ImageCms.createProfile("sRGB")


_WARNING_FILTERS = threading.Lock()


@contextmanager
def without_warnings() -> Iterator[None]:
    """Silence Pillow's warnings about damaged metadata. Decoding stays outside, because only one thread enters."""
    with _WARNING_FILTERS, warnings.catch_warnings():  # the filters belong to the process
        warnings.simplefilter("ignore")
        yield


def standard_rgb(image: Image.Image, largest: int | None = None) -> Image.Image:
    """Return a picture upright, opaque, in 8-bit sRGB, without metadata: no software can misread it.

    `largest` limits the longer side in pixels. The colour profile is applied: Display P3 values that are read as sRGB
    are dull.
    """
    image.load()
    turn, profile = _turn(image), image.info.get("icc_profile")
    flat = _on_white(_with_8_bits(image))
    if largest is not None:
        flat.thumbnail((largest, largest), Image.Resampling.LANCZOS)
    rgb = _in_srgb(flat if turn is None else flat.transpose(turn), profile)
    # Pasted onto a new picture, which has no metadata.
    clean = Image.new("RGB", rgb.size)
    clean.paste(rgb)
    return clean


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Return the turn that the EXIF orientation asks for. Pillow has turned a TIFF file already.

    ImageOps.exif_transpose would write the other tags again, and raise errors for damaged ones.
    """
    try:
        with without_warnings():
            return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception as error:  # the parsers raise SyntaxError, struct.error, TypeError and more
        log.info("metadata not read", error=type(error).__name__)
        return None


def _with_8_bits(image: Image.Image) -> Image.Image:
    """Return a picture with 8 bits a sample. Pillow's own conversion clips 16 bits to white."""
    if image.mode.startswith("I;16"):
        high, low = (1, 0) if image.mode != "I;16B" else (0, 1)
        data = image.tobytes()
        grey = Image.frombytes("L", image.size, data[high::2])
        transparent = image.info.get("transparency")
        if isinstance(transparent, int):
            lows = Image.frombytes("L", image.size, data[low::2])
            opaque = ImageChops.lighter(_differs(grey, transparent >> 8), _differs(lows, transparent & 255))
            return Image.merge("LA", (grey, opaque))
        return grey
    if image.mode in {"I", "F"}:
        full = _full_scale(image)
        return image.convert("F").point(lambda value: value * (255.0 / full) + 0.0).convert("L")
    return image


def _full_scale(image: Image.Image) -> float:
    """Return the sample that means white in a 32-bit picture with one band.

    Fractions may exceed 1.0 where a scan or a render is brighter than white, so whole numbers, the largest sample and
    the median tell them from other ranges.
    """
    _, largest = cast("tuple[float, float]", image.getextrema())  # a pair for a picture with one band
    few = image.resize((min(64, image.width), min(64, image.height)), Image.Resampling.NEAREST)
    every = array("f" if image.mode == "F" else "i", few.tobytes())
    samples = sorted(value for value in map(float, every) if math.isfinite(value)) or [0.0]
    largest = float(largest) if math.isfinite(largest) else samples[-1]
    if image.mode == "F":
        fractions = not all(value.is_integer() for value in (largest, *samples))
        over_white = largest <= _BRIGHTEST_FRACTION or samples[len(samples) // 2] <= 1.0
        if largest <= 1.0 or (fractions and over_white):
            return 1.0
    return next((top for top in _WIDE_RANGES if largest <= top), largest)


def _differs(samples: Image.Image, value: int) -> Image.Image:
    return samples.point([0 if sample == value else 255 for sample in range(256)])


def _on_white(image: Image.Image) -> Image.Image:
    """Return the picture without transparency, as L, RGB or CMYK."""
    if image.has_transparency_data:
        grey = image.mode in {"1", "L", "LA", "La"}
        layer = image.convert("LA" if grey else "RGBA")
        on_white = Image.new("L" if grey else "RGB", image.size, "white")
        on_white.paste(layer.convert(on_white.mode), mask=layer.getchannel("A"))
        return on_white
    if image.mode in {"L", "RGB", "CMYK"}:
        return image.copy()
    return image.convert("L" if image.mode == "1" else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB. A profile that is damaged or made for another mode is ignored."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
