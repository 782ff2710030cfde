"""Converts pictures for Telegram and for the provider, in threads. Nothing about the bytes is trusted."""

import asyncio
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("WEBP", "JPEG", "PNG")
SOURCE_FORMATS = (*FORMATS, "HEIF")
"""Formats of source pictures. HEIF covers the HEIC files of an iPhone's camera."""
LONGEST_SOURCE_SIDE = 2_048
MOST_PIXELS = 50_000_000
"""Bound against decompression bombs: the model's pictures have at most 4 MP."""
LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_SIDES = 10_000
LONGEST_RATIO = 20
"""Bot API, sendPhoto: at most 10 MB, width and height at most 10,000 together, ratio at most 20."""
_QUALITIES = (92, 85, 75, 60)
_EXTENSIONS = {"JPEG": "jpg", "PNG": "png"}
_MAGIC = {b"RIFF": "webp", b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}

pillow_heif.register_heif_opener()


class UnusablePicture(Exception):
    """The bytes are not a picture that can be sent or edited. The text names the reason."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that Telegram accepts: its bytes, their file extension, and whether it may be sent as a photo."""

    data: bytes
    extension: str
    as_photo: bool


class PictureConverter:
    """Converts pictures, `threads` at once."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pictures")

    async def to_sendable(self, data: bytes) -> Picture:
        """Return a picture as a JPEG or PNG for sendPhoto, or for sendDocument if it does not fit a photo.

        Raises UnusablePicture unless it is an intact WebP, JPEG or PNG of at most `MOST_PIXELS`.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, to_sendable, data)

    async def to_source(self, data: bytes) -> bytes:
        """Return a source picture as a JPEG: upright, without metadata, at most 2,048 px on the longer side.

        Raises UnusablePicture unless it is an intact, still WebP, JPEG, PNG or HEIC of at most `MOST_PIXELS`.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, to_source, data)

    def close(self) -> None:
        """Stop the threads without waiting for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def extension_of(data: bytes) -> str:
    """Return the file extension for the first bytes of a picture."""
    return next((name for magic, name in _MAGIC.items() if data.startswith(magic)), "webp")


def to_sendable(data: bytes) -> Picture:
    """Do the same as `PictureConverter.to_sendable`, in the caller's thread."""
    with _opened(data, FORMATS) as image:
        return _fit(image, data)


def to_source(data: bytes) -> bytes:
    """Do the same as `PictureConverter.to_source`, in the caller's thread."""
    with _opened(data, SOURCE_FORMATS) as image:
        if getattr(image, "n_frames", 1) > 1 and image.format != "HEIF":
            raise UnusablePicture("the picture moves")
        image.load()
        upright = ImageOps.exif_transpose(image)
        flat = _without_transparency(upright)
        flat.thumbnail((LONGEST_SOURCE_SIDE, LONGEST_SOURCE_SIDE), Image.Resampling.LANCZOS)
        # Pasted onto a new picture, which has no metadata.
        clean = Image.new("RGB", flat.size)
        clean.paste(flat)
        return _jpeg(clean, 92)


@contextmanager
def _opened(data: bytes, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """Open an untrusted picture. Raises UnusablePicture."""
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            _check_pixels(image)
            yield image
    except UnusablePicture:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise UnusablePicture("this is not a picture") from error
    except Exception as error:  # the decoders raise OSError, SyntaxError, ValueError, struct.error and more
        raise UnusablePicture("the picture is broken") from error


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise UnusablePicture("the picture has too many pixels")


def _fit(image: Image.Image, data: bytes) -> Picture:
    width, height = image.size
    image.load()
    long = max(width, height) > LONGEST_RATIO * min(width, height)
    fits = width + height <= LARGEST_SIDES
    if image.format in _EXTENSIONS and fits and not long and len(data) <= LARGEST_PHOTO:
        return Picture(data, _EXTENSIONS[image.format], as_photo=True)
    flat = _without_transparency(image)
    if long:
        # Not as a WebP: Telegram turns a WebP file into a sticker.
        return Picture(_jpeg(flat, 95), "jpg", as_photo=False)
    if not fits:
        flat.thumbnail(_scaled(width, height), Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        jpeg = _jpeg(flat, quality)
        if len(jpeg) <= LARGEST_PHOTO:
            return Picture(jpeg, "jpg", as_photo=True)
    return Picture(jpeg, "jpg", as_photo=False)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _scaled(width: int, height: int) -> tuple[int, int]:
    share = LARGEST_SIDES / (width + height)
    return max(1, int(width * share)), max(1, int(height * share))


def _without_transparency(image: Image.Image) -> Image.Image:
    if image.mode in {"RGB", "L"}:
        return image
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    on_white = Image.new("RGB", image.size, "white")
    layer = image.convert("RGBA")
    on_white.paste(layer, mask=layer.getchannel("A"))
    return on_white
