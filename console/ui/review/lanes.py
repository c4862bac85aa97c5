"""Where each lane of the timeline stands, and the window of time that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from PySide6.QtCore import QRectF

from console.clinical.vitals import Vital, Wave
from console.ui.viewmodels.review_shapes import Timeline

CLOSE_S = 30.0
"""Below this span the waveforms themselves are shown."""
LEAST_S = 0.8
"""One heartbeat fills the picture."""


class LaneId(StrEnum):
    """Lanes from top to bottom."""

    PHASES = "phases"
    KETAMINE = "ketamine"
    PRESSURE = "pressure"
    SPO2 = "spo2"
    BREATH = "breath"
    TEMP = "temp"
    ECG = "ecg"
    PLETH = "pleth"
    CO2 = "co2"
    RESP = "resp"
    SCORES = "scores"
    ALARMS = "alarms"
    PROMPTS = "prompts"
    EVENTS = "events"
    COMMENTS = "comments"
    THERAPIST = "therapist"
    PEOPLE = "people"


WAVE_LANES = {
    LaneId.ECG: Wave.ECG,
    LaneId.PLETH: Wave.PLETH,
    LaneId.CO2: Wave.CO2,
    LaneId.RESP: Wave.RESP,
}


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: its plot area and, where it has one, its scale."""

    id: LaneId
    rect: QRectF
    low: float = 0.0
    high: float = 1.0

    def y(self, value: float) -> float:
        """The height of a value; values beyond the scale stay at its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.rect.bottom() - share * self.rect.height()


@dataclass(frozen=True, slots=True)
class Scope:
    """The window of time: seconds since the start of the timeline, and the pixels it fills."""

    first_s: float
    last_s: float
    left: float
    right: float

    @property
    def span_s(self) -> float:
        """Seconds shown."""
        return self.last_s - self.first_s

    @property
    def width(self) -> float:
        """Pixels of the picture."""
        return self.right - self.left

    def x(self, second: float) -> float:
        """Pixel of a second."""
        return self.left + (second - self.first_s) / self.span_s * self.width

    def second(self, x: float) -> float:
        """Second of a pixel."""
        return self.first_s + (x - self.left) / self.width * self.span_s

    @property
    def close(self) -> bool:
        """Close enough for the waveforms themselves."""
        return self.span_s < CLOSE_S

    def shows(self, first_s: float, last_s: float) -> bool:
        """Whether any of a stretch is in the window."""
        return last_s >= self.first_s and first_s <= self.last_s


@dataclass(frozen=True, slots=True)
class Picture:
    """The geometry of one picture."""

    scope: Scope
    lanes: Mapping[LaneId, Lane]
    labels: QRectF
    axis: QRectF

    @property
    def plot(self) -> QRectF:
        """All lanes together."""
        first, last = next(iter(self.lanes.values())), list(self.lanes.values())[-1]
        return QRectF(
            self.scope.left,
            first.rect.top(),
            self.scope.width,
            last.rect.bottom() - first.rect.top(),
        )


# Share of the height that is left after the lanes of fixed height; design pixels for those.
_SHARES = {
    LaneId.KETAMINE: 1.45,
    LaneId.PRESSURE: 3.3,
    LaneId.SPO2: 1.05,
    LaneId.BREATH: 1.2,
    LaneId.TEMP: 0.62,
}
_CLOSE_SHARES = {
    LaneId.KETAMINE: 0.8,
    LaneId.PRESSURE: 1.5,
    LaneId.ECG: 2.8,
    LaneId.PLETH: 1.5,
    LaneId.CO2: 1.3,
    LaneId.RESP: 0.9,
}
_WAVE_SHARES = {
    LaneId.KETAMINE: 1.1,
    LaneId.PRESSURE: 2.3,
    LaneId.SPO2: 0.75,
    LaneId.BREATH: 0.9,
    LaneId.ECG: 0.9,
    LaneId.PLETH: 0.6,
    LaneId.CO2: 0.6,
    LaneId.RESP: 0.45,
}
_FIXED = {
    LaneId.PHASES: 30.0,
    LaneId.SCORES: 60.0,
    LaneId.ALARMS: 82.0,
    LaneId.PROMPTS: 32.0,
    LaneId.EVENTS: 104.0,
    LaneId.COMMENTS: 30.0,
    LaneId.THERAPIST: 30.0,
    LaneId.PEOPLE: 48.0,
}
_CLOSE_FIXED = {
    LaneId.PHASES: 30.0,
    LaneId.ALARMS: 58.0,
    LaneId.EVENTS: 38.0,
    LaneId.COMMENTS: 28.0,
    LaneId.THERAPIST: 28.0,
}
_LOW_FIXED = {
    LaneId.PHASES: 26.0,
    LaneId.SCORES: 52.0,
    LaneId.ALARMS: 52.0,
    LaneId.PROMPTS: 30.0,
    LaneId.EVENTS: 72.0,
    LaneId.COMMENTS: 26.0,
    LaneId.THERAPIST: 26.0,
    LaneId.PEOPLE: 40.0,
}
_SMALL_SHARES = {LaneId.KETAMINE: 1.2, LaneId.PRESSURE: 2.6, LaneId.SPO2: 0.8, LaneId.BREATH: 0.9}
_SMALL_FIXED = {
    LaneId.PHASES: 26.0,
    LaneId.ALARMS: 34.0,
    LaneId.EVENTS: 46.0,
    LaneId.COMMENTS: 24.0,
}
SMALL = 480.0
"""Design pixels below which only what two sessions are compared by is shown."""
LOW = 640.0
"""Design pixels below which a picture has tighter rows and no temperature."""
AXIS_H = 34.0
LABELS_W = 160.0
PAD = 4.0


def arrange(
    rect: QRectF,
    scope_s: tuple[float, float],
    line: Timeline,
    px: float,
    right_margin: float = 18.0,
    *,
    waves: bool = False,
) -> Picture:
    """Lay the lanes out.

    Args:
        rect: The whole picture.
        scope_s: First and last second shown.
        line: What is shown, for the scales.
        px: Size of one design pixel.
        right_margin: Design pixels to the right of the plot.
        waves: Show overviews of the waveforms too.
    """
    left, right = rect.left() + LABELS_W * px, rect.right() - right_margin * px
    scope = Scope(scope_s[0], scope_s[1], left, right)
    shares, fixed = (_CLOSE_SHARES, _CLOSE_FIXED) if scope.close else (_SHARES, _FIXED)
    if waves and not scope.close:
        shares = _WAVE_SHARES
    if rect.height() < LOW * px and not scope.close:
        shares = {lane: share for lane, share in shares.items() if lane is not LaneId.TEMP}
        fixed = _LOW_FIXED
    if rect.height() < SMALL * px and not scope.close:
        shares, fixed = _SMALL_SHARES, _SMALL_FIXED
    if not line.therapist:
        fixed = {lane: high for lane, high in fixed.items() if lane is not LaneId.THERAPIST}
    free = rect.height() - (AXIS_H + sum(fixed.values())) * px
    unit = max(free, 60.0 * px) / sum(shares.values())
    top = rect.top()
    lanes: dict[LaneId, Lane] = {}
    for lane in LaneId:
        high = fixed[lane] * px if lane in fixed else shares.get(lane, 0.0) * unit
        if high <= 0:
            continue
        pad = 0.0 if lane is LaneId.PHASES else PAD * px
        area = QRectF(left, top + pad, right - left, max(4.0, high - 2 * pad))
        lanes[lane] = Lane(lane, area, *scale_of(lane, line))
        top += high
    labels = QRectF(rect.left(), rect.top(), LABELS_W * px, top - rect.top())
    return Picture(scope, lanes, labels, QRectF(left, top, right - left, AXIS_H * px))


def scale_of(lane: LaneId, line: Timeline) -> tuple[float, float]:
    """Scale of a lane: fixed, and wider only for a session that needs it."""
    match lane:
        case LaneId.KETAMINE:
            rates = [float(bar.mg_kg_h or 0) for bar in line.bars]
            return 0.0, max([*rates, 0.5]) * 1.25
        case LaneId.PRESSURE:
            top = max((one.systolic for one in line.pressures), default=0.0)
            return 30.0, max(200.0, top + 15)
        case LaneId.SPO2:
            return (80.0 if _least(line, Vital.SPO2) >= 80 else 60.0), 100.0
        case LaneId.BREATH:
            return 0.0, 60.0
        case LaneId.TEMP:
            return (35.0, 39.0) if _least(line, Vital.TEMP) >= 35 else (32.0, 41.0)
        case LaneId.ECG:
            return -0.8, 1.6
        case LaneId.PLETH:
            return 0.0, 100.0
        case LaneId.CO2:
            return 0.0, 60.0
        case LaneId.RESP:
            return -1.5, 1.5
        case _:
            return 0.0, 1.0


def _least(line: Timeline, vital: Vital) -> float:
    trend = line.trends.get(vital)
    return float(np.nanmin(trend.values)) if trend is not None else 1e9


def level_top(line: Timeline, model: int) -> float:
    """Top of the scale of predicted levels, ng/mL, with room for the band."""
    if not line.predictions:
        return 300.0
    peak = float(line.predictions[min(model, len(line.predictions) - 1)].plasma.max())
    return max(100.0, float(np.ceil(peak * 1.4 / 50) * 50))


def with_scope(picture: Picture, first_s: float, last_s: float) -> Picture:
    """The same lanes with another window of time of the same kind."""
    return replace(picture, scope=replace(picture.scope, first_s=first_s, last_s=last_s))
