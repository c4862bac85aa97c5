"""A sweeping trace: only the new segment is drawn, onto a backing pixmap.

Measured on two cores in software: redrawing whole 2 px antialiased curves costs tens of milliseconds a
frame, the new segment alone half a millisecond. Grid and labels live in the pixmap too.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.clinical.vitals import Wave
from console.clock import Instant
from console.ui.playout import Playout, Samples
from console.ui.theme import MM_PER_INCH, Theme, Weight, screen_dpi
from console.ui.widgets.paint import (
    CENTER,
    LEFT,
    MIDDLE,
    RIGHT,
    TOP,
    draw_panel,
    draw_text,
    faded,
    mixed,
    text_width,
)
from console.ui.widgets.strips import Strip

ERASE_MM = 6.0
"""Width of the blank bar that runs ahead of the newest sample."""
MM_PER_MV = 10.0
"""Size of an ECG at gain 1 (common monitor and recorder convention: 10 mm/mV)."""
GAINS = (2.0, 1.0, 0.5, 0.25)
LEAST_SPAN_MV = 1.9
RESCALE_S = 0.5
PALE = 0.68
CO2_LEVELS = (20.0, 40.0)
"""Lines across the capnogram, mmHg."""


class SweepTrace(QWidget):
    """One strip of the wave area."""

    def __init__(self, theme: Theme, strip: Strip, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.strip = strip
        self._playout: Playout | None = None
        self._canvas = QPixmap()
        self._position = 0.0
        self._last: QPointF | None = None
        self._range = (strip.low or 0.0, strip.high if strip.high is not None else 1.0)
        self._message = ""
        self._owed_s = 0.0
        self._rescale_s = 0.0
        self._speed = self.px_per_s
        self._area = QRectF(0, 0, 10, 10)
        self._pen, self._grid_pen = QPen(), QPen()
        self._ratio = 1.0
        self._ink, self._paper = QColor(), QColor(theme.palette.panel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(f"{strip.label} trace")

    # --- geometry ---------------------------------------------------------------------------------

    @property
    def px_per_s(self) -> float:
        """Logical pixels a second at the physical sweep speed on this screen."""
        screen = self.screen()
        dpi = screen_dpi(screen.physicalDotsPerInchX())
        return self.strip.mm_s * dpi / MM_PER_INCH

    @property
    def message(self) -> str:
        """What is said over the trace, empty while it is a good signal."""
        return self._message

    def _plot(self) -> QRectF:
        """Where the trace runs."""
        left = self._theme.px(118)
        return QRectF(
            left,
            self._theme.px(8),
            max(10, self.width() - left - self._theme.px(12)),
            max(10, self.height() - self._theme.px(16)),
        )

    # --- data -------------------------------------------------------------------------------------

    def advance(self, playout: Playout | None, dt_s: float, now: Instant, *, turn: bool = True) -> None:
        """Draw what the last ``dt_s`` seconds brought, or keep it for this strip's next ``turn``."""
        self._owed_s += dt_s
        if not turn:
            return
        if playout is not self._playout:
            self._playout = playout
            self._rebuild()
        self._say(self._state_of(playout, now))
        if playout is None:
            self._owed_s = 0.0
            return
        owed_s, self._owed_s = self._owed_s, 0.0
        samples = playout.take(owed_s, now)
        self._rescale_s += owed_s
        if not self.isVisible():
            self._canvas = QPixmap()
        elif self._canvas.isNull() or self._rescaled(playout):
            self._rebuild()
        elif len(samples) / playout.rate_hz * self._speed + self._bar_px >= self._area.width():
            self._rebuild()  # a window that stood still has missed more than one sweep
        elif len(samples):
            self._draw(samples, playout.rate_hz)

    @property
    def _bar_px(self) -> float:
        return ERASE_MM * self._speed / self.strip.mm_s

    def _state_of(self, playout: Playout | None, now: Instant) -> str:
        if playout is None or playout.last_at is None:
            return f"{self.strip.label}: not connected"
        if now.seconds_since(playout.last_at) > 3.0:
            return f"{self.strip.label}: no data"
        return "" if playout.usable else self.strip.off_text

    def _say(self, message: str) -> None:
        if message != self._message:
            self._message = message
            self.update()

    @property
    def gain(self) -> float:
        """The largest gain at which the strip still spans a usual ECG."""
        px_per_mv = self.px_per_s / self.strip.mm_s * MM_PER_MV
        tall = self._plot().height()
        return next((gain for gain in GAINS if tall / (px_per_mv * gain) >= LEAST_SPAN_MV), GAINS[-1])

    def _physical_range(self) -> tuple[float, float]:
        """Millivolts at the bottom and the top, at true size on this screen."""
        span = self._plot().height() / (self.px_per_s / self.strip.mm_s * MM_PER_MV * self.gain)
        return -0.33 * span, 0.67 * span

    def _rescaled(self, playout: Playout) -> bool:
        """Follow the size of a signal without a scale of its own; tells when the picture must be redrawn."""
        if self.strip.bar or (self.strip.low is not None and self.strip.high is not None):
            return False
        if self._rescale_s < RESCALE_S:
            return False
        self._rescale_s = 0.0
        recent = playout.recent(int(playout.rate_hz * 6))
        known = recent[np.isfinite(recent)]
        if len(known) < playout.rate_hz:
            return False
        low, high = float(known.min()), float(known.max())
        room = max((high - low) * 0.12, 1e-3)
        wanted = (low - room, high + room)
        span = self._range[1] - self._range[0]
        fits = (
            wanted[0] >= self._range[0]
            and wanted[1] <= self._range[1]
            and (wanted[1] - wanted[0]) > span * 0.55
        )
        if fits and span > 0:
            return False
        self._range = wanted
        return True

    # --- drawing ----------------------------------------------------------------------------------

    def _y(self, values: Samples, plot: QRectF) -> Samples:
        low, high = self._range
        share = (np.clip(values, low, high) - low) / max(1e-9, high - low)
        return (plot.bottom() - share * plot.height()).astype(np.float32)

    def _draw(self, samples: Samples, rate_hz: float) -> None:
        """Draw the new stretch, and blank as much at the far end of the bar that runs ahead of it."""
        plot = self._area
        before, wide, foot = plot.left(), plot.width(), plot.bottom()
        low, high = self._range
        px_per_unit = plot.height() / max(1e-9, high - low)
        per_sample = self._speed / rate_hz
        with QPainter(self._canvas) as painter:
            erase = self._bar_px
            start, moved = self._position, len(samples) * per_sample
            self._clear(painter, plot, start + erase - 1.5, moved + 1.5)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._pen)
            run: list[QPointF] = [] if self._last is None else [self._last]
            x = start
            # A frame brings a handful of samples: for so few plain floats are quicker than arrays.
            for value in samples.tolist():
                x += per_sample
                if x >= wide:
                    x -= wide
                    self._stroke(painter, run)
                    run = []
                if value != value:
                    self._stroke(painter, run)
                    run = []
                    continue
                run.append(QPointF(before + x, foot - (min(max(value, low), high) - low) * px_per_unit))
            self._stroke(painter, run)
        self._last = run[-1] if run else None
        self._position = x
        self._refresh(plot, start, moved + erase)

    def _stroke(self, painter: QPainter, run: list[QPointF]) -> None:
        if len(run) > 1:
            painter.drawPolyline(run)

    def _clear(self, painter: QPainter, plot: QRectF, start: float, width: float) -> None:
        for left, right in self._pieces(plot, start, width):
            head, tail = 3 * (left <= 0), 3 * (right >= plot.width())
            first, last = plot.left() + left - head, plot.left() + right + tail
            painter.fillRect(QRectF(first, 0, last - first, self.height()), self._paper)
            self._grid(painter, plot, first, last)

    def _refresh(self, plot: QRectF, start: float, width: float) -> None:
        dot = self._theme.px(4)
        for left, right in self._pieces(plot, start - dot, width + 2 * dot):
            self.update(QRect(int(plot.left() + left) - 2, 0, int(right - left) + 5, self.height()))

    def _pieces(self, plot: QRectF, start: float, width: float) -> list[tuple[float, float]]:
        """A stretch of the sweep as one or two stretches of the strip."""
        full = plot.width()
        if width >= full:
            return [(0.0, full)]
        left = start % full
        right = left + width
        return [(left, right)] if right <= full else [(left, full), (0.0, right - full)]

    def _grid(self, painter: QPainter, plot: QRectF, first: float, last: float) -> None:
        """Faint lines each second, and for a scaled signal its middle, between two positions."""
        step = self._speed
        every = step if step > 40 else step * 5
        first, last = max(first, plot.left()), min(last, plot.right())
        x = plot.left() + max(1, math.ceil((first - plot.left()) / every)) * every
        levels = CO2_LEVELS if self.strip.wave is Wave.CO2 else ()
        if x >= last and not levels:
            return  # as in most frames
        painter.setPen(self._grid_pen)
        while x < last:
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            x += every
        low, high = self._range
        for value in levels:
            y = plot.bottom() - (value - low) / (high - low) * plot.height()
            painter.drawLine(QPointF(first, y), QPointF(last, y))

    def _rebuild(self) -> None:
        """Draw everything anew from what was played: after a resize, a new screen or another scale."""
        ratio = self._ratio = self.devicePixelRatioF()
        if self.width() < 2 or self.height() < 2:
            return
        self._canvas = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        self._canvas.setDevicePixelRatio(ratio)
        self._canvas.fill(QColor(self._theme.palette.panel))
        self._speed, self._area = self.px_per_s, self._plot()
        self._choose_pen()
        plot = self._area
        if self.strip.bar:
            self._range = self._physical_range()
        with QPainter(self._canvas) as painter:
            self._grid(painter, plot, plot.left(), plot.right())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._labels(painter, plot)
        self._position, self._last = 0.0, None
        playout = self._playout
        if playout is not None:
            count = int((plot.width() - self._bar_px) / self._speed * playout.rate_hz)
            recent = playout.recent(count)
            self._position = (playout.played - len(recent)) * self._speed / playout.rate_hz % plot.width()
            if len(recent):
                self._draw(recent, playout.rate_hz)
        self.update()

    def _choose_pen(self) -> None:
        theme = self._theme
        self._paper = QColor(theme.palette.panel)
        self._grid_pen = QPen(faded(theme.palette.line, 0.45), 1)
        self._ink = theme.color(self.strip.tone)
        if self.strip.pale:
            self._ink = mixed(self._ink, self._paper, PALE)
        wide = max(1.5, 2.0 * min(1.4, theme.scale)) * (0.8 if self.strip.pale else 1.0)
        self._pen = QPen(self._ink, wide)
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)

    def _labels(self, painter: QPainter, plot: QRectF) -> None:
        theme, p = self._theme, self._theme.palette
        left = theme.px(18)
        # On a strip as low as the name is, the name stands in its middle.
        top = max(0.0, min(float(theme.px(10)), (self.height() - theme.px(26)) / 2))
        box = QRectF(left, top, plot.left() - left - theme.px(14), theme.px(26))
        draw_text(painter, box, LEFT | TOP, self.strip.label, theme.font(19, Weight.BOLD), self._ink)
        note = self.strip.note + (f"  ×{self.gain:g}" if self.strip.bar else "")
        for index, part in enumerate(note.split("  ")):
            line = box.translated(0, theme.px(28) + index * theme.px(19))
            if line.top() + theme.px(19) <= self.height():
                draw_text(painter, line, LEFT | TOP, part, theme.font(14), p.muted)
        if self.strip.bar:
            crest, foot = self._y(np.array([self.strip.bar, 0.0], dtype=np.float32), plot).tolist()
            x = plot.left() - theme.px(7)
            painter.setPen(QPen(QColor(p.muted), theme.px(2)))
            painter.drawPolyline(
                [QPointF(x - 4, crest), QPointF(x, crest), QPointF(x, foot), QPointF(x - 4, foot)]
            )
            if self.height() < theme.px(90):
                return
            label = QRectF(x - theme.px(48), (crest + foot) / 2 + theme.px(14), theme.px(42), theme.px(18))
            draw_text(painter, label, RIGHT | MIDDLE, self.strip.bar_text, theme.font(13), p.muted)

    # --- Qt ---------------------------------------------------------------------------------------

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._rebuild()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """The canvas has another size."""
        self._rebuild()

    def showEvent(self, _event: QShowEvent) -> None:
        """The screen may have another density than when the canvas was made."""
        if self._canvas.devicePixelRatio() != self.devicePixelRatioF() or self._canvas.isNull():
            self._rebuild()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the part of the canvas that changed; say over it what is wrong with the signal."""
        with QPainter(self) as painter:
            if self._canvas.isNull():
                painter.fillRect(self.rect(), QColor(self._theme.palette.panel))
            else:
                ratio, target = self._ratio, event.rect()
                source = target
                if ratio != 1.0:
                    source = QRect(
                        round(target.x() * ratio),
                        round(target.y() * ratio),
                        round(target.width() * ratio),
                        round(target.height() * ratio),
                    )
                painter.drawPixmap(target, self._canvas, source)
            if self._message:
                plot = self._area
                font = self._theme.font(19, Weight.SEMIBOLD)
                wide = text_width(font, self._message) + self._theme.px(32)
                tall = self._theme.px(38)
                centre = plot.center()
                chip = QRectF(centre.x() - wide / 2, centre.y() - tall / 2, wide, tall)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                draw_panel(painter, chip, self._theme.palette.raised, tall / 2, self._theme.palette.muted, 1)
                draw_text(painter, chip, CENTER | MIDDLE, self._message, font, self._theme.palette.text)
            elif self._last is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._ink)
                painter.drawEllipse(self._last, self._theme.px(4), self._theme.px(4))
