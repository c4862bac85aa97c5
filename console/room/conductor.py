"""The one thread that decides: sense, decide, commit, apply, act, tell, answer, in this order.

It owns the session state and the only writing connection to the record. Nothing is acknowledged before
it is committed; nothing is done to a device before it is committed, STOP excepted, which waits for
nobody.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from msgspec.structs import replace

from console.clock import Clock, Instant
from console.room.audience import Audience
from console.room.courses import Courses
from console.room.entries import draft_of, new_entries
from console.room.ledger import BATCHES_HELD, Ledger
from console.room.mailbox import Errand, Letter, Mailbox
from console.room.music_view import MusicView
from console.room.papers import Papers
from console.room.projections import patient_rows, session_row
from console.room.recorder import Recorder
from console.room.reports import Noticeboard
from console.room.watchdog import WindowWatch, window_notice
from console.room.wire import Answer, Live
from console.session.alarms import RANK, sounding
from console.session.apply import apply
from console.session.attendance import present
from console.session.decide import step
from console.session.effects import AskCuff, PressStopSlot, SendCommand, SoundTones, effects_of
from console.session.events import Entry, Event, Priority
from console.session.intents import ChangeCourse, Correct, Intent, RecordingSeen, SignReview, Slept, Tick
from console.session.lease import lease_objection
from console.session.people import ROOM, Actor
from console.session.posture import posture
from console.session.site import Site
from console.session.state import Phase, State
from console.session.watch import Watch, cuff_state, fresh_pump, latest
from console.storage.chain import uuid7
from console.storage.rows import Batch, NumericRow
from console.storage.waves import WaveChunk
from console.sync.backlog import ArchiveView

FAULT: Final = (
    "The console could not carry this out because of a fault in it. Look at the pump and the patient, "
    "and call the technician."
)
FAULT_SOUNDS_S: Final = 5.0

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Hands(Protocol):
    """What the conductor can do to the world. None of it may wait."""

    def send(self, effect: SendCommand) -> None:
        """Hand a command to the pump's port owner."""
        ...

    def ask_cuff(self, effect: AskCuff) -> None:
        """Hand a request to the port owner of the monitor with the cuff."""
        ...

    def press_stop(self) -> Instant:
        """Press the stop slot of the pump's port owner."""
        ...

    def lease(self, until: Instant | None, objection: str = "") -> None:
        """Let the pump be kept going until then, no longer, or as long as it likes."""
        ...

    def sound_tones(self) -> None:
        """Sound the burst of each priority once."""
        ...

    def sound(self, priority: Priority | None) -> None:
        """Sound this priority from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are done, in seconds of the room's clock.

    Attributes:
        tick_s: Between two looks at deadlines.
        live_s: Between two pictures of the moment for the windows.
        samples_s: Between two commits of numerics and waveforms.
        wait_s: Longest wait for a letter, in real seconds.
        lease_s: How long the pump is kept going after a good turn: well below its own time-out, well
            above the longest turn.
        asleep_s: A tick so much too late was slept through.
    """

    tick_s: float = 0.25
    live_s: float = 0.2
    samples_s: float = 1.0
    wait_s: float = 0.1
    lease_s: float = 10.0
    asleep_s: float = 5.0

    @staticmethod
    def at_speed(speed: float) -> Pace:
        """The pace of a demonstration: a faster clock must not mean more work than a machine can do."""
        return Pace(
            tick_s=max(0.25, 0.02 * speed),
            live_s=0.2 * speed,
            samples_s=max(1.0, 0.2 * speed),
            wait_s=min(0.1, max(0.02, 0.25 / speed)),
            lease_s=max(10.0, 3.0 * speed),
            asleep_s=5.0 * speed,
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the conductor works with."""

    clock: Clock
    site: Site
    boot_id: str
    mailbox: Mailbox
    ledger: Ledger
    recorder: Recorder
    audience: Audience
    board: Noticeboard
    window: WindowWatch
    hands: Hands
    courses: Courses
    papers: Papers
    archive: Callable[[], ArchiveView] = ArchiveView
    """How the room stands with its archive."""
    music: Callable[[], MusicView] = MusicView
    """What is played for the person in the chair."""


class Conductor:
    """Drives the session machine; every method belongs to its one thread."""

    def __init__(self, parts: Parts, state: State, pace: Pace | None = None) -> None:
        self._parts = parts
        self._pace = Pace() if pace is None else pace
        self._state = state
        self._watch = Watch()
        self._trouble = ""
        self._next_tick: Instant | None = None
        self._next_live: Instant | None = None
        self._next_samples: Instant | None = None
        self._faulty_until: Instant | None = None

    @property
    def state(self) -> State:
        """The state after the last commit."""
        return self._state

    @property
    def watch(self) -> Watch:
        """What is sensed now."""
        return self._watch

    def run(self, stopping: threading.Event) -> None:
        """Conduct until told to stop; then seal what has been gathered."""
        while not stopping.is_set():
            self.turn(self._pace.wait_s)
        self.finish()

    def turn(self, timeout_s: float) -> None:
        """One turn: what has arrived, then what has fallen due."""
        for letter in self._parts.mailbox.take(timeout_s):
            if isinstance(letter, Errand):
                self._guarded(letter.run)
            else:
                self.handle(letter)
        now = self._parts.clock.now()
        if _due(self._next_tick, now):
            late_s = 0.0 if self._next_tick is None else now.seconds_since(self._next_tick)
            self._next_tick = now.plus(self._pace.tick_s)
            if late_s > self._pace.asleep_s:
                self.handle(Letter(Slept(late_s)))
            self.handle(Letter(Tick()))
        self._guarded(self._round)
        self._renew_lease()

    def commit_own(self, events: Sequence[Event]) -> None:
        """Commit events the room decides outside the machine (start-up)."""
        self._commit(tuple(events), None, ROOM, self._parts.clock.now())

    def finish(self) -> None:
        """Seal and store what has been gathered."""
        now = self._parts.clock.now()
        self._store_samples(now, at_once=True)
        self._parts.ledger.retry(now)

    def handle(self, letter: Letter) -> None:
        """Carry one letter out and answer it."""
        answers = self._guarded(lambda: self._carry_out(letter))
        if letter.reply is not None:
            answer = Answer(letter.request_id, False, (FAULT,)) if answers is None else answers
            letter.reply(answer)

    def _carry_out(self, letter: Letter) -> Answer:
        parts = self._parts
        now = parts.clock.now()
        actor = present(self._state, now) if letter.actor is None else letter.actor
        intent = letter.intent
        if isinstance(intent, ChangeCourse):
            return self._change_course(letter.request_id, intent, actor, now)
        course = parts.courses.readiness(intent, now)
        if course.stops:
            return Answer(letter.request_id, False, course.stops)
        if isinstance(intent, SignReview | Correct):
            completed = parts.papers.completed(intent, actor)
            if isinstance(completed, str):
                return Answer(letter.request_id, False, (completed,))
            intent = completed
        decision, self._watch = step(
            self._state, self._watch, intent, actor, now, parts.site, lambda: uuid7(now.wall_utc_ns)
        )
        if decision.events:
            self._commit(decision.events, intent, actor, now)
        heed = () if decision.refusals else course.heed
        sentences = (*decision.refusals, *decision.notices, *heed)
        return Answer(letter.request_id, not decision.refusals, sentences)

    def _change_course(self, request_id: str, intent: ChangeCourse, actor: Actor, now: Instant) -> Answer:
        decision = self._parts.courses.decide(intent, actor, now)
        if decision.events:
            self._commit(decision.events, intent, actor, now)
        return Answer(request_id, not decision.refusals, (*decision.refusals, *decision.notices))

    def _commit(
        self,
        events: Sequence[Event],
        intent: Intent | None,
        actor: Actor,
        now: Instant,
        session_id: str | None = None,
        numerics: tuple[NumericRow, ...] = (),
        waves: tuple[WaveChunk, ...] = (),
    ) -> None:
        parts, before = self._parts, self._state
        entries = new_entries(
            events, intent, before, actor, now, parts.boot_id, lambda: uuid7(now.wall_utc_ns)
        )
        if session_id is not None:
            entries = tuple(replace(entry, session_id=session_id) for entry in entries)
        entries = tuple(replace(entry, seq=before.seq + place) for place, entry in enumerate(entries, 1))
        after = _folded(before, entries)
        batch = Batch(
            events=tuple(map(draft_of, entries)),
            numerics=numerics,
            waves=waves,
            sessions=session_row(before, after),
            patients=patient_rows(entries),
        )
        places = parts.ledger.keep(batch, now)
        self._note_trouble()
        entries = tuple(
            replace(entry, seq=place.seq, hash=place.hash)
            for entry, place in zip(entries, places, strict=True)
        )
        self._state = replace(after, seq=entries[-1].seq) if entries else after
        if entries:
            parts.audience.committed(entries, self._state)
            parts.courses.committed(entries)
        for entry in entries:
            self._act(entry)

    def _act(self, entry: Entry) -> None:
        for effect in effects_of(entry):
            match effect:
                case SendCommand():
                    self._parts.hands.send(effect)
                case PressStopSlot():
                    self._parts.hands.press_stop()
                case AskCuff():
                    self._parts.hands.ask_cuff(effect)
                case SoundTones():
                    self._parts.hands.sound_tones()

    def _round(self) -> None:
        parts, now = self._parts, self._parts.clock.now()
        if _due(self._next_samples, now):
            self._next_samples = now.plus(self._pace.samples_s)
            self._store_samples(now)
            parts.ledger.retry(now)
            self._note_trouble()
        if _due(self._next_live, now):
            self._next_live = now.plus(self._pace.live_s)
            parts.audience.tell(self._live(now))
        parts.hands.sound(self._wanted_sound(now))

    def _store_samples(self, now: Instant, at_once: bool = False) -> None:
        parts = self._parts
        lost = parts.mailbox.take_dropped() + parts.ledger.take_let_go()
        shown = latest(self._watch, parts.site, now)
        gathered = parts.recorder.gather(self._state, shown, lost, now, at_once)
        if gathered is not None:
            self._commit(
                gathered.events,
                None,
                ROOM,
                now,
                session_id=gathered.session_id,
                numerics=gathered.numerics,
                waves=gathered.waves,
            )

    def _live(self, now: Instant) -> Live:
        parts = self._parts
        return Live(
            at=now,
            vitals=latest(self._watch, parts.site, now),
            nibp=cuff_state(self._watch, parts.site),
            pump=fresh_pump(self._watch, now),
            recording=not parts.ledger.trouble,
            sound=not self._watch.silent,
            notes=parts.board.notes(),
            posture=posture(self._state, self._watch, parts.site, now),
            archive=parts.archive(),
            unfit=self._watch.unfit,
            music=parts.music(),
        )

    def _renew_lease(self) -> None:
        parts, now = self._parts, self._parts.clock.now()
        if self._state.phase is not Phase.INFUSING:
            parts.hands.lease(None)
            return
        objection = lease_objection(
            self._state,
            parts.site,
            now,
            faulty=self._is_faulty(now),
            let_go=parts.ledger.pending >= BATCHES_HELD,
        )
        parts.hands.lease(now.plus(self._pace.lease_s), objection)

    def _is_faulty(self, now: Instant) -> bool:
        return self._faulty_until is not None and now.mono_ns < self._faulty_until.mono_ns

    def _wanted_sound(self, now: Instant) -> Priority | None:
        wanted = (
            sounding(self._state, now),
            window_notice(self._parts.window.health(), self._state),
            Priority.HIGH if self._is_faulty(now) else None,
        )
        return max((one for one in wanted if one is not None), key=lambda one: RANK[one], default=None)

    def _note_trouble(self) -> None:
        """Tell the machine when the record fails and when it is well again."""
        trouble = self._parts.ledger.trouble
        if bool(trouble) != bool(self._trouble):
            detail = trouble or "The record is being written again."
            self._parts.mailbox.see(RecordingSeen(not trouble, detail))
        self._trouble = trouble

    def _guarded(self, work: Callable[[], Result]) -> Result | None:
        """Do ``work``; a fault in the program is logged, sounds, and stops nothing else."""
        try:
            return work()
        except Exception:
            _log.exception("a fault in the console")
            self._faulty_until = self._parts.clock.now().plus(FAULT_SOUNDS_S)
            return None


def _folded(state: State, entries: Sequence[Entry]) -> State:
    for entry in entries:
        state = apply(state, entry)
    return state


def _due(at: Instant | None, now: Instant) -> bool:
    return at is None or now.mono_ns >= at.mono_ns
