"""The users and chats that the demo starts with."""

from playground.telegram import Telegram

ANN, BORIS, CAROL = 1001, 1002, 1003
FRIENDS, STUDIO = -2001, -1_000_000_002_002


def set_up(telegram: Telegram) -> None:
    """Add three users: two have private chats, and all are in a group and in a group with topics."""
    chats = telegram.chats
    chats.add_user(ANN, "en", "Ann")
    chats.add_user(BORIS, "ru", "Борис")
    chats.add_user(CAROL, "en", "Carol")
    del chats.chats[CAROL]  # Carol is in groups only
    members = {ANN: "creator", BORIS: "member", CAROL: "member"}
    chats.add_group(FRIENDS, "Friends", members)
    chats.add_group(STUDIO, "Studio", members, {11: "Landscapes", 12: "Portraits"})
