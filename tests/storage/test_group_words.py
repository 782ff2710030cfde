"""The words of groups: each group has its own, at most a hundred, and a cache never hides a change."""

import asyncio

import pytest

from storage.chat_migration import migrate_chat
from storage.database import Database
from storage.group_words import MOST_WORDS, Blocking, GroupWords

GROUP, OTHER, NEW = -5, -6, -1_000_000_000_005


@pytest.fixture(params=[True, False], ids=["cached", "not cached"])
def words(request: pytest.FixtureRequest, database: Database) -> GroupWords:
    return GroupWords(database, only_writer=request.param)


async def test_a_group_has_words_of_its_own(words: GroupWords) -> None:
    assert await words.of(GROUP) == ()
    assert await words.block(GROUP, "wolf") is Blocking.DONE
    assert await words.block(GROUP, "fox") is Blocking.DONE
    assert await words.block(GROUP, "fox") is Blocking.KNOWN
    assert await words.of(GROUP) == ("fox", "wolf")
    assert await words.of(OTHER) == ()
    assert not await words.allow(OTHER, "fox")
    assert await words.allow(GROUP, "fox")
    assert not await words.allow(GROUP, "fox")
    assert await words.of(GROUP) == ("wolf",)


async def test_a_group_has_at_most_a_hundred_words(words: GroupWords) -> None:
    wanted = [words.block(GROUP, f"word {number}") for number in range(MOST_WORDS + 3)]
    done = await asyncio.gather(*wanted)
    assert [done.count(one) for one in (Blocking.DONE, Blocking.FULL)] == [MOST_WORDS, 3]
    assert len(await words.of(GROUP)) == MOST_WORDS
    assert await words.block(OTHER, "word") is Blocking.DONE


async def test_words_move_with_a_group(words: GroupWords, database: Database) -> None:
    for chat_id, word in ((GROUP, "fox"), (GROUP, "wolf"), (NEW, "fox"), (NEW, "bear")):
        await words.block(chat_id, word)
    for _ in range(2):
        await migrate_chat(database, GROUP, NEW)
        words.reload(GROUP, NEW)
        assert (await words.of(GROUP), await words.of(NEW)) == ((), ("bear", "fox", "wolf"))
