"""An Alaris after a restart of the console: kept going only when it gives what the record began."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from console.devices.pumps.alaris import Alaris
from console.devices.virtual.alaris import SERIAL
from console.devices.virtual.faults import HandOverWithdrawn, PanelRate, PanelStop, ReplyLost
from console.session.pump import Begun, Confirmed, Pause, PumpAlarm, PumpState, Resume, Start
from tests.devices.talking_monitor import TwinLink
from tests.devices.test_alaris_driver import ORDER, connected, done, infusing, polled, pump_of, rests

RAISING = (b"INF_START", b"INF_RATE^", b"INF_VTBI^", b"INF_VI_CLEAR", b"BOLUS")
BEGUN = Begun(SERIAL, Decimal(120), Decimal(0), ORDER)


def restarted(begun: Begun = BEGUN, *, down_s: float = 3) -> tuple[Alaris, TwinLink]:
    """A driver made anew beside a pump that the last one started."""
    driver, link = connected()
    done(driver.execute(link, ORDER))
    done(driver.execute(link, Start()))
    polled(driver, link, 5)
    rests(link, down_s)
    link.sent = b""
    again = Alaris(control=True)
    again.expect(begun)
    again.identify(link)
    return again, link


@pytest.mark.req("PMP-NOT-KEPT")
def test_the_infusion_of_the_record_is_kept_going_with_nothing_sent_that_raises_it() -> None:
    driver, link = restarted()
    reading = polled(driver, link, 40)
    assert (reading.state, reading.not_kept) == (PumpState.INFUSING, "")
    assert pump_of(link).running
    assert not any(word in link.sent for word in RAISING)


def test_it_can_be_paused_and_resumed_by_a_person_afterwards() -> None:
    driver, link = restarted()
    polled(driver, link, 5)
    done(driver.execute(link, Pause()))
    assert isinstance(driver.execute(link, Resume()), Confirmed)
    polled(driver, link, 20)
    assert pump_of(link).running


@pytest.mark.req("PMP-NOT-KEPT")
@pytest.mark.parametrize(
    ("begun", "words"),
    [
        (replace(BEGUN, serial="SIM-1"), "answers instead of SIM-1"),
        (replace(BEGUN, rate_ml_h=Decimal(60)), "gives 120.00 mL/h instead of 60"),
        (replace(BEGUN, infused_ml=Decimal(5)), "its counter stands at"),
        (replace(BEGUN, program=replace(ORDER, volume_ml=Decimal(8))), "programmed were 8 mL"),
        (replace(BEGUN, program=replace(ORDER, volume_ml=Decimal(12))), "programmed were 12 mL"),
    ],
)
def test_another_infusion_than_the_record_s_is_not_kept_going_and_says_why(begun: Begun, words: str) -> None:
    driver, link = restarted(begun)
    reading = driver.poll(link)
    assert words in reading.not_kept
    assert reading.state is PumpState.INFUSING
    reading = polled(driver, link, 20)
    assert not pump_of(link).running
    assert (reading.state, reading.alarm, reading.not_kept) == (PumpState.ALARM, PumpAlarm.HOST_SILENT, "")
    assert b"REMOTE_CTRL^ENABLED" not in link.sent


def test_a_rate_changed_at_the_panel_while_the_console_was_away_is_not_kept_going() -> None:
    driver, link = restarted()
    pump_of(link).inject(PanelRate(Decimal(200)))
    assert "gives 200.00 mL/h instead of 120" in driver.poll(link).not_kept


def test_a_pump_that_stands_still_is_not_taken_up_and_starts_nothing_later() -> None:
    driver, link = restarted()
    pump_of(link).inject(PanelStop())
    assert driver.poll(link).not_kept == ""
    assert b"REMOTE_CTRL^ENABLED" not in link.sent


def test_a_lost_answer_is_asked_for_again_before_the_infusion_is_given_up() -> None:
    driver, link = restarted()
    pump_of(link).inject(ReplyLost(1))
    assert driver.poll(link).not_kept == ""
    polled(driver, link, 30)
    assert pump_of(link).running


@pytest.mark.req("PMP-NOT-KEPT")
def test_a_hand_over_withdrawn_in_mid_infusion_is_said_until_the_pump_stops_in_its_own_time() -> None:
    driver, link = infusing()
    pump_of(link).inject(HandOverWithdrawn())
    assert polled(driver, link, 2).not_kept == "the pump no longer hands control over to the console"
    assert pump_of(link).running
    reading = polled(driver, link, 17)
    assert (reading.state, reading.alarm, reading.not_kept) == (PumpState.ALARM, PumpAlarm.HOST_SILENT, "")
    assert not isinstance(driver.execute(link, Resume()), Confirmed)
    assert not pump_of(link).running


@pytest.mark.req("PMP-NOT-KEPT")
def test_stop_is_never_said_to_have_been_done_by_a_pump_that_no_longer_heeds_its_line() -> None:
    driver, link = infusing()
    pump = pump_of(link)
    pump.inject(HandOverWithdrawn())
    pump.state.remote = False
    for _ in range(4):
        assert driver.stop_once(link).state is PumpState.INFUSING
    pump.inject(PanelStop())
    assert driver.stop_once(link).state is PumpState.STOPPED
