"""Drafts: the open question to a user, and refusals that an edited message takes back."""

import dataclasses

import pytest

from core.model import Draft
from core.reply_target import ReplyTarget
from storage.database import Database
from storage.drafts import KEPT_SECONDS, OPEN_SECONDS, Drafts
from storage.picture_history import History
from storage.requests import Requests
from tests.support.factories import AMPLE, generation_request, origin
from tests.support.manual_clock import ManualClock

USER = 7


@pytest.fixture
def drafts(database: Database, clock: ManualClock) -> Drafts:
    return Drafts(database=database, clock=clock)


async def _asked(drafts: Drafts, number: int = 1) -> Draft:
    """Store a draft with its question."""
    draft = await drafts.save(origin(number), prompt=None)
    await drafts.set_question(draft.id, 100 + number)
    stored = await drafts.get(draft.id)
    assert stored is not None
    return stored


async def test_the_last_question_is_open(drafts: Drafts) -> None:
    await _asked(drafts, 1)
    last = await _asked(drafts, 2)
    assert await drafts.open_question(USER, USER) == last
    assert await drafts.open_question(USER, -5) is None
    assert await drafts.open_question(8, USER) is None


async def test_an_answered_question_is_closed(drafts: Drafts) -> None:
    await drafts.set_answered((await _asked(drafts)).id)
    assert await drafts.open_question(USER, USER) is None


async def test_a_question_closes_after_a_day(drafts: Drafts, clock: ManualClock) -> None:
    draft = await _asked(drafts)
    clock.advance(OPEN_SECONDS)
    assert await drafts.open_question(USER, USER) == draft
    clock.advance(1)
    assert await drafts.open_question(USER, USER) is None


async def test_a_question_closes_with_the_next_request_in_the_same_chat(
    drafts: Drafts, database: Database, clock: ManualClock
) -> None:
    requests = Requests(database=database, clock=clock)
    await requests.accept(generation_request(5), AMPLE)
    clock.advance(1)
    draft = await _asked(drafts)
    elsewhere = dataclasses.replace(origin(6), place=ReplyTarget(-5, None, 6), key="m:-5:6")
    await requests.accept(dataclasses.replace(generation_request(6), origin=elsewhere), AMPLE)
    assert await drafts.open_question(USER, USER) == draft
    await requests.accept(generation_request(7), AMPLE)
    assert await drafts.open_question(USER, USER) is None


async def test_only_a_refusal_is_forgotten(drafts: Drafts) -> None:
    draft = await _asked(drafts)
    await drafts.forget_refusal(draft.origin.key)
    assert await drafts.get(draft.id) == draft
    await drafts.refuse(origin(2))
    await drafts.forget_refusal(origin(2).key)
    assert await drafts.by_key(origin(2).key) is None


async def test_a_superseded_question_is_closed(drafts: Drafts) -> None:
    draft = await _asked(drafts)
    await drafts.supersede(draft.id)
    assert await drafts.open_question(USER, USER) is None
    assert await drafts.by_question(USER, 101) is not None, "a reply still answers"


async def test_each_answer_to_a_question_is_known_until_the_draft_is_deleted(
    drafts: Drafts, database: Database, clock: ManualClock
) -> None:
    first, second = await _asked(drafts, 1), await _asked(drafts, 2)
    for draft, message_id in ((first, 201), (first, 202), (first, 203), (second, 203), (second, 203)):
        await drafts.add_answer(draft.id, USER, message_id)
    assert await drafts.answers_to(first.id) == [201, 202]
    assert await drafts.by_answer(USER, 202) == first
    assert await drafts.by_answer(USER, 203) == second
    assert await drafts.by_answer(-5, 203) is None
    await drafts.remove(first.origin.key)
    assert await drafts.answers_to(first.id) == []
    await History(database=database, clock=clock).forget(USER)
    assert await drafts.answers_to(second.id) == []
    last = await _asked(drafts, 3)
    await drafts.add_answer(last.id, USER, 204)
    clock.advance(KEPT_SECONDS + 1)
    await drafts.prune()
    assert await drafts.answers_to(last.id) == []
