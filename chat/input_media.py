"""The media of a message that is edited into a picture."""

from aiogram.enums import ParseMode
from aiogram.types import InputFile, InputMediaDocument, InputMediaPhoto

from core.model import FileKind


def input_media(
    file: InputFile | str, kind: FileKind, caption: str, *, spoiler: bool
) -> InputMediaPhoto | InputMediaDocument:
    """Return a picture, new, by its `file_id` or by a link, with an HTML caption.

    A document has no spoiler (Bot API, InputMediaDocument).
    """
    if kind is FileKind.DOCUMENT:
        return InputMediaDocument(media=file, caption=caption, parse_mode=ParseMode.HTML)
    return InputMediaPhoto(
        media=file, caption=caption, parse_mode=ParseMode.HTML, has_spoiler=spoiler or None
    )
