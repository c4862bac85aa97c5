"""What a host asks of an S/5 monitor, as complete frames.

Source: GE "S/5 Computer Interface Specification" M1017617, 12th edition, with its Appendix A as
test vectors. A new request replaces the one before it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import IntEnum

from console.devices.monitors.dri_frames import encode_frame
from console.devices.monitors.dri_physiology import DataClass, PhysiologyKind
from console.devices.monitors.dri_records import DESCRIPTOR, DESCRIPTORS, END_OF_LIST, HEADER, MainType
from console.devices.monitors.dri_waves import WAVE_KINDS

WAVE_BUDGET_19200_SAMPLES_S = 600
"""Sum of sample rates a monitor sends at 19200 baud (M1017617)."""

SHORTEST_SPECIFIED_INTERVAL_S = 5
"""Shortest interval M1017617 promises for displayed values; some monitors grant 1 s."""

MAX_WAVES = 7
"""Type list of 8 with its end mark."""


class AlarmCommand(IntEnum):
    """What is asked about alarms (M1017617 chapter 5); interface level 10 and above."""

    STATUS_NOW = 0
    START_CHANGES = 2
    STOP_CHANGES = 3


def _request(main_type: MainType, body: bytes) -> bytes:
    """A record from a host: everything in the header is zero but length and type."""
    header = HEADER.pack(HEADER.size + DESCRIPTORS * DESCRIPTOR.size + len(body), *(0,) * 7, main_type)
    descriptors = DESCRIPTOR.pack(0, 0) + DESCRIPTOR.pack(0, END_OF_LIST)
    return encode_frame(header + descriptors.ljust(DESCRIPTORS * DESCRIPTOR.size, b"\0") + body)


def physiology_request(
    interval_s: int,
    extra_classes: Sequence[DataClass] = (),
    kind: PhysiologyKind = PhysiologyKind.DISPLAYED,
) -> bytes:
    """Ask for physiological values.

    Args:
        interval_s: Seconds between records; 0 stops them, -1 asks once.
        extra_classes: Extended classes wanted beside the basic class.
        kind: Displayed values, a trend or the auxiliary information.
    """
    mask = sum(1 << data_class for data_class in set(extra_classes) - {DataClass.BASIC})
    return _request(MainType.PHYSIOLOGY, struct.pack("<BhIh", kind, interval_s, mask, 0))


def physiology_stop() -> bytes:
    """Ask for no more displayed values."""
    return physiology_request(0)


def wave_request(kinds: Sequence[int]) -> bytes:
    """Ask for waveforms, keys of :data:`~console.devices.monitors.dri_waves.WAVE_KINDS`.

    Raises:
        ValueError: more waveforms than the request or the line can carry, or an unknown one.
    """
    unknown = [kind for kind in kinds if kind not in WAVE_KINDS]
    if unknown or not 1 <= len(kinds) <= MAX_WAVES:
        raise ValueError(f"ask for 1 to {MAX_WAVES} known waveforms, not {list(kinds)}")
    rate = sum(WAVE_KINDS[kind].rate_hz for kind in kinds)
    if rate > WAVE_BUDGET_19200_SAMPLES_S:
        raise ValueError(f"{rate} samples/s exceed the {WAVE_BUDGET_19200_SAMPLES_S} the monitor sends")
    return _request(MainType.WAVE, _wave_body(0, kinds))


def wave_stop() -> bytes:
    """Ask for no more waveforms."""
    return _request(MainType.WAVE, _wave_body(1, ()))


def _wave_body(command: int, kinds: Sequence[int]) -> bytes:
    listed = bytes((*kinds, END_OF_LIST))
    return struct.pack("<hh8s16shh", command, 0, listed, b"", 0, 0)


def alarm_request(command: AlarmCommand) -> bytes:
    """Ask for the alarm texts."""
    return _request(MainType.ALARM, struct.pack("<h5h", command, 0, 0, 0, 0, 0))
