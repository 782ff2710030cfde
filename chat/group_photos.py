"""The photos of groups."""

from aiogram.methods import SetChatPhoto
from aiogram.types import BufferedInputFile

from chat.api_calls import ApiCaller
from chat.errors import Rejected, Unreachable

_NO_RIGHT = ("not enough rights", "have no rights", "chat_admin_required", "administrator rights")
"""The server's words for a bot that may not change the photo (TDLib, DialogManager::set_dialog_photo)."""


class PhotoNotAllowed(Exception):
    """The bot is no admin of the group, or not one who may change its info."""


class GroupPhotos:
    """Sets the photos of groups."""

    def __init__(self, caller: ApiCaller) -> None:
        self._caller = caller

    async def set(self, chat_id: int, data: bytes) -> None:
        """Make a JPEG the photo of a group, with retries. Raises PhotoNotAllowed or a subclass of SendError.

        A photo is always a new file (Bot API, setChatPhoto).
        """
        method = SetChatPhoto(chat_id=chat_id, photo=BufferedInputFile(data, "photo.jpg"))
        try:
            await self._caller.with_retries(lambda: self._caller.call(method, chat_id), repeatable=True)
        except (Rejected, Unreachable) as error:
            if any(words in str(error).lower() for words in _NO_RIGHT):
                raise PhotoNotAllowed from error
            raise
