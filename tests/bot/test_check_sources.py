"""The check of photo edits: it finds without cost in which ways the provider accepts pictures."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from bot.check_sources import EditsRefused, WaysUnknown, check_photo_edits
from bot.settings import Settings
from playground import faults
from playground.faults import Fault
from playground.media import Media
from playground.serve import served
from playground.source_rules import SourceRule
from tests.support.s3_server import SECRET, S3Server, run_s3_server


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with run_s3_server() as server:
        yield server


@asynccontextmanager
async def _provider(rule: SourceRule, *public_hosts: str) -> AsyncIterator[Media]:
    """Serve a provider, and check afterwards that nothing was paid."""
    media = Media("key-key-key", source_rule=rule, public_hosts=set(public_hosts))
    balance = media.balance
    async with served(media.app()) as media.url:
        yield media
    assert (media.tasks, media.balance) == ({}, balance)


def _settings(media: Media, **settings: Any) -> Settings:
    return Settings.model_construct(
        None,
        bot_token=SecretStr("4242:token"),
        gptunnel_api_key=SecretStr(media.key),
        gptunnel_api_url=f"{media.url}/v1",
        **settings,
    )


async def test_data_is_accepted_by_a_provider_that_accepts_both() -> None:
    async with _provider(SourceRule.ANY) as media:
        assert await check_photo_edits(_settings(media)) == "by data: accepted"


@pytest.mark.parametrize("rule", [SourceRule.LINKS, SourceRule.PUBLIC_LINKS])
async def test_a_refused_default_set_up_is_told_what_to_set(rule: SourceRule) -> None:
    async with _provider(rule) as media:
        with pytest.raises(
            EditsRefused, match=r"by data: refused \(Invalid URL\); set PUBLIC_URL .* or SOURCE_BUCKET"
        ):
            await check_photo_edits(_settings(media))


async def test_a_bucket_is_accepted_and_left_empty(s3: S3Server) -> None:
    async with _provider(SourceRule.PUBLIC_LINKS, s3.host) as media:
        settings = _settings(media, source_bucket=SecretStr(s3.setting), public_url="http://127.0.0.1:9")
        results = await check_photo_edits(settings)
    refused = "refused (Invalid URL)"
    assert results == f"by link: {refused}, by bucket: accepted, by data: {refused}"
    assert s3.list_keys() == []


@pytest.mark.parametrize("bucket", ["nowhere", "missing"])
async def test_a_bucket_that_does_not_work_is_named(s3: S3Server, bucket: str) -> None:
    setting = s3.setting.replace("/photos", "/missing")
    setting = setting.replace(s3.host, "127.0.0.1:9") if bucket == "nowhere" else setting
    async with _provider(SourceRule.ANY) as media:
        with pytest.raises(EditsRefused, match=r"^SOURCE_BUCKET cannot be used: ") as raised:
            await check_photo_edits(_settings(media, source_bucket=SecretStr(setting)))
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "answer", "accepted"),
    [
        (400, {"message": "prompt is required"}, True),
        (422, {"issues": [{"path": ["prompt"]}, {"path": ["images"], "message": "Too large"}]}, False),
        (413, {}, False),
        (200, {"code": 3, "message": "Prompt and valid image url are required"}, False),
    ],
)
async def test_other_forms_of_the_refusal(status: int, answer: dict[str, object], accepted: bool) -> None:
    async with _provider(SourceRule.ANY) as media:
        media.faults.add(Fault("create", answer=faults.json(answer, status)))
        if accepted:
            assert await check_photo_edits(_settings(media)) == "by data: accepted"
        else:
            with pytest.raises(EditsRefused, match="by data: refused"):
                await check_photo_edits(_settings(media))


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, {"code": 3, "message": "Validation error"}),
        (200, {"code": 0, "id": "6876a7a68cc456ab830ab9df", "status": "idle"}),
        (401, {"message": "Invalid token"}),
        (503, {}),
        (200, []),
    ],
)
async def test_an_answer_that_does_not_tell_is_no_verdict(status: int, answer: object) -> None:
    async with _provider(SourceRule.ANY) as media:
        media.faults.add(Fault("create", answer=faults.json(answer, status)))
        with pytest.raises(WaysUnknown):
            await check_photo_edits(_settings(media))
