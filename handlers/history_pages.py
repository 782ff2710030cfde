"""A page of a history as a message: the picture, its description and date, and the buttons of its pager."""

from aiogram.types import InlineKeyboardMarkup

from chat.captions import cut, one_line
from chat.dates import moment
from chat.members import Members
from chat.private_replies import PrivateReplies
from chat.result_keyboards import ResultKeyboards
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.model import Request
from core.reply_target import ReplyTarget
from generation.singles import Singles
from storage.picture_history import HistoryPage, Selection
from storage.preferences import Preferences

_LONGEST_PROMPT = 900
"""In UTF-16 units. The rest of the caption is for the date, the number and the words of a search."""
_LONGEST_NAME, _SHOWN_SEARCH = 40, 50
"""In UTF-16 units: the name of a member, and the part of a search that a caption shows."""
_RECENT_SECONDS = 86_400.0
"""Age up to which the reader's app says how long ago a picture was drawn (Bot API, date-time entity formatting, r)."""


class HistoryPages:
    """Shows pages, in new messages and in pressed ones."""

    def __init__(
        self,
        *,
        preferences: Preferences,
        members: Members,
        sender: Sender,
        singles: Singles,
        private_replies: PrivateReplies,
        clock: Clock,
        keyboards: ResultKeyboards,
    ) -> None:
        self._preferences = preferences
        self._members = members
        self._sender = sender
        self._singles = singles
        self._private_replies = private_replies
        self._clock = clock
        self._keyboards = keyboards

    async def may_show(self, selection: Selection, place: ReplyTarget) -> bool:
        """Return whether a chat may see a selection: the pictures of all members only if its admins allow it."""
        return not selection.shared or (await self._preferences.of(place.chat_id)).shared_history

    async def send(self, page: HistoryPage, place: ReplyTarget, user_id: int, translate: Translator) -> None:
        """Send a page as a new message."""
        content = await self._content(page, place, translate)
        if await self._singles.show(page.request, place, *content) is None:
            await self._private_replies.send(place, user_id, _lost(page.request, translate))

    async def show(self, page: HistoryPage, place: ReplyTarget, translate: Translator) -> None:
        """Show a page in the pressed message."""
        content = await self._content(page, place, translate)
        message_id = place.require_reply_to()
        if not await self._singles.replace(page.request, place.chat_id, message_id, *content):
            await self._sender.send_text(place, _lost(page.request, translate))

    async def _content(
        self, page: HistoryPage, place: ReplyTarget, translate: Translator
    ) -> tuple[str, InlineKeyboardMarkup]:
        """Return the caption and the buttons of a page."""
        request, finished_at = page.request, page.request.require_finished_at()
        recent = self._clock.now() - finished_at < _RECENT_SECONDS
        text = translate(
            "history-page-recent" if recent else "history-page",
            prompt=cut(request.prompt, _LONGEST_PROMPT),
            **moment(finished_at, self._clock.now(), translate),
            number=page.number,
            total=page.total,
        )
        if page.selection.shared:
            text += "\n" + translate("page-of-all")
            name = await self._members.present_name(place.chat_id, request.user_id)
            if name is not None:
                text += " · " + translate("page-by", name=one_line(name, _LONGEST_NAME))
        if page.words is not None:
            text += "\n" + translate("page-of-search", words=one_line(page.words, _SHOWN_SEARCH))
        elif page.selection.favourites:
            text += "\n" + translate("page-of-favourites")
        return text, self._keyboards.picture(translate, request, page)


def _lost(request: Request, translate: Translator) -> str:
    """Return the answer in the place of a picture that nobody has any more, with its description to send again."""
    return translate("picture-lost", prompt=cut(request.prompt, _LONGEST_PROMPT))
