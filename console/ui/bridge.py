"""The only crossing into Qt: one timer takes what the room sent and tells the window once a tick.

There is no signal per sample and no call from another thread: the room client fills a mailbox, the timer
drains it. Automatic garbage collection is off in the window because a cyclic collection in a worker thread
destroys QObjects; this timer collects in the thread that owns them.
"""

from __future__ import annotations

import gc
import uuid
from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from console.clinical.vitals import Wave, WaveBlock
from console.clock import Clock, Instant, ScaledClock, SystemClock
from console.room.bench_desk_wire import BenchDeed, BenchLook, BenchStatus
from console.room.bench_wire import BenchAsked, BenchShown
from console.room.wire import (
    Answer,
    Ask,
    Bye,
    Committed,
    Heartbeat,
    Hello,
    Live,
    Quit,
    RoomMessage,
    SoundTest,
    StopHeard,
    StopNow,
    Waves,
    WindowMessage,
)
from console.session.apply import apply
from console.session.events import Entry, NumericsSealed, SessionOpened
from console.session.intents import PersonIntent
from console.session.state import State
from console.ui.playout import TRENDED, Playout, TrendHistory
from console.ui.viewmodels.wave_source import Drawn, admitted

FRAMES_S = 60
FRAME_NS = 1_000_000_000 // FRAMES_S
HEARTBEAT_S = 0.25
SILENT_S = 2.0
"""Without a word from the room for this long it counts as gone, even with an open socket."""
NOBODY_HEARD = "The console room process does not answer: nothing was done."
GC_YOUNG_S, GC_MIDDLE_S, GC_OLD_S = 1.0, 10.0, 120.0


BenchMessage = BenchLook | BenchDeed | BenchAsked


class RoomClient(Protocol):
    """The window's end of the socket; a thread of its own fills the mailbox."""

    @property
    def connected(self) -> bool:
        """The socket is open and the room said hello."""
        ...

    def poll(self) -> list[RoomMessage]:
        """Everything that arrived since the last call; never waits."""
        ...

    def send(self, message: WindowMessage) -> bool:
        """Hand a message to the room; never raises. False: nobody was there to hear it."""
        ...

    def close(self) -> None:
        """Give the socket back."""
        ...


class Bridge(QObject):
    """State of the room as this window knows it.

    Signals:
        ticked: Every tick with the seconds since the last one; sweeps draw from it.
        state_changed: The state was folded on.
        live_changed: New latest values.
        answered: An Answer to an :meth:`ask`.
        connection_changed: The room came or went.
        greeted: A Hello arrived (also after a restart of the room).
        seeded: Entries of the session that were read from the record for :meth:`seed_history`.
        bench_shown: How far a run of the technician's bench is.
        bench_told: How the devices of the room stand.
        committed: Every new Entry, after it was folded; what the state does not keep is told here.

    Attributes:
        state: The folded state.
        live: Latest values, None before the first and while the room is gone.
        hello: The room's greeting, None before the first.
        connected: The room is there and speaks.
        lost_s: Real seconds since the room was last heard.
        stop_pressed_at: STOP was pressed here then; None once the pump read back as stopped.
        stop_unheard: Nobody heard that STOP: it has to be done at the pump.
        farewell: What the room said when it left.
        playouts: Waveforms to draw.
        history: One-second values of the session.
    """

    ticked = Signal(float)
    state_changed = Signal()
    live_changed = Signal()
    answered = Signal(object)
    connection_changed = Signal(bool)
    greeted = Signal()
    bench_shown = Signal(object)
    bench_told = Signal(object)
    committed = Signal(object)
    seeded = Signal(object)

    def __init__(
        self, client: RoomClient, window_id: str, clock: Clock | None = None, parent: QObject | None = None
    ) -> None:
        """``clock`` replaces the machine's clock in tests; ``window_id`` is the one used to attach."""
        super().__init__(parent)
        self.state = State()
        self.live: Live | None = None
        self.hello: Hello | None = None
        self.connected = False
        self.stop_pressed_at: Instant | None = None
        self.stop_unheard = False
        self.farewell = ""
        self.playouts: dict[Wave, Playout] = {}
        self._drawn: dict[Wave, Drawn] = {}
        self.history: TrendHistory | None = None
        self._client = client
        self._window_id = window_id
        self._base_clock = clock or SystemClock()
        self._clock: Clock = self._base_clock
        self._began = self._base_clock.now()
        self._last = self._began
        self._heard_s = 0.0
        self._beat_s = -HEARTBEAT_S
        self._collected_s = [0.0, 0.0, 0.0]
        self._unheard: list[Answer] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)
        self._pace = QElapsedTimer()
        self._due_ns = 0

    def start(self) -> None:
        """Begin; turns automatic garbage collection off for this process."""
        gc.disable()
        self._pace.start()
        self._due_ns = 0
        self._timer.start(0)

    def close(self) -> None:
        """Stop the timer and give the socket back."""
        self._timer.stop()
        self._client.close()

    def now(self) -> Instant:
        """The room's time."""
        return self._clock.now()

    @property
    def read_only(self) -> bool:
        """This window may only look."""
        return self.hello is not None and self.hello.read_only

    @property
    def real_s(self) -> float:
        """Real seconds since this bridge was made; a scaled clock does not hurry it."""
        return self._base_clock.now().seconds_since(self._began)

    @property
    def lost_s(self) -> float:
        """Real seconds since the room was last heard."""
        return self.real_s - self._heard_s

    def ask(self, intent: PersonIntent, user_id: str = "", pin: str = "") -> str:
        """Ask the room; the :attr:`answered` signal brings the Answer with the returned request id."""
        request_id = str(uuid.uuid4())
        if not self._client.send(Ask(request_id, intent, user_id, pin)):
            self._unheard.append(Answer(request_id, False, (NOBODY_HEARD,)))
        return request_id

    def stop(self, reason: str = "") -> str:
        """STOP. Sent before anything is drawn; the key then shows the seconds until the pump reads back."""
        request_id = str(uuid.uuid4())
        self.stop_unheard = not self._client.send(StopNow(request_id, reason))
        self.stop_pressed_at = self.now()
        self.state_changed.emit()
        return request_id

    def tell_bench(self, message: BenchMessage) -> bool:
        """Say something to the technician's bench; False when nobody heard it."""
        return self._client.send(message)

    def test_sound(self) -> None:
        """Sound each priority's burst once."""
        self._client.send(SoundTest())

    def quit(self) -> None:
        """Close the whole console; the room refuses while a session is open."""
        self._client.send(Quit())

    def seed_history(self, entries: Iterable[Entry]) -> None:
        """Fill the trend from entries of the record, after a window was opened in mid-session."""
        read = tuple(entries)
        for entry in read:
            if isinstance(entry.event, NumericsSealed) and self.history is not None:
                self.history.seed(entry.event)
        self.seeded.emit(read)

    def _turn(self) -> None:
        """Plan the next frame, then this one: a timer of whole milliseconds alone gives no 60 a second."""
        now_ns = self._pace.nsecsElapsed()
        self._due_ns = max(self._due_ns + FRAME_NS, now_ns)
        self._timer.start(round((self._due_ns - now_ns) / 1_000_000))
        self.tick()

    def tick(self) -> None:
        """One turn: drain, fold, tell, beat, collect."""
        real_s, now = self.real_s, self.now()
        dt_s = max(0.0, now.seconds_since(self._last))
        self._last = now
        state_before, live_before = self.state, self.live
        greeted = False
        for message in self._client.poll():
            self._heard_s = real_s
            greeted = isinstance(message, Hello) or greeted
            self._take(message)
        self._follow_connection()
        if greeted:
            self.greeted.emit()
        if self.state is not state_before:
            self._follow_stop()
            self.state_changed.emit()
        if self.live is not live_before:
            self._note_trend()
            self.live_changed.emit()
        for answer in self._unheard:
            self.answered.emit(answer)
        self._unheard.clear()
        self.ticked.emit(dt_s)
        if real_s - self._beat_s >= HEARTBEAT_S:
            self._beat_s = real_s
            self._client.send(Heartbeat(self._window_id))
        self._collect(real_s)

    def _take(self, message: RoomMessage) -> None:
        match message:
            case Hello():
                self._greet(message)
            case Committed(entries=entries):
                for entry in entries:
                    self._fold(entry)
            case Live():
                self.live = message
            case Waves(blocks=blocks):
                for block in blocks:
                    self._take_block(block)
            case Answer():
                self.answered.emit(message)
            case BenchShown():
                self.bench_shown.emit(message)
            case BenchStatus():
                self.bench_told.emit(message)
            case StopHeard(at=at) if self.stop_pressed_at is not None:
                self.stop_pressed_at = at
            case Bye(reason=reason):
                self.farewell = reason

    def _greet(self, hello: Hello) -> None:
        self.hello = hello
        self.state = hello.state
        self.farewell = ""
        if self.stop_pressed_at is not None:
            # A STOP that may have died with the old socket; asking twice does no harm.
            self.stop_unheard = not self._client.send(StopNow(str(uuid.uuid4())))
        self._clock = self._base_clock
        if hello.speed != 1.0 and hello.clock_start is not None:
            self._clock = ScaledClock(self._base_clock, hello.speed, hello.clock_start)
        self._last = self.now()
        session = hello.state.session
        if session is not None and (self.history is None or self.history.origin != session.opened_at):
            self.history = TrendHistory(session.opened_at)

    def _fold(self, entry: Entry) -> None:
        if entry.seq <= self.state.seq:
            return
        self.state = apply(self.state, entry)
        if isinstance(entry.event, SessionOpened):
            self.history = TrendHistory(entry.at)
        elif isinstance(entry.event, NumericsSealed) and self.history is not None:
            self.history.seed(entry.event)
        self.committed.emit(entry)

    def _take_block(self, block: WaveBlock) -> None:
        before = self._drawn.get(block.wave)
        drawn = admitted(before, block, self.state.session)
        if drawn is None:
            return
        self._drawn[block.wave] = drawn
        playout = self.playouts.get(block.wave)
        if playout is None or (before is not None and before.source != drawn.source):
            playout = self.playouts[block.wave] = Playout(block.wave, block.rate_hz)
        playout.push(block)

    def _note_trend(self) -> None:
        if self.live is None or self.history is None:
            return
        for vital in TRENDED:
            reading = self.live.vitals.get(vital)
            if reading is not None and reading.usable:
                self.history.put(vital, self.live.at, reading.value)

    def _follow_connection(self) -> None:
        connected = self._client.connected and self.lost_s < SILENT_S
        if connected == self.connected:
            return
        self.connected = connected
        if not connected:
            self.live = None
        self.connection_changed.emit(connected)

    def _follow_stop(self) -> None:
        stop = self.state.stop
        if self.stop_pressed_at is None or stop is None or not stop.confirmed:
            return
        if stop.pressed_at.seconds_since(self.stop_pressed_at) > -1.0:
            self.stop_pressed_at = None

    def _collect(self, real_s: float) -> None:
        for generation, every_s in ((2, GC_OLD_S), (1, GC_MIDDLE_S), (0, GC_YOUNG_S)):
            if real_s - self._collected_s[generation] >= every_s:
                self._collected_s[generation] = real_s
                gc.collect(generation)
                return
