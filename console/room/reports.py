"""What port owners report, turned into intents, and what only screens want to know."""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec

from console.clinical.vitals import VitalReading, WaveBlock
from console.clock import Instant
from console.devices.portloop import WireStatistics
from console.devices.ports import MonitorBatch
from console.devices.pump_sink import StopConfirmed, StopNotConfirmed, StopProgress
from console.room.audience import Audience
from console.room.mailbox import Mailbox
from console.room.pleth import PlethPrint
from console.room.samples import WaveRecorder
from console.room.wire import Waves
from console.session.intents import (
    CommandAnswered,
    LeaseSeen,
    LineSeen,
    LinkSeen,
    PumpSeen,
    StopSeen,
    VitalsSeen,
)
from console.session.pump import Identity, LinkState, Outcome, PumpReading
from console.session.site import PUMP

Spoken = TypeVar("Spoken", VitalReading, WaveBlock)


class Noticeboard:
    """The monitors' own alarm texts and the counts of every line; any thread may pin and read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: dict[str, tuple[str, ...]] = {}
        self._lines: dict[str, WireStatistics] = {}

    def pin_notes(self, device: str, texts: tuple[str, ...]) -> None:
        """What a monitor says now."""
        with self._lock:
            self._notes[device] = texts

    def pin_line(self, device: str, statistics: WireStatistics) -> None:
        """Counts of a device's line."""
        with self._lock:
            self._lines[device] = statistics

    def notes(self) -> tuple[str, ...]:
        """All monitors' texts."""
        with self._lock:
            return tuple(text for device in sorted(self._notes) for text in self._notes[device])

    def lines(self) -> dict[str, WireStatistics]:
        """Counts by device."""
        with self._lock:
            return dict(self._lines)


def line_seen(device: str, statistics: WireStatistics) -> LineSeen:
    """A line's counts as the machine takes them."""
    return LineSeen(device, statistics.good_frames, statistics.bad_frames)


class PumpReports:
    """The sink of the pump's port owner."""

    def __init__(self, mailbox: Mailbox, board: Noticeboard) -> None:
        self._mailbox = mailbox
        self._board = board

    def link_changed(self, state: LinkState, reason: str, identity: Identity | None, at: Instant) -> None:
        """The two lamps changed."""
        del at  # the conductor stamps what it decides
        self._mailbox.see(LinkSeen(PUMP, state, reason, identity))

    def reading(self, reading: PumpReading) -> None:
        """The pump was read."""
        self._mailbox.see(PumpSeen(reading))

    def outcome(self, command_id: str, outcome: Outcome, at: Instant) -> None:
        """A command ended."""
        del at
        self._mailbox.see(CommandAnswered(command_id, outcome))

    def stop_progress(self, progress: StopProgress) -> None:
        """STOP went on; a single attempt is no news for the record."""
        match progress:
            case StopConfirmed(reading=reading, attempts=attempts, seconds=seconds):
                self._mailbox.see(StopSeen(True, attempts, seconds, reading))
            case StopNotConfirmed(attempts=attempts, seconds=seconds):
                self._mailbox.see(StopSeen(False, attempts, seconds))
            case _:
                pass

    def lease(self, granted: bool, reason: str, at: Instant) -> None:
        """The pump is no longer kept going, or is again."""
        del at
        self._mailbox.see(LeaseSeen(granted, reason))

    def wire(self, statistics: WireStatistics, at: Instant) -> None:
        """Counts, every 10 s."""
        del at
        self._board.pin_line(PUMP, statistics)
        self._mailbox.see(line_seen(PUMP, statistics))


class MonitorReports:
    """The sink of a monitor's port owner."""

    def __init__(
        self, device: str, mailbox: Mailbox, waves: WaveRecorder, audience: Audience, board: Noticeboard
    ) -> None:
        self._device = device
        self._mailbox = mailbox
        self._waves = waves
        self._audience = audience
        self._board = board
        self._pleth = PlethPrint()

    def link_changed(self, state: LinkState, reason: str, identity: Identity | None, at: Instant) -> None:
        """The two lamps changed."""
        del at
        if state is not LinkState.ANSWERING:
            self._board.pin_notes(self._device, ())
        self._mailbox.see(LinkSeen(self._device, state, reason, identity))

    def batch(self, batch: MonitorBatch) -> None:
        """The monitor spoke: values to the conductor, waves to the record and straight to the screens."""
        self._pleth.add(batch.waves)
        if batch.readings or batch.nibp is not None or batch.bad_frames:
            readings = tuple(self._named(reading) for reading in batch.readings)
            pleth = self._pleth.take() if batch.readings else None
            self._mailbox.see(VitalsSeen(self._device, readings, batch.nibp, batch.bad_frames, pleth))
        if batch.waves:
            blocks = tuple(self._named(block) for block in batch.waves)
            self._waves.add(blocks)
            self._audience.tell(Waves(blocks))
        if batch.messages:
            self._board.pin_notes(self._device, tuple(batch.messages))

    def wire(self, statistics: WireStatistics, at: Instant) -> None:
        """Counts, every 10 s."""
        del at
        self._board.pin_line(self._device, statistics)
        self._mailbox.see(line_seen(self._device, statistics))

    def _named(self, spoken: Spoken) -> Spoken:
        return (
            spoken if spoken.source == self._device else msgspec.structs.replace(spoken, source=self._device)
        )
