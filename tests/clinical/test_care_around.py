"""Arrival, cadence, scores and the gate to going home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.arrival import (
    ARRIVAL_ITEMS,
    ArrivalAnswer,
    BaselineVerdict,
    CuffReading,
    Effect,
    baseline_pressure,
    do_not_start,
    item,
    items_for,
    may_override,
    outstanding,
)
from console.clinical.cadence import Cadence, CadencePhase, Check, due, overdue
from console.clinical.discharge import CONFIRMATIONS, DischargeFacts, gate
from console.clinical.finding import Severity
from console.clinical.hold import Sign
from console.clinical.scales import (
    ALDRETE,
    CADSS6,
    DISSOCIATION,
    MOAAS,
    MPADSS,
    SCALES,
    Scale,
    ScaleError,
    Score,
    aldrete_circulation,
    aldrete_oxygen,
    aldrete_passes,
    mpadss_vitals,
    scale,
    score,
)
from console.clinical.vitals import Vital
from console.clock import ManualClock

MIN = 60.0


def yes_to_all() -> dict[str, ArrivalAnswer]:
    return {check.id: ArrivalAnswer(ok=True) for check in ARRIVAL_ITEMS}


def test_a_list_answered_yes_is_done() -> None:
    assert outstanding(ARRIVAL_ITEMS, yes_to_all()) == ()


def test_an_empty_list_names_every_item() -> None:
    assert len(outstanding(ARRIVAL_ITEMS, {})) == len(ARRIVAL_ITEMS)


@pytest.mark.parametrize("check", ARRIVAL_ITEMS, ids=lambda check: check.id)
def test_a_no_blocks_or_needs_the_prescriber_or_is_noted(check: object) -> None:
    asked = next(candidate for candidate in ARRIVAL_ITEMS if candidate is check)
    refused = outstanding(ARRIVAL_ITEMS, {**yes_to_all(), asked.id: ArrivalAnswer(ok=False)})
    let_through = {**yes_to_all(), asked.id: ArrivalAnswer(ok=False, overridden=True)}
    overridden = outstanding(ARRIVAL_ITEMS, let_through)
    assert len(refused) == (0 if asked.effect is Effect.NOTE else 1)
    assert len(overridden) == (1 if asked.effect is Effect.BLOCKS else 0)
    assert may_override(asked.id) == (asked.effect is not Effect.BLOCKS)
    assert item(asked.id) is asked


def test_pregnancy_is_asked_only_where_it_is_possible() -> None:
    assert "pregnancy" in {check.id for check in items_for(pregnancy_possible=True)}
    assert "pregnancy" not in {check.id for check in items_for(pregnancy_possible=False)}
    with pytest.raises(KeyError, match="no item shoes"):
        item("shoes")


def readings(*pairs: tuple[float, float], minutes: float = 5) -> list[CuffReading]:
    clock = ManualClock()
    return [CuffReading(systolic, diastolic, clock.advance(minutes * MIN)) for systolic, diastolic in pairs]


@pytest.mark.parametrize(
    ("pairs", "verdict"),
    [
        ((), BaselineVerdict.MEASURE_AGAIN),
        (((120, 80),), BaselineVerdict.MEASURE_AGAIN),
        (((120, 80), (118, 78)), BaselineVerdict.GO),
        (((139, 89), (139, 89)), BaselineVerdict.GO),
        (((140, 80), (140, 80)), BaselineVerdict.PRESCRIBER),
        (((130, 80), (141, 80)), BaselineVerdict.PRESCRIBER),
        (((120, 90), (120, 90)), BaselineVerdict.PRESCRIBER),
        (((159, 99), (159, 99)), BaselineVerdict.PRESCRIBER),
        (((160, 80), (160, 80)), BaselineVerdict.DO_NOT_START),
        (((120, 100), (120, 100)), BaselineVerdict.DO_NOT_START),
        (((89, 60), (89, 60)), BaselineVerdict.DO_NOT_START),
        (((200, 120), (120, 80), (120, 80)), BaselineVerdict.GO),
    ],
)
def test_the_baseline_pressure(pairs: tuple[tuple[float, float], ...], verdict: BaselineVerdict) -> None:
    assert baseline_pressure(readings(*pairs)).verdict is verdict


def test_two_readings_are_averaged_and_too_close_ones_are_not() -> None:
    found = baseline_pressure(readings((130, 84), (120, 80)))
    assert (found.systolic, found.diastolic) == (125, 82)
    close = baseline_pressure(readings((130, 84), (120, 80), minutes=2))
    assert close.verdict is BaselineVerdict.MEASURE_AGAIN
    assert "five minutes" in close.sentence


def test_signs_that_speak_against_a_start_are_named() -> None:
    calm: Mapping[Vital | Sign, float] = {Vital.HR: 70, Vital.SPO2: 98, Vital.RR: 14, Sign.MOAAS: 5}
    assert do_not_start(calm) == ()
    found = do_not_start({**calm, Vital.SPO2: 93, Sign.MOAAS: 4})
    assert len(found) == 2
    assert all("Do not start" in sentence for sentence in found)


def due_at(phase: CadencePhase, now: float, done: Mapping[Check, float], check: Check) -> float | None:
    return next((found.at_s for found in due(phase, now, done) if found.check is check), None)


@pytest.mark.parametrize(
    ("phase", "check", "last_min", "expected_min"),
    [
        (CadencePhase.BASELINE, Check.NIBP, None, 0), (CadencePhase.BASELINE, Check.NIBP, 1, 6),
        (CadencePhase.BASELINE, Check.MOAAS, None, 0), (CadencePhase.BASELINE, Check.MOAAS, 1, None),
        (CadencePhase.INFUSION, Check.NIBP, None, 5), (CadencePhase.INFUSION, Check.NIBP, -3, 2),
        (CadencePhase.INFUSION, Check.NIBP, -30, 0), (CadencePhase.INFUSION, Check.NIBP, 5, 10),
        (CadencePhase.INFUSION, Check.NIBP, 20, 25), (CadencePhase.INFUSION, Check.MOAAS, 10, 15),
        (CadencePhase.INFUSION, Check.MOAAS, 15, 25), (CadencePhase.INFUSION, Check.DISSOCIATION, None, 40),
        (CadencePhase.INFUSION, Check.DISSOCIATION, -10, 40),
        (CadencePhase.INFUSION, Check.DISSOCIATION, 41, None),
        (CadencePhase.INFUSION, Check.ALDRETE, None, None),
        (CadencePhase.OBSERVATION, Check.NIBP, -5, 10), (CadencePhase.OBSERVATION, Check.NIBP, 10, 25),
        (CadencePhase.OBSERVATION, Check.MOAAS, None, 15),
        (CadencePhase.OBSERVATION, Check.ALDRETE, None, 15),
        (CadencePhase.OBSERVATION, Check.ALDRETE, 15, 30),
        (CadencePhase.OBSERVATION, Check.DISSOCIATION, 0, 15),
        (CadencePhase.DISCHARGE, Check.NIBP, -14, None), (CadencePhase.DISCHARGE, Check.NIBP, -16, 0),
        (CadencePhase.DISCHARGE, Check.ALDRETE, None, 0),
    ],
)  # fmt: skip
def test_when_the_next_check_is_due(
    phase: CadencePhase, check: Check, last_min: float | None, expected_min: float | None
) -> None:
    done = {} if last_min is None else {check: last_min * MIN}
    found = due_at(phase, 60 * MIN, done, check)
    assert found == (None if expected_min is None else expected_min * MIN)


def test_resolved_dissociation_is_not_asked_again() -> None:
    found = due(CadencePhase.OBSERVATION, 0, {}, dissociation_resolved=True)
    assert Check.DISSOCIATION not in {one.check for one in found}


def test_the_ten_minute_option_begins_after_the_first_quarter_hour() -> None:
    cadence = Cadence(nibp_late_s=10 * MIN)
    for last_min, next_min in ((10, 15), (15, 25)):
        found = due(CadencePhase.INFUSION, 20 * MIN, {Check.NIBP: last_min * MIN}, cadence=cadence)
        assert {one.at_s for one in found if one.check is Check.NIBP} == {next_min * MIN}


def test_a_check_done_in_the_future_counts_as_done_now() -> None:
    found = due_at(CadencePhase.INFUSION, 10 * MIN, {Check.NIBP: 50 * MIN}, Check.NIBP)
    assert found == 15 * MIN


@pytest.mark.parametrize(
    ("phase", "late_s", "expected"),
    [
        (CadencePhase.INFUSION, 120, None), (CadencePhase.INFUSION, 121, Severity.WARNING),
        (CadencePhase.OBSERVATION, 121, Severity.INFO), (CadencePhase.OBSERVATION, 900, Severity.INFO),
        (CadencePhase.INFUSION, -60, None),
    ],
)  # fmt: skip
@pytest.mark.req("HUM-07")
def test_when_a_check_is_overdue(phase: CadencePhase, late_s: float, expected: Severity | None) -> None:
    assert overdue(phase, 1000, 1000 + late_s) is expected


@given(st.sampled_from(CadencePhase), st.dictionaries(st.sampled_from(Check), st.floats(-7200, 7200)))
def test_due_times_are_sorted_and_never_before_the_phase(
    phase: CadencePhase, done: dict[Check, float]
) -> None:
    times = [found.at_s for found in due(phase, 7200, done)]
    assert times == sorted(times)
    if phase is not CadencePhase.BASELINE:
        assert all(at_s >= 0 for at_s in times)


ALDRETE_FULL = {"activity": 2, "respiration": 2, "circulation": 2, "consciousness": 2, "oxygen": 2}
MPADSS_FULL = {"vitals": 2, "walking": 2, "nausea": 2, "pain": 2, "iv_site": 2}


@pytest.mark.parametrize(
    ("of", "lowest", "highest"),
    [(MOAAS, 0, 5), (DISSOCIATION, 0, 4), (CADSS6, 0, 24), (ALDRETE, 0, 10), (MPADSS, 0, 10),
     (scale("rass"), -5, 4), (scale("pain"), 0, 10), (scale("distress"), 0, 10), (scale("nausea"), 0, 10)],
)  # fmt: skip
def test_ranges_of_the_scales(of: Scale, lowest: int, highest: int) -> None:
    assert (of.lowest, of.highest) == (lowest, highest)
    assert of.version == 1
    assert of.source


def test_every_level_of_a_worded_item_has_its_words() -> None:
    for of in SCALES:
        for one in of.items:
            if one.levels and one.highest - one.lowest < 10:
                assert sorted(level for level, _ in one.levels) == list(range(one.lowest, one.highest + 1))
                assert len({words for _, words in one.levels}) == len(one.levels)


def test_a_total_is_the_sum_of_the_items() -> None:
    made = score(ALDRETE, {**ALDRETE_FULL, "circulation": 1})
    assert (made.total, made.scale_id, made.scale_version) == (9, "aldrete", 1)
    assert made.of("circulation") == 1


@pytest.mark.parametrize(
    ("of", "answers", "message"),
    [
        (MOAAS, {}, "before going on"),
        (MOAAS, {"level": 6}, "takes 0 to 5"),
        (MOAAS, {"level": -1}, "takes 0 to 5"),
        (MOAAS, {"level": True}, "takes 0 to 5"),
        (MOAAS, {"level": 5, "mood": 1}, "no item mood"),
        (CADSS6, {"total": 25}, "takes 0 to 24"),
        (ALDRETE, {**ALDRETE_FULL, "oxygen": 3}, "takes 0 to 2"),
    ],
)
def test_an_impossible_score_is_refused(of: Scale, answers: dict[str, int], message: str) -> None:
    with pytest.raises(ScaleError, match=message):
        score(of, answers)


def test_an_unknown_scale_is_refused() -> None:
    with pytest.raises(ScaleError, match="no scale poss"):
        scale("poss")


@pytest.mark.parametrize(
    ("now", "points"),
    [(120, 2), (144, 2), (145, 1), (96, 2), (95, 1), (179, 1), (180, 0), (60, 0), (61, 1)],
)
def test_the_circulation_item_from_the_baseline(now: float, points: int) -> None:
    assert aldrete_circulation(120, now) == points


@pytest.mark.parametrize(("now", "points"), [(120, 2), (144, 2), (145, 1), (168, 1), (169, 0), (71, 0)])
def test_the_vitals_item_of_mpadss_from_the_baseline(now: float, points: int) -> None:
    assert mpadss_vitals(120, now) == points


@pytest.mark.parametrize(
    ("spo2", "on_oxygen", "points"),
    [(98, False, 2), (93, False, 2), (92, False, 1), (90, False, 0), (95, True, 1), (90, True, 0)],
)
def test_the_oxygen_item(spo2: float, on_oxygen: bool, points: int) -> None:
    assert aldrete_oxygen(spo2, on_oxygen=on_oxygen) == points


def test_without_a_baseline_nothing_is_suggested() -> None:
    with pytest.raises(ScaleError, match="no baseline"):
        aldrete_circulation(0, 120)


def test_aldrete_passes_at_nine_without_a_zero() -> None:
    assert aldrete_passes(score(ALDRETE, ALDRETE_FULL)) == ""
    assert "Aldrete is 8" in aldrete_passes(score(ALDRETE, {**ALDRETE_FULL, "activity": 1, "circulation": 1}))
    low_oxygen = score(ALDRETE, {**ALDRETE_FULL, "oxygen": 1})
    assert "oxygen item" in aldrete_passes(low_oxygen)
    assert aldrete_passes(low_oxygen, oxygen_at_baseline=True) == ""


def scored(of: Scale, level: int) -> Score:
    return score(of, {of.items[0].id: level})


READY = DischargeFacts(
    observed_min=60,
    required_min=60,
    moaas=scored(MOAAS, 5),
    dissociation=scored(DISSOCIATION, 0),
    aldrete=score(ALDRETE, ALDRETE_FULL),
    mpadss=score(MPADSS, MPADSS_FULL),
    systolic=125,
    diastolic=80,
    pressure_age_min=5,
    baseline_systolic=120,
    baseline_diastolic=78,
    confirmed=frozenset(check.id for check in CONFIRMATIONS),
)


def test_who_meets_everything_may_leave() -> None:
    assert gate(READY) == ()


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (replace(READY, observed_min=59.5), "Observe for 1 more min"),
        (replace(READY, observed_min=20, required_min=10), "Observe for 10 more min (30 min"),
        (replace(READY, moaas=None), "Score MOAA/S."),
        (replace(READY, moaas=scored(MOAAS, 4)), "MOAA/S is 4"),
        (replace(READY, dissociation=None), "Score dissociation."),
        (replace(READY, dissociation=scored(DISSOCIATION, 1)), "Dissociation is 1"),
        (replace(READY, aldrete=None), "Score Aldrete."),
        (replace(READY, aldrete=score(ALDRETE, {**ALDRETE_FULL, "oxygen": 1})), "oxygen item"),
        (replace(READY, mpadss=None), "Score MPADSS."),
        (replace(READY, mpadss=score(MPADSS, {**MPADSS_FULL, "walking": 0})), "MPADSS is 8"),
        (replace(READY, systolic=None), "Take a blood pressure."),
        (replace(READY, pressure_age_min=16), "is 16 min old"),
        (replace(READY, baseline_systolic=None), "no baseline pressure"),
        (replace(READY, systolic=151), "Blood pressure 151/80"),
        (replace(READY, systolic=95), "Blood pressure 95/80"),
        (replace(READY, diastolic=96), "Blood pressure 125/96"),
    ],
)
def test_each_unmet_condition_is_one_sentence(facts: DischargeFacts, message: str) -> None:
    (unmet,) = gate(facts)
    assert message in unmet


@pytest.mark.parametrize("check", CONFIRMATIONS, ids=lambda check: check.id)
def test_each_missing_confirmation_is_one_sentence(check: object) -> None:
    missing = next(candidate for candidate in CONFIRMATIONS if candidate is check)
    assert gate(replace(READY, confirmed=READY.confirmed - {missing.id})) == (missing.unmet,)


def test_a_raised_pressure_up_to_150_over_95_passes_against_a_low_baseline() -> None:
    assert (
        gate(replace(READY, baseline_systolic=100, baseline_diastolic=60, systolic=150, diastolic=95)) == ()
    )


def test_a_normal_pressure_after_a_high_baseline_passes() -> None:
    assert (
        gate(replace(READY, baseline_systolic=165, baseline_diastolic=104, systolic=125, diastolic=80)) == ()
    )


def test_a_high_baseline_passes_within_a_fifth() -> None:
    assert (
        gate(replace(READY, baseline_systolic=150, baseline_diastolic=95, systolic=170, diastolic=100)) == ()
    )


def test_nothing_known_never_passes() -> None:
    assert len(gate(DischargeFacts(observed_min=0))) == 6 + len(CONFIRMATIONS)


def test_a_score_of_another_scale_is_an_error_of_the_program() -> None:
    with pytest.raises(ValueError, match="dissociation score was given for moaas"):
        gate(replace(READY, moaas=scored(DISSOCIATION, 4)))
