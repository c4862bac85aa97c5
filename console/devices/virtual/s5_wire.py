"""The monitor's side of the S/5 computer interface: records out, requests in.

Written from GE "S/5 Computer Interface Specification" M1017617 and "S/5 Datex-Ohmeda Record
Interface" 8005313, 12th editions, and from nothing the driver uses: a mistake in one of the two
shows as a disagreement between them instead of hiding in shared code.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PHYSIOLOGY, WAVE, ALARM = 0, 1, 4
NO_VALUE = -32767
NOT_UPDATED = -32766
LARGEST = 32000
"""Largest magnitude of a number; everything beyond is a code."""

EXISTS, ACTIVE = 1, 2
WAVE_RATES = {1: 300, 8: 100, 9: 25, 15: 25}
"""Waveforms this monitor has: ECG1, PLETH, CO2, RESP, with their samples per second."""

WAVE_BUDGET = 600
"""Samples per second a monitor sends at 19200 baud; a request for more is ignored."""

ALARM_LINES = 5
MAX_ALARM_TEXT = 79


def frame(record: bytes) -> bytes:
    """A record on the wire: flags, checksum, escapes."""
    summed = record + bytes([sum(record) % 256])
    return b"\x7e" + summed.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e") + b"\x7e"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the header of every record tells.

    Attributes:
        number: Running number of the record.
        level: Interface level.
        plug_id: Identifier of this monitor.
        time_s: This monitor's clock, Unix seconds.
    """

    number: int
    level: int
    plug_id: int
    time_s: int


def record(stamp: Stamp, main_type: int, parts: Sequence[tuple[int, bytes]]) -> bytes:
    """A framed record of up to 8 ``(type, bytes)`` subrecords."""
    body = b"".join(data for _, data in parts)
    out = bytearray(40)
    struct.pack_into("<h", out, 0, 40 + len(body))
    out[2] = stamp.number % 256
    out[3] = stamp.level
    struct.pack_into("<H", out, 4, stamp.plug_id)
    struct.pack_into("<I", out, 6, stamp.time_s % 2**32)
    struct.pack_into("<h", out, 14, main_type)
    start = 0
    for index, (kind, data) in enumerate(parts):
        struct.pack_into("<hB", out, 16 + 3 * index, start, kind)
        start += len(data)
    if len(parts) < 8:
        struct.pack_into("<hB", out, 16 + 3 * len(parts), 0, 0xFF)
    return frame(bytes(out) + body)


def count(value: float | None, per_unit: float) -> int:
    """A figure as the wire counts it, or the code for none."""
    if value is None:
        return NO_VALUE
    return int(max(-LARGEST, min(LARGEST, round(value * per_unit))))


@dataclass(frozen=True, slots=True)
class Block:
    """One parameter group to be sent.

    Attributes:
        offset: Where it goes in the 270 data bytes.
        counts: Its values.
        status: Status bits; None for the one group without status and label.
        label: Label bits.
    """

    offset: int
    counts: tuple[int, ...]
    status: int | None = EXISTS | ACTIVE
    label: int = 0


ABSENT_GROUPS = {16: 4, 30: 4, 44: 4, 58: 4, 94: 1, 102: 1, 110: 1, 146: 2, 156: 2, 166: 3} | {
    178: 8,
    200: 4,
    214: 3,
    232: 1,
    240: 4,
    254: 4,
}
"""Groups of modules this monitor does not have, with how many values each has."""


def basic_class(time_s: int, blocks: Sequence[Block], level: int) -> bytes:
    """The 278 bytes of the basic class."""
    data = bytearray(270)
    absent = [Block(offset, (NO_VALUE,) * size, status=0) for offset, size in ABSENT_GROUPS.items()]
    for block in (*absent, *blocks):
        start = block.offset
        if block.status is not None:
            struct.pack_into("<IH", data, start, block.status, block.label)
            start += 6
        struct.pack_into(f"<{len(block.counts)}h", data, start, *block.counts)
    return _physiology(time_s, bytes(data), 0, level)


def empty_class(time_s: int, data_class: int, level: int) -> bytes:
    """The 278 bytes of an extended class no module fills."""
    return _physiology(time_s, bytes(270), data_class, level)


def _physiology(time_s: int, data: bytes, data_class: int, level: int) -> bytes:
    return (
        struct.pack("<I", time_s % 2**32)
        + data
        + bytes(2)
        + struct.pack("<H", data_class << 8 | level << 4 | 1)
    )


def auxiliary(nibp_time_s: int) -> bytes:
    """The 114 bytes of the auxiliary information; 0 for a cuff that never measured."""
    return struct.pack("<I", nibp_time_s % 2**32).ljust(114, b"\0")


def waveform(values: NDArray[np.float64], per_unit: float, lead_off: bool) -> bytes:
    """One waveform subrecord; NaN becomes the code for an invalid sample."""
    known = np.nan_to_num(values * per_unit, nan=0.0, posinf=LARGEST, neginf=-LARGEST)
    counts = np.clip(np.rint(known), -LARGEST + 1, LARGEST)
    counts[np.isnan(values)] = NO_VALUE
    status = 0b1000 if lead_off else 0
    return struct.pack("<hHH", len(counts), status, 0) + counts.astype("<i2").tobytes()


def alarm_status(texts: Mapping[str, int], before: Mapping[str, int]) -> bytes:
    """The alarm message: up to five ``text -> colour`` (1 white, 2 yellow, 3 red), red first."""
    shown = sorted(texts.items(), key=lambda item: -item[1])[:ALARM_LINES]
    entries = [_alarm_line(text, colour, before) for text, colour in shown]
    entries += [bytes(98)] * (ALARM_LINES - len(entries))
    return struct.pack("<hHhhh", 0, 1, 0, 0, 0) + b"".join(entries) + bytes(10)


def _alarm_line(text: str, colour: int, before: Mapping[str, int]) -> bytes:
    said = text.encode("latin-1", "replace")[:MAX_ALARM_TEXT].ljust(80, b"\0")
    changed = int(text not in before)
    return said + struct.pack("<HHH", changed, colour, int(before.get(text) != colour)) + bytes(12)


@dataclass(frozen=True, slots=True)
class ValuesRequest:
    """Physiological values are wanted.

    Attributes:
        kind: 1 displayed, 2 and 3 trends, 4 auxiliary.
        interval_s: Seconds between records, 0 stop, -1 once.
        classes: Data classes wanted.
    """

    kind: int
    interval_s: int
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WavesRequest:
    """Waveforms are wanted; none stops them."""

    kinds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AlarmsRequest:
    """Alarm texts: 0 now, 2 from now on, 3 no more."""

    command: int


Request = ValuesRequest | WavesRequest | AlarmsRequest


def requests_in(received: bytearray) -> list[Request]:
    """Take the complete requests out of ``received``; what is no request is thrown away."""
    *frames, rest = bytes(received).split(b"\x7e")
    received[:] = rest[-512:]
    found = (_request(body.replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d")) for body in frames)
    return [request for request in found if request is not None]


def _request(body: bytes) -> Request | None:
    if len(body) < 42 or sum(body[:-1]) % 256 != body[-1]:
        return None
    length, main_type = struct.unpack_from("<h", body)[0], struct.unpack_from("<h", body, 14)[0]
    first_type, said = body[18], body[40:-1]
    if length != len(body) - 1 or first_type != 0:
        return None
    if main_type == PHYSIOLOGY and len(said) == 9:
        kind, interval_s, mask = struct.unpack_from("<BhI", said)
        basic = () if mask & 1 else (0,)
        return ValuesRequest(kind, interval_s, basic + tuple(c for c in (1, 2, 3) if mask >> c & 1))
    if main_type == WAVE and len(said) == 32:
        return _waves_request(said)
    if main_type == ALARM and len(said) == 12:
        return AlarmsRequest(struct.unpack_from("<h", said)[0])
    return None


def _waves_request(said: bytes) -> Request | None:
    if said[0] == 1:
        return WavesRequest(())
    kinds = tuple(said[4:12].split(b"\xff", 1)[0])
    if sum(WAVE_RATES.get(kind, 0) for kind in kinds) > WAVE_BUDGET:
        return None
    return WavesRequest(tuple(kind for kind in kinds if kind in WAVE_RATES))
