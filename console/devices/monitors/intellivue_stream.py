"""The bytes of an IntelliVue monitor turned into what they say, live and in recordings."""

from __future__ import annotations

from dataclasses import dataclass

from console.clock import Instant
from console.devices.decoding import RefusedFrame
from console.devices.monitors.intellivue_alarms import NO_ALARMS, alarm_texts
from console.devices.monitors.intellivue_frames import IvFrames
from console.devices.monitors.intellivue_messages import (
    ABORTED,
    ACCEPT,
    ASSOCIATE,
    DATA,
    REFUSE,
    RELEASE_ASKED,
    RELEASED,
    Malformed,
    MdsCreated,
    Other,
    PollAnswer,
    Terms,
    parse_data,
    parse_terms,
)
from console.devices.monitors.intellivue_requests import ALERTS, WAVES
from console.devices.monitors.intellivue_vitals import Anchor, NumericReader
from console.devices.monitors.intellivue_waves import WaveReader
from console.devices.monitors.talking_stream import Heard

SIMULATED_MODEL = "SIM"
"""No model of the maker begins with this; our virtual one's does."""
MOST_EVENTS = 100
MOST_ASIDES = 8


@dataclass(frozen=True, slots=True)
class Accepted:
    """The monitor accepted the association."""

    terms: Terms


@dataclass(frozen=True, slots=True)
class Refused:
    """The monitor refused it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The association is over: released, or aborted by the monitor."""

    aborted: bool


@dataclass(frozen=True, slots=True)
class Echo:
    """An association request came in: our own, through joined wires."""


SessionEvent = Accepted | Refused | Ended | Echo | MdsCreated


def is_simulated(model: str) -> bool:
    """Whether a model text is that of our virtual monitor."""
    return any(word.startswith(SIMULATED_MODEL) for word in model.split())


class IntelliVueStream:
    """One monitor's messages, framed (serial) or bare (network).

    Attributes:
        session: What concerns the association, in order; cleared by whoever reads it.
        good_frames: Messages accepted so far.
    """

    def __init__(self, source: str) -> None:
        self.session: list[SessionEvent] = []
        self.good_frames = 0
        self._source = source
        self._frames = IvFrames()
        self.associated()

    def associated(self) -> None:
        """An association begins: handles, descriptions and the monitor's clock are learnt anew."""
        self._numerics = NumericReader(self._source)
        self._waves = WaveReader(self._source)
        self._alarms: tuple[str, ...] | None = None
        self._asides: dict[str, None] = {}
        self._told: tuple[str, ...] = ()

    @property
    def refused(self) -> list[RefusedFrame]:
        """The latest refused stretches."""
        return self._frames.refused

    @property
    def bad_frames(self) -> int:
        """Messages refused so far."""
        return self._frames.bad

    @property
    def held_bytes(self) -> int:
        """Bytes of the unfinished frame."""
        return self._frames.held_bytes

    def feed(self, data: bytes, at: Instant) -> list[Heard]:
        """Add bytes of the serial line that arrived ``at``."""
        heard = []
        for frame in self._frames.feed(data):
            heard += self.hear(frame.message, at, frame.offset)
        return heard

    def hear(self, message: bytes, at: Instant, offset: int = 0) -> list[Heard]:
        """One whole message; empty when it was refused."""
        try:
            said = self._understand(message, at, offset)
        except Malformed as error:
            self._frames.refuse(offset, str(error))
            return []
        self.good_frames += 1
        return [said]

    def _understand(self, message: bytes, at: Instant, offset: int) -> Heard:
        kind = message[0] if message else -1
        if kind == DATA:
            return self._data(message, at, offset)
        events: dict[int, SessionEvent] = {
            REFUSE: Refused(),
            RELEASED: Ended(aborted=False),
            RELEASE_ASKED: Ended(aborted=False),
            ABORTED: Ended(aborted=True),
            ASSOCIATE: Echo(),
        }
        if kind == ACCEPT:
            self._note(Accepted(parse_terms(message)))
        elif kind in events:
            self._note(events[kind])
        else:
            raise Malformed(f"no message begins with {message[:1].hex() or 'nothing'}")
        return Heard(offset, speaks=False)

    def _note(self, event: SessionEvent) -> None:
        self.session.append(event)
        del self.session[:-MOST_EVENTS]

    def _data(self, message: bytes, at: Instant, offset: int) -> Heard:
        said = parse_data(message)
        match said:
            case MdsCreated():
                self.associated()
                self._note(said)
                if said.clock_s is not None:
                    self._numerics.anchor = Anchor(said.clock_ticks, said.clock_s)
                return Heard(
                    offset,
                    model=said.model,
                    serial=said.system_id,
                    device_time_s=int(said.clock_s or 0),
                    simulated=is_simulated(said.model),
                )
            case Other(text):
                if text and len(self._asides) < MOST_ASIDES:
                    self._asides[text] = None
                return Heard(offset, messages=self._news(), speaks=False)
            case PollAnswer():
                return self._answer(said, at, offset)

    def _answer(self, answer: PollAnswer, at: Instant, offset: int) -> Heard:
        clock_s = int(self._numerics.device_time(answer.ticks) or 0)
        if answer.kind == WAVES:
            blocks = self._waves.read(answer, at)
            return Heard(offset, waves=blocks, messages=self._news(), device_time_s=clock_s)
        before = self._numerics.nibp
        readings = self._numerics.read(answer, at)
        if answer.kind == ALERTS and (texts := alarm_texts(answer)) is not None:
            self._alarms = texts
        nibp = self._numerics.nibp if self._numerics.nibp is not before else None
        return Heard(offset, readings, nibp=nibp, messages=self._news(), device_time_s=clock_s)

    def _news(self) -> tuple[str, ...]:
        """All the monitor has to say, when any of it changed: alarms, refusals, what nobody mapped."""
        alarms = self._alarms or ()
        raw = tuple(
            text for held in (self._numerics.raw, self._waves.raw) for _, text in sorted(held.items())
        )
        rest = (*self._asides, *raw)
        now = alarms + rest
        if now == self._told:
            return ()
        self._told = now
        return now if alarms or self._alarms is None else (NO_ALARMS, *rest)
