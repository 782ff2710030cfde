"""The users and chats that the demo starts with."""

from playground.telegram import Telegram

ANN, BORIS, CAROL, OLGA = 1001, 1002, 1003, 1004
FRIENDS, STUDIO, BOOK_CLUB = -2001, -1_000_000_002_002, -2003
ADMIN = OLGA
"""The bot admin."""


def set_up(telegram: Telegram) -> None:
    """Add four users, a group, a group with topics, and a group without the bot. Carol has not opened the bot yet."""
    chats = telegram.chats
    chats.add_user(ANN, "en", "Ann")
    chats.add_user(BORIS, "ru", "Борис")
    chats.add_user(CAROL, "en", "Carol")
    chats.add_user(OLGA, "en", "Olga")
    del chats.chats[CAROL]
    members = {ANN: "creator", BORIS: "member", CAROL: "member"}
    chats.add_group(FRIENDS, "Friends", members)
    chats.add_group(STUDIO, "Studio", members, {11: "Landscapes", 12: "Portraits"})
    chats.add_group(BOOK_CLUB, "Book club", {CAROL: "creator", ANN: "member", OLGA: "member"})
    chats.blocked.add(BOOK_CLUB)
