"""Waveform subrecords of the Datex-Ohmeda record interface.

Source: GE "S/5 Datex-Ohmeda Record Interface" 8005313, 12th edition, waveform section. Samples stay
the counts of the wire here.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from console.devices.monitors.dri_records import MalformedRecord, Subrecord

WAVE_HEADER = struct.Struct("<hHH")


@dataclass(frozen=True, slots=True)
class WaveLayout:
    """A waveform the monitor can send.

    Attributes:
        name: Its name.
        rate_hz: Nominal samples per second.
    """

    name: str
    rate_hz: int


WAVE_KINDS: Mapping[int, WaveLayout] = {
    **{kind: WaveLayout(f"ECG{kind}", 300) for kind in (1, 2, 3)},
    **{kind: WaveLayout(f"INVP{kind - 3}", 100) for kind in (4, 5, 6, 7)},
    8: WaveLayout("PLETH", 100),
    9: WaveLayout("CO2", 25),
    10: WaveLayout("O2", 25),
    11: WaveLayout("N2O", 25),
    12: WaveLayout("AA", 25),
    13: WaveLayout("AWP", 25),
    14: WaveLayout("FLOW", 25),
    15: WaveLayout("RESP", 25),
    16: WaveLayout("INVP5", 100),
    17: WaveLayout("INVP6", 100),
    **{kind: WaveLayout(f"EEG{kind - 17}", 100) for kind in (18, 19, 20, 21)},
    22: WaveLayout("ECG12", 500),
    23: WaveLayout("VOL", 25),
    32: WaveLayout("ENT", 100),
    35: WaveLayout("BIS", 300),
    38: WaveLayout("PLETH2", 100),
    39: WaveLayout("RESP_100", 100),
}
"""Waveform types and rates (8005313 waveform section)."""


@dataclass(frozen=True, slots=True)
class WaveRecord:
    """One waveform subrecord.

    Attributes:
        kind: Its type, a key of :data:`WAVE_KINDS`.
        gap: The monitor lost samples before this block (status bit 0).
        lead_off: The channel is off (status bit 3). Bits beyond these are set in recordings
            without a documented meaning and are ignored.
        counts: The samples as sent, control codes included.
    """

    kind: int
    gap: bool
    lead_off: bool
    counts: NDArray[np.int16]


def parse_wave(part: Subrecord) -> WaveRecord:
    """Read a waveform subrecord.

    Raises:
        MalformedRecord: it promises more samples than it holds.
    """
    if len(part.data) < WAVE_HEADER.size:
        raise MalformedRecord(f"waveform subrecord of {len(part.data)} bytes is too short")
    count, status, _label = WAVE_HEADER.unpack_from(part.data)
    room = (len(part.data) - WAVE_HEADER.size) // 2
    if not 0 <= count <= room:
        raise MalformedRecord(f"waveform subrecord promises {count} samples and holds {room}")
    counts = np.frombuffer(part.data, dtype="<i2", count=count, offset=WAVE_HEADER.size)
    return WaveRecord(part.kind, bool(status & 0b1), bool(status & 0b1000), counts.astype(np.int16))
