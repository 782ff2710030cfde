"""The answer of a group's admins to the question whether a member's request is drawn. Its owner may cancel it there."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from chat.callbacks import DecideApproval
from chat.members import Members
from chat.sender import Sender
from chat.translations import Translator
from core.model import Approval, Request, State
from generation.decisions import Decisions
from handlers.access_rules import AccessRules
from handlers.feature_router import FeatureRouter
from handlers.filters import asked_in_group, source_not_hidden
from handlers.still_wanted import note_question, remove_surplus
from handlers.user_errors import GroupAdminsOnly
from storage.asked_requests import AskedRequests
from storage.requests import Requests


async def approved(
    query: CallbackQuery,
    callback_data: DecideApproval,
    request: Request,
    translate: Translator,
    access_rules: AccessRules,
    members: Members,
    asked_requests: AskedRequests,
    requests: Requests,
    decisions: Decisions,
    sender: Sender,
) -> None:
    """Draw the requests that the question shows. Raises GroupAdminsOnly.

    The owner may answer, too, if an approval is not needed any more.
    """
    user_id = query.from_user.id
    if not await members.is_admin(request.place.chat_id, user_id) and (
        request.user_id != user_id or await access_rules.needs_approval(request.origin)
    ):
        raise GroupAdminsOnly
    version = callback_data.version
    await _note_version(query, request, version, asked_requests)
    drawn = await decisions.draw(request, approved=True, version=version)
    done = translate.raw("toast-accepted") if drawn else await _late_toast(request, translate, requests)
    await sender.toast(query.id, done)
    await remove_surplus(query, request, asked_requests, requests, sender)


async def declined(
    query: CallbackQuery,
    callback_data: DecideApproval,
    request: Request,
    translate: Translator,
    members: Members,
    asked_requests: AskedRequests,
    requests: Requests,
    decisions: Decisions,
    sender: Sender,
) -> None:
    """Cancel the requests that the question shows, for an admin or for their owner. Raises GroupAdminsOnly."""
    user_id, own = query.from_user.id, request.user_id == query.from_user.id
    if not own and not await members.is_admin(request.place.chat_id, user_id):
        raise GroupAdminsOnly
    version = callback_data.version
    await _note_version(query, request, version, asked_requests)
    approval = None if own else Approval.DECLINED
    cancelled = await decisions.cancel(request, approval=approval, version=version)
    done = translate.raw("toast-cancelled" if own else "toast-declined")
    if not cancelled:
        done = await _late_toast(request, translate, requests)
    await sender.toast(query.id, done)
    await remove_surplus(query, request, asked_requests, requests, sender)


async def _note_version(
    query: CallbackQuery, request: Request, version: int, asked_requests: AskedRequests
) -> None:
    """Store the pressed question if its id was lost. One about an earlier form of the request is not stored."""
    question = await asked_requests.question(request.id)
    if question is not None and question.version == version:
        await note_question(query, request, asked_requests)


async def _late_toast(request: Request, translate: Translator, requests: Requests) -> str:
    """Return the answer to a press that changes nothing, because the request is answered or was edited."""
    now = await requests.get(request.id)
    if now is not None and now.waits_for_approval:
        return translate.raw("toast-approval-changed")
    cancelled = now is None or now.state is State.CANCELLED
    return translate.raw("toast-over-cancelled" if cancelled else "toast-repeated")


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="approval")
    router.callback_query.register(approved, DecideApproval.filter(F.draw), asked_in_group, source_not_hidden)
    router.callback_query.register(declined, DecideApproval.filter(), asked_in_group)
    return router
