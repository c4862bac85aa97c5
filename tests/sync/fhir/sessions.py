"""Sessions to project: one that holds every kind of event, and shorter ones."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import get_args

from console.clinical.vitals import Vital, Wave
from console.session import events as ev
from console.session import intents as ask
from console.session.codec import kind_of
from console.session.people import ROOM, Actor
from console.session.pump import Identity, LinkState
from console.sync.fhir.source import Document, Naming, Source, Strip, naming
from tests.session.bench import CONFIRMATION_IDS, NURSE, PATIENT, PHYSICIAN, Bench, mood_40

NAMES: Naming = naming("0197-stream", "clinic-7")
PUMP_IS = Identity("ne1000", "NE-1000", "3.923", "")
MONITOR_IS = Identity("s5", "S/5", "12", "SN-77")
PDF = b"%PDF-1.4 a report"


def source_of(bench: Bench, **changes: object) -> Source:
    session = bench.state.session
    assert session is not None
    entries = tuple(e for e in bench.entries if e.session_id == session.session_id)
    return replace(Source(NAMES, entries), **changes)  # type: ignore[arg-type]


def connected() -> Bench:
    bench = Bench()
    bench.tell(ask.LinkSeen("pump", LinkState.ANSWERING, "answers", PUMP_IS))
    bench.tell(ask.LinkSeen("s5", LinkState.ANSWERING, "answers", MONITOR_IS))
    return bench


def numerics(bench: Bench, seconds: int = 10, **values: float | None) -> None:
    """Seal numerics that end now."""
    start = bench.clock.now().plus(-seconds)
    columns: dict[str, tuple[float | None, ...]] = {
        name: tuple(value for _ in range(seconds)) for name, value in values.items()
    }
    bench.commit(ev.NumericsSealed(start, columns, dict.fromkeys(columns, "s5")), ROOM)


def whole() -> Bench:
    """A session with a rate change, a pause, an alarm, care, scores and a discharge, to go on from."""
    played = _whole()
    bench = copy(played)
    bench.entries, bench.vitals = list(played.entries), dict(played.vitals)
    bench.clock, bench.pump = copy(played.clock), copy(played.pump)
    return bench


@cache
def _whole() -> Bench:
    bench = connected()
    bench.arrive()
    bench.order()
    bench.verify()
    bench.run(1)
    bench.tell(ask.ProgramPump("program-1"))
    bench.start()
    bench.run(600, every_s=2)
    numerics(bench, 70, hr=76.0, spo2=98.0, temp=36.61)
    bench.tell(ask.ChangeRate("rate-1", Decimal(20)))
    bench.run(300, every_s=2)
    bench.tell(ask.PauseInfusion("pause-1"))
    bench.run(60, every_s=2)
    bench.tell(ask.ResumeInfusion("resume-1"))
    bench.vitals[Vital.SPO2] = 84.0
    bench.run(60, every_s=2)
    numerics(bench, 10, hr=80.0, spo2=None)
    for alarm in bench.state.alarms:
        bench.tell(ask.Acknowledge(alarm.raised.alarm_id))
    bench.vitals[Vital.SPO2] = 98.0
    for care in ev.Care:
        bench.tell(ask.NoteCare(care, bench.clock.now(), "as told", 2))
    bench.run(10)
    bench.tell(ask.ResumeInfusion("resume-2"))
    bench.run(45 * 60, every_s=5)
    bench.recover()
    score(bench, "aldrete", ("activity", "respiration", "circulation", "consciousness", "oxygen"))
    score(bench, "mpadss", ("vitals", "walking", "nausea", "pain", "iv_site"))
    bench.tell(ask.RecordScore("pain", {"score": 3}))
    for item in CONFIRMATION_IDS:
        bench.tell(ask.ConfirmDischarge(item, True))
    assert not bench.tell(ask.Discharge()).refusals
    assert not bench.tell(ask.CloseSession()).refusals
    return bench


def score(bench: Bench, scale: str, items: tuple[str, ...]) -> None:
    bench.tell(ask.RecordScore(scale, dict.fromkeys(items, 2)))


@cache
def everything() -> Source:
    """A whole session with at least one event of every kind there is."""
    bench = whole()
    rare: list[tuple[ev.Event, Actor]] = [
        (ev.SignedIn(), NURSE),
        (ev.SignedOut(), NURSE),
        (ev.LinkChanged("s5", LinkState.ANSWERING, "answers", MONITOR_IS), ROOM),
        (ev.PatientAdded(PATIENT), NURSE),
        (ev.UnfitDeviceAccepted("pump", "its test is overdue", "no other pump"), NURSE),
        (ev.OrderRefused(mood_40(), ("too much",)), NURSE),
        (ev.PauseProposed("pr-1", "A2", "SpO₂ is low", 20.0), ROOM),
        (ev.PauseProposalCancelled("pr-1", "probe was off", ("A2",)), NURSE),
        (ev.PauseProposed("pr-2", "A1", "No breathing", 0.0), ROOM),
        (ev.PauseProposalEnded("pr-2", "the pause was sent"), ROOM),
        (ev.GapRecorded("waveforms", 3.0, "the line was dead"), ROOM),
        (ev.WavesSealed({Wave.ECG: ("00" * 32,)}), ROOM),
        (ev.Commented("Slept well", bench.clock.now().wall_utc_ns), PHYSICIAN),
        (ev.ReviewSigned("reviewed", "ab" * 32), PHYSICIAN),
    ]
    for event, actor in rare:
        bench.commit(event, actor)
    seqs = {kind_of(e.event): e.seq for e in bench.entries}
    for kind in ("weight_recorded", "score_recorded", "order_written", "session_opened"):
        bench.commit(ev.Corrected(seqs[kind], "It was otherwise", "a slip"), PHYSICIAN)
    return source_of(
        bench,
        strips=(strip_of(bench),),
        document=Document(PDF, bench.clock.now().wall_utc_ns),
        app_version="0.1",
    )


def strip_of(bench: Bench) -> Strip:
    raised = next(e for e in bench.entries if isinstance(e.event, ev.AlarmRaised))
    return Strip(
        raised.seq,
        Wave.ECG,
        "s5",
        "mV",
        raised.at.wall_utc_ns,
        Decimal(2),
        Decimal("0.001"),
        (0, 5, None, -7),
    )


def every_kind() -> tuple[str, ...]:
    """Kinds of all events there are."""
    return tuple(str(kind.__struct_config__.tag) for kind in get_args(ev.Event))
