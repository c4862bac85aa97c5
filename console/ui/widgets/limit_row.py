"""One vital sign of the limits panel: value, recent range over its limits, keys, and what they would do."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_limits import LimitRow, Side, shares
from console.ui.widgets.big_key import BigKey
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, TOP, draw_panel, draw_text, faded

ROW_PX = 58
KEY_PX = 50
LABEL_PX, VALUE_PX, FIGURE_PX, OFF_PX = 108, 84, 62, 132
GAP_PX = 10
STEPS = ((Side.LOW, -1, "−"), (Side.LOW, 1, "+"), (Side.HIGH, -1, "−"), (Side.HIGH, 1, "+"))


class LimitRowWidget(QWidget):
    """A row; what a key would do is drafted by the panel.

    Signals:
        nudged: Side and steps of a key.
        off_wanted: Switch the inner limits off, or on again.
    """

    nudged = Signal(object, int)
    off_wanted = Signal()

    def __init__(self, theme: Theme, row: LimitRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row = row
        self.keys: dict[tuple[Side, int], BigKey] = {}
        for side, steps, text in STEPS:
            key = BigKey(theme, text, KEY_PX, self)
            key.setObjectName(f"limit_{row.vital.value}_{side.value}_{'more' if steps > 0 else 'less'}")
            key.setAccessibleName(f"{row.label} {side.value} limit {'up' if steps > 0 else 'down'}")
            key.setAutoRepeat(True)
            key.clicked.connect(partial(self.nudged.emit, side, steps))
            self.keys[side, steps] = key
        self.off_key = BigKey(theme, "", KEY_PX, self)
        self.off_key.setObjectName(f"limit_{row.vital.value}_off")
        self.off_key.clicked.connect(self.off_wanted)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme.px(ROW_PX))
        self._offer()

    @property
    def row(self) -> LimitRow:
        """What is shown."""
        return self._row

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setMinimumHeight(self._theme.px(ROW_PX))
        self._offer()
        self._place()

    def set_row(self, row: LimitRow, *, usable: bool) -> None:
        """Show ``row``; repaints only when something changed."""
        for side, steps in self.keys:
            self.keys[side, steps].setEnabled(usable and row.limit(side) is not None)
        self.off_key.setEnabled(usable)
        if row == self._row:
            return
        self._row = row
        self._offer()
        self.setAccessibleName(f"{row.label} {row.value} {row.unit}, {row.verdict}")
        self.update()

    def _offer(self) -> None:
        row, p = self._row, self._theme.palette
        for (side, _steps), key in self.keys.items():
            key.setVisible(row.limit(side) is not None)
        if row.off_until:
            self.off_key.set_mark("bell_off", p.text)
            self.off_key.set_words(f"to {row.off_until}")
        else:
            self.off_key.set_mark("bell", p.muted)
            self.off_key.set_words("On")

    # --- geometry ---------------------------------------------------------------------------------

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place the keys."""
        self._place()

    def _side_left(self, side: Side) -> float:
        px = self._theme.px
        group = 2 * px(KEY_PX + 8) + px(FIGURE_PX)
        right = self.width() - px(OFF_PX) - px(2 * GAP_PX)
        return right - group if side is Side.HIGH else right - 2 * group - px(2 * GAP_PX)

    def _place(self) -> None:
        px = self._theme.px
        wide, tall = px(KEY_PX + 8), px(KEY_PX)
        top = (self.height() - tall) // 2
        for (side, steps), key in self.keys.items():
            left = self._side_left(side)
            x = left if steps < 0 else left + wide + px(FIGURE_PX)
            key.setGeometry(round(x), top, wide, tall)
        self.off_key.setGeometry(self.width() - px(OFF_PX), top, px(OFF_PX), tall)

    @property
    def bar(self) -> QRectF:
        """Where the bar with its verdict stands."""
        px = self._theme.px
        left = px(LABEL_PX + VALUE_PX + 3 * GAP_PX)
        return QRectF(left, 0, self._side_left(Side.LOW) - px(3 * GAP_PX) - left, self.height())

    # --- drawing ----------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw label, value, bar, figures and verdict."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p, row = self._theme, self._theme.palette, self._row
            px, tall = theme.px, float(self.height())
            painter.setPen(QPen(QColor(p.line), 1))
            painter.drawLine(QPointF(0, tall - 0.5), QPointF(self.width(), tall - 0.5))
            ink = theme.color(row.tone)
            label = QRectF(0, tall * 0.14, px(LABEL_PX), tall * 0.42)
            draw_text(painter, label, LEFT | MIDDLE, row.label, theme.font(20, Weight.BOLD), ink)
            unit = QRectF(0, tall * 0.54, px(LABEL_PX), tall * 0.32)
            draw_text(painter, unit, LEFT | MIDDLE, row.unit, theme.font(15), p.muted)
            value = QRectF(px(LABEL_PX), 0, px(VALUE_PX), tall)
            known = row.current is not None
            figure = theme.font(34, Weight.BOLD)
            draw_text(painter, value, RIGHT | MIDDLE, row.value, figure, ink if known else QColor(p.faint))
            self._bar(painter, ink)
            for side in Side:
                self._figure(painter, side)

    def _figure(self, painter: QPainter, side: Side) -> None:
        theme, p, row = self._theme, self._theme.palette, self._row
        px = theme.px
        limit, drafted = row.limit(side), row.drafted(side)
        left = self._side_left(side) + px(KEY_PX + 8)
        box = QRectF(left, 0, px(FIGURE_PX), self.height())
        if limit is None:
            draw_text(painter, box, CENTER | MIDDLE, "none", theme.font(16, Weight.MEDIUM), p.faint)
            return
        ink = p.accent if drafted else p.faint if row.off_until else p.text
        draw_text(painter, box, CENTER | MIDDLE, f"{limit:g}", theme.font(26, Weight.BOLD), ink)
        if drafted:
            under = QRectF(left, self.height() * 0.5 + px(15), px(FIGURE_PX), px(3))
            painter.fillRect(under.adjusted(px(14), 0, -px(14), 0), QColor(p.accent))

    def _bar(self, painter: QPainter, ink: QColor) -> None:
        theme, p, row = self._theme, self._theme.palette, self._row
        px, area = theme.px, self.bar
        track = QRectF(area.left(), self.height() * 0.30 - px(6), area.width(), px(12))
        low, high, first, last = shares(
            row, (row.limits.low, row.limits.high, row.limits.extreme_low, row.limits.extreme_high)
        )
        draw_panel(painter, track, p.line, px(6))
        start = track.left() + (low or 0.0) * track.width()
        end = track.left() + (1.0 if high is None else high) * track.width()
        inside = QRectF(start, track.top(), max(1.0, end - start), track.height())
        painter.fillRect(inside, faded(p.good, 0.12 if row.off_until else 0.34))
        self._range(painter, track, ink)
        for share, extreme in ((low, False), (high, False), (first, True), (last, True)):
            if share is not None:
                self._mark(painter, track, share, extreme=extreme)
        self._words(painter, area)

    def _range(self, painter: QPainter, track: QRectF, ink: QColor) -> None:
        """The last ten minutes as a thick line, the value now as a dot."""
        px, row = self._theme.px, self._row
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        if row.recent is not None:
            least, most = shares(row, row.recent)
            if least is not None and most is not None:
                x = track.left() + least * track.width()
                wide = max(float(px(4)), (most - least) * track.width())
                painter.drawRoundedRect(QRectF(x, track.center().y() - px(3), wide, px(6)), px(3), px(3))
        (now,) = shares(row, (row.current,))
        if now is not None:
            painter.setPen(QPen(QColor(self._theme.palette.raised), px(2)))
            painter.drawEllipse(QPointF(track.left() + now * track.width(), track.center().y()), px(7), px(7))

    def _mark(self, painter: QPainter, track: QRectF, share: float, *, extreme: bool) -> None:
        """An inner limit as a plain stroke, an extreme one as a double stroke."""
        theme, p, row = self._theme, self._theme.palette, self._row
        px = theme.px
        x = track.left() + share * track.width()
        color = p.text if extreme or not row.off_until else p.faint
        painter.setPen(QPen(QColor(color), theme.px(2)))
        offsets = (-px(2), px(2)) if extreme else (0,)
        for offset in offsets:
            painter.drawLine(
                QPointF(x + offset, track.top() - px(6)), QPointF(x + offset, track.bottom() + px(6))
            )

    def _words(self, painter: QPainter, area: QRectF) -> None:
        """The verdict, and where the extreme limits stand when there is nothing to heed."""
        theme, p, row = self._theme, self._theme.palette, self._row
        px = theme.px
        box = QRectF(area.left(), self.height() * 0.54, area.width(), self.height() * 0.40)
        strong = theme.font(15, Weight.BOLD)
        if row.warns and not row.off_until:
            size = px(17)
            icon = theme.pixmap("warning", p.text, size, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(box.left(), box.top() + px(1)), icon)
            draw_text(painter, box.adjusted(size + px(6), 0, 0, 0), LEFT | TOP, row.brief, strong, p.text)
            return
        small = theme.font(15, Weight.MEDIUM)
        first, last = row.limits.extreme_low, row.limits.extreme_high
        parts = ("" if first is None else f"≤ {first:g}", "" if last is None else f"≥ {last:g}")
        shown = "  ".join(part for part in parts if part)
        used = draw_text(painter, box, RIGHT | TOP, f"extreme {shown}" if shown else "", small, p.muted)
        room = box.adjusted(0, 0, -used - px(12) if used else 0, 0)
        if row.off_until:
            draw_text(painter, room, LEFT | TOP, row.off_reason, strong, p.text)
        else:
            draw_text(painter, room, LEFT | TOP, row.brief, small, p.muted)
