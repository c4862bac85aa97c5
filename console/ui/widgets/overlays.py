"""What lies over pages: the watermark of simulated devices, and the words of a lost room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from console.ui.theme import Theme, Weight
from console.ui.widgets.paint import BOTTOM, CENTER, MIDDLE, TOP, draw_panel, draw_text, draw_wrapped, faded


class Overlay(QWidget):
    """Covers its parent and follows its size."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        parent.installEventFilter(self)
        self.setGeometry(parent.rect())
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the parent's size."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False


class Watermark(Overlay):
    """SIMULATED across everything; lets every touch through."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._canvas = QPixmap()

    def _drawn(self) -> QPixmap:
        """The word aslant, drawn once a size: it lies over every frame of every trace."""
        ratio = self.devicePixelRatioF()
        size = (round(self.width() * ratio), round(self.height() * ratio))
        if (self._canvas.width(), self._canvas.height()) == size:
            return self._canvas
        self._canvas = QPixmap(*size)
        self._canvas.setDevicePixelRatio(ratio)
        self._canvas.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.width() * 0.34, self.height() * 0.62)
        painter.rotate(-20)
        painter.setFont(self._theme.font(120, Weight.BOLD))
        painter.setPen(faded(self._theme.palette.muted, 0.10))
        half = self._theme.px(600)
        painter.drawText(QRectF(-half, -half / 4, 2 * half, half / 2), CENTER | MIDDLE, "SIMULATED")
        painter.end()
        return self._canvas

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the part of the word that was uncovered."""
        canvas = self._drawn()
        ratio = canvas.devicePixelRatio()
        area = event.rect()
        source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
        painter = QPainter(self)
        painter.drawPixmap(QRectF(area), canvas, source)
        painter.end()


class LostCover(Overlay):
    """The room process does not answer: everything shown would be old, so nothing is shown."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._lost_s = 0.0
        self._why = ""
        self._lit = True
        self.setAccessibleName("Console room process not answering. Stop at the pump.")

    def set_lost(self, seconds: float, why: str, *, lit: bool) -> None:
        """Show how long, and what the room said when it left."""
        if (int(seconds), why, lit) != (int(self._lost_s), self._why, self._lit):
            self._lost_s, self._why, self._lit = seconds, why, lit
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the red cover."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, p = self._theme, self._theme.palette
        rect = QRectF(self.rect())
        painter.fillRect(rect, p.ground)
        fill = p.high_fill if self._lit else "#8f1419"
        draw_panel(painter, rect, fill, theme.px(14))
        inner = rect.adjusted(theme.px(60), theme.px(30), -theme.px(60), -theme.px(30))
        unit = inner.height() / 100
        size = theme.px(92)
        icon = theme.pixmap("unplugged", p.on_high, size, self.devicePixelRatioF())
        painter.drawPixmap(int(inner.center().x() - size / 2), int(inner.top() + unit * 8), icon)
        head = QRectF(inner.left(), inner.top() + unit * 24, inner.width(), unit * 16)
        draw_text(
            painter,
            head,
            CENTER | MIDDLE,
            "CONSOLE ROOM PROCESS NOT ANSWERING",
            theme.font(60, Weight.BOLD),
            p.on_high,
        )
        act = QRectF(inner.left(), inner.top() + unit * 40, inner.width(), unit * 18)
        draw_text(painter, act, CENTER | MIDDLE, "STOP AT THE PUMP", theme.font(92, Weight.BOLD), p.on_high)
        since = QRectF(inner.left(), inner.top() + unit * 60, inner.width(), unit * 10)
        draw_text(
            painter,
            since,
            CENTER | TOP,
            f"for {self._lost_s:.0f} s",
            theme.font(34, Weight.SEMIBOLD),
            p.on_high,
        )
        why = self._why or (
            "Nothing on this screen is live. Watch the patient and the monitor itself. "
            "The console reconnects by itself; STOP below is sent again as soon as it does."
        )
        low = QRectF(inner.left(), inner.top() + unit * 72, inner.width(), unit * 22)
        draw_wrapped(painter, low, CENTER | BOTTOM, why, theme.font(22, Weight.MEDIUM), p.on_high)
        painter.end()
