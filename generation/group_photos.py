"""Makes a picture the photo of a group."""

from PIL import Image

from chat.group_photos import GroupPhotos
from chat.telegram_files import FileRefused, TelegramFiles
from core.model import Request
from generation.conversion import SOURCE_FORMATS, PictureConverter, opened, picture_in, to_jpeg
from generation.hidden_file import shown
from generation.singles import Singles
from generation.standard_rgb import standard_rgb

_LARGEST_SIDE, _SMALLEST_SIDE = 1_280, 320
"""In pixels. Telegram keeps chat photos with 640 px, and refuses small ones (PHOTO_CROP_SIZE_SMALL)."""


class GroupPhotoMaker:
    """Makes pictures the photos of groups. A repeated call sets the same photo again."""

    def __init__(
        self,
        *,
        files: TelegramFiles,
        singles: Singles,
        converter: PictureConverter,
        group_photos: GroupPhotos,
    ) -> None:
        self._files = files
        self._singles = singles
        self._converter = converter
        self._group_photos = group_photos

    async def use(self, request: Request, chat_id: int) -> None:
        """Make the middle of a picture the photo of a group.

        Raises FileError, UnusablePicture, PhotoNotAllowed or SendError.
        """
        if request.file_id is not None:
            data: bytes | None = await self._files.download(request.file_id)
        else:
            data = await self._singles.data_of(request)
        if data is None:
            raise FileRefused("the picture is lost")
        await self._group_photos.set(chat_id, await self._converter.run(to_square, data))


def to_square(data: bytes) -> bytes:
    """Return the middle of a picture as a square JPEG: the apps show a circle of it. Raises UnusablePicture."""
    with opened(picture_in(shown(data)), SOURCE_FORMATS) as image:
        flat = standard_rgb(image)
    side = min(flat.size)
    left, top = (flat.width - side) // 2, (flat.height - side) // 2
    square = flat.crop((left, top, left + side, top + side))
    wanted = max(_SMALLEST_SIDE, min(side, _LARGEST_SIDE))
    if wanted != side:
        square = square.resize((wanted, wanted), Image.Resampling.LANCZOS)
    return to_jpeg(square, 92)
