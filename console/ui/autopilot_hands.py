"""A person's hands and eyes on the window: finds what is visible, presses, types, holds, looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from console.ui.widgets.hold_button import HoldButton


class HandsError(Exception):
    """Something that should be on the screen is not; the text says what."""


class Hands:
    """Works the window as a person would: only what is visible and switched on can be touched."""

    def __init__(self, window: QWidget, shots: Path | None) -> None:
        """``shots`` is a folder for numbered pictures, None for none."""
        self._window = window
        self._shots = shots
        self._taken = 0
        self._held: QWidget | None = None

    # --- looking ----------------------------------------------------------------------------------

    def find(self, name: str, inside: QWidget | None = None) -> QWidget | None:
        """The visible widget of that object name."""
        root = self._window if inside is None else inside
        return next((found for found in root.findChildren(QWidget, name) if found.isVisible()), None)

    def sees(self, name: str) -> Callable[[], bool]:
        """A condition: the widget is visible."""
        return lambda: self.find(name) is not None

    def can_touch(self, name: str) -> bool:
        """It is visible and switched on."""
        found = self.find(name)
        return found is not None and found.isEnabled()

    def picture(self, name: str) -> None:
        """Keep a picture of the window.

        Raises:
            HandsError: it cannot be written.
        """
        if self._shots is None:
            return
        self._shots.mkdir(parents=True, exist_ok=True)
        self._taken += 1
        path = self._shots / f"{self._taken:02d}-{name}.png"
        if not self._window.grab().save(str(path)):
            raise HandsError(f"The picture {path.name} cannot be written to {self._shots}.")

    # --- touching ---------------------------------------------------------------------------------

    def touch(self, name: str) -> None:
        """Press and let go of the widget of that name.

        Raises:
            HandsError: it is not there, or switched off.
        """
        self.press(self._reachable(name))

    def press(self, widget: QWidget, at: QPointF | None = None) -> None:
        """Press and let go of ``widget``, in its middle or at a point of it.

        Raises:
            HandsError: it is not visible, or switched off.
        """
        if not widget.isVisible() or not widget.isEnabled():
            name = widget.objectName() or widget.accessibleName() or type(widget).__name__
            raise HandsError(f"{name} cannot be touched now.")
        where = QPointF(widget.rect().center()) if at is None else at
        self._mouse(widget, QEvent.Type.MouseButtonPress, where)
        self._mouse(widget, QEvent.Type.MouseButtonRelease, where)

    def hold(self, name: str) -> None:
        """Press the widget of that name and keep it down.

        Raises:
            HandsError: it is not there, or switched off.
        """
        self._held = self._reachable(name)
        self._mouse(self._held, QEvent.Type.MouseButtonPress, QPointF(self._held.rect().center()))

    @property
    def holding(self) -> bool:
        """What is held still waits for its second to be over."""
        return isinstance(self._held, HoldButton) and self._held.held_down

    def let_go(self) -> None:
        """Let go of what is held."""
        held, self._held = self._held, None
        if held is not None:
            self._mouse(held, QEvent.Type.MouseButtonRelease, QPointF(held.rect().center()))

    def key(self, pad: str, character: str) -> None:
        """Touch one key of a pad.

        Raises:
            HandsError: the pad or the key is not there.
        """
        name = "key_point" if character == "." else f"key_{character}"
        key = self.find(name, self._reachable(pad))
        if key is None:
            raise HandsError(f"The pad {pad} has no key {character}.")
        self.press(key)

    def write(self, name: str, text: str) -> None:
        """Touch a line and type ``text`` on the keyboard.

        Raises:
            HandsError: the line is not there.
        """
        line = self._reachable(name)
        line.setFocus()
        # As from a keyboard on the screen: keys at this speed would be taken for a badge reader's.
        typed = QInputMethodEvent()
        typed.setCommitString(text)
        QApplication.sendEvent(line, typed)

    def _reachable(self, name: str) -> QWidget:
        found = self.find(name)
        if found is None:
            raise HandsError(f"{name} is not on the screen.")
        if not found.isEnabled():
            raise HandsError(f"{name} is switched off.")
        return found

    def _mouse(self, widget: QWidget, kind: QEvent.Type, at: QPointF) -> None:
        down = kind is QEvent.Type.MouseButtonPress
        buttons = Qt.MouseButton.LeftButton if down else Qt.MouseButton.NoButton
        event = QMouseEvent(
            kind,
            at,
            widget.mapToGlobal(at),
            Qt.MouseButton.LeftButton,
            buttons,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(widget, event)
