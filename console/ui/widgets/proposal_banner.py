"""A proposed pause, counting down under the alarm strip, with the reasons to cancel it as keys."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.live_deeds import CANCEL_REASONS
from console.ui.viewmodels.live_proposal import ProposalFace
from console.ui.widgets.big_key import BigKey
from console.ui.widgets.paint import LEFT, MIDDLE, draw_panel, draw_text, draw_wrapped

TALL_PX = 196
KEY_PX = 66
EDGE_PX = 22


class ProposalBanner(QWidget):
    """The banner.

    Signals:
        cancelled: Proposal id and reason, with one touch.
        pause_now: Do not wait for the countdown.
    """

    cancelled = Signal(str, str)
    pause_now = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("proposal")
        self._theme = theme
        self._face: ProposalFace | None = None
        self.keys: dict[str, BigKey] = {}
        for reason in CANCEL_REASONS:
            key = BigKey(theme, f"Do not pause\n{reason}", KEY_PX, self)
            key.setObjectName(f"cancel_{reason}")
            key.clicked.connect(partial(self._cancel, reason))
            self.keys[reason] = key
        self.now_key = BigKey(theme, "Pause now", KEY_PX, self)
        self.now_key.setObjectName("proposal_pause_now")
        self.now_key.clicked.connect(self.pause_now)
        self.hide()

    @property
    def face(self) -> ProposalFace | None:
        """What is shown."""
        return self._face

    @property
    def tall(self) -> int:
        """How high it wants to be."""
        return self._theme.px(TALL_PX)

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._place()

    def set_face(self, face: ProposalFace | None, *, usable: bool) -> None:
        """Show or hide it; the keys are off in a window that may only look."""
        for key in (*self.keys.values(), self.now_key):
            key.setEnabled(usable)
        if face == self._face:
            return
        self._face = face
        self.setVisible(face is not None)
        if face is not None:
            self.setAccessibleName(f"{face.head}: {face.message}")
            self.raise_()
            self.update()

    def _cancel(self, reason: str) -> None:
        if self._face is not None:
            self.cancelled.emit(self._face.proposal_id, reason)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place the keys."""
        self._place()

    def _place(self) -> None:
        px = self._theme.px
        edge, gap, tall = px(EDGE_PX), px(10), px(KEY_PX)
        keys = (*self.keys.values(), self.now_key)
        room = self.width() - 2 * edge - gap * len(keys)
        wide = room // len(keys)
        top = self.height() - tall - px(16)
        for index, key in enumerate(keys):
            # A wider gap parts the key that pauses from the keys that do not.
            extra = gap if key is self.now_key else 0
            key.setGeometry(edge + index * (wide + gap) + extra, top, wide, tall)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame, the countdown, why, and how much of the time is left."""
        if self._face is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p, face = self._theme, self._theme.palette, self._face
            px = theme.px
            rect = QRectF(self.rect())
            draw_panel(painter, rect, p.panel, px(12), p.high_fill, px(4))
            inner = rect.adjusted(px(EDGE_PX), px(14), -px(EDGE_PX), 0)
            size = px(40)
            icon = theme.pixmap("pause", p.text, size, self.devicePixelRatioF())
            painter.drawPixmap(int(inner.left()), int(inner.top() + px(8)), icon)
            head = QRectF(inner.left() + size + px(12), inner.top(), px(330), px(56))
            draw_text(painter, head, LEFT | MIDDLE, face.head, theme.font(38, Weight.BOLD), p.text)
            why = QRectF(head.right() + px(16), inner.top(), inner.right() - head.right() - px(16), px(60))
            draw_wrapped(painter, why, LEFT | MIDDLE, face.message, theme.font(24, Weight.SEMIBOLD), p.text)
            track = QRectF(inner.left(), inner.top() + px(66), inner.width(), px(8))
            draw_panel(painter, track, p.line, px(4))
            painter.setBrush(QColor(p.high_fill))
            painter.drawRoundedRect(
                QRectF(track.left(), track.top(), track.width() * face.share, track.height()), px(4), px(4)
            )
