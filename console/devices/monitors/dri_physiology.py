"""Physiological subrecords of the Datex-Ohmeda record interface.

Source: GE "S/5 Datex-Ohmeda Record Interface" 8005313, 12th edition, section 3. Numbers stay the
counts of the wire here; :mod:`console.devices.monitors.dri_vitals` gives them their meaning.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from console.devices.monitors.dri_records import MalformedRecord, Subrecord

PHYSIOLOGY_BYTES = 278
BASIC_BYTES = 270
AUX_BYTES = 114


class PhysiologyKind(IntEnum):
    """Which values a physiological subrecord holds (8005313 section 3)."""

    DISPLAYED = 1
    TREND_10_S = 2
    TREND_60_S = 3
    AUXILIARY = 4


class DataClass(IntEnum):
    """Class of a physiological subrecord: bits 8-11 of its last word (8005313 table 3-5)."""

    BASIC = 0
    EXT1 = 1
    EXT2 = 2
    EXT3 = 3


@dataclass(frozen=True, slots=True)
class GroupLayout:
    """Where a parameter group lies in the basic class.

    Attributes:
        name: Name of the group.
        offset: Its first byte inside the 270 data bytes.
        fields: Names of its 16-bit values in order.
        has_header: Whether status and label come before the values.
    """

    name: str
    offset: int
    fields: tuple[str, ...]
    has_header: bool = True


def _pressure(name: str, offset: int) -> GroupLayout:
    return GroupLayout(name, offset, ("sys", "dia", "mean", "hr"))


BASIC_GROUPS: tuple[GroupLayout, ...] = (
    GroupLayout("ecg", 0, ("hr", "st1", "st2", "st3", "imp_rr")),
    _pressure("p1", 16),
    _pressure("p2", 30),
    _pressure("p3", 44),
    _pressure("p4", 58),
    _pressure("nibp", 72),
    GroupLayout("t1", 86, ("temp",)),
    GroupLayout("t2", 94, ("temp",)),
    GroupLayout("t3", 102, ("temp",)),
    GroupLayout("t4", 110, ("temp",)),
    GroupLayout("spo2", 118, ("spo2", "pr", "ir_amp", "svo2")),
    GroupLayout("co2", 132, ("et", "fi", "rr", "ambient")),
    GroupLayout("o2", 146, ("et", "fi")),
    GroupLayout("n2o", 156, ("et", "fi")),
    GroupLayout("aa", 166, ("et", "fi", "mac_sum")),
    GroupLayout("flow", 178, ("rr", "ppeak", "peep", "pplat", "tv_insp", "tv_exp", "compliance", "mv_exp")),
    GroupLayout("co_wedge", 200, ("co", "blood_temp", "ref", "pcwp")),
    GroupLayout("nmt", 214, ("t1", "tratio", "ptc")),
    GroupLayout("ecg_extra", 226, ("hr_ecg", "hr_max", "hr_min"), has_header=False),
    GroupLayout("svo2", 232, ("svo2",)),
    _pressure("p5", 240),
    _pressure("p6", 254),
)
"""The basic class (8005313 section 3.4)."""

GROUP_HEADER = struct.Struct("<IH")


@dataclass(frozen=True, slots=True)
class Group:
    """One parameter group as the monitor sent it.

    Attributes:
        status: Status bits; bit 0 the module exists, bit 1 it is measuring. A group without a
            header counts as both.
        label: Label bits, their meaning depends on the group.
        counts: The 16-bit values by name, codes included.
    """

    status: int
    label: int
    counts: Mapping[str, int]

    @property
    def active(self) -> bool:
        """Whether the numbers mean anything: they may look right in a group that is not measuring."""
        return self.status & 0b11 == 0b11


@dataclass(frozen=True, slots=True)
class Physiology:
    """One physiological subrecord.

    Attributes:
        kind: Displayed values or one of the trends.
        time_s: The monitor's clock, Unix seconds.
        data_class: Basic or extended.
        groups: The parameter groups of the basic class by name; empty for the extended classes.
        raw_counts: All 135 words of the class, so that nothing the monitor tells is dropped.
    """

    kind: PhysiologyKind
    time_s: int
    data_class: DataClass
    groups: Mapping[str, Group]
    raw_counts: tuple[int, ...]


def parse_physiology(part: Subrecord) -> Physiology:
    """Read a physiological subrecord of displayed or trend values.

    Raises:
        MalformedRecord: too short, or of a class that does not exist.
    """
    if part.kind not in (1, 2, 3):
        raise MalformedRecord(f"physiological subrecord type {part.kind} does not exist")
    if len(part.data) < PHYSIOLOGY_BYTES:
        raise MalformedRecord(f"physiological subrecord of {len(part.data)} bytes is too short")
    (time_s,) = struct.unpack_from("<I", part.data)
    (class_word,) = struct.unpack_from("<H", part.data, 276)
    data_class = class_word >> 8 & 0xF
    if data_class > DataClass.EXT3:
        raise MalformedRecord(f"physiological class {data_class} does not exist")
    block = part.data[4 : 4 + BASIC_BYTES]
    groups = {g.name: _group(block, g) for g in BASIC_GROUPS} if data_class == DataClass.BASIC else {}
    counts: tuple[int, ...] = struct.unpack(f"<{BASIC_BYTES // 2}h", block)
    return Physiology(PhysiologyKind(part.kind), time_s, DataClass(data_class), groups, counts)


def _group(block: bytes, layout: GroupLayout) -> Group:
    status, label, start = 0b11, 0, layout.offset
    if layout.has_header:
        status, label = GROUP_HEADER.unpack_from(block, layout.offset)
        start += GROUP_HEADER.size
    values = struct.unpack_from(f"<{len(layout.fields)}h", block, start)
    return Group(status, label, dict(zip(layout.fields, values, strict=True)))


@dataclass(frozen=True, slots=True)
class NibpTime:
    """What an auxiliary subrecord says of the last cuff measurement.

    Attributes:
        time_s: The monitor's clock in Unix seconds; None when it does not know.
    """

    time_s: int | None


def parse_nibp_time(part: Subrecord) -> NibpTime:
    """Read an auxiliary subrecord.

    Raises:
        MalformedRecord: too short.
    """
    if len(part.data) < AUX_BYTES:
        raise MalformedRecord(f"auxiliary subrecord of {len(part.data)} bytes is too short")
    (time_s,) = struct.unpack_from("<I", part.data)
    return NibpTime(time_s or None)
