"""Believable whole sessions in a real record: the machine decides, a virtual patient answers, a nurse acts.

Nothing is made up beside it: every entry was decided by the session machine, every sample came from the
virtual patient who received what the scripted pump delivered, and everything went through the record's
one writer. An hour of it takes some seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np

from console.clinical.arrival import ARRIVAL_ITEMS
from console.clinical.discharge import CONFIRMATIONS
from console.clinical.vitals import NO_SAMPLE, Vital, Wave, WaveBlock
from console.clock import NS_PER_S, ManualClock
from console.devices.virtual.body import WAVE_RATES_HZ
from console.devices.virtual.disturbance import (
    Anxiety,
    Disturbance,
    Hypoventilation,
    Motion,
    Nausea,
    Surge,
    Treatment,
)
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.room.entries import draft_of
from console.room.projections import patient_rows, session_row
from console.room.samples import NumericsSampler, WaveRecorder, addresses
from console.session import intents as ask
from console.session.events import Care, Entry, GapRecorded, WavesSealed
from console.session.people import ROOM, Actor, OrderInputs, Patient, Role, Sex
from console.session.pump import Identity, LinkState
from console.session.state import Phase, State
from console.session.watch import latest
from console.storage.record import Record
from console.storage.rows import Batch, NumericRow
from console.storage.waves import WaveChunk
from tests.session.bench import NURSE_PIN, PHYSICIAN, SECOND, Bench

NURSE = Actor("n1", "Nurse One", Role.NURSE)
BOOT = "boot-1"
FLUSH_S = 60.0
# Gain of each signal: physical value = sample * gain.
_GAIN = {
    Wave.ECG: (0.001, "mV"),
    Wave.PLETH: (0.01, "%"),
    Wave.CO2: (0.01, "mm[Hg]"),
    Wave.RESP: (0.001, "Ohm"),
}
PUMP_ID = Identity("ne1000", "NE-1000 (virtual)", "3.923", "", simulated=True)
MONITOR_ID = Identity("s5", "S/5 (virtual)", "", "", simulated=True)

WHOLE = "0197-whole"
EARLY_STOP = "0197-early-stop"
LINK_LOST = "0197-link-lost"
RUNNING = "0197-running"

PEOPLE = (
    Patient("pt-a", "Patient A", "Demo", "1984-03-12", "204-118", Sex.FEMALE),
    Patient("pt-b", "Patient B", "Demo", "1971-11-02", "198-044", Sex.MALE),
    Patient("pt-c", "Patient C", "Demo", "1990-06-21", "211-307", Sex.FEMALE),
)


@dataclass
class Rehearsal:
    """A room that runs from one script; writes as it goes."""

    record: Record
    bench: Bench = field(default_factory=Bench)
    waves_on: bool = True
    _stored: int = 0
    _stored_state: State = field(default_factory=State)
    _body: VirtualPatient | None = None
    _numerics: NumericsSampler = field(default_factory=NumericsSampler)
    _waves: WaveRecorder = field(default_factory=lambda: WaveRecorder(BOOT))
    _rows: list[NumericRow] = field(default_factory=list)
    _chunks: list[WaveChunk] = field(default_factory=list)
    _cuff_age_s: float = 1e9
    _unflushed_s: float = 0.0
    _given_ml: Decimal = Decimal(0)
    _deaf: bool = False
    _todo: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    _clock_s: float = 0.0

    # --- time -------------------------------------------------------------------------------------

    def connect(self) -> None:
        self.bench.tell(ask.LinkSeen("pump", LinkState.ANSWERING, "The pump answers.", PUMP_ID))
        self.bench.tell(ask.LinkSeen("s5", LinkState.ANSWERING, "The monitor answers.", MONITOR_ID))

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something ``seconds`` from now."""
        self._todo.append((self._clock_s + seconds, act))

    def pass_time(self, seconds: float, step_s: float = 1.0) -> None:
        end = self._clock_s + seconds
        while self._clock_s < end - 1e-9:
            self._step(min(step_s, end - self._clock_s))
        self.flush()

    def _step(self, dt: float) -> None:
        bench = self.bench
        self._clock_s += dt
        bench.clock.advance(dt)
        bench.pump.run(dt)
        self._sense(dt)
        bench.tell(ask.PumpSeen(bench.reading()))
        if not self._deaf:
            bench.tell(bench.seen())
        bench.tell(ask.Tick())
        self._sample()
        due = [act for at, act in self._todo if at <= self._clock_s]
        self._todo = [(at, act) for at, act in self._todo if at > self._clock_s]
        for act in due:
            act()
        self._unflushed_s += dt
        if self._unflushed_s >= FLUSH_S:
            self.flush()

    def _sense(self, dt: float) -> None:
        bench, body = self.bench, self._body
        if body is None:
            return
        infused = bench.pump.infused_ml
        given = max(Decimal(0), infused - self._given_ml)
        self._given_ml = infused
        session = bench.state.session
        order = None if session is None else session.order
        mg_ml = Decimal(0) if order is None else order.inputs.concentration_mg_ml
        body.advance(dt, float(given * mg_ml))
        seen = body.numerics()
        bench.vitals = {
            Vital.HR: _rounded(seen.hr),
            Vital.PR: _rounded(seen.pr),
            Vital.SPO2: _rounded(seen.spo2),
            Vital.RR: _rounded(seen.rr),
            Vital.ETCO2: _rounded(seen.etco2),
            Vital.TEMP: _tenth(seen.temp),
        }
        if seen.cuff is not None and seen.cuff.age_s < self._cuff_age_s:
            bench.cuff = (round(seen.cuff.systolic), round(seen.cuff.diastolic))
            bench._cuff_at = bench.clock.now().plus(-seen.cuff.age_s)
        self._cuff_age_s = 1e9 if seen.cuff is None else seen.cuff.age_s
        for wave, rate in WAVE_RATES_HZ.items():
            signal = body.take_wave(wave)
            if self._deaf or not self.waves_on or not len(signal):
                continue
            gain, unit = _GAIN[wave]
            samples = np.full(len(signal), NO_SAMPLE, np.int16)
            known = np.isfinite(signal)
            samples[known] = np.clip(np.round(signal[known] / gain), -32767, 32767)
            self._waves.add(
                [
                    WaveBlock(
                        wave, "s5", bench.clock.now(), rate, samples.astype("<i2").tobytes(), gain, 0.0, unit
                    )
                ]
            )

    def _sample(self) -> None:
        bench, session = self.bench, self.bench.state.session
        if session is None or bench.state.phase in {Phase.CLOSED, Phase.ABORTED}:
            return
        shown = {} if self._deaf else latest(bench.watch, bench.site, bench.clock.now())
        self._rows += self._numerics.sample(session.session_id, shown, bench.clock.now())
        infused = session.given_ml if session.started_at is not None else None
        self._seal(infused, at_once=False)

    def _seal(self, infused_ml: Decimal | None, *, at_once: bool) -> None:
        session = self.bench.state.session
        sealed = self._numerics.seal(infused_ml, at_once)
        if sealed is not None:
            self.bench.commit(sealed, ROOM)
        if session is None:
            return
        chunks = self._waves.take(session.session_id, at_once)
        if chunks:
            self._chunks += chunks
            self.bench.commit(WavesSealed(addresses(chunks)), ROOM)

    # --- storing ----------------------------------------------------------------------------------

    def flush(self) -> None:
        """Store what has come together, as the room does once a second."""
        self._unflushed_s = 0.0
        entries = tuple(self.bench.entries[self._stored :])
        batch = Batch(
            events=tuple(map(draft_of, entries)),
            numerics=tuple(self._rows),
            waves=tuple(self._chunks),
            sessions=session_row(self._stored_state, self.bench.state),
            patients=patient_rows(entries),
        )
        self.record.write(batch)
        self._stored, self._stored_state = len(self.bench.entries), self.bench.state
        self._rows, self._chunks = [], []

    # --- people -----------------------------------------------------------------------------------

    def arrive(self, session_id: str, patient: Patient, profile: PatientProfile, seed: int) -> None:
        bench = self.bench
        if bench.state.user is None:
            bench.tell(ask.SignIn(), NURSE_PIN)
        self._body = VirtualPatient(profile, seed, cuff_interval_s=300.0)
        self._given_ml = bench.pump.infused_ml
        weight = Decimal(str(profile.weight_kg))
        bench.tell(ask.OpenSession(session_id, patient))
        bench.tell(ask.TestTones())
        bench.tell(ask.ConfirmTones(True))
        bench.tell(ask.ConfirmIdentity(patient.birth_date, patient.mrn))
        for item in ARRIVAL_ITEMS:
            bench.tell(ask.AnswerArrival(item.id, True))
        bench.tell(ask.RecordWeight(weight))
        self.pass_time(20)
        self._measured()
        bench.tell(ask.TakeBaseline())
        bench.tell(ask.RecordScore("moaas", {"level": 5}))
        self.pass_time(310)
        self._measured()
        bench.tell(ask.TakeBaseline())
        bench.tell(ask.AcceptBaseline())

    def _measured(self) -> None:
        """Cuff on demand, and wait for it."""
        assert self._body is not None
        self._body.start_cuff()
        self.pass_time(60)

    def order(self, inputs: OrderInputs) -> None:
        bench = self.bench
        decision = bench.tell(ask.WriteOrder(inputs), PHYSICIAN)
        assert not decision.refusals, decision.refusals
        self.pass_time(40)
        order = bench.state.session.order if bench.state.session is not None else None
        assert order is not None
        verified = bench.tell(
            ask.VerifyOrder(order.weight_kg, inputs.concentration_mg_ml, inputs.amount, inputs.minutes),
            SECOND,
        )
        assert not verified.refusals, verified.refusals
        self.pass_time(20)
        bench.tell(ask.ProgramPump(bench.new_id()))
        self._given_ml = Decimal(0)
        self.pass_time(30)
        started = bench.tell(ask.StartInfusion(bench.new_id()))
        assert not started.refusals, started.refusals

    def attend(self, seconds: float) -> None:
        """Time passes with a nurse who answers prompts and alarms."""
        left = seconds
        while left > 0:
            step = min(5.0, left)
            self.pass_time_unflushed(step)
            left -= step
            self._answer_prompts()
            self._answer_alarms()
        self.flush()

    def pass_time_unflushed(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self._step(1.0)

    def _answer_prompts(self) -> None:
        session, body = self.bench.state.session, self._body
        if session is None or body is None:
            return
        now = self.bench.clock.now()
        for kind, since in session.prompted.items():
            # The second observation check is forgotten for a while: somebody is busy.
            patience = 25.0 if kind.value != "dissociation" else 190.0
            if now.seconds_since(since) < patience:
                continue
            match kind.value:
                case "moaas":
                    self.bench.tell(ask.RecordScore("moaas", {"level": body.moaas()}))
                case "dissociation":
                    self.bench.tell(ask.RecordScore("dissociation", {"level": body.dissociation()}))
                case "aldrete":
                    awake = 2 if body.moaas() == 5 else 1
                    items = {"activity": 2, "respiration": 2, "circulation": 2, "oxygen": 2}
                    self.bench.tell(ask.RecordScore("aldrete", {**items, "consciousness": awake}))
                case _:
                    body.start_cuff()

    def _answer_alarms(self) -> None:
        now = self.bench.clock.now()
        for alarm in self.bench.state.alarms:
            if not alarm.acknowledged and now.seconds_since(alarm.at) >= 14:
                self.bench.tell(ask.Acknowledge(alarm.raised.alarm_id))

    def befall(self, event: Disturbance) -> None:
        assert self._body is not None
        self._body.befall(event)

    def treat(self, treatment: Treatment) -> None:
        assert self._body is not None
        self._body.treat(treatment)

    def care(self, care: Care, note: str = "", grade: int = 0) -> None:
        self.bench.tell(ask.NoteCare(care, self.bench.clock.now(), note, grade))

    def lose_monitor(self, seconds: float) -> None:
        """The monitor's line is dead for a while; what was lost is written down."""
        bench = self.bench
        bench.tell(ask.LinkSeen("s5", LinkState.OPEN, "The monitor does not answer: look at its cable."))
        self._deaf = True
        self.pass_time(seconds)
        self._deaf = False
        self._body_samples_dropped()
        bench.tell(ask.LinkSeen("s5", LinkState.ANSWERING, "The monitor answers.", MONITOR_ID))
        bench.commit(GapRecorded("waveforms", seconds, "the monitor's line was dead"), ROOM)

    def _body_samples_dropped(self) -> None:
        if self._body is not None:
            for wave in Wave:
                self._body.take_wave(wave)
        self._waves.take("", at_once=True)

    def discharge(self) -> None:
        bench = self.bench
        self.attend(62 * 60)
        self._measured()
        bench.tell(ask.RecordScore("moaas", {"level": 5}))
        bench.tell(ask.RecordScore("dissociation", {"level": 0}))
        bench.tell(
            ask.RecordScore(
                "aldrete",
                {"activity": 2, "respiration": 2, "circulation": 2, "consciousness": 2, "oxygen": 2},
            )
        )
        bench.tell(
            ask.RecordScore("mpadss", {"vitals": 2, "walking": 2, "nausea": 2, "pain": 2, "iv_site": 2})
        )
        for item in CONFIRMATIONS:
            bench.tell(ask.ConfirmDischarge(item.id, True))
        self.pass_time(20)
        left = bench.tell(ask.Discharge())
        assert not left.refusals, left.refusals
        self.close()

    def close(self) -> None:
        self.pass_time(30)
        self._seal(None, at_once=True)
        self.bench.tell(ask.CloseSession())
        self._numerics.forget()
        self._waves.forget()
        self._body = None
        self.flush()

    def sign(self, session_id: str) -> None:
        head = self.record.head()
        self.bench.tell(ask.SignReview(session_id, head.hash.hex()), PHYSICIAN)
        last = self.bench.entries[-1]
        self.bench.entries[-1] = _moved(last, session_id)
        self.flush()

    def comment(self, session_id: str, text: str, at_wall_utc_ns: int, actor: Actor) -> None:
        self.bench.tell(ask.Comment(session_id, text, at_wall_utc_ns), actor)
        self.bench.entries[-1] = _moved(self.bench.entries[-1], session_id)
        self.flush()


def _moved(entry: Entry, session_id: str) -> Entry:
    """Afterthoughts belong to the session they speak of, as the room stores them."""
    return Entry(
        entry.seq, entry.uuid, session_id, entry.at, entry.boot_id, entry.actor, entry.event, entry.hash
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(round(value))


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def mood_40() -> OrderInputs:
    return OrderInputs("MOOD-40", Decimal("0.5"), Decimal(40), Decimal(2), "BD 60 mL", {})


def open_rehearsal(path: Path, wall_utc_ns: int, *, waves: bool = True) -> Rehearsal:
    clock = ManualClock(wall_utc_ns)
    record = Record.open(path, clock, BOOT, "clinic-7", "room-2")
    rehearsal = Rehearsal(record, waves_on=waves)
    rehearsal.bench.clock = clock
    rehearsal.connect()
    return rehearsal


def play_whole(room: Rehearsal, session_id: str = WHOLE, *, signed: bool = False) -> None:
    """A surge of pressure treated, a short desaturation, one pause, a whole recovery."""
    room.arrive(session_id, PEOPLE[0], PatientProfile(age_y=42, weight_kg=70.0, individual=False), seed=11)
    room.order(mood_40())
    room.attend(7 * 60)
    room.care(Care.DIZZINESS, grade=1)
    room.befall(Surge(30.0, onset_s=90, hold_s=900))
    room.attend(9 * 60)
    pressure_at = room.bench.clock.now().wall_utc_ns
    room.care(Care.BP_DRUG, "Labetalol 10 mg")
    room.treat(Treatment.ANTIHYPERTENSIVE)
    room.attend(3 * 60)
    room.befall(Hypoventilation(0.22, 150))
    room.attend(3 * 60)
    room.treat(Treatment.STIMULATE)
    room.care(Care.OXYGEN, "2 L/min by nasal cannula")
    room.treat(Treatment.OXYGEN)
    room.attend(5 * 60)
    room.care(Care.ASKED_TO_STOP, "asked to rest")
    room.attend(242)
    room.bench.tell(ask.ResumeInfusion(room.bench.new_id()))
    room.attend(14 * 60)
    room.treat(Treatment.OXYGEN_OFF)
    room.befall(Nausea(1, 600))
    room.attend(5 * 60)
    room.care(Care.NAUSEA, grade=1)
    room.care(Care.ANTIEMETIC, "Ondansetron 4 mg")
    room.treat(Treatment.ANTIEMETIC)
    room.befall(Motion(10))
    room.attend(4 * 60)
    room.care(Care.NOTE, "Integration note: calm, tearful, hopeful")
    room.discharge()
    room.comment(session_id, "Repeat pressure 152/90 after labetalol.", pressure_at + 240 * NS_PER_S, NURSE)
    room.comment(session_id, "Next session: pre-dose pressure check, same dose.", pressure_at, PHYSICIAN)
    correct(room, session_id)
    if signed:
        room.sign(session_id)


def correct(room: Rehearsal, session_id: str) -> None:
    """The dose of labetalol was mistyped."""
    seq = next(
        entry.seq
        for entry in room.bench.entries
        if entry.session_id == session_id and "Labetalol" in str(entry.event)
    )
    room.bench.tell(ask.Correct(session_id, seq, "Labetalol 5 mg", "typed the wrong dose"), NURSE)
    room.bench.entries[-1] = _moved(room.bench.entries[-1], session_id)
    room.flush()


def play_early_stop(room: Rehearsal, session_id: str = EARLY_STOP, *, signed: bool = True) -> None:
    """Distress that reassurance does not ease: STOP, and the reason."""
    room.arrive(session_id, PEOPLE[1], PatientProfile(age_y=54, weight_kg=82.0, first_session=True), seed=5)
    room.order(mood_40())
    room.attend(11 * 60)
    room.befall(Anxiety(8.0, 900))
    room.attend(3 * 60)
    room.care(Care.ANXIETY, "frightened, wants it to end", 3)
    room.treat(Treatment.REASSURE)
    room.attend(120)
    room.bench.tell(ask.PressStop("patient distressed, asked to stop"))
    room.attend(30)
    room.bench.tell(ask.EndInfusion("patient distressed, asked to stop"))
    room.discharge()
    if signed:
        room.sign(session_id)


def play_link_lost(room: Rehearsal, session_id: str = LINK_LOST) -> None:
    """The monitor's line is dead for two minutes in mid-infusion."""
    room.arrive(session_id, PEOPLE[2], PatientProfile(age_y=35, weight_kg=61.0), seed=8)
    room.order(mood_40())
    room.attend(14 * 60)
    room.lose_monitor(130)
    room.attend(25 * 60)
    room.discharge()


def play_running(room: Rehearsal, session_id: str, minutes: float) -> None:
    """A session that is still going on."""
    room.arrive(session_id, PEOPLE[0], PatientProfile(age_y=42, weight_kg=70.0, individual=False), seed=12)
    room.order(mood_40())
    room.attend(minutes * 60)
