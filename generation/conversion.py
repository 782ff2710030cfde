"""Converts pictures for Telegram and for the provider, in threads. Nothing about the bytes is trusted."""

import asyncio
import functools
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, ParamSpec, TypeVar

import pillow_heif
from PIL import Image, UnidentifiedImageError

from core.model import Failure
from generation.hidden_file import shown
from generation.plain_webp import decode_plain_webp, is_whole_plain_webp, lossy_size
from generation.standard_rgb import standard_rgb, without_warnings

P = ParamSpec("P")
T = TypeVar("T")

FORMATS = ("WEBP", "JPEG", "PNG", "AVIF")
SOURCE_FORMATS = (*FORMATS, "HEIF", "GIF", "BMP", "TIFF")
"""Formats of source pictures, from phones, browsers and scanners. HEIF covers the HEIC files of an iPhone's camera."""
_SEVERAL_STILLS = frozenset({"MPO", "HEIF", "TIFF"})
"""Formats whose further pictures are depth maps, previews or pages. In all other formats they are a movement.

Pillow opens a JPEG file with a second picture as MPO: cameras add a preview, phones a gain map (Ultra HDR).
"""
LONGEST_SOURCE_SIDE = 2_048
MOST_PIXELS = 50_000_000
"""Bound against decompression bombs: the model's pictures have at most 4 MP."""
LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_SIDES = 10_000
LONGEST_RATIO = 20
"""Bot API, sendPhoto: at most 10 MB, width and height at most 10,000 together, ratio at most 20."""
STICKER_SIDE, LARGEST_STICKER = 512, 512 * 1024
"""core.telegram.org/stickers: a static sticker fits 512 x 512 px, one side has exactly 512, and up to 512 KB."""
_QUALITIES = (92, 85, 75, 60)
_EXTENSIONS = {"JPEG": "jpg", "PNG": "png"}
_MAGIC = {
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG": "png",
    b"GIF8": "gif",
    b"II*\x00": "tif",
    b"MM\x00*": "tif",
}
_BRANDS = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"heis": "heic",
    b"hevc": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
}
"""Extensions by the brand of an ISO media file (ISO/IEC 23008-12, AVIF specification)."""
_JUNK, _LONGEST_JUNK = b"\xef\xbb\xbf \t\r\n", 64
_DNG_VERSION = 50_706
"""The tag that tells a camera's raw file from a TIFF file. Its first picture is only a small preview."""

pillow_heif.register_heif_opener()
# `_check_header` refuses the same files and can name their size. Pillow's own check raises an error without it.
Image.MAX_IMAGE_PIXELS = None


class UnusablePicture(Exception):
    """The bytes are not a picture that can be sent or edited. The text names the reason.

    `failure` is the reason for the ledger, and `detail` a value that its sentence names.
    """

    failure: ClassVar[Failure]

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.detail = detail


class UnknownFormat(UnusablePicture):
    """The bytes are in no known format of pictures."""

    failure = Failure.SOURCE_UNKNOWN_FORMAT


class BrokenPicture(UnusablePicture):
    """The file is damaged or incomplete."""

    failure = Failure.SOURCE_BROKEN


class MovingPicture(UnusablePicture):
    """The file is an animation."""

    failure = Failure.SOURCE_MOVES


class TooManyPixels(UnusablePicture):
    """The picture has more than `MOST_PIXELS`. The detail is its number of pixels."""

    failure = Failure.SOURCE_TOO_MANY_PIXELS


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that Telegram accepts: its bytes, their file extension, and whether it may be sent as a photo."""

    data: bytes
    extension: str
    as_photo: bool

    @property
    def is_webp(self) -> bool:
        """Whether the picture is a WebP, which the Bot API's documentation neither names nor excludes for photos."""
        return self.extension == "webp"


class PictureConverter:
    """Converts pictures, `threads` at once."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pictures")

    async def to_sendable(self, data: bytes, *, webp: bool = False) -> Picture:
        """Return a picture as a JPEG or PNG for sendPhoto, or for sendDocument if it does not fit a photo.

        With `webp`, a plain WebP stays as it is, and only its header and its length are checked. Raises UnusablePicture
        unless the picture is an intact WebP, JPEG, PNG or AVIF of at most `MOST_PIXELS`.
        """
        if webp and (picture := _lossy_webp(data)) is not None:
            return picture
        return await self.run(to_sendable, data, webp=webp)

    async def to_source(self, data: bytes) -> bytes:
        """Return a source picture as a JPEG: upright, without metadata, at most 2,048 px on the longer side.

        Raises UnusablePicture unless it is an intact picture of one of `SOURCE_FORMATS` that does not move and has at
        most `MOST_PIXELS`.
        """
        return await self.run(to_source, data)

    async def run(self, convert: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """Run a conversion in one of the threads and return its result."""
        call = functools.partial(convert, *args, **more)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def to_sticker(self, data: bytes) -> bytes:
        """Return a picture as a static sticker: a WebP of exactly 512 px on the longer side, of at most 512 KB.

        Raises UnusablePicture as `to_source` does.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, to_sticker, data)

    def close(self) -> None:
        """Stop the threads without waiting for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def extension_of(data: bytes) -> str:
    """Return the file extension for the first bytes of a picture."""
    return _known_extension(data) or "webp"


def to_sendable(data: bytes, *, webp: bool = False) -> Picture:
    """Do the same as `PictureConverter.to_sendable`, in the caller's thread."""
    data = picture_in(data)
    if webp and (picture := _lossy_webp(data)) is not None:
        return picture
    with opened(data, FORMATS) as image:
        if webp and _fits_photo(image.size, data) and is_whole_plain_webp(image, data):
            return Picture(data, "webp", as_photo=True)
        return _fit(image, data)


def to_source(data: bytes) -> bytes:
    """Do the same as `PictureConverter.to_source`, in the caller's thread."""
    with opened(picture_in(shown(data)), SOURCE_FORMATS) as image:
        if getattr(image, "is_animated", False) and image.format not in _SEVERAL_STILLS:
            raise MovingPicture("the picture moves")
        return to_jpeg(standard_rgb(image, LONGEST_SOURCE_SIDE), 92)


def to_sticker(data: bytes) -> bytes:
    """Do the same as `PictureConverter.to_sticker`, in the caller's thread."""
    with opened(picture_in(shown(data)), SOURCE_FORMATS) as image:
        flat = standard_rgb(image)
    share = STICKER_SIDE / max(flat.size)
    size = max(1, round(flat.width * share)), max(1, round(flat.height * share))
    small = flat.resize(size, Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        out = io.BytesIO()
        small.save(out, "WEBP", quality=quality)
        if out.tell() <= LARGEST_STICKER:
            break
    return out.getvalue()


def picture_in(data: bytes) -> bytes:
    """Return a file without the blank lines and the byte order mark that some servers put before a picture."""
    if _known_extension(data) is None:
        stripped = data[:_LONGEST_JUNK].lstrip(_JUNK) + data[_LONGEST_JUNK:]
        if _known_extension(stripped) is not None:
            return stripped
    return data


@contextmanager
def opened(data: bytes, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """Open an untrusted picture. Raises UnusablePicture."""
    try:
        with without_warnings():
            opened = Image.open(io.BytesIO(data), formats=formats)
        with opened as image:
            _check_header(image)
            yield image
    except UnusablePicture:
        raise
    except UnidentifiedImageError as error:
        if _known_extension(data) is not None:
            raise BrokenPicture("the picture is broken") from error
        raise UnknownFormat("this is not a picture") from error
    except Exception as error:  # the decoders raise OSError, SyntaxError, ValueError, struct.error and more
        raise BrokenPicture("the picture is broken") from error


def _known_extension(data: bytes) -> str | None:
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12])
    if data.startswith(b"RIFF"):
        return "webp" if data[8:12] == b"WEBP" else None
    return next((name for magic, name in _MAGIC.items() if data.startswith(magic)), None)


def _check_header(image: Image.Image) -> None:
    if _DNG_VERSION in getattr(image, "tag_v2", ()):
        raise UnknownFormat("this is a raw file of a camera")
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise TooManyPixels(f"the picture has {pixels} pixels", str(pixels))


def _lossy_webp(data: bytes) -> Picture | None:
    """Return a lossy WebP without metadata as it is, if it fits a photo. Pillow opens whatever is left."""
    size = lossy_size(data)
    return Picture(data, "webp", as_photo=True) if size is not None and _fits_photo(size, data) else None


def _fit(image: Image.Image, data: bytes) -> Picture:
    flat = decode_plain_webp(image, data)
    if flat is None:
        image.load()
    if image.format in _EXTENSIONS and _fits_photo(image.size, data):
        return Picture(data, _EXTENSIONS[image.format], as_photo=True)
    flat = flat or standard_rgb(image)
    if _is_long(image.size):
        # Not as a WebP: Telegram turns a WebP file into a sticker.
        return Picture(to_jpeg(flat, 95), "jpg", as_photo=False)
    if sum(image.size) > LARGEST_SIDES:
        flat.thumbnail(_scaled(*flat.size), Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        jpeg = to_jpeg(flat, quality)
        if len(jpeg) <= LARGEST_PHOTO:
            return Picture(jpeg, "jpg", as_photo=True)
    return Picture(jpeg, "jpg", as_photo=False)


def _fits_photo(size: tuple[int, int], data: bytes) -> bool:
    return sum(size) <= LARGEST_SIDES and not _is_long(size) and len(data) <= LARGEST_PHOTO


def _is_long(size: tuple[int, int]) -> bool:
    return max(size) > LONGEST_RATIO * min(size)


def to_jpeg(image: Image.Image, quality: int) -> bytes:
    """Return a picture as a JPEG of a quality from 1 to 95."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _scaled(width: int, height: int) -> tuple[int, int]:
    share = LARGEST_SIDES / (width + height)
    return max(1, int(width * share)), max(1, int(height * share))
