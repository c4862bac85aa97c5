"""From bytes to readings: one S/5 data stream, without a port and without a clock.

The live driver and the file decoder read the same stream with the same object, so what is decoded
from a recording is what the room would have seen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from console.clinical.vitals import NibpState, VitalReading, WaveBlock
from console.clock import Instant
from console.devices.monitors.dri_alarms import ALARM_STATUS_KIND, AlarmStatus, parse_alarm
from console.devices.monitors.dri_frames import BadFrame, Frame, FrameReader
from console.devices.monitors.dri_nibp import CuffWatch
from console.devices.monitors.dri_physiology import (
    DataClass,
    NibpTime,
    Physiology,
    PhysiologyKind,
    parse_nibp_time,
    parse_physiology,
)
from console.devices.monitors.dri_records import (
    MainType,
    MalformedRecord,
    Record,
    Subrecord,
    parse_record,
)
from console.devices.monitors.dri_vitals import (
    STANDARD_AMBIENT_MMHG,
    ambient_mmhg,
    readings_of,
    status_texts,
    wave_block,
)
from console.devices.monitors.dri_waves import WAVE_KINDS, WaveRecord, parse_wave

REPEAT_TEXTS_S = 10.0
"""A standing text is told again this often, so that a listener may forget what is older."""

ALL_CLEAR = "No alarm text on the monitor"
"""Told once when the last text has gone, so that whoever mirrors them shows no old one."""

SILENCE_TEXTS = (
    "",
    "Apnoea alarms silenced at the monitor",
    "Asystole alarms silenced at the monitor",
    "Apnoea and asystole alarms silenced at the monitor",
    "All alarms silenced at the monitor",
    "All alarms silenced at the monitor for 2 min",
    "All alarms silenced at the monitor for 5 min",
    "All alarms silenced at the monitor for 20 s",
)
"""Silence codes in words (8005313 table 4-2)."""


Part = Physiology | NibpTime | WaveRecord | AlarmStatus | Subrecord
"""A subrecord understood, or left as it came when its type has no reader here."""


def parts_of(record: Record) -> tuple[Part, ...]:
    """Read every subrecord of a monitor's record; all of them are checked before one is used.

    Raises:
        MalformedRecord: one of them contradicts itself.
    """
    return tuple(_part(record.main_type, subrecord) for subrecord in record.subrecords)


def _part(main_type: MainType, part: Subrecord) -> Part:
    if main_type is MainType.PHYSIOLOGY:
        return parse_nibp_time(part) if part.kind == PhysiologyKind.AUXILIARY else parse_physiology(part)
    if main_type is MainType.WAVE and part.kind in WAVE_KINDS:
        return parse_wave(part)
    if main_type is MainType.ALARM and part.kind == ALARM_STATUS_KIND:
        return parse_alarm(part)
    return part


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one good frame said.

    Attributes:
        offset: Where the frame starts in the stream.
        record: Its header and subrecords.
        readings: Vital signs, the missing ones with their reason.
        waves: Waveform blocks.
        nibp: What the cuff is doing, when that changed.
        messages: All texts that stand on the monitor, when they changed and every 10 s.
        physiology: Its physiological subrecords, the extended classes as raw counts.
    """

    offset: int
    record: Record
    readings: tuple[VitalReading, ...] = ()
    waves: tuple[WaveBlock, ...] = ()
    nibp: NibpState | None = None
    messages: tuple[str, ...] = ()
    physiology: tuple[Physiology, ...] = ()


class DriStream:
    """Reads one monitor's stream.

    Attributes:
        good_frames: Records accepted.
        bad_frames: Frames refused, for whatever reason.
        duplicates: Records that came twice, byte for byte, and were ignored.
        lost: Times a running number was skipped.
        echoes: Requests of a host seen on the receiving line: the cable is looped.
        wave_samples: Samples seen by waveform type, those without a place in the product included.
    """

    def __init__(self, source: str) -> None:
        self.good_frames = 0
        self.bad_frames = 0
        self.duplicates = 0
        self.lost = 0
        self.echoes = 0
        self.wave_samples: Counter[str] = Counter()
        self.reader = FrameReader()
        self._source = source
        self._cuff = CuffWatch()
        self._told_nibp: NibpState | None = None
        self._ambient_mmhg = STANDARD_AMBIENT_MMHG
        self._numbers: dict[MainType, int] = {}
        self._last_number: int | None = None
        self._last_record: dict[MainType, bytes] = {}
        self._standing: dict[MainType, tuple[str, ...]] = {}
        self._told: tuple[str, ...] = ()
        self._told_at: Instant | None = None

    def reconnected(self) -> None:
        """Forget what belongs to the old connection; what is known of the last NIBP is kept."""
        self.reader = FrameReader()
        self._numbers.clear()
        self._last_number = None
        self._last_record.clear()
        self._standing.clear()
        self._told, self._told_at = (), None
        self._told_nibp = None

    def feed(self, data: bytes, at: Instant) -> list[Decoded]:
        """Take what arrived at ``at``; never raises on any input."""
        decoded = (self.take(found, at) for found in self.reader.feed(data))
        return [one for one in decoded if isinstance(one, Decoded)]

    def take(self, found: Frame | BadFrame, at: Instant) -> Decoded | BadFrame | None:
        """Decode one frame; None for a duplicate and for the echo of a request."""
        if isinstance(found, BadFrame):
            self.bad_frames += 1
            return found
        try:
            record = parse_record(found.record)
            parts = parts_of(record) if record.level else ()
        except MalformedRecord as error:
            self.bad_frames += 1
            return BadFrame(found.offset, str(error))
        if record.level == 0:
            self.echoes += 1
            return None
        if self._last_record.get(record.main_type) == found.record:
            self.duplicates += 1
            return None
        self.good_frames += 1
        lost = self._follow(record)
        self._last_record[record.main_type] = found.record
        return self._decoded(found.offset, record, parts, lost, at)

    def _follow(self, record: Record) -> bool:
        """Whether a record before this one was lost.

        Recordings count each record type by itself; a monitor that counts all of them together is
        understood as well.
        """
        own = self._numbers.get(record.main_type)
        lost = own is not None and record.number not in (
            own + 1 & 0xFF,
            record.number if self._last_number is None else self._last_number + 1 & 0xFF,
        )
        self._numbers[record.main_type] = self._last_number = record.number
        self.lost += lost
        return lost

    def _decoded(
        self, offset: int, record: Record, parts: tuple[Part, ...], lost: bool, at: Instant
    ) -> Decoded:
        readings: list[VitalReading] = []
        waves: list[WaveBlock] = []
        for part in parts:
            match part:
                case Physiology(kind=PhysiologyKind.DISPLAYED, data_class=DataClass.BASIC):
                    readings += readings_of(part, self._source, at)
                    readings += self._cuff.see(part, self._source, at)
                    self._ambient_mmhg = ambient_mmhg(part.groups["co2"]) or self._ambient_mmhg
                    self._standing[MainType.PHYSIOLOGY] = status_texts(part)
                case AlarmStatus():
                    self._standing[MainType.ALARM] = _alarm_texts(part)
                case NibpTime():
                    self._cuff.named_time(part.time_s)
                case WaveRecord():
                    self.wave_samples[WAVE_KINDS[part.kind].name] += len(part.counts)
                    block = wave_block(part, self._source, at, lost, self._ambient_mmhg)
                    waves += [] if block is None else [block]
                case Subrecord() if record.main_type is MainType.WAVE:
                    self.wave_samples[f"type {part.kind}"] += len(part.data) // 2
        changed = self._cuff.state is not self._told_nibp
        self._told_nibp = self._cuff.state
        return Decoded(
            offset,
            record,
            tuple(readings),
            tuple(waves),
            self._cuff.state if changed else None,
            self._news(at),
            tuple(part for part in parts if isinstance(part, Physiology)),
        )

    def _news(self, at: Instant) -> tuple[str, ...]:
        """All standing texts when they changed or were last told long ago, else nothing."""
        standing = tuple(
            text for kind in sorted(self._standing, reverse=True) for text in self._standing[kind]
        )
        due = self._told_at is None or at.seconds_since(self._told_at) >= REPEAT_TEXTS_S
        if standing == self._told and not (standing and due):
            return ()
        self._told, self._told_at = standing, at
        return standing or (ALL_CLEAR,)


def _alarm_texts(status: AlarmStatus) -> tuple[str, ...]:
    texts = tuple(f"{text} ({colour.name.lower()})" for text, colour in status.texts)
    silence = SILENCE_TEXTS[status.silence]
    return (*texts, silence) if silence else texts
