"""The people and chats the demo begins with."""

from playground.telegram import Telegram

ANN, BORIS, CAROL = 1001, 1002, 1003
FRIENDS, STUDIO = -2001, -1_000_000_002_002


def set_up(telegram: Telegram) -> None:
    """Let three people in: two with private chats, all in a group and in a group with topics."""
    chats = telegram.chats
    chats.person(ANN, "en", "Ann")
    chats.person(BORIS, "ru", "Борис")
    chats.person(CAROL, "en", "Carol")
    del chats.chats[CAROL]  # she is met in groups only
    members = {ANN: "creator", BORIS: "member", CAROL: "member"}
    chats.group(FRIENDS, "Friends", members)
    chats.group(STUDIO, "Studio", members, {11: "Landscapes", 12: "Portraits"})
