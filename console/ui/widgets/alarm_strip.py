"""The alarm strip: the alarm that matters most, those after it, what to do, and how many are not in sight."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from console.session.events import Priority
from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import AlarmLine, AlarmStrip
from console.ui.widgets.blink import Blink
from console.ui.widgets.numeric_tile import alarm_fill
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, draw_panel, draw_text, text_width

MOST_CHIPS = 3
SIZES_PX = (27, 24, 21, 18)
TWO_LINES_PX = 24
"""Letters of the first message: as large as it stands whole; on two lines only from this size down."""
CHECK_PX = 24
NAMED_PX = 230
CHIP_WORDS_PX = 300
CHIP_GAP_PX = 10
ROW_GAP_PX = 12


class AlarmBar(QWidget):
    """The strip itself.

    Signals:
        acknowledge: Alarm id to acknowledge.
        pause_sound: Pause the sound for two minutes.
        resume_sound: Bring the sound back.
        list_wanted: Show or hide the other alarms.
        deed_wanted: The :class:`Deed` an alarm asks of a person.
        log_wanted: Show or hide the alarm log.
        limits_wanted: Show or hide the alarm limits.
    """

    acknowledge = Signal(str)
    pause_sound = Signal()
    resume_sound = Signal()
    list_wanted = Signal()
    deed_wanted = Signal(object)
    log_wanted = Signal()
    limits_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._strip = AlarmStrip()
        self._blink = Blink()
        self._styled = ""
        self._chips: tuple[tuple[AlarmLine, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.others_button = QPushButton(self)
        self.ack_button = QPushButton("Acknowledge", self)
        self.ack_button.setObjectName("acknowledge")
        self.sound_button = QPushButton("Pause sound 2:00", self)
        self.deed_button = QPushButton(self)
        self.deed_button.setObjectName("deed")
        self.log_button = QPushButton("Log", self)
        self.log_button.setObjectName("alarm_log")
        self.log_button.setAccessibleName("Alarm log")
        self.limits_button = QPushButton("Limits", self)
        self.limits_button.setObjectName("alarm_limits")
        self.limits_button.setAccessibleName("Alarm limits")
        self._buttons = (
            self.others_button, self.deed_button, self.ack_button, self.sound_button, self.log_button,
            self.limits_button,
        )  # fmt: skip
        self._row = QHBoxLayout(self)
        self._row.addStretch(1)
        for button in self._buttons:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._row.addWidget(button)
        self.deed_button.clicked.connect(self._deed)
        self.log_button.clicked.connect(self.log_wanted)
        self.limits_button.clicked.connect(self.limits_wanted)
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
        self._row.setSpacing(px(ROW_GAP_PX))
        for button in self._buttons:
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
        self.deed_button.setVisible(strip.deed is not None)
        if strip.deed is not None:
            self.deed_button.setText(strip.deed.value)
        waits = strip.waiting
        self.ack_button.setVisible(waits is not None)
        if waits is not None:
            self.ack_button.setText(self._ack_words(waits))
            self.ack_button.setAccessibleName(f"Acknowledge {waits.message}")
        self.sound_button.setVisible(top is not None or bool(strip.audio_paused))
        self.sound_button.setText(
            f"AUDIO PAUSED {strip.audio_paused}" if strip.audio_paused else "Pause sound 2:00"
        )
        self._style(top)
        self._fit()

    # --- how many alarms fit ----------------------------------------------------------------------

    @property
    def shown(self) -> int:
        """How many alarms stand in the strip."""
        return len(self._chips) + (1 if self._strip.lines else 0)

    def _fit(self) -> None:
        """As many of the next alarms as there is room for; the key tells how many are not in sight."""
        lines = self._strip.lines
        self._chips = ()
        self.others_button.setVisible(len(lines) > 1)
        if len(lines) <= 1:
            return
        self.others_button.setText(f"+{len(lines) - 1} more")
        room = self._keys_left() - self._message_right(lines[0]) - self._theme.px(CHIP_GAP_PX)
        chips: list[tuple[AlarmLine, float]] = []
        for line in lines[1 : 1 + MOST_CHIPS]:
            wide = self._chip_width(line)
            if wide + self._theme.px(CHIP_GAP_PX) > room:
                break
            chips.append((line, wide))
            room -= wide + self._theme.px(CHIP_GAP_PX)
        self._chips = tuple(chips)
        hidden = len(lines) - 1 - len(chips)
        self.others_button.setText(f"+{hidden} more" if hidden else f"All {len(lines)}")

    def _keys_left(self) -> float:
        """Where the keys begin, as the layout will place them."""
        px = self._theme.px
        wanted = [button.sizeHint().width() for button in self._buttons if not button.isHidden()]
        return self.width() - px(6) - sum(wanted) - px(ROW_GAP_PX) * len(wanted)

    def _message_right(self, top: AlarmLine) -> float:
        theme = self._theme
        texts = (
            (theme.font(30, Weight.BOLD), top.marker, 20),
            (theme.font(27, Weight.BOLD), top.message, 24),
            (theme.font(20, Weight.MEDIUM), _since(top), 8),
        )
        return theme.px(22) + sum(text_width(font, text) + theme.px(gap) for font, text, gap in texts)

    def _chip_width(self, line: AlarmLine) -> float:
        theme = self._theme
        words = text_width(theme.font(19, Weight.SEMIBOLD), brief(line))
        check = 0 if line.acknowledged else theme.px(CHECK_PX + 12)
        return min(words, theme.px(CHIP_WORDS_PX)) + theme.px(72) + check

    def chip_boxes(self) -> tuple[tuple[AlarmLine, QRectF], ...]:
        """The alarms after the first that are in sight, each with its place; touched, it is acknowledged."""
        x, high = float(self._keys_x()), self.height()
        boxes: list[tuple[AlarmLine, QRectF]] = []
        for line, wide in reversed(self._chips):
            x -= wide + self._theme.px(CHIP_GAP_PX)
            boxes.append((line, QRectF(x, high * 0.14, wide, high * 0.72)))
        return tuple(reversed(boxes))

    def _keys_x(self) -> int:
        return min((b.x() for b in self._buttons if not b.isHidden()), default=self.width())

    def _ack_words(self, waits: AlarmLine) -> str:
        """The key names the alarm it acknowledges where that is not the one in large letters."""
        if waits is self._strip.top:
            return "Acknowledge"
        font = QFontMetrics(self.ack_button.font())
        return "Acknowledge " + font.elidedText(
            brief(waits), Qt.TextElideMode.ElideRight, self._theme.px(NAMED_PX)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width holds another number of alarms."""
        super().resizeEvent(event)
        self._fit()

    def _deed(self) -> None:
        if self._strip.deed is not None:
            self.deed_wanted.emit(self._strip.deed)

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
        self.deed_button.setIcon(self._theme.icon("hand"))
        self.log_button.setIcon(self._theme.icon("log"))
        self.limits_button.setIcon(self._theme.icon("limits"))
        dark = "#3a1113" if top is not None and top.priority is Priority.HIGH else "#1d1a08"
        dark = p.raised if top is None else dark
        sheet = (
            f"QPushButton {{ background: {dark}; color: {p.text}; min-height: 0;"
            " border: 1px solid rgba(255,255,255,40); }"
        )
        for button in self._buttons:
            button.setStyleSheet(sheet)

    def _acknowledge(self) -> None:
        if self._strip.waiting is not None:
            self.acknowledge.emit(self._strip.waiting.alarm_id)

    def _sound(self) -> None:
        if self._strip.audio_paused:
            self.resume_sound.emit()
        else:
            self.pause_sound.emit()

    def _list(self) -> None:
        self.list_wanted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Touching one of the next alarms acknowledges it; touching the message shows all."""
        touched = next((line for line, box in self.chip_boxes() if box.contains(event.position())), None)
        if touched is not None and not touched.acknowledged:
            self.acknowledge.emit(touched.alarm_id)
        elif len(self._strip.lines) > 1:
            self.list_wanted.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw fill, marker and message."""
        with QPainter(self) as painter:
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
                draw_text(
                    painter, text, LEFT | MIDDLE, self._strip.calm, theme.font(19, Weight.MEDIUM), p.muted
                )
                return
            fill, ink = alarm_fill(theme, top.priority)
            if not self._lit(self._blink):
                draw_panel(painter, rect, p.panel, theme.px(12), fill, theme.px(3))
                ink = p.text
            else:
                draw_panel(painter, rect, fill, theme.px(12))
            self._message(painter, rect, top, QColor(ink))

    def _message(self, painter: QPainter, rect: QRectF, top: AlarmLine, ink: QColor) -> None:
        theme = self._theme
        right = self._keys_x() - theme.px(16) - sum(wide + theme.px(CHIP_GAP_PX) for _, wide in self._chips)
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
        since = _since(top)
        since_font = theme.font(20, Weight.MEDIUM)
        since_w = text_width(since_font, since) + theme.px(24)
        px, lines = self._set_in(top.message, max(40.0, right - x - since_w))
        font, high = theme.font(px, Weight.BOLD), rect.height() / len(lines)
        squeeze = theme.px(5) * (len(lines) - 1)
        width = 0.0
        for number, words in enumerate(lines):
            y = number * high + (squeeze if number == 0 else -squeeze)
            box = QRectF(x, y, max(40.0, right - x - since_w), high)
            width = max(width, draw_text(painter, box, LEFT | MIDDLE, words, font, ink))
        x += width + theme.px(24)
        draw_text(
            painter, QRectF(x, 0, max(10.0, right - x), rect.height()), LEFT | MIDDLE, since, since_font, ink
        )
        for line, place in self.chip_boxes():
            self._chip(painter, place, line)

    def _set_in(self, message: str, room: float) -> tuple[int, tuple[str, ...]]:
        """The largest letters in which the message stands whole, on one line or on two."""
        for px in SIZES_PX:
            font = self._theme.font(px, Weight.BOLD)
            if text_width(font, message) <= room:
                return px, (message,)
            lines = _halves(message)
            if px <= TWO_LINES_PX and all(text_width(font, words) <= room for words in lines):
                return px, lines
        return SIZES_PX[-1], (message,)

    @property
    def message_is_whole(self) -> bool:
        """Whether every word of the first alarm's message can be read."""
        top = self._strip.top
        if top is None:
            return True
        theme = self._theme
        left = theme.px(42) + text_width(theme.font(30, Weight.BOLD), top.marker)
        since_w = text_width(theme.font(20, Weight.MEDIUM), _since(top)) + theme.px(24)
        chips = sum(wide + theme.px(CHIP_GAP_PX) for _, wide in self._chips)
        room = self._keys_x() - theme.px(16) - chips - left - since_w
        px, lines = self._set_in(top.message, room)
        return all(text_width(theme.font(px, Weight.BOLD), words) <= room for words in lines)

    def _chip(self, painter: QPainter, box: QRectF, line: AlarmLine) -> None:
        """One of the alarms after the first: its marker in its colour, its words on a dark ground."""
        theme, p = self._theme, self._theme.palette
        draw_panel(painter, box, p.ground, theme.px(9))
        fill, ink = alarm_fill(theme, line.priority)
        mark = QRectF(box.left(), box.top(), theme.px(48), box.height())
        draw_panel(painter, mark, fill, theme.px(9))
        draw_text(painter, mark, CENTER | MIDDLE, line.marker, theme.font(20, Weight.BOLD), ink)
        size = theme.px(CHECK_PX)
        check = 0 if line.acknowledged else size + theme.px(12)
        right = box.right() - theme.px(14) - check
        words = QRectF(mark.right() + theme.px(10), box.top(), 0, box.height())
        words.setRight(right)
        if not line.acknowledged:
            left, top = box.right() - size - theme.px(10), box.center().y() - size / 2
            icon = theme.pixmap("check", p.text, size, self.devicePixelRatioF())
            painter.drawPixmap(int(left), int(top), icon)
        font = theme.font(19, Weight.MEDIUM if line.acknowledged else Weight.SEMIBOLD)
        draw_text(painter, words, LEFT | MIDDLE, brief(line), font, p.muted if line.acknowledged else p.text)


def _halves(message: str) -> tuple[str, ...]:
    """The message broken between words into halves as even as can be; whole when it is one word."""
    words = message.split(" ")
    halves = [(" ".join(words[:count]), " ".join(words[count:])) for count in range(1, len(words))]
    return min(halves, key=lambda pair: max(len(pair[0]), len(pair[1])), default=(message,))


def brief(line: AlarmLine) -> str:
    """The message as short as it may be: without its limit and without the advice after it."""
    head, _, rest = line.message.partition(", limit")[0].partition(": ")
    return f"{head} {rest}" if rest[:1].isdigit() else head


def _since(top: AlarmLine) -> str:
    since = f"for {top.for_text}" if top.condition else f"was, {top.for_text} ago"
    return f"{since} · acknowledged" if top.acknowledged else since
