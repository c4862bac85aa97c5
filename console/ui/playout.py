"""Waveforms between arrival and the screen, and the one-second history of the trend. Free of Qt.

Blocks come in lumps; the screen wants a steady sweep. A :class:`Playout` holds what arrived, plays it at
the rate it really arrives (re-estimated, device clocks differ), and when nothing comes it plays blanks,
so that a dead signal is never a standing picture that looks alive.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import NO_SAMPLE, Vital, Wave, WaveBlock
from console.clock import Instant
from console.session.events import NumericsSealed

Samples = NDArray[np.float32]

KEEP_S = {Wave.ECG: 24.0, Wave.PLETH: 24.0, Wave.CO2: 96.0, Wave.RESP: 96.0}
"""What a strip across a wide screen can show at its sweep speed."""
LEAST_DELAY_S = 0.12
STARVED_S = 0.7
"""Silence after which blanks are played."""
OVERFULL_S = 2.0
RATE_TOLERANCE = 0.05
ESTIMATE_OVER_S = 8.0


def physical(block: WaveBlock) -> Samples:
    """Samples of a block in its unit, NaN where the device gave none or says not to trust it."""
    raw = np.frombuffer(block.samples, dtype="<i2")
    values = raw.astype(np.float32) * np.float32(block.gain) + np.float32(block.offset)
    values[raw == NO_SAMPLE] = np.nan
    if not block.usable:
        values[:] = np.nan
    return values


class Playout:
    """One waveform from arrival to screen.

    Attributes:
        rate_hz: The rate samples really arrive at.
        unit: UCUM unit of the samples.
        usable: The device says the signal can be used.
        last_at: When the last block arrived, None before the first.
    """

    def __init__(self, wave: Wave, nominal_hz: float) -> None:
        self.rate_hz = nominal_hz
        self.unit = ""
        self.usable = True
        self.last_at: Instant | None = None
        self._nominal_hz = nominal_hz
        self._pending: deque[Samples] = deque()
        self._waiting = 0
        self._credit = 0.0
        self._filling = True
        self._longest_s = 0.0
        self._arrivals: deque[tuple[int, int]] = deque()
        self._arrived = 0
        self._shown = np.full(int(KEEP_S[wave] * nominal_hz), np.nan, dtype=np.float32)
        self._played = 0

    @property
    def played(self) -> int:
        """Samples played since the start, blanks included."""
        return self._played

    def push(self, block: WaveBlock) -> None:
        """Take in a block."""
        samples = physical(block)
        self.unit, self.usable = block.unit, block.usable
        if self.last_at is not None:
            since_s = block.at.seconds_since(self.last_at)
            self._longest_s = max(min(since_s, 1.5), self._longest_s * 0.98)
            if since_s > STARVED_S * 2:
                self._arrivals.clear()
        if block.gap and self.last_at is not None:
            samples = np.concatenate(
                (np.full(max(1, int(self.rate_hz * 0.1)), np.nan, dtype=np.float32), samples)
            )
        self.last_at = block.at
        self._arrived += len(samples)
        self._arrivals.append((block.at.mono_ns, self._arrived))
        self._estimate()
        self._pending.append(samples)
        self._waiting += len(samples)

    def _estimate(self) -> None:
        while (
            len(self._arrivals) > 2 and self._arrivals[-1][0] - self._arrivals[0][0] > ESTIMATE_OVER_S * 1e9
        ):
            self._arrivals.popleft()
        (first_ns, first), (last_ns, last) = self._arrivals[0], self._arrivals[-1]
        if last_ns - first_ns < ESTIMATE_OVER_S * 0.5e9:
            return
        measured = (last - first) * 1e9 / (last_ns - first_ns)
        bound = self._nominal_hz * RATE_TOLERANCE
        self.rate_hz = min(self._nominal_hz + bound, max(self._nominal_hz - bound, measured))

    def take(self, dt_s: float, now: Instant) -> Samples:
        """The samples to draw for the ``dt_s`` that passed on the screen; NaN is a gap."""
        delay = int(max(LEAST_DELAY_S, self._longest_s * 1.3) * self.rate_hz)
        silent = self.last_at is None or now.seconds_since(self.last_at) > STARVED_S + self._longest_s
        if self._filling and self._waiting < delay and not silent:
            return self._keep(np.empty(0, dtype=np.float32))
        self._filling = False
        self._credit += min(dt_s, 1.0) * self.rate_hz
        wanted = int(self._credit)
        self._credit -= wanted
        surplus = self._waiting - delay
        if surplus > OVERFULL_S * self.rate_hz:
            wanted = max(wanted, surplus)
        elif surplus > 0:
            wanted += min(surplus, wanted // 16)
        taken = self._drain(wanted)
        if len(taken) == wanted:
            return self._keep(taken)
        if not silent:
            self._filling = len(taken) == 0
            return self._keep(taken)
        return self._keep(np.concatenate((taken, np.full(wanted - len(taken), np.nan, dtype=np.float32))))

    def _drain(self, wanted: int) -> Samples:
        parts: list[Samples] = []
        while wanted > 0 and self._pending:
            head = self._pending[0]
            if len(head) <= wanted:
                parts.append(self._pending.popleft())
            else:
                parts.append(head[:wanted])
                self._pending[0] = head[wanted:]
            wanted -= len(parts[-1])
        if len(parts) == 1:
            taken = parts[0]
        else:
            taken = np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)
        self._waiting -= len(taken)
        return taken

    def _keep(self, samples: Samples) -> Samples:
        size = len(self._shown)
        kept = samples[-size:]
        start = (self._played + len(samples) - len(kept)) % size
        first = min(len(kept), size - start)
        self._shown[start : start + first] = kept[:first]
        self._shown[: len(kept) - first] = kept[first:]
        self._played += len(samples)
        return samples

    def recent(self, count: int) -> Samples:
        """The last ``count`` samples played, oldest first, for a redraw."""
        size = len(self._shown)
        count = min(count, size, self._played)
        end = self._played % size
        if count <= end:
            return self._shown[end - count : end].copy()
        return np.concatenate((self._shown[size - (count - end) :], self._shown[:end]))


TRENDED = (Vital.HR, Vital.PR, Vital.SPO2, Vital.RR, Vital.ETCO2, Vital.TEMP)
BLOCK_S = 3600


class TrendHistory:
    """One value a second of each trended vital sign since the session was opened."""

    def __init__(self, origin: Instant) -> None:
        self.origin = origin
        self._values = {vital: np.full(BLOCK_S, np.nan, dtype=np.float32) for vital in TRENDED}

    def put(self, vital: Vital, at: Instant, value: float | None) -> None:
        """Note a value; None leaves the second empty. Seconds before the origin are not kept."""
        second = int(at.seconds_since(self.origin))
        if value is None or second < 0 or vital not in self._values:
            return
        row = self._values[vital]
        if second >= len(row):
            blocks = second // BLOCK_S + 1
            grown = np.full(blocks * BLOCK_S, np.nan, dtype=np.float32)
            grown[: len(row)] = row
            self._values[vital] = row = grown
        row[second] = value

    def seed(self, sealed: NumericsSealed) -> None:
        """Take in ten sealed seconds of the record, as after a restart of the window."""
        for name, values in sealed.values.items():
            if name not in {vital.value for vital in TRENDED}:
                continue
            for index, value in enumerate(values):
                self.put(Vital(name), sealed.start.plus(index), value)

    def values(self, vital: Vital, upto_s: float) -> Samples:
        """Values of seconds 0..``upto_s``, NaN where nothing was known."""
        row = self._values[vital]
        return row[: max(0, min(len(row), int(upto_s) + 1))]

    def recent(self, now: Instant, reach_s: float) -> dict[Vital, tuple[float, ...]]:
        """What was known in the last ``reach_s`` seconds, oldest first."""
        upto = int(now.seconds_since(self.origin)) + 1
        since = max(0, upto - int(reach_s))
        found: dict[Vital, tuple[float, ...]] = {}
        for vital, row in self._values.items():
            part = row[since : max(since, upto)]
            found[vital] = tuple(part[np.isfinite(part)].tolist())
        return found


def low_high(values: Samples, columns: int) -> tuple[Samples, Samples, Samples]:
    """At most ``columns`` groups: their middle positions, lowest and highest values (NaN where empty).

    No peak is lost, unlike with averaging or picking every n-th value.
    """
    if len(values) <= columns:
        return np.arange(len(values), dtype=np.float32), values, values
    per = -(-len(values) // columns)
    padded = np.full(per * (-(-len(values) // per)), np.nan, dtype=np.float32)
    padded[: len(values)] = values
    groups = padded.reshape(-1, per)
    known = np.where(np.isnan(groups), np.inf, groups).min(axis=1)
    highest = np.where(np.isnan(groups), -np.inf, groups).max(axis=1)
    empty = ~np.isfinite(known)
    known[empty] = np.nan
    highest[empty] = np.nan
    middle = np.arange(len(groups), dtype=np.float32) * per + (per - 1) / 2
    return middle.astype(np.float32), known.astype(np.float32), highest.astype(np.float32)
