"""Rules of the domain model, one table for each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.model import (
    PENDING,
    AspectRatio,
    Ending,
    FileKind,
    MissingValue,
    Request,
    SourcePicture,
    State,
)
from core.options import SourceImages, SourceWay
from core.payments.offers import Pack, Prices
from core.payments.subscriptions import Subscription, SubscriptionState
from core.reply_target import ReplyTarget, is_group
from tests.support.factories import origin

EMPTY = Request(
    id=5,
    origin=origin(),
    prompt="a fox",
    ratio=None,
    source=None,
    state=State.QUEUED,
    quota_day="2026-09-22",
    accepted_at=1.0,
    creates=0,
)
FILLED = replace(
    EMPTY,
    task_id="task",
    picture_url="https://store.example/p",
    ready_at=2.0,
    finished_at=3.0,
    file_id="file",
    file_kind=FileKind.DOCUMENT,
)
REQUIRED: dict[str, tuple[Callable[[Request], object], object]] = {
    "task_id": (Request.require_task_id, "task"),
    "picture_url": (Request.require_picture_url, "https://store.example/p"),
    "ready_at": (Request.require_ready_at, 2.0),
    "finished_at": (Request.require_finished_at, 3.0),
    "file_id": (Request.require_file, ("file", FileKind.DOCUMENT)),
    "file_kind": (Request.require_file, ("file", FileKind.DOCUMENT)),
}


@pytest.mark.parametrize("column", REQUIRED)
def test_a_column_that_the_state_requires_is_there_or_named_in_the_error(column: str) -> None:
    require, value = REQUIRED[column]
    assert require(FILLED) == value
    lacking: dict[str, Any] = {column: None}
    with pytest.raises(MissingValue, match=rf"^request 5 in state queued has no {column}$"):
        require(replace(FILLED, **lacking))


def test_each_ratio_is_found_by_its_slug() -> None:
    assert {ratio: AspectRatio.from_slug(ratio.slug) for ratio in AspectRatio} == {r: r for r in AspectRatio}
    assert AspectRatio.from_slug("16:9") is None


def test_each_end_has_a_name_for_buttons() -> None:
    named = {
        State.CANCELLED: Ending.CANCELLED,
        State.FAILED: Ending.FAILED,
        State.UNDELIVERABLE: Ending.FAILED,
    }
    for state in set(State) - PENDING:
        assert Ending.of(state) is named.get(state, Ending.DONE)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (SourcePicture("a"), SourcePicture("a"), True),
        (SourcePicture("a"), SourcePicture("b"), False),
        (SourcePicture("a", unique_id="u"), SourcePicture("b", unique_id="u"), True),
        (SourcePicture("a", unique_id="u"), SourcePicture("a", unique_id="v"), False),
        (SourcePicture("a", unique_id="u"), SourcePicture("a"), True),
        (SourcePicture("a"), SourcePicture("b", unique_id="u"), False),
        (SourcePicture("a"), None, False),
    ],
)
def test_a_source_is_known_by_telegram_s_lasting_id(
    one: SourcePicture, other: SourcePicture | None, same: bool
) -> None:
    assert one.shows_same(other) is same
    assert other is None or other.shows_same(one) is same


@pytest.mark.parametrize(
    ("chosen", "public_url", "bucket", "ways"),
    [
        (SourceImages.AUTO, True, True, (SourceWay.LINK, SourceWay.BUCKET, SourceWay.DATA)),
        (SourceImages.AUTO, True, False, (SourceWay.LINK, SourceWay.DATA)),
        (SourceImages.AUTO, False, True, (SourceWay.BUCKET, SourceWay.DATA)),
        (SourceImages.AUTO, False, False, (SourceWay.DATA,)),
        (SourceImages.LINK, True, True, (SourceWay.LINK,)),
        (SourceImages.BUCKET, True, True, (SourceWay.BUCKET,)),
        (SourceImages.DATA, True, True, (SourceWay.DATA,)),
    ],
)
def test_source_pictures_use_the_ways_that_the_settings_allow(
    chosen: SourceImages, public_url: bool, bucket: bool, ways: tuple[SourceWay, ...]
) -> None:
    assert chosen.ways(public_url=public_url, bucket=bucket) == ways


def test_only_groups_and_channels_have_negative_ids() -> None:
    assert [is_group(chat) for chat in (-1_001_234, -1, 0, 1, 7)] == [True, True, False, False, False]
    assert ReplyTarget(-1).in_group


def test_a_message_to_reply_to_is_there_or_an_error() -> None:
    assert ReplyTarget(7, reply_to=9).require_reply_to() == 9
    with pytest.raises(ValueError, match="no message to reply to in chat 7"):
        ReplyTarget(7).require_reply_to()


def test_a_pack_is_found_by_its_price() -> None:
    small, large = Pack(10, 50), Pack(100, 400)
    prices = Prices((small, large))
    assert [prices.pack_for(stars) for stars in (50, 400, 100)] == [small, large, None]


@pytest.mark.parametrize(
    ("state", "now", "running"),
    [
        (SubscriptionState.ACTIVE, 99.9, True),
        (SubscriptionState.CANCELED, 99.9, True),
        (SubscriptionState.FAILED, 99.9, False),
        (SubscriptionState.ACTIVE, 100.0, False),
    ],
)
def test_a_subscription_runs_until_its_end_or_a_failed_renewal(
    state: SubscriptionState, now: float, running: bool
) -> None:
    subscription = Subscription(7, "order", "charge", 10, 50, 100.0, state, stopped_by_bot=False)
    assert subscription.is_running(now) is running
