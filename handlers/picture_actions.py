"""The actions of a picture, shown again under a message after a press that has replaced them."""

from chat.callbacks import DrawInRatio, DrawInStyle, ResultButton, selection_of
from chat.result_keyboards import ResultKeyboards
from chat.sender import Sender
from chat.translations import Translator
from core.model import Request
from core.reply_target import ReplyTarget
from handlers.comparisons import buttons_of, chain_of
from storage.comparisons import Comparisons
from storage.picture_history import History
from storage.requests import Requests


class PictureActions:
    """Shows the actions under pictures."""

    def __init__(
        self,
        *,
        requests: Requests,
        history: History,
        comparisons: Comparisons,
        sender: Sender,
        keyboards: ResultKeyboards,
    ) -> None:
        self._requests = requests
        self._history = history
        self._comparisons = comparisons
        self._sender = sender
        self._keyboards = keyboards

    async def show(
        self,
        request: Request,
        button: ResultButton | DrawInRatio | DrawInStyle,
        place: ReplyTarget,
        translate: Translator,
    ) -> None:
        """Show them under the pressed message: with the steps of a comparison or the arrows of a history."""
        message_id = place.require_reply_to()
        comparison = await self._comparisons.get(place.chat_id, message_id)
        edit = await self._requests.get(comparison.edit_id) if comparison is not None else None
        chain = await chain_of(edit, self._requests) if edit is not None else []
        if request in chain:
            keyboard = buttons_of(self._keyboards, translate, chain, chain.index(request))
        else:
            page = None
            if button.paged:
                page = await self._history.page_of(request, place.chat_id, selection_of(button.paged))
            keyboard = self._keyboards.picture(translate, request, page)
        await self._sender.edit_keyboard(place.chat_id, message_id, keyboard)
