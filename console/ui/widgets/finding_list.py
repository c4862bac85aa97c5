"""What the library says of an order: each sentence with its rule, and the reason it asks for in place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from console.ui.theme import Theme
from console.ui.viewmodels.step_order import CONFIRMED, FindingView
from console.ui.widgets.big_key import BigKey
from console.ui.widgets.paint import draw_panel


class FindingCard(QWidget):
    """One finding. Hard ones carry a red border and the word STOP; there is no way on.

    Signals:
        reasoned: Rule and reason (empty while there is none).
    """

    reasoned = Signal(str, str)

    def __init__(self, theme: Theme, view: FindingView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.view = theme, view
        self.setObjectName(f"card_{view.rule}")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(8), theme.px(14), theme.px(8))
        column.setSpacing(theme.px(4))
        head = "NOT POSSIBLE  ·  " if view.blocks else ""
        self.sentence = QLabel(f"{head}{view.sentence}", self)
        self.sentence.setWordWrap(True)
        self.sentence.setStyleSheet(f"font-size: {theme.px(16)}px; font-weight: 600;")
        column.addWidget(self.sentence)
        self.origin = QLabel(
            view.origin + (" · a second person has to agree" if view.second_person else ""), self
        )
        self.origin.setStyleSheet(f"font-size: {theme.px(13)}px; color: {theme.palette.muted};")
        self.origin.setWordWrap(True)
        column.addWidget(self.origin)
        self.reason: QLineEdit | None = None
        self.confirm: BigKey | None = None
        if view.asks_reason:
            self.reason = QLineEdit(self)
            self.reason.setObjectName(f"finding_{view.rule}")
            self.reason.setPlaceholderText("Reason to go on")
            self.reason.setMaxLength(300)
            self.reason.textChanged.connect(self._reasoned)
            column.addWidget(self.reason)
        elif view.asks_confirmation:
            self.confirm = BigKey(theme, "Confirm", 54, self)
            self.confirm.setObjectName(f"finding_{view.rule}")
            self.confirm.setCheckable(True)
            self.confirm.clicked.connect(self._confirmed)
            row = QHBoxLayout()
            row.addWidget(self.confirm)
            row.addStretch(1)
            column.addLayout(row)

    def _reasoned(self, text: str) -> None:
        self.reasoned.emit(self.view.rule, text.strip())

    def _confirmed(self, checked: bool) -> None:
        self.reasoned.emit(self.view.rule, CONFIRMED if checked else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the border."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            asks = self.view.asks_reason or self.view.asks_confirmation
            line = p.high if self.view.blocks else p.accent if asks else p.line
            wide = theme.px(3) if self.view.blocks else theme.px(1)
            draw_panel(painter, QRectF(self.rect()), p.ground, theme.px(10), line, wide)


class FindingList(QWidget):
    """Cards that are kept while a reason is being written.

    Signals:
        reasoned: Rule and reason.
    """

    reasoned = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self._column.addStretch(1)
        self.cards: dict[str, FindingCard] = {}

    def set_findings(self, findings: tuple[FindingView, ...]) -> None:
        """Show these; a card whose sentence is unchanged stays, with its reason."""
        wanted = {finding.rule: finding for finding in findings}
        for rule, card in list(self.cards.items()):
            if wanted.get(rule) != card.view:
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
                del self.cards[rule]
                self.reasoned.emit(rule, "")
        for index, finding in enumerate(findings):
            if finding.rule not in self.cards:
                card = FindingCard(self._theme, finding, self)
                card.reasoned.connect(self.reasoned)
                self.cards[finding.rule] = card
                self._column.insertWidget(index, card)
                card.show()
