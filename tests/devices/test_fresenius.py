"""Fresenius base and modules: read in exact figures, paused on STOP, never given a figure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import ManualClock
from console.devices.ports import LinkLost, WrongDevice
from console.devices.pump_owner import PumpOwner
from console.devices.pump_sink import StopConfirmed, StopNotConfirmed
from console.devices.pumps.fresenius import Fresenius, decode
from console.devices.pumps.fresenius_frames import (
    encode,
)
from console.devices.slots import CommandSlot, StopSlot, Wake
from console.devices.virtual.cable import PtyCable
from console.devices.virtual.faults import (
    CorruptReply,
    DuplicateReply,
    PanelRate,
    PanelRun,
    PanelStop,
    ReplyDelay,
    ReplyLost,
    RequestLost,
    Silent,
    Stall,
)
from console.devices.virtual.fresenius import VirtualFresenius
from console.devices.virtual.fresenius_module import VirtualModule
from console.session.pump import Pause, PumpAlarm, PumpReading, PumpState, Refused, SetRate, Start, Stop
from tests.devices.port_fakes import RecordingSink
from tests.devices.scripted import ScriptedLink
from tests.devices.talking_monitor import Prints, TwinLink
from tests.devices.wired import WiredLink

READ = b"\x021LE;dr2C\x03"
TOLD = b"\x021C;d0064;r0000B5\x03"
ACK = b"\x06"


def ready(twin: VirtualFresenius, module: int = 0) -> tuple[Fresenius, TwinLink]:
    """A driver that has identified its module."""
    link, driver = TwinLink(twin), Fresenius(module)
    driver.identify(link)
    return driver, link


def rest(link: TwinLink, seconds: float) -> None:
    """Time passes while nobody reads; what the twin says waits."""
    link.clock.advance(seconds)
    link._waiting += link.twin.advance(seconds)


def polls(driver: Fresenius, link: TwinLink, count: int) -> list[PumpState]:
    """States of ``count`` polls, half a second apart."""
    states = []
    for _ in range(count):
        rest(link, 0.5)
        states.append(driver.poll(link).state)
    return states


# --- driver against its twin ----------------------------------------------------------------------


def test_the_only_module_is_found_supervised_and_left_in_order() -> None:
    twin = VirtualFresenius()
    link, driver = TwinLink(twin), Fresenius()
    identity = driver.identify(link)
    assert (identity.kind, identity.simulated) == ("fresenius", True)
    assert identity.model == "Fresenius SIM ORCHESTRA DPS, module 1"
    assert driver.poll(link).state is PumpState.STOPPED
    twin.inject(PanelRate(Decimal("25.59")))
    twin.inject(PanelRun())
    assert set(polls(driver, link, 8)[2:]) == {PumpState.INFUSING}
    reading = driver.poll(link)
    assert reading.rate_ml_h == Decimal("25.5")
    assert reading.infused_ml is not None
    assert float(reading.infused_ml) == pytest.approx(twin.delivered_ml, abs=0.005)
    assert reading.infused_ml <= Decimal(twin.delivered_ml)
    twin.inject(PanelStop())
    assert driver.poll(link).state is PumpState.STOPPED
    twin.inject(Stall())
    assert driver.poll(link).alarm is PumpAlarm.OTHER
    driver.leave(link)
    assert not twin.open
    assert not twin.modules[0].open
    assert b"MO" not in link.sent
    assert b"PR" not in link.sent


def test_keep_alive_is_answered_as_long_as_the_pump_is_read() -> None:
    twin = VirtualFresenius()
    driver, link = ready(twin)
    polls(driver, link, 30)
    assert link.sent.count(b"\x14") >= 12
    assert twin.open


def test_a_session_that_the_base_gave_up_is_opened_again_without_a_word_of_delivery() -> None:
    twin = VirtualFresenius()
    driver, link = ready(twin)
    twin.advance(6.5)
    assert not twin.open
    assert driver.poll(link).state is PumpState.STOPPED
    assert twin.open


def test_unasked_words_are_acknowledged_with_a_frame_of_their_own() -> None:
    twin = VirtualFresenius()
    driver, link = ready(twin)
    twin.modules[0].watched = "r"
    polls(driver, link, 4)
    assert encode(1, "E") in link.sent
    assert twin._unacknowledged == {}
    assert driver._exchange.unasked[1].startswith("r")


def test_a_number_chooses_among_modules_and_none_is_guessed() -> None:
    modules = [VirtualModule(f"SIM {name}") for name in ("A", "B", "C")]
    with pytest.raises(WrongDevice, match="several modules: 1, 2, 3"):
        Fresenius().identify(TwinLink(VirtualFresenius(modules)))
    driver, link = ready(VirtualFresenius(modules), 2)
    modules[1].set_rate(Decimal(12))
    assert driver.identify(link).model == "Fresenius SIM B, module 2"
    with pytest.raises(TimeoutError, match="Module 4 is not in the base"):
        Fresenius(4).identify(link)
    with pytest.raises(TimeoutError, match="no module is in it"):
        Fresenius().identify(TwinLink(VirtualFresenius([VirtualModule()][:0])))


def test_a_module_that_stands_alone_is_read() -> None:
    twin = VirtualFresenius(alone=True)
    driver, link = ready(twin)
    assert "stand-alone" in driver.identify(link).model
    assert driver.poll(link).state is PumpState.STOPPED
    with pytest.raises(TimeoutError, match="even parity"):
        Fresenius(1).identify(TwinLink(twin))


@pytest.mark.req("SER-10")
def test_no_figure_is_ever_sent() -> None:
    driver, link = ready(VirtualFresenius())
    before = link.sent
    for command in (Start(), Pause(), Stop(), SetRate(Decimal(5))):
        assert isinstance(driver.execute(link, command), Refused)
    assert link.sent == before


@pytest.mark.parametrize("keeps_rate", [False, True])
def test_stop_pauses_a_module_in_remote_mode_once_and_is_read_back(keeps_rate: bool) -> None:
    module = VirtualModule(keeps_rate=keeps_rate)
    twin = VirtualFresenius([module])
    driver, link = ready(twin)
    module.mode, module.rate_steps = "2", 360
    module.run()
    polls(driver, link, 2)
    states = []
    for _ in range(12):
        states.append(driver.stop_once(link).state)
        rest(link, 0.25)
    assert states[-1] is PumpState.STOPPED
    assert link.sent.count(encode(1, "PO")) == 1
    given = twin.delivered_ml
    twin.advance(60)
    assert twin.delivered_ml == given


def test_a_module_in_manual_mode_says_that_it_must_be_stopped_at_the_pump() -> None:
    twin = VirtualFresenius()
    driver, link = ready(twin)
    twin.inject(PanelRate(Decimal(30)))
    twin.inject(PanelRun())
    polls(driver, link, 2)
    with pytest.raises(TimeoutError, match=r"not allowed in this mode. STOP AT THE PUMP"):
        driver.stop_once(link)
    twin.inject(PanelStop())
    assert driver.stop_once(link).state is PumpState.STOPPED


class Owned:
    """The owner of a module that is bound to be read only."""

    def __init__(self, module: VirtualModule) -> None:
        self.link = TwinLink(VirtualFresenius([module]))
        clock, wake = self.link.clock, Wake()
        self.sink = RecordingSink()
        self.stop = StopSlot(clock, wake)
        self.owner = PumpOwner(
            Fresenius(),
            lambda: self.link,
            clock,
            self.stop,
            CommandSlot(wake),
            self.sink,
            self,
            read_only=True,
        )

    def wait(self, timeout_s: float) -> None:
        rest(self.link, timeout_s)

    def turns(self, seconds: float) -> list[type[object]]:
        end = self.link.clock.now().plus(seconds)
        while self.link.clock.now().mono_ns < end.mono_ns:
            self.owner.turn()
        return [type(one) for one in self.sink.stops]


@pytest.mark.req("SER-09")
def test_the_room_s_stop_asks_once_for_a_pause_and_confirms_only_what_is_read() -> None:
    module = VirtualModule(keeps_rate=True)
    owned = Owned(module)
    module.mode, module.rate_steps = "2", 600
    module.run()
    owned.turns(3)
    owned.stop.press()
    assert owned.turns(0.5) == [StopNotConfirmed]
    assert not module.running
    assert owned.turns(4) == [StopNotConfirmed, StopConfirmed]
    assert owned.link.sent.count(encode(1, "PO")) == 1


@pytest.mark.req("SER-09")
def test_the_room_s_stop_of_a_module_worked_by_hand_is_not_confirmed_until_it_reads_as_stopped() -> None:
    module = VirtualModule()
    owned = Owned(module)
    module.rate_steps = 600
    module.run()
    owned.turns(3)
    owned.stop.press()
    assert owned.turns(5) == [StopNotConfirmed]
    assert module.running
    module.running = False
    assert owned.turns(2) == [StopNotConfirmed, StopConfirmed]


def test_stop_works_on_a_pump_that_was_never_identified() -> None:
    module = VirtualModule()
    twin = VirtualFresenius([module])
    module.mode, module.rate_steps = "2", 360
    module.run()
    assert Fresenius().stop_once(TwinLink(twin)).state is PumpState.STOPPED
    assert not module.running
    twin.inject(Silent())
    with pytest.raises(TimeoutError, match="STOP AT THE PUMP"):
        Fresenius().stop_once(TwinLink(twin))


@pytest.mark.parametrize(
    "fault", [ReplyLost(), RequestLost(), CorruptReply(), DuplicateReply(), ReplyDelay(0.5), ReplyDelay(1.4)]
)
def test_a_bad_line_costs_an_answer_and_never_a_wrong_figure(
    fault: ReplyLost | RequestLost | CorruptReply | DuplicateReply | ReplyDelay,
) -> None:
    twin = VirtualFresenius()
    driver, link = ready(twin)
    twin.inject(PanelRate(Decimal(100)))
    twin.inject(PanelRun())
    polls(driver, link, 2)
    twin.inject(fault)
    for _ in range(6):
        try:
            reading = driver.poll(link)
        except TimeoutError:
            continue
        assert reading.rate_ml_h == Decimal(100)
        assert reading.infused_ml is not None
        assert float(reading.infused_ml) <= twin.delivered_ml
    assert driver.poll(link).state is PumpState.INFUSING


def test_a_stranger_is_asked_and_gets_no_other_byte() -> None:
    with pytest.raises(TimeoutError, match="crossed"):
        Fresenius().identify(TwinLink(Prints(b"")))
    link = TwinLink(Prints(b"SPO2=097 \x05\x02 bad \x03 \x152\r\n"))
    with pytest.raises(WrongDevice):
        Fresenius().identify(link)
    assert set(link.sent.replace(encode(0, "DC"), b"").replace(encode(None, "DC"), b"")) == set()


class Talks:
    """A twin whose every answer is followed, or replaced, by noise."""

    def __init__(self, noise: list[tuple[bool, bytes]]) -> None:
        self.twin = VirtualFresenius()
        self.noise = noise

    def feed(self, data: bytes) -> bytes:
        answer = self.twin.feed(data)
        keep, noise = self.noise.pop() if self.noise else (True, b"")
        return (answer if keep else b"") + noise

    def advance(self, dt_s: float) -> bytes:
        return self.twin.advance(dt_s)


pieces = st.sampled_from([b"\x05", b"\x06", b"\x152", b"\x02", b"\x03", b"\x021I;1E"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), pieces | st.binary(max_size=20)), max_size=30))
def test_whatever_the_line_brings_a_driver_says_what_is_true_or_that_it_does_not_know(
    noise: list[tuple[bool, bytes]],
) -> None:
    talks = Talks(noise)
    link, driver = TwinLink(talks), Fresenius()
    talks.twin.inject(PanelRate(Decimal(90)))
    talks.twin.inject(PanelRun())
    for step in (driver.identify, driver.poll, driver.stop_once, driver.poll, driver.poll):
        try:
            told = step(link)
        except (TimeoutError, WrongDevice):
            continue
        if isinstance(told, PumpReading):
            assert told.state is not PumpState.STOPPED
            assert told.rate_ml_h == Decimal(90)
            assert told.infused_ml is not None
            assert float(told.infused_ml) <= talks.twin.delivered_ml


def test_the_dialogue_is_the_one_of_the_public_client() -> None:
    link = ScriptedLink(
        [
            (b"\x020DC48\x03", b"\x06\x020C8C\x03"),
            (ACK, b""),
            (b"\x020LE;bA1\x03", b"\x06\x020C;b018E\x03"),
            (ACK, b""),
            (encode(1, "DC"), ACK + encode(1, "C")),
            (ACK, b""),
            (b"\x021LF;b9F\x03", ACK + encode(1, "C;bDPS")),
            (ACK, b""),
            (READ, ACK + b"\x05" + TOLD),
            (b"\x14", b""),
            (ACK, b""),
            (encode(1, "LE;ae"), ACK + encode(1, "I;0B")),
            (ACK, b""),
        ]
    )
    driver = Fresenius()
    identity = driver.identify(link)
    assert (identity.model, identity.simulated) == ("Fresenius DPS, module 1", False)
    reading = driver.poll(link)
    assert (reading.rate_ml_h, reading.infused_ml) == (Decimal(10), Decimal(0))
    assert reading.state is PumpState.UNKNOWN
    link.assert_finished()


def test_the_line_is_seven_bits_with_even_parity_and_a_damaged_byte_spoils_its_frame() -> None:
    line = Fresenius().line
    assert (line.baud, line.data_bits, line.parity, line.stop_bits) == (19200, 7, "E", 1)
    assert decode(TOLD[:6] + line.spoiler + TOLD[7:]).good_frames == 0


# --- the real wire --------------------------------------------------------------------------------


def test_over_a_pseudo_terminal_it_is_found_lost_and_found_again(tmp_path: Path) -> None:
    twin, clock = VirtualFresenius(), ManualClock()
    cable = PtyCable(twin, tmp_path / "pump")
    driver = Fresenius()
    link = WiredLink(cable, driver.line, clock)
    assert driver.identify(link).simulated
    twin.inject(PanelRate(Decimal(600)))
    twin.inject(PanelRun())
    states = set()
    for _ in range(20):
        link.read(0.1)
        states.add(driver.poll(link).state)
    assert PumpState.INFUSING in states
    cable.unplug()
    with pytest.raises(LinkLost):
        driver.poll(link)
    link.close()
    cable.replug()
    again = WiredLink(cable, driver.line, clock)
    assert driver.identify(again).kind == "fresenius"
    given = driver.poll(again).infused_ml
    assert given is not None
    assert given > 0
    again.close()
    cable.close()
