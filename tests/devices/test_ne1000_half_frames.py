"""Answers of an NE-1000 that come in pieces: asked again at once, never believed, never hidden for good."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from console.clock import Instant
from console.devices.pumps.ne1000 import NE1000
from console.devices.virtual.faults import HalfReply, HealthyLine, PanelRate
from console.session.pump import (
    Confirmed,
    Program,
    PumpReading,
    PumpState,
    Refused,
    SetRate,
    Start,
    Stop,
)
from tests.devices.scripted import safe
from tests.devices.test_ne1000_against_virtual import Cable

POLL_EVERY_S = 0.5
ALWAYS = 10**6
RUNNING = Program("BD 60 mL", Decimal("26.59"), Decimal("60.00"), Decimal("30.00"), 30)


@dataclass
class Watched:
    """What half a minute of polls brought."""

    readings: list[PumpReading]
    longest_dark_s: float
    failed: int


def infusing(*, in_safe_mode: bool) -> tuple[Cable, NE1000]:
    cable, driver = Cable(), NE1000()
    if in_safe_mode:
        cable.pump.feed(safe("0SAF30"))
    driver.identify(cable)
    assert isinstance(driver.execute(cable, RUNNING), Confirmed)
    assert isinstance(driver.execute(cable, Start()), Confirmed)
    return cable, driver


def polled(cable: Cable, driver: NE1000, seconds: float = 30.0) -> Watched:
    """Poll as the owner of the port does: at once when late, else at the next turn."""
    ends, last = cable.now().plus(seconds), cable.now()
    seen = Watched([], 0.0, 0)
    while cable.now().mono_ns < ends.mono_ns:
        due = cable.now().plus(POLL_EVERY_S)
        try:
            reading = driver.poll(cable)
        except TimeoutError:
            seen.failed += 1
        else:
            seen.readings.append(reading)
            seen.longest_dark_s = max(seen.longest_dark_s, reading.at.seconds_since(last))
            last = reading.at
        cable.let_pass(max(0.0, due.seconds_since(cable.now())))
    seen.longest_dark_s = max(seen.longest_dark_s, _since(cable, last))
    return seen


def _since(cable: Cable, last: Instant) -> float:
    return cable.now().seconds_since(last)


@pytest.mark.req("SER-04")
@pytest.mark.parametrize("in_safe_mode", [False, True], ids=["basic", "safe"])
@pytest.mark.parametrize("keep", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("every", [2, 3, 4, 7])
def test_a_half_answer_in_every_poll_leaves_no_gap_and_brings_no_wrong_value(
    in_safe_mode: bool, keep: int, every: int
) -> None:
    cable, driver = infusing(in_safe_mode=in_safe_mode)
    cable.pump.inject(HalfReply(keep, ALWAYS, every))
    seen = polled(cable, driver)
    assert seen.longest_dark_s <= 2.5
    assert len(seen.readings) >= 15
    for reading in seen.readings:
        assert reading.state is PumpState.INFUSING
        assert reading.rate_ml_h == Decimal("60.00")
        assert reading.infused_ml is not None
    counters = [reading.infused_ml for reading in seen.readings if reading.infused_ml is not None]
    assert counters == sorted(counters)
    assert counters[-1] <= Decimal("0.6")


@pytest.mark.req("SER-04")
@pytest.mark.parametrize("in_safe_mode", [False, True], ids=["basic", "safe"])
def test_a_line_on_which_every_answer_is_cut_is_lost_and_the_damage_is_counted(in_safe_mode: bool) -> None:
    cable, driver = infusing(in_safe_mode=in_safe_mode)
    before = driver.bad_frames
    cable.pump.inject(HalfReply(3, ALWAYS))
    seen = polled(cable, driver)
    assert seen.readings == []
    assert seen.longest_dark_s >= 30.0
    assert driver.bad_frames - before > 30


@pytest.mark.req("SER-18")
def test_a_rate_turned_at_the_panel_is_seen_through_half_answers() -> None:
    cable, driver = infusing(in_safe_mode=True)
    cable.pump.inject(HalfReply(3, ALWAYS, 3))
    cable.pump.inject(PanelRate(Decimal("90.00")))
    assert polled(cable, driver, 3.0).readings[-1].rate_ml_h == Decimal("90.00")


def test_nothing_that_raises_delivery_is_sent_over_such_a_line_until_it_was_quiet() -> None:
    cable, driver = infusing(in_safe_mode=True)
    cable.pump.inject(HalfReply(3, 1))
    polled(cable, driver, 1.0)
    cable.pump.inject(HealthyLine())
    assert isinstance(driver.execute(cable, SetRate(Decimal("70.00"))), Refused)
    cable.let_pass(5.0)
    assert isinstance(driver.execute(cable, SetRate(Decimal("70.00"))), Confirmed)


def test_a_stop_is_confirmed_through_half_answers() -> None:
    cable, driver = infusing(in_safe_mode=True)
    cable.pump.inject(HalfReply(3, ALWAYS, 4))
    began = cable.now()
    assert isinstance(driver.execute(cable, Stop()), Confirmed)
    assert _since(cable, began) <= 2.0
