"""The timeline as a fold of the record: what it holds, and what it leaves unknown."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.clinical import pk
from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.session.events import EndReason, Entry, Event, Priority, PromptKind, SessionOpened
from console.storage.queries import RecordReader
from console.ui.viewmodels.review_axis import hm, span_text, tick_step_s, ticks
from console.ui.viewmodels.review_fold import SessionUnknown
from console.ui.viewmodels.review_papers import filtered
from console.ui.viewmodels.review_pins import NO_ROW, place_pins
from console.ui.viewmodels.review_record import listed, read_entries, read_flags, read_timeline, vouched
from console.ui.viewmodels.review_sentences import ALARMS, SAMPLES
from console.ui.viewmodels.review_shapes import Pin, PinTone, Timeline
from console.ui.viewmodels.review_trends import decimated
from console.ui.viewmodels.review_values import cards, values_at
from tests.ui.review_records import going_on, rehearsed
from tests.ui.synthetic_record import EARLY_STOP, LINK_LOST, RUNNING, WHOLE

ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture
def reader() -> Iterator[RecordReader]:
    with RecordReader(rehearsed().path) as opened:
        yield opened


@pytest.fixture
def whole(reader: RecordReader) -> Timeline:
    return read_timeline(reader, WHOLE)


@pytest.fixture
def stopped(reader: RecordReader) -> Timeline:
    return read_timeline(reader, EARLY_STOP)


@pytest.fixture
def lost(reader: RecordReader) -> Timeline:
    return read_timeline(reader, LINK_LOST)


# --- what it holds ------------------------------------------------------------------------------------


def test_phases_join_without_a_hole(whole: Timeline) -> None:
    assert [phase.name for phase in whole.phases] == ["Baseline", "Infusion", "Observation"]
    for before, after in pairwise(whole.phases):
        assert before.end_ns == after.start_ns
    assert whole.phases[0].start_ns == whole.start_ns


def test_bars_and_the_pause_between_them_cover_the_infusion(whole: Timeline) -> None:
    first, second = whole.bars
    (pause,) = whole.pauses
    assert (first.rate_ml_h, first.mg_kg_h) == (Decimal("26.25"), Decimal("0.75"))
    assert (first.end_ns, second.start_ns) == (pause.start_ns, pause.end_ns)
    assert pause.reason == "the patient asked to stop"
    assert span_text((pause.end_ns - pause.start_ns) / NS_PER_S) == "4:02 min"


def test_given_follows_the_pumps_counter_and_never_falls(whole: Timeline) -> None:
    assert np.all(np.diff(whole.given.ml) >= 0)
    assert whole.given.at(whole.end_ns) == pytest.approx(17.5)
    assert whole.given.at(whole.start_ns) is None


def test_each_cuff_measurement_is_there_once_with_the_limit_it_passed(whole: Timeline) -> None:
    times = [one.t_ns for one in whole.pressures]
    assert times == sorted(set(times))
    high = [one for one in whole.pressures if one.alarm is not None]
    assert high
    assert all(one.systolic > 165 or one.diastolic > 100 for one in high)
    assert all(one.alarm is not None for one in whole.pressures if one.systolic > 165 or one.diastolic > 100)


def test_an_alarm_has_its_end_and_who_acknowledged_it(whole: Timeline) -> None:
    high = next(bar for bar in whole.alarms if bar.code == "spo2_low_extreme")
    assert high.priority is Priority.HIGH
    assert high.end_ns is not None
    assert high.end_ns > high.start_ns
    assert high.acknowledged_by == "Nurse One"
    assert high.answered_s is not None
    assert 14 <= high.answered_s <= 20


def test_a_late_check_is_told_from_one_in_time(whole: Timeline) -> None:
    late = [
        mark
        for mark in whole.prompts
        if mark.done_ns is not None and mark.done_ns - mark.due_ns > 120 * NS_PER_S
    ]
    assert {mark.kind for mark in late} == {PromptKind.DISSOCIATION}
    assert any(mark.kind is PromptKind.MOAAS and mark.done_ns is not None for mark in whole.prompts)


def test_comments_stand_at_their_moment_and_not_when_they_were_written(whole: Timeline) -> None:
    about_labetalol = next(one for one in whole.remarks if "Repeat pressure" in one.text)
    drug = next(pin for pin in whole.pins if "Labetalol" in pin.text)
    assert abs(about_labetalol.t_ns - drug.t_ns) <= 300 * NS_PER_S
    assert about_labetalol.written_ns > whole.phases[-1].end_ns


def test_a_correction_keeps_the_original(whole: Timeline) -> None:
    (change,) = whole.amendments
    assert "Labetalol 10 mg" in change.original
    assert change.text == "Labetalol 5 mg"
    line = next(one for one in whole.audit if one.seq == change.of_seq)
    assert line.corrected
    assert "10 mg" in line.sentence


def test_the_prediction_is_labelled_and_lies_where_published_levels_do(whole: Timeline) -> None:
    kamp, domino = whole.predictions
    assert all(pk.LABEL in one.title for one in (kamp, domino))
    # 35 mg in 40 min, one pause of 4 min: Zarate 2006 measured about 185 ng/mL, Krystal 1994 100-250.
    assert 150 < float(kamp.plasma.max()) < 270
    assert kamp.at(whole.second_of(whole.start_ns)) is None


def test_nobody_outside_the_models_range_gets_a_curve(reader: RecordReader) -> None:
    entries = read_entries(reader, WHOLE)
    young: tuple[Entry, ...] = tuple(
        replace(entry, event=_born(entry.event, "2015-01-01")) for entry in entries
    )
    assert read_timeline(reader, WHOLE, entries=young, links=()).predictions == ()


def _born(event: Event, date: str) -> Event:
    if isinstance(event, SessionOpened):
        return replace(event, patient=replace(event.patient, birth_date=date))
    return event


def test_virtual_devices_mark_the_session(whole: Timeline) -> None:
    assert whole.simulated
    assert any("NE-1000" in device for device in whole.devices)


# --- what is not known ----------------------------------------------------------------------------------


def test_a_lost_line_is_a_gap_and_never_bridged(lost: Timeline) -> None:
    (gap,) = lost.gaps
    assert gap.seconds == pytest.approx(130, abs=3)
    assert "line was dead" in gap.reason
    middle = lost.second_of(gap.start_ns) + gap.seconds / 2
    assert all(trend.at(middle) is None for trend in lost.trends.values())
    told = {one.label: one.value for one in values_at(lost, middle)}
    assert told["SpO₂"] == "--"
    assert told["Heart rate"] == "--"


def test_an_early_stop_says_so(stopped: Timeline) -> None:
    session = stopped.state.session
    assert session is not None
    assert session.ended is not None
    assert session.ended.why is EndReason.STOPPED
    assert "ended early" in cards(stopped)[0].under
    assert any(pin.text == "STOP" for pin in stopped.pins)


def test_a_signature_names_what_it_covers_and_what_came_later(stopped: Timeline) -> None:
    (signature,) = stopped.signatures
    assert (signature.name, signature.meaning, signature.later) == ("Physician One", "reviewed", 0)
    assert signature.covers_seq is not None
    assert signature.covers_seq < signature.seq


def test_a_session_that_goes_on_reaches_its_last_entry(reader: RecordReader) -> None:
    assert reader.session(WHOLE) is not None
    with RecordReader(going_on().path) as running:
        line = read_timeline(running, RUNNING)
    assert line.open
    assert line.phases[-1].name == "Infusion"
    assert line.bars[-1].end_ns == line.end_ns
    told = {one.label: one.value for one in values_at(line, line.seconds)}
    assert told["Rate"] == "26.25 mL/h · 0.75 mg/kg/h"


def test_an_unknown_session_is_a_sentence(reader: RecordReader) -> None:
    with pytest.raises(SessionUnknown, match="no session 'nobody'"):
        read_timeline(reader, "nobody")


# --- cards, cursor, list --------------------------------------------------------------------------------


def test_cards_tell_the_figures_of_the_session(whole: Timeline) -> None:
    given_card, peak, lowest, alarms, sedation, left = cards(whole, ZONE)
    assert given_card.value == "35.0 of 35.0 mg"
    assert given_card.under == "by the pump's counter"
    highest = max(one.systolic for one in whole.pressures)
    assert peak.value.startswith(f"{highest:.0f}/")
    assert "on baseline" in peak.under
    assert lowest.value == f"{np.nanmin(whole.trends[Vital.SPO2].values):.0f} %"
    assert alarms.value == str(sum(bar.priority is not Priority.LOW for bar in whole.alarms))
    assert sedation.value == f"MOAA/S {min(s.total for s in whole.scores if s.scale == 'moaas')}"
    assert left.under == "Aldrete 10 · MPADSS 10"


def test_the_cursor_reads_the_second_it_stands_at(whole: Timeline) -> None:
    second = whole.second_of(whole.bars[0].start_ns) + 600
    told = {one.label: one for one in values_at(whole, second)}
    assert told["Heart rate"].value == f"{whole.trends[Vital.HR].values[int(second)]:.0f} /min"
    assert told["Rate"].value.startswith("26.25 mL/h")
    assert float(told["Given"].value.split()[0]) == pytest.approx(8.75, abs=0.2)
    assert "model" in told["Predicted"].note


def test_the_list_numbers_a_patients_sessions_and_flags_what_to_look_at(reader: RecordReader) -> None:
    sessions = listed(reader.sessions())
    assert [one.session_id for one in sessions] == [WHOLE, LINK_LOST, EARLY_STOP]
    assert all(one.number == 1 for one in sessions)
    early, gap = read_flags(reader, EARLY_STOP), read_flags(reader, LINK_LOST)
    assert early.early_stop
    assert early.signed
    assert not gap.signed
    assert gap.gaps == 1
    assert read_flags(reader, LINK_LOST, gap) == gap


def test_the_audit_list_is_filtered_by_kind_and_words(whole: Timeline) -> None:
    alarms = filtered(whole.audit, frozenset({ALARMS}), "spo")
    assert alarms
    assert all("SpO" in line.sentence for line in alarms)
    assert filtered(whole.audit, frozenset({SAMPLES}), "sealed")
    assert not filtered(whole.audit, frozenset({ALARMS}), "no such word")


def test_every_sealed_wave_is_vouched_for(reader: RecordReader) -> None:
    addresses = [one for stored in reader.events(WHOLE) for one in vouched(stored)]
    assert addresses
    assert all(reader.wave_data(one) is not None for one in addresses[:5])


# --- small pure parts -----------------------------------------------------------------------------------


@given(
    values=st.lists(st.one_of(st.floats(20, 220), st.just(float("nan"))), min_size=2, max_size=400),
    pixels=st.integers(2, 60),
)
def test_decimating_keeps_the_extremes_and_the_gaps(values: list[float], pixels: int) -> None:
    grid = np.array(values)
    seconds, kept = decimated(grid, 0, len(grid) - 1, pixels)
    assert len(seconds) == len(kept)
    if np.isfinite(grid).any():
        assert np.nanmin(kept) == np.nanmin(grid)
        assert np.nanmax(kept) == np.nanmax(grid)
    else:
        assert not np.isfinite(kept).any()


def test_a_gap_wider_than_a_column_stays_a_gap() -> None:
    grid = np.full(7200, 75.0)
    grid[3000:3130] = np.nan
    _, kept = decimated(grid, 0, 7200, 1000)
    assert np.isnan(kept).any()


@given(
    xs=st.lists(st.floats(0, 1000), min_size=1, max_size=30),
    rows=st.integers(1, 5),
    lengths=st.lists(st.integers(1, 40), min_size=30, max_size=30),
)
def test_no_two_texts_of_the_events_lane_touch(xs: list[float], rows: int, lengths: list[int]) -> None:
    pins = [
        (Pin(place, 0, "x" * lengths[place], PinTone.CARE, place % 4), x)
        for place, x in enumerate(sorted(xs))
    ]
    placed = place_pins(pins, rows, 0, 1000, 8, lambda text: len(text) * 7.0)
    assert len(placed) == len(pins)
    for row in range(rows):
        spans = sorted(
            (one.text_x, one.text_x + len(one.text) * 7.0) for one in placed if one.row == row and one.text
        )
        for before, after in pairwise(spans):
            assert before[1] <= after[0]
    assert all(not one.text for one in placed if one.row == NO_ROW)


def test_ticks_are_round_local_times() -> None:
    step = tick_step_s(7200, 1000, 96)
    assert step == 900
    start = 1_773_655_620 * NS_PER_S
    found = ticks(start, start + 7200 * NS_PER_S, step, ZONE)
    assert len(found) == 8
    assert all(hm(one, ZONE).endswith(("00", "15", "30", "45")) for one in found)
