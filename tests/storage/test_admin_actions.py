"""The actions of admins: stored with their effects, each cause once, and shown in pages."""

import asyncio

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import given

from storage.admin_actions import PAGE_SIZE, ActionKind, AdminActions, AdminCause
from storage.bans import Ban, Bans
from storage.controls import Controls, Pause
from storage.database import Database
from storage.open_database import open_database
from storage.schema import admin_actions, bans, key_values, user_limits
from tests.support.factories import admin_cause
from tests.support.property_tests import examples

ANN, BEN = 7, 8


async def _actions(database: Database) -> list[tuple[str, int | None, str | None]]:
    columns = (admin_actions.c.kind, admin_actions.c.subject_id, admin_actions.c.details)
    statement = sa.select(*columns).order_by(admin_actions.c.id)
    return await database.read(lambda c: [tuple(row) for row in c.execute(statement)])


async def test_an_effect_and_its_action_are_stored_together_and_once(database: Database) -> None:
    blocks, controls = Bans(database), Controls(database)
    ban, unban, pause = admin_cause("m:1:1"), admin_cause("m:1:2"), admin_cause("m:1:3")
    for _ in range(2):
        await blocks.add(Ban.SUBJECT, str(ANN), ban)
    assert await blocks.lift(Ban.SUBJECT, str(ANN), unban)
    await blocks.add(Ban.SUBJECT, str(ANN), ban)  # repeated after a kill: the later action holds
    assert await blocks.of_kind(Ban.SUBJECT) == frozenset()
    assert await blocks.lift(Ban.SUBJECT, str(ANN), unban)  # says again what it did
    assert not await blocks.lift(Ban.SUBJECT, str(ANN), admin_cause())
    await controls.begin_pause(pause, "Back at noon")
    assert await controls.end_pause(admin_cause("m:1:4"))
    await controls.begin_pause(pause, "Back at noon")
    assert controls.pause is None
    assert not await controls.end_pause(admin_cause())
    assert await controls.end_pause(admin_cause("m:1:4"))
    assert await _actions(database) == [
        ("ban", ANN, None),
        ("unban", ANN, None),
        ("pause", None, "Back at noon"),
        ("resume", None, None),
    ]


_STEPS = st.one_of(
    st.tuples(st.just("limit"), st.sampled_from([ANN, BEN]), st.sampled_from([None, 0, 5])),
    st.tuples(st.just("pause"), st.sampled_from(["", "a", "b"])),
    st.tuples(st.just("resume")),
)


@examples(30)
@given(steps=st.lists(st.tuples(st.integers(1, 6), _STEPS), max_size=12))
def test_each_cause_acts_once_and_a_reader_sees_the_last_action(
    steps: list[tuple[int, tuple[str, ...]]], module_database_url: str
) -> None:
    async def run() -> None:
        database = await open_database(module_database_url)
        try:
            await database.write(_clear)
            writer, reader = Controls(database), Controls(database)
            pause, limits, known = None, dict[int, int](), set[int]()
            for number, (name, *values) in steps:
                cause = AdminCause(f"m:1:{number}", 1, 0.0)
                fresh = number not in known
                if name == "pause":
                    await writer.begin_pause(cause, values[0])
                    pause = Pause(values[0]) if fresh else pause
                elif name == "resume":
                    assert await writer.end_pause(cause) is (not fresh or pause is not None)
                    fresh = fresh and pause is not None
                    pause = None if fresh else pause
                else:
                    user_id, daily = int(values[0]), values[1]
                    await writer.set_limit(cause, user_id, None if daily is None else int(daily))
                    if fresh:
                        limits.pop(user_id, None)
                        limits |= {} if daily is None else {user_id: int(daily)}
                known |= {number} if fresh else set()
                for controls in (writer, reader):
                    await controls.load()
                    assert controls.pause == pause
                    assert {u: controls.limit_of(u) for u in (ANN, BEN)} == {
                        u: limits.get(u) for u in (ANN, BEN)
                    }
            assert len(await _actions(database)) == len(known)
        finally:
            await database.close()

    asyncio.run(run())


def _clear(connection: sa.Connection) -> None:
    for table in (admin_actions, key_values, user_limits, bans):
        connection.execute(sa.delete(table))


@pytest.mark.parametrize("subject", [None, ANN])
async def test_pages_lead_through_all_actions(database: Database, subject: int | None) -> None:
    controls, actions = Controls(database), AdminActions(database)
    assert await actions.page(subject_id=subject) is None
    for number in range(2 * PAGE_SIZE + 3):
        await controls.set_limit(admin_cause(), ANN, number)
        if subject is not None:
            await controls.set_limit(admin_cause(), BEN, number)
    page = await actions.page(subject_id=subject)
    assert page is not None
    seen, pages = [action.details for action in page.actions], [page]
    while (older := pages[-1].older) is not None:
        page = await actions.page(older, subject_id=subject)
        assert page is not None
        seen += [action.details for action in page.actions]
        pages.append(page)
    assert seen == [str(number) for number in reversed(range(2 * PAGE_SIZE + 3))]
    assert {(one.kind, one.subject_id) for page in pages for one in page.actions} == {(ActionKind.LIMIT, ANN)}
    assert [(page.number, page.total) for page in pages] == [(1, 23), (11, 23), (21, 23)]
    back = await actions.page(pages[2].newer, subject_id=subject)
    assert back == pages[1]
    assert pages[0].newer is None
