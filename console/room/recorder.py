"""What is stored of the senses while a session is open: numerics, waveforms, and the gaps in them."""

from __future__ import annotations

from dataclasses import dataclass

from console.clinical.vitals import Vital, VitalReading
from console.clock import Instant
from console.room.samples import NumericsSampler, WaveRecorder, addresses
from console.session.events import Event, GapRecorded, WavesSealed
from console.session.state import OPEN, State
from console.storage.rows import NumericRow
from console.storage.waves import WaveChunk

OVERFLOW = "more readings arrived than could be kept"


@dataclass(frozen=True, slots=True)
class Gathered:
    """Samples of one session for one commit."""

    session_id: str
    events: tuple[Event, ...]
    numerics: tuple[NumericRow, ...]
    waves: tuple[WaveChunk, ...]


class Recorder:
    """Gathers samples between commits; belongs to the conductor's thread."""

    def __init__(self, waves: WaveRecorder) -> None:
        self._waves = waves
        self._numerics = NumericsSampler()
        self._session_id = ""
        self._last: Instant | None = None

    def gather(
        self,
        state: State,
        shown: dict[Vital, VitalReading],
        lost: int,
        now: Instant,
        at_once: bool = False,
    ) -> Gathered | None:
        """What has come together since the last call; None when there is nothing to store.

        Args:
            state: The state now; samples are kept while a session is open.
            shown: The reading that speaks for each vital sign.
            lost: Readings lost since the last call.
            now: The instant.
            at_once: Seal what there is, however little.
        """
        session = state.session
        session_id = session.session_id if session is not None and state.phase in OPEN else ""
        if self._session_id and self._session_id != session_id:
            return self._last_of_session(session_id)
        if session is None or not session_id:
            self._waves.forget()
            return None
        self._session_id = session_id
        rows = self._numerics.sample(session_id, shown, now)
        infused_ml = session.given_ml if session.started_at is not None else None
        sealed = self._numerics.seal(infused_ml, at_once)
        chunks = self._waves.take(session_id, at_once)
        events: list[Event] = [] if sealed is None else [sealed]
        if chunks:
            events.append(WavesSealed(addresses(chunks)))
        events += self._gaps(lost, now)
        self._last = now
        return _some(session_id, events, rows, chunks)

    def _last_of_session(self, next_session_id: str) -> Gathered | None:
        """The session ended: seal what it left behind before anything of the next is gathered."""
        ended, self._session_id = self._session_id, next_session_id
        sealed = self._numerics.seal(None, at_once=True)
        chunks = self._waves.take(ended, at_once=True)
        self._numerics.forget()
        self._waves.forget()
        events: list[Event] = [] if sealed is None else [sealed]
        if chunks:
            events.append(WavesSealed(addresses(chunks)))
        return _some(ended, events, (), chunks)

    def _gaps(self, lost: int, now: Instant) -> list[Event]:
        dropped = self._waves.take_dropped()
        seconds = 0.0 if self._last is None else now.seconds_since(self._last)
        gaps: list[Event] = []
        if lost:
            gaps.append(GapRecorded("readings", seconds, OVERFLOW))
        if dropped:
            gaps.append(GapRecorded("waveforms", seconds, OVERFLOW))
        return gaps


def _some(
    session_id: str, events: list[Event], rows: tuple[NumericRow, ...], chunks: tuple[WaveChunk, ...]
) -> Gathered | None:
    if not (events or rows or chunks):
        return None
    return Gathered(session_id, tuple(events), rows, chunks)
