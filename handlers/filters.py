"""Guards of handlers. A guard of a button raises the UserError that answers a press which is not allowed."""

from collections.abc import Callable, Collection
from typing import Any, Protocol

from aiogram import Bot, F, Router
from aiogram.enums import ChatType
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from chat.callbacks import (
    AlwaysRatio,
    CancelRequest,
    ChooseRatio,
    DecideApproval,
    DrawDraft,
    DrawFour,
    DrawInRatio,
    DrawInStyle,
    DrawStill,
    DropInline,
    DropLate,
    InlineDraw,
    PickPicture,
    ResultButton,
    ShowStep,
    SuggestChange,
    TryAgain,
)
from chat.members import Members
from core.model import SENDING, AspectRatio, Draft, Request, State
from core.reply_target import ReplyTarget, is_group
from handlers.bare_answers import without_yes
from handlers.commands import is_command, is_forwarded, mentions_bot, without_mention
from handlers.identity import UserIdentity, place_of
from handlers.praise import is_praise
from handlers.prompt import is_ratio, only_ratio
from handlers.user_errors import ButtonExpired, GroupAdminsOnly, NotOwner, PictureHidden
from storage.drafts import Drafts
from storage.inline_prompts import InlinePrompts
from storage.requests import Requests

IN_PRIVATE = F.chat.type == ChatType.PRIVATE
IN_GROUP = F.chat.type.in_({ChatType.GROUP, ChatType.SUPERGROUP})


def on_message(router: Router, handler: Callable[..., Any], *filters: Callable[..., Any]) -> None:
    """Register a handler for new messages, and for edited ones that `handlers.edits` leaves to it."""
    router.message.register(handler, *filters)
    router.edited_message.register(handler, *filters)


async def not_a_command(message: Message) -> bool:
    """Pass texts that do not start with a slash."""
    return bool(message.text) and not is_command(message.text or "")


async def is_request_text(message: Message, bot: Bot) -> dict[str, str] | bool:
    """Pass texts that ask for something. Adds `text`, without the mention of the bot.

    In a private chat all texts do but praise. In a group, where users also comment on pictures, a ratio alone does, and
    a text that mentions the bot. In answer to a picture of the bot that may be a ratio that the model does not draw.
    """
    given = message.text or ""
    text = await without_mention(given, bot)
    if is_praise(text) and not is_ratio(text):
        return False
    if (
        message.chat.type == ChatType.PRIVATE
        or (is_ratio(text) if replies_to_bot(message, bot) else only_ratio(text) is not None)
        or await mentions_bot(given, bot)
    ):
        return {"text": text}
    return False


def replies_to_bot(message: Message, bot: Bot) -> bool:
    """Return whether a message is a reply to a message of this bot."""
    replied_to = message.reply_to_message
    return replied_to is not None and replied_to.from_user is not None and replied_to.from_user.id == bot.id


async def answers_question(message: Message, user: UserIdentity, drafts: Drafts) -> dict[str, Draft] | bool:
    """Pass answers to a question for a prompt by the user it was asked. Adds `draft`."""
    draft = await question_answered(message, user, drafts)
    return False if draft is None or draft.prompt is not None else {"draft": draft}


async def answers_ratio_question(
    message: Message, user: UserIdentity, bot: Bot, drafts: Drafts
) -> dict[str, Draft | str] | bool:
    """Pass ratios, known or not, that answer a question for one by the user it was asked. Adds `draft` and `text`."""
    text = without_yes(await without_mention(message.text or "", bot))
    draft = await question_answered(message, user, drafts) if is_ratio(text) else None
    if draft is None or draft.prompt is None or not (draft.source is None or draft.offers_both):
        return False
    return {"draft": draft, "text": text}


async def question_answered(message: Message, user: UserIdentity, drafts: Drafts) -> Draft | None:
    """Return the draft of the question that a message answers: by a reply, or in a private chat as the next message.

    An edited or repeated message answers the question that it answered before.
    """
    replied_to = message.reply_to_message
    if replied_to is not None:
        draft = await drafts.by_question(message.chat.id, replied_to.message_id)
    elif message.chat.type == ChatType.PRIVATE and not (
        message.external_reply or is_forwarded(message, user)
    ):
        draft = await drafts.by_answer(message.chat.id, message.message_id)
        if draft is not None:
            return draft
        draft = await drafts.open_question(user.id, message.chat.id)
    else:
        return None
    if draft is None or draft.origin.user_id != user.id or draft.question_message_id is None:
        return None
    # A text that stood there before the question is no answer to it when it is edited.
    older = message.edit_date is not None and message.message_id < draft.question_message_id
    return None if older else draft


def is_same_chat(one: ReplyTarget, other: ReplyTarget) -> bool:
    """Return whether two places are in the same chat, or are the same inline message."""
    return (one.chat_id, one.inline_message_id) == (other.chat_id, other.inline_message_id)


def is_shown(query: CallbackQuery) -> bool:
    """Return whether the pressed message has the pressed button. Forged data may be sent under any message."""
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = markup.inline_keyboard if markup is not None else []
    return any(button.callback_data == query.data for row in rows for button in row)


class _NamesUser(Protocol):
    user: int


async def by_bot_admin(_message: Message, user: UserIdentity, admin_ids: Collection[int]) -> bool:
    """Pass messages of the bot's admins. For other users the command does not exist."""
    return user.id in admin_ids


async def pressed_place(query: CallbackQuery) -> dict[str, Any]:
    """Add `place`, the place of the pressed message. Raises ButtonExpired if Telegram does not name the message."""
    if query.message is None:
        raise ButtonExpired
    return {"place": place_of(query.message)}


async def pressed_in_private(query: CallbackQuery) -> dict[str, Any]:
    """Add `place`, the place of the pressed message. Raises ButtonExpired outside of private chats: data is forged."""
    added = await pressed_place(query)
    if added["place"].in_group:
        raise ButtonExpired
    return added


async def pressed_place_or_inline(query: CallbackQuery) -> dict[str, Any]:
    """Add `place`, the place of the pressed message, which may be an inline message. Raises ButtonExpired."""
    if query.inline_message_id is not None:
        return {"place": ReplyTarget(query.from_user.id, inline_message_id=query.inline_message_id)}
    return await pressed_place(query)


async def by_named_user(query: CallbackQuery, callback_data: _NamesUser) -> bool:
    """Pass presses of the user that the button names. Raises NotOwner for others."""
    if callback_data.user != query.from_user.id:
        raise NotOwner
    return True


async def by_named_owner(query: CallbackQuery, callback_data: _NamesUser, members: Members) -> bool:
    """Pass presses of the owner that the button names, or of a group's admins if that is the group. Raises NotOwner."""
    await _require_owner(callback_data.user, query, members)
    return True


async def by_group_admin(query: CallbackQuery, members: Members) -> bool:
    """Pass presses of the group's admins. Raises GroupAdminsOnly for others, ButtonExpired without a message."""
    if query.message is None:
        raise ButtonExpired
    if not await members.is_admin(query.message.chat.id, query.from_user.id):
        raise GroupAdminsOnly
    return True


async def own_request(
    query: CallbackQuery,
    callback_data: CancelRequest
    | DrawFour
    | DrawInRatio
    | DrawInStyle
    | DrawStill
    | DropLate
    | PickPicture
    | ResultButton
    | ShowStep
    | TryAgain,
    requests: Requests,
    members: Members,
) -> dict[str, Any]:
    """Add `request`, the one that the button names. Raises ButtonExpired if it was deleted, NotOwner for others."""
    request = await requests.get(callback_data.request)
    if request is None:
        raise ButtonExpired
    await _require_owner(request.user_id, query, members, chat_id=request.place.chat_id)
    return {"request": request}


async def named_request(
    _query: CallbackQuery, callback_data: ResultButton, requests: Requests
) -> dict[str, Any]:
    """Add `request`, the one that the button names, whoever owns it. Raises ButtonExpired if it was deleted."""
    request = await requests.get(callback_data.request)
    if request is None:
        raise ButtonExpired
    return {"request": request}


async def asked_in_group(
    query: CallbackQuery, callback_data: DecideApproval, requests: Requests
) -> dict[str, Any]:
    """Add `request`, the one that the button asks admins about. Raises ButtonExpired if it is not of this chat."""
    request = await requests.get(callback_data.request)
    if request is None or query.message is None or query.message.chat.id != request.place.chat_id:
        raise ButtonExpired
    return {"request": request}


async def of_owner_or_group_admin(
    query: CallbackQuery, callback_data: ResultButton, requests: Requests, members: Members
) -> dict[str, Any]:
    """Do the same as `named_request` for the owner and the admins of the request's group. Raises NotOwner."""
    named = await named_request(query, callback_data, requests)
    request: Request = named["request"]
    chat_id = query.message.chat.id if query.message is not None else 0
    # Forged data may name a request of another chat, whose description is under More.
    if request.user_id != query.from_user.id and not (
        is_group(chat_id)
        and request.place.chat_id == chat_id
        and await members.is_admin(chat_id, query.from_user.id)
    ):
        raise NotOwner
    return named


async def not_forgotten(_query: CallbackQuery, request: Request) -> bool:
    """Pass buttons of requests that their owner keeps and no bot admin hid. Raises ButtonExpired or PictureHidden."""
    if request.forget:
        raise ButtonExpired
    if request.hidden_at is not None:
        raise PictureHidden
    return True


async def source_not_hidden(_query: CallbackQuery, request: Request, requests: Requests) -> bool:
    """Pass buttons that draw a request which waits. Raises PictureHidden if its source was hidden meanwhile."""
    parent_id = request.source.parent_id if request.source is not None else None
    parent = await requests.get(parent_id) if parent_id is not None else None
    if parent is not None and parent.hidden_at is not None:
        raise PictureHidden
    return True


async def own_draft(
    query: CallbackQuery,
    callback_data: ChooseRatio | AlwaysRatio | DrawDraft,
    drafts: Drafts,
    members: Members,
) -> dict[str, Any]:
    """Add `draft` and `prompt`. Raises ButtonExpired if the draft is deleted or has no prompt, NotOwner for others."""
    draft = await drafts.get(callback_data.draft)
    if draft is None or draft.prompt is None:
        raise ButtonExpired
    await _require_owner(draft.origin.user_id, query, members, chat_id=draft.origin.place.chat_id)
    return {"draft": draft, "prompt": draft.prompt}


async def own_change_question(
    query: CallbackQuery, callback_data: SuggestChange, drafts: Drafts, members: Members
) -> dict[str, Any]:
    """Add `draft` and `source`, the picture to change. Raises ButtonExpired if there is none, NotOwner for others."""
    draft = await drafts.get(callback_data.draft)
    if draft is None or draft.source is None:
        raise ButtonExpired
    await _require_owner(draft.origin.user_id, query, members, chat_id=draft.origin.place.chat_id)
    return {"draft": draft, "source": draft.source}


async def own_inline_prompt(
    query: CallbackQuery, callback_data: InlineDraw | DropInline, inline_prompts: InlinePrompts
) -> dict[str, Any]:
    """Add `inline_prompt` and `inline_message_id`. Raises ButtonExpired if it was deleted, NotOwner for others."""
    prompt = await inline_prompts.get(callback_data.prompt)
    if prompt is None or query.inline_message_id is None:
        raise ButtonExpired
    if prompt.user_id != query.from_user.id:
        raise NotOwner
    return {"inline_prompt": prompt, "inline_message_id": query.inline_message_id}


async def has_picture(_query: CallbackQuery, request: Request) -> bool:
    """Pass buttons of requests whose picture counts. Raises ButtonExpired for others, which only forged data names.

    A grid may be in the chat before the ledger knows that it is delivered.
    """
    if request.state not in SENDING and request.state is not State.DELIVERED:
        raise ButtonExpired
    return True


class NamesRatio(Filter):
    """Add `ratio`, the one that the button names. Raises ButtonExpired for an unknown one.

    With `optional`, an empty slug is None.
    """

    def __init__(self, *, optional: bool = False) -> None:
        self._optional = optional

    async def __call__(self, _query: CallbackQuery, callback_data: Any) -> dict[str, Any]:
        ratio = AspectRatio.from_slug(callback_data.ratio)
        if ratio is None and (callback_data.ratio or not self._optional):
            raise ButtonExpired
        return {"ratio": ratio}


async def _require_owner(
    owner_id: int, query: CallbackQuery, members: Members, *, chat_id: int | None = None
) -> None:
    """Raise NotOwner unless the button is the user's own, or their group's and they are an admin of it.

    `chat_id` is the chat of the request that the button names. Forged data may name one of another group.
    """
    if owner_id == query.from_user.id:
        return
    if owner_id > 0 or query.message is None or chat_id not in {None, query.message.chat.id}:
        raise NotOwner
    if not await members.is_admin(query.message.chat.id, query.from_user.id):
        raise NotOwner
