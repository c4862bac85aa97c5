"""Records of the Datex-Ohmeda record interface: the header and the parts it cuts a record into.

Sources: GE "S/5 Computer Interface Specification" M1017617 and "S/5 Datex-Ohmeda Record Interface"
8005313, 12th editions. Everything is little-endian and packed. Every length and offset is checked
against what arrived; a record that contradicts itself raises :class:`MalformedRecord` and nothing
of it is used. The parts are read by the modules ``dri_physiology``, ``dri_waves`` and
``dri_alarms``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from console.devices.monitors.dri_frames import HEADER_BYTES, MAX_RECORD_BYTES

HEADER = struct.Struct("<hBBHIBBHh")
DESCRIPTOR = struct.Struct("<hB")
DESCRIPTORS = 8
END_OF_LIST = 0xFF
HIGHEST_LEVEL = 15
"""Interface levels in the field run from 2 (1995) to 12 (2019); 0 is what a host sends."""


class MalformedRecord(ValueError):
    """A record with a right checksum that contradicts itself; the text says how."""


class MainType(IntEnum):
    """What a record is about (8005313 table 2-3)."""

    PHYSIOLOGY = 0
    WAVE = 1
    ALARM = 4
    NETWORK = 5
    EVENTS = 8


@dataclass(frozen=True, slots=True)
class Subrecord:
    """One subrecord as it came.

    Attributes:
        kind: Its type; the meaning depends on the record's main type.
        data: Its bytes, up to the next subrecord or the end of the record.
    """

    kind: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """A record whose header holds together.

    Attributes:
        number: Running number, 0-255; a jump means a lost record.
        level: Interface level of the monitor; 0 in what a host sends.
        plug_id: Identifier of the sending monitor.
        time_s: The monitor's clock, Unix seconds in its own time zone.
        main_type: What it is about.
        subrecords: Its parts in order.
    """

    number: int
    level: int
    plug_id: int
    time_s: int
    main_type: MainType
    subrecords: tuple[Subrecord, ...]


def parse_record(data: bytes) -> Record:
    """Read the 40-byte header and cut the record into its subrecords.

    Raises:
        MalformedRecord: a length, type or offset does not fit what arrived.
    """
    if not HEADER_BYTES <= len(data) <= MAX_RECORD_BYTES:
        raise MalformedRecord(f"a record of {len(data)} bytes does not exist")
    length, number, level, plug_id, time_s, _, _, _, main_type = HEADER.unpack_from(data)
    if length != len(data):
        raise MalformedRecord(f"the record says {length} bytes but {len(data)} arrived")
    if level > HIGHEST_LEVEL:
        raise MalformedRecord(f"interface level {level} does not exist")
    if main_type not in MainType.__members__.values():
        raise MalformedRecord(f"record type {main_type} does not exist")
    return Record(number, level, plug_id, time_s, MainType(main_type), _cut(data))


def _cut(data: bytes) -> tuple[Subrecord, ...]:
    """Cut the data part at the offsets of the header's descriptor list."""
    body = data[HEADER_BYTES:]
    starts: list[tuple[int, int]] = []
    for index in range(DESCRIPTORS):
        offset, kind = DESCRIPTOR.unpack_from(data, HEADER.size + index * DESCRIPTOR.size)
        if kind == END_OF_LIST:
            break
        earliest = starts[-1][0] + 1 if starts else 0
        if not earliest <= offset < len(body):
            raise MalformedRecord(f"subrecord {index} starts at {offset} of {len(body)} data bytes")
        starts.append((offset, kind))
    ends = [*(offset for offset, _ in starts[1:]), len(body)]
    return tuple(Subrecord(kind, body[start : ends[index]]) for index, (start, kind) in enumerate(starts))
