"""The predicted curve is exact: drug is conserved and no step size matters."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.pk import (
    BAND_FRACTION,
    LABEL,
    MARKS,
    Model,
    ModelName,
    Segment,
    State,
    domino,
    kamp,
    state_after,
)


def model(name: ModelName, weight_kg: float = 70.0) -> Model:
    found = Model.for_patient(weight_kg, 40, name)
    assert found is not None
    return found


def numbers(state: State) -> tuple[float, float, float, float]:
    return (state.a1_mg, state.a2_mg, state.a3_mg, state.ce_mg_l)


BOTH = pytest.mark.parametrize("name", list(ModelName))


@BOTH
def test_the_usual_infusion_ends_in_the_published_range(name: ModelName) -> None:
    found = model(name)
    end = found.step(State.zero(), 0.875, 40)
    assert 150 <= found.plasma_ng_ml(end) <= 270
    assert 150 <= found.effect_ng_ml(end) <= found.plasma_ng_ml(end)


def test_the_recommended_models_read_what_independent_codes_read() -> None:
    assert model(ModelName.KAMP).trajectory([Segment(40, 0.875)])[-1].effect_ng_ml == pytest.approx(
        245, abs=1
    )
    assert model(ModelName.DOMINO).trajectory([Segment(40, 0.875)])[-1].plasma_ng_ml == pytest.approx(
        240, abs=1
    )


@BOTH
def test_the_area_to_infinity_is_dose_over_clearance(name: ModelName) -> None:
    found = model(name)
    dose_mg, stride = 35.0, 0.05
    curve = [
        point.plasma_ng_ml / 1000 for point in found.trajectory([Segment(40, dose_mg / 40)], stride * 60)
    ]
    state = found.step(State.zero(), dose_mg / 40, 40)
    area = float(np.trapezoid(curve, dx=stride))
    # Afterwards the strides double: the curve only falls, ever more slowly.
    for width, steps in ((0.05, 4000), (1.0, 5000), (20.0, 4000)):
        tail = [found.plasma_ng_ml(state) / 1000]
        for _ in range(steps):
            state = found.step(state, 0.0, width)
            tail.append(found.plasma_ng_ml(state) / 1000)
        area += float(np.trapezoid(tail, dx=width))
    assert area == pytest.approx(dose_mg / found.parameters.cl_l_min, rel=1e-4)


@BOTH
def test_the_steady_state_is_rate_over_clearance(name: ModelName) -> None:
    found = model(name)
    late = found.step(State.zero(), 0.5, 1e6)
    expected = 0.5 / found.parameters.cl_l_min * 1000
    assert found.plasma_ng_ml(late) == pytest.approx(expected, rel=1e-9)
    assert found.effect_ng_ml(late) == pytest.approx(expected, rel=1e-9)


@given(
    name=st.sampled_from(ModelName),
    weight=st.floats(min_value=40, max_value=140),
    rate=st.floats(min_value=0, max_value=5),
    parts=st.lists(st.floats(min_value=0, max_value=60), min_size=1, max_size=6),
)
def test_split_steps_equal_a_single_step(
    name: ModelName, weight: float, rate: float, parts: list[float]
) -> None:
    found = model(name, weight)
    split = State.zero()
    for minutes in parts:
        split = found.step(split, rate, minutes)
    whole = found.step(State.zero(), rate, math.fsum(parts))
    assert numbers(split) == pytest.approx(numbers(whole), rel=1e-9, abs=1e-12)


@given(
    segments=st.lists(
        st.tuples(st.floats(min_value=0.1, max_value=30), st.sampled_from([0.0, 0.2, 0.875, 1.5])),
        min_size=1,
        max_size=5,
    ),
    every_s=st.sampled_from([1.0, 7.0, 10.0, 60.0]),
)
def test_pauses_and_rate_changes_are_exact_whatever_the_stride(
    segments: list[tuple[float, float]], every_s: float
) -> None:
    found = model(ModelName.KAMP)
    planned = [Segment(minutes, rate) for minutes, rate in segments]
    curve = found.trajectory(planned, every_s)
    end = state_after(found, planned)
    assert curve[-1].plasma_ng_ml == pytest.approx(found.plasma_ng_ml(end), rel=1e-9)
    assert curve[-1].effect_ng_ml == pytest.approx(found.effect_ng_ml(end), rel=1e-9)
    assert curve[-1].minute == pytest.approx(sum(segment.minutes for segment in planned), abs=1e-6)
    minutes = [point.minute for point in curve]
    assert minutes == sorted(minutes)


@given(
    first=st.floats(min_value=0, max_value=3), second=st.floats(min_value=0, max_value=3),
    minutes=st.floats(min_value=0.1, max_value=120),
)  # fmt: skip
def test_the_model_is_linear_in_the_rate(first: float, second: float, minutes: float) -> None:
    found = model(ModelName.DOMINO)
    apart = np.add(
        numbers(found.step(State.zero(), first, minutes)), numbers(found.step(State.zero(), second, minutes))
    )
    assert numbers(found.step(State.zero(), first + second, minutes)) == pytest.approx(tuple(apart), rel=1e-9)


def test_nothing_given_is_nothing_predicted() -> None:
    assert model(ModelName.KAMP).step(State.zero(), 0.0, 500) == State.zero()


def test_the_step_agrees_with_an_independent_integration() -> None:
    found = model(ModelName.KAMP)
    p = found.parameters
    a = np.zeros(4)

    def slope(x: np.ndarray) -> np.ndarray:
        out = p.cl_l_min / p.v1_l * x[0]
        there2, back2 = p.q2_l_min / p.v1_l * x[0], p.q2_l_min / p.v2_l * x[1]
        there3, back3 = p.q3_l_min / p.v1_l * x[0], p.q3_l_min / p.v3_l * x[2]
        return np.array(
            [0.875 - out - there2 + back2 - there3 + back3, there2 - back2, there3 - back3,
             p.ke0_per_min * (x[0] / p.v1_l - x[3])]
        )  # fmt: skip

    h = 0.01
    for _ in range(4000):
        k1 = slope(a)
        k2 = slope(a + h / 2 * k1)
        k3 = slope(a + h / 2 * k2)
        k4 = slope(a + h * k3)
        a = a + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    assert numbers(found.step(State.zero(), 0.875, 40)) == pytest.approx(tuple(a), rel=1e-8)


def test_the_prediction_goes_on_from_now_and_then_falls() -> None:
    found = model(ModelName.KAMP)
    now = found.step(State.zero(), 0.875, 20)
    ahead = found.predict(now, [Segment(20, 0.875)], 60, every_s=60)
    assert ahead[0].plasma_ng_ml == found.plasma_ng_ml(now)
    assert ahead[-1].minute == pytest.approx(60)
    peak = max(ahead, key=lambda point: point.plasma_ng_ml)
    assert peak.minute == pytest.approx(20)
    assert ahead[-1].plasma_ng_ml < 0.5 * peak.plasma_ng_ml
    assert len(found.predict(now, [Segment(90, 0.875)], 10, every_s=60)) == 11


@pytest.mark.parametrize(
    ("weight", "age", "shown"),
    [(70, 40, True), (40, 18, True), (140, 80, True), (39.9, 40, False), (140.1, 40, False), (70, 17, False),
     (70, 81, False)],
)  # fmt: skip
def test_outside_its_population_no_curve_is_shown(weight: float, age: int, shown: bool) -> None:
    assert (Model.for_patient(weight, age) is not None) == shown


def test_the_label_says_that_nothing_was_measured() -> None:
    assert LABEL == "model prediction (typical adult), not measured"
    assert model(ModelName.KAMP).label == f"Kamp 2020: {LABEL}"
    assert BAND_FRACTION == 0.35
    assert [mark.label for mark in MARKS] == ["analgesia", "dissociation", "awakening", "anaesthesia"]


def test_published_parameters_and_their_scaling() -> None:
    seventy, heavy = kamp(70), kamp(140)
    assert (seventy.v1_l, seventy.v2_l, seventy.v3_l) == (25, 56, 157)
    assert seventy.cl_l_min * 60 == pytest.approx(84)
    assert seventy.ke0_per_min == 0.304
    assert heavy.v1_l == 50
    assert heavy.cl_l_min / seventy.cl_l_min == pytest.approx(2**0.75)
    adult = domino(70)
    assert adult.v1_l == pytest.approx(4.41)
    assert adult.v2_l == pytest.approx(10.57, abs=0.01)
    assert adult.v3_l == pytest.approx(178.2, abs=0.1)
    assert adult.cl_l_min == pytest.approx(1.93, abs=0.01)
    assert adult.ke0_per_min == 0.652


@pytest.mark.parametrize(("rate", "minutes"), [(-1.0, 1.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf)])
def test_impossible_steps_are_errors(rate: float, minutes: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        model(ModelName.KAMP).step(State.zero(), rate, minutes)
    with pytest.raises(ValueError, match="above zero"):
        model(ModelName.KAMP).trajectory([Segment(1, 1)], every_s=0)
