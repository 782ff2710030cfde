"""Constructs the dispatcher: the objects that aiogram passes to handlers, the middleware, and the routers."""

from aiogram import Dispatcher

from bot.build_broadcasts import BroadcastParts
from bot.build_chat import ChatParts
from bot.build_generation import GenerationParts
from bot.build_routers import include_routers
from bot.build_services import build_services
from bot.build_shop import ShopParts
from bot.build_storage import StorageParts
from bot.settings import Settings
from core.clock import Clock
from generation.request_traces import RequestTraces
from handlers.middleware import MembershipMiddleware, UserContextMiddleware


def build_dispatcher(
    settings: Settings,
    *,
    clock: Clock,
    storage: StorageParts,
    chat: ChatParts,
    generation: GenerationParts,
    broadcasting: BroadcastParts,
    shop: ShopParts | None,
    traces: RequestTraces | None = None,
) -> Dispatcher:
    """Return the dispatcher of all updates."""
    services = build_services(
        settings, clock=clock, storage=storage, chat=chat, generation=generation, traces=traces
    )
    dispatcher = Dispatcher(
        disable_fsm=True,  # it would keep a state of each user for good
        access_rules=services.access_rules,
        admin_actions=storage.admin_actions,
        admin_ids=settings.admin_ids,
        admin_sign_in_url=settings.admin_sign_in_url,
        allowances=generation.allowances,
        asked_requests=storage.asked_requests,
        bans=storage.bans,
        batches=storage.batches,
        bot_switches=chat.bot_switches,
        broadcast_panel=broadcasting.panel,
        broadcaster=broadcasting.broadcaster,
        broadcasts=storage.broadcasts,
        clock=clock,
        comparisons=storage.comparisons,
        controls=storage.controls,
        credits=storage.credits,
        database=storage.database,
        decisions=generation.decisions,
        drafts=storage.drafts,
        edited_requests=services.edited_requests,
        end_texts=generation.end_texts,
        engine=generation.engine,
        exporter=generation.exporter,
        exports=storage.exports,
        generation_service=services.generation_service,
        guest_answers=chat.guest_answers,
        group_photo_maker=generation.group_photo_maker,
        group_words=storage.group_words,
        history=storage.history,
        history_pages=services.history_pages,
        inline_messages=chat.inline_messages,
        inline_prompts=storage.inline_prompts,
        inline_service=services.inline_service,
        keep_days=settings.keep_days,
        keyboards=chat.result_keyboards,
        languages=chat.languages,
        members=chat.members,
        menus=chat.menus,
        originals=generation.originals,
        other_reading=services.other_reading,
        picture_actions=services.picture_actions,
        picture_sender=chat.picture_sender,
        poll_schedule=generation.poll_schedule,
        preferences=storage.preferences,
        private_replies=chat.private_replies,
        questions=services.questions,
        quota=generation.quota,
        rejection_texts=services.rejection_texts,
        report_copies=services.report_copies,
        reports=storage.reports,
        replacements=chat.replacements,
        requests=storage.requests,
        searches=storage.searches,
        sender=chat.sender,
        singles=generation.singles,
        statistics=storage.statistics,
        sticker_maker=generation.sticker_maker,
        sticker_sets=chat.sticker_sets,
        stickers=storage.stickers,
        styles=storage.styles,
        styling=services.styling,
        users=storage.users,
        user_cards=services.user_cards,
        user_summaries=storage.user_summaries,
        **(shop.workflow_data if shop is not None else {"shop": None}),
    )
    user_context = UserContextMiddleware(
        languages=chat.languages, bans=storage.bans, users=storage.users, sells=shop is not None
    )
    for observer in (
        dispatcher.message,
        dispatcher.edited_message,
        dispatcher.callback_query,
        dispatcher.inline_query,
        dispatcher.chosen_inline_result,
        dispatcher.guest_message,
        dispatcher.pre_checkout_query,
        dispatcher.subscription,
    ):
        observer.outer_middleware(user_context)
    dispatcher.my_chat_member.outer_middleware(MembershipMiddleware(storage.users))
    include_routers(dispatcher, sells=shop is not None)
    return dispatcher
