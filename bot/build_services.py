"""Constructs the objects of the layer handlers that several features use."""

from dataclasses import dataclass

from bot.build_chat import ChatParts
from bot.build_generation import GenerationParts
from bot.build_storage import StorageParts
from bot.settings import Settings
from core.clock import Clock
from generation.request_traces import RequestTraces
from handlers.access_rules import AccessRules
from handlers.edited_requests import EditedRequests
from handlers.generation_service import GenerationService
from handlers.history_pages import HistoryPages
from handlers.inline_service import InlineService
from handlers.other_reading import OtherReading
from handlers.picture_actions import PictureActions
from handlers.questions import Questions
from handlers.recounting import Recounting
from handlers.rejection_texts import RejectionTexts
from handlers.report_copies import ReportCopies
from handlers.styling import Styling
from handlers.user_cards import UserCards


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The objects, by the names under which aiogram passes them to handlers."""

    access_rules: AccessRules
    edited_requests: EditedRequests
    generation_service: GenerationService
    history_pages: HistoryPages
    inline_service: InlineService
    other_reading: OtherReading
    picture_actions: PictureActions
    questions: Questions
    rejection_texts: RejectionTexts
    report_copies: ReportCopies
    styling: Styling
    user_cards: UserCards


def build_services(
    settings: Settings,
    *,
    clock: Clock,
    storage: StorageParts,
    chat: ChatParts,
    generation: GenerationParts,
    traces: RequestTraces | None,
) -> Services:
    """Return the objects."""
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
    return Services(
        access_rules=access_rules,
        edited_requests=edited_requests,
        generation_service=generation_service,
        history_pages=HistoryPages(
            preferences=storage.preferences,
            members=chat.members,
            sender=chat.sender,
            singles=generation.singles,
            private_replies=chat.private_replies,
            clock=clock,
            keyboards=chat.result_keyboards,
        ),
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
        other_reading=other_reading,
        picture_actions=PictureActions(
            requests=storage.requests,
            history=storage.history,
            comparisons=storage.comparisons,
            sender=chat.sender,
            keyboards=chat.result_keyboards,
        ),
        questions=questions,
        rejection_texts=rejection_texts,
        report_copies=ReportCopies(
            reports=storage.reports,
            requests=storage.requests,
            picture_sender=chat.picture_sender,
            languages=chat.languages,
            clock=clock,
            admins=settings.admin_ids,
        ),
        styling=styling,
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
    )
