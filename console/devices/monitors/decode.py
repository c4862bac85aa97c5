"""Decoding a recorded S/5 stream from a file, for the command line.

The recording is read by the very object the live driver uses; its own clock stands in for ours.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.clinical.vitals import VITALS, Quality, Vital
from console.clock import NS_PER_S, Instant
from console.devices.monitors.dri_frames import BadFrame, Frame
from console.devices.monitors.dri_records import HEADER
from console.devices.monitors.dri_stream import Decoded, DriStream


class DecodedReading(msgspec.Struct, frozen=True):
    """One vital sign found in the recording.

    Attributes:
        offset: Byte at which its frame starts.
        device_time_s: The monitor's clock, Unix seconds.
        vital: Which parameter.
        value: The figure, None when there is none.
        unit: UCUM unit of the figure.
        quality: Why it may be used, or why there is none.
    """

    offset: int
    device_time_s: int
    vital: Vital
    value: float | None
    unit: str
    quality: Quality


class RefusedFrame(msgspec.Struct, frozen=True):
    """A stretch of the recording that was not believed.

    Attributes:
        offset: Byte at which it starts.
        reason: What is wrong with it.
    """

    offset: int
    reason: str


class DecodeReport(msgspec.Struct, frozen=True):
    """What a recording holds.

    Attributes:
        device: The device that was recognised, empty when no frame was good.
        total_bytes: Length of the recording.
        good_frames: Frames accepted.
        bad_frames: Frames refused.
        duplicate_frames: Frames that came twice and count once.
        lost_records: Times a running number was skipped.
        noise_bytes: Bytes before the first frame.
        unfinished_bytes: Bytes of a frame the recording ends in.
        readings: Every vital sign in order.
        refused: Every refused frame in order.
        wave_samples: Samples by waveform type.
        messages: Texts of the monitor, each once, in order of appearance.
    """

    device: str
    total_bytes: int
    good_frames: int
    bad_frames: int
    duplicate_frames: int
    lost_records: int
    noise_bytes: int
    unfinished_bytes: int
    readings: tuple[DecodedReading, ...]
    refused: tuple[RefusedFrame, ...]
    wave_samples: dict[str, int]
    messages: tuple[str, ...]

    def to_json(self) -> str:
        """The whole report as indented JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()

    def to_text(self) -> str:
        """The report for a person: the counts, the range of every vital sign, the refused frames."""
        lines = [
            f"Device: {self.device or 'none recognised'}",
            f"Bytes: {self.total_bytes} ({self.noise_bytes} before the first frame, "
            f"{self.unfinished_bytes} of an unfinished frame at the end)",
            f"Frames: {self.good_frames} good, {self.bad_frames} bad, "
            f"{self.duplicate_frames} duplicate; {self.lost_records} gaps in the running number",
            *(_range(vital, self.readings) for vital in Vital),
            *(f"Wave {name}: {count} samples" for name, count in sorted(self.wave_samples.items())),
            *(f"Monitor says: {text}" for text in self.messages),
            *(f"Refused at byte {bad.offset}: {bad.reason}" for bad in self.refused),
        ]
        return "\n".join(lines) + "\n"


def _range(vital: Vital, readings: tuple[DecodedReading, ...]) -> str:
    kind = VITALS[vital]
    all_of_it = [reading for reading in readings if reading.vital is vital]
    values = [reading.value for reading in all_of_it if reading.value is not None]
    if not values:
        return f"{kind.label}: -- (0 of {len(all_of_it)} readings)"
    low, high = (f"{value:.{kind.places}f}" for value in (min(values), max(values)))
    span = low if low == high else f"{low} to {high}"
    return f"{kind.label}: {span} {kind.shown_unit} ({len(values)} of {len(all_of_it)} readings)"


def _device_instant(piece: Frame | BadFrame) -> Instant:
    """The monitor's clock as both of ours: ages in a recording are ages of its own time."""
    time_ns = HEADER.unpack_from(piece.record)[4] * NS_PER_S if isinstance(piece, Frame) else 0
    return Instant(time_ns, time_ns)


def _readings(one: Decoded) -> Iterator[DecodedReading]:
    for reading in one.readings:
        yield DecodedReading(
            one.offset,
            one.record.time_s,
            reading.vital,
            reading.value,
            VITALS[reading.vital].unit,
            reading.quality,
        )


def decode_s5(data: bytes) -> DecodeReport:
    """Decode a recorded S/5 serial stream; never raises on any input.

    Args:
        data: The bytes as they came from the monitor.
    """
    stream = DriStream("file")
    found: list[Decoded] = []
    refused: list[RefusedFrame] = []
    for piece in stream.reader.feed(data):
        taken = stream.take(piece, _device_instant(piece))
        if isinstance(taken, BadFrame):
            refused.append(RefusedFrame(taken.offset, taken.reason))
        elif taken is not None:
            found.append(taken)
    return DecodeReport(
        device=f"S/5 (DRI level {found[0].record.level})" if found else "",
        total_bytes=len(data),
        good_frames=stream.good_frames,
        bad_frames=stream.bad_frames,
        duplicate_frames=stream.duplicates,
        lost_records=stream.lost,
        noise_bytes=stream.reader.noise_bytes,
        unfinished_bytes=stream.reader.unfinished_bytes,
        readings=tuple(reading for one in found for reading in _readings(one)),
        refused=tuple(refused),
        wave_samples=dict(stream.wave_samples),
        messages=tuple(dict.fromkeys(text for one in found for text in one.messages)),
    )
