"""The response to the drug is calibrated to the published course and follows the profile."""

from __future__ import annotations

import numpy as np
import pytest

from console.devices.virtual.kinetics import KampKinetics
from console.devices.virtual.patient_profile import Baseline, PatientProfile
from console.devices.virtual.response import (
    SYSTOLIC,
    Susceptibility,
    breath_stops,
    dissociation_level,
    respond,
    sedation,
)

AVERAGE = PatientProfile(individual=False)
# Minute of a 40-minute infusion of 0.5 mg/kg: mean systolic rise, mmHg.
COURSE = {5: 1.5, 10: 5.7, 20: 11.0, 30: 13.9, 40: 16.0, 50: 7.6, 60: 4.2, 80: 2.5, 120: 1.1}


def concentrations(weight_kg: float, mg_kg: float, minutes: int, until: int) -> list[float]:
    kinetics = KampKinetics(weight_kg)
    course = [0.0]
    for second in range(until * 60):
        kinetics.give(mg_kg * weight_kg / minutes / 60 if second < minutes * 60 else 0.0, 1.0)
        if second % 60 == 59:
            course.append(kinetics.effect_ng_ml)
    return course


def test_mean_systolic_rise_follows_the_published_course() -> None:
    effect = concentrations(70, 0.5, 40, 120)
    for minute, rise in COURSE.items():
        answer = respond(effect[minute], AVERAGE, Susceptibility())
        assert answer.systolic == pytest.approx(rise, abs=0.1), f"minute {minute}"


def test_rises_at_the_end_of_the_usual_and_the_double_dose() -> None:
    usual = respond(concentrations(70, 0.5, 40, 40)[40], AVERAGE, Susceptibility())
    double = respond(concentrations(70, 1.0, 40, 40)[40], AVERAGE, Susceptibility())
    assert (usual.diastolic, usual.hr, usual.cadss) == pytest.approx((11.0, 8.0, 9.1), abs=0.15)
    assert (double.systolic, double.diastolic, double.hr, double.cadss) == pytest.approx(
        (29.1, 20.0, 14.5, 25.0), abs=0.2
    )


def test_people_differ_but_their_mean_is_the_average_person() -> None:
    rng = np.random.default_rng(1)
    people = [Susceptibility.draw(rng) for _ in range(4000)]
    systolic = np.array([person.systolic for person in people])
    assert systolic.mean() == pytest.approx(1.0, abs=0.05)
    assert systolic.std() == pytest.approx(SYSTOLIC.cv, abs=0.08)
    assert np.corrcoef(systolic, [person.diastolic for person in people])[0, 1] > 0.7
    assert {0.8 <= person.sedation <= 1.2 for person in people} == {True}


def test_age_pressure_music_and_beta_blocker_change_the_answer() -> None:
    def at_245(**changes: float | bool) -> tuple[float, float]:
        answer = respond(245, PatientProfile(individual=False, **changes), Susceptibility())  # type: ignore[arg-type]
        return answer.systolic, answer.hr

    systolic, hr = at_245()
    assert at_245(age_y=65)[0] == pytest.approx(systolic * 1.3)
    assert at_245(hypertension=True)[0] == pytest.approx(systolic * 1.5)
    assert at_245(music=True)[0] == pytest.approx(systolic * 0.85)
    assert at_245(beta_blocker=True) == pytest.approx((systolic, hr / 2))


@pytest.mark.parametrize(
    ("effect", "level"), [(0, 5), (199, 5), (245, 4), (400, 3), (600, 2), (700, 1), (1200, 0)]
)
def test_sedation_deepens_with_the_concentration(effect: float, level: int) -> None:
    assert sedation(effect) == level


def test_a_sensitive_person_sedates_at_a_lower_concentration() -> None:
    assert sedation(170, 0.8) == 4
    assert sedation(230, 1.2) == 5


def test_only_a_high_and_fast_rising_concentration_stops_the_breath() -> None:
    assert breath_stops(700, 145)
    assert not breath_stops(700, 30)
    assert not breath_stops(600, 145)


@pytest.mark.parametrize(("cadss", "level"), [(0, 0), (2, 1), (9, 2), (25, 3)])
def test_dissociation_is_told_in_four_levels(cadss: float, level: int) -> None:
    assert dissociation_level(cadss) == level


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: PatientProfile(weight_kg=700), "weight_kg"),
        (lambda: PatientProfile(age_y=float("nan")), "age_y"),
        (lambda: PatientProfile(baseline=Baseline(systolic=90, diastolic=85)), "diastolic"),
    ],
)
def test_an_impossible_profile_is_refused_by_name(build: object, field: str) -> None:
    assert callable(build)
    with pytest.raises(ValueError, match=field):
        build()
