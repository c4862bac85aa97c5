"""Curves of a pump, from the figures of a signed or running test."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from console.clinical.accuracy import LIMIT_PERCENT, FlowTest
from console.session.bench import CheckResult, Figure

TRUMPET = re.compile(r"Trumpet (\d+) min (most|least)")
FLOW = re.compile(r"Flow at ([\d.]+) min")


@dataclass(frozen=True, slots=True)
class Curves:
    """What is drawn of a pump.

    Attributes:
        rate_ml_h: Rate that was ordered, None when it is not known.
        mean_percent: Mean error, None when it is not known.
        flow: Minutes and mL/h.
        trumpet: Window in minutes, most and least deviation in percent.
        analysed_from_min: Where the analysis begins.
    """

    rate_ml_h: float | None = None
    mean_percent: float | None = None
    flow: tuple[tuple[float, float], ...] = ()
    trumpet: tuple[tuple[float, float, float], ...] = ()
    analysed_from_min: float = 0.0

    @property
    def within(self) -> bool | None:
        """The mean error is inside the limit; None while it is not known."""
        return None if self.mean_percent is None else abs(self.mean_percent) <= LIMIT_PERCENT + 1e-9


def curves_of(figures: Iterable[Figure]) -> Curves:
    """The curves in the figures of a flow test; empty ones where there are none."""
    flow: list[tuple[float, float]] = []
    most: dict[float, float] = {}
    least: dict[float, float] = {}
    known: dict[str, float] = {}
    for one in figures:
        try:
            value = float(one.value)
        except ValueError:
            continue
        if (found := FLOW.fullmatch(one.name)) is not None:
            flow.append((float(found[1]), value))
        elif (found := TRUMPET.fullmatch(one.name)) is not None:
            (most if found[2] == "most" else least)[float(found[1])] = value
        else:
            known[one.name] = value
    trumpet = tuple((window, most[window], least[window]) for window in sorted(most) if window in least)
    return Curves(
        known.get("Rate"),
        known.get("Mean error"),
        tuple(sorted(flow)),
        trumpet,
        known.get("Analysed from", 0.0),
    )


def curves_of_test(found: FlowTest) -> Curves:
    """The curves of a reckoned test."""
    return Curves(
        found.rate_ml_h,
        found.mean_error_percent,
        tuple((point.at_min, point.flow_ml_h) for point in found.startup),
        tuple((float(one.window_min), one.most_percent, one.least_percent) for one in found.trumpet),
        found.analysed_from_min,
    )


def curves_in(results: Iterable[CheckResult]) -> Curves:
    """The curves of the flow check among the results."""
    for result in results:
        if result.check == "flow":
            return curves_of(result.figures)
    return Curves()


def curve_words(curves: Curves) -> str:
    """The verdict in words."""
    if curves.mean_percent is None:
        return "No flow was measured yet."
    verdict = "inside" if curves.within else "OUTSIDE"
    return f"Mean error {curves.mean_percent:+.2f} %: {verdict} ±{LIMIT_PERCENT:g} %."
