"""An error behind a guest's message is answered in the chat of the guest, and in no chat with the same id."""

import asyncio

import pytest
from aiogram.types import ErrorEvent, InlineQueryResultArticle, InputTextMessageContent, Update

from handlers import error_handler
from handlers.attachments import Moves
from tests.support.dispatcher_harness import DispatcherHarness

USER, OTHER = 4_001, 4_002


@pytest.mark.parametrize(
    ("error", "words"),
    [(RuntimeError("a bug"), "Something broke on my side"), (Moves(), "it moves")],
)
def test_an_error_is_the_guest_s_answer(harness: DispatcherHarness, error: Exception, words: str) -> None:
    message = {
        "message_id": 5,
        "date": 1_790_000_000,
        "chat": {"id": OTHER, "type": "private", "first_name": "Ben"},
        "from": {"id": USER, "is_bot": False, "first_name": "Ann"},
        "guest_query_id": "q",
        "text": "@imagine_bot a fox",
    }
    update = Update.model_validate({"update_id": 1, "guest_message": message})
    event, use = ErrorEvent(update=update, exception=error), harness.app.dispatcher.workflow_data
    parts = {name: use[name] for name in ("sender", "languages", "guest_answers")}

    async def handle() -> None:
        if isinstance(error, RuntimeError):
            await error_handler.report_error(event, **parts)
        else:
            more = {name: use[name] for name in ("private_replies", "rejection_texts", "drafts")}
            await error_handler.answer_user_error(event, **parts, **more)
        await asyncio.sleep(0.01)

    harness.run(handle())
    answer = harness.telegram.guest_answers[-1]
    assert answer.guest_query_id == "q"
    assert isinstance(answer.result, InlineQueryResultArticle)
    content = answer.result.input_message_content
    assert isinstance(content, InputTextMessageContent)
    assert words in content.message_text
    assert not [sent for sent in harness.telegram.sent if sent.chat_id in {USER, OTHER}]
