"""Photos, documents, stickers and downloads, with the Bot API's rules on their sizes and kinds."""

import contextlib
import io
from typing import Any

from aiogram import methods
from aiogram.types import Document, MessageEntity, PhotoSize, Sticker
from PIL import Image

from playground import ephemeral
from playground.call import ApiError, Call
from playground.chats import BOT, Chats

LONGEST_CAPTION = 1_024
_JPEG = b"\xff\xd8\xff"
SMALLEST_CHAT_PHOTO = 160
"""core.telegram.org/method/channels.editPhoto, PHOTO_CROP_SIZE_SMALL. The number is that of the small size."""
LARGEST_PHOTO, LARGEST_DOCUMENT, LARGEST_DOWNLOAD = 10 * 1024 * 1024, 50 * 1024 * 1024, 20 * 1024 * 1024

EFFECTS = {
    "5104841245755180586": "🔥",
    "5107584321108051014": "👍",
    "5104858069142078462": "👎",
    "5159385139981059251": "❤️",
    "5046509860389126442": "🎉",
    "5046589136895476101": "💩",
}
"""The effects that users without Premium have, too, with their emoji."""


def send_photo(call: Call) -> Any:
    call.check(methods.SendPhoto)
    caption = _caption(call)
    given = str(call.parameters.get("photo") or "")
    photo = known_photo(call, given) or photo_sizes(call.chats, _upload(call, "photo", given))
    spoiler = call.parameters.get("has_spoiler") is True or None  # Bot API, sendPhoto
    given_effect = call.parameters.get("message_effect_id")
    if asked := ephemeral.wanted(call):
        return ephemeral.send(call, asked, photo=photo, has_media_spoiler=spoiler, **caption)
    effect_id = None if given_effect is None else str(given_effect)
    chat_id = call.chat(sending=True)
    # "For private chats only" (Bot API, sendPhoto); the words are a guess.
    if effect_id is not None and (chat_id < 0 or effect_id not in EFFECTS):
        raise ApiError(400, "Bad Request: EFFECT_ID_INVALID")
    return call.add(chat_id, photo=photo, has_media_spoiler=spoiler, effect_id=effect_id, **caption)


def send_document(call: Call) -> Any:
    call.check(methods.SendDocument)
    caption = _caption(call)
    given = str(call.parameters.get("document") or "")
    document = known_document(call, given)
    if document is None:
        data, name = _upload(call, "document", given), call.names.get(given.removeprefix("attach://"))
        if len(data) > LARGEST_DOCUMENT:
            raise ApiError(413, "Request Entity Too Large")
        detected = call.parameters.get("disable_content_type_detection") is not True
        if detected and data[:4] == b"RIFF":
            return call.add(call.chat(sending=True), sticker=sticker(call.chats, data))
        document = keep_document(call.chats, data, name or "file")
    if asked := ephemeral.wanted(call):
        return ephemeral.send(call, asked, document=document, **caption)
    return call.add(call.chat(sending=True), document=document, **caption)


def edit_message_media(call: Call) -> Any:
    call.check(methods.EditMessageMedia)
    message = call.own_message("edit")
    if message.invoice is not None:  # an invoice has no caption and no media; the words are a guess
        raise ApiError(400, "Bad Request: message can't be edited")
    media = call.parameters.get("media") or {}
    given = str(media.get("media") or "")
    is_new = given.startswith("attach://")  # Bot API, InputMediaPhoto.media
    text, entities = call.parse(str(media.get("caption") or ""), media.get("parse_mode"), LONGEST_CAPTION)
    content: dict[str, Any] = {"caption": text or None, "caption_entities": entities or None}
    # "Or to replace a text or a rich message with a media" (Bot API, editMessageMedia).
    content |= {
        "text": None,
        "entities": None,
        "photo": None,
        "document": None,
        "reply_markup": call.keyboard(),
    }
    if media.get("type") == "photo":
        new = photo_sizes(call.chats, _upload(call, "photo", given)) if is_new else None
        content["photo"] = new or known_photo(call, given)
        content["has_media_spoiler"] = media.get("has_spoiler") is True or None
    elif media.get("type") == "document":
        name = call.names.get(given.removeprefix("attach://")) or "file"
        new_file = keep_document(call.chats, _upload(call, "document", given), name) if is_new else None
        content["document"] = new_file or known_document(call, given)
    if not (content["photo"] or content["document"]):
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    call.not_modified(message, **content)
    return call.changed(message, **content)


def edit_message_caption(call: Call) -> Any:
    call.check(methods.EditMessageCaption)
    message = call.own_message("edit")
    if not (message.photo or message.document):
        raise ApiError(400, "Bad Request: there is no caption in the message to edit")
    content: dict[str, Any] = {**_caption(call), "reply_markup": call.keyboard()}
    call.not_modified(message, **content)
    return call.changed(message, **content)


def set_chat_photo(call: Call) -> Any:
    """Set the photo of a group. "Photos can't be changed for private chats"; a photo is always an upload.

    Bot API, setChatPhoto. The words are of TDLib (DialogManager::set_dialog_photo) and of
    irazasyed/telegram-bot-sdk#1039.
    """
    call.check(methods.SetChatPhoto)
    chat_id = call.chat(sending=False)
    if chat_id > 0:
        raise ApiError(400, "Bad Request: can't change private chat photo")
    if chat_id not in call.chats.may_change_info:
        raise ApiError(400, "Bad Request: not enough rights to change chat photo")
    data = call.files.get(str(call.parameters.get("photo") or "").removeprefix("attach://"))
    if data is None:
        data = call.files.get("photo")
    if not data:
        raise ApiError(400, "Bad Request: there is no photo in the request")
    sizes = photo_sizes(call.chats, data)
    if min(sizes[-1].width, sizes[-1].height) < SMALLEST_CHAT_PHOTO:
        raise ApiError(400, "Bad Request: PHOTO_CROP_SIZE_SMALL")
    call.chats.group_photos[chat_id] = sizes
    call.chats.add(chat_id, BOT, new_chat_photo=sizes)
    call.chats.note_membership(chat_id)
    return True


def get_file(call: Call) -> Any:
    """Answer with a path below the server's address. In local mode it is absolute, for files of any size.

    Bot API, "Using a Local Bot API Server".
    """
    call.check(methods.GetFile)
    file_id = str(call.parameters.get("file_id") or "")
    data = call.chats.files.get(file_id.removesuffix("-small"))
    if data is None:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if call.local_files is not None:
        path = call.local_files / "photos" / file_id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return {
            "file_id": file_id,
            "file_unique_id": file_id[-12:],
            "file_size": len(data),
            "file_path": str(path),
        }
    if len(data) > LARGEST_DOWNLOAD:
        raise ApiError(400, "Bad Request: file is too big")
    return {"file_id": file_id, "file_unique_id": file_id[-12:], "file_path": f"files/{file_id}"}


def photo_sizes(chats: Chats, data: bytes) -> list[PhotoSize]:
    """Store a photo and return it in two sizes. Raises ApiError for data that the real server rejects as a photo."""
    if len(data) > LARGEST_PHOTO:
        words = "file of size too big for a photo; the maximum size is 10485760 bytes"
        raise ApiError(400, f"Bad Request: {words}")
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.verify()
            width, height = image.size
    except Exception:
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED") from None
    if image.format == "WEBP" and not chats.webp_photos:
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    file_id = chats.add_file(data, "photo")
    size = PhotoSize(
        file_id=file_id, file_unique_id=file_id[-12:], width=width, height=height, file_size=len(data)
    )
    return [size.model_copy(update={"file_id": f"{file_id}-small", "width": 90, "height": 90}), size]


def served(data: bytes, file_id: str) -> bytes:
    """Return the bytes of a file as the server gives them out: a photo of any format has become a JPEG."""
    if not file_id.startswith("photo-") or data.startswith(_JPEG):
        return data
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGB").save(out, "JPEG")
    return out.getvalue()


def keep_document(chats: Chats, data: bytes, name: str, mime: str | None = None) -> Document:
    """Store a file and return it as a document.

    A picture gets a thumbnail, which everybody sees (Bot API, sendDocument: "thumbnail generation for the file is
    supported server-side"). Nothing hides a document: only photos, videos and animations have a spoiler.
    """
    file_id = chats.add_file(data, "document")
    chats.names[file_id] = name
    thumbnail = None
    with contextlib.suppress(Exception), Image.open(io.BytesIO(data)):
        thumbnail = PhotoSize(
            file_id=f"{file_id}-small", file_unique_id=f"{file_id[-12:]}-s", width=90, height=90
        )
    return Document(
        thumbnail=thumbnail,
        file_id=file_id,
        file_unique_id=file_id[-12:],
        file_size=len(data),
        file_name=name,
        mime_type=mime or "application/octet-stream",
    )


def sticker(chats: Chats, data: bytes, *, animated: bool = False, video: bool = False) -> Sticker:
    """Store a file and return it as a sticker."""
    file_id = chats.add_file(data, "sticker")
    return Sticker(
        file_id=file_id,
        file_unique_id=file_id[-12:],
        type="regular",
        width=512,
        height=512,
        is_animated=animated,
        is_video=video,
    )


def _caption(call: Call) -> dict[str, str | list[MessageEntity] | None]:
    text, entities = call.formatted("caption", LONGEST_CAPTION, "message caption is too long")
    return {"caption": text or None, "caption_entities": entities or None}


def _upload(call: Call, name: str, given: str) -> bytes:
    data = call.files.get(given.removeprefix("attach://")) or call.files.get(name)
    if not data:
        raise ApiError(400, f"Bad Request: there is no {name} in the request")
    return data


def known_photo(call: Call, file_id: str) -> list[PhotoSize] | None:
    if file_id not in call.chats.files:
        return None
    if not file_id.startswith("photo-"):
        raise ApiError(400, "Bad Request: can't use file of type Document as Photo")
    return photo_sizes(call.chats, call.chats.files[file_id])


def known_document(call: Call, file_id: str) -> Document | None:
    if file_id not in call.chats.files:
        return None
    if not file_id.startswith("document-"):
        raise ApiError(400, "Bad Request: can't use file of type Photo as Document")
    return keep_document(call.chats, call.chats.files[file_id], call.chats.names.get(file_id, "file"))
