"""A stand-in for the Bot API server over real HTTP, with aiogram's types and Telegram's error texts."""

import itertools
import json
import time
from collections import Counter
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

from aiogram.types import Message, StarTransaction, User
from aiohttp import web

from playground.call import ApiError, Call
from playground.chats import Chats, message_result
from playground.faults import Faults
from playground.files import served
from playground.flood import Flood
from playground.inline import LONGEST_QUERY, send_result
from playground.inline_state import GuestQueryState, InlineQueryState, InlineState
from playground.journal import Journal
from playground.login import signed_address
from playground.methods import METHODS
from playground.parameters import Upload, read_parameters
from playground.star_ledger import Payment
from playground.star_payments import StarPayments
from playground.update_feed import UpdateFeed
from playground.web_content import load_photo

LARGEST_UPLOAD = 52 * 1024 * 1024


@dataclass(slots=True)
class Telegram:
    """The Bot API for one bot, and the actions of its users.

    `calls` counts the calls by method, `seen` holds their parameters as JSON. `presses` maps the id of an unanswered
    callback query to chat id, message id and user id. `stars` are the payments. `local_files` switches the local mode
    on: the folder of the server's files, which only this machine can read.
    """

    token: str
    _: KW_ONLY
    flood: Flood = field(default_factory=Flood)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    chats: Chats = field(default_factory=Chats)
    calls: Counter[str] = field(default_factory=Counter)
    updates: UpdateFeed = field(default_factory=UpdateFeed)
    presses: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    inline: InlineState = field(default_factory=InlineState)
    seen: list[str] = field(default_factory=list)
    local_files: Path | None = None
    stars: StarPayments = field(init=False)
    _press_ids: "itertools.count[int]" = field(init=False, default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.stars = StarPayments(
            chats=self.chats, queue=lambda content, number: self.queue_update(content, update_id=number)
        )

    def app(self) -> web.Application:
        """Return the web application."""
        app = web.Application(client_max_size=LARGEST_UPLOAD)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/files/{file}", self._file)
        app.on_cleanup.append(lambda _app: self.updates.close())
        return app

    # Actions of users

    def say(
        self,
        user: User,
        text: str,
        *,
        reply_to: Message | None = None,
        chat_id: int | None = None,
        **more: Any,
    ) -> Message:
        """Send a text as a user. `more` are further fields of the message."""
        return self.send(user, chat_id=chat_id, text=text, reply_to_message=reply_to, **more)

    def send(self, user: User, *, chat_id: int | None = None, **content: Any) -> Message:
        """Send a message of any kind as a user and queue its update."""
        message = self.chats.add(chat_id or user.id, user, **content)
        self.queue_update({"message": dump(message)})
        return message

    def rewrite(self, message: Message, text: str) -> Message:
        """Edit the text or the caption of a user's message and queue the update, where the bot is a member."""
        part = "text" if message.text is not None else "caption"
        changed = self.chats.change(message, **{part: text})
        if message.chat.id not in self.chats.blocked:
            self.queue_update({"edited_message": dump(changed)})
        return changed

    def press(self, user: User, message: Message, label: str) -> str:
        """Press the first button with `label` in its text as a user. Return the id of the callback query."""
        rows = message.reply_markup.inline_keyboard if message.reply_markup else []
        data = next(b.callback_data for row in rows for b in row if label in b.text)
        return self.press_data(user, message, data or "")

    def sign_in(self, user: User, message: Message, label: str, *, at: float | None = None) -> str:
        """Press a LoginUrl button with `label` in its text as a user, consent, and return the address that opens.

        Others get an address with their own data: a press of a forwarded button signs its presser in.
        """
        rows = message.reply_markup.inline_keyboard if message.reply_markup else []
        url = next(b.login_url.url for row in rows for b in row if label in b.text and b.login_url)
        return signed_address(url, user, self.token, at=at)

    def press_data(self, user: User, message: Message, data: str) -> str:
        """Press a button with this data, which may be forged, as a user. Return the id of the callback query."""
        query_id = str(next(self._press_ids))
        self.presses[query_id] = (message.chat.id, message.message_id, user.id)
        query = {
            "id": query_id,
            "from": dump(user),
            "chat_instance": "1",
            "data": data,
        }
        inline_id = self.chats.inline_id(message)
        query |= {"message": dump(message)} if inline_id is None else {"inline_message_id": inline_id}
        self.queue_update({"callback_query": query})
        return query_id

    def ask_inline(self, user: User, text: str, *, offset: str = "", chat_type: str = "private") -> str:
        """Type a query after the bot's name, in a chat of a type. Return the id of the query."""
        query_id, text = self.inline.new_id(), text[:LONGEST_QUERY]
        self.inline.queries[query_id] = InlineQueryState(user, text, time.monotonic())
        query = {"id": query_id, "from": dump(user), "query": text, "offset": offset, "chat_type": chat_type}
        self.queue_update({"inline_query": query})
        return query_id

    def choose(
        self, user: User, query_id: str, result_id: str, chat_id: int, *, feedback: bool = True, **more: Any
    ) -> Message:
        """Send a result of an answered query to a chat. `more` are further fields of the message.

        Without feedback, the bot learns nothing of the choice: BotFather's /setinlinefeedback decides that, with a
        probability (Bot API, ChosenInlineResult). A member of the chat gets the message, too (Bot features, Privacy
        mode: "inline messages sent via the bot").
        """
        query = self.inline.queries[query_id]
        result = next(one for one in query.results or [] if one.id == result_id)
        message = send_result(self.chats, user, chat_id, result, **more)
        if chat_id not in self.chats.blocked:
            self.queue_update({"message": dump(message)})
        if feedback:
            self.report_choice(user, query.text, result_id, message)
        return message

    def report_choice(self, user: User, query: str, result_id: str, message: Message) -> None:
        """Report the choice of the result that a message shows. A message without buttons has no inline message id."""
        inline_id = self.chats.inline_id(message)
        chosen: dict[str, Any] = {"result_id": result_id, "from": dump(user), "query": query}
        chosen |= {"inline_message_id": inline_id} if inline_id is not None else {}
        self.queue_update({"chosen_inline_result": chosen})

    def mention(
        self,
        user: User,
        chat_id: int,
        text: str,
        *,
        reply_to: Message | None = None,
        again: str | None = None,
    ) -> tuple[Message, str]:
        """Mention the bot in a chat as a guest. Return the message and the id of the guest query.

        `again` is the id of an earlier query with the same message.
        """
        known = self.inline.guest_queries.get(again or "")
        message = (
            known.message if known else self.chats.add(chat_id, user, text=text, reply_to_message=reply_to)
        )
        return message, self.ask_guest(message, again=again)

    def ask_guest(self, message: Message, *, again: str | None = None) -> str:
        """Ask the bot about a message in a chat of which it is no member. Return the id of the guest query."""
        query_id = again or self.inline.new_id()
        self.inline.guest_queries.setdefault(query_id, GuestQueryState(message))
        self.queue_update({"guest_message": dump(message) | {"guest_query_id": query_id}})
        return query_id

    async def pay(self, user: User, what: Message | str, *, abandons: bool = False) -> Payment:
        """Press Pay under an invoice or in the dialog of a link as a user, and wait for the end of the checkout."""
        return await self.stars.pay(user, what, abandons=abandons)

    @property
    def star_transactions(self) -> list[StarTransaction]:
        """Return the bot's transactions in Stars, oldest first."""
        return self.stars.ledger.transactions

    def queue_update(self, content: dict[str, Any], *, update_id: int | None = None) -> int:
        """Queue an update for the bot and return its id. An `update_id` in use repeats that update."""
        return self.updates.add(content, update_id=update_id)

    def waiting(self) -> int:
        """Return the number of updates that the bot has not acknowledged."""
        return self.updates.waiting()

    # Calls of the bot

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return refusal(401, "Unauthorized")
        self.calls[method] += 1
        parameters, files = await read_parameters(request)

        async def handler() -> web.StreamResponse:
            try:
                return web.json_response({"ok": True, "result": await self._do(method, parameters, files)})
            except ApiError as error:
                return refusal(error.code, error.description, **error.parameters)

        begun = time.monotonic()
        answer = await self.faults.around(method, request, handler, self._about(parameters))
        if method != "getUpdates":
            self.journal.note(
                server="telegram",
                call=method,
                parameters=json.dumps(parameters, ensure_ascii=False),
                response=_text(answer),
                status=answer.status,
                begun=begun,
            )
        return answer

    def _about(self, parameters: dict[str, Any]) -> str:
        """Return the file, the user, the sticker set or the chat that a call is about, as `Fault.only` names it."""
        if "file_id" in parameters:
            return f"file {parameters['file_id']}."
        press = self.presses.get(str(parameters.get("callback_query_id")))
        chat_id = parameters.get("chat_id") if press is None else press[0]
        checkout = self.stars.ledger.checkouts.get(str(parameters.get("pre_checkout_query_id")))
        if checkout is not None:
            return f"user {checkout.user.id}."
        if chat_id is None and "user_id" in parameters:
            return f"user {parameters['user_id']}."
        if chat_id is None and "name" in parameters:
            return f"set {parameters['name']}."
        return f"chat {chat_id}."

    async def _file(self, request: web.Request) -> web.StreamResponse:
        async def handler() -> web.StreamResponse:
            file_id = request.match_info["file"]
            data = self.chats.files.get(file_id.removesuffix("-small"))
            # A server in local mode serves no files.
            if request.match_info["token"] != self.token or data is None or self.local_files is not None:
                return refusal(404, "Not Found")
            return web.Response(body=served(data, file_id))

        return await self.faults.around("file", request, handler)

    async def _do(self, method: str, parameters: dict[str, Any], files: dict[str, Upload]) -> Any:
        deliver = self.updates.method(method)
        if deliver is not None:
            return await deliver(parameters)
        perform = METHODS.get(method)
        if perform is None:
            raise ApiError(404, "Not Found: method not found")
        self.seen.append(json.dumps(parameters, ensure_ascii=False))
        await _replace_link(self.chats, parameters.get("media") or {})
        call = Call(
            method=method,
            parameters=parameters,
            files={name: upload.data for name, upload in files.items()},
            names={name: upload.name for name, upload in files.items()},
            chats=self.chats,
            flood=self.flood,
            presses=self.presses,
            inline=self.inline,
            stars=self.stars,
            local_files=self.local_files,
        )
        return perform(call)


async def _replace_link(chats: Chats, media: dict[str, Any]) -> None:
    """Load the photo of a link and put its file id into a call. Other kinds of media are left as they are."""
    if media.get("type") == "photo" and str(media.get("media")).startswith(("http://", "https://")):
        media["media"] = chats.add_file(await load_photo(str(media["media"])), "photo")


def dump(value: Message | User) -> dict[str, Any]:
    """Return an object in the JSON form of the Bot API."""
    if isinstance(value, Message):
        return message_result(value)
    return value.model_dump(mode="json", exclude_none=True)


def _text(answer: web.StreamResponse) -> str:
    return answer.text or "" if isinstance(answer, web.Response) else ""


def refusal(code: int, description: str, **parameters: int) -> web.Response:
    """Return an error response of the Bot API."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=code)
