"""The routers of all features, in the order in which they see an update."""

from aiogram import Dispatcher, Router

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
from handlers.feature_router import FeatureRouter
from handlers.filters import IN_PRIVATE, by_bot_admin


def include_routers(dispatcher: Dispatcher, *, sells: bool) -> None:
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
