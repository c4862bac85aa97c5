"""The row above the session trend: what is drawn, each name a key, and the spans to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_tone import Tone
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, draw_panel, draw_text, faded, text_width
from console.ui.widgets.trend_axis import CURVES

SPANS: tuple[tuple[str, float | None], ...] = (("Session", None), ("60 min", 3600.0), ("15 min", 900.0))
MODEL = "model"
MODEL_LABEL, MODEL_SHORT = "ketamine ng/mL, model (effect site dashed)", "ketamine, model"


@dataclass(frozen=True, slots=True)
class Key:
    """A name that can be touched.

    Attributes:
        rect: Where.
        name: Vital sign, model or span.
        label: What is written.
        tone: Colour of its curve.
        style: Line style of its curve.
    """

    rect: QRectF
    name: str
    label: str
    tone: Tone
    style: Qt.PenStyle


class TrendLegend:
    """Lays the names out for a width, and paints them."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._row = QRectF()
        self._keys: tuple[Key, ...] = ()
        self._spans: tuple[tuple[QRectF, str], ...] = ()

    @property
    def touchable(self) -> list[tuple[QRectF, str]]:
        """Where each name and each span is touched."""
        return [*self._spans, *((key.rect, key.name) for key in self._keys)]

    def arrange(self, width: float) -> None:
        """Find a place for every name that has room."""
        theme = self._theme
        self._row = row = QRectF(theme.px(18), theme.px(8), width - theme.px(36), theme.px(36))
        self._spans = self._arranged_spans(row)
        limit = min(rect.left() for rect, _name in self._spans) - theme.px(10)
        x = self._glyphs_left() + self._glyphs_wide()
        font, keys = theme.font(14, Weight.MEDIUM), []
        entries = [(curve.vital.value, curve.label, curve.tone, curve.style) for curve in CURVES]
        for name, label, tone, style in (*entries, (MODEL, MODEL_LABEL, Tone.DRUG, Qt.PenStyle.SolidLine)):
            fits = [
                (word, wide)
                for word in ((label, MODEL_SHORT) if name == MODEL else (label,))
                if x + (wide := theme.px(38) + text_width(font, word)) <= limit
            ]
            if fits:
                word, wide = fits[0]
                keys.append(Key(QRectF(x, row.top(), wide, row.height()), name, word, tone, style))
                x += wide
        self._keys = tuple(keys)

    def _arranged_spans(self, row: QRectF) -> tuple[tuple[QRectF, str], ...]:
        font, right, found = self._theme.font(14, Weight.SEMIBOLD), row.right(), []
        for name, _span in reversed(SPANS):
            wide = text_width(font, name) + self._theme.px(22)
            top = row.top() + self._theme.px(2)
            found.append((QRectF(right - wide, top, wide, row.height() - self._theme.px(4)), name))
            right -= wide + self._theme.px(6)
        return tuple(found)

    def _glyphs_left(self) -> float:
        title = text_width(self._theme.font(19, Weight.BOLD), "Session")
        return self._row.left() + title + self._theme.px(22)

    def _glyphs_wide(self) -> float:
        word = text_width(self._theme.font(14, Weight.MEDIUM), "pressure")
        return 2 * self._theme.px(5) + self._theme.px(35) + word

    def draw(self, painter: QPainter, shown: frozenset[str], span_s: float | None) -> None:
        """Paint the row."""
        theme, p, row = self._theme, self._theme.palette, self._row
        draw_text(painter, row, LEFT | MIDDLE, "Session", theme.font(19, Weight.BOLD), p.text)
        self._draw_glyphs(painter)
        font = theme.font(14, Weight.MEDIUM)
        for key in self._keys:
            on, x, y = key.name in shown, key.rect.left(), row.center().y()
            color = theme.color(key.tone) if on else QColor(p.faint)
            painter.setPen(QPen(color if on else faded(p.faint, 0.6), max(1.5, 2.2 * theme.scale), key.style))
            painter.drawLine(QPointF(x, y), QPointF(x + theme.px(18), y))
            draw_text(
                painter, key.rect.adjusted(theme.px(24), 0, 0, 0), LEFT | MIDDLE, key.label, font, color
            )
        bold, chosen = theme.font(14, Weight.SEMIBOLD), dict(SPANS)
        for box, name in self._spans:
            on = chosen[name] == span_s
            draw_panel(painter, box, p.raised if on else p.panel, theme.px(8), p.muted if on else p.line, 1)
            draw_text(painter, box, CENTER | MIDDLE, name, bold, p.text if on else p.muted)

    def _draw_glyphs(self, painter: QPainter) -> None:
        theme, p = self._theme, self._theme.palette
        x, y, size = self._glyphs_left(), self._row.center().y(), theme.px(5)
        painter.setPen(QPen(QColor(p.nibp), max(1.4, 1.8 * theme.scale)))
        painter.drawPolyline([QPointF(x, y - 3), QPointF(x + size, y + size), QPointF(x + 2 * size, y - 3)])
        x += 2 * size + theme.px(3)
        painter.drawPolyline([QPointF(x, y + 4), QPointF(x + size, y - size), QPointF(x + 2 * size, y + 4)])
        word = self._row.adjusted(x + theme.px(16) - self._row.left(), 0, 0, 0)
        draw_text(painter, word, LEFT | MIDDLE, "pressure", theme.font(14, Weight.MEDIUM), p.nibp)
