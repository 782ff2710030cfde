"""Sticker sets of the stand-in: created, filled, read, sent and deleted as by the Bot API.

Errors: core.telegram.org/method/stickers.createStickerSet and stickers.addStickerToSet. The Bot API has own words for
some of them: tdlib/td#466 (name invalid), tdlib/telegram-bot-api#144 (occupied, not found), tdlib/td#1377
(USER_IS_BOT), python-telegram-bot/python-telegram-bot#3667 (user not found), yagop/node-telegram-bot-api#1236 (invalid
emojis), star-39/moe-sticker-bot#40 (STICKERS_TOO_MUCH).
"""

import io
import re
from typing import Any

from aiogram import methods
from aiogram.types import Sticker
from PIL import Image

from playground.call import ApiError, Call
from playground.chats import BOT, Chats, KeptSet

SIDE, LARGEST_STICKER, MOST_STICKERS, MOST_AT_FIRST, LONGEST_NAME = 512, 512 * 1024, 120, 50, 64
"""core.telegram.org/stickers: 512 px on one side, up to 512 KB. Bot API, addStickerToSet: 120 stickers; 50 at first."""
_NAME = re.compile(r"[A-Za-z](?!.*__)\w*", re.ASCII)


def upload_sticker_file(call: Call) -> Any:
    call.check(methods.UploadStickerFile)
    _check_user(call)
    _check_format(call.parameters.get("sticker_format"))
    given = str(call.parameters.get("sticker") or "")
    data = call.files.get(given.removeprefix("attach://")) or call.files.get("sticker")
    if not data:
        raise ApiError(400, "Bad Request: there is no sticker in the request")
    _check_picture(data)
    file_id = call.chats.add_file(data, "sticker")
    return {"file_id": file_id, "file_unique_id": file_id[-12:], "file_size": len(data)}


def create_new_sticker_set(call: Call) -> Any:
    """Create a set. One with the name of a deleted set is created, too, but the answer is an error at first."""
    call.check(methods.CreateNewStickerSet)
    owner, name, title = _check_user(call), _name(call), str(call.parameters.get("title") or "")
    if not 1 <= len(title) <= LONGEST_NAME:
        raise ApiError(400, "Bad Request: PACK_TITLE_INVALID")
    given = call.parameters.get("stickers") or []
    if not 1 <= len(given) <= MOST_AT_FIRST:
        raise ApiError(400, "Bad Request: STICKERS_EMPTY")
    if name in call.chats.sticker_sets:
        raise ApiError(400, "Bad Request: sticker set name is already occupied")
    stickers = [_sticker(call.chats, one, name) for one in given]
    uploaded = {str(one["sticker"]) for one in given}
    call.chats.sticker_sets[name] = KeptSet(owner, title, stickers, uploaded)
    if name in call.chats.deleted_sets:
        call.chats.deleted_sets.discard(name)
        raise ApiError(500, "Internal Server Error: created sticker set not found")
    return True


def add_sticker_to_set(call: Call) -> Any:
    """Add a sticker. "If exactly the same sticker had already been added to the set, then the set isn't changed"."""
    call.check(methods.AddStickerToSet)
    owner, kept = _check_user(call), _set(call)
    if kept.owner != owner:
        raise ApiError(400, "Bad Request: STICKERSET_INVALID")
    given = call.parameters.get("sticker") or {}
    added = _sticker(call.chats, given, _name(call))
    if given["sticker"] in kept.uploaded and any(one.set_name == added.set_name for one in kept.stickers):
        return True
    if len(kept.stickers) >= MOST_STICKERS:
        raise ApiError(400, "Bad Request: STICKERS_TOO_MUCH")
    kept.stickers.append(added)
    kept.uploaded.add(given["sticker"])
    return True


def get_sticker_set(call: Call) -> Any:
    call.check(methods.GetStickerSet)
    kept = _set(call)
    stickers = [one.model_dump(mode="json", exclude_none=True) for one in kept.stickers]
    return {"name": _name(call), "title": kept.title, "sticker_type": "regular", "stickers": stickers}


def delete_sticker_set(call: Call) -> Any:
    call.check(methods.DeleteStickerSet)
    _set(call)
    del call.chats.sticker_sets[_name(call)]
    call.chats.deleted_sets.add(_name(call))
    return True


def send_sticker(call: Call) -> Any:
    call.check(methods.SendSticker)
    file_id = str(call.parameters.get("sticker") or "")
    known = (one for kept in call.chats.sticker_sets.values() for one in kept.stickers)
    sticker = next((one for one in known if one.file_id == file_id), None)
    if sticker is None:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    return call.add(call.chat(sending=True), sticker=sticker)


def _check_user(call: Call) -> int:
    """Return the owner. Raises ApiError unless it is a user who has started the bot."""
    user_id = int(call.parameters.get("user_id") or 0)
    if user_id == BOT.id:
        raise ApiError(400, "Bad Request: USER_IS_BOT")
    if user_id not in call.chats.users:
        raise ApiError(400, "Bad Request: user not found")
    if user_id not in call.chats.chats:
        raise ApiError(400, "Bad Request: PEER_ID_INVALID")
    return user_id


def _check_format(given: object) -> None:
    if given != "static":
        raise ApiError(400, "Bad Request: invalid sticker format specified")  # the words are a guess


def _check_picture(data: bytes) -> None:
    if len(data) > LARGEST_STICKER:
        raise ApiError(400, "Bad Request: STICKER_FILE_INVALID")
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP", "PNG")) as image:
            image.verify()
            sides = image.size
    except Exception:
        raise ApiError(400, "Bad Request: STICKER_PNG_NOPNG") from None
    if max(sides) != SIDE:
        raise ApiError(400, "Bad Request: STICKER_PNG_DIMENSIONS")


def _name(call: Call) -> str:
    """Return the name of a set. Raises ApiError for one that the Bot API does not allow (createNewStickerSet)."""
    name = str(call.parameters.get("name") or "")
    ends = name.lower().endswith(f"_by_{(BOT.username or '').lower()}")
    if not _NAME.fullmatch(name) or not ends or len(name) > LONGEST_NAME:
        raise ApiError(400, "Bad Request: sticker set name invalid")
    return name


def _set(call: Call) -> KeptSet:
    kept = call.chats.sticker_sets.get(str(call.parameters.get("name") or ""))
    if kept is None:
        raise ApiError(400, "Bad Request: STICKERSET_INVALID")
    return kept


def _sticker(chats: Chats, given: dict[str, Any], name: str) -> Sticker:
    """Return an uploaded file as a sticker of a set. Its file id is a new one."""
    _check_format(given.get("format"))
    emojis = given.get("emoji_list") or []
    if not 1 <= len(emojis) <= 20:
        raise ApiError(400, "Bad Request: invalid sticker emojis")
    file_id = str(given.get("sticker") or "")
    if not file_id.startswith("sticker-") or file_id not in chats.files:
        raise ApiError(400, "Bad Request: STICKER_FILE_INVALID")
    data = chats.files[file_id]
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    kept_id = chats.add_file(data, "sticker")
    return Sticker(
        file_id=kept_id,
        file_unique_id=file_id[-12:] if chats.same_unique_ids else kept_id,
        type="regular",
        width=width,
        height=height,
        is_animated=False,
        is_video=False,
        emoji=emojis[0],
        set_name=name,
    )
