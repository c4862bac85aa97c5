"""Safe mode, the watchdog, alarms and their acknowledgement, and power failures."""

from __future__ import annotations

import pytest

from console.devices.virtual.faults import PowerCycle, Stall
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_program import Motion
from console.devices.virtual.ne1000_wire import basic_reply, safe_frame


@pytest.fixture
def pump() -> VirtualNE1000:
    """A pump infusing 50 mL at 60 mL/h in Basic mode."""
    subject = VirtualNE1000()
    for command in (b"\r", b"VOL 50\r", b"RAT 60 MH\r", b"RUN\r"):
        subject.feed(command)
    assert subject.running
    return subject


@pytest.fixture
def guarded(pump: VirtualNE1000) -> VirtualNE1000:
    """The same pump in Safe mode with a time-out of 5 s."""
    assert pump.feed(safe_frame("0SAF5")) == safe_frame("00I")
    return pump


def test_the_first_answer_after_power_up_is_the_reset_alarm_and_the_command_is_not_carried_out() -> None:
    pump = VirtualNE1000()
    assert pump.buzzing
    assert pump.feed(b"RAT 60 MH\r") == b"\x0200A?R\x03"
    assert pump.feed(b"RAT\r") == b"\x0200S0.000MH\x03"
    assert not pump.buzzing


@pytest.mark.parametrize("command", [b"", b"VER", b"SAF", b"DIS", b"STP", b"RUN", b"*ADR"])
def test_any_known_command_acknowledges_an_alarm(command: bytes) -> None:
    pump = VirtualNE1000()
    assert pump.feed(command + b"\r") == b"\x0200A?R\x03"
    assert pump.feed(b"\r") == b"\x0200S\x03"


def test_an_unknown_command_acknowledges_nothing() -> None:
    pump = VirtualNE1000()
    assert pump.feed(b"FOO\r") == b"\x0200A?R\x03"
    assert pump.feed(b"\r") == b"\x0200A?R\x03"


def test_a_command_for_another_pump_acknowledges_nothing() -> None:
    pump = VirtualNE1000()
    assert pump.feed(b"3VER\r") == b""
    assert pump.feed(b"\r") == b"\x0200A?R\x03"


@pytest.mark.parametrize(
    ("command", "framed"),
    [("0SAF0", basic_reply), ("0SAF5", safe_frame), ("0SAF", basic_reply), ("0VER", basic_reply)],
)
def test_a_pending_alarm_is_framed_as_the_mode_a_saf_command_asks_for(command: str, framed: object) -> None:
    pump = VirtualNE1000()
    assert callable(framed)
    assert pump.feed(safe_frame(command)) == framed("00A?R")
    assert pump.stored.safe_s == 0


def test_safe_mode_is_entered_and_left_with_the_answer_in_the_new_framing() -> None:
    pump = VirtualNE1000()
    pump.feed(b"\r")
    assert pump.feed(b"SAF 5\r") == safe_frame("00S")
    assert pump.feed(safe_frame("0SAF")) == safe_frame("00S5")
    assert pump.feed(safe_frame("0SAF300")) == safe_frame("00S?OOR")
    assert pump.feed(safe_frame("0SAF0")) == basic_reply("00S")
    assert pump.feed(safe_frame("0VER")) == basic_reply("00SNE1000V3.928")


def test_a_pump_in_safe_mode_ignores_what_is_not_framed(guarded: VirtualNE1000) -> None:
    assert guarded.feed(b"0STP\r") == b""
    assert guarded.running


def test_a_damaged_packet_is_answered_as_such_and_changes_nothing(guarded: VirtualNE1000) -> None:
    damaged = bytearray(safe_frame("0STP"))
    damaged[3] ^= 0x01
    assert guarded.feed(bytes(damaged)) == safe_frame("00I?COM")
    assert guarded.running


def test_half_a_packet_is_forgotten_after_half_a_second(guarded: VirtualNE1000) -> None:
    guarded.feed(safe_frame("0STP")[:4])
    guarded.advance(0.6)
    assert guarded.feed(safe_frame("0")) == safe_frame("00I")


def test_the_watchdog_stops_a_pump_whose_host_is_silent(guarded: VirtualNE1000) -> None:
    assert guarded.advance(4.99) == b""
    assert guarded.prompt == "I"
    assert guarded.advance(0.02) == bytes.fromhex("02 09 30 30 41 3F 54 05 40 03")
    assert not guarded.running
    assert guarded.buzzing
    assert guarded.delivered_ml == pytest.approx(60 / 3600 * 5.0)


def test_the_watchdog_stops_delivery_at_its_time_however_long_the_step(guarded: VirtualNE1000) -> None:
    guarded.advance(3600.0)
    assert guarded.delivered_ml == pytest.approx(60 / 3600 * 5.0)


def test_every_valid_packet_is_a_heartbeat(guarded: VirtualNE1000) -> None:
    for packet in ("0", "0DIS", "0STP1", "0FOO", "0DIA20") * 4:
        assert guarded.advance(4.9) == b""
        assert guarded.feed(safe_frame(packet)) != b""
    assert guarded.running


def test_neither_a_damaged_packet_nor_one_for_another_pump_is_a_heartbeat(guarded: VirtualNE1000) -> None:
    guarded.advance(4.9)
    guarded.feed(b"\x02\x05\x30\x00\x00\x03")
    guarded.feed(safe_frame("7"))
    assert guarded.advance(0.2) == safe_frame("00A?T")


def test_an_alarm_sent_on_its_own_is_not_acknowledged_by_that(guarded: VirtualNE1000) -> None:
    assert guarded.advance(6.0) == safe_frame("00A?T")
    assert guarded.feed(safe_frame("0DIS")) == safe_frame("00A?T")
    assert guarded.feed(safe_frame("0DIS")) == safe_frame("00SI0.083W0.000ML")


def test_the_watchdog_rests_after_its_alarm_until_the_next_valid_packet(guarded: VirtualNE1000) -> None:
    guarded.advance(6.0)
    assert guarded.advance(3600.0) == b""
    guarded.feed(safe_frame("0"))
    assert guarded.advance(5.1) == safe_frame("00A?T")


def test_the_watchdog_rests_after_a_new_baud_rate(guarded: VirtualNE1000) -> None:
    assert guarded.feed(safe_frame("*ADR0B9600")) == safe_frame("00I")
    assert guarded.advance(60.0) == b""
    assert guarded.running


def test_leaving_safe_mode_ends_the_watchdog(guarded: VirtualNE1000) -> None:
    guarded.feed(safe_frame("0SAF0"))
    guarded.advance(600.0)
    assert guarded.running


def test_basic_mode_sends_nothing_on_its_own(pump: VirtualNE1000) -> None:
    pump.inject(Stall())
    assert pump.advance(1.0) == b""
    assert pump.feed(b"\r") == b"\x0200A?S\x03"


def test_a_stall_in_safe_mode_is_announced_at_once(guarded: VirtualNE1000) -> None:
    guarded.inject(Stall())
    assert guarded.advance(0.01) == bytes.fromhex("02 09 30 30 41 3F 53 75 A7 03")
    assert guarded.feed(safe_frame("0")) == safe_frame("00A?S")
    assert guarded.feed(safe_frame("0")) == safe_frame("00S")


def test_an_alarm_is_told_once_and_start_is_refused_by_it_once(pump: VirtualNE1000) -> None:
    pump.inject(Stall())
    assert pump.feed(b"RUN\r") == b"\x0200A?S\x03"
    assert not pump.running
    assert pump.feed(b"RUN\r") == b"\x0200I\x03"


def test_a_pump_may_be_made_to_stay_paused_after_an_alarm() -> None:
    pump = VirtualNE1000(after_alarm=Motion.PAUSED)
    for command in (b"\r", b"VOL 1\r", b"RAT 360 MH\r", b"RUN\r"):
        pump.feed(command)
    pump.advance(5.0)
    pump.inject(Stall())
    assert pump.feed(b"\r") == b"\x0200A?S\x03"
    assert pump.feed(b"\r") == b"\x0200P\x03"
    pump.feed(b"RUN\r")
    pump.advance(60.0)
    assert pump.delivered_ml == pytest.approx(1.0)


def test_the_first_alarm_stays_until_it_is_acknowledged(guarded: VirtualNE1000) -> None:
    guarded.inject(Stall())
    assert guarded.advance(6.0) == safe_frame("00A?S") + safe_frame("00A?T")
    assert guarded.feed(safe_frame("0")) == safe_frame("00A?S")
    assert guarded.feed(safe_frame("0")) == safe_frame("00S")


@pytest.mark.req("SER-13")
def test_a_power_cycle_stops_the_pump_loses_the_counters_and_keeps_what_was_stored(
    pump: VirtualNE1000,
) -> None:
    pump.feed(b"RAT 120\r")
    pump.advance(30.0)
    pump.inject(PowerCycle(2.0))
    assert not pump.running
    assert pump.prompt == ""
    assert pump.feed(b"\r") == b""
    assert pump.advance(1.9) == b""
    assert pump.feed(b"\r") == b""
    assert pump.advance(0.2) == b""
    assert pump.feed(b"\r") == b"\x0200A?R\x03"
    assert pump.feed(b"RAT\r") == b"\x0200S60.00MH\x03"
    assert pump.feed(b"DIS\r") == b"\x0200SI0.000W0.000ML\x03"
    assert pump.delivered_ml == pytest.approx(1.0)


@pytest.mark.req("SER-13")
def test_a_pump_that_wakes_in_safe_mode_says_so_and_waits_for_a_packet_before_it_watches(
    guarded: VirtualNE1000,
) -> None:
    guarded.inject(PowerCycle(1.0))
    assert guarded.advance(1.0) == bytes.fromhex("02 09 30 30 41 3F 52 65 86 03")
    assert guarded.advance(60.0) == b""
    assert guarded.feed(safe_frame("0")) == safe_frame("00A?R")
    assert guarded.advance(5.1) == safe_frame("00A?T")


def test_power_that_never_returns_leaves_the_pump_silent(guarded: VirtualNE1000) -> None:
    guarded.inject(PowerCycle(float("inf")))
    assert guarded.advance(1e6) == b""
    assert guarded.feed(safe_frame("0")) == b""
    assert not guarded.buzzing


def test_with_power_failure_mode_on_the_program_goes_on_by_itself(pump: VirtualNE1000) -> None:
    pump.feed(b"PF 1\rRAT 120\r")
    pump.inject(PowerCycle(1.0))
    pump.advance(31.0)
    assert pump.running
    assert pump.motor_rate_ml_h == 60
    assert pump.delivered_ml == pytest.approx(0.5)
    assert pump.feed(b"\r") == b"\x0200A?R\x03"
    assert pump.feed(b"\r") == b"\x0200I\x03"
