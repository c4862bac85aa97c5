"""The pump's counter against its rate: a poll that was held up begins no comparison and alarms nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clock import Instant, ManualClock
from console.session.flow import GAP_S, SETTLED_S, WINDOW_S, Count, counted, flow_of, in_time
from console.session.pump import PumpReading, PumpState

RATE_ML_H = 60.0
ML_S = RATE_ML_H / 3600.0


def reading(at: Instant, infused_ml: float, state: PumpState = PumpState.INFUSING) -> PumpReading:
    return PumpReading(at, state, Decimal(str(RATE_ML_H)), Decimal(f"{infused_ml:.6f}"))


class Polls:
    """Polls of a pump that delivers exactly its rate."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.began = self.clock.now()
        self.counts: tuple[Count, ...] = ()
        self.before: PumpReading | None = None
        self.alarmed = False

    def poll(self, after_s: float = 1.0, stale_s: float = 0.0, factor: float = 1.0) -> None:
        """One poll; its counter was read ``stale_s`` before it is stamped."""
        now = self.clock.advance(after_s)
        given = max(now.seconds_since(self.began) - stale_s, 0.0) * ML_S * factor
        self.take(reading(now, given))

    def take(self, found: PumpReading) -> None:
        self.counts = counted(self.counts, self.before, found)
        self.before = found
        flow = flow_of(self.counts)
        self.alarmed = self.alarmed or (flow is not None and (flow.over or flow.under))


@pytest.mark.req("GIP-1.2.2")
@pytest.mark.parametrize("held_up_s", [6.0, 18.0, 45.0])
def test_polls_that_are_held_up_now_and_then_are_no_wrong_delivery(held_up_s: float) -> None:
    polls = Polls()
    for _ in range(8):
        for _ in range(int(WINDOW_S) + 30):
            polls.poll()
        polls.poll(held_up_s, stale_s=held_up_s)
    assert not polls.alarmed


@pytest.mark.req("GIP-1.2.2")
def test_a_wrong_delivery_between_held_up_polls_is_still_found() -> None:
    polls = Polls()
    polls.poll(20.0, stale_s=18.0)
    for _ in range(int(WINDOW_S + SETTLED_S) + 5):
        polls.poll(factor=1.12)
    assert polls.alarmed


def test_counting_begins_when_polls_have_come_in_time_for_a_while() -> None:
    polls = Polls()
    settled = []
    for after_s in (1.0, 1.0, SETTLED_S / 2, SETTLED_S / 2, 1.0, GAP_S + 0.1, 1.0):
        polls.poll(after_s)
        settled.append(in_time(polls.counts))
    assert settled == [False, False, False, True, True, False, False]


@pytest.mark.req("GIP-1.2.2")
@pytest.mark.parametrize("behind_s", [15.0, 40.0])
def test_a_device_that_catches_up_after_a_gap_is_no_wrong_delivery(behind_s: float) -> None:
    polls = Polls()
    for _ in range(6):
        polls.poll(behind_s, stale_s=behind_s)
        for late in range(8):
            polls.poll(1.0, stale_s=behind_s * (1 - late / 8))
        for _ in range(int(WINDOW_S) + 30):
            polls.poll()
    assert not polls.alarmed


def test_a_pump_that_halts_ends_the_count() -> None:
    polls = Polls()
    for _ in range(20):
        polls.poll()
    assert in_time(polls.counts)
    polls.take(reading(polls.clock.advance(1.0), 0.05, PumpState.PAUSED))
    assert polls.counts == ()
