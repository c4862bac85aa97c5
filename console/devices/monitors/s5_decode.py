"""Decoding a recorded S/5 stream: the recording is read by the very object the live driver uses."""

from __future__ import annotations

from collections.abc import Iterator

from console.clinical.vitals import VITALS
from console.clock import NS_PER_S, Instant
from console.devices.decoding import DecodedReading, DecodeReport, RefusedFrame
from console.devices.monitors.dri_frames import BadFrame, Frame
from console.devices.monitors.dri_records import HEADER
from console.devices.monitors.dri_stream import Decoded, DriStream


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
