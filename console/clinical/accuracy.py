"""How exactly a pump delivers: weighed or read volumes, start-up curve and trumpet curve. Pure.

The formulas are those pump makers print in their manuals beside curves "according to IEC 60601-2-24": the
flow of each sample ``Q_i = 60 (W_i - W_{i-1}) / (S d)`` in mL/h with the mass W in g, the sample interval S
in minutes and the density d in g/mL; the mean percentage error ``A = 100 (Q - r) / r``; and for each
observation window P the largest and the smallest mean of ``100 (Q_i - r) / r`` over ``P / S`` successive
samples. The text of the clauses was not at hand; a site that certifies by the standard compares first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

SAMPLE_MIN: Final = 0.5
"""Sample interval of the curves (IEC 60601-2-24, as printed with pumps' curves)."""

LONGEST_PAUSE_S: Final = 31.0
"""Between two weighings: a sample, and a second for a balance that prints late."""

WINDOWS_MIN: Final = (1, 2, 5, 11, 19, 31)
"""Observation windows of the trumpet curve (IEC 60601-2-24, as printed with pumps' curves)."""

LIMIT_PERCENT: Final = 5.0
"""A pump within 5 % passes (GIP safety requirement 1.2.1: 5 % accuracy); site default."""

STANDARD_MIN: Final = 120.0
"""Length of the standard's first test period; its second hour is analysed."""

AIR_G_ML, WEIGHTS_G_ML = 0.0012, 8.0
"""Density of air and of a balance's calibration weights (OIML R 111 reference conditions)."""


class NotMeasured(ValueError):
    """The figures do not make a measurement; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """One value of a balance.

    Attributes:
        at_s: Seconds since the pump was started, or any other beginning.
        grams: What the balance showed.
    """

    at_s: float
    grams: float


@dataclass(frozen=True, slots=True)
class VolumeTest:
    """A dispensed volume against the ordered one.

    Attributes:
        ordered_ml: What the pump was asked for.
        dispensed_ml: What came out.
        error_percent: Above 0 when too much came.
    """

    ordered_ml: float
    dispensed_ml: float
    error_percent: float

    def within(self, limit_percent: float = LIMIT_PERCENT) -> bool:
        """Whether the error is inside the limit; exactly on it passes."""
        return abs(self.error_percent) <= limit_percent + 1e-9


@dataclass(frozen=True, slots=True)
class FlowPoint:
    """The flow of one sample, at its end."""

    at_min: float
    flow_ml_h: float


@dataclass(frozen=True, slots=True)
class TrumpetPoint:
    """The largest and the smallest mean deviation over one observation window, percent of the rate."""

    window_min: int
    most_percent: float
    least_percent: float


@dataclass(frozen=True, slots=True)
class FlowTest:
    """Flow against time.

    Attributes:
        rate_ml_h: The rate that was ordered.
        startup: Flow of every sample from the beginning.
        analysed_from_min: Where mean error and trumpet begin.
        mean_error_percent: Over the analysed period.
        trumpet: One point for each window that fits into the analysed period.
        short: The test was shorter than the standard's two hours; its second half was analysed.
    """

    rate_ml_h: float
    startup: tuple[FlowPoint, ...]
    analysed_from_min: float
    mean_error_percent: float
    trumpet: tuple[TrumpetPoint, ...]
    short: bool

    def within(self, limit_percent: float = LIMIT_PERCENT) -> bool:
        """Whether the mean error is inside the limit; exactly on it passes."""
        return abs(self.mean_error_percent) <= limit_percent + 1e-9


def water_density_g_ml(celsius: float) -> float:
    """Density of air-free water between 0 and 40 °C (Tanaka et al., Metrologia 2001, 38:301).

    Raises:
        NotMeasured: the temperature is outside that range.
    """
    if not 0 <= celsius <= 40:
        raise NotMeasured(f"Water of {celsius:g} °C is outside 0 to 40 °C: let it come to room temperature.")
    shape = (celsius - 3.983035) ** 2 * (celsius + 301.797) / (522528.9 * (celsius + 69.34881))
    return 0.99997495 * (1 - shape)


def weighed_ml(grams: float, density_g_ml: float) -> float:
    """Volume of a liquid by its weight in air, buoyancy counted (as ISO 8655-6 does).

    Raises:
        NotMeasured: the density is no liquid's, or the weight is no number.
    """
    if not 0.5 <= density_g_ml <= 3 or not math.isfinite(grams):
        raise NotMeasured("Enter the weight in g, and the density of the liquid in g/mL (water: 0.998).")
    return grams / density_g_ml * (1 - AIR_G_ML / WEIGHTS_G_ML) / (1 - AIR_G_ML / density_g_ml)


def volume_test(ordered_ml: float, dispensed_ml: float) -> VolumeTest:
    """Compare a volume.

    Raises:
        NotMeasured: the ordered volume is not above 0, or the dispensed one is no volume.
    """
    if not (math.isfinite(ordered_ml) and ordered_ml > 0):
        raise NotMeasured("Nothing was ordered: enter the volume in mL.")
    if not (math.isfinite(dispensed_ml) and dispensed_ml >= 0):
        raise NotMeasured("A dispensed volume is 0 mL or more: weigh or read it again.")
    return VolumeTest(ordered_ml, dispensed_ml, 100 * (dispensed_ml - ordered_ml) / ordered_ml)


def mean_error_percent(tests: Sequence[VolumeTest]) -> float:
    """Error of several volumes together, each by its size.

    Raises:
        NotMeasured: there are none.
    """
    ordered = math.fsum(test.ordered_ml for test in tests)
    return volume_test(ordered, math.fsum(test.dispensed_ml for test in tests)).error_percent


def sampled_ml(weighings: Sequence[Weighing], density_g_ml: float) -> tuple[float, ...]:
    """Volume dispensed by each half minute after the first weighing, interpolated between weighings.

    Raises:
        NotMeasured: too few weighings, time that does not go forward, or a pause in them.
    """
    if len(weighings) < 2:
        raise NotMeasured("The balance gave fewer than two weights: check that it prints by itself.")
    if not all(math.isfinite(one.at_s) and math.isfinite(one.grams) for one in weighings):
        raise NotMeasured("A weight or its time is no number.")
    for before, after in pairwise(weighings):
        if after.at_s <= before.at_s:
            raise NotMeasured(f"The time goes back at {after.at_s:g} s: sort the weights by time.")
        if after.at_s - before.at_s > LONGEST_PAUSE_S:
            raise NotMeasured(
                f"There is no weight between {before.at_s:g} s and {after.at_s:g} s: "
                "let the balance print at least every 30 s."
            )
    first = weighings[0]
    count = int((weighings[-1].at_s - first.at_s) / (SAMPLE_MIN * 60) + 1e-9)
    samples, place = [], 0
    for number in range(count + 1):
        at_s = first.at_s + number * SAMPLE_MIN * 60
        while place < len(weighings) - 2 and weighings[place + 1].at_s < at_s:
            place += 1
        before, after = weighings[place], weighings[place + 1]
        share = (at_s - before.at_s) / (after.at_s - before.at_s)
        grams = before.grams + share * (after.grams - before.grams)
        samples.append(weighed_ml(grams - first.grams, density_g_ml))
    return tuple(samples)


def flows_ml_h(volumes_ml: Sequence[float]) -> tuple[float, ...]:
    """Flow of each sample from the volumes at the half minutes."""
    return tuple((after - before) * 60 / SAMPLE_MIN for before, after in pairwise(volumes_ml))


def trumpet(flows: Sequence[float], rate_ml_h: float) -> tuple[TrumpetPoint, ...]:
    """The trumpet curve of flows half a minute apart; windows that do not fit are left out.

    Raises:
        NotMeasured: the rate is not above 0.
    """
    deviations = [100 * (flow - _rate(rate_ml_h)) / rate_ml_h for flow in flows]
    sums = [0.0, *accumulate(deviations)]
    points = []
    for window_min in WINDOWS_MIN:
        size = round(window_min / SAMPLE_MIN)
        means = [(sums[end] - sums[end - size]) / size for end in range(size, len(sums))]
        if means:
            points.append(TrumpetPoint(window_min, max(means), min(means)))
    return tuple(points)


def flow_test(weighings: Sequence[Weighing], rate_ml_h: float, density_g_ml: float) -> FlowTest:
    """Start-up curve, mean error and trumpet curve of one run on a balance.

    Of two hours and more the second hour is analysed, as the standard does for syringe pumps; of a shorter
    run its second half, and the result says that it was short.

    Raises:
        NotMeasured: the weighings do not make a measurement.
    """
    flows = flows_ml_h(sampled_ml(weighings, density_g_ml))
    if len(flows) < 4:
        raise NotMeasured("The run was shorter than two minutes: let the pump run on.")
    short = len(flows) * SAMPLE_MIN < STANDARD_MIN
    begin = len(flows) // 2 if short else round(STANDARD_MIN / 2 / SAMPLE_MIN)
    end = len(flows) if short else round(STANDARD_MIN / SAMPLE_MIN)
    analysed = flows[begin:end]
    mean = math.fsum(analysed) / len(analysed)
    return FlowTest(
        rate_ml_h=rate_ml_h,
        startup=tuple(FlowPoint((place + 1) * SAMPLE_MIN, flow) for place, flow in enumerate(flows)),
        analysed_from_min=begin * SAMPLE_MIN,
        mean_error_percent=100 * (mean - _rate(rate_ml_h)) / rate_ml_h,
        trumpet=trumpet(analysed, rate_ml_h),
        short=short,
    )


def _rate(rate_ml_h: float) -> float:
    if not (math.isfinite(rate_ml_h) and rate_ml_h > 0):
        raise NotMeasured("Enter the rate the pump was set to, in mL/h, above 0.")
    return rate_ml_h
