"""The wall: every room of a site as large as the screen allows."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from console.ui.board.card import RoomCard
from console.ui.board.card_paint import is_small, scale_of
from console.ui.theme import Theme, Weight, scale_for
from console.ui.viewmodels.board_view import BoardView
from console.ui.widgets.paint import CENTER, LEFT, MIDDLE, RIGHT, draw_panel, draw_text

HEAD_PX, GAP_PX, EDGE_PX = 62, 12, 18
EMPTY = "No room of this site has sent anything to the archive yet."


def grid(count: int, width: float, height: float, screen: float = 1.0) -> tuple[int, int]:
    """Columns and rows that make the cards as large as they can be on a screen of that scale."""
    if count < 1:
        return 1, 1
    shapes = ((columns, ceil(count / columns)) for columns in range(1, count + 1))
    return max(shapes, key=lambda one: (_size(one, width, height, screen), -one[0] * one[1]))


def _size(shape: tuple[int, int], width: float, height: float, screen: float) -> float:
    wide, high = width / shape[0], height / shape[1]
    return scale_of(wide, high, screen) * (0.4 if is_small(wide, high, screen) else 1.0)


class BoardPage(QWidget):
    """Shows a view; ``chosen`` tells which session a person wants to see."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board")
        self._theme = Theme(theme.palette)
        self._cards: dict[str, RoomCard] = {}
        self._view: BoardView | None = None
        self._head: tuple[str, ...] = ()

    @property
    def view(self) -> BoardView | None:
        """What is shown."""
        return self._view

    @property
    def cards(self) -> tuple[RoomCard, ...]:
        """The rooms in the order shown."""
        return tuple(self._cards.values())

    def set_view(self, view: BoardView) -> None:
        """Show this."""
        self._view = view
        ids = [face.workstation_id for face in view.rooms]
        if ids != list(self._cards):
            self._rebuild(ids)
        for face in view.rooms:
            self._cards[face.workstation_id].set_face(face)
        head = (view.title, view.summary, view.clock, view.link)
        if head != self._head:
            self._head = head
            self.update(0, 0, self.width(), self._theme.px(HEAD_PX + EDGE_PX))
            if not ids:
                self.update()

    def _rebuild(self, ids: list[str]) -> None:
        for name in [name for name in self._cards if name not in ids]:
            self._cards.pop(name).deleteLater()
        known, self._cards = self._cards, {}
        for name in ids:
            card = known.get(name)
            if card is None:
                card = RoomCard(self._theme, self)
                card.chosen.connect(self.chosen)
                card.show()
            self._cards[name] = card
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the size of the screen."""
        super().resizeEvent(event)
        self._theme.scale = scale_for(self.width(), self.height())
        self._place()

    def _place(self) -> None:
        px = self._theme.px
        edge, gap, top = px(EDGE_PX), px(GAP_PX), px(HEAD_PX)
        width, height = self.width() - 2 * edge + gap, self.height() - top - edge + gap
        columns, rows = grid(len(self._cards), width, height, self._theme.scale)
        for place, card in enumerate(self._cards.values()):
            row, column = divmod(place, columns)
            left, right = edge + column * width // columns, edge + (column + 1) * width // columns - gap
            upper, lower = top + row * height // rows, top + (row + 1) * height // rows - gap
            card.setGeometry(QRect(left, upper, right - left, lower - upper))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the head line; the cards draw themselves."""
        theme, p, px = self._theme, self._theme.palette, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), p.ground)
        view = self._view
        if view is None:
            painter.end()
            return
        head = QRectF(px(EDGE_PX), 0, self.width() - 2 * px(EDGE_PX), px(HEAD_PX))
        used = draw_text(painter, head, LEFT | MIDDLE, view.title, theme.font(26, Weight.SEMIBOLD), p.text)
        clock = draw_text(painter, head, RIGHT | MIDDLE, view.clock, theme.font(26, Weight.MEDIUM), p.text)
        middle = head.adjusted(used + px(28), 0, -clock - px(28), 0)
        if view.link:
            box = middle.adjusted(0, px(10), 0, -px(10))
            draw_panel(painter, box, p.raised, px(8))
            painter.setPen(QPen(QColor(p.text), px(2), Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, px(8), px(8))
            inside = box.adjusted(px(14), 0, -px(14), 0)
            draw_text(painter, inside, CENTER | MIDDLE, view.link, theme.font(19, Weight.SEMIBOLD), p.text)
        else:
            draw_text(painter, middle, LEFT | MIDDLE, view.summary, theme.font(19), p.muted)
        if not view.rooms:
            draw_text(painter, QRectF(self.rect()), CENTER | MIDDLE, EMPTY, theme.font(24), p.muted)
        painter.end()
