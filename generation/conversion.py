"""Makes a picture fit what Telegram takes as a photo. Decoding runs in threads, and nothing is trusted before it."""

import asyncio
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from provider.errors import PictureRefused

FORMATS = ("WEBP", "JPEG", "PNG")
SOURCE_FORMATS = (*FORMATS, "HEIF")
"""What people send to be edited; HEIF is what an iPhone's camera makes of HEIC files."""
LONGEST_SOURCE_SIDE = 2_048
MOST_PIXELS = 50_000_000
"""More than any picture of the model's (4 MP); a file that unpacks to more is a bomb."""
LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_SIDES = 10_000
LONGEST_RATIO = 20
"""Bot API, sendPhoto: at most 10 MB, width and height at most 10,000 together, ratio at most 20."""
_QUALITIES = (92, 85, 75, 60)
_EXTENSIONS = {"JPEG": "jpg", "PNG": "png"}
_MAGIC = {b"RIFF": "webp", b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}

pillow_heif.register_heif_opener()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to be sent: its bytes, the extension that fits them, and whether it may go as a photo."""

    data: bytes
    extension: str
    as_photo: bool


class PictureConverter:
    """Converts pictures, a few at a time."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pictures")

    async def fit(self, data: bytes) -> Picture:
        """Return the picture as a JPEG or PNG for sendPhoto, or for sendDocument where no photo can hold it.

        Raises PictureRefused for what is no WebP, JPEG or PNG, is broken, or unpacks to more than `MOST_PIXELS`.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, fit, data)

    async def source(self, data: bytes) -> bytes:
        """Return a picture to edit as a JPEG: upright, without metadata, at most 2,048 px on the longer side.

        Raises PictureRefused for what is no WebP, JPEG, PNG or HEIC, is animated, broken or a bomb.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, source, data)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def extension_of(data: bytes) -> str:
    """Return the extension that fits a picture's first bytes."""
    return next((name for magic, name in _MAGIC.items() if data.startswith(magic)), "webp")


def fit(data: bytes) -> Picture:
    """See `Pictures.fit`: the same, in the caller's thread."""
    with _opened(data, FORMATS) as image:
        return _fit(image, data)


def source(data: bytes) -> bytes:
    """See `Pictures.source`: the same, in the caller's thread."""
    with _opened(data, SOURCE_FORMATS) as image:
        if getattr(image, "n_frames", 1) > 1 and image.format != "HEIF":
            raise PictureRefused("the picture moves")
        image.load()
        upright = ImageOps.exif_transpose(image)
        flat = _without_transparency(upright)
        flat.thumbnail((LONGEST_SOURCE_SIDE, LONGEST_SOURCE_SIDE), Image.Resampling.LANCZOS)
        # Pasted onto a new picture, which has no metadata to carry along.
        clean = Image.new("RGB", flat.size)
        clean.paste(flat)
        return _jpeg(clean, 92)


@contextmanager
def _opened(data: bytes, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """Open a picture that nothing is known of. Raises PictureRefused."""
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            _weigh(image)
            yield image
    except PictureRefused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PictureRefused("this is no picture") from error
    except (
        Exception
    ) as error:  # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and more
        raise PictureRefused("the picture is broken") from error


def _weigh(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise PictureRefused("the picture has too many pixels")


def _fit(image: Image.Image, data: bytes) -> Picture:
    width, height = image.size
    image.load()
    long = max(width, height) > LONGEST_RATIO * min(width, height)
    fits = width + height <= LARGEST_SIDES
    if image.format in _EXTENSIONS and fits and not long and len(data) <= LARGEST_PHOTO:
        return Picture(data, _EXTENSIONS[image.format], as_photo=True)
    flat = _without_transparency(image)
    if long:
        # Never a WebP: Telegram turns such a file into a sticker.
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
