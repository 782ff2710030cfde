"""Decodes plain WebP pictures with libwebp itself.

Pillow decodes each of them as an animation of one frame, which takes twice the time for the same bytes. The library is
the one that Pillow is linked with, so nothing else has to be installed.
"""

import ctypes
import functools
import importlib.util
from collections.abc import Callable
from typing import Any

from PIL import Image

_BYTES_PER_PIXEL = 4
_HEADER_SIZE = 8
"""`RIFF` and the size of the rest, as each chunk begins with its name and the size of its payload."""
_START_CODE = b"\x9d\x01\x2a"
_LATEST_PROFILE = 3
_ORIENTED_OR_COLOURED = frozenset({"exif", "icc_profile", "xmp"})
"""Metadata that changes how a picture looks."""


def decode_plain_webp(image: Image.Image, data: bytes) -> Image.Image | None:
    """Return the pixels of an opened, not yet loaded WebP in the mode RGBX, or None if Pillow must decode it.

    Pillow decodes pictures that move, are transparent, or have an orientation or a colour profile. It also explains
    the error in a picture that is broken, and decodes every picture if its libwebp cannot be called.
    """
    decode = _decoder()
    if decode is None or not _is_plain(image):
        return None
    stride = image.width * _BYTES_PER_PIXEL
    pixels = bytearray(stride * image.height)
    target = (ctypes.c_char * len(pixels)).from_buffer(pixels)
    if not decode(data, len(data), target, len(pixels), stride):
        return None
    return Image.frombuffer("RGBX", image.size, pixels, "raw", "RGBX", 0, 1)


def lossy_size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height of a whole WebP with one lossy picture and nothing else, or None for other bytes.

    Such a file is `RIFF`, `WEBP` and one chunk `VP8 ` (RFC 9649, section 2.5), which begins with the header of a key
    frame (RFC 6386, section 9.1). The pixels are not decoded: to open the file with Pillow takes 1 ms.
    """
    if data[:4] != b"RIFF" or data[8:16] != b"WEBPVP8 " or not _has_length(data):
        return None
    chunk = int.from_bytes(data[16:20], "little")
    frame = data[20:30]
    if len(data) != 20 + chunk + chunk % 2 or len(frame) < 10 or frame[3:6] != _START_CODE:
        return None
    tag = int.from_bytes(frame[:3], "little")
    is_key_frame, profile, is_shown, first_partition = not tag & 1, tag >> 1 & 7, tag >> 4 & 1, tag >> 5
    if not is_key_frame or profile > _LATEST_PROFILE or not is_shown or first_partition >= chunk:
        return None
    width, height = (int.from_bytes(side, "little") & 0x3FFF for side in (frame[6:8], frame[8:10]))
    return (width, height) if width and height else None


def is_whole_plain_webp(image: Image.Image, data: bytes) -> bool:
    """Return whether an opened picture is a plain WebP of the length that its header names (RFC 9649, section 2.4)."""
    return _is_plain(image) and _has_length(data)


def _has_length(data: bytes) -> bool:
    return len(data) == _HEADER_SIZE + int.from_bytes(data[4:8], "little")


def _is_plain(image: Image.Image) -> bool:
    plain = image.format == "WEBP" and image.mode == "RGB" and not getattr(image, "is_animated", True)
    return plain and _ORIENTED_OR_COLOURED.isdisjoint(image.info)


@functools.cache
def _decoder() -> Callable[..., Any] | None:
    """Return `WebPDecodeRGBAInto` (libwebp, webp/decode.h), which returns a null pointer for an error, or None."""
    spec = importlib.util.find_spec("PIL._webp")
    if spec is None or spec.origin is None:
        return None
    try:
        decode = ctypes.CDLL(spec.origin).WebPDecodeRGBAInto
    except (OSError, AttributeError):  # Pillow is built without it, or hides its functions
        return None
    decode.restype = ctypes.c_void_p
    decode.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return decode
