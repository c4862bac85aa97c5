"""The keyboard of the timeline."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt


class Movable(Protocol):
    """What keys move."""

    @property
    def scope(self) -> tuple[float, float]:
        """First and last second shown."""
        ...

    @property
    def cursor_s(self) -> float:
        """Second the cursor stands at."""
        ...

    def pan(self, seconds: float) -> None:
        """Move the window."""

    def set_cursor(self, second: float) -> None:
        """Put the cursor somewhere."""

    def zoom(self, factor: float, about_s: float | None = None) -> None:
        """Show ``factor`` times the span."""

    def show_whole(self) -> None:
        """The whole session."""

    def step_event(self, forward: bool) -> None:
        """To the next event or the one before."""

    def step_abnormal(self, forward: bool) -> str:
        """To the next abnormal moment or the one before."""
        ...

    def toggle_mark(self) -> None:
        """Begin or end measuring."""


def acted_on_key(view: Movable, key: int, modifiers: Qt.KeyboardModifier) -> bool:
    """Do what a key asks for; False for a key that asks for nothing here."""
    first, last = view.scope
    shifted = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    match key:
        case Qt.Key.Key_Left | Qt.Key.Key_Right:
            sign = -1 if key == Qt.Key.Key_Left else 1
            if shifted:
                view.pan(sign * (last - first) * 0.1)
            else:
                view.set_cursor(view.cursor_s + sign * (last - first) / 200)
        case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
            view.zoom(0.5)
        case Qt.Key.Key_Minus:
            view.zoom(2.0)
        case Qt.Key.Key_Home:
            view.show_whole()
        case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
            view.step_event(forward=key == Qt.Key.Key_PageDown)
        case Qt.Key.Key_A:
            view.step_abnormal(forward=not shifted)
        case Qt.Key.Key_M:
            view.toggle_mark()
        case _:
            return False
    return True
