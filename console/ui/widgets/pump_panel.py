"""The pump: its true state as a word, its rate, what was given, and what may be asked of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_shapes import PumpFace
from console.ui.viewmodels.live_tone import Tone
from console.ui.widgets.hold_button import HoldButton
from console.ui.widgets.paint import (
    LEFT,
    MIDDLE,
    RIGHT,
    draw_panel,
    draw_text,
    draw_wrapped,
    fitted,
    text_width,
)

EMPTY = PumpFace("", Tone.TEXT, "", "", False, False)


class PumpPanel(QWidget):
    """Figures painted, buttons below.

    Signals:
        start_held: START was held for a second; carries the command id.
        resume_held: RESUME was held for a second; carries the command id.
        change_clicked: Somebody wants another rate.
        reprogram_clicked: Program the remaining dose.
        end_clicked: Give the paused infusion up.
        drop_clicked: What is to be done at the pump is not wanted any more; carries the task's id.
    """

    start_held = Signal(str)
    resume_held = Signal(str)
    change_clicked = Signal()
    reprogram_clicked = Signal()
    end_clicked = Signal()
    drop_clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._face = EMPTY
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.start_button = HoldButton(theme, "START", parent=self)
        self.resume_button = HoldButton(theme, "RESUME", parent=self)
        self.change_button = QPushButton("  Change rate", self)
        self.reprogram_button = QPushButton("Program remaining dose", self)
        self.end_button = QPushButton("End infusion", self)
        self.drop_button = QPushButton("Not wanted any more", self)
        self.drop_button.setObjectName("drop_handwork")
        self.drop_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.drop_button.clicked.connect(self._drop)
        self.start_button.held.connect(self.start_held)
        self.resume_button.held.connect(self.resume_held)
        self.change_button.clicked.connect(self._change)
        self.reprogram_button.clicked.connect(self._reprogram)
        self.end_button.clicked.connect(self._end)
        for button in (self.change_button, self.reprogram_button, self.end_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        self._column.addWidget(self.start_button)
        row = QHBoxLayout()
        row.addWidget(self.resume_button, 3)
        row.addWidget(self.reprogram_button, 3)
        row.addWidget(self.end_button, 2)
        self._row = row
        self._column.addLayout(row)
        self._column.addWidget(self.drop_button)
        self._column.addWidget(self.change_button)
        self.rescale()
        self._offer()

    @property
    def face(self) -> PumpFace:
        """What is shown."""
        return self._face

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._column.setContentsMargins(px(18), px(14), px(18), px(14))
        self._column.setSpacing(px(10))
        self._row.setSpacing(px(20))
        self.change_button.setIcon(self._theme.icon("rate"))
        self.change_button.setIconSize(QSize(px(26), px(26)))
        self.end_button.setMinimumHeight(px(76))
        self.reprogram_button.setMinimumHeight(px(76))

    def set_face(self, face: PumpFace) -> None:
        """Show ``face``."""
        if face != self._face:
            self._face = face
            self.setAccessibleName(f"Pump {face.word}, {face.rate}")
            self._offer()
            self.update()

    def _offer(self) -> None:
        face = self._face
        self.start_button.setVisible(face.can_start)
        self.change_button.setVisible(face.can_change)
        self.resume_button.setVisible(face.can_resume)
        self.reprogram_button.setVisible(face.can_reprogram)
        self.end_button.setVisible(face.can_end)
        self.drop_button.setVisible(bool(face.task))
        self.reprogram_button.setText("Set remaining dose" if face.by_hand else "Program remaining dose")

    def _drop(self) -> None:
        self.drop_clicked.emit(self._face.task)

    def _change(self) -> None:
        self.change_clicked.emit()

    def _reprogram(self) -> None:
        self.reprogram_clicked.emit()

    def _end(self) -> None:
        self.end_clicked.emit()

    def _figures_bottom(self) -> float:
        shown = [
            button
            for button in (
                self.start_button,
                self.resume_button,
                self.reprogram_button,
                self.end_button,
                self.drop_button,
                self.change_button,
            )
            if not button.isHidden()
        ]
        return min((float(button.y()) for button in shown), default=float(self.height() - self._theme.px(8)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the figures above the buttons."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            draw_panel(painter, QRectF(self.rect()), p.panel, theme.px(12))
            pad = theme.px(18)
            inner = QRectF(pad, theme.px(14), self.width() - 2 * pad, self._figures_bottom() - theme.px(14))
            rows = self._rows(inner)
            self._head(painter, rows["head"])
            self._state(painter, rows["word"], rows["drug"])
            self._given(painter, rows)

    def _rows(self, inner: QRectF) -> dict[str, QRectF]:
        """The lines, in heights that share what room there is."""
        weights = {"head": 25, "word": 46, "drug": 25, "given": 32, "bar": 18, "volume": 26, "predicted": 30}
        unit = min(inner.height() / (sum(weights.values()) + 10), self._theme.scale * 1.25)
        rows, y = {}, inner.top()
        for name, weight in weights.items():
            rows[name] = QRectF(inner.left(), y, inner.width(), weight * unit)
            y += weight * unit
        return rows

    def _head(self, painter: QPainter, row: QRectF) -> None:
        theme, p, face = self._theme, self._theme.palette, self._face
        font = theme.font(18, Weight.BOLD)
        draw_text(painter, row, LEFT | MIDDLE, "Pump", font, p.drug)
        text = f"{face.device} · {face.link}"
        small = theme.font(15, Weight.MEDIUM)
        wide = draw_text(
            painter, row.adjusted(row.width() * 0.3, 0, 0, 0), RIGHT | MIDDLE, text, small, p.muted
        )
        size = theme.px(5)
        x = row.right() - wide - theme.px(14)
        for on, at in ((face.answering, x), (face.port_open, x - theme.px(17))):
            painter.setPen(QPen(QColor(p.good if on else p.faint), max(1.0, 1.6 * theme.scale)))
            painter.setBrush(QColor(p.good) if on else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(at, row.center().y()), size, size)

    def _state(self, painter: QPainter, row: QRectF, below: QRectF) -> None:
        theme, p, face = self._theme, self._theme.palette, self._face
        font = theme.font(32, Weight.BOLD)
        font.setPixelSize(max(15, min(int(row.height() * 0.72), theme.px(38))))
        rate_font = theme.font(27, Weight.BOLD)
        rate_font.setPixelSize(max(13, int(font.pixelSize() * 0.8)))
        if not face.running:
            rate_font = theme.font(21, Weight.SEMIBOLD)
        rate_w = text_width(rate_font, face.rate)
        word_room = row.width() - rate_w - theme.px(14)
        if text_width(font, face.word) * 0.8 > word_room:
            self._long_word(painter, row, below, rate_w, rate_font.pixelSize())
            return
        draw_text(painter, row, RIGHT | MIDDLE, face.rate, rate_font, p.text if face.running else p.muted)
        word_box = QRectF(row.left(), row.top(), word_room, row.height())
        draw_text(
            painter,
            word_box,
            LEFT | MIDDLE,
            face.word,
            fitted(font, face.word, word_room),
            theme.color(face.word_tone),
        )
        draw_text(painter, below, RIGHT | MIDDLE, face.drug_rate, theme.font(16, Weight.MEDIUM), p.muted)

    def _long_word(self, painter: QPainter, row: QRectF, below: QRectF, rate_w: float, rate_px: int) -> None:
        """A word too long for one line takes two, beside the rate."""
        theme, p, face = self._theme, self._theme.palette, self._face
        both = QRectF(
            row.left(), row.top(), row.width() - rate_w * 0.72 - theme.px(14), row.height() + below.height()
        )
        word = theme.font(26, Weight.BOLD)
        draw_wrapped(painter, both, LEFT | MIDDLE, face.word, word, theme.color(face.word_tone))
        rate = theme.font(20, Weight.SEMIBOLD)
        rate.setPixelSize(max(12, int(rate_px * 0.72)))
        draw_text(painter, row, RIGHT | MIDDLE, face.rate, rate, p.muted)

    def _given(self, painter: QPainter, rows: dict[str, QRectF]) -> None:
        theme, p, face = self._theme, self._theme.palette, self._face
        line = theme.font(17, Weight.MEDIUM)
        if face.notice and not face.volume:
            area = rows["given"].united(rows["volume"])
            draw_wrapped(painter, area, LEFT | MIDDLE, face.notice, line, p.text)
            return
        draw_text(painter, rows["given"], LEFT | MIDDLE, "Given", line, p.muted)
        draw_text(painter, rows["given"], RIGHT | MIDDLE, face.given, theme.font(21, Weight.BOLD), p.text)
        bar = rows["bar"]
        height = min(bar.height() * 0.6, theme.px(10))
        track = QRectF(bar.left(), bar.center().y() - height / 2, bar.width(), height)
        draw_panel(painter, track, p.line, height / 2)
        if face.fraction > 0:
            filled = QRectF(track)
            filled.setWidth(max(height, track.width() * face.fraction))
            draw_panel(painter, filled, p.drug, height / 2)
        draw_text(painter, rows["volume"], LEFT | MIDDLE, face.volume, theme.font(15, Weight.MEDIUM), p.muted)
        self._last_row(painter, rows["predicted"])

    def _last_row(self, painter: QPainter, row: QRectF) -> None:
        """A sentence to act on, else the predicted level, labelled as a model."""
        theme, p, face = self._theme, self._theme.palette, self._face
        if face.notice:
            font = theme.font(18 if face.task else 15, Weight.BOLD if face.task else Weight.SEMIBOLD)
            draw_wrapped(painter, row, LEFT | MIDDLE, face.notice, font, p.text)
            return
        if not face.predicted_plasma:
            return
        small, strong = theme.font(15, Weight.MEDIUM), theme.font(16, Weight.SEMIBOLD)
        draw_text(painter, row, LEFT | MIDDLE, "Model", small, p.muted)
        right = draw_text(painter, row, RIGHT | MIDDLE, "ng/mL", small, p.muted)
        box = row.adjusted(0, 0, -right - theme.px(6), 0)
        used = draw_text(painter, box, RIGHT | MIDDLE, f"effect {face.predicted_effect}", strong, p.effect)
        box = box.adjusted(0, 0, -used - theme.px(10), 0)
        draw_text(painter, box, RIGHT | MIDDLE, f"plasma {face.predicted_plasma}  ·", strong, p.drug)
