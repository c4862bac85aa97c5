"""Whether anybody is at this window: touches and keys, a badge at the reader, and the glass after a while."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from console.session.attendance import GLASS_AFTER_S, GLASS_AT_REST_S, is_locked
from console.session.badges import FASTER_THAN_S, BadgeText
from console.session.events import ConsoleLocked, Entry
from console.session.intents import LockConsole
from console.session.people import Role
from console.session.state import OPEN
from console.ui.bridge import Bridge

TOUCHES = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.KeyPress,
        QEvent.Type.TouchBegin,
        QEvent.Type.Wheel,
    }
)


class Presence(QObject):
    """Watches every touch of the application; asks the room to lock when there was none.

    Signals:
        badge: What a badge reader typed.
    """

    badge = Signal(str)

    def __init__(self, bridge: Bridge, window: QWidget) -> None:
        super().__init__(window)
        self._bridge, self._window = bridge, window
        self._touched_s = bridge.real_s
        self._asked = False
        self._guarding = False
        self._badge = BadgeText()
        self._held: tuple[QKeyEvent, float] | None = None
        self._letting_through = False
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)
        bridge.ticked.connect(self._tick)
        bridge.committed.connect(self._committed)

    def guard(self) -> None:
        """Lock from now on whenever nobody touches the window for a while."""
        self._guarding = True

    @property
    def locked(self) -> bool:
        """Whether the glass is down."""
        return is_locked(self._bridge.state, self._bridge.now())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note every touch; keep a badge's characters from whatever has the focus."""
        if event.type() not in TOUCHES or not isinstance(watched, QWidget):
            return False
        if watched.window() is not self._window:
            return False
        self._touched_s, self._asked = self._bridge.real_s, False
        if isinstance(event, QKeyEvent) and watched is self._window and not self._letting_through:
            return self._key(event)
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._read(event)
        return False

    def _committed(self, entry: object) -> None:
        """What a person did is a touch, however it reached the room."""
        if not isinstance(entry, Entry) or entry.actor.role is Role.ROOM:
            return
        if not isinstance(entry.event, ConsoleLocked):
            self._touched_s, self._asked = self._bridge.real_s, False

    def _read(self, event: QKeyEvent) -> bool:
        """Feed the badge reader; True when the key belongs to a badge and to nobody else."""
        if event.isAutoRepeat() or self._letting_through:
            return False
        burst = self._badge.reading
        found = self._badge.key(event.text() or " ", self._bridge.real_s)
        if found:
            self._held = None
            self.badge.emit(found)
            return True
        return burst and self._badge.reading

    def _key(self, event: QKeyEvent) -> bool:
        """A digit on the bare page is a one-touch event, unless more follows faster than a person types."""
        if event.type() is not QEvent.Type.KeyPress:
            return False
        if self._read(event):
            self._held = None
            return True
        if not self._guarding or not event.text().isprintable() or not event.text() or event.isAutoRepeat():
            return False
        self._held = (event.clone(), self._bridge.real_s)
        return True

    def _tick(self, _dt_s: float) -> None:
        now_s = self._bridge.real_s
        held = self._held
        if held is not None and now_s - held[1] > FASTER_THAN_S:
            self._held, self._letting_through = None, True
            QCoreApplication.sendEvent(self._window, held[0])
            self._letting_through = False
        state = self._bridge.state
        limit_s = GLASS_AFTER_S if state.phase in OPEN else GLASS_AT_REST_S
        idle = now_s - self._touched_s > limit_s
        if self._guarding and idle and not self._asked and state.user is not None and not self.locked:
            self._asked = True
            if not self._bridge.read_only:
                self._bridge.ask(LockConsole())
