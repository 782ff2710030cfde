"""Source pictures in a bucket, against a real S3 server."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from core.bucket_address import BucketAddress
from generation.source_bucket import BucketUnavailable, SourceBucket
from tests.support.s3_server import SECRET, S3Server, run_s3_server


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with run_s3_server() as running:
        yield running


def _bucket(setting: str, bot_id: str = "4242") -> SourceBucket:
    return SourceBucket(BucketAddress.parse(setting), bot_id=bot_id, seconds=420.0)


async def test_a_link_gives_the_picture_until_it_is_deleted(server: S3Server) -> None:
    bucket = _bucket(server.setting)
    link = await bucket.upload(7, b"the jpeg")
    query = parse_qs(urlsplit(link).query)
    assert query["X-Amz-Expires"] == ["420"]
    assert query["X-Amz-Credential"][0].startswith("KEY/")
    assert SECRET not in link
    answer = server.get(link)
    assert (answer.content, answer.headers["Content-Type"]) == (b"the jpeg", "image/jpeg")
    assert server.list_keys() == ["imagine-bot/4242/7.jpg"]
    await bucket.delete(7)
    await bucket.delete(7)
    assert server.list_keys() == []
    assert server.get(link).status_code == 404


async def test_a_second_upload_of_a_request_replaces_the_first(server: S3Server) -> None:
    bucket = _bucket(server.setting)
    await bucket.upload(8, b"one")
    link = await bucket.upload(8, b"two")
    assert server.get(link).content == b"two"
    assert await bucket.list_request_ids() == [8]
    await bucket.delete(8)


async def test_bots_that_share_a_bucket_see_only_their_own_objects(server: S3Server) -> None:
    own, other = _bucket(server.setting), _bucket(server.setting, bot_id="42")
    await own.upload(1, b"x")
    await other.upload(2, b"x")
    server.put("imagine-bot/4242/notes.txt")
    server.put("holiday.jpg")
    assert await own.list_request_ids() == [1]
    await own.delete(1)
    await other.delete(2)
    assert sorted(server.list_keys()) == ["holiday.jpg", "imagine-bot/4242/notes.txt"]


@pytest.mark.parametrize("setting", ["http://KEY:very-secret@127.0.0.1:9/photos", "no such bucket"])
async def test_a_bucket_that_does_not_work_raises_one_line_without_secrets(
    server: S3Server, setting: str
) -> None:
    if setting == "no such bucket":
        setting = server.setting.replace("/photos", "/elsewhere")
    bucket = _bucket(setting)
    with pytest.raises(BucketUnavailable) as raised:
        await bucket.upload(1, b"x")
    assert "\n" not in str(raised.value)
    assert "very-secret" not in str(raised.value)
    assert SECRET not in str(raised.value)
