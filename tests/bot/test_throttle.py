"""The throttle: one warning in a flood, then silence until it ends, for each user alone."""

from hypothesis import given
from hypothesis import strategies as st

from bot.throttle import Decision, Throttle

ANN, BEN = 1, 2


def test_a_flood_gets_one_warning_and_is_ignored_until_it_ends() -> None:
    throttle = Throttle(10)
    verdicts = [throttle.decide(ANN, n * 0.1) for n in range(60)]
    assert verdicts == [Decision.HANDLE] * 10 + [Decision.WARN] + [Decision.IGNORE] * 49
    assert throttle.decide(BEN, 6.0) is Decision.HANDLE
    assert throttle.decide(ANN, 30.0) is Decision.IGNORE
    assert throttle.decide(ANN, 120.0) is Decision.HANDLE


@given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, 5)), max_size=300), st.integers(1, 20))
def test_at_most_the_limit_is_handled_in_any_minute_and_a_warning_comes_first(
    arrivals: list[tuple[int, float]], limit: int
) -> None:
    throttle, now = Throttle(limit), 0.0
    handled: dict[int, list[float]] = {}
    last: dict[int, Decision] = {}
    for user, gap in arrivals:
        now += gap
        decision = throttle.decide(user, now)
        if decision is Decision.HANDLE:
            handled.setdefault(user, []).append(now)
            assert sum(at > now - 60 for at in handled[user]) <= limit
        if decision is Decision.IGNORE:
            assert last[user] in {Decision.WARN, Decision.IGNORE}
        last[user] = decision


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
