"""The waveforms themselves at a known scale: millimetres a second and a millivolt as on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.clinical.vitals import Wave
from console.clock import NS_PER_S
from console.ui.review.lanes import WAVE_LANES, Lane, Picture, Scope
from console.ui.review.wave_store import WaveSlice
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.review_shapes import Samples
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, draw_text

Samples_at = Callable[[Wave, int, int], WaveSlice]
TONES = {Wave.ECG: Tone.HR, Wave.PLETH: Tone.SPO2, Wave.CO2: Tone.CO2, Wave.RESP: Tone.CO2}
GAINS_MM_MV = (20.0, 10.0, 5.0, 2.5)
"""Paper gains; 10 mm/mV is the usual one."""
ECG_MV = 2.0
"""Height an ECG lane has to hold at a paper gain, mV."""
BASELINE_SHARE = 0.68
SAMPLES_A_PIXEL = 2.0


@dataclass(frozen=True, slots=True)
class Ruler:
    """How many pixels make a millimetre of the medium."""

    px_per_mm: float

    def speed_mm_s(self, scope: Scope) -> float:
        """Paper speed of the window shown."""
        return scope.width / scope.span_s / self.px_per_mm

    def span_s(self, width_px: float, mm_s: float) -> float:
        """Seconds that fill a width at a paper speed."""
        return width_px / self.px_per_mm / mm_s

    def gain_mm_mv(self, lane: Lane) -> float:
        """The largest paper gain at which an ECG fits the lane."""
        for gain in GAINS_MM_MV:
            if gain * ECG_MV * self.px_per_mm <= lane.rect.height():
                return gain
        return GAINS_MM_MV[-1]


def paint_waves(
    p: QPainter,
    theme: Theme,
    picture: Picture,
    start_ns: int,
    samples: Samples_at,
    ruler: Ruler,
) -> None:
    """Every waveform lane of the picture."""
    scope = picture.scope
    first = start_ns + round(scope.first_s * NS_PER_S)
    last = start_ns + round(scope.last_s * NS_PER_S)
    for lane_id, wave in WAVE_LANES.items():
        lane = picture.lanes.get(lane_id)
        if lane is not None:
            paint_wave(p, theme, lane, scope, wave, samples(wave, first, last), start_ns, ruler)
            if wave is Wave.ECG:
                texts = (f"{ruler.speed_mm_s(scope):.3g} mm/s", f"{ruler.gain_mm_mv(lane):g} mm/mV")
                box = QRectF(
                    picture.labels.left() + theme.px(16), lane.rect.top(), theme.px(100), theme.px(18)
                )
                for place, text in enumerate(texts, 1):
                    row = box.translated(0, theme.px(4 + 18 * place))
                    draw_text(p, row, LEFT | MIDDLE, text, theme.font(14), theme.palette.muted)


def paint_wave(
    p: QPainter,
    theme: Theme,
    lane: Lane,
    scope: Scope,
    wave: Wave,
    found: WaveSlice,
    start_ns: int,
    ruler: Ruler,
    pen_px: float = 1.0,
    *,
    calibrate: bool = True,
) -> None:
    """One waveform; an ECG on its paper grid with its calibration mark."""
    font = theme.font(14)
    if wave is Wave.ECG:
        _paper(p, lane, scope, ruler)
    x, y = wave_points(found, lane, scope, wave, start_ns, ruler)
    if not len(x) or not np.isfinite(y).any():
        text = found.trouble or f"no {wave.value.upper() if wave is Wave.ECG else wave.value} recorded here"
        draw_text(p, lane.rect, CENTER | MIDDLE, text, font, theme.palette.faint)
        return
    p.save()
    p.setClipRect(lane.rect)
    p.setPen(QPen(theme.color(TONES[wave]), pen_px))
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.drawPath(pg.arrayToQPath(x, y, connect="finite"))
    p.restore()
    if wave is Wave.ECG and calibrate:
        _calibration(p, theme, lane, ruler)


def wave_points(
    found: WaveSlice, lane: Lane, scope: Scope, wave: Wave, start_ns: int, ruler: Ruler
) -> tuple[Samples, Samples]:
    """Pixels of a waveform, at most two a pixel column so that no peak is lost."""
    if not len(found.t_ns):
        return np.empty(0), np.empty(0)
    seconds = (found.t_ns - start_ns) / NS_PER_S
    begin = max(0, int(np.searchsorted(seconds, scope.first_s)) - 1)
    end = min(len(seconds), int(np.searchsorted(seconds, scope.last_s)) + 1)
    seconds, value = seconds[begin:end], found.value[begin:end]
    if wave is Wave.RESP and np.isfinite(value).any():
        value = value - np.nanmedian(value)
    x = scope.left + (seconds - scope.first_s) * (scope.width / scope.span_s)
    if len(x) > SAMPLES_A_PIXEL * 2 * scope.width:
        x, value = _columns(x, value, int(scope.width))
    if wave is Wave.ECG:
        base = lane.rect.top() + lane.rect.height() * BASELINE_SHARE
        return x, base - value * ruler.gain_mm_mv(lane) * ruler.px_per_mm
    share = (value - lane.low) / (lane.high - lane.low)
    return x, lane.rect.bottom() - share * lane.rect.height()


def _columns(x: Samples, value: Samples, pixels: int) -> tuple[Samples, Samples]:
    """Smallest and largest of each pixel column; a break in it stays a break."""
    width = max(2, len(x) // pixels)
    whole = len(x) - len(x) % width
    cells = value[:whole].reshape(-1, width)
    broken = ~np.isfinite(cells).all(axis=1)
    low, high = cells.min(axis=1), cells.max(axis=1)
    low[broken] = np.nan
    high[broken] = np.nan
    centre = x[:whole].reshape(-1, width).mean(axis=1)
    return np.repeat(centre, 2), np.stack((low, high), axis=1).reshape(-1)


def _paper(p: QPainter, lane: Lane, scope: Scope, ruler: Ruler) -> None:
    """Large squares of ECG paper: 0.2 s by 0.5 mV, heavier each second."""
    unit = ruler.gain_mm_mv(lane) * ruler.px_per_mm
    base = lane.rect.top() + lane.rect.height() * BASELINE_SHARE
    fine = [
        QLineF(lane.rect.left(), y, lane.rect.right(), y)
        for step in range(-8, 9)
        for y in (base - step * unit / 2,)
        if lane.rect.top() <= y <= lane.rect.bottom()
    ]
    heavy: list[QLineF] = []
    if scope.width / scope.span_s * 0.2 >= 4:
        for place in range(int(np.ceil(scope.first_s * 5)), int(np.floor(scope.last_s * 5)) + 1):
            x = scope.x(place / 5)
            line = QLineF(x, lane.rect.top(), x, lane.rect.bottom())
            (heavy if place % 5 == 0 else fine).append(line)
    p.setPen(QPen(QColor("#e4e9e4"), 1.0))
    p.drawLines(fine)
    p.setPen(QPen(QColor("#c9d2ca"), 1.0))
    p.drawLines(heavy)


def _calibration(p: QPainter, theme: Theme, lane: Lane, ruler: Ruler) -> None:
    """The 1 mV mark at the left edge."""
    unit = ruler.gain_mm_mv(lane) * ruler.px_per_mm
    base = lane.rect.top() + lane.rect.height() * BASELINE_SHARE
    wide = theme.px(16)
    x = lane.rect.left() - theme.px(34)
    if lane.rect.left() < theme.px(120):
        # No column of names beside the lane: the mark stands on the trace itself.
        x = lane.rect.left() + theme.px(6)
    p.setPen(QPen(QColor(theme.palette.text), 1.4))
    p.drawPolyline(
        [
            QPointF(x - theme.px(4), base),
            QPointF(x, base),
            QPointF(x, base - unit),
            QPointF(x + wide, base - unit),
            QPointF(x + wide, base),
            QPointF(x + wide + theme.px(4), base),
        ]
    )
    box = QRectF(x - theme.px(10), base + theme.px(2), wide + theme.px(20), theme.px(16))
    draw_text(p, box, CENTER | MIDDLE, "1 mV", theme.font(12, Weight.MEDIUM), theme.palette.muted)
