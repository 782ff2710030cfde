"""The users and chats that the demo starts with."""

from playground import files, pictures
from playground.telegram import Telegram

ANN, BORIS, CAROL, OLGA = 1001, 1002, 1003, 1004
FRIENDS, STUDIO, BOOK_CLUB, TRIP = -2001, -1_000_000_002_002, -2003, -2004
ADMIN = OLGA
"""The bot admin."""


def set_up(telegram: Telegram) -> None:
    """Add four users, a group, a group with topics, and two groups without the bot, one of them with a photo.

    Carol has not opened the bot yet. In the first group the bot is an admin who may change the photo.
    """
    chats = telegram.chats
    chats.add_user(ANN, "en", "Ann")
    chats.add_user(BORIS, "ru", "Борис")
    chats.add_user(CAROL, "en", "Carol")
    chats.add_user(OLGA, "en", "Olga")
    del chats.chats[CAROL]
    members = {ANN: "creator", BORIS: "member", CAROL: "member"}
    chats.add_group(FRIENDS, "Friends", members)
    chats.may_change_info.add(FRIENDS)
    chats.add_group(STUDIO, "Studio", members, {11: "Landscapes", 12: "Portraits"})
    chats.add_group(BOOK_CLUB, "Book club", {CAROL: "creator", ANN: "member", OLGA: "member"})
    chats.add_group(TRIP, "Weekend trip", members)
    chats.blocked |= {BOOK_CLUB, TRIP}
    photo = files.photo_sizes(chats, pictures.jpeg(pictures.draw("our lake", "4:3", 300_000)))
    chats.add(TRIP, chats.users[BORIS], photo=photo, caption="Наше озеро!")
