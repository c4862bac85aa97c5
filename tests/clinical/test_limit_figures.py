"""Every figure of the alarm preset, written out again; and when an alarm is over, to the unit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.clinical.limits import (
    KETAMINE_ADULT,
    AlarmPreset,
    Ring,
    VitalLimits,
    auto_limits,
    is_beyond,
    is_over,
    limit_verdict,
)
from console.clinical.vitals import Vital

# vital: low, high, extreme low, extreme high, delay, extreme delay, hysteresis, gap
FIGURES = {
    Vital.SPO2: (92, None, 88, None, 10, 0, 2, 2),
    Vital.HR: (50, 120, 40, 140, 5, 5, 2, 5),
    Vital.PR: (50, 120, 40, 140, 5, 5, 2, 5),
    Vital.RR: (8, 28, None, None, 10, 0, 2, 5),
    Vital.ETCO2: (25, 50, None, None, 10, 0, 2, 5),
    Vital.NIBP_SYS: (90, 165, None, 180, 0, 0, 2, 5),
    Vital.NIBP_DIA: (50, 100, None, 110, 0, 0, 2, 5),
    Vital.NIBP_MEAN: (60, 120, None, None, 0, 0, 2, 5),
}


def limits(vital: Vital) -> VitalLimits:
    found = KETAMINE_ADULT.of(vital)
    assert found is not None
    return found


def test_the_preset_is_this_table() -> None:
    told = {
        one.vital: (
            one.low, one.high, one.extreme_low, one.extreme_high,
            one.delay_s, one.extreme_delay_s, one.hysteresis, one.min_gap,
        )
        for one in KETAMINE_ADULT.vitals
    }  # fmt: skip
    assert told == FIGURES
    assert (KETAMINE_ADULT.name, KETAMINE_ADULT.version) == ("KETAMINE-ADULT", 1)


@pytest.mark.parametrize(
    ("vital", "ring", "still", "over"),
    [
        (Vital.SPO2, Ring.EXTREME_LOW, 89, 90),
        (Vital.HR, Ring.EXTREME_LOW, 41, 42),
        (Vital.HR, Ring.EXTREME_HIGH, 139, 138),
        (Vital.HR, Ring.MEDIUM_LOW, 51, 52),
        (Vital.NIBP_SYS, Ring.EXTREME_HIGH, 179, 178),
    ],
)
@pytest.mark.req("ALM-HYSTERESIS")
def test_each_ring_is_over_two_units_inside_its_own_limit(
    vital: Vital, ring: Ring, still: float, over: float
) -> None:
    assert not is_over(limits(vital), ring, still)
    assert is_over(limits(vital), ring, over)


@pytest.mark.req("ALM-HYSTERESIS")
def test_narrow_inner_limits_clear_in_their_middle_and_extreme_ones_by_the_whole_way() -> None:
    narrow = VitalLimits(Vital.RR, 10, 13, extreme_low=10, extreme_high=13)
    assert not is_over(narrow, Ring.MEDIUM_LOW, 11.4)
    assert is_over(narrow, Ring.MEDIUM_LOW, 11.5)
    assert not is_over(narrow, Ring.MEDIUM_HIGH, 11.6)
    assert is_over(narrow, Ring.MEDIUM_HIGH, 11.5)
    assert not is_over(narrow, Ring.EXTREME_LOW, 11.9)
    assert is_over(narrow, Ring.EXTREME_LOW, 12)
    assert not is_over(narrow, Ring.EXTREME_HIGH, 11.1)
    assert is_over(narrow, Ring.EXTREME_HIGH, 11)


def test_a_limit_that_is_switched_off_is_neither_passed_nor_lasting() -> None:
    bare = VitalLimits(Vital.RR, None, None)
    for ring in Ring:
        assert is_beyond(bare, ring, 0) is False
        assert is_over(bare, ring, 0) is True
    one_sided = VitalLimits(Vital.RR, 8, None)
    assert not is_over(one_sided, Ring.MEDIUM_LOW, 9)
    assert is_over(one_sided, Ring.MEDIUM_LOW, 10)
    assert limit_verdict(bare, [14]) == ""


def wide(vital: Vital) -> AlarmPreset:
    """A preset of one vital sign whose extreme limits bind nothing."""
    return AlarmPreset("WIDE", 1, (VitalLimits(vital, 1, 340),), 20.0, 10.0, 2, 3)


@pytest.mark.parametrize(
    ("vital", "value", "low", "high"),
    [
        (Vital.HR, 100, 80, 125),
        (Vital.HR, 45, 40, 56),
        (Vital.HR, 200, 160, 240),
        (Vital.PR, 50, 40, 62),
        (Vital.RR, 16, 8, 24),
        (Vital.RR, 10, 6, 15),
        (Vital.RR, 24, 12, 30),
        (Vital.NIBP_SYS, 100, 78, 124),
        (Vital.NIBP_DIA, 100, 74, 118),
        (Vital.NIBP_MEAN, 100, 76, 121),
    ],
)
def test_automatic_limits_without_extremes_worked_by_hand(
    vital: Vital, value: float, low: float, high: float
) -> None:
    found = auto_limits(wide(vital), {vital: value}).of(vital)
    assert found is not None
    assert (found.low, found.high) == (low, high)


def test_automatic_limits_leave_what_has_no_rule_and_no_value() -> None:
    unchanged = auto_limits(KETAMINE_ADULT, {Vital.SPO2: 97, Vital.ETCO2: 38, Vital.TEMP: 36.6})
    assert unchanged == KETAMINE_ADULT
    only_hr = auto_limits(KETAMINE_ADULT, {Vital.HR: 80})
    assert [one for one in only_hr.vitals if one.vital is not Vital.HR] == [
        one for one in KETAMINE_ADULT.vitals if one.vital is not Vital.HR
    ]


def test_a_changed_vital_sign_changes_no_other() -> None:
    changed = KETAMINE_ADULT.with_limits(replace(limits(Vital.RR), low=9))
    assert changed.of(Vital.RR) == replace(limits(Vital.RR), low=9)
    assert len(changed.vitals) == len(KETAMINE_ADULT.vitals)
    assert changed.of(Vital.HR) == limits(Vital.HR)
