"""/quota: used, left, and when it renews."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from chat.translations import Translator
from core.clock import utc_day
from core.model import Allowance
from generation.allowances import left
from handlers.generation_service import GenerationService
from handlers.identity import UserIdentity, place_of
from storage.preferences import Preferences


async def quota(
    message: Message,
    user: UserIdentity,
    generation_service: GenerationService,
    preferences: Preferences,
    translate: Translator,
) -> None:
    """Say how many pictures are left today: the person's, and in a group the group's too."""
    group = await preferences.of(message.chat.id) if message.chat.id < 0 else None
    allowance = generation_service.allowances.of(user.id, group)
    day = utc_day(generation_service.clock.wall())
    words = _own(allowance, await generation_service.quotas.used(user.id, day), generation_service, translate)
    if group is not None:
        daily = generation_service.allowances.of_group(group)
        used = await generation_service.quotas.used(message.chat.id, day)
        of_group = translate("quota-group", used=used, daily=daily, left=max(0, daily - used))
        # Who writes as the group itself has no other day than the group's.
        words = of_group if user.id == message.chat.id else f"{words}\n{of_group}"
    await generation_service.private_replies.say(place_of(message), user.id, words)


def _own(
    allowance: Allowance, used: int, generation_service: GenerationService, translate: Translator
) -> str:
    remaining = left(allowance, used)
    if remaining is None:
        return translate("quota-unlimited", used=used)
    if allowance.daily == 0:
        return translate("quota-none")
    renewal = generation_service.rejection_texts.renewal(translate)
    return translate("quota", used=used, daily=allowance.daily or 0, left=remaining, **{"in": renewal})


def router() -> Router:
    """Return the routes of this feature."""
    router = Router(name="quota")
    router.message.register(quota, Command("quota"))
    return router
