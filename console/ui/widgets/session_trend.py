"""The whole session in one picture: a pyqtgraph plot, given new data once a second, beneath touchable names.

History is reduced to one low-high pair a pixel column first, so that a redraw costs a few milliseconds
whatever the length of the session. Loading pyqtgraph takes longer than all the rest of the window: it is left
until STOP and the traces are on the screen.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.ui.playout import TrendHistory
from console.ui.theme import Theme
from console.ui.viewmodels.live_trend import TrendView
from console.ui.widgets.paint import CENTER, MIDDLE, draw_panel, draw_text
from console.ui.widgets.trend_axis import CURVES
from console.ui.widgets.trend_legend import MODEL, SPANS, TrendLegend

if TYPE_CHECKING:
    from console.ui.widgets.trend_picture import TrendPicture

HEAD_PX, INSET_PX = 46, 5
NOTHING_YET = "The session's curves appear here once a patient is chosen"


class SessionTrend(QWidget):
    """The trend. Touching a name shows or hides its curve; touching a span zooms."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zone = zone
        self._view: TrendView | None = None
        self._history: TrendHistory | None = None
        self._shown = {curve.vital.value for curve in CURVES if curve.shown} | {MODEL}
        self._span: float | None = None
        self._touch: list[tuple[QRectF, str]] = []
        self._legend = TrendLegend(theme)
        self._picture: TrendPicture | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Session trend")
        self.rescale()

    @property
    def shown(self) -> frozenset[str]:
        """Names of the curves that are shown."""
        return frozenset(self._shown)

    @property
    def span_s(self) -> float | None:
        """Seconds shown, None for the whole session."""
        return self._span

    @property
    def still_s(self) -> float:
        """Seconds in which time alone does not move the picture by a pixel."""
        return 0.0 if self._picture is None else self._picture.s_per_px

    def set_trend(self, view: TrendView | None, history: TrendHistory | None) -> None:
        """Show the session; called once a second."""
        self._view, self._history = view, history
        self.redraw()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        if self._picture is not None:
            self._picture.rescale()
        self._place()
        self.redraw()

    def _place(self) -> None:
        self._legend.arrange(self.width())
        self._touch = self._legend.touchable
        if self._picture is not None:
            inset, head = self._theme.px(INSET_PX), self._theme.px(HEAD_PX)
            wide, tall = self.width() - 2 * inset, self.height() - head - inset
            self._picture.place(QRect(inset, head, max(60, wide), max(60, tall)))

    def prepare(self) -> None:
        """Load and make the plot, which takes some tenths of a second; done already, it takes nothing."""
        if self._picture is None:
            from console.ui.widgets.trend_picture import TrendPicture

            self._picture = TrendPicture(self._theme, self._zone, self)
            self._place()

    def redraw(self) -> None:
        """Give the plot the session as it is."""
        view = self._view
        if view is not None:
            self.prepare()
        if self._picture is None:
            return
        if self._picture.show(shown=view is not None):
            self.update()
        if view is not None and self.width() >= 60 and self.height() >= 60:
            self._picture.draw(view, self._history, self.shown, self._span)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch a curve or the span."""
        spans = dict(SPANS)
        for rect, name in self._touch:
            if not rect.contains(event.position()):
                continue
            if name in spans:
                self._span = spans[name]
            else:
                self._shown ^= {name}
            self.redraw()
            self.update()
            return

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """The plot has another size."""
        self._place()
        self.redraw()

    def showEvent(self, _event: QShowEvent) -> None:
        """What came while it was hidden."""
        self.redraw()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the panel and the names above the plot."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, p = self._theme, self._theme.palette
            draw_panel(painter, QRectF(self.rect()), p.panel, theme.px(12))
            self._legend.draw(painter, self.shown, self._span)
            if self._view is None:
                draw_text(painter, self.rect(), CENTER | MIDDLE, NOTHING_YET, theme.font(18), p.faint)
