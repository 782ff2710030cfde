"""Origins of requests. All formats of keys are made here.

A key names its cause, so that a repeated update or a second tap is the same request:

- `m:CHAT:MESSAGE`: a message
- `g:CHAT:ALBUM`: an album, whichever of its photos
- `b:CHAT:MESSAGE:REQUEST:RATIO:N`: the N-th time (from 0) that a picture's button draws it again in a ratio, for its
  owner or for the member of a group who pages through a shared history
- `b:CHAT:MESSAGE:REQUEST:style-KEY:N`: the same in a style
- `b:CHAT:MESSAGE:REQUEST:vary:N`: the same with small changes
- `q:CHAT:MESSAGE:REQUEST:N`: the N-th time (from 0) that a button of a picture or grid draws it four more times
- `e:QUERY`: a press on Edit
- `i:INLINE`: an inline message; the message of a guest keeps its own key
- `u:USER:KEY`: the message of a guest whose chat may have the id of another chat; KEY is its usual key
- `x:USER:KEY`: no request, but the record that its user wants none with this KEY
- `d:CHAT:MESSAGE:NAME`: an example under a message of the bot
- `t:REQUEST`: the second try of a failed request
- `o:KEY`: the other reading of a message whose words are drawn (handlers.other_reading)
- `c:QUERY`: no request, but what a bot admin's press does (storage.admin_actions)
- `w:ADMIN:ACTION:CAUSE`: no request, but what a bot admin's press on the admin page does; the page made the CAUSE
- `p:CHAT:MESSAGE:KIND:UNITS:STARS:N`: no request, but the order of an offer under a message of the bot; N counts the
  orders before it that were paid or became too old

The second to fourth request of a batch add `+2` to `+4` to the key of its cause (storage.batches).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from aiogram.types import CallbackQuery, Message

from core.model import AspectRatio, Origin, Request
from core.reply_target import ReplyTarget
from handlers.identity import UserIdentity, place_of

_OTHER_READING = "o:"
_START_AT_ONCE = ("b:", "d:", "q:", "t:", _OTHER_READING)
"""The prefixes of the keys of presses that start a request at once."""


def message_key(message: Message) -> str:
    """Return the key of a message. All photos of an album share one key."""
    if message.media_group_id:
        return f"g:{message.chat.id}:{message.media_group_id}"
    return f"m:{message.chat.id}:{message.message_id}"


def guest_key(user_id: int, message_key: str) -> str:
    """Return the key of a guest's message in a chat that may have the id of another one."""
    return f"u:{user_id}:{message_key}"


def drop_key(origin: Origin) -> str:
    """Return the key of the record that a user wants nothing drawn for an inline message."""
    return f"x:{origin.user_id}:{origin.key}"


def command_key(message: Message) -> str:
    """Return the key of a command that asks for something other than a picture. Its edited form is another one."""
    return f"{message_key(message)}:{message.edit_date or ''}"


def grant_cause(message: Message) -> str:
    """Return the cause of a grant: the message, however often it is edited."""
    return f"{message_key(message)}:"


def admin_press_key(query: CallbackQuery) -> str:
    """Return the key of what a press of a bot admin does."""
    return f"c:{query.id}"


def page_press_key(admin_id: int, action: str, cause: str) -> str:
    """Return the key of what a press of a bot admin on the admin page does. `action` is its name there."""
    return f"w:{admin_id}:{action}:{cause}"


def answer_key(message: Message, answer_message_id: int) -> str:
    """Return the key of the message in the same chat that answers a question about a message."""
    return f"m:{message.chat.id}:{answer_message_id}"


def of_message(message: Message, user: UserIdentity, language: str) -> Origin:
    """Return the origin of a request that a message asks for."""
    return Origin(message_key(message), user.id, place_of(message), language)


def redraw_prefix(request: Request, ratio: AspectRatio | None, place: ReplyTarget) -> str:
    """Return the common start of the keys with which a picture's button draws it again in a ratio."""
    shape = ratio.slug if ratio else "edit"
    return f"b:{place.chat_id}:{place.reply_to}:{request.id}:{shape}:"


def restyle_prefix(request: Request, style_key: str, place: ReplyTarget) -> str:
    """Return the common start of the keys with which a picture's button draws it again in a style, or in none."""
    return f"b:{place.chat_id}:{place.reply_to}:{request.id}:style-{style_key}:"


def vary_prefix(request: Request, place: ReplyTarget) -> str:
    """Return the common start of the keys with which a picture's button varies it."""
    return f"b:{place.chat_id}:{place.reply_to}:{request.id}:vary:"


def of_redraw(
    prefix: str, earlier: Sequence[Request], request: Request, place: ReplyTarget, language: str
) -> Origin:
    """Return the origin of a redraw. `earlier` are the requests with the same prefix that are not deleted.

    Presses while a redraw is under way are that redraw; a press after its end is the next one.
    """
    numbers = {int(one.origin.key.removeprefix(prefix)): one for one in earlier}
    last = max(numbers, default=-1)
    ended = not numbers or numbers[last].finished_at is not None
    return Origin(f"{prefix}{last + ended}", request.user_id, place, language)


def four_prefix(request: Request, place: ReplyTarget) -> str:
    """Return the common start of the keys with which a picture's or a grid's button draws it four more times."""
    return f"q:{place.chat_id}:{place.reply_to}:{request.id}:"


def of_four(
    prefix: str, earlier: Sequence[Request], request: Request, place: ReplyTarget, language: str
) -> Origin:
    """Return the origin of four more pictures. `earlier` are the requests with this prefix that are not deleted.

    Presses while they are drawn are that batch; a press after its end is the next one.
    """
    closed: dict[int, bool] = {}
    for one in earlier:
        number = int(one.origin.key.removeprefix(prefix).partition("+")[0])
        closed[number] = closed.get(number, True) and one.closed_at is not None
    last = max(closed, default=-1)
    return Origin(f"{prefix}{last + closed.get(last, True)}", request.user_id, place, language)


def of_example(name: str, user: UserIdentity, place: ReplyTarget, language: str) -> Origin:
    """Return the origin of an example that a press draws."""
    return Origin(f"d:{place.chat_id}:{place.reply_to}:{name}", user.id, place, language)


def of_try_again(request: Request, language: str) -> Origin:
    """Return the origin of the second try of a failed request, in the place of the first."""
    return Origin(f"t:{request.id}", request.user_id, request.place, language)


def is_press(origin: Origin) -> bool:
    """Return whether a press alone is the cause of a request. A draft that a press completes has a message's key."""
    return origin.key.startswith(_START_AT_ONCE)


def inline_prompt_key(user_id: int, prompt: str) -> str:
    """Return the key of a prompt in an inline query: a user who types it again gets the same buttons."""
    digest = hashlib.sha256(prompt.encode()).hexdigest()
    return f"q:{user_id}:{digest}"


def of_inline(prompt_key: str, user_id: int, inline_message_id: str, language: str) -> Origin:
    """Return the origin of a request that an inline message asks for. `prompt_key` is the key of its prompt."""
    key = f"i:{inline_message_id}" if prompt_key.startswith("q:") else prompt_key
    return Origin(key, user_id, ReplyTarget(user_id, inline_message_id=inline_message_id), language)


def order_cause(place: ReplyTarget, kind: str, units: int, stars: int, number: int) -> str:
    """Return the cause of the order of an offer under a message. `number` counts its orders that are over."""
    return f"p:{place.chat_id}:{place.reply_to}:{kind}:{units}:{stars}:{number}"


def draws_example(origin: Origin) -> bool:
    """Return whether the cause of a request is a press on an example."""
    return origin.key.startswith("d:")


def of_other_reading(origin: Origin) -> Origin:
    """Return the origin of the other reading of a message."""
    return replace(origin, key=f"{_OTHER_READING}{origin.key}")


def key_of_words(origin: Origin) -> str | None:
    """Return the key of the message behind an origin of `of_other_reading`, or None for any other origin."""
    return origin.key.removeprefix(_OTHER_READING) if origin.key.startswith(_OTHER_READING) else None


def of_edit_press(query: CallbackQuery, request: Request, place: ReplyTarget, language: str) -> Origin:
    """Return the origin of an edit that a press on Edit asks for."""
    return Origin(f"e:{query.id}", request.user_id, place, language)
