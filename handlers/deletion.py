"""Delete under More: deletes one picture from the ledger and, where Telegram allows it, its messages."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from chat import result_keyboards
from chat.callbacks import ResultAction, ResultButton, selection_of
from chat.errors import SendError
from chat.sender import Sender
from chat.translations import Translator
from core.model import Request
from core.reply_target import ReplyTarget
from handlers.feature_router import FeatureRouter
from handlers.filters import is_shown, not_forgotten, own_request, pressed_place
from handlers.history_pages import HistoryPages
from storage.picture_history import History


async def delete_pressed(
    query: CallbackQuery,
    callback_data: ResultButton,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    history: History,
    sender: Sender,
) -> None:
    """Ask whether to delete a picture. Edits of it, which show it again, are named."""
    if await history.has_edits(request):
        await sender.alert(query.id, translate("delete-sure-edits"))
    else:
        await sender.toast(query.id, translate.raw("delete-sure"))
    keyboard = result_keyboards.delete_sure(translate, request, paged=callback_data.paged)
    await sender.edit_keyboard(place.chat_id, place.require_reply_to(), keyboard)


async def delete_confirmed(
    query: CallbackQuery,
    callback_data: ResultButton,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    history: History,
    history_pages: HistoryPages,
    sender: Sender,
) -> None:
    """Delete a picture. A pager goes on to the next picture.

    The messages are deleted first: after a kill in between, the press is handled again and finds the request.
    """
    pressed, page = place.require_reply_to(), None
    gone = await _delete_message(request.place.chat_id, request.result_message_id, sender)
    gone = gone and request.place.inline_message_id is None  # in a chat of which the bot is no member
    is_result = (pressed, place.chat_id) == (request.result_message_id, request.place.chat_id)
    if not callback_data.paged and not is_result and is_shown(query):
        gone = await _delete_message(place.chat_id, pressed, sender) and gone
    await history.delete(request.id)
    selection = selection_of(callback_data.paged)
    if callback_data.paged and await history_pages.may_show(selection, place):
        page = await history.page(request.user_id, place.chat_id, request.id, selection)
    if gone:
        await sender.toast(query.id, translate.raw("deleted"))
    else:
        in_group = request.place.in_group
        await sender.alert(
            query.id, translate("deleted-message-stays-group" if in_group else "deleted-message-stays")
        )
    if page is not None:
        await history_pages.show(page, place, translate)
    elif callback_data.paged and is_shown(query):
        await _delete_message(place.chat_id, pressed, sender)


async def _delete_message(chat_id: int, message_id: int | None, sender: Sender) -> bool:
    """Delete a message, or at least its buttons. Return whether it is deleted, as far as Telegram says."""
    if message_id is None:
        return True
    try:
        if await sender.try_to_delete(chat_id, message_id):
            return True
        await sender.edit_keyboard(chat_id, message_id, None)
    except SendError:
        return False
    return False


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="deletion")
    guards = pressed_place, own_request, not_forgotten
    for action, handler in (
        (ResultAction.DELETE, delete_pressed),
        (ResultAction.DELETE_SURE, delete_confirmed),
    ):
        router.callback_query.register(handler, ResultButton.filter(F.action == action), *guards)
    return router
