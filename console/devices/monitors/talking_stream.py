"""What drivers of monitors that talk by themselves share: wait for the first good word, then listen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from console.clinical.vitals import VITALS, NibpState, Vital, VitalReading, WaveBlock
from console.clock import Instant
from console.devices.decoding import DecodedReading, DecodeReport, RefusedFrame
from console.devices.ports import LineSettings, Link, MonitorBatch, WrongDevice

READ_TIMEOUT_S = 0.1
MISMATCH_BYTES = 16

JUMPS = {Vital.SPO2: 4.0, Vital.PR: 20.0, Vital.HR: 20.0, Vital.RR: 10.0, Vital.ETCO2: 15.0}
"""On a line without a checksum a figure that moves by more than this from one word to the next has to be
said twice (site default, after the rule that unchecked protocols need two agreeing reads)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one good frame or line said.

    Attributes:
        offset: Byte of the stream at which it starts.
        readings: Numeric readings.
        waves: Waveform blocks.
        nibp: What the cuff is doing, None when not told.
        messages: The monitor's own words, and codes nobody mapped.
        model: Who speaks, when this frame tells.
        serial: Serial number, when this frame tells.
        device_time_s: The monitor's clock, Unix seconds, 0 when it tells none.
        speaks: It proves who is there; False for headings, which others print as well.
        simulated: It carries the mark of our virtual device.
    """

    offset: int
    readings: tuple[VitalReading, ...] = ()
    waves: tuple[WaveBlock, ...] = ()
    nibp: NibpState | None = None
    messages: tuple[str, ...] = ()
    model: str = ""
    serial: str = ""
    device_time_s: int = 0
    speaks: bool = True
    simulated: bool = False


class Stream(Protocol):
    """A device's bytes turned into what they say; pure, and bounded in memory."""

    @property
    def refused(self) -> list[RefusedFrame]:
        """The latest refused stretches; cleared by whoever reads them."""
        ...

    @property
    def good_frames(self) -> int:
        """Frames or lines accepted so far."""
        ...

    @property
    def bad_frames(self) -> int:
        """Frames or lines refused so far."""
        ...

    def feed(self, data: bytes, at: Instant) -> list[Heard]:
        """Add bytes that arrived ``at``."""
        ...


@dataclass(slots=True)
class Confirming:
    """Holds a figure that jumped back until the next word says it again."""

    last: dict[Vital, float] = field(default_factory=dict)
    doubted: dict[Vital, float] = field(default_factory=dict)

    def sift(self, readings: Sequence[VitalReading]) -> tuple[VitalReading, ...]:
        """The readings that may be shown now."""
        return tuple(reading for reading in readings if self._passes(reading))

    def _passes(self, reading: VitalReading) -> bool:
        vital, value = reading.vital, reading.value
        if value is None or vital not in JUMPS:
            self.last.pop(vital, None)
            self.doubted.pop(vital, None)
            return True
        before, doubted = self.last.get(vital), self.doubted.pop(vital, None)
        near_before = before is not None and abs(value - before) <= JUMPS[vital]
        near_doubted = doubted is not None and abs(value - doubted) <= JUMPS[vital]
        if near_before or near_doubted:
            self.last[vital] = value
            return True
        self.doubted[vital] = value
        return False


class Ear:
    """Listens to one device on one link, for the driver that owns it."""

    def __init__(
        self,
        make_stream: Callable[[], Stream],
        title: str,
        line: LineSettings,
        silence_s: float,
        nothing: str,
    ) -> None:
        """What to listen with.

        Args:
            make_stream: A decoder that has heard nothing.
            title: The device for people.
            line: How its line is set.
            silence_s: How long its first word is waited for.
            nothing: What to check when nothing arrives.
        """
        self._make_stream = make_stream
        self._title = title
        self._line = line
        self._silence_s = silence_s
        self._nothing = nothing
        self._stream = make_stream()
        self._early: list[Heard] = []

    def first(self, link: Link) -> Heard:
        """Wait for the first good word; it is kept for the next turn.

        Raises:
            LinkLost: no port. WrongDevice: bytes arrive and none are this device's. TimeoutError: silence.
        """
        link.discard_input()
        self._stream = self._make_stream()
        self._early = []
        start, arrived = link.now(), 0
        while link.now().seconds_since(start) < self._silence_s:
            data = link.read(READ_TIMEOUT_S)
            arrived += len(data)
            self._early += self._stream.feed(data, link.now())
            spoken = next((one for one in self._early if one.speaks), None)
            if spoken is not None:
                return spoken
        if arrived >= MISMATCH_BYTES:
            raise WrongDevice(
                f"{arrived} bytes arrive but none are of a {self._title}: wrong baud rate, another output "
                f"format, or another device. It speaks {self._line.baud} baud, {self._line.data_bits} data "
                f"bits, parity {self._line.parity}."
            )
        raise TimeoutError(self._nothing)

    def turn(self, link: Link) -> MonitorBatch:
        """Read what has arrived and decode it.

        Raises:
            LinkLost: the port vanished.
        """
        bad_before = self._stream.bad_frames
        data = link.read(READ_TIMEOUT_S)
        heard = self._early + self._stream.feed(data, link.now())
        self._early = []
        return as_batch(heard, self._stream.bad_frames - bad_before)


def as_batch(heard: Sequence[Heard], bad_frames: int) -> MonitorBatch:
    """What a turn's frames said together; of the cuff and the texts the latest word counts."""
    states = [one.nibp for one in heard if one.nibp is not None]
    texts = [one.messages for one in heard if one.messages]
    return MonitorBatch(
        readings=tuple(reading for one in heard for reading in one.readings),
        waves=tuple(block for one in heard for block in one.waves),
        nibp=states[-1] if states else None,
        messages=texts[-1] if texts else (),
        good_frames=len(heard),
        bad_frames=bad_frames,
    )


def report_on(stream: Stream, data: bytes, device: str) -> DecodeReport:
    """Decode a whole recording with a fresh stream; never raises on any input.

    Args:
        stream: A decoder that has heard nothing.
        data: The bytes as they came from the device.
        device: Its name for people, used when anything good was found.
    """
    beginning = Instant(0, 0)
    found: list[Heard] = []
    refused: list[RefusedFrame] = []
    for start in range(0, len(data), 512):
        found += stream.feed(data[start : start + 512], beginning)
        refused += stream.refused
        stream.refused.clear()
    samples: dict[str, int] = {}
    for one in found:
        for block in one.waves:
            samples[block.wave.value] = samples.get(block.wave.value, 0) + len(block.samples) // 2
    names = [one.model for one in found if one.model]
    return DecodeReport(
        device=(names[0] if names else device) if found else "",
        total_bytes=len(data),
        good_frames=stream.good_frames,
        bad_frames=stream.bad_frames,
        noise_bytes=found[0].offset if found else len(data),
        readings=tuple(
            DecodedReading(
                one.offset,
                one.device_time_s,
                reading.vital,
                reading.value,
                VITALS[reading.vital].unit,
                reading.quality,
            )
            for one in found
            for reading in one.readings
        ),
        refused=tuple(refused),
        wave_samples=samples,
        messages=tuple(dict.fromkeys(text for one in found for text in one.messages)),
    )
