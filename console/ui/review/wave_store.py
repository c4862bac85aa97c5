"""Waveform samples of the window that is shown, read a little beyond it so that panning reads rarely."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Wave
from console.clock import NS_PER_S
from console.storage.queries import RecordReader, WaveSource
from console.storage.traces import WaveBins
from console.storage.waves import ChunkDamaged

MARGIN = 1.5
"""Windows read on either side of the one asked for."""


@dataclass(frozen=True, slots=True)
class WaveSlice:
    """Samples of a stretch.

    Attributes:
        t_ns: Steady axis.
        value: In the signal's unit; NaN where there is none.
        unit: UCUM unit.
        source: Who measured.
        trouble: Why there are none, empty otherwise.
    """

    t_ns: NDArray[np.int64]
    value: NDArray[np.float64]
    unit: str = ""
    source: str = ""
    trouble: str = ""


NOTHING = WaveSlice(np.empty(0, np.int64), np.empty(0))


@dataclass
class WaveStore:
    """Samples of one session; belongs to one thread.

    Attributes:
        bins: Smallest and largest values of the whole session, once they were read for an overview.
        bins_wanted: They are being read.
    """

    reader: RecordReader
    session_id: str
    _sources: dict[Wave, WaveSource] | None = None
    bins: dict[Wave, WaveBins] = field(default_factory=dict)
    bins_wanted: bool = False
    _held: dict[Wave, tuple[int, int, WaveSlice]] = field(default_factory=dict)

    def forget(self) -> None:
        """The session went on: what was held may have grown."""
        self._sources = None
        self._held.clear()

    def sources(self) -> dict[Wave, WaveSource]:
        """The first source of each signal."""
        if self._sources is None:
            self._sources = {}
            for one in self.reader.wave_sources(self.session_id):
                self._sources.setdefault(one.wave, one)
        return self._sources

    def read_bins(self, first_ns: int, last_ns: int) -> dict[Wave, WaveBins]:
        """The overview of every signal that was recorded; touches nothing held, so any thread may ask."""
        found: dict[Wave, WaveBins] = {}
        for one in self.reader.wave_sources(self.session_id):
            if one.wave not in found:
                found[one.wave] = self.reader.wave_bins(
                    self.session_id, one.wave, one.source, first_ns, last_ns
                )
        return found

    def samples(self, wave: Wave, first_ns: int, last_ns: int) -> WaveSlice:
        """What was recorded of a signal between two times; a margin may come with it."""
        held = self._held.get(wave)
        if held is not None and held[0] <= first_ns and held[1] >= last_ns:
            return held[2]
        source = self.sources().get(wave)
        if source is None:
            return NOTHING
        margin = min(round((last_ns - first_ns) * MARGIN), 30 * NS_PER_S)
        begin, end = first_ns - margin, last_ns + margin
        try:
            trace = self.reader.wave_samples(self.session_id, wave, source.source, begin, end)
            found = WaveSlice(trace.t_ns, trace.value, source.unit, source.source)
        except ChunkDamaged as damage:
            found = WaveSlice(NOTHING.t_ns, NOTHING.value, source.unit, source.source, str(damage))
        self._held[wave] = (begin, end, found)
        return found
