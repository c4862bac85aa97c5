"""Alarm bursts as samples: pure, so that a test can measure every pulse.

Timings lie inside the ranges that shipped devices and open generators take from IEC 60601-1-8 (NXP
AN10875, TI DAC53701 datasheet, PUI Audio alarm notes, University of Sydney alarm page); conformity is
not claimed. The figures chosen inside those ranges are a site default that needs the medical director's
signature.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from console.session.events import Priority

SAMPLE_RATE_HZ: Final = 44_100

HARMONICS: Final = ((1, 1.0), (3, 0.85), (5, 0.6), (7, 0.5))
"""Multiples of the fundamental and their amplitudes: at least four lines between 300 and 4000 Hz, all
within 15 dB of the fundamental, so that an alarm can be located and heard beside music."""

RISE: Final = 0.15
"""Rise and fall as a share of the pulse (10-20 % in the older text, up to 40 % in amendment 1)."""


class Burst(msgspec.Struct, frozen=True):
    """One alarm sound.

    Attributes:
        gaps_ms: Silence after each pulse but the last; their number is the number of pulses less one.
        pulse_ms: Length of one pulse.
        fundamental_hz: Pitch.
        level: Peak amplitude, 1 is full scale.
        again_after_s: Silence from the end of a burst to the next one.
    """

    gaps_ms: tuple[float, ...]
    pulse_ms: float
    fundamental_hz: float
    level: float
    again_after_s: float

    @property
    def pulses(self) -> int:
        """Pulses in the burst."""
        return len(self.gaps_ms) + 1

    @property
    def seconds(self) -> float:
        """Length of the whole burst."""
        return (sum(self.gaps_ms) + self.pulses * self.pulse_ms) / 1000


BURSTS: Final[dict[Priority, Burst]] = {
    # 3 + 2, a long gap, 3 + 2; the gap between the groups of 3 and 2 is two spacings and one pulse
    Priority.HIGH: Burst((100, 100, 350, 100, 1000, 100, 100, 350, 100), 150, 523.25, 0.9, 5.0),
    Priority.MEDIUM: Burst((200, 200), 200, 440.0, 0.8, 10.0),
    Priority.LOW: Burst((200,), 200, 392.0, 0.7, 25.0),
}


def burst_samples(priority: Priority, rate_hz: int = SAMPLE_RATE_HZ) -> NDArray[np.int16]:
    """The burst of ``priority`` as mono samples at ``rate_hz``."""
    burst = BURSTS[priority]
    pulse = _pulse(burst, rate_hz)
    parts: list[NDArray[np.float64]] = [pulse]
    for gap_ms in burst.gaps_ms:
        parts.append(np.zeros(round(gap_ms * rate_hz / 1000)))
        parts.append(pulse)
    return np.round(np.concatenate(parts) * 32767).astype(np.int16)


def _pulse(burst: Burst, rate_hz: int) -> NDArray[np.float64]:
    count = round(burst.pulse_ms * rate_hz / 1000)
    time_s = np.arange(count) / rate_hz
    tone = np.zeros(count)
    for multiple, amplitude in HARMONICS:
        tone += amplitude * np.sin(2 * np.pi * multiple * burst.fundamental_hz * time_s)
    shaped: NDArray[np.float64] = burst.level * tone / np.max(np.abs(tone)) * _envelope(count)
    return shaped


def _envelope(count: int) -> NDArray[np.float64]:
    """Raised-cosine flanks, so that no pulse begins or ends with a click."""
    flank = max(1, round(count * RISE))
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(flank) / flank)
    return np.concatenate([rise, np.ones(count - 2 * flank), rise[::-1]])
