"""The bedside page: set-up steps or the live view on the left, the same numerics always beside them."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.clock import Instant
from console.session.events import EndReason
from console.session.state import Phase
from console.ui.bedside.live_alarm_asks import AlarmAsks
from console.ui.bedside.live_asks import BedsideAsks
from console.ui.bedside.live_columns import DeliveryColumn, TracePanel, VitalsColumn
from console.ui.bedside.live_idle import IdleScreen
from console.ui.bedside.live_music_asks import MusicAsks
from console.ui.bridge import Bridge
from console.ui.theme import Theme
from console.ui.viewmodels.live_delivery import delivery
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_shapes import LiveView
from console.ui.viewmodels.live_trend import trend_view
from console.ui.widgets.blink import Blink
from console.ui.widgets.glass_panel import GlassPanel
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.phase_rail import PhaseRail
from console.ui.widgets.session_trend import SessionTrend

LIVE_PHASES = frozenset({Phase.READY, Phase.INFUSING, Phase.PAUSED, Phase.OBSERVING})
BEHIND = {Phase.READY: "Set-up steps", Phase.PAUSED: "Pause details", Phase.OBSERVING: "Discharge checks"}
"""Steps that stand behind the live view, by the word on the key that shows them."""
STAND_INS = {
    Phase.READY: Phase.PROGRAM,
    Phase.DISCHARGED: Phase.OBSERVING,
    Phase.CLOSED: Phase.NO_SESSION,
    Phase.ABORTED: Phase.NO_SESSION,
}
"""Whose panel is shown in a phase that has none of its own."""
LONG_FRAME_S = 0.1
"""More does not count for the trend: on a machine that is slow to start, STOP and the traces come first."""
TREND_EVERY_S, TREND_AT_LEAST_EVERY_S = 1.0, 5.0
"""Seconds between two pictures of the trend when it changed, and when nothing in it moves by a pixel."""


class BedsidePage(QWidget):
    """The page a nurse works on; ``asks`` is what it asks of the room."""

    def __init__(
        self, theme: Theme, bridge: Bridge, reference: LiveReference, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._bridge, self._reference = theme, bridge, reference
        self._phase = Phase.NO_SESSION
        self._steps: dict[Phase, QWidget] = {}
        self._since_trend_s = 0.0
        self._trend_seq = -1
        self._owed_s = 0.0
        self._sign_in_wanted = False
        self._signed_in_at: Instant | None = None
        self.traces = TracePanel(theme, self)
        self.trend = SessionTrend(theme, reference.zone, self)
        self.vitals = VitalsColumn(theme, self)
        self.delivery = DeliveryColumn(theme, self)
        self.idle = IdleScreen(theme, self)
        self.rail = PhaseRail(theme, self)
        self.live_button = QPushButton("Live view", self)
        self.asks = BedsideAsks(theme, bridge, reference, self)
        self.alarm_asks = AlarmAsks(theme, bridge, reference, self)
        self.music_asks = MusicAsks(theme, bridge, self)
        self.sign_in_panel = InPlacePanel(theme, "Sign in", self)
        self.glass = GlassPanel(theme, self)
        self._behind_glass = False
        self._build()
        self.asks.opening.connect(self._give_way)
        self.alarm_asks.opening.connect(self._give_way)
        self.music_asks.opening.connect(self._give_way)
        self.asks.steps_wanted.connect(self.show_steps)
        bridge.ticked.connect(self._tick)

    # --- what others plug in ----------------------------------------------------------------------

    def set_step_widget(self, phase: Phase, widget: QWidget) -> None:
        """Show ``widget`` in ``phase``; it is wired to the bridge by whoever made it.

        NO_SESSION is the choice of a patient, OBSERVING the discharge checks behind the live view.
        """
        old = self._steps.get(phase)
        if old is not None:
            self._step_stack.removeWidget(old)
        self._steps[phase] = widget
        self._step_stack.addWidget(widget)
        self._choose_step()
        if self.isVisible():
            self._lay_out()

    def set_sign_in_widget(self, widget: QWidget) -> None:
        """Show ``widget`` where somebody has to sign in."""
        self.sign_in_panel.body.addWidget(widget, 1)

    def show_steps(self) -> None:
        """Show the step of the present phase instead of the live view."""
        if self._behind_glass:
            return
        self._mode.setCurrentWidget(self._setup)
        self._lay_out()

    def show_live(self) -> None:
        """Show the live view."""
        if self._behind_glass:
            return
        self._mode.setCurrentWidget(self.trend)
        self._lay_out()

    @property
    def live_shown(self) -> bool:
        """Whether the live view is shown (and not a step)."""
        return self._outer.currentWidget() is self._work and self._mode.currentWidget() is self.trend

    @property
    def takes_digits(self) -> bool:
        """Whether digit keys are one-touch events: never while something is being entered."""
        entering = any(panel.isVisible() for panel in (*self._panels, self.sign_in_panel))
        return self.live_shown and not entering

    @property
    def _panels(self) -> tuple[InPlacePanel, ...]:
        return (*self.asks.panels, *self.alarm_asks.panels, *self.music_asks.panels)

    # --- building ---------------------------------------------------------------------------------

    def _build(self) -> None:
        self._missing = QLabel("This step has no panel in this version.", self)
        self._step_stack = QStackedWidget(self)
        self._step_stack.addWidget(self._missing)
        self._setup = QWidget(self)
        column = QVBoxLayout(self._setup)
        column.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(self.rail, 1)
        head.addWidget(self.live_button)
        column.addLayout(head)
        column.addWidget(self._step_stack, 1)
        self._mode = QStackedWidget(self)
        self._mode.addWidget(self._setup)
        self._mode.addWidget(self.trend)
        self._mode.addWidget(self.glass)
        self._work = QWidget(self)
        self._row = QHBoxLayout(self._work)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._left = QVBoxLayout()
        self._left.addWidget(self.traces, 49)
        self._left.addWidget(self._mode, 51)
        self._row.addLayout(self._left, 100)
        self._row.addWidget(self.vitals)
        self._row.addWidget(self.delivery)
        self._outer = QStackedWidget(self)
        self._outer.addWidget(self.idle)
        self._outer.addWidget(self._work)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._outer)
        for page in (self._mode, self._step_stack, self._outer):
            page.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.live_button.clicked.connect(self.show_live)
        self.delivery.steps_button.clicked.connect(self.show_steps)
        self.delivery.music_button.clicked.connect(self.music_asks.toggle)
        pump = self.delivery.pump
        pump.start_held.connect(self.asks.start)
        pump.resume_held.connect(self.asks.resume)
        pump.change_clicked.connect(self.asks.open_titrate)
        pump.reprogram_clicked.connect(self.asks.reprogram)
        pump.end_clicked.connect(self.asks.open_end)
        pump.drop_clicked.connect(self.asks.open_drop)
        cuff = self.vitals.cuff
        cuff.take_clicked.connect(self.asks.take_pressure)
        cuff.cancel_clicked.connect(self.asks.cancel_pressure)
        cuff.by_itself_clicked.connect(self.asks.cuff_by_itself)
        self.delivery.prompts.wanted.connect(self.asks.do_prompt)
        self.vitals.scales.wanted.connect(self.asks.open_scale)
        for tile in self.vitals.tiles:
            tile.touched.connect(self.alarm_asks.toggle_limits)

    # --- showing ----------------------------------------------------------------------------------

    def set_view(self, view: LiveView, blink: Blink) -> None:
        """Show ``view``."""
        self.vitals.set_view(view, blink)
        self.delivery.set_view(view)
        self.rail.set_phase(view.phase)
        hello = self._bridge.hello
        self.idle.set_room(view.top.room, "" if hello is None else f"version {hello.app_version}")
        if view.phase is not self._phase:
            self._enter(view.phase)
        if view.glass != self._behind_glass:
            self._glaze(glass=view.glass)
        self._choose_outer(view)
        self.asks.refresh()
        self.music_asks.refresh()
        self.delivery.set_music(self.music_asks.music, glass=view.glass)

    def _glaze(self, *, glass: bool) -> None:
        """Put the glass before patient and dosing, or take it away."""
        self._behind_glass = glass
        self.asks.close_all()
        self.alarm_asks.close_all()
        self.music_asks.close_all()
        self.delivery.steps_button.setEnabled(not glass)
        if glass:
            self._mode.setCurrentWidget(self.glass)
            self._lay_out()
        elif self._phase in LIVE_PHASES:
            self.show_live()
        else:
            self.show_steps()

    def _enter(self, phase: Phase) -> None:
        before, self._phase = self._phase, phase
        self.asks.close_all()
        self.alarm_asks.close_all()
        self.music_asks.close_all()
        self._choose_step()
        if phase in LIVE_PHASES:
            self.show_live()
        else:
            self.show_steps()
        session = self._bridge.state.session
        stopped = session is not None and session.ended is not None and session.ended.why is EndReason.STOPPED
        if phase is Phase.OBSERVING and before in {Phase.INFUSING, Phase.PAUSED} and stopped:
            self.asks.ask_why()

    def _choose_step(self) -> None:
        self._step_stack.setCurrentWidget(self._step_of(self._phase) or self._missing)

    def _step_of(self, phase: Phase) -> QWidget | None:
        """The panel of a phase, or the one that stands in for it."""
        return self._steps.get(phase) or self._steps.get(STAND_INS.get(phase, phase))

    def _choose_outer(self, view: LiveView) -> None:
        away = not view.top.signed_in and self._phase in {Phase.NO_SESSION, Phase.CLOSED, Phase.ABORTED}
        wanted = self.idle if away else self._work
        if self._outer.currentWidget() is not wanted:
            self._outer.setCurrentWidget(wanted)
            self._lay_out()
        entered = self._bridge.state.user_at
        if entered != self._signed_in_at:
            self._signed_in_at, self._sign_in_wanted = entered, False
        signing = self._sign_in_wanted or (away and not view.top.signed_in)
        if signing != self.sign_in_panel.isVisibleTo(self):
            self._place_sign_in()
            if signing:
                self.sign_in_panel.open()
                # The names are read when it is shown: only now it knows how tall it has to be.
                self._place_sign_in()
            else:
                self.sign_in_panel.hide()
        self.sign_in_panel.close_button.setVisible(not away)

    def want_sign_in(self) -> None:
        """Somebody touched Sign in, or another person takes over, while a session is open."""
        self._sign_in_wanted = not self._sign_in_wanted

    def offer_sign_in(self) -> None:
        """Somebody is at the window and has to say who."""
        self._sign_in_wanted = True

    def _tick(self, dt_s: float) -> None:
        """A frame is the traces' or, at times, the trend's: so neither makes the other late."""
        self._owed_s += dt_s
        self._since_trend_s += min(dt_s, LONG_FRAME_S)
        if self._since_trend_s >= TREND_EVERY_S and self._trend_moved:
            self._since_trend_s = 0.0
            self.refresh_trend()
            return
        self.traces.advance(self._bridge, self._owed_s)
        self._owed_s = 0.0

    @property
    def _trend_moved(self) -> bool:
        """Something was committed, or time moved it by a pixel."""
        still_s = min(self.trend.still_s, TREND_AT_LEAST_EVERY_S)
        return self._bridge.state.seq != self._trend_seq or self._since_trend_s >= still_s

    def refresh_trend(self) -> None:
        """Draw the trend anew; once a second is enough."""
        self._trend_seq = self._bridge.state.seq
        if not self.trend.isVisible():
            # While no curves are shown nobody waits for it to be loaded.
            self.trend.prepare()
            return
        state = self._bridge.state
        given = delivery(state, self._bridge.live)
        view = trend_view(state.session, self._bridge.now(), given.left_s)
        self.trend.set_trend(view, self._bridge.history)

    # --- geometry ---------------------------------------------------------------------------------

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._row.setSpacing(px(16))
        self._left.setSpacing(px(14))
        self.vitals.setFixedWidth(px(330))
        self.delivery.setFixedWidth(px(388))
        self._lay_out()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep panels in their places."""
        self._lay_out()

    def _lay_out(self) -> None:
        # Behind the glass the pump's state stays in its place, and so do the large traces.
        live = self._mode.currentWidget() is self.trend or self._behind_glass
        self.delivery.setVisible(live)
        self.traces.set_small(not live)
        self.traces.setVisible(live or self.height() > 560)
        self._left.setStretch(0, 49 if live else 19)
        self._left.setStretch(1, 51 if live else 81)
        self.live_button.setVisible(not live and self._phase in LIVE_PHASES)
        behind = self._phase in BEHIND and self._step_of(self._phase) is not None
        self.delivery.steps_button.setVisible(live and behind)
        self.delivery.steps_button.setText(BEHIND.get(self._phase, ""))
        for panel in self._panels:
            self._place(panel)
        self._place_sign_in()

    def _give_way(self, panel: InPlacePanel) -> None:
        """One panel at a time."""
        for other in self._panels:
            if other is not panel and other.isVisible():
                other.dismiss()
        self._place(panel)

    @property
    def left_width(self) -> int:
        """Width of the column that panels may cover."""
        return self.vitals.x() - self._theme.px(16) if self.vitals.isVisibleTo(self) else self.width()

    def _place(self, panel: InPlacePanel) -> None:
        """Over the left column, never over numerics, delivery or STOP."""
        px = self._theme.px
        right = self.left_width
        wide = min(px(panel.MOST_WIDE_PX), right if panel.TALL else right - px(24))
        least = panel.minimumSizeHint().height()
        lower = self.height() if panel.TALL else self.height() - self.traces.height() - px(14)
        tall = min(self.height(), max(least, lower))
        panel.setGeometry(QRect(right - wide, self.height() - tall, wide, tall))

    def _place_sign_in(self) -> None:
        px = self._theme.px
        wide = min(px(620), int(self.width() * 0.46))
        tall = min(self.height() - px(40), max(px(640), self.sign_in_panel.minimumSizeHint().height()))
        right = (
            self.width() - px(60) if self._outer.currentWidget() is self.idle else self.vitals.x() - px(16)
        )
        self.sign_in_panel.setGeometry(QRect(right - wide, (self.height() - tall) // 2, wide, tall))
