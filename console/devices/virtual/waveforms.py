"""From beats and breaths to samples. Pure: the same beats give the same samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.devices.virtual.heart import Beat
from console.devices.virtual.lungs import Breath

Samples = NDArray[np.float64]

# One heartbeat in lead II as bell curves: amplitude mV, width s, and centre s from the R peak. The
# centre of the T wave is added by qt_s, for repolarisation alone shortens with the rate.
_QRS: Final = ((-0.09, 0.0085, -0.027), (1.12, 0.0100, 0.0), (-0.24, 0.0105, 0.029))
_P_MV, _P_WIDTH_S, _PR_S = 0.13, 0.020, 0.152
_T_MV, _T_RISE_S, _T_FALL_S = 0.30, 0.062, 0.036

PULSE_BOTTOM: Final = 18.0
PULSE_HEIGHT: Final = 62.0
IMPEDANCE_OHM: Final = 1.1


def qt_s(interval_s: float) -> float:
    """QT interval after a beat that came ``interval_s`` after the one before (Fridericia, QTc 405 ms)."""
    return float(0.405 * min(1.6, max(0.35, interval_s)) ** (1 / 3))


def ecg(times_s: Samples, beats: Sequence[Beat], full: Samples) -> Samples:
    """Lead II in mV; ``full`` is the filling of the lungs, which turns the axis and lifts the line."""
    signal = np.zeros_like(times_s)
    for beat in beats:
        first, last = np.searchsorted(times_s, (beat.at_s - 0.26, beat.at_s + 0.62))
        if first == last:
            continue
        t = times_s[first:last] - beat.at_s
        near, far = np.searchsorted(t, (-0.075, 0.085))
        qrs = t[near:far]
        for amplitude, width, centre in _QRS:
            signal[first + near : first + far] += amplitude * np.exp(-0.5 * ((qrs - centre) / width) ** 2)
        pr = _PR_S * min(1.05, max(0.8, beat.interval_s / 0.8) ** 0.25)
        signal[first : first + near] += _P_MV * np.exp(-0.5 * ((t[:near] + pr) / _P_WIDTH_S) ** 2)
        squeeze = min(1.1, max(0.65, beat.interval_s / 0.8)) ** 0.5
        late = t[near:] - (qt_s(beat.interval_s) - 2.1 * _T_FALL_S * squeeze)
        width_s = np.where(late < 0, _T_RISE_S, _T_FALL_S) * squeeze
        signal[first + near : last] += _T_MV * np.exp(-0.5 * (late / width_s) ** 2)
    return signal * (1 - 0.07 * (full - 0.4)) + 0.03 * (full - 0.4)


def pleth(times_s: Samples, beats: Sequence[Beat], full: Samples) -> Samples:
    """The pulse at the finger, % of full scale: steep rise, dicrotic notch, slow run-off.

    Each pulse is added to what is left of those before, so the curve never jumps.
    """
    signal = np.zeros_like(times_s)
    for beat in beats:
        first, last = np.searchsorted(times_s, (beat.foot_s, beat.foot_s + 2.2))
        if first == last or beat.pulse <= 0.0:
            continue
        t = times_s[first:last] - beat.foot_s
        ejection = min(1.15, max(0.75, math.sqrt(beat.interval_s / 0.85)))
        u = t / ejection
        wave = _hump(u, 0.140, 3.2) + 0.34 * _hump(np.maximum(u - 0.255, 0.0), 0.150, 3.0)
        tail = 0.27 * (1 - np.exp(-((u / 0.11) ** 3))) * np.exp(-u / 0.42)
        signal[first:last] += beat.pulse * (wave + tail)
    return PULSE_BOTTOM + PULSE_HEIGHT * signal * 0.82 - 5.0 * (full - 0.4)


def _hump(u: Samples, peak: float, order: float) -> Samples:
    """A one-sided hump: 0 at 0, 1 at ``peak``, back to 0; the rise is steeper than the fall."""
    x = u / peak
    return np.asarray((x * np.exp(1 - x)) ** order)


def capnogram(times_s: Samples, breaths: Sequence[Breath]) -> Samples:
    """Carbon dioxide in mmHg in four phases.

    Nothing from the dead space (I), a steep rise as alveolar gas arrives (II), the alpha angle and
    a gently rising plateau that ends at the end-tidal value (III), and the fall at the next breath in (0).
    """
    signal = np.zeros_like(times_s)
    for breath in breaths:
        first, last = np.searchsorted(times_s, (breath.out_s, breath.end_s + 0.5))
        if first == last or breath.etco2 <= 0:
            continue
        t = times_s[first:last]
        u = t - breath.out_s
        expiration = breath.end_s - breath.out_s
        slope = min(1.1, 3.2 / max(expiration, 0.5))
        level = breath.etco2 - slope * np.maximum(breath.end_s - t, 0.0)
        # The corner is rounder when a breath is shallow: its gases mix less evenly.
        corner = 1 - np.exp(-np.maximum(u - 0.16, 0.0) / (0.085 + 0.04 / max(breath.depth, 0.3)))
        rise = corner / (1 + np.exp(-(u - 0.26) / 0.035))
        fall = 1 / (1 + np.exp(np.minimum((t - breath.end_s - 0.17) / 0.028, 60.0)))
        signal[first:last] += level * rise * fall
    return signal


def inflation(times_s: Samples, breaths: Sequence[Breath]) -> Samples:
    """Volume of air above rest, 1 at the top of a resting breath."""
    signal = np.zeros_like(times_s)
    for breath in breaths:
        first, middle, last = np.searchsorted(times_s, (breath.start_s, breath.out_s, breath.end_s))
        rise = (times_s[first:middle] - breath.start_s) / (breath.out_s - breath.start_s)
        signal[first:middle] = breath.depth * 0.5 * (1 - np.cos(np.pi * rise))
        fall = (times_s[middle:last] - breath.out_s) / (0.8 * (breath.end_s - breath.out_s))
        signal[middle:last] = breath.depth * 0.5 * (1 + np.cos(np.pi * np.minimum(fall, 1.0) ** 0.7))
    return signal


def impedance(times_s: Samples, full: Samples, beats: Sequence[Beat]) -> Samples:
    """Change of chest impedance in Ohm, with the small ripple each heartbeat leaves on it."""
    ripple = np.zeros_like(times_s)
    for beat in beats:
        first, last = np.searchsorted(times_s, (beat.at_s, beat.at_s + 0.4))
        ripple[first:last] += np.sin((times_s[first:last] - beat.at_s) * (math.pi / 0.4)) ** 2
    return IMPEDANCE_OHM * (full - 0.4) - 0.035 * ripple


class Grain:
    """Noise that depends on the sample's number alone, however the samples are taken."""

    def __init__(self, rng: np.random.Generator, length: int, smooth: int) -> None:
        white = rng.standard_normal(length)
        if smooth > 1:
            window = np.hanning(smooth + 2)[1:-1]
            wrapped = np.concatenate([white, white[: smooth - 1]])
            white = np.convolve(wrapped, window, "valid")
        self._table: Samples = white / white.std()

    def at(self, first: int, count: int) -> Samples:
        """Samples ``first`` .. ``first + count``, of standard deviation 1."""
        start = first % len(self._table)
        if start + count <= len(self._table):
            return self._table[start : start + count]
        return np.take(self._table, np.arange(start, start + count), mode="wrap")
