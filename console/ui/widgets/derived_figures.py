"""The figures that follow from an order, large enough to be read aloud by the second person."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_words import DASHES
from console.ui.viewmodels.step_order import Derived
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT, TOP, draw_panel, draw_text


class DerivedFigures(QWidget):
    """Rate and dose large, the same in other units below, the end time beside."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._derived = Derived()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(186))

    def set_derived(self, derived: Derived) -> None:
        """Show ``derived``."""
        if derived != self._derived:
            self._derived = derived
            rates = f"{derived.ml_h}, {derived.mg_h}, {derived.mg_kg_h}"
            self.setAccessibleName(f"{rates}, {derived.mg}, {derived.ml}, ends {derived.ends}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw six figures."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p, d = self._theme, self._theme.palette, self._derived
            draw_panel(painter, QRectF(self.rect()), p.ground, theme.px(10), p.line, 1)
            inner = QRectF(self.rect()).adjusted(theme.px(18), theme.px(10), -theme.px(18), -theme.px(10))
            half = inner.width() / 2
            columns = (
                ("Pump rate", d.ml_h, (d.mg_h, d.mg_kg_h)),
                ("Total dose", d.mg, (d.ml, d.dose_mg_kg)),
            )
            for index, (label, big, small) in enumerate(columns):
                box = QRectF(inner.left() + index * half, inner.top(), half - theme.px(12), inner.height())
                draw_text(painter, box, LEFT | TOP, label, theme.font(16, Weight.SEMIBOLD), p.muted)
                figure = QRectF(box.left(), box.top() + theme.px(18), box.width(), theme.px(54))
                known = not big.startswith(DASHES)
                draw_text(
                    painter,
                    figure,
                    LEFT | MIDDLE,
                    big,
                    theme.font(46, Weight.BOLD),
                    p.drug if known else p.faint,
                )
                for line, text in enumerate(small):
                    row = QRectF(box.left(), box.top() + theme.px(74 + 28 * line), box.width(), theme.px(28))
                    draw_text(
                        painter,
                        row,
                        LEFT | MIDDLE,
                        text,
                        theme.font(22, Weight.SEMIBOLD),
                        p.text if known else p.faint,
                    )
            foot = QRectF(inner.left(), inner.bottom() - theme.px(34), inner.width(), theme.px(34))
            known = d.ends != DASHES
            ends = f"ends {d.ends} if started now" if known else "ends --"
            draw_text(
                painter, foot, LEFT | MIDDLE, ends, theme.font(25, Weight.BOLD), p.text if known else p.faint
            )
            note = foot.adjusted(half, 0, 0, 0)
            draw_text(painter, note, RIGHT | MIDDLE, d.rounding, theme.font(14, Weight.MEDIUM), p.muted)
