"""Driver and virtual pump, each written from the published protocol without sight of the other."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import Instant, ManualClock
from console.devices.ports import LinkLost
from console.devices.pump_owner import PumpOwner
from console.devices.pumps.ne1000 import NE1000
from console.devices.slots import CommandSlot, StopSlot, Wake
from console.devices.virtual.ne1000 import VirtualNE1000
from console.session.pump import (
    Confirmed,
    LinkState,
    Pause,
    Program,
    PumpAlarm,
    PumpReading,
    PumpState,
    Resume,
    SetRate,
    Start,
)
from tests.devices.port_fakes import RecordingSink


class Cable:
    """A link straight into the emulator; time passes in the pump as the driver waits."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.pump = VirtualNE1000()
        self._incoming = b""

    def read(self, timeout_s: float) -> bytes:
        waited = 0.0
        while not self._incoming and waited < timeout_s:
            self.let_pass(0.01)
            waited += 0.01
        data, self._incoming = self._incoming, b""
        return data

    def write(self, data: bytes) -> None:
        self.let_pass(0.01)
        self._incoming += self.pump.feed(data)

    def let_pass(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self._incoming += self.pump.advance(seconds)

    def now(self) -> Instant:
        return self.clock.now()

    def discard_input(self) -> None:
        self._incoming = b""

    def close(self) -> None:
        pass


class PulledCable:
    """The same cable, pulled after so many more bytes have come through."""

    def __init__(self, cable: Cable, bytes_left: int) -> None:
        self._cable = cable
        self._bytes_left = bytes_left

    def read(self, timeout_s: float) -> bytes:
        if self._bytes_left <= 0:
            raise LinkLost("/dev/x was unplugged.")
        data = self._cable.read(timeout_s)[: self._bytes_left]
        self._bytes_left -= len(data)
        return data

    def write(self, data: bytes) -> None:
        if self._bytes_left <= 0:
            raise LinkLost("/dev/x was unplugged.")
        self._cable.write(data)

    def now(self) -> Instant:
        return self._cable.now()

    def discard_input(self) -> None:
        self._cable.discard_input()

    def close(self) -> None:
        self._cable.discard_input()


class CableWaiter:
    """Waiting lets time pass in the pump too."""

    def __init__(self, cable: Cable) -> None:
        self._cable = cable

    def wait(self, timeout_s: float) -> None:
        self._cable.let_pass(timeout_s)


def polled(driver: NE1000, cable: Cable, seconds: float) -> PumpReading:
    """Poll every half second for ``seconds`` and return the last reading."""
    end = cable.now().plus(seconds)
    reading = driver.poll(cable)
    while cable.now().mono_ns < end.mono_ns:
        cable.let_pass(0.45)
        reading = driver.poll(cable)
    return reading


def started(watchdog_s: int, volume_ml: str = "50") -> tuple[NE1000, Cable]:
    driver, cable = NE1000(simulated=True), Cable()
    assert driver.identify(cable).model == "NE-1000"
    order = Program("BD 60 mL", Decimal("26.59"), Decimal("123.45"), Decimal(volume_ml), watchdog_s)
    outcome = driver.execute(cable, order)
    assert isinstance(outcome, Confirmed)
    assert outcome.read_back.rate_ml_h == Decimal("123.4")
    assert isinstance(driver.execute(cable, Start()), Confirmed)
    return driver, cable


@pytest.mark.parametrize("watchdog_s", [0, 5])
def test_a_whole_course_in_either_mode(watchdog_s: int) -> None:
    driver, cable = started(watchdog_s)
    reading = polled(driver, cable, 60)
    assert reading.state is PumpState.INFUSING
    assert reading.infused_ml is not None
    assert float(reading.infused_ml) == pytest.approx(123.4 / 60, rel=0.02)
    assert isinstance(driver.execute(cable, SetRate(Decimal(60))), Confirmed)
    assert driver.poll(cable).rate_ml_h == 60
    assert isinstance(driver.execute(cable, Pause()), Confirmed)
    assert isinstance(driver.execute(cable, Resume()), Confirmed)
    assert driver.poll(cable).rate_ml_h == 60
    assert driver.stop_once(cable).state is PumpState.STOPPED
    assert not cable.pump.running
    assert driver.bad_frames == 0


def test_the_pump_stops_by_itself_when_the_volume_is_given() -> None:
    driver, cable = started(5, volume_ml="1")
    reading = polled(driver, cable, 40)
    assert reading.state is PumpState.STOPPED
    assert reading.infused_ml == 1
    assert reading.alarm is None


def test_the_pump_stops_by_itself_when_the_console_falls_silent_and_says_so_once_it_is_back() -> None:
    driver, cable = started(5)
    polled(driver, cable, 5)
    cable.let_pass(5.5)
    assert not cable.pump.running
    assert driver.poll(cable).alarm is PumpAlarm.HOST_SILENT
    assert driver.poll(cable).state is not PumpState.INFUSING


def test_a_console_that_comes_back_finds_the_infusion_running_and_its_watchdog_still_armed() -> None:
    _, cable = started(5)
    fresh = NE1000()
    fresh.identify(cable)
    assert fresh.poll(cable).state is PumpState.INFUSING
    cable.let_pass(5.5)
    assert not cable.pump.running


def test_stop_reaches_a_running_pump_nobody_identified() -> None:
    _, cable = started(5)
    assert NE1000().stop_once(cable).state is PumpState.STOPPED
    assert not cable.pump.running


@pytest.mark.req("SER-01")
@settings(max_examples=40, deadline=None)
@given(pulls=st.lists(st.integers(1, 400), min_size=1, max_size=4))
def test_no_pull_at_any_byte_makes_the_owner_report_what_is_not_so(pulls: list[int]) -> None:
    driver, cable = started(255)
    cables = iter(pulls)

    def plug_in() -> PulledCable:
        return PulledCable(cable, next(cables, 1_000_000))

    sink, wake = RecordingSink(), Wake()
    owner = PumpOwner(
        driver,
        plug_in,
        cable.clock,
        StopSlot(cable.clock, wake),
        CommandSlot(wake),
        sink,
        CableWaiter(cable),
    )
    known = 0
    end = cable.now().plus(45)
    while cable.now().mono_ns < end.mono_ns:
        owner.turn()
        for reading in sink.readings[known:]:
            assert reading.state is PumpState.INFUSING
            assert reading.rate_ml_h == Decimal("123.4")
            assert reading.infused_ml is not None
            assert -0.001 <= cable.pump.infused_ml - float(reading.infused_ml) < 0.05
        known = len(sink.readings)
    assert sink.states()[-1] is LinkState.ANSWERING
    assert sink.states().count(LinkState.CLOSED) <= len(pulls)
    assert sink.readings[-1].at.seconds_since(end) > -3
