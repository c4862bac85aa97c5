"""The board's window: the wall, and any session behind it. It has no line to a room and controls nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.ui.board.page import BoardPage
from console.ui.review.page import ReviewPage
from console.ui.theme import LIGHT, Theme, scale_for
from console.ui.viewmodels.board_view import BoardView

REFRESH_MS = 500
COLLECT_EVERY = 20
"""Refreshes between two collections of garbage; automatic ones could run in the reading thread."""


class BoardWindow(QMainWindow):
    """Shows what ``look`` gives twice a second; a click on a room opens its session."""

    def __init__(self, look: Callable[[], BoardView], review: Callable[[Theme], ReviewPage]) -> None:
        super().__init__()
        self._look, self._make_review = look, review
        self.theme = Theme()
        self.setWindowTitle("Infusion-room console: board")
        self.setMinimumSize(960, 540)
        self.board = BoardPage(self.theme)
        self.review: ReviewPage | None = None
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.board)
        self.setCentralWidget(self._stack)
        self.back = QPushButton("‹  All rooms")
        self.back.setObjectName("back")
        self.back.clicked.connect(self.show_board)
        self.board.chosen.connect(self.open_session)
        self._turns = 0
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def start(self) -> None:
        """Begin; turns automatic garbage collection off for this process."""
        gc.disable()
        self.refresh()
        self._timer.start()

    def refresh(self) -> None:
        """Take the newest picture."""
        if self._stack.currentWidget() is self.board:
            self.board.set_view(self._look())
        self._turns += 1
        if self._turns % COLLECT_EVERY == 0:
            gc.collect()

    def open_session(self, session_id: str) -> None:
        """Show a session in the review page."""
        if self.review is None:
            self.review = self._make_review(self.theme)
            holder = QWidget()
            holder.setObjectName("behind")
            holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            column = QVBoxLayout(holder)
            px = self.theme.px
            column.setContentsMargins(px(12), px(8), 0, 0)
            column.setSpacing(px(6))
            column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
            column.addWidget(self.review, 1)
            self._stack.addWidget(holder)
        self._stack.setCurrentIndex(1)
        self.review.open_session(session_id)

    def show_board(self) -> None:
        """Back to the wall."""
        self._stack.setCurrentIndex(0)
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the wall; F11 takes the whole screen and gives it back."""
        if event.key() == Qt.Key.Key_Escape:
            self.show_board()
        elif event.key() == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the window's size."""
        super().resizeEvent(event)
        self.theme.scale = scale_for(self.width(), self.height())
        px = self.theme.px
        self.setStyleSheet(
            self.theme.stylesheet()
            + f"QWidget#behind {{ background: {LIGHT.ground}; }}"
            + f"QPushButton#back {{ background: {LIGHT.panel}; color: {LIGHT.text}; min-height: {px(34)}px;"
            + f" border: 1px solid {LIGHT.line}; font-size: {px(17)}px; }}"
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give the archive back."""
        self._timer.stop()
        if self.review is not None:
            self.review.close_page()
        super().closeEvent(event)
