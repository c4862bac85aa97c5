"""Alaris Asena: driver against its virtual twin, in memory and over a pseudo-terminal."""

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
from console.devices.pumps.alaris import Alaris
from console.devices.slots import CommandSlot, LeaseSlot, Order, StopSlot, Wake
from console.devices.virtual.alaris import SERIAL, VirtualAlaris
from console.devices.virtual.cable import PtyCable
from console.devices.virtual.faults import (
    CorruptReply,
    DuplicateReply,
    HealthyLine,
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
from console.session.pump import (
    Confirmed,
    Outcome,
    Pause,
    Program,
    PumpAlarm,
    PumpCommand,
    PumpControl,
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
CHANGING = (b"INF_START", b"INF_STOP", b"INF_RATE^", b"INF_VTBI^", b"INF_VI_CLEAR", b"REMOTE_CTRL", b"BOLUS")


def connected(pump: VirtualAlaris | None = None, *, control: bool = True) -> tuple[Alaris, TwinLink]:
    link, driver = TwinLink(pump or VirtualAlaris()), Alaris(control=control)
    driver.identify(link)
    return driver, link


def pump_of(link: TwinLink) -> VirtualAlaris:
    assert isinstance(link.twin, VirtualAlaris)
    return link.twin


def done(outcome: Outcome) -> Confirmed:
    assert isinstance(outcome, Confirmed), outcome
    return outcome


def infusing(order: Program = ORDER) -> tuple[Alaris, TwinLink]:
    driver, link = connected()
    done(driver.execute(link, order))
    done(driver.execute(link, Start()))
    return driver, link


def polled(driver: Alaris, link: TwinLink, seconds: float) -> PumpReading:
    """Poll once a second for so long; the last reading."""
    end = link.now().plus(seconds)
    reading = driver.poll(link)
    while link.now().mono_ns < end.mono_ns:
        for _ in range(9):
            link.read(0.1)
        reading = driver.poll(link)
    return reading


def rests(link: TwinLink, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        link.read(0.1)


@pytest.mark.req("SER-10")
def test_identification_asks_who_is_there_and_changes_nothing() -> None:
    link, driver = TwinLink(VirtualAlaris()), Alaris(control=True)
    identity = driver.identify(link)
    assert (identity.serial, identity.firmware) == (SERIAL, "Asena Rev 2.1.5")
    assert identity.simulated
    assert identity.control is PumpControl.COMMANDED
    assert not any(word in link.sent for word in CHANGING)


def test_a_real_serial_number_is_not_simulated_unless_the_room_is() -> None:
    assert not Alaris().identify(TwinLink(VirtualAlaris("8002-51740"))).simulated
    assert Alaris(simulated=True).identify(TwinLink(VirtualAlaris("8002-51740"))).simulated


def test_silence_and_another_device_are_told_apart() -> None:
    pump = VirtualAlaris()
    pump.inject(Silent())
    with pytest.raises(TimeoutError, match="38400"):
        Alaris().identify(TwinLink(pump))
    with pytest.raises(WrongDevice):
        Alaris().identify(TwinLink(Prints(b"SPO2=097 HR=080\r\n")))


# --- read only ------------------------------------------------------------------------------------


@pytest.mark.req("SER-10")
def test_without_the_rooms_wish_nothing_is_ever_sent_that_could_change_a_delivery() -> None:
    driver, link = connected(control=False)
    assert driver.identify(link).control is PumpControl.READ_ONLY
    for command in (ORDER, Start(), Pause(), Resume(), SetRate(Decimal(1)), Stop()):
        assert isinstance(driver.execute(link, command), Refused)
    with pytest.raises(TimeoutError, match="STOP AT THE PUMP"):
        driver.stop_once(link)
    polled(driver, link, 12)
    driver.leave(link)
    assert not any(word in link.sent for word in CHANGING)


def test_a_pump_worked_by_hand_is_supervised() -> None:
    driver, link = connected(control=False)
    pump = pump_of(link)
    first = driver.poll(link)
    assert (first.state, first.volume_ml, first.syringe) == (PumpState.STOPPED, None, "BD PLASTIPAK 50 mL")
    pump.inject(PanelRate(Decimal("25.5")))
    pump.state.limit_ml = 20.0
    assert polled(driver, link, 6).state is PumpState.STOPPED
    seen = [driver.poll(link).volume_ml for _ in range(5)]
    assert Decimal(20) in seen
    pump.inject(PanelRun())
    reading = polled(driver, link, 60)
    assert (reading.state, reading.rate_ml_h) == (PumpState.INFUSING, Decimal("25.50"))
    assert reading.infused_ml is not None
    assert float(reading.infused_ml) == pytest.approx(pump.delivered_ml, abs=0.002)
    pump.inject(PanelStop())
    assert driver.poll(link).state is PumpState.STOPPED


# --- commanded ------------------------------------------------------------------------------------


def test_a_whole_course() -> None:
    driver, link = connected()
    back = done(driver.execute(link, ORDER)).read_back
    assert (back.rate_ml_h, back.volume_ml, back.infused_ml) == (Decimal(120), Decimal(10), Decimal(0))
    assert back.syringe == "BD PLASTIPAK 50 mL"
    assert done(driver.execute(link, Start())).read_back.state is PumpState.INFUSING
    assert polled(driver, link, 30).state is PumpState.INFUSING
    assert done(driver.execute(link, SetRate(Decimal("60.005")))).read_back.rate_ml_h == 60
    assert driver.poll(link).rate_ml_h == 60
    assert done(driver.execute(link, Pause())).read_back.state is PumpState.PAUSED
    assert driver.poll(link).state is PumpState.PAUSED
    assert done(driver.execute(link, Resume())).read_back.rate_ml_h == 60
    assert polled(driver, link, 20).state is PumpState.INFUSING
    reading = driver.stop_once(link)
    assert reading.state is PumpState.STOPPED
    assert reading.infused_ml is not None
    assert float(reading.infused_ml) == pytest.approx(pump_of(link).delivered_ml, abs=0.002)
    assert driver.poll(link).state is PumpState.STOPPED
    assert b"!REMOTE_CTRL^DISABLED|EF95\r" in link.sent
    assert not pump_of(link).state.remote
    assert driver.bad_frames == 0
    assert b"BOLUS" not in link.sent


def test_the_ordered_volume_ends_the_delivery_without_an_alarm_however_often_it_was_paused() -> None:
    driver, link = infusing()
    for _ in range(3):
        polled(driver, link, 60)
        done(driver.execute(link, Pause()))
        rests(link, 5)
        driver.poll(link)
        done(driver.execute(link, Resume()))
    reading = polled(driver, link, 200)
    assert (reading.state, reading.infused_ml, reading.alarm) == (PumpState.STOPPED, Decimal(10), None)
    assert pump_of(link).delivered_ml == pytest.approx(10)
    assert "AL_VTBIS" in reading.raw


def test_start_is_sent_once_per_programming_and_only_with_what_was_programmed() -> None:
    driver, link = connected()
    assert isinstance(driver.execute(link, Start()), Refused)
    done(driver.execute(link, ORDER))
    pump_of(link).inject(PanelRate(Decimal(200)))
    refused = driver.execute(link, Start())
    assert isinstance(refused, Refused)
    assert "200" in refused.reason
    assert isinstance(driver.execute(link, Start()), Refused)
    assert b"INF_START" not in link.sent


@pytest.mark.req("SER-17")
@pytest.mark.parametrize(
    ("pump", "words"),
    [
        (VirtualAlaris(permits=False), "hand control over"),
        (VirtualAlaris(confirmed=False), "not confirmed"),
        (VirtualAlaris(size_ml=20), "Change it"),
        (VirtualAlaris(brand="TERUMO"), "Change it"),
    ],
)
def test_a_pump_that_is_not_fit_is_not_programmed(pump: VirtualAlaris, words: str) -> None:
    driver, link = connected(pump)
    outcome = driver.execute(link, ORDER)
    assert isinstance(outcome, Refused)
    assert words in outcome.reason
    assert b"INF_RATE^" not in link.sent


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Program("BD 60 mL", Decimal(1), Decimal("0.05"), Decimal(10), 30), "outside"),
        (Program("BD 60 mL", Decimal(1), Decimal(1201), Decimal(10), 30), "outside"),
        (Program("BD 60 mL", Decimal(1), Decimal(10), Decimal("0.0001"), 30), "no volume"),
        (Program("BD 60 mL", Decimal(1), Decimal(10), Decimal(10), 5), "watchdog_s"),
    ],
)
def test_what_the_pump_cannot_hold_is_refused_before_it_is_sent(order: Program, words: str) -> None:
    driver, link = connected()
    outcome = driver.execute(link, order)
    assert isinstance(outcome, Refused)
    assert words in outcome.reason


def test_a_running_or_alarming_pump_is_not_programmed() -> None:
    driver, link = connected()
    pump_of(link).inject(PanelRun())
    assert isinstance(driver.execute(link, ORDER), Refused)
    pump_of(link).inject(Stall())
    assert isinstance(driver.execute(link, ORDER), Refused)


def test_another_pump_on_the_cable_gets_no_controlling_byte() -> None:
    driver, link = connected()
    link.twin = VirtualAlaris("8002-51733")
    link.sent = b""
    with pytest.raises(TimeoutError):
        driver.poll(link)
    assert isinstance(driver.execute(link, ORDER), Refused)
    assert not any(word in link.sent for word in CHANGING)


# --- the host rule and the lease ------------------------------------------------------------------


def owned(
    driver: Alaris, link: TwinLink
) -> tuple[PumpOwner, LeaseSlot, RecordingSink, StopSlot, CommandSlot]:
    wake, sink, lease = Wake(), RecordingSink(), LeaseSlot(link.clock)
    stop, commands = StopSlot(link.clock, wake), CommandSlot(wake)

    class Waits:
        def wait(self, timeout_s: float) -> None:
            link.clock.advance(timeout_s)
            link.twin.advance(timeout_s)

    owner = PumpOwner(driver, lambda: link, link.clock, stop, commands, sink, Waits(), lease=lease)
    return owner, lease, sink, stop, commands


def turns(owner: PumpOwner, link: TwinLink, seconds: float) -> None:
    end = link.now().plus(seconds)
    while link.now().mono_ns < end.mono_ns:
        owner.turn()


def commanded(
    owner: PumpOwner, commands: CommandSlot, sink: RecordingSink, link: TwinLink, what: PumpCommand
) -> None:
    commands.offer(Order(str(len(sink.outcomes)), what, link.now().plus(10)))
    owner.turn()
    done(sink.outcomes[-1][1])


def test_the_pump_goes_on_while_the_lease_is_renewed_and_stops_by_itself_when_it_is_not() -> None:
    driver, link = Alaris(control=True), TwinLink(VirtualAlaris())
    owner, lease, sink, _, commands = owned(driver, link)
    turns(owner, link, 2)
    commanded(owner, commands, sink, link, Program("BD 60", Decimal(1), Decimal(60), Decimal(20), 15))
    commanded(owner, commands, sink, link, Start())
    for _ in range(12):
        lease.grant(link.now().plus(10))
        turns(owner, link, 5)
    assert pump_of(link).running
    lease.withhold("Nobody has entered anything for 10 min.")
    turns(owner, link, 9)
    quiet = len(link.sent)
    turns(owner, link, 17)
    assert len(link.sent) == quiet
    assert not pump_of(link).running
    lease.release()
    turns(owner, link, 3)
    assert sink.readings[-1].state is PumpState.ALARM
    assert sink.readings[-1].alarm is PumpAlarm.HOST_SILENT


def test_closing_hands_the_control_of_a_pump_on_hold_back_but_leaves_a_running_one_to_its_own_rule() -> None:
    driver, link = infusing()
    driver.leave(link)
    assert pump_of(link).state.remote
    done(driver.execute(link, Pause()))
    driver.leave(link)
    assert not pump_of(link).state.remote


def test_a_pump_started_by_hand_is_not_taken_over() -> None:
    driver, link = connected()
    pump_of(link).inject(PanelRun())
    polled(driver, link, 20)
    assert pump_of(link).running
    assert b"REMOTE_CTRL" not in link.sent


@pytest.mark.req("SER-09")
def test_stop_through_the_owner_is_confirmed_even_when_nobody_identified_the_pump() -> None:
    _, link = infusing()
    owner, _, sink, stop, _ = owned(Alaris(control=True), link)
    stop.press()
    turns(owner, link, 0.5)
    assert not pump_of(link).running
    assert sink.readings[-1].state is PumpState.STOPPED


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.req("SER-15")
def test_an_occlusion_is_told_and_stays_told_until_delivery_is_asked_for_again() -> None:
    driver, link = infusing()
    pump_of(link).inject(Occlusion(0.1))
    reading = polled(driver, link, 10)
    assert (reading.state, reading.alarm) == (PumpState.ALARM, PumpAlarm.STALL)
    pump_of(link).inject(PanelAcknowledge())
    reading = driver.poll(link)
    assert (reading.state, reading.alarm) == (PumpState.PAUSED, PumpAlarm.STALL)
    assert driver.stop_once(link).state is PumpState.STOPPED


def test_an_empty_syringe_and_an_open_drive_are_told() -> None:
    driver, link = infusing()
    pump_of(link).inject(LoadSyringe(0.05))
    assert polled(driver, link, 5).alarm is PumpAlarm.EMPTY
    driver, link = infusing()
    pump_of(link).inject(Stall())
    assert driver.poll(link).alarm is PumpAlarm.DOOR


def test_lost_mains_is_told_without_an_alarm() -> None:
    driver, link = infusing()
    pump_of(link).state.alarm = "AL_ACDIS"
    reading = driver.poll(link)
    assert (reading.state, reading.alarm, reading.on_mains) == (PumpState.INFUSING, None, False)


@pytest.mark.req("SER-13")
def test_a_pump_that_lost_power_is_found_on_hold_and_does_not_begin_by_itself() -> None:
    driver, link = infusing()
    polled(driver, link, 10)
    pump_of(link).inject(PowerCycle(2.0))
    rests(link, 3)
    assert driver.poll(link).state is PumpState.PAUSED
    polled(driver, link, 30)
    assert not pump_of(link).running


@pytest.mark.req("SER-08")
@pytest.mark.parametrize(
    "command", [Start(), SetRate(Decimal(30)), Resume()], ids=["start", "rate", "resume"]
)
@pytest.mark.parametrize("lost", [1, 2, 3, 4, 5, 6])
def test_a_lost_answer_never_makes_the_driver_claim_what_is_not_so(command: PumpCommand, lost: int) -> None:
    driver, link = connected() if isinstance(command, Start) else infusing()
    if isinstance(command, Start):
        done(driver.execute(link, ORDER))
    if isinstance(command, Resume):
        done(driver.execute(link, Pause()))
    link.sent = b""
    pump_of(link).inject(ReplyLost(lost))
    outcome = driver.execute(link, command)
    pump = pump_of(link)
    assert link.sent.count(b"!INF_START|") <= 1
    if isinstance(outcome, Confirmed):
        assert pump.running
        assert outcome.read_back.rate_ml_h == pump.state.set_rate
    elif isinstance(outcome, Refused) and not isinstance(command, SetRate):
        assert not pump.running


@pytest.mark.req("SER-06")
def test_nothing_that_raises_delivery_is_sent_while_an_answer_may_still_come() -> None:
    driver, link = connected()
    done(driver.execute(link, ORDER))
    pump_of(link).inject(ReplyDelay(2.0, 2))
    with pytest.raises(TimeoutError):
        driver.poll(link)
    link.sent = b""
    refused = driver.execute(link, Start())
    assert isinstance(refused, Refused)
    assert b"INF_START" not in link.sent


@pytest.mark.req("SER-07")
def test_doubled_and_damaged_answers_are_counted_and_change_nothing() -> None:
    driver, link = connected()
    pump_of(link).inject(DuplicateReply(40))
    done(driver.execute(link, ORDER))
    done(driver.execute(link, Start()))
    assert driver.poll(link).state is PumpState.INFUSING
    assert driver.bad_frames > 0
    pump_of(link).inject(CorruptReply(2, 1))
    assert polled(driver, link, 2).state is PumpState.INFUSING


@pytest.mark.req("SER-09")
def test_stop_is_one_stop_per_call_within_a_quarter_second_and_works_through_losses() -> None:
    driver, link = infusing()
    pump_of(link).inject(RequestLost(1))
    link.sent, begun = b"", link.now()
    first = driver.stop_once(link)
    assert link.sent.count(b"!INF_STOP|") == 1
    assert link.now().seconds_since(begun) < 0.35
    assert first.state is PumpState.INFUSING
    assert driver.stop_once(link).state is PumpState.STOPPED
    assert isinstance(driver.execute(link, Start()), Refused)


def test_stop_takes_control_again_after_the_pump_withdrew_it() -> None:
    driver, link = infusing()
    pump_of(link).state.remote = False
    assert driver.stop_once(link).state is PumpState.INFUSING
    assert driver.stop_once(link).state is PumpState.STOPPED
    done_again = driver.execute(link, Stop())
    assert isinstance(done_again, Confirmed)


def test_a_pulled_cable_in_the_middle_of_start_is_unknown_not_refused() -> None:
    driver, link = connected()
    done(driver.execute(link, ORDER))

    class Pulled(TwinLink):
        def write(self, data: bytes) -> None:
            super().write(data)
            self.pulled = data.startswith(b"!INF_START|")

    cut = Pulled(link.twin)
    assert isinstance(driver.execute(cut, Start()), Unknown)
    with pytest.raises(LinkLost):
        driver.poll(cut)
    assert isinstance(driver.execute(link, SetRate(Decimal(5))), Refused)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from([ReplyLost(), RequestLost(), ReplyDelay(1.0), CorruptReply(), DuplicateReply()]),
        max_size=6,
    )
)
def test_whatever_the_line_does_a_reading_is_true(faults: list[ReplyLost]) -> None:
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
            assert -0.002 <= pump.state.infused_ml - float(reading.infused_ml) < 0.2
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
    pump = VirtualAlaris()
    cable, closing = PtyCable(pump, tmp_path / "pump"), threading.Event()
    thread = threading.Thread(target=cable.serve, args=(SystemClock(), closing))
    thread.start()
    try:
        driver = Alaris(control=True)
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
