"""The commands and buttons of the bot's admins do not exist for anybody else."""

import pytest
from aiogram.filters.callback_data import CallbackData

from chat.admin_callbacks import AdminQuestion, AskAdmin, CardAction, ShowActions, ShowAdminMenu, UserCard
from chat.menu import ADMIN, PRIVATE
from tests.support.chat_user import ChatUser

COMMANDS = [name for name in ADMIN if name not in PRIVATE]
UNKNOWN = "I don’t know that command. /help shows what I can do."
MISSPELT = {"limit": "Did you mean /quota? Edit your message, and I take it from there."}
LARGEST = 2**63 - 1


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_unknown_to_others(private: ChatUser, command: str) -> None:
    private.say(f"/{command}")
    assert private.texts == [MISSPELT.get(command, UNKNOWN)]


@pytest.mark.parametrize(
    "button",
    [
        AskAdmin(question=AdminQuestion.UNBAN_WORD, user=LARGEST),
        ShowAdminMenu(resume=True),
        ShowActions(newest=LARGEST, subject=LARGEST),
        *(UserCard(user=LARGEST, action=action) for action in CardAction),
    ],
)
def test_the_buttons_are_too_old_for_others(private: ChatUser, button: CallbackData) -> None:
    assert len(button.pack().encode()) <= 64
    private.press(button.pack(), 5, forged=True)
    assert private.harness.telegram.toasts[-1].startswith("This button is too old.")


def test_a_reply_to_the_question_of_a_button_is_only_words_for_others(private: ChatUser) -> None:
    code = {"type": "code", "offset": 3, "length": 6}
    question = private.bot_message(5, text="🛠 /pause", entities=[code])
    private.say("closed", reply_to_message=question)
    assert private.harness.app.dispatcher["controls"].pause is None
    assert "closed" in private.texts[-1]  # the question for its shape
