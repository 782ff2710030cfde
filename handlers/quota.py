"""/quota: the used and remaining pictures of the day, and the time until they renew."""

from aiogram import Router
from aiogram.types import Message

from chat.private_replies import PrivateReplies
from chat.translations import Translator
from core.reply_target import is_group
from generation.allowances import Allowances, DailyQuota
from handlers.commands import Command
from handlers.feature_router import FeatureRouter
from handlers.filters import on_message
from handlers.identity import UserIdentity, answer_place
from handlers.rejection_texts import RejectionTexts
from handlers.shop import Shop
from storage.credits import Credits
from storage.preferences import Preferences


async def quota_command(
    message: Message,
    user: UserIdentity,
    translate: Translator,
    preferences: Preferences,
    allowances: Allowances,
    quota: DailyQuota,
    rejection_texts: RejectionTexts,
    private_replies: PrivateReplies,
    credits: Credits,
    shop: Shop | None,
) -> None:
    """Show the user's quota and, in a group, the group's and the user's share of it."""
    chat_id = message.chat.id
    text = await _own_quota(user.id, translate, allowances, quota, rejection_texts)
    if balance := (await credits.balance(user.id)).units:
        text += "\n" + translate("quota-extra" if shop is None else "quota-paid", balance=balance)
    if is_group(chat_id):
        group = await preferences.of(chat_id)
        daily, used = allowances.of_group(group), await quota.used(chat_id)
        of_group = translate("quota-group", used=used, daily=daily, left=max(0, daily - used))
        # A user who writes as the group itself has only the group's quota.
        text = of_group if user.id == chat_id else f"{text}\n{of_group}"
        share = allowances.of_user(user.id, group).member_daily
        if share is not None and user.id != chat_id:
            used = await quota.used(user.id, member_of=chat_id)
            left = max(0, min(share - used, daily - await quota.used(chat_id)))
            text += "\n" + translate("quota-share", used=used, daily=share, left=left)
    await private_replies.send(answer_place(message), user.id, text)


async def _own_quota(
    user_id: int,
    translate: Translator,
    allowances: Allowances,
    quota: DailyQuota,
    rejection_texts: RejectionTexts,
) -> str:
    used = await quota.used(user_id)
    daily = allowances.of_user(user_id).daily
    if daily is None:
        return translate("quota-unlimited", used=used)
    if daily == 0:
        return translate("quota-none")
    at, wait = rejection_texts.renewal(translate)
    return translate("quota", used=used, daily=daily, left=max(0, daily - used), at=at, wait=wait)


def router() -> Router:
    """Return the routes of this feature."""
    router = FeatureRouter(name="quota")
    on_message(router, quota_command, Command("quota"))
    return router
