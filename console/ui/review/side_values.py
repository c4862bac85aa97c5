"""Beside the timeline: every figure at the cursor, and ten seconds of ECG about it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.clinical.vitals import Wave
from console.clock import NS_PER_S
from console.ui.review.lanes import Lane, LaneId, Scope
from console.ui.review.paint_waves import Ruler, paint_wave
from console.ui.review.wave_store import WaveStore
from console.ui.theme import FALLBACK_DPI, MM_PER_INCH, Theme, Weight, screen_dpi
from console.ui.viewmodels.review_values import ValueLine
from console.ui.widgets.paint import LEFT, MIDDLE, RIGHT, draw_text, text_width

STRIP_S = 10.0
ROW_PX, TIGHT_ROW_PX = 29.0, 23.5
STRIP_PX, TIGHT_STRIP_PX = 112.0, 92.0


class ValuesPanel(QWidget):
    """The figures at the cursor."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = ""
        self._lines: tuple[ValueLine, ...] = ()
        self._row = ROW_PX
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_values(self, title: str, lines: tuple[ValueLine, ...]) -> None:
        """Show these; the height follows their number."""
        grown = len(lines) != len(self._lines)
        self._title, self._lines = title, lines
        if grown:
            self.follow_scale()
        self.update()

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(34 + self._row * max(1, len(self._lines))))

    def set_tight(self, *, tight: bool) -> None:
        """Tighter rows on a low page; takes effect with the next :meth:`follow_scale`."""
        self._row = TIGHT_ROW_PX if tight else ROW_PX

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw label, note and figure of each line."""
        theme = self._theme
        with QPainter(self) as painter:
            draw_text(
                painter,
                QRectF(0, 0, self.width(), theme.px(30)),
                LEFT | MIDDLE,
                self._title,
                theme.font(20, Weight.SEMIBOLD),
                theme.palette.text,
            )
            y, row = float(theme.px(34)), theme.px(self._row)
            label_font, value_font, note_font = (
                theme.font(16),
                theme.font(17, Weight.SEMIBOLD),
                theme.font(13),
            )
            for line in self._lines:
                box = QRectF(0, y, self.width(), row)
                label = draw_text(painter, box, LEFT | MIDDLE, line.label, label_font, theme.palette.muted)
                right = box.adjusted(label + theme.px(8), 0, 0, 0)
                shown = draw_text(
                    painter, right, RIGHT | MIDDLE, line.value, value_font, theme.color(line.tone)
                )
                room = right.adjusted(0, 0, -shown - theme.px(8), 0)
                if line.note and text_width(note_font, line.note) <= room.width():
                    draw_text(painter, room, RIGHT | MIDDLE, line.note, note_font, theme.palette.faint)
                y += row


class EcgStrip(QWidget):
    """Ten seconds of ECG about the cursor."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._store: WaveStore | None = None
        self._start_ns, self._second = 0, 0.0
        self._high = STRIP_PX
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("ECG, ten seconds about the cursor")
        self.follow_scale()

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(self._high))

    def set_tight(self, *, tight: bool) -> None:
        """Lower on a low page; takes effect with the next :meth:`follow_scale`."""
        self._high = TIGHT_STRIP_PX if tight else STRIP_PX

    def set_moment(self, store: WaveStore | None, start_ns: int, second: float) -> None:
        """Show the ten seconds about ``second``."""
        self._store, self._start_ns, self._second = store, start_ns, second
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the strip with its true scale."""
        theme = self._theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            head = theme.px(22)
            ruler = Ruler(screen_dpi(self.physicalDpiX() or FALLBACK_DPI) / MM_PER_INCH)
            scope = Scope(self._second - STRIP_S / 2, self._second + STRIP_S / 2, 0.0, float(self.width()))
            lane = Lane(LaneId.ECG, QRectF(0, head, self.width(), self.height() - head), -0.8, 1.6)
            text = f"ECG II, 10 s · {ruler.speed_mm_s(scope):.1f} mm/s · {ruler.gain_mm_mv(lane):g} mm/mV"
            draw_text(
                painter,
                QRectF(0, 0, self.width(), head),
                LEFT | MIDDLE,
                text,
                theme.font(14),
                theme.palette.muted,
            )
            if self._store is not None:
                first = self._start_ns + round(scope.first_s * NS_PER_S)
                found = self._store.samples(Wave.ECG, first, first + round(STRIP_S * NS_PER_S))
                paint_wave(
                    painter, theme, lane, scope, Wave.ECG, found, self._start_ns, ruler, calibrate=False
                )
                painter.setPen(QPen(QColor(theme.palette.accent), 1.2))
                x = self.width() / 2
                painter.drawLine(round(x), head, round(x), self.height())
