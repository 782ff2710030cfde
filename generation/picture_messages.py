"""Sends a finished picture with its caption and buttons: to its chat, or to one that keeps it for an inline message."""

from dataclasses import replace

import structlog

from chat.captions import caption
from chat.errors import NotAllowed, Rejected, SendError, Unreachable
from chat.limits import Priority
from chat.picture_sender import PictureSender, SentPicture
from chat.result_keyboards import ResultKeyboards
from chat.translations import Translations, Translator
from core.model import FileKind, Request
from core.reply_target import ReplyTarget
from generation.conversion import Picture
from generation.file_names import file_name
from generation.first_effect import FirstEffect
from generation.hidden_file import picture_file
from generation.signed_links import SignedLinks
from storage.requests import Requests

log = structlog.get_logger(__name__)


class PictureMessages:
    """Sends pictures. Each call sends once and raises a subclass of SendError; the caller has acquired a slot.

    The picture of an inline message goes to its user's private chat, because only a file that Telegram has can be shown
    there. If the user has not started that chat, it goes to the chat `storage_chat_id` of the bot's owner. Without one,
    Telegram loads it from a link of the bot, if `links` are set up.
    """

    def __init__(
        self,
        *,
        requests: Requests,
        picture_sender: PictureSender,
        keyboards: ResultKeyboards,
        translations: Translations,
        first_effect: FirstEffect,
        storage_chat_id: int | None,
        links: SignedLinks | None,
    ) -> None:
        self._requests = requests
        self._picture_sender = picture_sender
        self._keyboards = keyboards
        self._translations = translations
        self._first_effect = first_effect
        self._storage_chat_id = storage_chat_id
        self._links = links

    async def send(self, request: Request, picture: Picture, note: str = "") -> SentPicture:
        """Send a picture to the chat of its request, or to one that keeps it for an inline message.

        `note` is HTML below the caption.
        """
        if request.place.inline_message_id is None:
            return await self._send_to(request.place, request, picture, note=note)
        try:
            return await self._send_to(ReplyTarget(request.place.chat_id), request, picture, silent=True)
        except Unreachable:
            if self._storage_chat_id is None and self._links is None:
                raise
        if self._storage_chat_id is not None:
            kept_in = ReplyTarget(self._storage_chat_id)
            await self._picture_sender.acquire_slot(kept_in.chat_id, Priority.PICTURE)
            try:
                sent = await self._send_to(kept_in, request, picture, silent=True)
            except (Unreachable, Rejected) as error:
                log.error("picture not kept in the storage chat", request=request.id, error=str(error))
                if self._links is None or _may_fit_as_jpeg(picture, error):
                    raise
            else:
                # The ledger finds a picture by its message in the chat of the request, which has none.
                return replace(sent, message_id=None)
        return SentPicture(None, "", FileKind.PHOTO if picture.as_photo else FileKind.DOCUMENT)

    async def _send_to(
        self,
        place: ReplyTarget,
        request: Request,
        picture: Picture,
        *,
        silent: bool = False,
        note: str = "",
    ) -> SentPicture:
        name = file_name(request.prompt, request.id, picture.extension)
        translate = self._translations.for_language(request.language)
        text = caption(request.prompt, below=_paragraphs(note, await self._hint(request, translate)))
        keyboard = (
            self._keyboards.picture(translate, request) if place.chat_id == request.place.chat_id else None
        )
        if picture.as_photo:
            effect_id = await self._first_effect.of([request])
            try:
                return await self._picture_sender.send_photo(
                    place,
                    picture.data,
                    name,
                    text,
                    keyboard,
                    spoiler=request.spoiler,
                    silent=silent,
                    effect_id=effect_id,
                )
            except Rejected as error:
                if _may_fit_as_jpeg(picture, error):
                    raise
                log.warning("photo rejected, sent as a document", request=request.id, error=str(error))
                await self._picture_sender.acquire_slot(place.chat_id, Priority.PICTURE)
        hidden = request.spoiler or await self._picture_sender.covers(place.chat_id)
        file = picture_file(picture.data, name, hidden=hidden)
        if hidden:
            text = caption(request.prompt, below=_paragraphs(note, translate("hidden-file")))
        return await self._picture_sender.send_document(place, file, text, keyboard, silent=silent)

    async def _hint(self, request: Request, translate: Translator) -> str:
        """Return the explanation below the first picture of a group how to change it, or nothing."""
        if not request.place.in_group or await self._requests.has_result_in(request.place.chat_id):
            return ""
        return translate("group-edit-hint")


def _may_fit_as_jpeg(picture: Picture, error: SendError) -> bool:
    """Return whether a WebP was refused by a chat that may accept it as a JPEG."""
    return picture.is_webp and isinstance(error, Rejected) and not isinstance(error, NotAllowed)


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))
