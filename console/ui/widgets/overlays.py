"""What lies over pages: the watermark of simulated devices, and the words of a lost room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPixmap, QTransform
from PySide6.QtWidgets import QWidget

from console.ui.theme import Theme, Weight
from console.ui.widgets.paint import BOTTOM, CENTER, MIDDLE, TOP, draw_panel, draw_text, draw_wrapped, faded

LOST = "Console room process not answering. Stop at the pump."
AWAITED = "Connecting to the room. Nothing is live yet. Until then, stop at the pump itself."


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


class Watermark(QWidget):
    """SIMULATED aslant over the page; lets every touch through.

    It is only as large as the word: over more, every frame of every trace would be composed anew beneath it.
    """

    TURN_DEG = -20.0

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._page = theme, parent
        self._canvas = QPixmap()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self._place()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the parent's size."""
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self._place()
        return False

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._place()

    def _place(self) -> None:
        """Draw the word once, and cover just that."""
        path = QPainterPath()
        path.addText(0, 0, self._theme.font(120, Weight.BOLD), "SIMULATED")
        box = path.boundingRect()
        path = QTransform().rotate(self.TURN_DEG).map(path.translated(-box.center()))
        box = path.boundingRect().adjusted(-2, -2, 2, 2)
        page = self._page.rect()
        centre = QPointF(page.width() * 0.34, page.height() * 0.645)
        self.setGeometry(box.translated(centre).toAlignedRect())
        ratio = self.devicePixelRatioF()
        self._canvas = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        self._canvas.setDevicePixelRatio(ratio)
        self._canvas.fill(Qt.GlobalColor.transparent)
        with QPainter(self._canvas) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-box.left(), -box.top())
            painter.fillPath(path, faded(self._theme.palette.muted, 0.10))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the part of the word that was uncovered."""
        ratio = self._canvas.devicePixelRatio()
        area = event.rect()
        source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
        with QPainter(self) as painter:
            painter.drawPixmap(QRectF(area), self._canvas, source)


class LostCover(Overlay):
    """The room process does not answer: everything shown would be old, so nothing is shown.

    A room that has not answered yet is started along with the window: for some seconds that is no alarm.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._awaited = False
        self._lost_s = 0.0
        self._why = ""
        self._pump = ""
        self._lit = True
        self.setAccessibleName(LOST)

    @property
    def awaited(self) -> bool:
        """Whether it says that the room is being started, and not that it is lost."""
        return self._awaited

    def set_lost(self, seconds: float, why: str, *, lit: bool, awaited: bool = False, pump: str = "") -> None:
        """Show how long, and what the room said when it left; or that the first word is ``awaited``.

        ``pump`` is what the pump does meanwhile, as a sentence.
        """
        shown = (int(self._lost_s), self._why, self._lit, self._awaited, self._pump)
        if (int(seconds), why, lit, awaited, pump) != shown:
            self._lost_s, self._why, self._lit, self._awaited = seconds, why, lit, awaited
            self._pump = pump
            self.setAccessibleName(AWAITED if awaited else LOST)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the red cover."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            rect = QRectF(self.rect())
            painter.fillRect(rect, p.ground)
            if self._awaited:
                self._draw_awaited(painter, rect)
                return
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
            draw_text(
                painter, act, CENTER | MIDDLE, "STOP AT THE PUMP", theme.font(92, Weight.BOLD), p.on_high
            )
            since = QRectF(inner.left(), inner.top() + unit * 60, inner.width(), unit * 10)
            draw_text(
                painter,
                since,
                CENTER | TOP,
                f"for {self._lost_s:.0f} s",
                theme.font(34, Weight.SEMIBOLD),
                p.on_high,
            )
            said = self._why or (
                "Nothing on this screen is live. Watch the patient and the monitor itself. "
                "The console reconnects by itself; STOP below is sent again as soon as it does."
            )
            why = " ".join(one for one in (self._pump, said) if one)
            low = QRectF(inner.left(), inner.top() + unit * 72, inner.width(), unit * 22)
            draw_wrapped(painter, low, CENTER | BOTTOM, why, theme.font(22, Weight.MEDIUM), p.on_high)

    def _draw_awaited(self, painter: QPainter, rect: QRectF) -> None:
        theme, p = self._theme, self._theme.palette
        draw_panel(painter, rect, p.panel, theme.px(14))
        half = rect.height() / 2
        upper, lower = rect.adjusted(0, 0, 0, -half), rect.adjusted(0, half, 0, 0)
        draw_text(
            painter, upper, CENTER | BOTTOM, "Connecting to the room", theme.font(48, Weight.BOLD), p.text
        )
        words = "Nothing is live yet. Until then, stop at the pump itself."
        low = lower.adjusted(theme.px(60), theme.px(20), -theme.px(60), 0)
        draw_text(painter, low, CENTER | TOP, words, theme.font(24, Weight.MEDIUM), p.muted)
