"""Alarm limits and hold rules: which value breaches what, and when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.hold import HOLD_RULES, HoldLevel, Sign, met, sentence
from console.clinical.limits import (
    KETAMINE_ADULT,
    Ring,
    VitalLimits,
    auto_limits,
    breach,
    delay_of,
    is_beyond,
    is_over,
    limit_verdict,
    move_high,
    move_low,
    problems,
)
from console.clinical.vitals import VITALS, Vital


def limits(vital: Vital) -> VitalLimits:
    found = KETAMINE_ADULT.of(vital)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("vital", "value", "ring"),
    [
        (Vital.SPO2, 92, None), (Vital.SPO2, 91, Ring.MEDIUM_LOW), (Vital.SPO2, 88, Ring.EXTREME_LOW),
        (Vital.SPO2, 89, Ring.MEDIUM_LOW), (Vital.SPO2, 100, None),
        (Vital.HR, 50, None), (Vital.HR, 49, Ring.MEDIUM_LOW), (Vital.HR, 40, Ring.EXTREME_LOW),
        (Vital.HR, 120, None), (Vital.HR, 121, Ring.MEDIUM_HIGH), (Vital.PR, 140, Ring.EXTREME_HIGH),
        (Vital.RR, 8, None), (Vital.RR, 7, Ring.MEDIUM_LOW), (Vital.RR, 29, Ring.MEDIUM_HIGH),
        (Vital.ETCO2, 24, Ring.MEDIUM_LOW), (Vital.ETCO2, 51, Ring.MEDIUM_HIGH),
        (Vital.NIBP_SYS, 165, None), (Vital.NIBP_SYS, 166, Ring.MEDIUM_HIGH),
        (Vital.NIBP_SYS, 180, Ring.EXTREME_HIGH), (Vital.NIBP_SYS, 89, Ring.MEDIUM_LOW),
        (Vital.NIBP_DIA, 101, Ring.MEDIUM_HIGH), (Vital.NIBP_DIA, 110, Ring.EXTREME_HIGH),
        (Vital.NIBP_MEAN, 121, Ring.MEDIUM_HIGH), (Vital.NIBP_MEAN, 59, Ring.MEDIUM_LOW),
    ],
)  # fmt: skip
def test_the_adult_preset(vital: Vital, value: float, ring: Ring | None) -> None:
    assert breach(limits(vital), value) is ring


def test_the_preset_is_sound_and_names_its_other_figures() -> None:
    assert problems(KETAMINE_ADULT) == ()
    assert (KETAMINE_ADULT.apnoea_s, KETAMINE_ADULT.probe_off_s) == (20.0, 10.0)
    assert (KETAMINE_ADULT.moaas_high, KETAMINE_ADULT.moaas_medium) == (2, 3)
    assert KETAMINE_ADULT.of(Vital.TEMP) is None


@pytest.mark.parametrize(
    ("vital", "ring", "seconds"),
    [
        (Vital.SPO2, Ring.MEDIUM_LOW, 10), (Vital.SPO2, Ring.EXTREME_LOW, 0), (Vital.HR, Ring.MEDIUM_HIGH, 5),
        (Vital.RR, Ring.MEDIUM_LOW, 10), (Vital.ETCO2, Ring.MEDIUM_HIGH, 10),
        (Vital.NIBP_SYS, Ring.EXTREME_HIGH, 0),
    ],
)  # fmt: skip
def test_delays(vital: Vital, ring: Ring, seconds: float) -> None:
    assert delay_of(limits(vital), ring) == seconds


def test_an_alarm_is_over_two_units_inside() -> None:
    assert not is_over(limits(Vital.SPO2), Ring.MEDIUM_LOW, 93)
    assert is_over(limits(Vital.SPO2), Ring.MEDIUM_LOW, 94)
    assert not is_over(limits(Vital.HR), Ring.MEDIUM_HIGH, 119)
    assert is_over(limits(Vital.HR), Ring.MEDIUM_HIGH, 118)


def test_an_alarm_at_the_very_top_can_still_clear() -> None:
    strict = replace(limits(Vital.SPO2), low=99)
    assert is_over(strict, Ring.MEDIUM_LOW, 100)


@given(st.sampled_from(KETAMINE_ADULT.vitals), st.sampled_from(Ring), st.floats(min_value=0, max_value=350))
def test_a_breach_is_never_over_while_it_lasts(found: VitalLimits, ring: Ring, value: float) -> None:
    if breach(found, value) is ring:
        assert not is_over(found, ring, value)


@given(
    st.sampled_from(KETAMINE_ADULT.vitals),
    st.lists(st.tuples(st.booleans(), st.floats(min_value=-50, max_value=400)), max_size=6),
)
def test_moved_limits_stay_apart_and_inside(start: VitalLimits, moves: list[tuple[bool, float]]) -> None:
    found = start
    for low, value in moves:
        found = move_low(found, value) if low else move_high(found, value)
    assert problems(KETAMINE_ADULT.with_limits(found)) == ()


@given(st.sampled_from(KETAMINE_ADULT.vitals), st.floats(min_value=0, max_value=350))
def test_a_value_beyond_an_extreme_limit_is_beyond_the_inner_one_too(
    found: VitalLimits, value: float
) -> None:
    beyond = {ring for ring in Ring if is_beyond(found, ring, value)}
    if Ring.EXTREME_LOW in beyond:
        assert Ring.MEDIUM_LOW in beyond
    if Ring.EXTREME_HIGH in beyond:
        assert Ring.MEDIUM_HIGH in beyond
    assert (breach(found, value) is None) == (not beyond)


@pytest.mark.req("ALM-LIMITS")
@pytest.mark.parametrize(
    ("found", "recent", "said"),
    [
        (limits(Vital.HR), [70, 72, 76], ""),
        (limits(Vital.HR), [], ""),
        (replace(limits(Vital.HR), low=80), [84, 82, 76],
         "HR low limit 80 alarms at once: the value is 76 /min now."),
        (replace(limits(Vital.HR), low=80), [71, 78, 76],
         "HR low limit 80 alarms all the time: the recent values are 71 to 78 /min."),
        (replace(limits(Vital.HR), high=70), [71, 78],
         "HR high limit 70 alarms all the time: the recent values are 71 to 78 /min."),
        (replace(limits(Vital.HR), high=70), [78, 69], ""),
        (replace(limits(Vital.HR), low=40), [76],
         "HR low limit 40 never alarms: the extreme low limit 40 comes first."),
        (replace(limits(Vital.NIBP_SYS), high=180), [120],
         "Systolic high limit 180 never alarms: the extreme high limit 180 comes first."),
        (replace(limits(Vital.RR), low=0), [14], "RR low limit 0 never alarms: no value lies below 0 /min."),
        (replace(limits(Vital.SPO2), high=100), [97],
         "SpO₂ high limit 100 never alarms: no value lies above 100 %."),
        (replace(limits(Vital.HR), low=40, high=70), [76],
         "HR high limit 70 alarms at once: the value is 76 /min now."),
    ],
)  # fmt: skip
def test_limits_that_make_no_sense_are_told(found: VitalLimits, recent: list[float], said: str) -> None:
    assert limit_verdict(found, recent) == said


def test_the_preset_makes_sense_for_a_healthy_adult() -> None:
    healthy = {
        Vital.SPO2: 98, Vital.HR: 72, Vital.PR: 72, Vital.RR: 14, Vital.ETCO2: 38, Vital.NIBP_SYS: 122,
        Vital.NIBP_DIA: 78, Vital.NIBP_MEAN: 92,
    }  # fmt: skip
    assert [limit_verdict(found, [healthy[found.vital]]) for found in KETAMINE_ADULT.vitals] == [""] * 8


@given(
    st.sampled_from(KETAMINE_ADULT.vitals),
    st.one_of(st.none(), st.floats(0, 350)),
    st.one_of(st.none(), st.floats(0, 350)),
    st.lists(st.floats(0, 350), max_size=5),
)
def test_a_verdict_is_empty_only_for_limits_the_current_value_keeps(
    start: VitalLimits, low: float | None, high: float | None, recent: list[float]
) -> None:
    found = replace(start, low=low, high=high)
    said = limit_verdict(found, recent)
    outside = recent and any(
        is_beyond(found, ring, recent[-1]) for ring in (Ring.MEDIUM_LOW, Ring.MEDIUM_HIGH)
    )
    assert ("alarms at once" in said or "alarms all the time" in said) == bool(outside)
    assert said == "" or said.endswith(".")


def test_a_limit_pushes_the_other() -> None:
    assert move_low(limits(Vital.HR), 118) == replace(limits(Vital.HR), low=118, high=123)
    assert move_high(limits(Vital.HR), 52) == replace(limits(Vital.HR), low=47, high=52)
    assert move_low(limits(Vital.HR), 139) == replace(limits(Vital.HR), low=135, high=140)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (replace(KETAMINE_ADULT.vitals[1], low=118), "at least 5 /min above"),
        (replace(KETAMINE_ADULT.vitals[1], extreme_low=60), "extreme low limit must not be above"),
        (replace(KETAMINE_ADULT.vitals[1], extreme_high=110), "extreme high limit must not be below"),
        (replace(KETAMINE_ADULT.vitals[1], extreme_high=400), "outside 10 to 350"),
    ],
)
def test_unsound_limits_are_named(changed: VitalLimits, message: str) -> None:
    found = problems(KETAMINE_ADULT.with_limits(changed))
    assert len(found) == 1
    assert message in found[0]


def test_automatic_limits_worked_by_hand() -> None:
    current = {
        Vital.HR: 70.0, Vital.RR: 14.0, Vital.NIBP_SYS: 120.0, Vital.NIBP_DIA: 75.0, Vital.NIBP_MEAN: 90.0,
        Vital.SPO2: 98.0,
    }  # fmt: skip
    auto = auto_limits(KETAMINE_ADULT, current)
    pairs = {found.vital: (found.low, found.high) for found in auto.vitals}
    assert pairs[Vital.HR] == (56, 88)
    assert pairs[Vital.RR] == (7, 21)
    assert pairs[Vital.NIBP_SYS] == (92, 141)
    assert pairs[Vital.NIBP_DIA] == (57, 96)
    assert pairs[Vital.NIBP_MEAN] == (69, 112)
    assert pairs[Vital.SPO2] == (92, None)


@given(st.dictionaries(st.sampled_from(Vital), st.floats(min_value=1, max_value=320)))
def test_automatic_limits_are_always_sound_and_never_widen_the_extremes(current: dict[Vital, float]) -> None:
    auto = auto_limits(KETAMINE_ADULT, current)
    assert problems(auto) == ()
    for found in auto.vitals:
        before = limits(found.vital)
        assert (found.extreme_low, found.extreme_high) == (before.extreme_low, before.extreme_high)


def levels(sign: Vital | Sign, value: float, baseline: float | None = None) -> set[HoldLevel]:
    return {rule.level for rule in met(sign, value, baseline)}


N, A, T = HoldLevel.DO_NOT_START, HoldLevel.ADVISORY, HoldLevel.NOTIFY
P, D = HoldLevel.SUGGEST_PAUSE, HoldLevel.PRESCRIBER


@pytest.mark.parametrize(
    ("sign", "value", "expected"),
    [
        (Vital.NIBP_SYS, 139, set()), (Vital.NIBP_SYS, 140, {D}), (Vital.NIBP_SYS, 150, {D, A}),
        (Vital.NIBP_SYS, 160, {D, N, A}), (Vital.NIBP_SYS, 165, {D, N, A, T}),
        (Vital.NIBP_SYS, 180, {D, N, A, T, P}),
        (Vital.NIBP_SYS, 99, {A}), (Vital.NIBP_SYS, 89, {A, N, T}), (Vital.NIBP_SYS, 79, {A, N, T, P}),
        (Vital.NIBP_DIA, 89, set()), (Vital.NIBP_DIA, 90, {D}), (Vital.NIBP_DIA, 100, {D, N, A, T}),
        (Vital.NIBP_DIA, 110, {D, N, A, T, P}),
        (Vital.HR, 110, set()), (Vital.HR, 111, {N, A}), (Vital.HR, 121, {N, A, T}),
        (Vital.HR, 141, {N, A, T, P}),
        (Vital.PR, 49, {N, A}), (Vital.PR, 44, {N, A, T}), (Vital.PR, 39, {N, A, T, P}),
        (Vital.SPO2, 94, set()), (Vital.SPO2, 93, {N, A}), (Vital.SPO2, 91, {N, A, T}),
        (Vital.SPO2, 89, {N, A, T, P}),
        (Vital.RR, 9, {N, A}), (Vital.RR, 8.5, {N, A, T}), (Vital.RR, 7, {N, A, T, P}), (Vital.RR, 25, {N}),
        (Vital.RR, 29, {N, A}), (Sign.APNOEA_S, 20, {P}), (Vital.ETCO2, 51, {A}), (Vital.ETCO2, 56, {A, T}),
        (Vital.ETCO2, 61, {A, T, P}), (Vital.ETCO2, 24, {A}), (Sign.MOAAS, 5, set()), (Sign.MOAAS, 4, {N}),
        (Sign.MOAAS, 3, {N, A}), (Sign.MOAAS, 2, {N, A, T}), (Sign.MOAAS, 1, {N, A, T, P}),
        (Sign.CADSS6, 12, {A}), (Sign.CADSS6, 16, {A, T}), (Sign.DISTRESS, 7, {T}), (Sign.RASS, 3, {P}),
    ],
)  # fmt: skip
def test_hold_rules(sign: Vital | Sign, value: float, expected: set[HoldLevel]) -> None:
    assert levels(sign, value) == expected


def test_a_quarter_above_baseline_is_an_advisory() -> None:
    assert levels(Vital.NIBP_SYS, 125, 100) == {A}
    assert levels(Vital.NIBP_SYS, 124, 100) == set()


def test_a_pressure_of_one_eighty_is_repeated_and_of_two_hundred_is_not() -> None:
    pauses = [rule for rule in met(Vital.NIBP_SYS, 200) if rule.level is P]
    assert sorted(rule.repeat_within_s for rule in pauses) == [0.0, 120.0]
    assert [rule.repeat_within_s for rule in met(Vital.NIBP_SYS, 185) if rule.level is P] == [120.0]


def test_low_oxygen_has_to_last_a_quarter_minute() -> None:
    timed = {rule.level: rule.for_s for rule in met(Vital.SPO2, 85)}
    assert timed == {N: 0.0, A: 0.0, T: 15.0, P: 15.0}


def test_every_rule_has_an_id_and_a_sentence() -> None:
    ids = [rule.rule for rule in HOLD_RULES]
    assert len(set(ids)) == len(ids)
    for rule in HOLD_RULES:
        text = sentence(rule, 123)
        assert text.rstrip().endswith(".")
        label = VITALS[rule.sign].label if isinstance(rule.sign, Vital) else ""
        assert text.startswith(label)
