"""Constructs everything that sends to Telegram, and the texts."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiogram import Bot
from aiogram.client.session.base import BaseSession

from bot.build_storage import StorageParts
from bot.replica import Replica
from bot.settings import Settings
from chat.api_calls import ApiCaller
from chat.bot_switches import BotSwitches
from chat.deletion_scheduler import DeletionScheduler
from chat.group_photos import GroupPhotos
from chat.guest_answers import GuestAnswers
from chat.inline_messages import InlineMessages
from chat.invoices import Invoices
from chat.languages import LanguageResolver
from chat.members import Members
from chat.menu import Menus
from chat.picture_sender import PictureSender
from chat.private_replies import PrivateReplies
from chat.rate_limiter import LocalRateLimiter, RateLimiter, SharedRateLimiter
from chat.replacements import Replacements
from chat.result_keyboards import ResultKeyboards
from chat.sender import Sender, make_bot
from chat.sticker_sets import StickerSets
from chat.telegram_files import TelegramFiles
from chat.translations import Translations
from core.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatParts:
    """The client of the Bot API, the senders and the texts."""

    bot: Bot
    bot_switches: BotSwitches
    deletion_scheduler: DeletionScheduler
    files: TelegramFiles
    guest_answers: GuestAnswers
    group_photos: GroupPhotos
    inline_messages: InlineMessages
    invoices: Invoices
    languages: LanguageResolver
    members: Members
    menus: Menus
    picture_sender: PictureSender
    private_replies: PrivateReplies
    replacements: Replacements
    result_keyboards: ResultKeyboards
    sender: Sender
    sticker_sets: StickerSets
    translations: Translations


def build_chat(
    settings: Settings,
    *,
    session: BaseSession,
    clock: Clock,
    storage: StorageParts,
    stack: AsyncExitStack,
    replica: Replica | None,
) -> ChatParts:
    """Return the parts of the layer chat. `stack` closes them. Replicas share the rate limits."""
    bot = make_bot(settings.bot_token.get_secret_value(), session)
    stack.push_async_callback(bot.session.close)
    rate_limiter = _build_rate_limiter(settings, clock=clock, storage=storage, replica=replica)
    stack.push_async_callback(rate_limiter.stop)
    caller = ApiCaller(bot=bot, rate_limiter=rate_limiter, clock=clock, on_blocked=storage.users.note_block)
    sender = Sender(caller)
    inline_messages = InlineMessages(caller)
    picture_sender = PictureSender(caller, covers=storage.preferences.cover_pictures)
    stack.push_async_callback(picture_sender.stop)
    deletion_scheduler = DeletionScheduler(sender=sender, deletions=storage.deletions, clock=clock)
    stack.push_async_callback(deletion_scheduler.stop)
    translations = Translations()
    bot_switches = BotSwitches()
    return ChatParts(
        bot=bot,
        bot_switches=bot_switches,
        deletion_scheduler=deletion_scheduler,
        files=TelegramFiles(bot, folder=settings.telegram_files_dir),
        guest_answers=GuestAnswers(inline_messages=inline_messages, sender=sender),
        group_photos=GroupPhotos(caller),
        inline_messages=inline_messages,
        invoices=Invoices(caller),
        languages=LanguageResolver(translations=translations, preferences=storage.preferences),
        members=Members(caller=caller, clock=clock),
        menus=Menus(
            bot=bot,
            key_values=storage.key_values,
            translations=translations,
            preferences=storage.preferences,
            admins=settings.admin_ids,
            sells=settings.stars,
        ),
        picture_sender=picture_sender,
        private_replies=PrivateReplies(
            sender=sender, inline_messages=inline_messages, deletion_scheduler=deletion_scheduler
        ),
        replacements=Replacements(caller=caller, sender=sender),
        result_keyboards=ResultKeyboards(bot_switches),
        sender=sender,
        sticker_sets=StickerSets(caller),
        translations=translations,
    )


def _build_rate_limiter(
    settings: Settings, *, clock: Clock, storage: StorageParts, replica: Replica | None
) -> RateLimiter:
    rate = settings.telegram_rate
    if replica is None:
        return LocalRateLimiter(rate=rate, clock=clock)
    return SharedRateLimiter(
        rate=rate, clock=clock, limits=storage.rate_limits, replicas=lambda: replica.living
    )
