"""Two keys under the pressure: measure now or let the air out; the cuff by itself at the protocol's times."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from console.ui.theme import Theme
from console.ui.viewmodels.live_cuff import CuffFace

KEY_PX = 44


class CuffKeys(QWidget):
    """Shown only where a monitor lets its cuff be worked from here.

    Signals:
        take_clicked: Measure now.
        cancel_clicked: Let the air out.
        by_itself_clicked: Switch the cuff by itself on or off; carries what is wanted.
    """

    take_clicked = Signal()
    cancel_clicked = Signal()
    by_itself_clicked = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._face = CuffFace()
        self.take = QPushButton("Take NIBP now", self)
        self.take.setObjectName("take_nibp")
        self.by_itself = QPushButton("Auto off", self)
        self.by_itself.setObjectName("nibp_by_itself")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.take, 3)
        self._row.addWidget(self.by_itself, 2)
        for key in (self.take, self.by_itself):
            key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.take.clicked.connect(self._take)
        self.by_itself.clicked.connect(self._switch)
        self.hide()
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._row.setSpacing(self._theme.px(8))
        px = self._theme.px
        tall = f"min-height: {px(KEY_PX)}px; max-height: {px(KEY_PX)}px;"
        for key in (self.take, self.by_itself):
            key.setStyleSheet(f"QPushButton {{ {tall} padding: 0; font-size: {px(18)}px; }}")

    def set_face(self, face: CuffFace) -> None:
        """Show ``face``."""
        if face != self._face:
            self._face = face
            self.take.setText(face.take)
            self.take.setEnabled(face.may_take)
            self.by_itself.setText("Auto on" if face.by_itself else "Auto off")
            self.by_itself.setToolTip("Measures by itself whenever the protocol asks for a pressure")
            self.setVisible(face.shown)

    def _take(self) -> None:
        (self.cancel_clicked if self._face.cancels else self.take_clicked).emit()

    def _switch(self) -> None:
        self.by_itself_clicked.emit(not self._face.by_itself)
