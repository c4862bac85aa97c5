"""Everything that reads bytes it did not write, as one function of bytes each.

A target returns when its parser did what it promises: understood the bytes, or refused them with the
errors it documents, and held no more than it may. Whatever else is raised is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from console.app.config import parse_config
from console.clinical.interlock_file import load_interlocks
from console.clinical.library import load_library, load_syringes
from console.clinical.toml_table import LibraryError
from console.clock import Instant
from console.devices.capture import read_capture
from console.devices.catalogue import decode_recording, device_names
from console.devices.monitors.dri_frames import MAX_FRAME_BYTES
from console.devices.monitors.dri_stream import DriStream
from console.devices.pumps.ne1000_frames import (
    MAX_BUFFER_BYTES,
    FrameMode,
    FrameParser,
    encode_safe,
    parse_payload,
)
from console.devices.pumps.ne1000_values import (
    parse_dispensed_ml,
    parse_number,
    parse_rate_ml_h,
    parse_version,
    parse_volume_ml,
)
from console.devices.virtual.ne1000_wire import LONGEST_LINE, Receiver, safe_frame
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.s5_wire import requests_in
from console.devices.virtual.scenario import ScenarioError
from console.devices.virtual.scenario_file import load_scenario
from console.devices.virtual.twins import VirtualSetting, make_twin
from console.room import wire
from console.session import events, intents
from console.session.codec import EventUnreadable, decode, encode
from console.session.pump import LinkState

ROOT = Path(__file__).parents[2]
RESOURCES = ROOT / "resources"
DRI = ROOT / "tests" / "data" / "ge-dri"

IVY = ROOT / "tests" / "data" / "ivy450c" / "Ivy450C.1.data"

PIECE_BYTES = 97
"""Bytes a port hands over at once: no divisor of any frame, so that frames are cut everywhere."""
MOST_HELD_BYTES = 4096
"""No parser may hold more of an unfinished frame (SER-04)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parser.

    Attributes:
        name: For the command line and the report.
        run: Reads the bytes; raises only on a finding.
        seeds: Sound inputs, and what once was a finding.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def pieces(data: bytes) -> Iterable[bytes]:
    """The bytes as a port hands them over."""
    return (data[start : start + PIECE_BYTES] for start in range(0, len(data), PIECE_BYTES))


def pump_stream(data: bytes) -> None:
    """The pump's side of the line, in each framing."""
    for mode in FrameMode:
        parser, at = FrameParser(mode), Instant(0, 0)
        for piece in pieces(data):
            for frame in parser.feed(piece, at):
                reply = parse_payload(frame)
                assert reply is not None
                pump_values(reply.data.encode())
            assert parser.held_bytes <= MAX_BUFFER_BYTES <= MOST_HELD_BYTES
            at = at.plus(0.01)
        parser.feed(b"", at.plus(1.0))
        assert parser.held_bytes == 0


def pump_values(data: bytes) -> None:
    """Numbers and names in the pump's replies."""
    text = data.decode("latin-1")
    for parse in (parse_number, parse_volume_ml, parse_rate_ml_h, parse_dispensed_ml, parse_version):
        try:
            value = parse(text)
        except ValueError:
            continue
        assert value is not None


def virtual_pump_line(data: bytes) -> None:
    """The host's side of the line, as the virtual pump hears it."""
    for safe_mode in (False, True):
        receiver, longest = Receiver(), 0
        for byte in data:
            packet = receiver.take(byte, safe_mode)
            longest = max(longest, 0 if packet is None else len(packet.text))
        assert longest <= 2 * LONGEST_LINE + MOST_HELD_BYTES // 16


def monitor_stream(data: bytes) -> None:
    """The S/5 data stream as the live driver reads it."""
    stream, at = DriStream("s5"), Instant(0, 0)
    for piece in pieces(data):
        stream.feed(piece, at)
        assert stream.reader.unfinished_bytes <= MAX_FRAME_BYTES <= MOST_HELD_BYTES
        at = at.plus(0.01)


def recording(device: str, data: bytes) -> None:
    """Recorded bytes of a device, as ``infusion-console decode`` reads them."""
    report = decode_recording(device, data)
    report.to_text()
    report.to_json()


def said_by(device: str, seconds: int = 3) -> bytes:
    """What the device's twin says by itself, and to a word it may understand."""
    twin = make_twin(device, VirtualSetting(VirtualPatient(PatientProfile(), 1), 1_700_000_000.0, 1))
    said = [twin.feed(b"\r"), *(twin.advance(0.1) for _ in range(10 * seconds))]
    return b"".join(said)[:3000]


def recordings() -> tuple[Target, ...]:
    """One for each device there is, so that a new one is not forgotten."""
    own = {"s5": _file(DRI / "db02.raw", 3000), "ne1000": REPLIES, "ivy": _file(IVY, 3000)}
    return tuple(
        Target(f"{name}-recording", partial(recording, name), (own.get(name, b""), said_by(name), ANYTHING))
        for name in device_names()
    )


def monitor_requests(data: bytes) -> None:
    """Requests as the virtual monitor hears them."""
    received = bytearray()
    for piece in pieces(data):
        received += piece
        requests_in(received)
        assert len(received) <= MOST_HELD_BYTES + PIECE_BYTES


def room_file(data: bytes) -> None:
    """``room.toml``."""
    _refused_or_read(lambda: parse_config(data), LibraryError)


def library_file(data: bytes) -> None:
    """The drug library, the syringes and the interlock rules."""
    for load in (load_library, load_syringes, load_interlocks):
        _refused_or_read(lambda load=load: load(data), LibraryError)  # type: ignore[misc]


def scenario_file(data: bytes) -> None:
    """A scenario of the virtual devices."""
    _refused_or_read(lambda: load_scenario(data), ScenarioError, LibraryError)


def wire_message(data: bytes) -> None:
    """What comes over the socket between room and window."""
    for unpack in (wire.unpack_room, wire.unpack_window):
        _refused_or_read(lambda unpack=unpack: unpack(data), msgspec.DecodeError)  # type: ignore[misc]


def stored_event(data: bytes) -> None:
    """The body of an event in the record."""
    _refused_or_read(lambda: decode("fuzzed", 1, data), EventUnreadable)


def capture_file(data: bytes) -> None:
    """A capture of a port."""
    lines = data.decode("utf-8", "replace").splitlines()
    try:
        assert len(read_capture(lines)) < max(len(lines), 1)
    except ValueError:
        return


def _refused_or_read(read: Callable[[], object], *refusals: type[Exception]) -> None:
    with suppress(*refusals):
        read()


def _file(path: Path, most_bytes: int = 20_000) -> bytes:
    return path.read_bytes()[:most_bytes]


ROOM_TOML: Final = b"""room = "Room 2"
watchdog_s = 30
[pump]
driver = "ne1000"
port = "socket://127.0.0.1:9000"
address = 1
baud = 19200
[[monitor]]
name = "s5"
driver = "s5"
port = "/dev/serial/by-id/usb-x"
[sources]
spo2 = ["s5"]
"""
CAPTURE: Final = b"""{"capture": 1, "port": "p"}
{"d": "in", "w": 1, "m": 2, "x": "7e00"}
{"d": "out", "w": 3, "m": 4, "x": "02"}
"""
MESSAGES: Final = (
    wire.pack(wire.Attach("w", "1")),
    wire.pack(wire.StopNow("1")),
    wire.pack(wire.Answer("1", accepted=False, sentences=("No.",))),
    wire.pack(wire.Ask("2", intents.AbortSession("meant"), "n1", "123456")),
    wire.pack(wire.Bye("closed")),
)
EVENTS: Final = tuple(
    encode(event).body
    for event in (
        events.SignedIn(),
        events.ClockStepped(3.5),
        events.LinkChanged("pump", LinkState.ANSWERING, "The pump answers."),
    )
)
DEEP: Final = b"[" * 20_000
HUGE: Final = b"1e999999999"
REPLIES: Final = b"".join(
    (
        safe_frame("00S"),
        safe_frame("00I1.234ML"),
        safe_frame("00A?S"),
        b"\x0200SI0.250W0.000ML\x03",
        encode_safe("RUN"),
    )
)

ANYTHING: Final = b"\x10\x02\x01\x10\x03\x7e\x7d\x5e\x02\x03\r\nSPO2=098 HR=072\r\n" * 4 + bytes(range(256))

TARGETS: Final = (
    Target("pump-stream", pump_stream, (REPLIES, b"\x02" * 300, b"\x020" * 300)),
    Target("pump-values", pump_values, (b"I0.250W0.000ML", b"1000.MH", b"NE1000X2V3.928", b"0.500UL")),
    Target("virtual-pump-line", virtual_pump_line, (encode_safe("RAT 10 MH"), b"RUN\rSTP\r", b"A" * 500)),
    Target(
        "monitor-stream", monitor_stream, (_file(DRI / "db02.raw", 6000), b"\x7e" * 50, b"\x7e\x7d" * 900)
    ),
    Target("monitor-requests", monitor_requests, (_file(DRI / "db02.raw", 2000), b"\x7e" * 20, b"A" * 6000)),
    Target(
        "room-file",
        room_file,
        (ROOM_TOML, b"a = " + DEEP, b"watchdog_s = " + HUGE, ROOM_TOML.replace(b"= 1\n", b"= 1e999999\n")),
    ),
    Target(
        "library-file",
        library_file,
        (
            *(_file(path) for path in sorted((RESOURCES / "library").glob("*.toml"))),
            b"version = " + HUGE,
            b"a = " + DEEP,
        ),
    ),
    Target("scenario-file", scenario_file, (_file(RESOURCES / "scenarios" / "routine.toml"), b"a = " + DEEP)),
    Target("wire-message", wire_message, (*MESSAGES, b"\x91" * 20_000, b"\x81\xa4type" * 3000)),
    Target("stored-event", stored_event, (*EVENTS, DEEP, b'{"a":' * 5000)),
    Target("capture-file", capture_file, (CAPTURE, DEEP, CAPTURE + DEEP + b"\n{}\n")),
    *recordings(),
)
