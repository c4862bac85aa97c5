"""Asked against read back, one value a line, with a sign and a word for equal and not equal."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.viewmodels.step_program import Mark, ReadBackRow
from console.ui.widgets.paint import LEFT, MIDDLE, draw_panel, draw_text, draw_wrapped, fitted

WORDS = {Mark.EQUAL: "= equal", Mark.DIFFERENT: "≠ not equal", Mark.UNKNOWN: "? not read back"}
COLUMNS = ((0.0, 0.30), (0.30, 0.24), (0.54, 0.24), (0.78, 0.22))
WORDY = ((0.0, 0.21), (0.21, 0.24), (0.45, 0.18), (0.63, 0.37))
SIGNS = {Mark.EQUAL: "=", Mark.DIFFERENT: "≠", Mark.UNKNOWN: "?"}


class ReadBackTable(QWidget):
    """Four columns: value, asked, read back, mark."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[ReadBackRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setMinimumHeight(self._theme.px(240))
        self.setMaximumHeight(self._theme.px(360))

    @property
    def rows(self) -> tuple[ReadBackRow, ...]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: tuple[ReadBackRow, ...]) -> None:
        """Show ``rows``."""
        if rows != self._rows:
            self._rows = rows
            self.setAccessibleName(
                "; ".join(f"{r.label} {r.asked} {r.words or WORDS[r.mark]} {r.read_back}" for r in rows)
            )
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw head and lines."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            head = theme.px(36)
            wordy = any(row.words for row in self._rows)
            columns = WORDY if wordy else COLUMNS
            heads = (
                ("", "Ordered", "The pump tells", "")
                if wordy
                else ("", "Asked", "Read back from the pump", "")
            )
            for (share, wide), word in zip(columns, heads, strict=True):
                box = QRectF(self.width() * share, 0, self.width() * wide, head)
                draw_text(painter, box, LEFT | MIDDLE, word, theme.font(16, Weight.SEMIBOLD), p.muted)
            tall = (self.height() - head) / max(1, len(self._rows))
            for index, row in enumerate(self._rows):
                top = head + index * tall
                line = p.high if row.mark is Mark.DIFFERENT else p.line
                box = QRectF(0, top + theme.px(3), self.width(), tall - theme.px(6))
                draw_panel(
                    painter,
                    box,
                    p.ground,
                    theme.px(10),
                    line,
                    theme.px(2) if row.mark is Mark.DIFFERENT else 1,
                )
                self._line(painter, row, box, columns)

    def _line(
        self, painter: QPainter, row: ReadBackRow, box: QRectF, columns: tuple[tuple[float, float], ...]
    ) -> None:
        theme, p = self._theme, self._theme.palette
        ink = {Mark.EQUAL: p.good, Mark.DIFFERENT: p.high, Mark.UNKNOWN: p.muted}[row.mark]
        back = p.faint if row.mark is Mark.UNKNOWN else p.text
        cells = (
            (row.label, theme.font(20 if not row.words else 18, Weight.SEMIBOLD), p.muted),
            (row.asked, theme.font(28, Weight.BOLD), p.text),
            (row.read_back, theme.font(28, Weight.BOLD), back),
            (f"{SIGNS[row.mark]} {row.words}" if row.words else WORDS[row.mark],
             theme.font(20 if not row.words else 17, Weight.BOLD), ink),
        )  # fmt: skip
        for (share, wide), (text, font, color) in zip(columns, cells, strict=True):
            left = theme.px(16) if share == 0 else 0
            cell = QRectF(
                self.width() * share + left, box.top(), self.width() * wide - theme.px(16), box.height()
            )
            if row.words and share == columns[-1][0]:
                draw_wrapped(painter, cell, LEFT | MIDDLE, text, font, color)
                continue
            shown = fitted(font, text, cell.width()) if row.words else font
            draw_text(painter, cell, LEFT | MIDDLE, text, shown, color)
