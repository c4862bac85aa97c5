"""What a monitor cannot be trusted with is not shown as a number, and is said in time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from console.clinical.vitals import USABLE, VITALS, Quality, Vital, VitalReading
from console.clock import Instant, ManualClock
from console.session import intents as ask
from console.session.events import AlarmRaised, Priority
from console.session.pump import LinkState
from console.session.stillness import FROZEN_FIGURES_S, FROZEN_S
from console.session.watch import NIBP_KEPT_S, NIBP_VITALS, STALE_S, Watch, current, latest, look
from tests.session.bench import SITE, Bench


@pytest.fixture
def infusing() -> Bench:
    bench = Bench()
    bench.infuse(1)
    return bench


def codes(bench: Bench) -> set[str]:
    return {alarm.raised.code for alarm in bench.state.alarms if alarm.condition}


def raised(bench: Bench, code: str) -> list[AlarmRaised]:
    return [e.event for e in bench.entries if isinstance(e.event, AlarmRaised) and e.event.code == code]


def seconds_until(bench: Bench, code: str, at_most: float) -> float:
    """Seconds of both devices talking until ``code`` alarms."""
    for step in range(int(at_most)):
        if code in codes(bench):
            return float(step)
        bench.run(1)
    return math.inf


def shown(bench: Bench, vital: Vital) -> VitalReading:
    reading = current(bench.watch, vital, bench.site, bench.clock.now())
    assert reading is not None
    return reading


# --- frozen ---------------------------------------------------------------------------------------


@pytest.mark.req("SER-20")
def test_a_source_that_repeats_itself_for_thirty_seconds_alarms_and_is_not_shown(infusing: Bench) -> None:
    infusing.frozen = True
    took_s = seconds_until(infusing, "frozen_s5", 60)
    assert FROZEN_S - 2 <= took_s <= FROZEN_S + 2
    for vital in (Vital.SPO2, Vital.PR, Vital.HR, Vital.RR, Vital.ETCO2, Vital.TEMP):
        reading = shown(infusing, vital)
        assert (reading.value, reading.quality, reading.usable) == (None, Quality.FROZEN, False)
    assert shown(infusing, Vital.NIBP_SYS).usable, "a cuff value was measured once and does not move"
    assert raised(infusing, "frozen_s5")[0].priority is Priority.MEDIUM


@pytest.mark.req("SER-20")
def test_a_frozen_source_counts_as_no_spo2_and_a_start_is_refused_on_it(infusing: Bench) -> None:
    infusing.frozen = True
    infusing.run(FROZEN_S + 12)
    assert "spo2_none" in codes(infusing)
    assert "repeats itself" in raised(infusing, "spo2_none")[0].message
    ready = Bench()
    ready.prepare()
    ready.frozen = True
    ready.run(FROZEN_S + 2)
    assert any("no SpO₂" in sentence for sentence in ready.start().refusals)


@pytest.mark.req("SER-20")
def test_a_source_that_moves_again_is_shown_at_once(infusing: Bench) -> None:
    infusing.frozen = True
    infusing.run(FROZEN_S + 2)
    infusing.frozen = False
    infusing.run(1)
    assert shown(infusing, Vital.SPO2).value == 98.0
    assert "frozen_s5" not in codes(infusing)


@pytest.mark.req("SER-20")
@pytest.mark.parametrize("vital", [Vital.SPO2, Vital.PR, Vital.RR])
def test_one_figure_that_moves_is_enough_to_be_believed(infusing: Bench, vital: Vital) -> None:
    infusing.frozen = True
    for second in range(60):
        infusing.vitals[vital] = 96.0 + second % 2 if vital is Vital.SPO2 else 20.0 + second % 2
        infusing.run(1)
    assert "frozen_s5" not in codes(infusing)
    assert shown(infusing, Vital.SPO2).usable


@pytest.mark.req("SER-20")
def test_a_probe_that_is_off_is_not_called_frozen(infusing: Bench) -> None:
    infusing.frozen = True
    infusing.vitals[Vital.SPO2] = infusing.vitals[Vital.PR] = None
    infusing.run(60)
    assert "frozen_s5" not in codes(infusing)
    assert shown(infusing, Vital.HR).usable, "the ECG is still believed"


@pytest.mark.req("SER-20")
def test_figures_alone_are_given_longer_and_a_pleth_that_stops_coming_is_not() -> None:
    without = said_the_same(pleth=(None,) * 400)
    assert without.first_frozen_s == pytest.approx(FROZEN_FIGURES_S, abs=2)
    stopped = said_the_same(pleth=(1, 2, 3, *(None,) * 400))
    assert stopped.first_frozen_s == pytest.approx(FROZEN_S + 2, abs=2)


class SaidTheSame:
    """A source that tells the same figures every second, with these checksums of its pleth."""

    def __init__(self, pleth: tuple[int | None, ...]) -> None:
        clock, watch = ManualClock(), Watch()
        self.first_frozen_s = math.inf
        for second, mark in enumerate(pleth):
            clock.advance(1)
            now = clock.now()
            watch = look(watch, ask.VitalsSeen("s5", figures(now), pleth=mark), now)
            reading = current(watch, Vital.SPO2, SITE, now)
            if reading is not None and reading.quality is Quality.FROZEN:
                self.first_frozen_s = min(self.first_frozen_s, second)


def said_the_same(pleth: tuple[int | None, ...]) -> SaidTheSame:
    return SaidTheSame(pleth)


def figures(now: Instant) -> tuple[VitalReading, ...]:
    told = {Vital.SPO2: 97.0, Vital.PR: 70.0, Vital.RR: 14.0}
    return tuple(VitalReading(v, value, Quality.VALID, "s5", now, now) for v, value in told.items())


# --- probe off, out of range, impossible ----------------------------------------------------------


@pytest.mark.req("SER-19")
@pytest.mark.parametrize(
    ("vital", "code"),
    [
        (Vital.SPO2, "spo2_none"),
        (Vital.RR, "rr_none"),
        (Vital.ETCO2, "etco2_none"),
        (Vital.HR, "ecg_none"),
    ],
)
def test_a_signal_that_is_lost_alarms_within_fifteen_seconds(
    infusing: Bench, vital: Vital, code: str
) -> None:
    infusing.vitals[vital] = None
    took_s = seconds_until(infusing, code, 30)
    assert 10 <= took_s <= 16
    assert shown(infusing, vital).value is None


@pytest.mark.req("A6")
def test_spo2_missing_for_a_minute_while_infusing_is_a_high_alarm(infusing: Bench) -> None:
    infusing.vitals[Vital.SPO2] = None
    infusing.run(58)
    assert [alarm.priority for alarm in raised(infusing, "spo2_none")] == [Priority.MEDIUM]
    infusing.run(4)
    assert [alarm.priority for alarm in raised(infusing, "spo2_none")] == [Priority.MEDIUM, Priority.HIGH]


@pytest.mark.req("SER-19")
def test_what_was_never_connected_is_not_missed() -> None:
    bench = Bench()
    for vital in (Vital.RR, Vital.ETCO2, Vital.HR):
        bench.vitals[vital] = None
    bench.infuse(2)
    assert not {"rr_none", "etco2_none", "ecg_none"} & codes(bench)


@pytest.mark.req("SER-19")
@pytest.mark.parametrize(
    ("vital", "value"),
    [
        (Vital.SPO2, 127.0),
        (Vital.SPO2, 0.0),
        (Vital.HR, 0.0),
        (Vital.RR, -1.0),
        (Vital.TEMP, 0.0),
        (Vital.ETCO2, math.nan),
        (Vital.PR, math.inf),
    ],
)
def test_an_impossible_figure_is_never_a_number(infusing: Bench, vital: Vital, value: float) -> None:
    infusing.vitals[vital] = value
    infusing.run(1)
    assert (shown(infusing, vital).value, shown(infusing, vital).quality) == (None, Quality.INVALID)


@pytest.mark.req("SER-19")
def test_a_systolic_below_its_diastolic_is_no_pressure(infusing: Bench) -> None:
    infusing.measure(78, 124)
    assert shown(infusing, Vital.NIBP_SYS).value is None
    assert shown(infusing, Vital.NIBP_DIA).value is None


# --- links ----------------------------------------------------------------------------------------


def lose(bench: Bench, *devices: str) -> None:
    for device in devices:
        bench.tell(ask.LinkSeen(device, LinkState.OPEN, "silent"))


def ticks(bench: Bench, seconds: float) -> None:
    for _ in range(int(seconds * 4)):
        bench.clock.advance(0.25)
        bench.tell(ask.Tick())


@pytest.mark.req("SER-22")
def test_both_devices_lost_is_one_high_alarm_in_place_of_two(infusing: Bench) -> None:
    ticks(infusing, 3)
    lose(infusing, "pump", "s5")
    ticks(infusing, 2)
    assert raised(infusing, "blind")[0].priority is Priority.HIGH
    assert "note by hand" in raised(infusing, "blind")[0].message
    ticks(infusing, 20)
    assert not {"pump_link", "s5_link"} & codes(infusing)
    infusing.tell(ask.LinkSeen("s5", LinkState.ANSWERING, "answers"))
    ticks(infusing, 1)
    assert "blind" not in codes(infusing)
    assert "pump_link" in codes(infusing)
    assert "s5_link" not in codes(infusing)


@pytest.mark.req("A7")
@pytest.mark.parametrize("device", ["pump", "s5"])
def test_one_device_lost_is_medium_within_five_and_high_within_fifteen_seconds(
    infusing: Bench, device: str
) -> None:
    lose(infusing, device)
    ticks(infusing, 5)
    ticks(infusing, 10)
    alarms = raised(infusing, f"{device}_link")
    assert [alarm.priority for alarm in alarms] == [Priority.MEDIUM, Priority.HIGH]
    assert "blind" not in codes(infusing)


@pytest.mark.req("SER-03")
def test_a_line_on_which_more_than_one_message_in_twenty_is_damaged_alarms(infusing: Bench) -> None:
    good = bad = 0
    for _ in range(7):
        good, bad = good + 95, bad + 4
        infusing.tell(ask.LineSeen("pump", good, bad))
        infusing.run(10)
    assert "serial_errors_pump" not in codes(infusing)
    for _ in range(7):
        good, bad = good + 94, bad + 6
        infusing.tell(ask.LineSeen("pump", good, bad))
        infusing.run(10)
    assert raised(infusing, "serial_errors_pump")[0].priority is Priority.MEDIUM
    for _ in range(8):
        good += 100
        infusing.tell(ask.LineSeen("pump", good, bad))
        infusing.run(10)
    assert "serial_errors_pump" not in codes(infusing)


# --- missing input never counts as normal ---------------------------------------------------------

_SOURCES = ("s5", "oximeter")
_STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("speak"),
            st.sampled_from(_SOURCES),
            st.lists(
                st.tuples(
                    st.sampled_from(list(Vital)),
                    st.sampled_from([None, math.nan, -5.0, 0.0, 14.0, 72.0, 98.0, 121.0, 900.0]),
                    st.sampled_from(list(Quality)),
                ),
                max_size=4,
            ),
            st.sampled_from([None, 1, 2]),
        ),
        st.tuples(st.just("link"), st.sampled_from(_SOURCES), st.sampled_from(list(LinkState))),
        st.tuples(st.just("wait"), st.sampled_from([0.5, 1.0, 2.5, 5.0, 40.0])),
        st.tuples(st.just("repeat"), st.sampled_from(_SOURCES), st.integers(5, 45)),
    ),
    max_size=30,
)


@pytest.mark.req("P6")
@settings(max_examples=200, deadline=None)
@given(_STEPS)
def test_a_figure_is_shown_only_if_an_answering_source_told_it_freshly_and_still_moves(
    steps: list[tuple[object, ...]],
) -> None:
    site = type(SITE)(SITE.room_name, SITE.library, SITE.syringes, monitors=_SOURCES)
    clock, watch = ManualClock(), Watch()
    model = Model()
    for step in steps:
        match step:
            case ("speak", str(source), list(told), pleth):
                assert pleth is None or isinstance(pleth, int)
                watch = model.speak(watch, clock, source, told, pleth)
            case ("link", str(source), LinkState() as state):
                watch = look(watch, ask.LinkSeen(source, state, ""), clock.now())
                model.answering[source] = state is LinkState.ANSWERING
            case ("repeat", str(source), int(times)):
                for _ in range(times):
                    clock.advance(1)
                    still = [(Vital.SPO2, 97.0, Quality.VALID), (Vital.PR, 70.0, Quality.VALID)]
                    watch = model.speak(watch, clock, source, still, 7)
            case (_, float(seconds)):
                clock.advance(seconds)
        for vital, reading in latest(watch, site, clock.now()).items():
            if reading.usable:
                model.check(vital, reading, clock.now())
            else:
                assert reading.value is None or reading.quality not in USABLE


class Model:
    """What may be shown, told independently of the product."""

    def __init__(self) -> None:
        self.answering: dict[str, bool] = {}
        self.told: dict[tuple[str, Vital], tuple[Instant, float | None, Quality]] = {}
        self.marks: dict[str, list[tuple[Instant, object]]] = {}

    def speak(
        self, watch: Watch, clock: ManualClock, source: str, told: Sequence[object], pleth: int | None
    ) -> Watch:
        now = clock.now()
        readings = []
        for item in told:
            assert isinstance(item, tuple)
            vital, value, quality = item
            readings.append(VitalReading(vital, value, quality, source, now, now))
            self.told[source, vital] = (now, value, quality)
        figures = tuple(self.told.get((source, v), (now, None, Quality.STALE))[1:] for v in COMPARED)
        self.marks.setdefault(source, []).append((now, (figures, pleth)))
        return look(watch, ask.VitalsSeen(source, tuple(readings), pleth=pleth), now)

    def check(self, vital: Vital, reading: VitalReading, now: Instant) -> None:
        at, value, quality = self.told[reading.source, vital]
        kept_s = NIBP_KEPT_S if vital in NIBP_VITALS else STALE_S
        assert reading.value == value
        assert quality in USABLE
        assert now.seconds_since(at) <= kept_s
        assert value is not None
        assert VITALS[vital].lowest <= value <= VITALS[vital].highest
        if vital not in NIBP_VITALS:
            assert self.answering.get(reading.source, True)
            assert not self.repeats(reading.source, now)

    def repeats(self, source: str, now: Instant) -> bool:
        """Every second of the last 30 s it said the very same, with a pleth and with SpO2 and pulse."""
        said = self.marks[source]
        last = said[-1][1]
        run = 0.0
        for (later, mark), (earlier, before) in zip(reversed(said), reversed(said[:-1]), strict=False):
            if mark != last or before != last or later.seconds_since(earlier) > 3:
                break
            run = now.seconds_since(earlier)
        assert isinstance(last, tuple)
        figures, pleth = last
        known = all(value is not None and quality in USABLE for value, quality in figures[:2])
        return run >= FROZEN_S + 1 and pleth is not None and known


COMPARED = (Vital.SPO2, Vital.PR, Vital.RR)


def test_a_reading_without_quality_to_use_is_never_usable() -> None:
    now = ManualClock().now()
    good = VitalReading(Vital.SPO2, 98.0, Quality.VALID, "s5", now, now)
    assert {quality for quality in Quality if replace(good, quality=quality).usable} == USABLE
