"""The application within the process of a test, between the fakes of both APIs."""

from typing import Any

from pydantic import SecretStr

from bot.app import App
from bot.setting_choices import EngineChoice
from bot.settings import Settings
from core.clock import Clock
from storage.database import Failpoint
from storage.open_database import open_database
from tests.support.fake_apis import EngineTelegram, FakeProvider


async def open_app(
    database_url: str,
    *,
    telegram: EngineTelegram,
    provider: FakeProvider,
    clock: Clock,
    heartbeat_clock: Clock | None = None,
    failpoint: Failpoint | None = None,
    **settings: Any,
) -> App:
    """Return an application on a ledger. It is not started."""
    defaults: dict[str, Any] = {"telegram_rate": 10_000, "engine": EngineChoice.LOCAL}
    chosen = Settings.model_construct(
        bot_token=SecretStr("1:token"),
        gptunnel_api_key=SecretStr("key-key-key"),
        gptunnel_api_url="http://media.test/v1",
        database_url=database_url,
        **defaults | settings,
    )
    database = await open_database(database_url, failpoint, shared=chosen.uses_dbos)
    return App(
        chosen,
        database=database,
        session=telegram,
        media_transport=provider,
        clock=clock,
        heartbeat_clock=heartbeat_clock,
    )
