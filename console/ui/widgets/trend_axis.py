"""Where things lie in the session trend: lanes, seconds to pixels, values to pixels."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt

from console.clinical.vitals import Vital
from console.ui.viewmodels.live_tone import Tone


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
