"""The timeline: one picture with a shared cursor, from the whole session to one heartbeat."""

from __future__ import annotations

from datetime import tzinfo
from functools import partial

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from console.ui.review.cursor_layer import CursorLayer, paint_measure
from console.ui.review.lanes import LEAST_S, Picture, arrange
from console.ui.review.paint_frame import paint_cursor, paint_empty
from console.ui.review.paint_waves import Ruler
from console.ui.review.sheet import Look, Sheet, paint_session, painted, widened
from console.ui.review.timeline_keys import acted_on_key
from console.ui.review.wave_store import WaveStore
from console.ui.theme import Theme, screen_dpi
from console.ui.viewmodels.review_abnormal import abnormal_moments, next_abnormal
from console.ui.viewmodels.review_axis import hms, local_time
from console.ui.viewmodels.review_shapes import Timeline

DRAG_PX = 5
WHEEL_STEP = 1.22
NOTHING_OPEN = "Choose a session from the list"
NONE_LEFT = "Nothing abnormal further on"
MM_PER_INCH = 25.4
SETTLE_MS = 90
"""A picture that was moved is painted anew after this much rest."""


class TimelineView(pg.GraphicsView):  # type: ignore[misc]
    """The picture, painted once and then moved until the hand rests.

    Wheel zooms about the pointer, dragging pans, a click sets the cursor. Arrow keys move the cursor
    (with Shift they pan), ``+`` and ``-`` zoom, Home shows the whole session, Page Up and Page Down go to
    the event before and after, ``A`` and Shift+``A`` to the next abnormal moment and the one before.
    ``M`` or a click with Shift sets the other end of a measurement.

    Signals:
        cursor_moved: Second of the timeline the cursor stands at.
        scope_changed: First and last second shown.
        mark_moved: The other end of a measurement was set or taken away.
    """

    cursor_moved = Signal(float)
    scope_changed = Signal(float, float)
    mark_moved = Signal()

    def __init__(self, theme: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self._theme, self._zone = theme, zone
        self._line: Timeline | None = None
        self._store: WaveStore | None = None
        self._picture: Picture | None = None
        self._scope = (0.0, 60.0)
        self._model = 0
        self._cursor_s = 0.0
        self._mark_s: float | None = None
        self._pressed: QPoint | None = None
        self._pressed_scope = (0.0, 60.0)
        self._dragging = False
        self.setViewportUpdateMode(pg.GraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setCacheMode(pg.GraphicsView.CacheModeFlag.CacheNone)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Session timeline")
        self.setFrameShape(pg.GraphicsView.Shape.NoFrame)
        self._sheet: Sheet | None = None
        self._wide: Sheet | None = None
        self._waves = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self.redraw)
        self._overlay = CursorLayer(self.viewport(), self.paint_cursors)

    # --- what is shown --------------------------------------------------------------------------------

    @property
    def line(self) -> Timeline | None:
        """The session shown."""
        return self._line

    @property
    def store(self) -> WaveStore | None:
        """Waveforms of the session shown."""
        return self._store

    @property
    def scope(self) -> tuple[float, float]:
        """First and last second shown."""
        return self._scope

    @property
    def cursor_s(self) -> float:
        """Second the cursor stands at."""
        return self._cursor_s

    @property
    def mark_s(self) -> float | None:
        """The other end of a measurement, None while nothing is measured."""
        return self._mark_s

    @property
    def waves(self) -> bool:
        """Overviews of the waveforms are shown."""
        return self._waves

    @property
    def picture(self) -> Picture | None:
        """The geometry drawn last."""
        return self._picture

    @property
    def zone(self) -> tzinfo | None:
        """The clinic's zone."""
        return self._zone

    @property
    def theme(self) -> Theme:
        """Colours and sizes in force."""
        return self._theme

    def set_line(self, line: Timeline | None, store: WaveStore | None) -> None:
        """Show a session: the same one keeps its window, another is shown whole."""
        same = line is not None and self._line is not None and line.session_id == self._line.session_id
        whole = self._line is not None and self._scope == self._whole()
        self._line, self._store = line, store
        if line is not None and not same:
            self._cursor_s = line.seconds
            self._mark_s = None
            self._scope = self._whole()
        elif same and whole:
            self._scope = self._whole()
        self.redraw()

    def set_waves(self, *, on: bool) -> None:
        """Show overviews of the waveforms, or leave them out."""
        self._waves = on
        self.redraw()

    def set_model(self, model: int) -> None:
        """Which prediction is drawn."""
        self._model = model
        self.redraw()

    def set_cursor(self, second: float) -> None:
        """Put the cursor somewhere; the window follows when it would leave it."""
        if self._line is None:
            return
        self._cursor_s = min(max(second, 0.0), self._line.seconds)
        first, last = self._scope
        if not first <= self._cursor_s <= last:
            self.show_span(self._cursor_s - (last - first) / 2, self._cursor_s + (last - first) / 2)
        self._overlay.update()
        self.cursor_moved.emit(self._cursor_s)

    def set_mark(self, second: float | None) -> None:
        """Put the other end of a measurement somewhere, or take it away."""
        self._mark_s = None if self._line is None or second is None else second
        self._overlay.update()
        self.mark_moved.emit()

    def toggle_mark(self) -> None:
        """Begin to measure at the cursor, or end measuring."""
        self.set_mark(self._cursor_s if self._mark_s is None else None)

    def show_span(self, first_s: float, last_s: float, *, moving: bool = False) -> None:
        """Show a stretch, kept inside the session and not below one heartbeat.

        Args:
            first_s: Its first second.
            last_s: Its last.
            moving: A hand moves it: quick now, exact once it rests.
        """
        if self._line is None:
            return
        whole_first, whole_last = self._whole()
        span = min(max(last_s - first_s, LEAST_S), whole_last - whole_first)
        middle = (first_s + last_s) / 2
        first = min(max(middle - span / 2, whole_first), whole_last - span)
        if (first, first + span) != self._scope:
            self._scope = (first, first + span)
            if moving:
                self._move()
            else:
                self.redraw()
            self.scope_changed.emit(*self._scope)

    def show_whole(self) -> None:
        """The whole session."""
        self.show_span(*self._whole())

    def show_about_cursor(self, span_s: float) -> None:
        """A span about the cursor."""
        self.show_span(self._cursor_s - span_s / 2, self._cursor_s + span_s / 2)

    def show_paper_speed(self, mm_s: float) -> None:
        """The span at which a second is ``mm_s`` millimetres wide on this screen."""
        if self._picture is not None:
            self.show_about_cursor(self.ruler().span_s(self._picture.scope.width, mm_s))

    def zoom(self, factor: float, about_s: float | None = None, *, moving: bool = False) -> None:
        """Show ``factor`` times the span; above 1 more is seen."""
        about = self._cursor_s if about_s is None else about_s
        first, last = self._scope
        self.show_span(about - (about - first) * factor, about + (last - about) * factor, moving=moving)

    def pan(self, seconds: float) -> None:
        """Move the window."""
        self.show_span(self._scope[0] + seconds, self._scope[1] + seconds, moving=True)

    def ruler(self) -> Ruler:
        """Pixels a millimetre on this screen."""
        return Ruler(screen_dpi(self.physicalDpiX()) / MM_PER_INCH)

    def _whole(self) -> tuple[float, float]:
        return (0.0, 60.0) if self._line is None else (0.0, max(self._line.seconds, 60.0))

    # --- drawing --------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Work the geometry out anew and paint the picture."""
        self._settle.stop()
        self._arrange()
        line, picture = self._line, self._picture
        self._wide = None
        if line is None or picture is None:
            self._sheet = None
        else:
            look = Look(self._theme, line, self._store, self.ruler(), self._model, self._zone)
            self._sheet = self._painted(look, picture, float(self.viewport().width()))
        self._overlay.setGeometry(self.viewport().rect())
        self.viewport().update()

    def _arrange(self) -> None:
        line, area = self._line, QRectF(self.viewport().rect())
        self._picture = (
            None if line is None else arrange(area, self._scope, line, self._theme.scale, waves=self._waves)
        )

    def _painted(self, look: Look, picture: Picture, width: float) -> Sheet:
        size = QSizeF(max(1.0, width), max(1.0, float(self.viewport().height())))
        ratio = self.devicePixelRatioF()
        return painted(
            picture, size, ratio, look.theme.palette.panel, partial(paint_session, look=look, picture=picture)
        )

    def _move(self) -> None:
        """The window moved under a hand: cut out of a sheet that reaches further, painted when at rest."""
        self._arrange()
        line, picture = self._line, self._picture
        if line is None or picture is None:
            return
        if self._wide is None or not self._wide.covers(picture.scope):
            look = Look(self._theme, line, self._store, self.ruler(), self._model, self._zone)
            wide = widened(picture, self._whole())
            self._wide = self._painted(look, wide, wide.scope.right + self._theme.px(20))
        self._settle.start()
        self.viewport().update()

    def drawBackground(self, painter: QPainter, _rect: QRectF) -> None:
        """The picture as it was painted, or moved."""
        painter.save()
        painter.resetTransform()
        if self._sheet is None or self._picture is None:
            area = QRectF(self.viewport().rect())
            painter.fillRect(area, QColor(self._theme.palette.panel))
            paint_empty(painter, self._theme, area, NOTHING_OPEN)
        else:
            painter.drawPixmap(0, 0, self._sheet.pixmap)
            if self._wide is not None:
                self._wide.draw(painter, self._picture)
        painter.restore()

    # --- hands ----------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; sideways or with Shift it pans."""
        if self._picture is None:
            return
        delta = event.angleDelta()
        sideways = delta.x() or (delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self.pan(-sideways / 120 * 0.1 * (self._scope[1] - self._scope[0]))
        elif delta.y():
            about = self._picture.scope.second(event.position().x())
            self.zoom(WHEEL_STEP ** (-delta.y() / 120), about, moving=True)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where: a drag pans, a click sets the cursor."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed, self._pressed_scope = event.position().toPoint(), self._scope
            self._dragging = False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while dragging."""
        if self._pressed is None or self._picture is None:
            return
        moved = event.position().x() - self._pressed.x()
        if not self._dragging and abs(moved) < DRAG_PX:
            return
        self._dragging = True
        first, last = self._pressed_scope
        shift = moved / self._picture.scope.width * (last - first)
        self.show_span(first - shift, last - shift, moving=True)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click sets the cursor."""
        if self._pressed is not None and not self._dragging and self._picture is not None:
            x = event.position().x()
            if self._picture.scope.left - 6 <= x <= self._picture.scope.right + 6:
                if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                    self.set_mark(self._picture.scope.second(x))
                else:
                    self.set_cursor(self._picture.scope.second(x))
        self._pressed = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Four times closer."""
        if self._picture is not None:
            self.zoom(0.25, self._picture.scope.second(event.position().x()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, pan, zoom, step from event to event."""
        event.setAccepted(acted_on_key(self, event.key(), event.modifiers()))

    def step_event(self, forward: bool) -> None:
        """Put the cursor on the next event or the one before."""
        if self._line is None:
            return
        seconds = sorted({self._line.second_of(pin.t_ns) for pin in self._line.pins})
        ahead = [one for one in seconds if one > self._cursor_s + 0.01]
        behind = [one for one in seconds if one < self._cursor_s - 0.01]
        chosen = ahead[:1] if forward else behind[-1:]
        if chosen:
            self.set_cursor(chosen[0])

    def step_abnormal(self, forward: bool) -> str:
        """Put the cursor on the next abnormal moment or the one before; says what it is."""
        if self._line is None:
            return ""
        found = next_abnormal(abnormal_moments(self._line), self._cursor_s, forward=forward)
        if found is None:
            return NONE_LEFT
        self.set_cursor(found.second)
        return found.words

    def paint_cursors(self, painter: QPainter) -> None:
        """The cursor, and the stretch measured up to it."""
        if self._picture is None or self._line is None:
            return
        if self._mark_s is not None:
            paint_measure(painter, self._theme, self._picture, self._mark_s, self._cursor_s)
        label = self.cursor_label()
        paint_cursor(painter, self._theme, self._line, self._picture, self._cursor_s, label, self._zone)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Follow the size; pyqtgraph itself calls this with nothing before the widget is built."""
        super().resizeEvent(event)
        if event is not None:
            self.redraw()

    def cursor_label(self) -> str:
        """Time at the cursor; tenths where a heartbeat fills the picture."""
        if self._line is None:
            return ""
        t_ns = self._line.ns_of(self._cursor_s)
        if self._scope[1] - self._scope[0] < 20:
            return f"{hms(t_ns, self._zone)}.{local_time(t_ns, self._zone).microsecond // 100_000}"
        return hms(t_ns, self._zone)
