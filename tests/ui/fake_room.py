"""A room for window tests: the real machine behind the client's door, believable patients, no threads."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import NO_SAMPLE, NibpState, Vital, Wave, WaveBlock
from console.clock import Instant
from console.room.music_view import MusicView
from console.room.wire import (
    Answer,
    Ask,
    Bye,
    Committed,
    Hello,
    Live,
    RoomMessage,
    StopHeard,
    StopNow,
    Waves,
    WindowMessage,
)
from console.session import intents as ask
from console.session.events import LinkChanged, NumericsSealed, SignedIn
from console.session.people import ROOM, Actor, Authn
from console.session.posture import posture
from console.session.pump import Identity, LinkState, PumpState
from console.session.watch import fresh_pump, latest
from console.sync.backlog import ArchiveView, Standing
from tests.session.bench import NURSE, Bench

RATES_HZ = {Wave.ECG: 300.0, Wave.PLETH: 100.0, Wave.CO2: 25.0, Wave.RESP: 25.0}
GAINS = {
    Wave.ECG: (0.001, 0.0, "mV"),
    Wave.PLETH: (0.01, 0.0, "%"),
    Wave.CO2: (0.01, 0.0, "mm[Hg]"),
    Wave.RESP: (0.001, 0.0, "Ohm"),
}


Array = NDArray[np.float64]


def _bump(phase: Array, centre: float, width: float, height: float) -> Array:
    bell: Array = height * np.exp(-((phase - centre) ** 2) / (2 * width**2))
    return bell


def shape(wave: Wave, at_s: Array, heart_rate: float, breaths: float, etco2: float) -> Array:
    """Physical values of a waveform at the given seconds."""
    beat = (at_s * heart_rate / 60.0) % 1.0
    if wave is Wave.ECG:
        parts = ((0.18, 0.025, 0.14), (0.295, 0.008, -0.12), (0.32, 0.010, 1.15), (0.345, 0.010, -0.26))
        return sum((_bump(beat, *part) for part in (*parts, (0.58, 0.05, 0.28))), 0.01 * np.sin(at_s * 1.3))
    if wave is Wave.PLETH:
        return 100 * (_bump(beat, 0.42, 0.09, 1.0) + _bump(beat, 0.68, 0.10, 0.42))
    breath = (at_s * breaths / 60.0) % 1.0
    if wave is Wave.RESP:
        chest: Array = np.sin(2 * np.pi * breath) + 0.25 * np.sin(4 * np.pi * breath)
        return chest
    out = np.clip((breath - 0.42) / 0.05, 0, 1) * np.clip((0.93 - breath) / 0.035, 0, 1)
    capnogram: Array = etco2 * out * (0.86 + 0.14 * np.clip((breath - 0.45) / 0.45, 0, 1))
    return capnogram


@dataclass
class WaveSource:
    """Blocks as a monitor would send them."""

    waves: tuple[Wave, ...] = (Wave.ECG, Wave.PLETH, Wave.CO2, Wave.RESP)
    off: set[Wave] = field(default_factory=set)
    counts: dict[Wave, int] = field(default_factory=dict)

    def blocks(self, at: Instant, seconds: float, values: dict[Vital, float | None]) -> tuple[WaveBlock, ...]:
        return tuple(self._block(wave, at, seconds, values) for wave in self.waves)

    def _block(self, wave: Wave, at: Instant, seconds: float, values: dict[Vital, float | None]) -> WaveBlock:
        rate = RATES_HZ[wave]
        start = self.counts.get(wave, 0)
        count = round(seconds * rate)
        self.counts[wave] = start + count
        at_s = (start + np.arange(count)) / rate
        gain, offset, unit = GAINS[wave]
        physical = shape(
            wave,
            at_s,
            values.get(Vital.HR) or 75.0,
            values.get(Vital.RR) or 14.0,
            values.get(Vital.ETCO2) or 38.0,
        )
        raw = np.round((physical - offset) / gain).astype("<i2")
        if wave in self.off:
            raw[:] = NO_SAMPLE
        return WaveBlock(wave, "s5", at, rate, raw.tobytes(), gain, offset, unit, False, wave not in self.off)


class FakeRoom:
    """A RoomClient whose room is the real machine on a manual clock.

    Attributes:
        bench: The machine with its scripted pump.
        sent: Every message of the window but heartbeats.
        connected: Set False to lose the room.
        deaf: STOP reaches nobody's port: it is never confirmed.
        refuse: Every ask is refused with this sentence; empty: the machine decides.
    """

    def __init__(self, bench: Bench | None = None) -> None:
        self.bench = bench or Bench()
        self.sent: list[WindowMessage] = []
        self.beats = 0
        self.connected = True
        self.deaf = False
        self.closed = False
        self.recording = True
        self.sound = True
        self.archive = ArchiveView(Standing.BEHIND, waiting=12, age_s=300.0)
        self.nibp = NibpState.IDLE
        self.source = WaveSource()
        self.speak = True
        self.refuse = ""
        self.music = MusicView()
        self._stop_s: float | None = None
        self._out: list[RoomMessage] = []
        self._told = len(self.bench.entries)
        self._second: dict[str, list[float | None]] = {}
        self._second_start: Instant | None = None

    # --- RoomClient -------------------------------------------------------------------------------

    def poll(self) -> list[RoomMessage]:
        if not self.connected:
            return []
        out, self._out = self._out, []
        return out

    def send(self, message: WindowMessage) -> bool:
        if not self.connected:
            return False
        match message:
            case Ask():
                self.sent.append(message)
                self._answer(message)
            case StopNow():
                self.sent.append(message)
                self._stop(message)
            case _:
                self.beats += 1
        return True

    def close(self) -> None:
        self.closed = True

    # --- the room ---------------------------------------------------------------------------------

    def hello(self, *, simulated: bool = True) -> None:
        """Greet the window with the state as it is."""
        self._told = len(self.bench.entries)
        self._out.append(
            Hello("Room 2", "boot-1", "0.1.0", simulated, False, 1.0, None, "", self.bench.state, ("s5",))
        )

    def bye(self, reason: str) -> None:
        self._out.append(Bye(reason))

    def lose(self) -> None:
        """The room process is gone."""
        self.connected = False

    def name_devices(self) -> None:
        """Both devices say who they are."""
        pump = Identity("ne1000", "NE-1000X2", "3.928", "", True)
        self.bench.commit(LinkChanged("pump", LinkState.ANSWERING, "answers", pump), ROOM)
        monitor = Identity("s5", "S/5", "", "", True)
        self.bench.commit(LinkChanged("s5", LinkState.ANSWERING, "answers", monitor), ROOM)

    def sign_in(self, actor: Actor = NURSE) -> None:
        self.bench.commit(SignedIn(), actor)

    def step(self, seconds: float = 0.1, *, waves: bool = True) -> None:
        """Let time pass, and tell the window what was sensed and decided."""
        bench = self.bench
        before = int(bench.clock.now().mono_ns // 1_000_000_000)
        if self.speak:
            bench.run(seconds, every_s=seconds)
        else:
            bench.clock.advance(seconds)
            bench.tell(ask.Tick())
        self._report_stop(seconds)
        now = bench.clock.now()
        if int(now.mono_ns // 1_000_000_000) != before:
            self._note_second(now)
        self.tell()
        if waves and self.speak:
            self._out.append(Waves(self.source.blocks(now, seconds, bench.vitals)))

    def tell(self) -> None:
        """Send new entries and the latest values."""
        bench = self.bench
        now = bench.clock.now()
        fresh = tuple(bench.entries[self._told :])
        self._told = len(bench.entries)
        if fresh:
            self._out.append(Committed(fresh))
        self._out.append(
            Live(
                at=now,
                vitals=latest(bench.watch, bench.site, now),
                nibp=self.nibp,
                pump=fresh_pump(bench.watch, now),
                recording=self.recording,
                sound=self.sound,
                archive=self.archive,
                posture=posture(bench.state, bench.watch, bench.site, now),
                unfit=bench.watch.unfit,
                music=self.music,
            )
        )

    def _answer(self, message: Ask) -> None:
        if self.refuse:
            self._out.append(Answer(message.request_id, False, (self.refuse,)))
            return
        actor = None
        if message.pin:
            actor = Actor(message.user_id or "n1", "Nurse One", NURSE.role, Authn.PIN)
        decision = self.bench.tell(message.intent, actor)
        accepted = not decision.refusals
        self._out.append(Answer(message.request_id, accepted, decision.refusals or decision.notices))
        self.tell()

    def _stop(self, message: StopNow) -> None:
        self._out.append(StopHeard(message.request_id, self.bench.clock.now()))
        if self.deaf:
            self.bench.pump.dead = True
            self._stop_s = 0.0
        self.bench.tell(ask.PressStop(message.reason))
        self.tell()

    def _report_stop(self, seconds: float) -> None:
        """A deaf pump is reported after two seconds, as the port owner does."""
        if self._stop_s is None:
            return
        self._stop_s += seconds
        if self._stop_s >= 2.0:
            self.bench.tell(ask.StopSeen(False, 8, self._stop_s))
            self._stop_s = None

    def _note_second(self, now: Instant) -> None:
        if self._second_start is None:
            self._second_start = now
        for vital, value in self.bench.vitals.items():
            self._second.setdefault(vital.value, []).append(value)
        if len(self._second.get(Vital.HR.value, [])) >= 10:
            sealed = NumericsSealed(
                self._second_start, {name: tuple(row) for name, row in self._second.items()}, {"hr": "s5"}
            )
            self.bench.commit(sealed, ROOM)
            self._second, self._second_start = {}, None


def live_through(room: FakeRoom, minutes: float) -> None:
    """An infusion as it goes: pressure and pulse rise, checks are done when they fall due."""
    bench = room.bench
    for second in range(round(minutes * 60)):
        rise = min(1.0, second / 1500)
        wobble = math.sin(second / 37) + 0.6 * math.sin(second / 11)
        bench.vitals[Vital.HR] = bench.vitals[Vital.PR] = round(74 + 9 * rise + 1.6 * wobble)
        bench.vitals[Vital.SPO2] = round(97.6 - 0.8 * rise + 0.5 * math.sin(second / 60))
        bench.vitals[Vital.RR] = round(14 + 1.2 * math.sin(second / 50))
        bench.vitals[Vital.ETCO2] = round(38 + 1.5 * math.sin(second / 80))
        room.step(1.0, waves=False)
        if second % 300 == 285:
            bench.measure(124 + 34 * rise + 2 * wobble, 78 + 15 * rise + wobble)
        if second % 300 == 290:
            bench.tell(ask.RecordScore("moaas", {"level": 5 if rise < 0.3 else 4}))
        room.poll()


def run_through_baseline(room: FakeRoom) -> None:
    """From sign-in to a programmed pump, with the seconds kept for the trend."""
    room.name_devices()
    room.bench.prepare()
    room.name_devices()


def press_start(room: FakeRoom) -> None:
    """START, and the first poll that reads back infusing."""
    room.bench.start(str(uuid.uuid4()))
    room.step(1.0, waves=False)
    assert room.bench.pump.state is PumpState.INFUSING
