"""The throttle: one warning in a flood, then silence for at most a minute, for each user and kind alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.throttle import Decision, Throttle, UpdateKind

ANN, BEN = 1, 2


def test_a_flood_gets_one_warning_and_is_ignored_until_it_ends() -> None:
    throttle = Throttle(10)
    verdicts = [throttle.decide(ANN, n * 0.1) for n in range(60)]
    assert verdicts == [Decision.HANDLE] * 10 + [Decision.WARN] + [Decision.IGNORE] * 49
    assert throttle.decide(BEN, 6.0) is Decision.HANDLE
    assert throttle.decide(ANN, 30.0) is Decision.IGNORE
    assert throttle.decide(ANN, 120.0) is Decision.HANDLE


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_after_a_flood_a_user_with_any_limit_is_handled_again_within_a_minute(limit: int) -> None:
    throttle = Throttle(limit)
    flood = [throttle.decide(ANN, 0.0) for _ in range(limit + 2)]
    assert flood == [Decision.HANDLE] * limit + [Decision.WARN, Decision.IGNORE]
    assert throttle.decide(ANN, 59.9) is Decision.IGNORE
    assert throttle.decide(ANN, 60.0) is Decision.HANDLE


def test_ignored_updates_do_not_prolong_the_silence() -> None:
    throttle = Throttle(30)
    verdicts = [throttle.decide(ANN, second * 1.0) for second in range(600) for _ in range(3)]
    silences = "".join("x" if v is Decision.IGNORE else "." for v in verdicts).split(".")
    assert max(map(len, silences)) <= 3 * 60
    assert verdicts.count(Decision.HANDLE) >= 15 * 9


def test_the_pages_of_a_history_do_not_count_as_actions() -> None:
    throttle = Throttle(5)
    pages = [throttle.decide(ANN, n * 0.1, UpdateKind.BROWSING) for n in range(21)]
    assert pages == [Decision.HANDLE] * 20 + [Decision.WARN]
    assert throttle.decide(ANN, 2.2) is Decision.HANDLE


def test_typing_does_not_count_as_actions() -> None:
    throttle = Throttle(5)
    typed = [throttle.decide(ANN, n * 0.1, UpdateKind.TYPING) for n in range(41)]
    assert typed == [Decision.HANDLE] * 40 + [Decision.WARN]
    assert throttle.decide(ANN, 4.2) is Decision.HANDLE


def test_a_flood_does_not_stand_between_users_and_their_data() -> None:
    throttle = Throttle(5)
    for kind in (UpdateKind.ACTION, UpdateKind.BROWSING):
        assert [throttle.decide(ANN, 0.0, kind) for _ in range(100)][-1] is Decision.IGNORE
    assert throttle.decide(ANN, 0.0, UpdateKind.FORGET) is Decision.HANDLE
    assert [throttle.decide(ANN, 0.0, UpdateKind.FORGET) for _ in range(100)][-1] is Decision.IGNORE
    assert throttle.decide(ANN, 60.0, UpdateKind.FORGET) is Decision.HANDLE


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3), st.floats(0, 5), st.sampled_from([UpdateKind.ACTION, UpdateKind.FORGET])
        ),
        max_size=300,
    ),
    st.integers(1, 20),
)
def test_at_most_the_limit_is_handled_in_any_minute_and_a_warning_comes_first(
    arrivals: list[tuple[int, float, UpdateKind]], limit: int
) -> None:
    throttle, now = Throttle(limit), 0.0
    handled: dict[tuple[int, UpdateKind], list[float]] = {}
    last: dict[tuple[int, UpdateKind], Decision] = {}
    for user, gap, kind in arrivals:
        now += gap
        decision = throttle.decide(user, now, kind)
        if decision is Decision.HANDLE:
            handled.setdefault((user, kind), []).append(now)
            assert sum(at > now - 60 for at in handled[user, kind]) <= limit
        if decision is Decision.IGNORE:
            assert last[user, kind] in {Decision.WARN, Decision.IGNORE}
            assert handled[user, kind][-1] > now - 60
        last[user, kind] = decision


def test_many_users_need_little_memory_and_work() -> None:
    throttle = Throttle(3)
    cleaned_up = 0
    for user in range(1, 50_001):
        before = len(throttle._times)
        assert throttle.decide(user, 5.0) is Decision.HANDLE
        cleaned_up += before if len(throttle._times) <= before else 0
    assert len(throttle._times) <= 10_000
    assert cleaned_up <= 100_000


def test_a_limit_of_zero_and_updates_without_a_user_are_never_ignored() -> None:
    assert all(Throttle(0).decide(ANN, 0.0) is Decision.HANDLE for _ in range(1_000))
    throttle = Throttle(1)
    assert all(throttle.decide(0, 0.0) is Decision.HANDLE for _ in range(10))


@pytest.mark.parametrize("processes", [2, 3])
def test_a_user_below_the_limit_is_seldom_refused_however_chance_distributes_the_updates(
    processes: int,
) -> None:
    dice = random.Random(20_261_126)
    throttles = [Throttle(30, processes=lambda: processes) for _ in range(processes)]
    decisions = [
        dice.choice(throttles).decide(user, second * 2.0) for user in range(1, 1_001) for second in range(30)
    ]
    assert decisions.count(Decision.HANDLE) > 0.999 * len(decisions)


@pytest.mark.parametrize("processes", [2, 3])
def test_a_flood_at_all_processes_gets_less_than_twice_the_limit(processes: int) -> None:
    throttles = [Throttle(30, processes=lambda: processes) for _ in range(processes)]
    decisions = [throttle.decide(ANN, n * 0.1) for n in range(100) for throttle in throttles]
    assert 30 <= decisions.count(Decision.HANDLE) < 60


def test_a_single_process_has_the_whole_limit_after_the_others_have_ended() -> None:
    living = 2
    throttle = Throttle(10, processes=lambda: living)
    assert [throttle.decide(ANN, 0.0) for _ in range(12)].count(Decision.HANDLE) == 10
    living = 1
    assert [throttle.decide(BEN, 0.0) for _ in range(12)].count(Decision.HANDLE) == 10
