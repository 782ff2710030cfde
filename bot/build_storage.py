"""Constructs the repositories of the ledger."""

from dataclasses import dataclass

from core.clock import Clock
from storage.admin_actions import AdminActions
from storage.asked_requests import AskedRequests
from storage.audience import Audience
from storage.bans import Bans
from storage.batches import Batches
from storage.broadcasts import Broadcasts
from storage.comparisons import Comparisons
from storage.controls import Controls
from storage.credits import Credits
from storage.database import Database
from storage.drafts import Drafts
from storage.durations import Durations
from storage.exports import Exports
from storage.group_words import GroupWords
from storage.inbox import Inbox
from storage.inline_prompts import InlinePrompts
from storage.interruptions import Interruptions
from storage.key_values import KeyValueStore
from storage.moderation_strikes import ModerationStrikes
from storage.picture_history import History
from storage.preferences import Preferences
from storage.quotas import Quotas
from storage.rate_limits import RateLimits
from storage.reports import Reports
from storage.request_queue import RequestQueue
from storage.requests import Requests
from storage.scheduled_deletions import ScheduledDeletions
from storage.searches import Searches
from storage.statistics import Statistics
from storage.stickers import Stickers
from storage.styles import Styles
from storage.user_summaries import UserSummaries
from storage.users import Users
from storage.users_takeover import UsersTakeover


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageParts:
    """The ledger and its repositories."""

    database: Database
    admin_actions: AdminActions
    asked_requests: AskedRequests
    audience: Audience
    bans: Bans
    batches: Batches
    broadcasts: Broadcasts
    comparisons: Comparisons
    controls: Controls
    credits: Credits
    deletions: ScheduledDeletions
    drafts: Drafts
    durations: Durations
    exports: Exports
    group_words: GroupWords
    history: History
    inbox: Inbox
    inline_prompts: InlinePrompts
    interruptions: Interruptions
    key_values: KeyValueStore
    preferences: Preferences
    quotas: Quotas
    rate_limits: RateLimits
    reports: Reports
    requests: Requests
    searches: Searches
    statistics: Statistics
    strikes: ModerationStrikes
    stickers: Stickers
    styles: Styles
    user_summaries: UserSummaries
    users: Users
    users_takeover: UsersTakeover


def build_storage(database: Database, clock: Clock, queue: RequestQueue | None = None) -> StorageParts:
    """Return the repositories of an open ledger. `queue` is the queue that several processes share."""
    key_values = KeyValueStore(database)
    strikes = ModerationStrikes(database=database, clock=clock, only_writer=not database.is_shared)
    return StorageParts(
        database=database,
        admin_actions=AdminActions(database),
        asked_requests=AskedRequests(database=database, clock=clock, queue=queue),
        audience=Audience(database),
        bans=Bans(database, only_writer=not database.is_shared),
        batches=Batches(database=database, clock=clock),
        broadcasts=Broadcasts(database=database, clock=clock),
        comparisons=Comparisons(database=database, clock=clock),
        controls=Controls(database),
        credits=Credits(database=database, clock=clock),
        deletions=ScheduledDeletions(database),
        drafts=Drafts(database=database, clock=clock),
        durations=Durations(database),
        exports=Exports(database=database, clock=clock),
        group_words=GroupWords(database, only_writer=not database.is_shared),
        history=History(database=database, clock=clock),
        inbox=Inbox(database=database, clock=clock),
        inline_prompts=InlinePrompts(database=database, clock=clock),
        interruptions=Interruptions(key_values=key_values, clock=clock),
        key_values=key_values,
        preferences=Preferences(database, only_writer=not database.is_shared),
        quotas=Quotas(database),
        rate_limits=RateLimits(database),
        reports=Reports(database=database, clock=clock),
        requests=Requests(database=database, clock=clock, queue=queue, strikes=strikes),
        searches=Searches(database=database, clock=clock),
        statistics=Statistics(database=database, clock=clock),
        strikes=strikes,
        stickers=Stickers(database=database, clock=clock),
        styles=Styles(database=database, clock=clock),
        user_summaries=UserSummaries(database),
        users=Users(database=database, clock=clock),
        users_takeover=UsersTakeover(database=database, clock=clock),
    )
