"""Without STARS there is no command, no button and no word about purchases."""

import pytest

from chat.menu import private_commands
from chat.shop_callbacks import Buy, ChangeSubscription, ShowShop
from core.payments.offers import OrderKind
from tests.support.chat_user import ChatUser

COMMANDS = ["/buy", "/balance", "/gift", "/terms", "/paysupport", "/refund", "/grant"]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_unknown(private: ChatUser, command: str) -> None:
    private.say(command)
    assert private.texts == ["I don’t know that command. /help shows what I can do."]


def test_a_misspelt_one_is_not_suggested(private: ChatUser) -> None:
    private.say("/balanc")
    assert "/balance" not in private.texts[-1]


@pytest.mark.parametrize("payload", ["buy", "gift_x"])
def test_the_links_only_greet(private: ChatUser, payload: str) -> None:
    private.say(f"/start {payload}")
    assert private.texts[-1].startswith("Hi! Describe something")


@pytest.mark.parametrize(
    "button",
    [
        ShowShop(),
        Buy(kind=OrderKind.PACK, units=20, stars=50),
        ChangeSubscription(user=1, cancel=True),
    ],
)
def test_the_buttons_are_too_old(private: ChatUser, button: ShowShop | Buy | ChangeSubscription) -> None:
    private.press(button.pack(), 5)
    assert private.harness.telegram.toasts[-1].startswith("This button is too old.")


def test_help_quota_and_forget_say_nothing_about_payments(private: ChatUser) -> None:
    for command in ("/help", "/quota", "/forget"):
        private.say(command)
        assert not {"/buy", "Paid", "payments"} & set(private.texts[-1].split())


def test_the_menus_name_the_commands_of_a_bot_that_sells_only() -> None:
    assert {"buy", "balance"}.isdisjoint(private_commands(sells=False, admin=True))
    assert {"buy", "balance"} <= set(private_commands(sells=True))
    assert {"refund", "grant"} & set(private_commands(sells=True)) == set()
    assert {"refund", "grant"} <= set(private_commands(sells=True, admin=True))
