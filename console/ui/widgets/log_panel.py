"""The alarm log in place: time, priority, what it was, how long it stood, who saw it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QScroller, QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_alarm_log import LogLine
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.numeric_tile import alarm_fill
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, draw_panel, draw_text

ROW_PX = 46
TIME_PX, MARK_PX, FIGURES_PX, STOOD_PX, SEEN_PX, GAP_PX = 102, 58, 130, 96, 290, 14


def columns(theme: Theme, width: float) -> dict[str, tuple[float, float]]:
    """Left edge and width of each column."""
    px = theme.px
    seen = width - px(SEEN_PX)
    stood = seen - px(GAP_PX + STOOD_PX)
    figures = stood - px(GAP_PX + FIGURES_PX)
    message = px(TIME_PX + MARK_PX + 2 * GAP_PX)
    return {
        "time": (0.0, px(TIME_PX)),
        "mark": (px(TIME_PX + GAP_PX), px(MARK_PX)),
        "message": (message, figures - message - px(GAP_PX)),
        "figures": (figures, px(FIGURES_PX)),
        "stood": (stood, px(STOOD_PX)),
        "seen": (seen, px(SEEN_PX)),
    }


class LogHeads(QWidget):
    """What the columns are."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(self._theme.px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the words over their columns."""
        with QPainter(self) as painter:
            theme, p = self._theme, self._theme.palette
            place = columns(theme, self.width() - theme.px(16))
            font = theme.font(15, Weight.SEMIBOLD)
            for name, align, text in (
                ("time", LEFT, "time"),
                ("message", LEFT, "alarm"),
                ("figures", RIGHT, "value / limit"),
                ("stood", RIGHT, "stood"),
                ("seen", LEFT, "acknowledged by"),
            ):
                left, wide = place[name]
                box = QRectF(left, 0, wide, self.height())
                draw_text(painter, box, align | MIDDLE, text, font, p.muted)


class LogLines(QWidget):
    """The lines; only those in sight are drawn."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[LogLine, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """What is shown."""
        return self._lines

    def set_lines(self, lines: tuple[LogLine, ...]) -> None:
        """Show these, the newest first."""
        if lines == self._lines:
            return
        self._lines = lines
        said = (" ".join((one.time, one.marker, one.message, one.seen)) for one in lines[:20])
        self.setAccessibleName("; ".join(said))
        self.rescale()
        self.update()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setFixedHeight(max(1, len(self._lines)) * self._theme.px(ROW_PX))

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(self._theme.px(600), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines in sight."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            row = self._theme.px(ROW_PX)
            place = columns(self._theme, self.width() - self._theme.px(16))
            first = max(0, event.rect().top() // row)
            last = event.rect().bottom() // row + 1
            for index in range(first, min(last, len(self._lines))):
                self._line(painter, place, self._lines[index], float(index * row), row)

    def _line(
        self,
        painter: QPainter,
        place: dict[str, tuple[float, float]],
        line: LogLine,
        top: float,
        tall: int,
    ) -> None:
        theme, p = self._theme, self._theme.palette
        painter.setPen(QPen(QColor(p.line), 1))
        painter.drawLine(QPointF(0, top + tall - 0.5), QPointF(self.width(), top + tall - 0.5))
        boxes = {name: QRectF(left, top, wide, tall) for name, (left, wide) in place.items()}
        font = theme.font(18, Weight.MEDIUM)
        draw_text(painter, boxes["time"], LEFT | MIDDLE, line.time, font, p.muted)
        if line.priority is None:
            room = boxes["message"].united(boxes["stood"])
            draw_text(painter, room, LEFT | MIDDLE, line.message, font, p.muted)
            draw_text(painter, boxes["seen"], LEFT | MIDDLE, line.seen, font, p.muted)
            return
        fill, ink = alarm_fill(theme, line.priority)
        mark = boxes["mark"]
        chip = QRectF(mark.left(), mark.center().y() - theme.px(14), mark.width(), theme.px(28))
        if line.stands:
            draw_panel(painter, chip, fill, theme.px(7))
        else:
            # What is over keeps its marker; the fill belongs to alarms that stand.
            draw_panel(painter, chip, p.raised, theme.px(7), fill, theme.px(2))
            ink = p.text
        draw_text(painter, chip, CENTER | MIDDLE, line.marker, theme.font(18, Weight.BOLD), ink)
        strong = theme.font(19, Weight.SEMIBOLD if line.stands else Weight.MEDIUM)
        draw_text(painter, boxes["message"], LEFT | MIDDLE, line.message, strong, p.text)
        draw_text(painter, boxes["figures"], RIGHT | MIDDLE, line.figures, font, p.text)
        draw_text(painter, boxes["stood"], RIGHT | MIDDLE, line.stood, font, p.text)
        heeded = line.seen not in {"nobody", "not yet"}
        weight = theme.font(18, Weight.MEDIUM if heeded else Weight.BOLD)
        draw_text(painter, boxes["seen"], LEFT | MIDDLE, line.seen, weight, p.muted if heeded else p.text)


class LogPanel(InPlacePanel):
    """Every alarm of the session."""

    MOST_WIDE_PX: ClassVar[int] = 1400
    TALL: ClassVar[bool] = True

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Alarm log", parent)
        self.setObjectName("log_panel")
        self.heads = LogHeads(theme, self)
        self.lines = LogLines(theme, self)
        self.area = QScrollArea(self)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.lines)
        QScroller.grabGesture(self.area.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self.body.addWidget(self.heads)
        self.body.addWidget(self.area, 1)

    def set_log(self, title: str, lines: tuple[LogLine, ...]) -> None:
        """Show the log."""
        self.title.setText(title)
        self.lines.set_lines(lines)
