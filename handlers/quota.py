"""/quota: used, left, and when it renews."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from chat.translations import Translator
from core.clock import utc_day
from core.model import Allowance
from generation.allowances import left
from handlers.generation_service import GenerationService
from handlers.identity import Person, place_of
from storage.preferences import Preferences


async def quota(
    message: Message,
    person: Person,
    generation_service: GenerationService,
    preferences: Preferences,
    texts: Translator,
) -> None:
    """Say how many pictures are left today: the person's, and in a group the group's too."""
    group = await preferences.of(message.chat.id) if message.chat.id < 0 else None
    allowance = generation_service.allowances.of(person.id, group)
    day = utc_day(generation_service.clock.wall())
    words = _own(allowance, await generation_service.quotas.used(person.id, day), generation_service, texts)
    if group is not None:
        daily = generation_service.allowances.of_group(group)
        used = await generation_service.quotas.used(message.chat.id, day)
        of_group = texts("quota-group", used=used, daily=daily, left=max(0, daily - used))
        # Who writes as the group itself has no other day than the group's.
        words = of_group if person.id == message.chat.id else f"{words}\n{of_group}"
    await generation_service.private_replies.say(place_of(message), person.id, words)


def _own(allowance: Allowance, used: int, generation_service: GenerationService, texts: Translator) -> str:
    remaining = left(allowance, used)
    if remaining is None:
        return texts("quota-unlimited", used=used)
    if allowance.daily == 0:
        return texts("quota-none")
    renewal = generation_service.rejection_texts.renewal(texts)
    return texts("quota", used=used, daily=allowance.daily or 0, left=remaining, **{"in": renewal})


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="quota")
    router.message.register(quota, Command("quota"))
    return router
