"""The owner of a monitor's port: unplugging, silence, and nothing stale."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest

from console.clinical.vitals import Quality, Vital, VitalReading
from console.clock import ManualClock
from console.devices.monitor_owner import MonitorOwner
from console.devices.ports import Link, LinkLost, MonitorBatch, WrongDevice
from console.session.pump import Identity, LinkState
from tests.devices.port_fakes import IDENTITY, FakeLink, FakeMonitor, ManualWaiter, RecordingSink


def fails(error: Exception) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail


class Bench:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.monitor = FakeMonitor(self.clock)
        self.sink = RecordingSink()
        self.links: list[FakeLink] = []
        self.opening: Callable[[], None] = lambda: None
        self.present = True
        self.owner = MonitorOwner(
            self.monitor,
            self.open,
            self.clock,
            self.sink,
            ManualWaiter(self.clock),
            lambda: self.present,
        )

    def open(self) -> Link:
        self.opening()
        self.links.append(FakeLink(self.clock))
        return self.links[-1]

    def turns(self, seconds: float) -> None:
        end = self.clock.now().plus(seconds)
        while self.clock.now().mono_ns < end.mono_ns:
            self.owner.turn()

    def batch(self) -> MonitorBatch:
        now = self.clock.now()
        return MonitorBatch((VitalReading(Vital.SPO2, 98, Quality.VALID, "m", now, now),), good_frames=1)


def test_batches_are_passed_on_once_the_monitor_is_identified() -> None:
    bench = Bench()
    bench.monitor.on_turn = bench.batch
    bench.turns(1)
    assert bench.sink.states() == [LinkState.OPEN, LinkState.ANSWERING]
    assert bench.sink.links[-1][2] == IDENTITY
    assert len(bench.sink.batches) >= 8


def test_a_turn_that_brought_nothing_is_not_passed_on() -> None:
    bench = Bench()
    bench.monitor.on_turn = MonitorBatch
    bench.turns(1)
    assert bench.sink.batches == []


@pytest.mark.req("SER-01")
def test_an_unplug_is_told_once_and_nothing_stale_follows() -> None:
    bench = Bench()
    bench.monitor.on_turn = bench.batch
    bench.turns(1)
    bench.monitor.on_turn = fails(LinkLost("/dev/m was unplugged."))
    bench.opening = fails(LinkLost("/dev/m: no such port."))
    bench.present = False
    batches = len(bench.sink.batches)
    bench.turns(20)
    closed = [told for told in bench.sink.links if told[0] is LinkState.CLOSED]
    assert closed == [(LinkState.CLOSED, "/dev/m was unplugged.", None)]
    assert len(bench.sink.batches) == batches
    assert bench.links[0].closed


@pytest.mark.req("SER-01")
def test_after_replugging_the_monitor_must_identify_itself_before_it_is_believed() -> None:
    bench = Bench()
    bench.turns(1)
    bench.monitor.on_turn = fails(LinkLost("/dev/m was unplugged."))
    bench.turns(0.2)
    order: list[str] = []

    def identify() -> Identity:
        order.append("identify")
        return IDENTITY

    def turn() -> MonitorBatch:
        order.append("turn")
        return bench.batch()

    bench.monitor.on_identify, bench.monitor.on_turn = identify, turn
    bench.turns(3)
    assert order[:2] == ["identify", "turn"]
    assert bench.links[-1].discarded >= 1


def test_bad_frames_alone_are_silence() -> None:
    """It should not count noise as a monitor that answers."""
    bench = Bench()
    bench.turns(1)
    bench.monitor.on_turn = lambda: MonitorBatch(bad_frames=1)
    bench.monitor.on_identify = fails(TimeoutError("The monitor does not answer."))
    bench.turns(4)
    assert bench.sink.states()[-1] is LinkState.OPEN
    assert bench.owner.statistics().bad_frames >= 20


def test_a_wrong_device_on_a_monitor_port_is_said_and_tried_again_later() -> None:
    bench = Bench()
    bench.monitor.on_identify = fails(WrongDevice("A pump answers."))
    bench.turns(3)
    assert bench.sink.links[-1][:2] == (LinkState.WRONG_DEVICE, "A pump answers.")
    bench.monitor.on_identify = lambda: IDENTITY
    bench.turns(6)
    assert bench.sink.states()[-1] is LinkState.ANSWERING


def test_closing_gives_the_port_back() -> None:
    bench = Bench()
    bench.turns(1)
    bench.owner.close()
    assert bench.links[0].closed
    assert bench.sink.states()[-1] is LinkState.CLOSED
