"""The timeline on paper: the painters of the screen, its legend, and a strip of ECG at true size."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.clinical.vitals import Wave
from console.clock import NS_PER_S
from console.ui.review.lanes import Lane, LaneId, Scope, arrange
from console.ui.review.paint_delivery import paint_delivery
from console.ui.review.paint_frame import paint_ground
from console.ui.review.paint_marks import paint_marks, pin_shape
from console.ui.review.paint_vitals import (
    CURVES,
    curve_color,
    curve_points,
    paint_limits,
    paint_markers,
    paint_pressures,
)
from console.ui.review.paint_waves import Ruler, paint_wave
from console.ui.review.report_flow import BODY_W, Block, text_font
from console.ui.review.wave_store import WaveStore
from console.ui.theme import FALLBACK_DPI, MM_PER_INCH, Theme, Weight
from console.ui.viewmodels.review_axis import hms
from console.ui.viewmodels.review_shapes import Pin, PinTone, Timeline
from console.ui.viewmodels.review_values import Card, peak_of
from console.ui.widgets.paint import LEFT, MIDDLE, draw_panel, text_width

CHART_SCALE = 0.575
CHART_H = 520.0
PAPER = Ruler(FALLBACK_DPI / MM_PER_INCH)
STRIP_MM_S = 25.0


def cards_block(cards: tuple[Card, ...], theme: Theme) -> Block:
    """The figures that matter first."""

    def draw(p: QPainter, box: QRectF) -> None:
        gap = 6.0
        wide = (box.width() - gap * (len(cards) - 1)) / len(cards)
        for place, card in enumerate(cards):
            frame = QRectF(box.left() + place * (wide + gap), box.top(), wide, 50)
            draw_panel(p, frame, "#ffffff", 4, theme.palette.line, 0.8)
            inner = frame.adjusted(7, 4, -3, -4)
            rows = (
                (0.0, 14.0, card.title, text_font(9), theme.palette.muted),
                (13.0, 18.0, card.value, text_font(12, Weight.SEMIBOLD), theme.color(card.tone)),
                (31.0, 12.0, card.under, text_font(7), theme.palette.muted),
            )
            for top, high, text, font, color in rows:
                while font.pixelSize() > 5 and text_width(font, text) > inner.width():
                    font.setPixelSize(font.pixelSize() - 1)
                p.setFont(font)
                p.setPen(QColor(color))
                p.drawText(QRectF(inner.left(), inner.top() + top, inner.width(), high), LEFT | MIDDLE, text)

    return Block(58.0, draw)


def chart_block(line: Timeline, theme: Theme, zone: tzinfo | None) -> Block:
    """The whole session."""

    def draw(p: QPainter, box: QRectF) -> None:
        p.save()
        p.setClipRect(box)
        picture = arrange(box, (0.0, max(line.seconds, 60.0)), line, theme.scale, right_margin=14.0)
        paint_ground(p, theme, line, picture, zone)
        paint_delivery(p, theme, line, picture, 0)
        paint_limits(p, theme, line, picture)
        p.setBrush(Qt.BrushStyle.NoBrush)
        for style in CURVES:
            lane = picture.lanes.get(style.lane)
            if lane is None:
                continue
            x, y = curve_points(line, style, picture.scope, lane)
            if np.isfinite(y).any():
                p.setPen(QPen(curve_color(theme, style), 0.9))
                p.drawPath(pg.arrayToQPath(x, y, connect="finite"))
        paint_markers(p, theme, line, picture)
        paint_pressures(p, theme, line, picture)
        paint_marks(p, theme, line, picture)
        p.restore()
        p.setPen(QPen(QColor(theme.palette.line), 0.8))
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.drawRect(box)

    return Block(CHART_H, draw)


def legend_block(theme: Theme) -> Block:
    """What the shapes mean."""
    pins = (
        (PinTone.DELIVERY, "pump"),
        (PinTone.CARE, "patient and treatment"),
        (PinTone.STAFF, "staff"),
        (PinTone.TROUBLE, "trouble"),
    )

    def draw(p: QPainter, box: QRectF) -> None:
        p.setFont(text_font(8))
        texts = (
            "v systolic   ^ diastolic   – mean, joined; in the alarm's colour with its figures where a limit "
            "was passed    • heart rate   ○ respiratory rate   ▪ end-tidal CO₂    - - limit in force",
            "Checks: P pressure, S sedation, D dissociation, A Aldrete; ○ due, • done, heavy line and +time "
            "when late.  Alarms: !!! high, !! medium, ! low, ✓ acknowledged.  Hatched: no data.",
        )
        p.setPen(QColor(theme.palette.muted))
        for place, text in enumerate(texts):
            p.drawText(QRectF(box.left(), box.top() + 3 + place * 12, box.width(), 12), LEFT | MIDDLE, text)
        x, y = box.left() + 5, box.top() + 34.0
        for tone, text in pins:
            pin_shape(p, theme, Pin(0, 0, "", tone, 0), x, y)
            p.setPen(QColor(theme.palette.muted))
            p.drawText(QRectF(x + 8, y - 7, 140, 14), LEFT | MIDDLE, text)
            x += 22 + p.fontMetrics().horizontalAdvance(text)
        p.setBrush(Qt.BrushStyle.NoBrush)

    return Block(44.0, draw)


def strip_block(line: Timeline, store: WaveStore, theme: Theme, zone: tzinfo | None) -> Block | None:
    """ECG at 25 mm/s about the highest pressure; None where no ECG was recorded."""
    peak = peak_of(line)
    if peak is None or Wave.ECG not in store.sources():
        return None
    seconds = PAPER.span_s(BODY_W, STRIP_MM_S)
    middle = line.second_of(peak.t_ns)
    first_ns = line.ns_of(middle - seconds / 2)
    found = store.samples(Wave.ECG, first_ns, first_ns + round(seconds * NS_PER_S))

    def draw(p: QPainter, box: QRectF) -> None:
        lane = Lane(LaneId.ECG, QRectF(box.left(), box.top() + 14, box.width(), box.height() - 22))
        scope = Scope(middle - seconds / 2, middle + seconds / 2, box.left(), box.right())
        p.setFont(text_font(8))
        p.setPen(QColor(theme.palette.muted))
        text = (
            f"ECG II about the highest pressure, {hms(first_ns, zone)} · "
            f"{PAPER.speed_mm_s(scope):.0f} mm/s · {PAPER.gain_mm_mv(lane):g} mm/mV · {found.source}"
        )
        p.drawText(QRectF(box.left(), box.top(), box.width(), 12), LEFT | MIDDLE, text)
        p.save()
        paint_wave(p, theme, lane, scope, Wave.ECG, found, line.start_ns, PAPER, pen_px=0.8)
        p.restore()
        p.setPen(QPen(QColor(theme.palette.line), 0.6))
        p.drawLine(QPointF(box.left(), lane.rect.bottom()), QPointF(box.right(), lane.rect.bottom()))

    return Block(116.0, draw)
