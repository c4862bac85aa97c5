"""What a client says to an IntelliVue monitor: association, polls, the list of waves, release and abort.

The association request reproduces, with the same figures, the one two public clients send (VSCaptureMP;
patient-monitor-datalogger, MIT). All integers big-endian; monitor time runs in ticks of 1/8 ms.
"""

from __future__ import annotations

import struct

TICKS_PER_S = 8000

SESSION_HEADER = bytes.fromhex("05 08 13 01 00 16 01 02 80 00 14 02 00 02")
PRESENTATION = bytes.fromhex(
    "31 80 a0 80 80 01 01 00 00 a2 80 a0 03 00 00 01 a4 80 30 80 02 01 01 06 04 52 01 00 01 30 80 06 02 51 01"
    "00 00 00 00 30 80 02 01 02 06 0c 2a 86 48 ce 14 02 01 00 00 00 01 01 30 80 06 0c 2a 86 48 ce 14 02 01 00"
    "00 00 02 01 00 00 00 00 00 00 61 80 30 80 02 01 01 a0 80 60 80 a1 80 06 0c 2a 86 48 ce 14 02 01 00 00 00"
    "03 01 00 00 be 80 28 80 06 0c 2a 86 48 ce 14 02 01 00 00 00 01 01 02 01 02 81"
)
"""Presentation and association headers, ASN.1 of indefinite length; emitted as they are, never parsed."""
PRESENTATION_END = bytes(16)

RELEASE = bytes.fromhex("09 18 c1 16 61 80 30 80 02 01 01 a0 80 62 80 80 01 00 00 00 00 00 00 00 00 00")
ABORT = bytes.fromhex(
    "19 2e 11 01 03 c1 29 a0 80 a0 80 30 80 02 01 01 06 02 51 01 00 00 00 00 61 80 30 80 02 01 01 a0 80 64"
    "80 80 01 01 00 00 00 00 00 00 00 00 00 00"
)

MDS, NUMERICS, WAVES, ALERTS = 0x0021, 0x0006, 0x0009, 0x0036
ALL, ALERT_GROUP, ALERT_STATIC = 0x0000, 0x0801, 0x0811
POLL, EXTENDED_POLL = 0x0C16, 0xF13B
POLL_PERIOD = 0xF13E
WAVE_LIST = 0xF23A
MDS_CREATE = 0x0D06
EVERY_SECOND_AND_WAVES = 0x8C000000
"""Options of the extended poll profile: numerics every second (80), waves (08), enumerations (04)."""

ECG_II, PLETH, CO2, RESP = 0x00020102, 0x00024BB4, 0x000250AC, 0x00025000
WANTED_WAVES = (ECG_II, PLETH, CO2, RESP)
"""Labels in order of importance: a monitor short of bandwidth drops the last ones."""


def association_request(period_s: float, mtu: int) -> bytes:
    """Ask for an association with polls no faster than ``period_s`` and messages of at most ``mtu`` bytes."""
    profile = struct.pack(
        ">6I4H2I",
        0x80000000,
        round(period_s * TICKS_PER_S),
        mtu,
        mtu,
        0xFFFFFFFF,
        0x60000000,
        1,
        12,
        0xF001,
        8,
        EVERY_SECOND_AND_WAVES,
        0,
    )
    user = struct.pack(
        ">5I6H", 0x80000000, 0x40000000, 0, 0x80000000, 0x20000000, 0, 0, 1, 4 + len(profile), 1, len(profile)
    )
    user += profile
    presented = PRESENTATION + bytes([len(user)]) + user + PRESENTATION_END
    session = SESSION_HEADER + b"\xc1" + _length(len(presented)) + presented
    return b"\x0d" + _length(len(session)) + session


def _length(count: int) -> bytes:
    """A length indicator: one byte below 255, else FF and two."""
    return bytes([count]) if count < 255 else b"\xff" + count.to_bytes(2, "big")


def mds_result(invoke: int, event_ticks: int) -> bytes:
    """The answer a monitor wants to its MDS create event."""
    body = struct.pack(">HHHIHH", MDS, 0, 0, event_ticks, MDS_CREATE, 0)
    return _remote(2, invoke, 1, body)


def single_poll(invoke: int, number: int, kind: int, group: int) -> bytes:
    """Ask once for the attribute group of every object of a class."""
    return _action(invoke, POLL, struct.pack(">4H", number, 1, kind, group))


def extended_poll(invoke: int, number: int, kind: int, group: int, for_s: float) -> bytes:
    """Ask for a class to be sent again and again for ``for_s`` seconds."""
    ticks = round(for_s * TICKS_PER_S)
    asked = struct.pack(">8HI", number, 1, kind, group, 1, 8, POLL_PERIOD, 4, ticks)
    return _action(invoke, EXTENDED_POLL, asked)


def get_waves(invoke: int) -> bytes:
    """Ask for the list of waves that are sent."""
    return _remote(1, invoke, 3, _MANAGED + struct.pack(">I3H", 0, 1, 2, WAVE_LIST))


def set_waves(invoke: int, labels: tuple[int, ...]) -> bytes:
    """Choose the waves that are sent, the most important first."""
    value = struct.pack(f">HH{len(labels)}I", len(labels), 4 * len(labels), *labels)
    change = struct.pack(">3H", 0, WAVE_LIST, len(value)) + value
    return _remote(1, invoke, 5, _MANAGED + struct.pack(">IHH", 0, 1, len(change)) + change)


_MANAGED = struct.pack(">3H", MDS, 0, 0)


def _action(invoke: int, action: int, asked: bytes) -> bytes:
    return _remote(1, invoke, 7, _MANAGED + struct.pack(">IHH", 0, action, len(asked)) + asked)


def _remote(kind: int, invoke: int, command: int, body: bytes) -> bytes:
    inner = struct.pack(">3H", invoke, command, len(body)) + body
    return struct.pack(">4H", 0xE100, 2, kind, len(inner)) + inner
