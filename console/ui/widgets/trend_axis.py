"""Where things lie in the session trend: lanes, seconds to pixels, values to pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, Qt

from console.clinical.vitals import Vital
from console.ui.theme import Theme
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_trend import TrendView


@dataclass(frozen=True, slots=True)
class Lane:
    """A horizontal strip with a value axis.

    Attributes:
        rect: Where it lies.
        low: Value at the bottom.
        high: Value at the top.
    """

    rect: QRectF
    low: float
    high: float

    def y(self, value: float) -> float:
        """Pixel of a value, kept inside the lane."""
        share = (min(self.high, max(self.low, value)) - self.low) / (self.high - self.low)
        return self.rect.bottom() - share * self.rect.height()


@dataclass(frozen=True, slots=True)
class TrendAxis:
    """The picture's geometry.

    Attributes:
        plot: Everything between the axes.
        oxygen: SpO2's own lane.
        main: Pressure, heart rate and the predicted level.
        events: Rate steps and pins.
        first_s: Second at the left edge.
        last_s: Second at the right edge.
    """

    plot: QRectF
    oxygen: Lane
    main: Lane
    events: QRectF
    first_s: float
    last_s: float

    @property
    def px_per_s(self) -> float:
        """Pixels a second."""
        return self.plot.width() / max(1.0, self.last_s - self.first_s)

    def x(self, at_s: float) -> float:
        """Pixel of a second."""
        return self.plot.left() + (at_s - self.first_s) * self.px_per_s

    def second(self, x: float) -> float:
        """Second of a pixel."""
        return self.first_s + (x - self.plot.left()) / self.px_per_s

    def extent(self, lane: Lane) -> tuple[float, float]:
        """Values at the foot and the head of the whole plot that put ``lane``'s own range into its strip."""
        per_px = (lane.high - lane.low) / lane.rect.height()
        foot = lane.low - (self.plot.bottom() - lane.rect.bottom()) * per_px
        return foot, foot + self.plot.height() * per_px

    def scaled(self, low: float, high: float) -> TrendAxis:
        """The same picture with another range in the main lane."""
        return replace(self, main=Lane(self.main.rect, low, high))


EVENTS_PX = 84
LEAD = 0.012
"""Share of the session shown before its first second, so that a reading taken then is not cut."""
STILL_PARTS = 60
"""A zoomed picture moves on in steps of a sixtieth, so that in most seconds only the newest is drawn."""
PRESSURE_LOW, PRESSURE_HIGH = 30.0, 200.0
OXYGEN_LOW, OXYGEN_HIGH = 80.0, 101.0
SMALL_LOW, SMALL_HIGH = 0.0, 60.0
TEMP_LOW, TEMP_HIGH = 34.0, 40.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A one-second curve that can be switched on.

    Attributes:
        vital: Which; the pulse rate stands in for the heart rate where there was no ECG.
        label: In the legend.
        tone: Colour.
        low: Value at the bottom of its lane.
        high: Value at the top.
        style: Line style, the second cue.
        shown: Shown at the start.
    """

    vital: Vital
    label: str
    tone: Tone
    low: float
    high: float
    style: Qt.PenStyle = Qt.PenStyle.SolidLine
    shown: bool = True


CURVES = (
    Curve(Vital.HR, "heart rate", Tone.HR, PRESSURE_LOW, PRESSURE_HIGH),
    Curve(Vital.SPO2, "SpO₂", Tone.SPO2, OXYGEN_LOW, OXYGEN_HIGH),
    Curve(Vital.RR, "RR", Tone.CO2, SMALL_LOW, SMALL_HIGH, shown=False),
    Curve(Vital.ETCO2, "EtCO₂", Tone.CO2, SMALL_LOW, SMALL_HIGH, Qt.PenStyle.DashLine, shown=False),
    Curve(Vital.TEMP, "temp", Tone.TEMP, TEMP_LOW, TEMP_HIGH, Qt.PenStyle.DashDotLine, shown=False),
)


def window_s(view: TrendView, span_s: float | None) -> tuple[float, float]:
    """Seconds at the left and the right edge: the whole session in full minutes, or the last ``span_s``."""
    if span_s is None:
        last_s = math.ceil(view.span_s / 60.0) * 60.0
        return -LEAD * last_s, last_s
    step_s = span_s / STILL_PARTS
    last_s = max(span_s, (math.floor(view.now_s / step_s) + 1) * step_s + span_s * 0.2)
    return last_s - span_s, last_s


def trend_axis(theme: Theme, plot: QRectF, view: TrendView, span_s: float | None) -> TrendAxis:
    """The lanes within ``plot``."""
    px = theme.px
    events_h = px(EVENTS_PX)
    oxygen = QRectF(plot.left(), plot.top() + px(28), plot.width(), (plot.height() - events_h) * 0.17)
    top = oxygen.bottom() + px(12)
    main = QRectF(plot.left(), top, plot.width(), max(10.0, plot.bottom() - events_h - px(8) - top))
    events = QRectF(plot.left(), plot.bottom() - events_h, plot.width(), events_h)
    first_s, last_s = window_s(view, span_s)
    return TrendAxis(
        plot,
        Lane(oxygen, OXYGEN_LOW, OXYGEN_HIGH),
        Lane(main, PRESSURE_LOW, PRESSURE_HIGH),
        events,
        first_s,
        last_s,
    )
