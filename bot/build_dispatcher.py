"""Constructs the dispatcher: the routers of all features, and the objects that aiogram passes to their handlers."""

from aiogram import Dispatcher, Router

from bot.build_broadcasts import BroadcastParts
from bot.build_chat import ChatParts
from bot.build_generation import GenerationParts
from bot.build_shop import ShopParts
from bot.build_storage import StorageParts
from bot.settings import Settings
from core.clock import Clock
from generation.request_traces import RequestTraces
from handlers import (
    admin_menu,
    approval,
    audit,
    balance,
    batches,
    broadcasts,
    buying,
    cancel,
    checkout,
    comparisons,
    deletion,
    edits,
    error_handler,
    examples,
    export,
    favourites,
    forget,
    gifts,
    grants,
    group_photos,
    group_words,
    groups,
    guests,
    history,
    imagine,
    inline,
    language,
    moderation,
    news,
    pause,
    pay_support,
    payments,
    photos,
    picture_shapes,
    picture_styles,
    plain_words,
    private_only,
    question_end,
    queue,
    quota,
    ratio,
    refunds,
    reports,
    request_links,
    results,
    shared_pictures,
    start,
    stats,
    stickers,
    still_wanted,
    styles,
    subscriptions,
    suggestions,
    terms,
    try_again,
    user_cards,
    user_limits,
    user_search,
    variations,
)
from handlers.access_rules import AccessRules
from handlers.edited_requests import EditedRequests
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, by_bot_admin
from handlers.generation_service import GenerationService
from handlers.inline_service import InlineService
from handlers.middleware import MembershipMiddleware, UserContextMiddleware
from handlers.other_reading import OtherReading
from handlers.questions import Questions
from handlers.recounting import Recounting
from handlers.rejection_texts import RejectionTexts
from handlers.report_copies import ReportCopies
from handlers.styling import Styling
from handlers.user_cards import UserCards


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
    rejection_texts = RejectionTexts(clock)
    access_rules = AccessRules(
        bans=storage.bans,
        strikes=storage.strikes,
        preferences=storage.preferences,
        members=chat.members,
        admin_ids=settings.admin_ids,
        group_words=storage.group_words,
        controls=storage.controls,
    )
    questions = Questions(sender=chat.sender, drafts=storage.drafts, preferences=storage.preferences)
    edited_requests = EditedRequests(
        requests=storage.requests,
        drafts=storage.drafts,
        access_rules=access_rules,
        private_replies=chat.private_replies,
        questions=questions,
        decisions=generation.decisions,
        recounting=Recounting(
            engine=generation.engine,
            requests=storage.requests,
            preferences=storage.preferences,
            allowances=generation.allowances,
            rejection_texts=rejection_texts,
        ),
    )
    other_reading = OtherReading(
        drafts=storage.drafts,
        requests=storage.requests,
        batches=storage.batches,
        engine=generation.engine,
        private_replies=chat.private_replies,
    )
    styling = Styling(styles=storage.styles, preferences=storage.preferences)
    generation_service = GenerationService(
        engine=generation.engine,
        access_rules=access_rules,
        allowances=generation.allowances,
        requests=storage.requests,
        preferences=storage.preferences,
        questions=questions,
        edited_requests=edited_requests,
        other_reading=other_reading,
        rejection_texts=rejection_texts,
        styling=styling,
        sender=chat.sender,
        private_replies=chat.private_replies,
        traces=traces,
    )
    dispatcher = Dispatcher(
        disable_fsm=True,  # it would keep a state of each user for good
        access_rules=access_rules,
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
        edited_requests=edited_requests,
        end_texts=generation.end_texts,
        engine=generation.engine,
        exporter=generation.exporter,
        exports=storage.exports,
        generation_service=generation_service,
        guest_answers=chat.guest_answers,
        group_photo_maker=generation.group_photo_maker,
        group_words=storage.group_words,
        history=storage.history,
        inline_messages=chat.inline_messages,
        inline_prompts=storage.inline_prompts,
        inline_service=InlineService(
            generation_service=generation_service,
            engine=generation.engine,
            requests=storage.requests,
            inline_prompts=storage.inline_prompts,
            inline_messages=chat.inline_messages,
            sender=chat.sender,
            switches=chat.bot_switches,
            needs_private_chat=settings.storage_chat_id is None and settings.public_url is None,
        ),
        keep_days=settings.keep_days,
        keyboards=chat.result_keyboards,
        languages=chat.languages,
        members=chat.members,
        menus=chat.menus,
        originals=generation.originals,
        other_reading=other_reading,
        picture_sender=chat.picture_sender,
        poll_schedule=generation.poll_schedule,
        preferences=storage.preferences,
        private_replies=chat.private_replies,
        questions=questions,
        quota=generation.quota,
        rejection_texts=rejection_texts,
        report_copies=ReportCopies(
            reports=storage.reports,
            requests=storage.requests,
            picture_sender=chat.picture_sender,
            languages=chat.languages,
            clock=clock,
            admins=settings.admin_ids,
        ),
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
        styling=styling,
        users=storage.users,
        user_cards=UserCards(
            user_summaries=storage.user_summaries,
            bans=storage.bans,
            controls=storage.controls,
            credits=storage.credits,
            allowances=generation.allowances,
            quota=generation.quota,
            clock=clock,
            admin_ids=settings.admin_ids,
        ),
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
    _include_routers(dispatcher, sells=shop is not None)
    return dispatcher


def _selling_routers() -> list[Router]:
    """Return the routers of commands and buttons that sell pictures."""
    return [
        buying.router(),
        gifts.router(),
        balance.router(),
        terms.router(),
        pay_support.router(),
        refunds.router(),
        subscriptions.router(),
    ]


def _admin_router() -> Router:
    """Return the router of the bot's admins, which looks at the commands only if an admin sent one in private."""
    router = FeatureRouter(name="admins")
    for observer in (router.message, router.edited_message):
        observer.filter(IN_PRIVATE, by_bot_admin)
    router.include_routers(
        admin_menu.router(),
        stats.router(),
        user_search.router(),
        user_cards.router(),
        pause.router(),
        user_limits.router(),
        grants.router(),
        audit.router(),
        moderation.router(),
    )
    return router


def _include_routers(dispatcher: Dispatcher, *, sells: bool) -> None:
    """Include the routers in the order in which they see an update. `sells` includes those that sell pictures."""
    dispatcher.include_routers(
        error_handler.router(),
        *([checkout.router(), payments.router(), pay_support.reasons_router()] if sells else []),
        admin_menu.answers_router(sells=sells),
        broadcasts.times_router(),
        question_end.router(),
        *(_selling_routers() if sells else []),
        groups.router(),
        group_words.router(),
        _admin_router(),
        broadcasts.router(),
        news.router(),
        reports.router(),
        edits.router(),
        request_links.router(),
        styles.router(),
        start.router(),
        batches.router(),
        imagine.router(),
        suggestions.router(),
        queue.router(),
        cancel.router(),
        still_wanted.router(),
        approval.router(),
        quota.router(),
        ratio.router(),
        history.router(),
        shared_pictures.router(),
        language.router(),
        export.router(),
        forget.router(),
        inline.router(),
        guests.router(),
        examples.router(),
        results.router(),
        favourites.router(),
        deletion.router(),
        picture_shapes.router(),
        picture_styles.router(),
        variations.router(),
        stickers.router(),
        group_photos.router(),
        try_again.router(),
        comparisons.router(),
        photos.router(),
        edits.last_router(),
        plain_words.router(),
        private_only.router(),
        start.last_router(),
    )
