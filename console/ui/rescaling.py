"""Which widgets keep sizes of their own and have to follow the window's scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget


@runtime_checkable
class Rescalable(Protocol):
    """A widget that keeps sizes of its own."""

    def rescale(self) -> None:
        """Follow the scale of the window."""
        ...


def rescalable(root: QWidget) -> Iterator[Rescalable]:
    """All of them in a widget, in its order."""
    for widget in root.findChildren(QWidget):
        if isinstance(widget, Rescalable):
            yield widget
