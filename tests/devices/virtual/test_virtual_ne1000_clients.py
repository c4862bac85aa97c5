"""Dialogues of the shapes that published NE-1000 host programs produce, as literal bytes.

Three shapes are in use: Safe frames with the address always in front and a heartbeat of the bare
address; Basic lines without an address; Basic lines ended by CR LF. The pump has to satisfy them all.
"""

from __future__ import annotations

import pytest

from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_wire import safe_frame

OK = b"\x0200S\x03"


def hold(pump: VirtualNE1000, *dialogue: tuple[bytes, bytes]) -> None:
    """Send each request and compare its reply."""
    for request, reply in dialogue:
        assert pump.feed(request) == reply, request


def test_a_host_that_opens_with_a_safe_frame_and_then_speaks_basic_with_an_address() -> None:
    pump = VirtualNE1000()
    saf0 = bytes.fromhex("02 09 30 53 41 46 30 59 AD 03")
    hold(
        pump,
        (saf0, b"\x0200A?R\x03"),
        (saf0, OK),
        (b"0VER\r", b"\x0200SNE1000V3.928\x03"),
        (b"0DIA26.59\r", OK),
        (b"0DIA\r", b"\x0200S26.59\x03"),
        (b"0DIRINF\r", OK),
        (b"0VOLUL\r", OK),
        (b"0VOL500\r", OK),
        (b"0VOL\r", b"\x0200S500.0UL\x03"),
        (b"0RAT1200MH\r", OK),
        (b"0RAT\r", b"\x0200S1200.MH\x03"),
        (b"0CLDINF\r", OK),
        (b"0RUN\r", b"\x0200I\x03"),
        (b"0\r", b"\x0200I\x03"),
    )
    pump.advance(1.51)
    hold(pump, (b"0\r", OK), (b"0DIS\r", b"\x0200SI500.0W0.000UL\x03"))


def test_a_host_that_enters_safe_mode_and_keeps_it_alive_with_the_bare_address() -> None:
    pump = VirtualNE1000()
    saf5 = bytes.fromhex("02 09 30 53 41 46 35 09 08 03")
    heartbeat = bytes.fromhex("02 05 30 36 53 03")
    hold(
        pump,
        (saf5, bytes.fromhex("02 09 30 30 41 3F 52 65 86 03")),
        (saf5, safe_frame("00S")),
        (
            bytes.fromhex("02 08 30 56 45 52 48 09 03"),
            bytes.fromhex("02 13 30 30 53 4E 45 31 30 30 30 56 33 2E 39 32 38 27 22 03"),
        ),
        (safe_frame("0VOL50"), safe_frame("00S")),
        (safe_frame("0RAT360MH"), safe_frame("00S")),
        (safe_frame("0RUN"), safe_frame("00I")),
    )
    for _ in range(8):
        assert pump.advance(2.5) == b""
        assert pump.feed(heartbeat) == safe_frame("00I")
    hold(
        pump,
        (safe_frame("0DIS"), safe_frame("00II2.000W0.000ML")),
        (safe_frame("0STP"), bytes.fromhex("02 07 30 30 50 9A C5 03")),
        (bytes.fromhex("02 09 30 53 41 46 30 59 AD 03"), b"\x0200P\x03"),
        (b"0STP\r", OK),
        (b"0STP\r", b"\x0200S?NA\x03"),
    )


def test_a_host_that_speaks_basic_without_an_address_and_repeats_what_the_reset_alarm_swallowed() -> None:
    pump = VirtualNE1000()
    hold(
        pump,
        (b"VER\r", b"\x0200A?R\x03"),
        (b"VER\r", b"\x0200SNE1000V3.928\x03"),
        (b"DIA26.59\r", OK),
        (b"CLDINF\r", OK),
        (b"CLDWDR\r", OK),
        (b"\r", OK),
        (b"DIA\r", b"\x0200S26.59\x03"),
        (b"PHN1\r", OK),
        (b"FUNRAT\r", OK),
        (b"VOL\r", b"\x0200S0.000ML\x03"),
        (b"RAT20.00MM\r", OK),
        (b"VOL0.200\r", OK),
        (b"DIRINF\r", OK),
        (b"PHN2\r", OK),
        (b"FUNSTP\r", OK),
        (b"PHN1\r", OK),
        (b"RUN\r", b"\x0200I\x03"),
        (b"RAT\r", b"\x0200I20.00MM\x03"),
    )
    pump.advance(0.61)
    hold(pump, (b"DIS\r", b"\x0200SI0.200W0.000ML\x03"), (b"RAT50.00MM\r", b"\x0200S?OOR\x03"))


def test_a_host_that_stops_with_a_stop_and_a_question_up_to_three_times() -> None:
    pump = VirtualNE1000()
    pump.feed(b"\rRAT20.00MM\rRUN\r")
    hold(
        pump,
        (b"STP\r", b"\x0200P\x03"),
        (b"\r", b"\x0200P\x03"),
        (b"STP\r", OK),
        (b"\r", OK),
        (b"STP\r", b"\x0200S?NA\x03"),
    )


def test_a_host_that_ends_its_lines_with_carriage_return_and_line_feed() -> None:
    pump = VirtualNE1000()
    hold(
        pump,
        (b"\r\n", b"\x0200A?R\x03"),
        (b"rat 30 mh\r\n", OK),
        (b"dir inf\r\n", OK),
        (b"run\r\n", b"\x0200I\x03"),
        (b"rat\r\n", b"\x0200I30.00MH\x03"),
        (b"stp\r\n", b"\x0200P\x03"),
    )


@pytest.mark.parametrize("sent", [b"DIRSTP\r", b"VOLnan\r", b"RAT 1e3 MH\r", b"VOL 1,5\r"])
def test_requests_that_published_drivers_send_by_mistake_are_refused(sent: bytes) -> None:
    pump = VirtualNE1000()
    pump.feed(b"\r")
    before = pump.stored
    assert pump.feed(sent) == b"\x0200S?\x03"
    assert pump.stored == before


def test_one_stop_leaves_the_pump_paused_and_another_program_could_resume_it() -> None:
    pump = VirtualNE1000()
    pump.feed(b"\rVOL 50\rRAT 60 MH\rRUN\r")
    hold(pump, (b"STP\r", b"\x0200P\x03"), (b"RUN\r", b"\x0200I\x03"))


def test_microlitres_per_minute_are_not_millilitres_per_hour() -> None:
    pump = VirtualNE1000()
    pump.feed(b"\rRAT 60 UM\rRUN\r")
    pump.advance(3600.0)
    assert pump.delivered_ml == pytest.approx(3.6)
