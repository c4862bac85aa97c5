"""The alarm strip: the alarm that matters most, what to do with it, and the others in place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from console.session.events import Priority
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import AlarmLine, AlarmStrip
from console.ui.widgets.blink import Blink
from console.ui.widgets.numeric_tile import alarm_fill
from console.ui.widgets.paint import LEFT, MIDDLE, draw_panel, draw_text, text_width


class AlarmBar(QWidget):
    """The strip itself.

    Signals:
        acknowledge: Alarm id to acknowledge.
        pause_sound: Pause the sound for two minutes.
        resume_sound: Bring the sound back.
        list_wanted: Show or hide the other alarms.
    """

    acknowledge = Signal(str)
    pause_sound = Signal()
    resume_sound = Signal()
    list_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._strip = AlarmStrip()
        self._blink = Blink()
        self._styled = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.others_button = QPushButton(self)
        self.ack_button = QPushButton("Acknowledge", self)
        self.ack_button.setObjectName("acknowledge")
        self.sound_button = QPushButton("Pause sound 2:00", self)
        self._row = QHBoxLayout(self)
        self._row.addStretch(1)
        for button in (self.others_button, self.ack_button, self.sound_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._row.addWidget(button)
        self.others_button.clicked.connect(self._list)
        self.ack_button.clicked.connect(self._acknowledge)
        self.sound_button.clicked.connect(self._sound)
        self.rescale()
        self._offer()

    @property
    def strip(self) -> AlarmStrip:
        """What is shown."""
        return self._strip

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self.setFixedHeight(px(68))
        self._row.setContentsMargins(px(20), px(5), px(6), px(5))
        self._row.setSpacing(px(12))
        for button in (self.others_button, self.ack_button, self.sound_button):
            button.setIconSize(QSize(px(24), px(24)))
            button.setFixedHeight(px(58))
        self._styled = ""
        self._offer()

    def set_strip(self, strip: AlarmStrip, blink: Blink) -> None:
        """Show ``strip``."""
        top_changed = strip != self._strip
        lit = self._lit(blink) != self._lit(self._blink)
        self._strip, self._blink = strip, blink
        if top_changed:
            self._offer()
            top = strip.top
            self.setAccessibleName("No alarms" if top is None else f"{top.priority} alarm: {top.message}")
        if top_changed or lit:
            self.update()

    def _lit(self, blink: Blink) -> bool:
        top = self._strip.top
        return top is None or blink.on(top.priority, not top.acknowledged)

    def _offer(self) -> None:
        strip, top = self._strip, self._strip.top
        others = len(strip.lines) - 1
        self.others_button.setVisible(others > 0)
        self.others_button.setText(f"+{others} more")
        self.ack_button.setVisible(top is not None and not top.acknowledged)
        self.sound_button.setVisible(top is not None or bool(strip.audio_paused))
        self.sound_button.setText(
            f"AUDIO PAUSED {strip.audio_paused}" if strip.audio_paused else "Pause sound 2:00"
        )
        self._style(top)

    def _style(self, top: AlarmLine | None) -> None:
        p = self._theme.palette
        key = "none" if top is None else top.priority.value
        key += "p" if self._strip.audio_paused else ""
        if key == self._styled:
            return
        self._styled = key
        name = "bell_paused" if self._strip.audio_paused else "bell"
        self.sound_button.setIcon(self._theme.icon(name))
        self.ack_button.setIcon(self._theme.icon("check"))
        self.others_button.setIcon(self._theme.icon("expand"))
        dark = "#3a1113" if top is not None and top.priority is Priority.HIGH else "#1d1a08"
        dark = p.raised if top is None else dark
        sheet = (
            f"QPushButton {{ background: {dark}; color: {p.text}; min-height: 0;"
            " border: 1px solid rgba(255,255,255,40); }"
        )
        for button in (self.others_button, self.ack_button, self.sound_button):
            button.setStyleSheet(sheet)

    def _acknowledge(self) -> None:
        if self._strip.top is not None:
            self.acknowledge.emit(self._strip.top.alarm_id)

    def _sound(self) -> None:
        if self._strip.audio_paused:
            self.resume_sound.emit()
        else:
            self.pause_sound.emit()

    def _list(self) -> None:
        self.list_wanted.emit()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Touching the message shows the others."""
        if len(self._strip.lines) > 1:
            self.list_wanted.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw fill, marker and message."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, p, top = self._theme, self._theme.palette, self._strip.top
        rect = QRectF(self.rect())
        if top is None:
            draw_panel(painter, rect, p.panel, theme.px(12))
            inner = rect.adjusted(theme.px(20), 0, -theme.px(20), 0)
            size = theme.px(22)
            icon = theme.pixmap("check", p.good, size, self.devicePixelRatioF())
            painter.drawPixmap(int(inner.left()), int(rect.center().y() - size / 2), icon)
            text = inner.adjusted(size + theme.px(10), 0, 0, 0)
            draw_text(painter, text, LEFT | MIDDLE, self._strip.calm, theme.font(19, Weight.MEDIUM), p.muted)
            painter.end()
            return
        fill, ink = alarm_fill(theme, top.priority)
        if not self._lit(self._blink):
            draw_panel(painter, rect, p.panel, theme.px(12), fill, theme.px(3))
            ink = p.text
        else:
            draw_panel(painter, rect, fill, theme.px(12))
        self._message(painter, rect, top, QColor(ink))
        painter.end()

    def _message(self, painter: QPainter, rect: QRectF, top: AlarmLine, ink: QColor) -> None:
        theme = self._theme
        buttons = [b for b in (self.others_button, self.ack_button, self.sound_button) if not b.isHidden()]
        right = min((b.x() for b in buttons), default=self.width()) - theme.px(16)
        x = rect.left() + theme.px(22)
        x += draw_text(
            painter,
            QRectF(x, 0, theme.px(80), rect.height()),
            LEFT | MIDDLE,
            top.marker,
            theme.font(30, Weight.BOLD),
            ink,
        )
        x += theme.px(20)
        since = f"for {top.for_text}" if top.condition else f"was, {top.for_text} ago"
        if top.acknowledged:
            since += " · acknowledged"
        since_font = theme.font(20, Weight.MEDIUM)
        since_w = text_width(since_font, since) + theme.px(24)
        font = theme.font(27, Weight.BOLD)
        box = QRectF(x, 0, max(40.0, right - x - since_w), rect.height())
        x += draw_text(painter, box, LEFT | MIDDLE, top.message, font, ink) + theme.px(24)
        draw_text(
            painter, QRectF(x, 0, max(10.0, right - x), rect.height()), LEFT | MIDDLE, since, since_font, ink
        )


class AlarmList(QWidget):
    """The other alarms, laid over the page under the strip; not modal.

    Signals:
        acknowledge: Alarm id to acknowledge.
    """

    acknowledge = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[AlarmLine, ...] = ()
        self.hide()

    def set_lines(self, lines: tuple[AlarmLine, ...]) -> None:
        """Show these; the list closes when there is none."""
        if lines == self._lines:
            return
        self._lines = lines
        self.setFixedHeight(self._row_height() * max(1, len(lines)) + self._theme.px(16))
        if not lines:
            self.hide()
        self.update()

    def _row_height(self) -> int:
        return self._theme.px(58)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Touching an alarm acknowledges it."""
        index = int((event.position().y() - self._theme.px(8)) // self._row_height())
        if 0 <= index < len(self._lines) and not self._lines[index].acknowledged:
            self.acknowledge.emit(self._lines[index].alarm_id)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw one line an alarm."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, p = self._theme, self._theme.palette
        draw_panel(painter, QRectF(self.rect()), p.raised, theme.px(12), p.line, 2)
        for index, line in enumerate(self._lines):
            top = theme.px(8) + index * self._row_height()
            row = QRectF(theme.px(18), top, self.width() - theme.px(36), self._row_height())
            fill, ink = alarm_fill(theme, line.priority)
            chip = QRectF(row.left(), row.center().y() - theme.px(17), theme.px(58), theme.px(34))
            draw_panel(painter, chip, fill, theme.px(8))
            font = theme.font(20, Weight.BOLD)
            draw_text(painter, chip.adjusted(theme.px(16), 0, 0, 0), LEFT | MIDDLE, line.marker, font, ink)
            text = row.adjusted(theme.px(76), 0, -theme.px(330), 0)
            draw_text(painter, text, LEFT | MIDDLE, line.message, theme.font(20, Weight.SEMIBOLD), p.text)
            state = "acknowledged" if line.acknowledged else "touch to acknowledge"
            since = QRectF(row.right() - theme.px(320), row.top(), theme.px(320), row.height())
            draw_text(
                painter, since, LEFT | MIDDLE, f"for {line.for_text} · {state}", theme.font(17), p.muted
            )
        painter.end()
