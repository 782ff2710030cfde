"""A sign-in while the ledger is unavailable, and the same one afterwards."""

import aiohttp
import pytest
from aiogram.types import User
from aiohttp import web
from pydantic import SecretStr

from admin_page.sessions import Sessions
from admin_page.sign_in import SignIn
from chat.languages import LanguageResolver
from chat.translations import LANGUAGES, Translations
from playground.login import signed_address
from playground.serve import served
from storage.admin_sessions import AdminSessions
from storage.database_errors import StorageUnavailable
from storage.known_languages import KnownLanguages
from storage.open_database import open_database
from storage.preferences import Preferences
from tests.support.manual_clock import ManualClock

ADA = 99
TOKEN = SecretStr("4242:a-token-of-a-bot-for-this-test")


@pytest.mark.parametrize("link", ["https://t.me/imagine_demo_bot", None])
async def test_without_the_ledger_the_page_asks_to_try_again_and_the_sign_in_stays_unused(
    database_url: str, clock: ManualClock, link: str | None
) -> None:
    refuses = True

    def at_failpoint(point: str) -> None:
        if refuses and point == "write":
            raise StorageUnavailable("the disk is full")

    database = await open_database(database_url, at_failpoint)
    admins, stored, translations = frozenset({ADA}), AdminSessions(database), Translations()
    sign_in = SignIn(
        token=TOKEN,
        admin_ids=admins,
        sessions=Sessions(token=TOKEN, admin_ids=admins, stored=stored, clock=clock),
        stored=stored,
        languages=LanguageResolver(
            translations=translations,
            preferences=Preferences(database, only_writer=True),
            known=KnownLanguages(database),
        ),
        clock=clock,
        bot_link=lambda: link,
    )
    app = web.Application()
    app.router.add_get("/admin/login", sign_in.answer)
    ada = User(id=ADA, is_bot=False, first_name="Ada")
    async with served(app) as url, aiohttp.ClientSession() as browser:
        address = signed_address(f"{url}/admin/login", ada, TOKEN.get_secret_value(), at=clock.wall())
        for language in LANGUAGES:
            async with browser.get(address, headers={"Accept-Language": f"{language},en;q=0.5"}) as answer:
                text = await answer.text()
                assert (answer.status, answer.content_type) == (503, "text/html")
            translate = translations.for_language(language)
            assert f'<html lang="{language}">' in text
            assert translate.raw("admin-page-no-sign-in") in text
            assert (translate.raw("admin-page-open-chat") in text) == (link is not None)
            assert (f'href="{link}"' in text) == (link is not None)
            assert "Set-Cookie" not in answer.headers
        refuses = False
        async with browser.get(address, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "./")
            assert "imagine-admin=" in answer.headers["Set-Cookie"]
    await database.close()
