"""The fault menu of the virtual NE-1000."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.devices.ports import Emulator
from console.devices.virtual.faults import (
    CorruptReply,
    DuplicateReply,
    HealthyLine,
    LoadSyringe,
    Occlusion,
    OcclusionReleased,
    PanelAcknowledge,
    PanelRate,
    PanelRun,
    PanelStop,
    PhaseCollision,
    PowerCycle,
    ReplyDelay,
    ReplyLost,
    RequestLost,
    Silent,
    Stall,
    pump_fault_menu,
)
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_drive import Syringe
from console.devices.virtual.ne1000_wire import safe_frame


@pytest.fixture
def pump() -> VirtualNE1000:
    """A pump with a BD 60, stopped, set to 50 mL at 360 mL/h (0.1 mL/s)."""
    subject = VirtualNE1000()
    for command in (b"\r", b"VOL 50\r", b"RAT 360 MH\r"):
        subject.feed(command)
    return subject


@pytest.fixture
def running(pump: VirtualNE1000) -> VirtualNE1000:
    """The same pump, infusing."""
    assert pump.feed(b"RUN\r") == b"\x0200I\x03"
    return pump


def test_the_pump_is_an_emulator() -> None:
    subject: Emulator = VirtualNE1000()
    assert subject.advance(0.02) == b""


def test_a_misspelt_attribute_is_an_error(pump: VirtualNE1000) -> None:
    with pytest.raises(AttributeError):
        pump.deliverd_ml = 1.0  # type: ignore[attr-defined]


@pytest.mark.req("SER-06")
def test_a_late_reply_comes_after_its_delay_and_the_command_acts_at_once(pump: VirtualNE1000) -> None:
    pump.inject(ReplyDelay(2.0, replies=1))
    assert pump.feed(b"RUN\r") == b""
    assert pump.running
    assert pump.advance(1.9) == b""
    assert pump.feed(b"\r") == b"\x0200I\x03"
    assert pump.advance(0.1) == b"\x0200I\x03"
    assert pump.advance(10.0) == b""


@pytest.mark.req("SER-08")
def test_a_lost_reply_hides_a_command_that_was_carried_out(pump: VirtualNE1000) -> None:
    pump.inject(ReplyLost())
    assert pump.feed(b"RUN\r") == b""
    assert pump.running
    assert pump.feed(b"\r") == b"\x0200I\x03"


@pytest.mark.req("SER-08")
def test_a_lost_request_leaves_the_pump_as_it_was(pump: VirtualNE1000) -> None:
    pump.inject(RequestLost())
    assert pump.feed(b"RUN\r") == b""
    assert not pump.running
    assert pump.feed(b"RUN\r") == b"\x0200I\x03"


@pytest.mark.req("SER-03")
def test_a_corrupted_reply_differs_in_that_many_bytes_and_repeats_with_its_seed() -> None:
    replies = []
    for _ in range(2):
        pump = VirtualNE1000(seed=7)
        pump.feed(b"\r")
        pump.inject(CorruptReply(byte_count=3, replies=2))
        replies.append((pump.feed(b"VER\r"), pump.feed(b"VER\r"), pump.feed(b"VER\r")))
    good = b"\x0200SNE1000V3.928\x03"
    assert replies[0] == replies[1]
    for reply in replies[0][:2]:
        assert sum(seen != sent for seen, sent in zip(reply, good, strict=True)) == 3
    assert replies[0][2] == good


def test_more_bytes_cannot_be_corrupted_than_there_are(pump: VirtualNE1000) -> None:
    pump.inject(CorruptReply(byte_count=99))
    assert len(pump.feed(b"\r")) == len(b"\x0200S\x03")


@pytest.mark.req("SER-07")
def test_a_duplicate_reply_arrives_twice_and_the_command_acts_once(pump: VirtualNE1000) -> None:
    pump.inject(DuplicateReply())
    assert pump.feed(b"DIR REV\r") == b"\x0200S\x03" * 2
    assert pump.feed(b"DIR\r") == b"\x0200SWDR\x03"


def test_a_silent_pump_goes_on_pumping_and_comes_back(running: VirtualNE1000) -> None:
    running.inject(Silent(10.0))
    assert running.feed(b"STP\r") == b""
    assert running.advance(10.0) == b""
    assert running.feed(b"\r") == b"\x0200I\x03"
    assert running.delivered_ml == pytest.approx(1.0)


def test_the_watchdog_of_a_silent_pump_stops_it_unheard(running: VirtualNE1000) -> None:
    running.feed(safe_frame("SAF5"))
    running.inject(Silent())
    for _ in range(20):
        assert running.feed(safe_frame("0")) == b""
        assert running.advance(0.5) == b""
    assert not running.running
    running.inject(HealthyLine())
    assert running.feed(safe_frame("0")) == safe_frame("00A?T")


def test_a_healthy_line_ends_every_fault_of_the_line(pump: VirtualNE1000) -> None:
    for fault in (
        ReplyDelay(1.0, 9),
        ReplyLost(9),
        RequestLost(9),
        CorruptReply(1, 9),
        DuplicateReply(9),
        Silent(),
    ):
        pump.inject(fault)
    pump.inject(HealthyLine())
    assert pump.feed(b"\r") == b"\x0200S\x03"


def test_a_reply_under_way_is_lost_with_the_power(pump: VirtualNE1000) -> None:
    pump.inject(ReplyDelay(2.0))
    pump.feed(b"\r")
    pump.inject(PowerCycle(1.0))
    assert pump.advance(5.0) == b""


def test_a_stall_of_a_pump_that_stands_still_is_no_event(pump: VirtualNE1000) -> None:
    pump.inject(Stall())
    assert pump.feed(b"\r") == b"\x0200S\x03"


@pytest.mark.req("SER-15")
def test_an_occlusion_counts_on_delivers_nothing_and_stalls(running: VirtualNE1000) -> None:
    running.advance(10.0)
    running.inject(Occlusion(compliance_ml=0.5))
    running.advance(4.0)
    assert running.running
    assert running.infused_ml == pytest.approx(1.4)
    assert running.delivered_ml == pytest.approx(1.0)
    running.advance(60.0)
    assert running.feed(b"\r") == b"\x0200A?S\x03"
    assert running.feed(b"DIS\r") == b"\x0200SI1.500W0.000ML\x03"
    assert running.delivered_ml == pytest.approx(1.0)


@pytest.mark.req("SER-15")
def test_a_pump_started_against_an_occlusion_stalls_again(running: VirtualNE1000) -> None:
    running.inject(Occlusion(compliance_ml=0.5))
    running.advance(60.0)
    running.feed(b"\r")
    running.feed(b"RUN\r")
    running.advance(0.02)
    assert running.feed(b"\r") == b"\x0200A?S\x03"


@pytest.mark.req("SER-15")
def test_a_released_occlusion_lets_the_trapped_bolus_go_at_once(running: VirtualNE1000) -> None:
    running.inject(Occlusion(compliance_ml=0.5))
    running.advance(60.0)
    running.inject(OcclusionReleased())
    assert running.delivered_ml == pytest.approx(0.5)
    running.feed(b"\r\rRUN\r")
    running.advance(10.0)
    assert running.delivered_ml == pytest.approx(1.5)


@pytest.mark.req("SER-16")
def test_an_emptied_syringe_stalls_because_the_pump_has_no_sensor_for_it(running: VirtualNE1000) -> None:
    running.inject(LoadSyringe(content_ml=2.0))
    running.advance(19.9)
    assert running.running
    running.advance(1.0)
    assert running.feed(b"\r") == b"\x0200A?S\x03"
    assert running.delivered_ml == pytest.approx(2.0)


def test_a_withdrawing_plunger_stalls_at_the_end_of_the_barrel() -> None:
    pump = VirtualNE1000(syringe=Syringe(content_ml=59.0))
    pump.feed(b"\rVOL 5\rRAT 360 MH\rDIR WDR\rRUN\r")
    pump.advance(3600.0)
    assert pump.feed(b"\r") == b"\x0200A?S\x03"
    assert pump.feed(b"DIS\r") == b"\x0200SI0.000W1.000ML\x03"
    assert pump.delivered_ml == 0.0


@pytest.mark.req("SER-17")
def test_a_wrong_syringe_delivers_by_the_square_of_its_bore(running: VirtualNE1000) -> None:
    running.inject(LoadSyringe(inner_diameter_mm=29.7))
    running.advance(100.0)
    assert running.infused_ml == pytest.approx(10.0)
    assert running.delivered_ml == pytest.approx(12.476, abs=0.001)


@pytest.mark.req("SER-18")
def test_a_rate_turned_at_the_panel_is_seen_over_the_line(running: VirtualNE1000) -> None:
    running.inject(PanelRate(Decimal("123.45")))
    assert running.feed(b"RAT\r") == b"\x0200I123.4MH\x03"
    assert running.motor_rate_ml_h == Decimal("123.4")


def test_a_rate_turned_at_the_panel_while_stopped_is_stored(pump: VirtualNE1000) -> None:
    pump.inject(PanelRate(Decimal(99)))
    assert pump.stored.phase(1).rate == 99


def test_a_rate_the_pump_cannot_do_is_not_taken_at_the_panel_either(running: VirtualNE1000) -> None:
    running.inject(PanelRate(Decimal(9000)))
    assert running.motor_rate_ml_h == 360


def test_stop_at_the_panel_pauses_and_pressed_twice_stops(running: VirtualNE1000) -> None:
    running.inject(PanelStop())
    assert running.feed(b"\r") == b"\x0200P\x03"
    running.inject(PanelRun())
    assert running.feed(b"\r") == b"\x0200I\x03"
    running.inject(PanelStop(presses=2))
    assert running.feed(b"\r") == b"\x0200S\x03"


def test_an_alarm_cleared_at_the_panel_never_reaches_a_host_in_basic_mode(running: VirtualNE1000) -> None:
    running.inject(Stall())
    running.inject(PanelRun())
    assert not running.running
    running.inject(PanelAcknowledge())
    assert running.feed(b"\r") == b"\x0200S\x03"


def test_a_locked_keypad_does_nothing(running: VirtualNE1000) -> None:
    running.feed(b"LOC 1\r")
    for fault in (PanelStop(2), PanelRate(Decimal(1)), PanelAcknowledge()):
        running.inject(fault)
    assert running.motor_rate_ml_h == 360


def test_a_command_that_meets_a_new_phase_is_ignored_and_has_to_be_repeated(pump: VirtualNE1000) -> None:
    pump.inject(PhaseCollision())
    assert pump.feed(b"RUN\r") == b"\x0200S?IGN\x03"
    assert not pump.running
    assert pump.feed(b"RUN\r") == b"\x0200I\x03"


@pytest.mark.parametrize("name", sorted(pump_fault_menu()))
def test_every_fault_of_the_menu_can_happen_to_a_running_pump(running: VirtualNE1000, name: str) -> None:
    before = running.delivered_ml
    running.inject(pump_fault_menu()[name])
    running.feed(b"\rDIS\r")
    running.advance(5.0)
    assert running.delivered_ml >= before
