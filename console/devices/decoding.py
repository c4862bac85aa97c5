"""What a recorded byte stream of a device holds, whichever device it is: for the command line and the bench.

A recording is decoded by the very object the live driver uses; its own clock stands in for ours.
"""

from __future__ import annotations

import msgspec

from console.clinical.vitals import VITALS, Quality, Vital


class DecodedReading(msgspec.Struct, frozen=True):
    """One vital sign found in the recording.

    Attributes:
        offset: Byte at which its frame starts.
        device_time_s: The device's clock, Unix seconds; 0 when it tells none.
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


class DecodedReply(msgspec.Struct, frozen=True):
    """One thing a pump said in the recording.

    Attributes:
        offset: Byte at which its frame ends.
        text: What it means.
    """

    offset: int
    text: str


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
        bad_bytes: Bytes that belonged to no frame, where the protocol has no end to a bad one.
        unfinished_bytes: Bytes of a frame the recording ends in.
        readings: Every vital sign in order.
        replies: Everything a pump said, in order.
        refused: Every refused frame in order.
        wave_samples: Samples by waveform type.
        messages: Texts of the monitor, each once, in order of appearance.
    """

    device: str
    total_bytes: int
    good_frames: int
    bad_frames: int = 0
    duplicate_frames: int = 0
    lost_records: int = 0
    noise_bytes: int = 0
    bad_bytes: int = 0
    unfinished_bytes: int = 0
    readings: tuple[DecodedReading, ...] = ()
    replies: tuple[DecodedReply, ...] = ()
    refused: tuple[RefusedFrame, ...] = ()
    wave_samples: dict[str, int] = {}
    messages: tuple[str, ...] = ()

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
            *([f"Bytes of no frame: {self.bad_bytes}"] if self.bad_bytes else []),
            *(_range(vital, self.readings) for vital in Vital if self.readings),
            *(f"At byte {reply.offset}: {reply.text}" for reply in self.replies),
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
