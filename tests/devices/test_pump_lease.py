"""A pump is kept going on a lease: without one nothing but STOP and a pause leaves the port."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clock import ManualClock
from console.devices.ports import Link
from console.devices.pump_owner import PumpOwner
from console.devices.slots import LEASE_RAN_OUT, CommandSlot, LeaseSlot, Order, StopSlot, Wake
from console.session.pump import (
    Confirmed,
    LinkState,
    Pause,
    Program,
    PumpCommand,
    PumpState,
    ReadBack,
    Refused,
    Resume,
    SetRate,
    Start,
)
from tests.devices.port_fakes import FakeLink, FakePump, ManualWaiter, RecordingSink

ABSENT = "Nobody has entered anything for 20 min."


class LeasedPort:
    """An owner whose pump answers, with a lease granted for ten seconds."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.pump = FakePump(self.clock)
        self.sink = RecordingSink()
        wake = Wake()
        self.stop = StopSlot(self.clock, wake)
        self.commands = CommandSlot(wake)
        self.lease = LeaseSlot(self.clock)
        self.owner = PumpOwner(
            self.pump,
            self.open,
            self.clock,
            self.stop,
            self.commands,
            self.sink,
            ManualWaiter(self.clock),
            lease=self.lease,
        )
        self.turns(2)
        self.lease.grant(self.clock.now().plus(10))

    def open(self) -> Link:
        return FakeLink(self.clock)

    def turns(self, seconds: float) -> None:
        end = self.clock.now().plus(seconds)
        while self.clock.now().mono_ns < end.mono_ns:
            self.owner.turn()

    def asked(self, command: PumpCommand) -> object:
        assert self.commands.offer(Order("c1", command, self.clock.now().plus(2)))
        self.owner.turn()
        return self.sink.outcomes[-1][1]


def lapsed() -> LeasedPort:
    port = LeasedPort()
    port.lease.withhold(ABSENT)
    port.turns(10.5)
    port.pump.calls.clear()
    return port


@pytest.mark.req("A7")
def test_a_lease_that_is_renewed_changes_nothing() -> None:
    port = LeasedPort()
    for _ in range(30):
        port.lease.grant(port.clock.now().plus(10))
        port.turns(1)
    assert port.sink.leases == []
    assert len(port.sink.readings) >= 30


@pytest.mark.req("A7")
def test_a_lease_is_good_until_it_runs_out_and_not_a_moment_longer() -> None:
    clock = ManualClock()
    lease = LeaseSlot(clock)
    assert lease.lapsed() == ""
    lease.grant(clock.now().plus(10))
    lease.withhold(ABSENT)
    clock.advance(9.999)
    assert lease.lapsed() == ""
    clock.advance(0.001)
    assert lease.lapsed() == ABSENT
    lease.release()
    assert lease.lapsed() == ""


def test_a_lease_withheld_before_it_was_ever_granted_is_none() -> None:
    lease = LeaseSlot(ManualClock())
    lease.withhold(ABSENT)
    assert lease.lapsed() == ABSENT


@pytest.mark.req("A7")
def test_without_a_lease_nothing_is_sent_and_the_link_does_not_flap() -> None:
    port = lapsed()
    told = list(port.sink.links)
    port.turns(120)
    assert port.pump.calls == []
    assert port.sink.links == told
    assert port.sink.states()[-1] is LinkState.ANSWERING
    assert port.sink.leases == [(False, ABSENT)]


@pytest.mark.req("A7")
def test_a_conductor_that_no_longer_renews_is_reported_too() -> None:
    port = LeasedPort()
    port.turns(11)
    assert port.sink.leases == [(False, LEASE_RAN_OUT)]


@pytest.mark.req("A7")
@pytest.mark.parametrize(
    "command",
    [
        Start(),
        Resume(),
        SetRate(Decimal(30)),
        Program("BD 60 mL", Decimal("26.72"), Decimal(30), Decimal(20), 30),
    ],
)
def test_without_a_lease_nothing_that_may_deliver_is_sent(command: PumpCommand) -> None:
    port = lapsed()
    outcome = port.asked(command)
    assert isinstance(outcome, Refused)
    assert ABSENT in outcome.reason
    assert port.pump.commands == []


@pytest.mark.req("A7", "P3")
def test_a_pause_is_sent_without_a_lease() -> None:
    port = lapsed()
    port.pump.on_execute = lambda: Confirmed(ReadBack(PumpState.PAUSED))
    assert isinstance(port.asked(Pause()), Confirmed)
    assert port.pump.commands == [Pause()]


@pytest.mark.req("A7", "SER-09")
def test_stop_needs_no_lease() -> None:
    port = lapsed()
    port.stop.press()
    port.turns(1)
    assert "stop" in " ".join(port.pump.calls)


@pytest.mark.req("A7")
def test_a_lease_that_is_back_is_told_and_the_pump_is_read_at_once() -> None:
    port = lapsed()
    port.lease.grant(port.clock.now().plus(10))
    port.owner.turn()
    assert port.pump.calls == ["poll"]
    assert port.sink.leases == [(False, ABSENT), (True, "")]
    assert port.sink.states()[-1] is LinkState.ANSWERING
