"""`imagine-bot setup`: makes a new bot look finished at Telegram. It sets only the parts that differ, after a question.

The start of the bot sets the descriptions and the commands in the same way (chat.profile, chat.menu). The menu button
and the profile picture are set only here, because their owner may have chosen others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import (
    BufferedInputFile,
    InputProfilePhotoStatic,
    MenuButtonCommands,
    MenuButtonWebApp,
)

from bot.app import telegram_session
from bot.check_errors import telegram_sentence
from bot.check_failed import CheckFailed
from bot.settings import Settings
from bot.telegram_identity import identify
from chat.menu import command_parts
from chat.profile import ProfilePart, description_parts
from chat.profile_picture import draw_profile_picture
from chat.sender import make_bot
from chat.translations import Translations

_LONGEST_SHOWN = 90
"""Characters of a line that the list of changes shows."""
_MENU_BUTTON, _PICTURE = "menu button", "profile picture"
_OPENS_APP = "opens a Mini App"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The parts of the profile that differ, by name with the new value, and the parts that stay, with the reason."""

    username: str
    changes: Mapping[str, str]
    kept: Sequence[str]


async def make_plan(settings: Settings, *, replace_picture: bool) -> Plan:
    """Compare the profile at Telegram with the wanted one. Raises CheckFailed if Telegram does not answer."""
    bot = _bot(settings)
    changes: dict[str, str] = {}
    try:
        me = await identify(bot, settings)
        kept = [f"name: {me.full_name} (/setname of @BotFather changes it)"]
        for part in _parts(bot, settings):
            value = await part.read()
            if value == part.wanted:
                continue
            if part.name == _PICTURE and value and not replace_picture:
                kept.append(
                    f"{_PICTURE}: there is one; --replace-picture sets the one of this project instead"
                )
            elif value == _OPENS_APP:
                kept.append(f"{_MENU_BUTTON}: it {_OPENS_APP} that you chose")
            else:
                changes[part.name] = part.wanted
    except AiogramError as error:
        raise CheckFailed(telegram_sentence(settings.telegram_api_url, error)) from None
    finally:
        await bot.session.close()
    return Plan(username=me.username or "", changes=changes, kept=kept)


def print_plan(plan: Plan) -> None:
    """Print the new value of each part that differs, and the parts that stay as they are."""
    print(f"The profile of @{plan.username}:")
    for name, value in plan.changes.items():
        first, *others = [_cut(line) for line in value.splitlines()]
        print(f"  set   {name}: {first}", *(f"            {line}" for line in others), sep="\n")
    for line in plan.kept:
        print(f"  keep  {line}")


async def carry_out(settings: Settings, plan: Plan) -> bool:
    """Set the parts of a plan and print each. Return whether all are set; a repeat sets only the remaining ones."""
    bot = _bot(settings)
    try:
        for part in _parts(bot, settings):
            if part.name in plan.changes:
                await part.write()
                print(f"ok    {part.name}")
    except AiogramError as error:
        print(f"FAIL  {part.name}: {telegram_sentence(settings.telegram_api_url, error)}")
        print("Run `imagine-bot setup` again for the rest.")
        return False
    finally:
        await bot.session.close()
    return True


def _bot(settings: Settings) -> Bot:
    return make_bot(settings.bot_token.get_secret_value(), telegram_session(settings))


def _parts(bot: Bot, settings: Settings) -> list[ProfilePart]:
    translations = Translations()
    commands = [part for _, part in command_parts(bot, translations, sells=settings.stars)]
    return [*description_parts(bot, translations), *commands, _menu_button(bot), _picture(bot)]


def _menu_button(bot: Bot) -> ProfilePart:
    async def read() -> str:
        button = await bot.get_chat_menu_button()
        if isinstance(button, MenuButtonWebApp):
            return _OPENS_APP
        return "shows the commands" if isinstance(button, MenuButtonCommands) else ""

    async def write() -> None:
        await bot.set_chat_menu_button(menu_button=MenuButtonCommands())

    return ProfilePart(name=_MENU_BUTTON, wanted="shows the commands", read=read, write=write)


def _picture(bot: Bot) -> ProfilePart:
    """Return the profile picture. Telegram does not say which one it is, so another one than none is the owner's."""

    async def read() -> str:
        photos = await bot.get_user_profile_photos(bot.id, limit=1)
        return "there is one" if photos.total_count else ""

    async def write() -> None:
        file = BufferedInputFile(draw_profile_picture(), "profile.jpg")
        await bot.set_my_profile_photo(InputProfilePhotoStatic(photo=file))

    return ProfilePart(name=_PICTURE, wanted="a lighthouse at night", read=read, write=write)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_SHOWN else f"{line[: _LONGEST_SHOWN - 1].rstrip()}…"
