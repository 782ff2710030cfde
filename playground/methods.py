"""The Bot API methods of the stand-in. Each makes the checks of the real server and fails with its error texts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiogram import methods, types
from aiogram.types import ReactionTypeEmoji

from playground import copying, ephemeral, files, inline, profile, stars, stickers
from playground.call import LONGEST_TEXT, ApiError, Call
from playground.chats import BOT
from playground.entities import units

LONGEST_TOAST = 200
DELETABLE = timedelta(hours=48)
"""Age up to which a message can be deleted (Bot API, deleteMessage). So can be the user's own in a private chat."""
REACTIONS = frozenset("👍👎❤🔥🥰👏😁🤔🤯😱🎉🤩🙏👌😍👀🤗🫡🤝✍😎💯🏆⚡")


def get_me(call: Call) -> Any:
    """Answer with the bot, and whether BotFather has switched the modes on that it alone can (Bot API, User)."""
    modes = {
        "supports_inline_queries": call.chats.inline_mode,
        "supports_guest_queries": call.chats.guest_mode,
    }
    return BOT.model_dump(mode="json", exclude_none=True) | modes


def send_message(call: Call) -> Any:
    call.check(methods.SendMessage)
    text, entities = call.formatted("text", LONGEST_TEXT, "message is too long")
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    if asked := ephemeral.wanted(call):
        return ephemeral.send(call, asked, text=text, entities=entities or None)
    return call.add(call.chat(sending=True), text=text, entities=entities or None)


def edit_message_text(call: Call) -> Any:
    call.check(methods.EditMessageText)
    message = call.own_message("edit")
    if message.text is None:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    text, entities = call.formatted("text", LONGEST_TEXT, "message is too long")
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    keyboard = call.keyboard()
    call.not_modified(message, text=text, reply_markup=keyboard)
    return call.changed(message, text=text, entities=entities or None, reply_markup=keyboard)


def edit_message_reply_markup(call: Call) -> Any:
    call.check(methods.EditMessageReplyMarkup)
    message = call.own_message("edit")
    keyboard = stars.keyboard_of(call, message) if message.invoice is not None else call.keyboard()
    call.not_modified(message, reply_markup=keyboard)
    return call.changed(message, reply_markup=keyboard)


def delete_message(call: Call) -> Any:
    call.check(methods.DeleteMessage)
    message = call.message("delete")
    own = message.from_user is not None and message.from_user.id == BOT.id
    administers = call.chats.members.get(message.chat.id, {}).get(BOT.id) in {"administrator", "creator"}
    if not (own or administers or message.chat.type == "private"):
        raise ApiError(400, "Bad Request: message can't be deleted")
    if datetime.now(UTC) - message.date >= DELETABLE:
        raise ApiError(400, "Bad Request: message can't be deleted for everyone")
    call.chats.remove(message)
    return True


def answer_callback_query(call: Call) -> Any:
    call.check(methods.AnswerCallbackQuery)
    press = call.presses.pop(str(call.parameters.get("callback_query_id")), None)
    if press is None:
        raise ApiError(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    text = str(call.parameters.get("text") or "")
    if units(text) > LONGEST_TOAST:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    call.chats.toast(*press, text, alert=call.parameters.get("show_alert") is True)
    return True


def set_message_reaction(call: Call) -> Any:
    call.check(methods.SetMessageReaction)
    message = call.message("react")
    asked = [ReactionTypeEmoji.model_validate(one) for one in call.parameters.get("reaction") or []]
    emoji = asked[0].emoji if asked else None
    if len(asked) > 1 or (emoji is not None and emoji not in REACTIONS):
        raise ApiError(400, "Bad Request: REACTION_INVALID")
    if emoji is not None and message.chat.id in call.chats.no_reactions:
        raise ApiError(400, "Bad Request: REACTIONS_NOT_ALLOWED")
    call.chats.react(message, emoji)
    return True


def send_chat_action(call: Call) -> Any:
    call.check(methods.SendChatAction)
    call.chats.note_chat_action(call.chat(sending=False), str(call.parameters.get("action")))
    return True


def get_chat_member(call: Call) -> Any:
    call.check(methods.GetChatMember)
    chat_id, user_id = call.chat(sending=False), int(call.parameters.get("user_id") or 0)
    user = call.chats.users.get(user_id)
    if user is None:
        raise ApiError(400, "Bad Request: user not found")
    status = call.chats.members.get(chat_id, {}).get(user_id, "left")
    member: dict[str, Any] = {"status": status, "user": user.model_dump(mode="json", exclude_none=True)}
    return member | _RIGHTS.get(status, {})


_ADMIN_FIELDS = types.ChatMemberAdministrator.model_fields.items()
_RIGHTS: dict[str, dict[str, Any]] = {
    "creator": {"is_anonymous": False},
    "administrator": {
        name: False for name, given in _ADMIN_FIELDS if given.is_required() and name not in {"status", "user"}
    },
    "kicked": {"until_date": 0},
}
"""The fields that a member of a chat has by status, without any right (Bot API, ChatMember)."""


METHODS: dict[str, Callable[[Call], Any]] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendPhoto": files.send_photo,
    "copyMessage": copying.copy_message,
    "sendDocument": files.send_document,
    "getFile": files.get_file,
    "uploadStickerFile": stickers.upload_sticker_file,
    "createNewStickerSet": stickers.create_new_sticker_set,
    "addStickerToSet": stickers.add_sticker_to_set,
    "getStickerSet": stickers.get_sticker_set,
    "deleteStickerSet": stickers.delete_sticker_set,
    "sendSticker": stickers.send_sticker,
    "editMessageMedia": files.edit_message_media,
    "editMessageCaption": files.edit_message_caption,
    "setChatPhoto": files.set_chat_photo,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "editEphemeralMessageText": ephemeral.edit_text,
    "editEphemeralMessageReplyMarkup": ephemeral.edit_reply_markup,
    "deleteEphemeralMessage": ephemeral.delete,
    "answerCallbackQuery": answer_callback_query,
    "answerGuestQuery": inline.answer_guest_query,
    "answerInlineQuery": inline.answer_inline_query,
    "setMessageReaction": set_message_reaction,
    "sendChatAction": send_chat_action,
    "getChatMember": get_chat_member,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyDescription": profile.set_my_description,
    "setMyShortDescription": profile.set_my_short_description,
    "getMyDescription": profile.get_my_description,
    "getMyShortDescription": profile.get_my_short_description,
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
    "setMyProfilePhoto": profile.set_my_profile_photo,
    "getUserProfilePhotos": profile.get_user_profile_photos,
    "sendInvoice": stars.send_invoice,
    "createInvoiceLink": stars.create_invoice_link,
    "answerPreCheckoutQuery": stars.answer_pre_checkout_query,
    "refundStarPayment": stars.refund_star_payment,
    "getStarTransactions": stars.get_star_transactions,
    "getMyStarBalance": stars.get_my_star_balance,
    "editUserStarSubscription": stars.edit_user_star_subscription,
}
