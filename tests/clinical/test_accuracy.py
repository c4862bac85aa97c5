"""The accuracy of a pump: worked by hand, and what must hold of any series."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.accuracy import (
    WINDOWS_MIN,
    NotMeasured,
    VolumeTest,
    Weighing,
    flow_test,
    flows_ml_h,
    mean_error_percent,
    sampled_ml,
    trumpet,
    volume_test,
    water_density_g_ml,
    weighed_ml,
)

NO_BUOYANCY = 1.0 / (1 - 0.00015)
FLOWS = st.lists(st.floats(0, 200), min_size=62, max_size=140)


def steady(rate_ml_h: float, minutes: float, every_s: float = 10.0, density: float = 1.0) -> list[Weighing]:
    """A balance under a perfect pump."""
    grams_s = rate_ml_h / 3600 / weighed_ml(1.0, density)
    return [
        Weighing(n * every_s, 5.0 + n * every_s * grams_s) for n in range(round(minutes * 60 / every_s) + 1)
    ]


def test_water_weighs_what_the_tables_say() -> None:
    assert water_density_g_ml(20) == pytest.approx(0.998207, abs=2e-6)
    assert water_density_g_ml(25) == pytest.approx(0.997047, abs=2e-6)
    with pytest.raises(NotMeasured, match="room temperature"):
        water_density_g_ml(60)


def test_a_weight_in_air_is_turned_into_a_volume_as_for_pipettes() -> None:
    # ISO 8655-6 table: 1.0029 microlitre per milligram of water at 20 degrees and 101.3 kPa
    assert weighed_ml(1.0, water_density_g_ml(20)) == pytest.approx(1.0029, abs=5e-5)


@pytest.mark.req("BNC-02")
def test_ten_millilitres_that_weigh_too_little() -> None:
    test = volume_test(10.0, 9.4)
    assert test.error_percent == pytest.approx(-6.0)
    assert not test.within()
    assert volume_test(10.0, 9.5).within()
    assert volume_test(10.0, 10.5).within()
    assert not volume_test(10.0, 10.51).within()


def test_the_mean_error_of_several_volumes_counts_each_by_its_size() -> None:
    tests = [VolumeTest(10, 10.5, 5.0), VolumeTest(30, 29.5, -1.6)]
    assert mean_error_percent(tests) == pytest.approx(0.0)
    assert mean_error_percent(tests[:1]) == pytest.approx(5.0)


def test_flow_is_the_volume_of_half_a_minute() -> None:
    assert flows_ml_h([0.0, 0.1, 0.3]) == pytest.approx((12.0, 24.0))


@pytest.mark.req("BNC-02")
def test_a_trumpet_worked_by_hand() -> None:
    # rate 10: deviations in % are 0 0 +20 +20 -30 -10 0 0
    flows = [10, 10, 12, 12, 7, 9, 10, 10]
    found = trumpet(flows, 10.0)
    assert [point.window_min for point in found] == [1, 2]
    assert [point.most_percent for point in found] == pytest.approx([20.0, 10.0])
    assert [point.least_percent for point in found] == pytest.approx([-20.0, -10.0])


def test_a_perfect_pump_gives_a_flat_trumpet_of_the_second_hour() -> None:
    found = flow_test(steady(12.0, 121), 12.0, 1.0)
    assert not found.short
    assert found.analysed_from_min == 60.0
    assert found.mean_error_percent == pytest.approx(0.0, abs=1e-6)
    assert [point.window_min for point in found.trumpet] == list(WINDOWS_MIN)
    assert all(
        point.most_percent == pytest.approx(0.0, abs=1e-6)
        and point.least_percent == pytest.approx(0.0, abs=1e-6)
        for point in found.trumpet
    )
    assert len(found.startup) == 242
    assert found.startup[0].at_min == 0.5


def test_a_short_run_is_analysed_in_its_second_half_and_says_so() -> None:
    found = flow_test(steady(60.0, 10), 60.0, 1.0)
    assert found.short
    assert found.analysed_from_min == 5.0
    assert [point.window_min for point in found.trumpet] == [1, 2, 5]


def test_a_slow_start_shows_in_the_start_up_curve_and_not_in_the_mean() -> None:
    delayed = [Weighing(n * 10.0, max(0.0, (n * 10.0 - 120) / 60)) for n in range(121)]
    found = flow_test(delayed, 60.0, NO_BUOYANCY)
    assert found.startup[0].flow_ml_h == pytest.approx(0.0)
    assert found.startup[-1].flow_ml_h == pytest.approx(60.0, rel=2e-3)
    assert found.within()


def test_a_pump_ten_percent_fast_fails() -> None:
    found = flow_test(steady(66.0, 20), 60.0, 1.0)
    assert found.mean_error_percent == pytest.approx(10.0)
    assert not found.within()


@pytest.mark.parametrize(
    ("weighings", "says"),
    [
        ([], "fewer than two"),
        ([Weighing(0, 1)], "fewer than two"),
        ([Weighing(0, 1), Weighing(0, 2)], "goes back"),
        ([Weighing(0, 1), Weighing(32, 2)], "at least every 30 s"),
        ([Weighing(0, float("nan")), Weighing(10, 2)], "no number"),
    ],
)
def test_what_is_no_measurement_is_said(weighings: list[Weighing], says: str) -> None:
    with pytest.raises(NotMeasured, match=says):
        sampled_ml(weighings, 1.0)


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(NotMeasured, match="above 0"):
        trumpet([1.0] * 4, 0.0)
    with pytest.raises(NotMeasured, match="two minutes"):
        flow_test(steady(10, 1), 10, 1.0)


@given(st.floats(0.1, 500), st.integers(4, 130))
def test_a_constant_flow_at_the_rate_deviates_nowhere(rate: float, count: int) -> None:
    for point in trumpet([rate] * count, rate):
        assert point.most_percent == pytest.approx(0.0, abs=1e-6)
        assert point.least_percent == pytest.approx(0.0, abs=1e-6)


@given(FLOWS, st.floats(1, 100))
def test_no_longer_window_is_wider_than_one_minute(flows: list[float], rate: float) -> None:
    points = trumpet(flows, rate)
    first = points[0]
    assert [point.window_min for point in points] == list(WINDOWS_MIN)
    for point in points:
        assert point.least_percent <= point.most_percent + 1e-6
        assert point.most_percent <= first.most_percent + 1e-6
        assert point.least_percent >= first.least_percent - 1e-6


@given(FLOWS, st.floats(1, 100), st.floats(0.5, 2))
def test_the_curve_knows_no_units_only_shares_of_the_rate(flows: list[float], rate: float, by: float) -> None:
    for one, other in zip(trumpet(flows, rate), trumpet([by * f for f in flows], by * rate), strict=True):
        assert one.most_percent == pytest.approx(other.most_percent, abs=1e-6)


@given(st.lists(st.floats(1, 30), min_size=30, max_size=80), st.floats(1, 100))
def test_however_the_balance_prints_a_steady_flow_is_found(steps: list[float], rate: float) -> None:
    at, weighings = 0.0, [Weighing(0.0, 0.0)]
    for step in steps:
        at += step
        weighings.append(Weighing(at, at * rate / 3600))
    for flow in flows_ml_h(sampled_ml(weighings, NO_BUOYANCY)):
        assert flow == pytest.approx(rate, rel=2e-3)
