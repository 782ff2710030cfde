"""Links that show a request again, `t.me/bot?start=r<id>`: its picture, its state or its failure, for its owner."""

import re

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import InlineKeyboardMarkup, Message

from chat.captions import caption, one_line
from chat.keyboards import cancel_listed
from chat.result_keyboards import ResultKeyboards
from chat.sender import Sender
from chat.translations import Translator
from core.clock import Clock
from core.model import PENDING, SENDING, Request, State
from generation.end_texts import EndTexts
from generation.engine import Engine
from generation.poll_schedule import PollSchedule
from generation.question_message import for_owner
from generation.singles import Singles
from generation.status_content import Phase, content_of, filled_of, text_of
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, on_message
from handlers.identity import UserIdentity, answer_place
from storage.asked_requests import AskedRequests
from storage.requests import Requests

_PAYLOAD = re.compile(r"r(\d{1,18})", re.ASCII)
"""As in chat.links. No prompt in a link starts so: the first byte that it decodes to would end a character in UTF-8."""


async def names_request(_message: Message, command: CommandObject) -> dict[str, int] | bool:
    """Pass links to a request. Adds `request_id`."""
    match = _PAYLOAD.fullmatch(command.args or "")
    return {"request_id": int(match[1])} if match else False


async def link_opened(
    message: Message,
    request_id: int,
    user: UserIdentity,
    translate: Translator,
    requests: Requests,
    asked_requests: AskedRequests,
    engine: Engine,
    end_texts: EndTexts,
    poll_schedule: PollSchedule,
    singles: Singles,
    sender: Sender,
    keyboards: ResultKeyboards,
    clock: Clock,
) -> None:
    """Show a request as it is now. A request of another user is not told from one that is deleted."""
    request, place = await requests.get(request_id), answer_place(message)
    if request is None or request.user_id != user.id or request.forget:
        await sender.send_text(place, translate("request-not-yours"))
        return
    if request.hidden_at is not None:
        await sender.send_text(place, translate("picture-hidden"))
        return
    if request.state is State.DELIVERED and (request.file_id or request.batch_id is not None):
        below = keyboards.picture(translate, request)
        if await singles.show(request, place, caption(request.prompt), below) is not None:
            return
    question = await asked_requests.question(request.id) if request.is_asked else None
    if question is not None and not question.first.waits_for_approval:
        text, keyboard = for_owner(question, translate)
        await sender.send_text(place, text, keyboard=keyboard)
        return
    buttons: InlineKeyboardMarkup | None = None
    if request.state in PENDING:
        buttons = cancel_listed(translate, [request])
    if request.waits_for_approval:
        text = translate("request-approval")
    elif request.state in PENDING | SENDING:
        text = await _status(request, translate, engine, poll_schedule, clock)
    elif request.state is State.FAILED:
        text, buttons = await end_texts.failed(request, translate, alone=True)
    elif request.state is State.CANCELLED:
        text = await end_texts.cancelled(request, translate)
    else:
        text = translate("request-lost")
    named = translate("request-named", prompt=one_line(request.prompt))
    await sender.send_text(place, f"{named}\n{text}", keyboard=buttons)


async def _status(
    request: Request, translate: Translator, engine: Engine, poll_schedule: PollSchedule, clock: Clock
) -> str:
    phase = Phase.SENDING if request.state in SENDING else Phase.DRAWING
    positions = await engine.queue_positions()
    if request.id in positions:
        phase = Phase.WAITING
    estimate = poll_schedule.estimate()
    content = content_of(
        phase,
        position=positions.get(request.id, 0),
        elapsed=clock.now() - (request.started_at or request.accepted_at),
        estimate=estimate,
        paused=False,
    )
    return text_of(content, translate, estimate=estimate, filled=filled_of(content, estimate))


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="request links")
    on_message(router, link_opened, Command("start"), IN_PRIVATE, names_request)
    return router
