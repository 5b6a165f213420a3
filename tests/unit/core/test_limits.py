"""Token buckets: what comes through is what was promised, whatever the times."""

from hypothesis import given
from hypothesis import strategies as st

from fairhaven.core.limits import Buckets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    st.floats(0.1, 100),
    st.integers(1, 50),
    st.lists(st.floats(0, 2) | st.just(0.0), min_size=1, max_size=200),
)
def test_never_more_than_the_burst_and_what_time_brought(
    rate: float, burst: int, pauses: list[float]
) -> None:
    clock = Clock()
    buckets, began, passed = Buckets(rate, burst, clock=clock), clock.now, 0
    for pause in pauses:
        clock.now += pause
        wait = buckets.take("ada")
        passed += not wait
        assert passed <= burst + (clock.now - began) * rate + 1e-6
        if wait:  # what it says is enough, and not much more than needed
            assert 0 < wait <= 1 / rate + 1e-6
            clock.now += wait + 1e-9
            assert buckets.wait("ada") == 0


def test_one_does_not_use_up_what_another_has() -> None:
    buckets = Buckets(1, 2, clock=Clock())
    assert [bool(buckets.take("ada")) for _ in range(3)] == [False, False, True]
    assert buckets.take("bob") == 0


def test_a_rate_of_nothing_is_no_limit() -> None:
    assert not any(Buckets(0, 1).take("ada") for _ in range(100))


def test_memory_is_bounded() -> None:
    buckets = Buckets(1, 1, clock=Clock(), most=10)
    for number in range(1000):
        buckets.take(number)
    assert buckets.take(999) and not buckets.take(0)
    assert len(buckets._levels) == 10
