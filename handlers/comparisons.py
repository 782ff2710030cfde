"""The button Before under an edit: a message below it that shows the pictures before it, one at a time.

The edit stays. The ledger knows the message of the comparison, so replies to it are recognised after a restart, too.
"""

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup

from chat import result_keyboards
from chat.callbacks import ResultAction, ResultButton, ShowStep
from chat.captions import caption
from chat.errors import Rejected
from chat.picture_sender import PictureSender
from chat.private_replies import PrivateReplies
from chat.result_keyboards import ResultKeyboards, Steps
from chat.sender import Sender
from chat.translations import Translator
from core.model import FileKind, Request, SourcePicture
from core.reply_target import ReplyTarget
from handlers import origins
from handlers.feature_router import FeatureRouter
from handlers.filters import not_forgotten, own_request, pressed_place
from handlers.generation_service import GenerationService
from handlers.prompt import ParsedPrompt
from handlers.user_errors import ButtonExpired, PictureHidden
from storage.comparisons import Comparison, Comparisons
from storage.requests import Requests

_MOST_STEPS = 100


async def chain_of(edit: Request, requests: Requests) -> list[Request | None]:
    """Return an edit and the pictures before it, the newest first.

    The last one is None if it is a picture that the owner of the edit did not draw, or that the ledger forgot. A hidden
    picture ends the chain.
    """
    chain: list[Request | None] = [edit]
    last = edit
    while last.source is not None and len(chain) < _MOST_STEPS:
        parent = await requests.get(last.source.parent_id) if last.source.parent_id is not None else None
        if parent is not None and parent.hidden_at is not None:
            return chain
        own = parent is not None and parent.user_id == edit.user_id and not parent.forget
        if parent is None or not own or parent.file_id is None:
            return [*chain, None]
        chain.append(parent)
        last = parent
    return chain


def buttons_of(
    keyboards: ResultKeyboards, translate: Translator, chain: list[Request | None], at: int
) -> InlineKeyboardMarkup:
    """Return the buttons of a comparison that shows the picture `at` a place in the chain."""
    edit, shown = _request(chain, 0), chain[at]
    steps = Steps(
        older=_step(chain[at + 1]) if at + 1 < len(chain) else None,
        newer=_step(chain[at - 1]) if at else None,
    )
    if shown is None:
        return result_keyboards.source_step(translate, edit, _request(chain, at - 1), steps)
    return keyboards.step(translate, edit, shown, steps)


async def before_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    requests: Requests,
    comparisons: Comparisons,
    sender: Sender,
    picture_sender: PictureSender,
    private_replies: PrivateReplies,
    keyboards: ResultKeyboards,
) -> None:
    """Send the picture before an edit as a new message below it. A repeated press only gets a toast about it."""
    if request.source is None:
        raise ButtonExpired
    chain = await chain_of(request, requests)
    if len(chain) == 1:
        raise PictureHidden
    pressed = place.require_reply_to()
    if await comparisons.was_just_sent(place.chat_id, pressed, request.id):
        await sender.toast(query.id, translate.raw("toast-before"))
        return
    await sender.toast(query.id)
    keyboard = buttons_of(keyboards, translate, chain, 1)
    for file_id, kind, text, spoiler in _contents(chain, 1, translate):
        try:
            sent = await picture_sender.send_by_file_id(place, file_id, kind, text, keyboard, spoiler=spoiler)
        except Rejected:
            continue
        shown = chain[1].id if chain[1] is not None else None
        await comparisons.add(Comparison(place.chat_id, sent, request.user_id, request.id, pressed, shown))
        return
    await private_replies.send(place, request.user_id, translate("undo-impossible"))


async def step_pressed(
    query: CallbackQuery,
    callback_data: ShowStep,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    requests: Requests,
    comparisons: Comparisons,
    sender: Sender,
    picture_sender: PictureSender,
    keyboards: ResultKeyboards,
) -> None:
    """Show another picture of the chain in the message of a comparison."""
    message_id = place.require_reply_to()
    comparison = await comparisons.get(place.chat_id, message_id)
    chain = await chain_of(request, requests)
    at = next((at for at, one in enumerate(chain) if _step(one) == callback_data.shown), None)
    if at is None and chain[-1] is not None and chain[-1].source is not None:
        raise PictureHidden
    if at is None or comparison is None or comparison.edit_id != request.id:
        raise ButtonExpired
    await sender.toast(query.id)
    keyboard = buttons_of(keyboards, translate, chain, at)
    for file_id, kind, text, spoiler in _contents(chain, at, translate):
        try:
            await picture_sender.replace_picture(
                place.chat_id, message_id, file_id, kind, text, keyboard, spoiler=spoiler
            )
        except Rejected:
            continue
        await comparisons.show(place.chat_id, message_id, callback_data.shown or None)
        return


async def edit_source_pressed(
    query: CallbackQuery,
    request: Request,
    place: ReplyTarget,
    translate: Translator,
    generation_service: GenerationService,
) -> None:
    """Ask for another change of the source of an edit."""
    if request.source is None:
        raise ButtonExpired
    await ask_for_change(query, request, request.source, place, translate, generation_service)


async def ask_for_change(
    query: CallbackQuery,
    request: Request,
    source: SourcePicture,
    place: ReplyTarget,
    translate: Translator,
    generation_service: GenerationService,
) -> None:
    """Ask for the change of a picture, for a press below the picture of a request."""
    origin = origins.of_edit_press(query, request, place, translate.language)
    name = query.from_user.first_name
    await generation_service.request_or_ask(
        origin, ParsedPrompt("", None), translate, source, user_name=name, query_id=query.id
    )


def _contents(
    chain: list[Request | None], at: int, translate: Translator
) -> list[tuple[str, FileKind, str, bool]]:
    """Return the file, its kind, the caption and the spoiler of a picture: all that are possible."""
    shown = chain[at]
    if shown is not None:
        return [(*shown.require_file(), caption(shown.prompt), shown.spoiler)]
    source = _request(chain, at - 1).source
    if source is None:
        return []
    # The ledger does not know whether the user sent a photo or a file.
    return [(source.file_id, kind, translate("undone"), source.spoiler) for kind in FileKind]


def _request(chain: list[Request | None], at: int) -> Request:
    request = chain[at]
    assert request is not None  # noqa: S101 - only the last one may be None
    return request


def _step(one: Request | None) -> int:
    return 0 if one is None else one.id


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="comparisons")
    guards = pressed_place, own_request, not_forgotten
    for action, handler in (
        (ResultAction.UNDO, before_pressed),
        (ResultAction.EDIT_SOURCE, edit_source_pressed),
    ):
        router.callback_query.register(handler, ResultButton.filter(F.action == action), *guards)
    router.callback_query.register(step_pressed, ShowStep.filter(), *guards)
    return router
