"""A page of the window that is built when it is first shown: the start does not wait for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.ui.rescaling import Rescalable


class LatePage(QWidget):
    """Stands where the page will be."""

    def __init__(self, build: Callable[[], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build = build
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    @property
    def page(self) -> QWidget | None:
        """The page, None before it was shown."""
        item = self._column.itemAt(0)
        return None if item is None else item.widget()

    def showEvent(self, event: QShowEvent) -> None:
        """Build it the first time."""
        if self.page is None:
            page = self._build()
            for widget in (page, *page.findChildren(QWidget)):
                # The window told its scale before this was there.
                if isinstance(widget, Rescalable):
                    widget.rescale()
            self._column.addWidget(page)
            # At once, not with the next event: what depends on its being seen is decided in this very tick.
            page.show()
        super().showEvent(event)
