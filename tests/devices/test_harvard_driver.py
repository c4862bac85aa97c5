"""Harvard / KD Scientific pump chain: driver against its virtual twin, in memory and over a pty."""

from __future__ import annotations

import threading
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import SystemClock
from console.devices.link import SerialLink
from console.devices.ports import LinkLost, WrongDevice
from console.devices.pump_owner import PumpOwner
from console.devices.pump_sink import StopConfirmed
from console.devices.pumps.harvard import Harvard
from console.devices.slots import CommandSlot, LeaseSlot, StopSlot, Wake
from console.devices.virtual.cable import PtyCable
from console.devices.virtual.faults import (
    CorruptReply,
    DuplicateReply,
    HealthyLine,
    LineFault,
    LoadSyringe,
    Occlusion,
    PanelAcknowledge,
    PanelRate,
    PanelRun,
    PanelStop,
    PowerCycle,
    ReplyDelay,
    ReplyLost,
    RequestLost,
    Silent,
    Stall,
)
from console.devices.virtual.harvard import SERIAL, VirtualHarvard
from console.session.pump import (
    Confirmed,
    Outcome,
    Pause,
    Program,
    PumpAlarm,
    PumpCommand,
    PumpReading,
    PumpState,
    Refused,
    Resume,
    SetRate,
    Start,
    Stop,
    Unknown,
)
from tests.devices.port_fakes import RecordingSink
from tests.devices.talking_monitor import Prints, TwinLink

ORDER = Program("BD 60 mL", Decimal("26.59"), Decimal("120"), Decimal("10"), 30)
HARMLESS = {
    b"ver",
    b"version",
    b"poll on",
    b"status",
    b"irate",
    b"diameter",
    b"tvolume",
    b"address",
    b"force",
}


def connected(pump: VirtualHarvard | None = None, address: int = 0) -> tuple[Harvard, TwinLink]:
    link, driver = TwinLink(pump or VirtualHarvard(address)), Harvard(address)
    driver.identify(link)
    return driver, link


def pump_of(link: TwinLink) -> VirtualHarvard:
    assert isinstance(link.twin, VirtualHarvard)
    return link.twin


def done(outcome: Outcome) -> Confirmed:
    assert isinstance(outcome, Confirmed), outcome
    return outcome


def infusing(pump: VirtualHarvard | None = None, order: Program = ORDER) -> tuple[Harvard, TwinLink]:
    driver, link = connected(pump)
    done(driver.execute(link, order))
    done(driver.execute(link, Start()))
    return driver, link


def rests(link: TwinLink, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        link.read(0.1)


def polled(driver: Harvard, link: TwinLink, seconds: float) -> PumpReading:
    end = link.now().plus(seconds)
    reading = driver.poll(link)
    while link.now().mono_ns < end.mono_ns:
        rests(link, 0.3)
        reading = driver.poll(link)
    return reading


# --- identification -------------------------------------------------------------------------------


@pytest.mark.req("SER-10")
def test_identification_and_polling_ask_and_change_nothing_but_how_replies_end() -> None:
    driver, link = connected()
    for _ in range(15):
        driver.poll(link)
    assert set(link.sent.split(b"\r")) - {b""} <= HARMLESS
    assert pump_of(link).polling


def test_the_twin_says_by_its_serial_number_that_it_is_simulated() -> None:
    identity = Harvard().identify(TwinLink(VirtualHarvard()))
    assert (identity.model, identity.firmware, identity.serial) == ("11 ELITE I/W Single", "3.0.4", SERIAL)
    assert identity.simulated
    real = TwinLink(VirtualHarvard(serial="D301204"))
    assert not Harvard().identify(real).simulated
    assert Harvard(simulated=True).identify(real).simulated


def test_silence_another_device_and_another_address_are_told_apart() -> None:
    pump = VirtualHarvard()
    pump.inject(Silent())
    with pytest.raises(TimeoutError, match="115200"):
        Harvard().identify(TwinLink(pump))
    with pytest.raises(WrongDevice):
        Harvard().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))
    with pytest.raises(WrongDevice, match="Legato"):
        Harvard().identify(TwinLink(VirtualHarvard(model="PUMP 33 DDS 2.0.1")))
    with pytest.raises(TimeoutError):
        Harvard(7).identify(TwinLink(VirtualHarvard(12)))
    with pytest.raises(ValueError, match="0 to 99"):
        Harvard(100)


# --- a course -------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [0, 12])
@pytest.mark.parametrize("knows_polling", [True, False])
def test_a_whole_course(address: int, knows_polling: bool) -> None:
    pump = VirtualHarvard(address, knows_polling=knows_polling)
    driver, link = connected(pump, address)
    back = done(driver.execute(link, ORDER)).read_back
    assert (back.diameter_mm, back.rate_ml_h) == (Decimal("26.59"), Decimal(120))
    assert (back.volume_ml, back.infused_ml) == (Decimal(10), Decimal(0))
    assert done(driver.execute(link, Start())).read_back.state is PumpState.INFUSING
    reading = polled(driver, link, 30)
    assert (reading.state, reading.rate_ml_h) == (PumpState.INFUSING, Decimal(120))
    assert reading.infused_ml is not None
    assert float(reading.infused_ml) == pytest.approx(pump.delivered_ml, abs=0.02)
    assert done(driver.execute(link, SetRate(Decimal(60)))).read_back.rate_ml_h == 60
    assert driver.poll(link).rate_ml_h == 60
    assert driver.stop_once(link).state is PumpState.STOPPED
    assert not pump.running
    assert driver.poll(link).state is PumpState.STOPPED


def test_an_addressed_pump_is_spoken_to_as_the_manual_prints_it() -> None:
    driver, link = connected(address=12)
    done(driver.execute(link, ORDER))
    assert b"12irate 120 ml/hr\r" in link.sent
    assert b"12diameter 26.59\r" in link.sent


def test_a_pump_that_wants_a_colon_behind_its_address_gets_it() -> None:
    driver, link = connected(VirtualHarvard(12, wants_colon=True), 12)
    done(driver.execute(link, ORDER))
    assert b"12:irate 120 ml/hr\r" in link.sent
    done(driver.execute(link, Start()))
    stranger, states = Harvard(12), []
    for _ in range(3):
        try:
            states.append(stranger.stop_once(link).state)
        except TimeoutError:
            continue
    assert states[-1] is PumpState.STOPPED
    assert not pump_of(link).running


@pytest.mark.parametrize("counts_each_run", [True, False])
def test_the_ordered_volume_is_given_exactly_whatever_a_second_run_does_with_a_target(
    counts_each_run: bool,
) -> None:
    driver, link = infusing(VirtualHarvard(counts_each_run=counts_each_run))
    rests(link, 60)
    paused = done(driver.execute(link, Pause())).read_back
    assert (paused.state, pump_of(link).running) == (PumpState.STOPPED, False)
    assert isinstance(driver.execute(link, Resume()), Refused)
    assert driver.poll(link).state is PumpState.STOPPED
    assert paused.infused_ml is not None
    left = (Decimal(10) - paused.infused_ml).quantize(Decimal("0.001"))
    done(driver.execute(link, Program("BD 60 mL", Decimal("26.59"), Decimal(120), left, 30)))
    done(driver.execute(link, Start()))
    reading = polled(driver, link, 300)
    assert (reading.state, reading.alarm) == (PumpState.STOPPED, None)
    assert pump_of(link).delivered_ml == pytest.approx(10, abs=0.002)


def test_start_is_sent_once_per_programming_and_only_with_what_was_programmed() -> None:
    driver, link = connected()
    assert isinstance(driver.execute(link, Start()), Refused)
    done(driver.execute(link, ORDER))
    pump_of(link).inject(PanelRate(Decimal(200)))
    refused = driver.execute(link, Start())
    assert isinstance(refused, Refused)
    assert "200" in refused.reason
    assert isinstance(driver.execute(link, Start()), Refused)
    assert b"irun" not in link.sent
    done(driver.execute(link, ORDER))
    pump_of(link).drive.diameter_mm = Decimal("14.43")
    assert isinstance(driver.execute(link, Start()), Refused)
    assert b"irun" not in link.sent


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Program("x", Decimal(99), Decimal(10), Decimal(10), 30), "Out of range"),
        (Program("x", Decimal("14.43"), Decimal(9999), Decimal(10), 30), "Out of range"),
        (Program("x", Decimal("14.43"), Decimal(0), Decimal(10), 30), "above zero"),
        (Program("x", Decimal("14.4300001"), Decimal(10), Decimal(10), 30), "diameter"),
    ],
)
def test_what_the_pump_cannot_hold_is_refused(order: Program, words: str) -> None:
    driver, link = connected()
    outcome = driver.execute(link, order)
    assert isinstance(outcome, Refused)
    assert words in outcome.reason
    assert isinstance(driver.execute(link, Start()), Refused)


def test_a_running_or_stalled_pump_is_not_programmed() -> None:
    driver, link = connected()
    pump_of(link).inject(PanelRun())
    running = driver.execute(link, ORDER)
    assert isinstance(running, Refused)
    assert "STOP" in running.reason
    pump_of(link).inject(Stall())
    stalled = driver.execute(link, ORDER)
    assert isinstance(stalled, Refused)
    assert "stalled" in stalled.reason
    pump_of(link).inject(PanelAcknowledge())
    done(driver.execute(link, ORDER))


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.req("SER-15")
def test_a_stall_is_told_and_stays_told_until_delivery_is_asked_for_again() -> None:
    driver, link = infusing()
    pump_of(link).inject(Occlusion(0.1))
    reading = polled(driver, link, 10)
    assert (reading.state, reading.alarm) == (PumpState.ALARM, PumpAlarm.STALL)
    pump_of(link).inject(PanelAcknowledge())
    reading = driver.poll(link)
    assert (reading.state, reading.alarm) == (PumpState.STOPPED, PumpAlarm.STALL)
    done(driver.execute(link, ORDER))
    assert driver.poll(link).alarm is None


def test_an_empty_syringe_ends_as_a_stall_for_the_pump_knows_no_other_alarm() -> None:
    driver, link = infusing()
    pump_of(link).inject(LoadSyringe(0.05))
    assert polled(driver, link, 5).alarm is PumpAlarm.STALL


@pytest.mark.req("SER-13")
def test_a_pump_that_lost_power_is_told_as_reset_and_does_not_begin_by_itself() -> None:
    driver, link = infusing()
    polled(driver, link, 10)
    pump_of(link).inject(PowerCycle(1.0))
    rests(link, 2)
    reading = driver.poll(link)
    assert (reading.state, reading.alarm) == (PumpState.STOPPED, PumpAlarm.RESET)
    polled(driver, link, 10)
    assert not pump_of(link).running
    assert isinstance(driver.execute(link, Start()), Refused)


@pytest.mark.req("SER-13")
def test_a_pump_that_lost_power_before_it_counted_anything_is_told_as_reset_too() -> None:
    driver, link = infusing()
    pump_of(link).inject(PowerCycle(1.0))
    rests(link, 2)
    assert driver.poll(link).alarm is PumpAlarm.RESET
    assert pump_of(link).polling
    driver, link = connected()
    done(driver.execute(link, ORDER))
    pump_of(link).inject(PowerCycle(1.0))
    rests(link, 2)
    driver.identify(link)
    assert driver.alarm is PumpAlarm.RESET
    assert isinstance(driver.execute(link, Start()), Refused)


@pytest.mark.req("SER-18")
def test_a_rate_changed_and_a_stop_pressed_at_the_pump_are_seen() -> None:
    driver, link = infusing()
    pump_of(link).inject(PanelRate(Decimal(99)))
    assert driver.poll(link).rate_ml_h == 99
    pump_of(link).inject(PanelStop())
    assert driver.poll(link).state is PumpState.STOPPED


@pytest.mark.req("SER-17")
def test_the_diameter_of_a_standing_pump_is_looked_at_now_and_then() -> None:
    driver, link = connected()
    done(driver.execute(link, ORDER))
    seen = [driver.poll(link) for _ in range(10)]
    assert [reading.diameter_mm for reading in seen if reading.diameter_mm] == [Decimal("26.59")]
    assert [reading.volume_ml for reading in seen if reading.volume_ml] == [Decimal(10)]


@pytest.mark.req("SER-08")
@pytest.mark.parametrize("command", [Start(), SetRate(Decimal(30))], ids=["start", "rate"])
@pytest.mark.parametrize("lost", range(1, 9))
def test_a_lost_answer_never_makes_the_driver_claim_what_is_not_so(command: PumpCommand, lost: int) -> None:
    driver, link = connected() if isinstance(command, Start) else infusing()
    if isinstance(command, Start):
        done(driver.execute(link, ORDER))
    link.sent = b""
    pump_of(link).inject(ReplyLost(lost))
    outcome = driver.execute(link, command)
    pump = pump_of(link)
    assert link.sent.count(b"irun\r") <= 1
    assert link.sent.count(b"irate 30") <= 1
    if isinstance(outcome, Confirmed):
        assert pump.running
        assert outcome.read_back.rate_ml_h == pump.drive.rate_ml_h
    elif isinstance(outcome, Refused):
        assert pump.running is isinstance(command, SetRate)
        assert pump.drive.rate_ml_h == 120


@pytest.mark.req("SER-08")
def test_the_reply_to_start_alone_may_be_lost_for_the_read_back_decides() -> None:
    driver, link = connected()
    done(driver.execute(link, ORDER))

    class LosesStart(TwinLink):
        def write(self, data: bytes) -> None:
            if data == b"irun\r":
                pump_of(self).inject(ReplyLost())
            super().write(data)

    lossy = LosesStart(link.twin)
    assert done(driver.execute(lossy, Start())).read_back.state is PumpState.INFUSING


@pytest.mark.req("SER-06")
def test_nothing_that_raises_delivery_is_sent_while_a_reply_may_still_come() -> None:
    driver, link = connected()
    done(driver.execute(link, ORDER))
    pump_of(link).inject(ReplyDelay(2.0, 2))
    with pytest.raises(TimeoutError):
        driver.poll(link)
    link.sent = b""
    assert isinstance(driver.execute(link, Start()), Refused)
    assert b"irun" not in link.sent


@pytest.mark.req("SER-07")
def test_doubled_replies_change_nothing() -> None:
    driver, link = connected()
    pump_of(link).inject(DuplicateReply(80))
    done(driver.execute(link, ORDER))
    done(driver.execute(link, Start()))
    assert driver.poll(link).state is PumpState.INFUSING
    assert driver.bad_frames > 0


@pytest.mark.req("SER-09")
def test_stop_is_one_stop_per_call_within_a_quarter_second_and_works_through_losses() -> None:
    driver, link = infusing()
    pump_of(link).inject(RequestLost(1))
    link.sent, begun = b"", link.now()
    first = driver.stop_once(link)
    assert link.sent.count(b"stop\r") == 1
    assert link.now().seconds_since(begun) < 0.3
    assert first.state is PumpState.INFUSING
    assert driver.stop_once(link).state is PumpState.STOPPED
    assert done(driver.execute(link, Stop())).read_back.state is PumpState.STOPPED


@pytest.mark.req("SER-09")
def test_stop_reaches_a_running_pump_nobody_identified_in_either_polling_mode() -> None:
    for polling in (True, False):
        _, link = infusing()
        pump_of(link).polling = polling
        driver = Harvard()
        states = [driver.stop_once(link).state for _ in range(2)]
        assert states[-1] is PumpState.STOPPED
        assert not pump_of(link).running


def test_a_pulled_cable_in_the_middle_of_start_is_unknown_not_refused() -> None:
    driver, link = connected()
    done(driver.execute(link, ORDER))

    class Pulled(TwinLink):
        def write(self, data: bytes) -> None:
            super().write(data)
            self.pulled = data == b"irun\r"

    cut = Pulled(link.twin)
    assert isinstance(driver.execute(cut, Start()), Unknown)
    assert isinstance(driver.execute(link, SetRate(Decimal(5))), Refused)
    assert driver.poll(link).state is PumpState.INFUSING
    done(driver.execute(link, SetRate(Decimal(5))))


def test_the_owner_stops_it_when_the_lease_runs_out_because_nothing_else_would() -> None:
    driver, link = infusing()
    wake, sink, lease = Wake(), RecordingSink(), LeaseSlot(link.clock)

    class Waits:
        def wait(self, timeout_s: float) -> None:
            link.clock.advance(timeout_s)
            link.twin.advance(timeout_s)

    stop, commands = StopSlot(link.clock, wake), CommandSlot(wake)
    owner = PumpOwner(driver, lambda: link, link.clock, stop, commands, sink, Waits(), lease=lease)

    def turns(seconds: float) -> None:
        end = link.now().plus(seconds)
        while link.now().mono_ns < end.mono_ns:
            owner.turn()

    lease.grant(link.now().plus(4))
    turns(3)
    assert pump_of(link).running
    turns(2)
    assert not pump_of(link).running
    assert isinstance(sink.stops[-1], StopConfirmed)
    sent = len(link.sent)
    turns(5)
    assert len(link.sent) == sent


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from([ReplyLost(), RequestLost(), ReplyDelay(1.0), CorruptReply(), DuplicateReply()]),
        max_size=6,
    )
)
def test_whatever_the_line_does_a_reading_is_true(faults: list[LineFault]) -> None:
    driver, link = infusing()
    pump = pump_of(link)
    for fault in faults:
        pump.inject(fault)
        for _ in range(2):
            try:
                reading = driver.poll(link)
            except TimeoutError:
                continue
            assert reading.state is PumpState.INFUSING
            assert reading.rate_ml_h == 120
            assert reading.infused_ml is not None
            assert -0.002 <= pump.drive.infused_ml - float(reading.infused_ml) < 0.2
    pump.inject(HealthyLine())
    for _ in range(8):
        try:
            if driver.stop_once(link).state is PumpState.STOPPED:
                break
        except TimeoutError:
            continue
    assert not pump.running


# --- a real serial port ---------------------------------------------------------------------------


def test_over_a_pseudo_terminal_the_pump_is_identified_lost_and_found_again(tmp_path: Path) -> None:
    pump = VirtualHarvard()
    cable, closing = PtyCable(pump, tmp_path / "pump"), threading.Event()
    thread = threading.Thread(target=cable.serve, args=(SystemClock(), closing))
    thread.start()
    try:
        driver = Harvard()
        link = SerialLink(cable.address, driver.line, SystemClock())
        assert driver.identify(link).serial == SERIAL
        done(driver.execute(link, ORDER))
        done(driver.execute(link, Start()))
        assert driver.poll(link).state is PumpState.INFUSING
        cable.unplug()
        with pytest.raises(LinkLost):
            driver.poll(link)
        link.close()
        cable.replug()
        link = SerialLink(cable.address, driver.line, SystemClock())
        assert driver.identify(link).serial == SERIAL
        assert driver.poll(link).state is PumpState.INFUSING
        assert driver.stop_once(link).state is PumpState.STOPPED
        link.close()
    finally:
        closing.set()
        thread.join(2.0)
        cable.close()
    assert not pump.running
