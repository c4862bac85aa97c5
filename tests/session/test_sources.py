"""Two monitors at once: each vital sign has one source at a time, and every change of it is an event."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.clinical.vitals import Quality, Vital, VitalReading
from console.session import intents as ask
from console.session.events import Event, SourceChanged
from console.session.pump import LinkState
from console.session.sources import CONTINUOUS
from console.session.watch import latest
from tests.session.bench import SITE, Bench

OXIMETER = (Vital.SPO2, Vital.PR, Vital.PERFUSION)


class PairBench(Bench):
    """An oximeter ahead of a monitor that measures saturation as well."""

    def __init__(self) -> None:
        super().__init__(replace(SITE, monitors=("masimo", "s5")))
        self.oximeter: float | None = 97.0
        self.plugged = False

    def connect(self) -> None:
        super().connect()
        self.plug(on=True)

    def plug(self, *, on: bool) -> None:
        self.plugged = on
        state = LinkState.ANSWERING if on else LinkState.CLOSED
        self.tell(ask.LinkSeen("masimo", state, "cable"))

    def run(self, seconds: float, *, every_s: float = 1.0) -> None:
        super().run(seconds, every_s=min(every_s, 2.0))

    def seen(self) -> ask.VitalsSeen:
        if self.plugged:
            now = self.clock.now()
            quality = Quality.VALID if self.oximeter is not None else Quality.UNAVAILABLE
            said = tuple(VitalReading(v, self.oximeter, quality, "masimo", now, now) for v in OXIMETER)
            self.tell(ask.VitalsSeen("masimo", said, pleth=self._pleth))
        return super().seen()

    def changes(self, vital: Vital) -> list[tuple[str, str]]:
        found: list[Event] = [entry.event for entry in self.entries]
        return [(e.before, e.after) for e in found if isinstance(e, SourceChanged) and e.vital is vital]


def test_the_first_in_priority_speaks_and_the_next_takes_over_and_gives_back() -> None:
    bench = PairBench()
    bench.infuse(1)
    assert bench.changes(Vital.SPO2)[-1][1] == "masimo"
    bench.plug(on=False)
    bench.run(10)
    assert bench.changes(Vital.SPO2)[-1] == ("masimo", "s5")
    assert bench.changes(Vital.PERFUSION)[-1] == ("masimo", "")
    bench.plug(on=True)
    bench.run(8)
    assert bench.changes(Vital.SPO2)[-1] == ("masimo", "s5"), "it has to be steady first"
    assert bench.changes(Vital.PERFUSION)[-1] == ("", "masimo"), "nobody else measures it"
    bench.run(4)
    assert bench.changes(Vital.SPO2)[-1] == ("s5", "masimo")
    assert bench.changes(Vital.HR) == [("", "s5")], "nothing else moved"


@pytest.mark.req("SRC-SAID")
def test_the_loss_of_a_source_is_said_with_what_fell_back_and_what_is_gone() -> None:
    bench = PairBench()
    bench.infuse(1)
    bench.plug(on=False)
    bench.run(8)
    (said,) = [a.raised.message for a in bench.state.alarms if a.raised.code == "masimo_link"]
    assert said == (
        "Monitor masimo does not answer. PR, SpO₂ now from s5; Perf gone. Check its cable and power"
    )
    assert all(a.raised.code != "spo2_none" for a in bench.state.alarms), "a figure there is not missed"


@pytest.mark.req("SRC-SAID")
@pytest.mark.parametrize("fault", ["cable", "value"])
def test_a_source_that_flickers_gives_way_once_and_comes_back_once(fault: str) -> None:
    bench = PairBench()
    bench.infuse(1)
    before = len(bench.changes(Vital.SPO2))
    for _ in range(30):
        for there in (False, True):
            if fault == "cable":
                bench.plug(on=there)
            else:
                bench.oximeter = 97.0 if there else None
            bench.run(1)
    assert bench.changes(Vital.SPO2)[before:] == [("masimo", "s5")]
    bench.run(12)
    assert bench.changes(Vital.SPO2)[before:] == [("masimo", "s5"), ("s5", "masimo")]


def test_a_pressure_is_one_measurement_and_needs_no_steadiness() -> None:
    bench = Bench(replace(SITE, monitors=("masimo", "s5")))
    bench.infuse(1)
    for systolic in (120.0, 131.0):
        bench.clock.advance(5)
        now = bench.clock.now()
        reading = VitalReading(Vital.NIBP_SYS, systolic, Quality.VALID, "masimo", now, now)
        bench.tell(ask.VitalsSeen("masimo", (reading,)))
        shown = latest(bench.watch, bench.site, bench.clock.now())[Vital.NIBP_SYS]
        assert (shown.source, shown.value) == ("masimo", systolic)


def test_the_only_source_left_speaks_at_once_however_it_flickered() -> None:
    bench = PairBench()
    bench.infuse(1)
    bench.oximeter = None
    bench.run(3)
    bench.oximeter = 97.0
    bench.run(1)
    bench.vitals[Vital.SPO2] = None
    bench.run(1)
    assert bench.changes(Vital.SPO2)[-1] == ("s5", "masimo")


def test_a_source_without_a_value_gives_way_and_says_so() -> None:
    bench = PairBench()
    bench.infuse(1)
    bench.oximeter = None
    bench.run(2)
    marks = bench.state.session.sources if bench.state.session is not None else ()
    assert SourceChanged(Vital.SPO2, "masimo", "s5", "masimo has no value") in [m.change for m in marks]


def test_a_room_with_one_monitor_records_no_sources() -> None:
    bench = Bench()
    bench.infuse(2)
    assert not any(isinstance(entry.event, SourceChanged) for entry in bench.entries)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["plug", "pull", "probe off", "probe on", "both", "wait"]), max_size=12)
)
def test_whatever_falls_away_the_source_shown_is_the_source_recorded(steps: list[str]) -> None:
    bench = PairBench()
    bench.arrive()
    for step in steps:
        match step:
            case "plug" | "pull":
                bench.plug(on=step == "plug")
            case "probe off" | "probe on":
                bench.oximeter = None if step == "probe off" else 96.0
            case "both":
                bench.vitals[Vital.SPO2] = None if bench.vitals[Vital.SPO2] is not None else 98.0
            case _:
                bench.run(6)
        bench.run(1)
        session = bench.state.session
        assert session is not None
        shown = latest(bench.watch, bench.site, bench.clock.now())
        for vital in CONTINUOUS:
            reading = shown.get(vital)
            if reading is not None and reading.usable:
                assert session.speaking.get(vital) == reading.source
        assert bench.replayed() == bench.state
