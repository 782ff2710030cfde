"""Constructs the admin page. It is imported only with ADMIN_LOGIN."""

from collections.abc import Callable

from admin_page.figures import FigurePages
from admin_page.overview import Overview
from admin_page.page_actions import PageActions
from admin_page.server import AdminPage
from admin_page.sessions import Sessions
from admin_page.sign_in import SignIn
from admin_page.users import UserPages
from bot.build_broadcasts import BroadcastParts
from bot.build_chat import ChatParts
from bot.build_generation import GenerationParts
from bot.build_storage import StorageParts
from bot.settings import Settings
from core.clock import Clock
from handlers.user_cards import UserCards
from storage.admin_sessions import AdminSessions
from storage.open_requests import OpenRequests


def build_admin_page(
    settings: Settings,
    *,
    clock: Clock,
    storage: StorageParts,
    chat: ChatParts,
    generation: GenerationParts,
    broadcasting: BroadcastParts,
    user_cards: UserCards,
    outage: Callable[[], str | None],
) -> AdminPage:
    """Return the page. `outage` returns the reason of an outage of the provider that any process knows."""
    stored = AdminSessions(storage.database)
    admin_ids, sells = settings.admin_ids, settings.stars
    sessions = Sessions(token=settings.bot_token, admin_ids=admin_ids, stored=stored, clock=clock)

    def bot_link() -> str | None:
        return chat.bot_switches.address

    return AdminPage(
        public_url=settings.public_url or "",
        sign_in=SignIn(
            token=settings.bot_token,
            admin_ids=admin_ids,
            sessions=sessions,
            stored=stored,
            languages=chat.languages,
            clock=clock,
            bot_link=bot_link,
        ),
        sessions=sessions,
        stored=stored,
        overview=Overview(
            open_requests=OpenRequests(storage.database),
            broadcasts=storage.broadcasts,
            controls=storage.controls,
            clock=clock,
            outage=outage,
        ),
        users=UserPages(
            user_summaries=storage.user_summaries,
            user_cards=user_cards,
            controls=storage.controls,
            admin_ids=admin_ids,
        ),
        figures=FigurePages(statistics=storage.statistics, clock=clock, sells=sells),
        actions=PageActions(
            controls=storage.controls,
            bans=storage.bans,
            credits=storage.credits,
            allowances=generation.allowances,
            broadcasts=storage.broadcasts,
            broadcaster=broadcasting.broadcaster,
            languages=chat.languages,
            sender=chat.sender,
            clock=clock,
            admin_ids=admin_ids,
            sells=sells,
        ),
        languages=chat.languages,
        bot_link=bot_link,
    )
