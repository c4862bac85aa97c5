"""The owner of a pump that can only be read: STOP is told at once, and reading goes on."""

from __future__ import annotations

from msgspec.structs import replace

from console.clock import ManualClock
from console.devices.about import Control, DriverOptions, Role
from console.devices.catalogue import about, device_names, make_pump
from console.devices.pump_owner import PumpOwner
from console.devices.pump_sink import StopConfirmed, StopNotConfirmed
from console.devices.pumps.bcc import Bcc
from console.devices.slots import CommandSlot, LeaseSlot, Order, StopSlot, Wake
from console.devices.virtual.bcc import VirtualBcc
from console.session.pump import LinkState, Pause, PumpControl, PumpState, Refused
from tests.devices.port_fakes import IDENTITY, FakeLink, FakePump, ManualWaiter, RecordingSink
from tests.devices.talking_monitor import TwinLink


class Bench:
    """An owner whose pump can only be read, by binding or by what it told."""

    def __init__(self, *, by_binding: bool) -> None:
        self.clock = ManualClock()
        self.pump = FakePump(self.clock)
        if not by_binding:
            told = replace(IDENTITY, control=PumpControl.READ_ONLY)
            self.pump.on_identify = lambda: told
        self.sink = RecordingSink()
        wake = Wake()
        self.stop = StopSlot(self.clock, wake)
        self.commands = CommandSlot(wake)
        self.lease = LeaseSlot(self.clock)
        self.owner = PumpOwner(
            self.pump,
            lambda: FakeLink(self.clock),
            self.clock,
            self.stop,
            self.commands,
            self.sink,
            ManualWaiter(self.clock),
            lease=self.lease,
            read_only=by_binding,
        )

    def turns(self, seconds: float) -> None:
        end = self.clock.now().plus(seconds)
        while self.clock.now().mono_ns < end.mono_ns:
            self.owner.turn()

    def stops(self) -> list[object]:
        return [told for told in self.sink.stops if isinstance(told, StopNotConfirmed | StopConfirmed)]


def test_stop_is_told_as_not_sent_at_once_and_confirmed_by_reading_alone() -> None:
    for by_binding in (True, False):
        bench = Bench(by_binding=by_binding)
        bench.pump.on_poll = lambda: PumpState.INFUSING
        bench.turns(1)
        assert bench.sink.states()[-1] is LinkState.ANSWERING
        bench.stop.press()
        bench.turns(5)
        (told,) = bench.stops()
        assert isinstance(told, StopNotConfirmed)
        assert (told.attempts, told.seconds < 0.1) == (0, True)
        assert "STOP AT THE PUMP" in told.reason
        bench.pump.on_poll = lambda: PumpState.STOPPED
        bench.turns(1)
        confirmed = bench.stops()[-1]
        assert isinstance(confirmed, StopConfirmed)
        assert confirmed.seconds > 4
        assert "stop" not in bench.pump.calls
        assert bench.pump.commands == []


def test_no_command_reaches_it() -> None:
    bench = Bench(by_binding=True)
    bench.turns(1)
    bench.commands.offer(Order("c1", Pause(), bench.clock.now().plus(5)))
    bench.turns(1)
    ((name, outcome),) = [(name, outcome) for name, outcome, *_ in bench.sink.outcomes]
    assert name == "c1"
    assert isinstance(outcome, Refused)
    assert bench.pump.commands == []


def test_reading_goes_on_without_a_lease_because_it_keeps_nothing_going() -> None:
    bench = Bench(by_binding=True)
    bench.turns(1)
    bench.lease.withhold("Nobody has entered anything for 20 min.")
    before = len(bench.sink.readings)
    bench.turns(5)
    assert len(bench.sink.readings) > before + 5


def test_who_answers_says_what_can_be_done_with_it_and_how_often_it_is_read() -> None:
    clock = ManualClock()
    sink = RecordingSink()
    wake = Wake()
    owner = PumpOwner(
        Bcc(),
        lambda: TwinLink(VirtualBcc()),
        clock,
        StopSlot(clock, wake),
        CommandSlot(wake),
        sink,
        ManualWaiter(clock),
    )
    for _ in range(5):
        owner.turn()
    identity = sink.links[-1][2]
    assert identity is not None
    assert (identity.control, identity.every_s) == (PumpControl.READ_ONLY, 5.0)


def test_every_pump_that_is_only_read_is_known_as_such_before_it_answers() -> None:
    only_read = [name for name in device_names(Role.PUMP) if about(name).control is Control.NONE]
    assert "bcc" in only_read
    for name in only_read:
        assert make_pump(name, DriverOptions("pump")).poll_every_s > 0
