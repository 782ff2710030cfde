"""The button Group photo under a picture in a group: the picture becomes the group's photo, for its admins."""

import structlog
from aiogram import F, Router
from aiogram.types import CallbackQuery

from chat.callbacks import ResultAction, ResultButton
from chat.errors import Rejected, TryLater, Unreachable, Unsure
from chat.group_photos import PhotoNotAllowed
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.sender import Sender
from chat.telegram_files import FileRefused, FileUnavailable
from chat.translations import Translator
from core.model import Request
from core.reply_target import ReplyTarget
from generation.conversion import UnusablePicture
from generation.group_photos import GroupPhotoMaker
from handlers.feature_router import FeatureRouter
from handlers.filters import by_group_admin, has_picture, named_request, not_forgotten, pressed_place
from handlers.user_errors import ButtonExpired

log = structlog.get_logger(__name__)


async def group_photo_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    group_photo_maker: GroupPhotoMaker,
    members: Members,
    sender: Sender,
    private_replies: PrivateReplies,
) -> None:
    """Make the picture the photo of the group, for admins who may change that themselves.

    Telegram's own message in the group shows that it worked.
    """
    if not place.in_group or request.place.chat_id != place.chat_id:  # forged: a picture of another chat
        raise ButtonExpired
    if not await members.may_change_info(place.chat_id, query.from_user.id):
        await sender.alert(query.id, translate("group-photo-not-yours"))
        return
    if request.spoiler:
        await sender.alert(query.id, translate("group-photo-hidden"))
        return
    await sender.toast(query.id, translate.raw("toast-group-photo"))
    failure = await _use(request, place.chat_id, translate, group_photo_maker)
    if failure is not None:
        await private_replies.send(place, query.from_user.id, failure)


async def _use(
    request: Request, chat_id: int, translate: Translator, group_photo_maker: GroupPhotoMaker
) -> str | None:
    """Set the photo, and return the sentence about a failure."""
    try:
        await group_photo_maker.use(request, chat_id)
    except PhotoNotAllowed:
        return translate("group-photo-right")
    except FileRefused:
        return translate("sticker-picture-gone")
    except (FileUnavailable, TryLater, Unsure):
        return translate("group-photo-later")
    except (UnusablePicture, Rejected, Unreachable) as error:
        log.warning("group photo not set", request=request.id, error=str(error))
        return translate("group-photo-refused")
    return None


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="group photos")
    router.callback_query.register(
        group_photo_pressed,
        ResultButton.filter(F.action == ResultAction.GROUP_PHOTO),
        *(pressed_place, by_group_admin, named_request, not_forgotten, has_picture),
    )
    return router
