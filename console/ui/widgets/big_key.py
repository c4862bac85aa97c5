"""A big key whose words are never cut: they wrap, and a chosen key carries a tick beside its border."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from console.ui.theme import Theme, Weight
from console.ui.widgets.paint import (
    CENTER,
    LEFT,
    MIDDLE,
    TOP,
    draw_panel,
    draw_text,
    draw_wrapped,
    text_width,
)

CHOSEN_FILL = "#16324f"


class BigKey(QAbstractButton):
    """First line strong, what follows muted; an icon at the left where one is set.

    Attributes:
        suggested: Live data suggest this one: a dashed border, until somebody touches it.
    """

    def __init__(
        self, theme: Theme, text: str, height_px: int, parent: QWidget | None = None, *, left: bool = False
    ) -> None:
        """``left``: words begin at the left, as in a list."""
        super().__init__(parent)
        self._theme, self._height_px, self._left = theme, height_px, left
        self._icon = ""
        self._icon_color = theme.palette.muted
        self.suggested = False
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as asked for; as wide as its words, up to a limit."""
        font = self._theme.font(18, Weight.SEMIBOLD)
        wide = max((text_width(font, line) for line in self.text().split("\n")), default=0.0)
        return QSize(
            round(min(wide, self._theme.px(220))) + self._theme.px(28), self._theme.px(self._height_px)
        )

    def minimumSizeHint(self) -> QSize:
        """Narrower than its words, never lower."""
        return QSize(self._theme.px(54), self._theme.px(self._height_px))

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.updateGeometry()
        self.update()

    def set_words(self, text: str) -> None:
        """Other words."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text.replace("\n", ", "))

    def set_mark(self, icon: str, color: str) -> None:
        """An icon before the words."""
        if (icon, color) != (self._icon, self._icon_color):
            self._icon, self._icon_color = icon, color
            self.update()

    def set_suggested(self, *, suggested: bool) -> None:
        """Mark or unmark it as suggested."""
        if suggested != self.suggested:
            self.suggested = suggested
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the key."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            rect = QRectF(self.rect())
            fill = p.line if self.isDown() else p.raised if self.isEnabled() else p.panel
            line, wide = p.line, 1.0
            if self.isChecked():
                fill, line, wide = CHOSEN_FILL, p.accent, float(theme.px(2))
            draw_panel(painter, rect, fill, theme.px(10), line, wide)
            if self.suggested and not self.isChecked():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(p.accent), theme.px(2), Qt.PenStyle.DashLine))
                painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), theme.px(9), theme.px(9))
            inner = rect.adjusted(theme.px(12), theme.px(4), -theme.px(12), -theme.px(4))
            if self._icon:
                size = theme.px(24)
                icon = theme.pixmap(self._icon, self._icon_color, size, self.devicePixelRatioF())
                painter.drawPixmap(QPointF(inner.left(), rect.center().y() - size / 2), icon)
                inner = inner.adjusted(size + theme.px(10), 0, 0, 0)
            if self.isChecked() and not self._icon and rect.width() > theme.px(100):
                size = theme.px(18)
                icon = theme.pixmap("check", p.accent, size, self.devicePixelRatioF())
                painter.drawPixmap(QPointF(inner.right() - size, rect.center().y() - size / 2), icon)
                inner = inner.adjusted(0 if self._left else size, 0, -size, 0)
            self._words(painter, inner)

    def _words(self, painter: QPainter, inner: QRectF) -> None:
        theme, p = self._theme, self._theme.palette
        on = self.isEnabled()
        align = LEFT if self._left else CENTER
        head, _, rest = self.text().partition("\n")
        font = theme.font(18, Weight.SEMIBOLD)
        ink = p.text if on else p.faint
        if not rest:
            draw_wrapped(painter, inner, align | MIDDLE, head, font, ink)
            return
        upper = QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.52)
        lower = QRectF(inner.left(), upper.bottom(), inner.width(), inner.height() * 0.44)
        draw_text(painter, upper, align | MIDDLE, head, font, ink)
        draw_text(
            painter, lower, align | TOP, rest, theme.font(16, Weight.MEDIUM), p.muted if on else p.faint
        )
