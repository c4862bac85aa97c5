"""The bedside page: set-up steps or the live view on the left, the same numerics always beside them."""

from __future__ import annotations

import uuid
from decimal import Decimal

from PySide6.QtCore import QRect, Signal
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

from console.clinical import scales
from console.clock import Instant
from console.room.wire import Answer
from console.session import intents as ask
from console.session.events import Care, EndReason, PromptKind
from console.session.state import Phase
from console.ui.bedside.live_columns import DeliveryColumn, TracePanel, VitalsColumn
from console.ui.bedside.live_idle import IdleScreen
from console.ui.bridge import Bridge
from console.ui.theme import Theme
from console.ui.viewmodels.live_delivery import delivery
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_shapes import LiveView
from console.ui.viewmodels.live_titrate import running_rate, stepped, titrate_view
from console.ui.viewmodels.live_trend import care_words, trend_view
from console.ui.viewmodels.live_words import clock_hms
from console.ui.widgets.blink import Blink
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.note_panel import TextPanel
from console.ui.widgets.phase_rail import PhaseRail
from console.ui.widgets.score_panel import ScorePanel
from console.ui.widgets.session_trend import SessionTrend
from console.ui.widgets.titrate_panel import TitratePanel

LIVE_PHASES = frozenset({Phase.READY, Phase.INFUSING, Phase.PAUSED, Phase.OBSERVING})
STAND_INS = {
    Phase.READY: Phase.PROGRAM,
    Phase.DISCHARGED: Phase.OBSERVING,
    Phase.CLOSED: Phase.NO_SESSION,
    Phase.ABORTED: Phase.NO_SESSION,
}
"""Whose panel is shown in a phase that has none of its own."""
TREND_EVERY_S = 1.0
STOP_REASONS = ("Patient asked", "Distress", "Pressure", "Nausea", "Finished early")


class BedsidePage(QWidget):
    """The page a nurse works on.

    Signals:
        notice: A sentence to show for a moment at the bottom of the window.
    """

    notice = Signal(str)

    def __init__(
        self, theme: Theme, bridge: Bridge, reference: LiveReference, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._bridge, self._reference = theme, bridge, reference
        self._phase = Phase.NO_SESSION
        self._steps: dict[Phase, QWidget] = {}
        self._asked: dict[str, tuple[InPlacePanel | None, str]] = {}
        self._candidate: Decimal | None = None
        self._since_trend_s = TREND_EVERY_S
        self._sign_in_wanted = False
        self.traces = TracePanel(theme, self)
        self.trend = SessionTrend(theme, reference.zone, self)
        self.vitals = VitalsColumn(theme, self)
        self.delivery = DeliveryColumn(theme, self)
        self.idle = IdleScreen(theme, self)
        self.rail = PhaseRail(theme, self)
        self.live_button = QPushButton("Live view", self)
        self._build()
        self._build_panels()
        bridge.answered.connect(self._answered)
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

    def set_sign_in_widget(self, widget: QWidget) -> None:
        """Show ``widget`` where somebody has to sign in."""
        self.sign_in_panel.body.addWidget(widget, 1)

    def show_steps(self) -> None:
        """Show the step of the present phase instead of the live view."""
        self._mode.setCurrentWidget(self._setup)
        self._lay_out()

    def show_live(self) -> None:
        """Show the live view."""
        self._mode.setCurrentWidget(self.trend)
        self._lay_out()

    @property
    def live_shown(self) -> bool:
        """Whether the live view is shown (and not a step)."""
        return self._outer.currentWidget() is self._work and self._mode.currentWidget() is self.trend

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
        self._work = QWidget(self)
        self._row = QHBoxLayout(self._work)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._left = QVBoxLayout()
        self._left.addWidget(self.traces, 45)
        self._left.addWidget(self._mode, 55)
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
        pump = self.delivery.pump
        pump.start_held.connect(self._start)
        pump.resume_held.connect(self._resume)
        pump.change_clicked.connect(self._open_titrate)
        pump.reprogram_clicked.connect(self._reprogram)
        pump.end_clicked.connect(self._open_end)
        self.delivery.prompts.wanted.connect(self._do_prompt)
        self.vitals.scales.wanted.connect(self.open_scale)

    def _build_panels(self) -> None:
        theme = self._theme
        self.score_panels = {
            scale.id: ScorePanel(theme, scale, self) for scale in (scales.MOAAS, scales.DISSOCIATION)
        }
        for panel in self.score_panels.values():
            panel.scored.connect(self._scored)
        self.titrate_panel = TitratePanel(theme, self)
        self.titrate_panel.stepped.connect(self._step_rate)
        self.titrate_panel.asked.connect(self._ask_rate)
        self.note_panel = TextPanel(theme, "Note", "What was seen or done", "Write down", parent=self)
        self.note_panel.written.connect(self._write_note)
        self.end_panel = TextPanel(
            theme, "End the infusion for good", "Why", "End infusion", STOP_REASONS, parent=self
        )
        self.end_panel.written.connect(self._end)
        self.why_panel = TextPanel(
            theme, "Why was it stopped?", "Reason", "Write down", STOP_REASONS, parent=self
        )
        self.why_panel.written.connect(self._explain)
        self.sign_in_panel = InPlacePanel(theme, "Sign in", self)
        self._panels: tuple[InPlacePanel, ...] = (
            *self.score_panels.values(), self.titrate_panel, self.note_panel, self.end_panel, self.why_panel,
        )  # fmt: skip

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
        self._choose_outer(view)
        if self.titrate_panel.isVisible():
            self._show_candidate()

    def _enter(self, phase: Phase) -> None:
        before, self._phase = self._phase, phase
        for panel in self._panels:
            panel.hide()
        self._choose_step()
        if phase in LIVE_PHASES:
            self.show_live()
        else:
            self.show_steps()
        session = self._bridge.state.session
        stopped = session is not None and session.ended is not None and session.ended.why is EndReason.STOPPED
        if phase is Phase.OBSERVING and before in {Phase.INFUSING, Phase.PAUSED} and stopped:
            self._place(self.why_panel)
            self.why_panel.ask_at(self._bridge.now())

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
        signing = not view.top.signed_in and (away or self._sign_in_wanted)
        if view.top.signed_in:
            self._sign_in_wanted = False
        if signing != self.sign_in_panel.isVisibleTo(self):
            self._place_sign_in()
            if signing:
                self.sign_in_panel.open()
            else:
                self.sign_in_panel.hide()
        self.sign_in_panel.close_button.setVisible(not away)

    def want_sign_in(self) -> None:
        """Somebody touched Sign in while a session is open."""
        self._sign_in_wanted = not self._sign_in_wanted

    def _tick(self, dt_s: float) -> None:
        self.traces.advance(self._bridge, dt_s)
        self._since_trend_s += dt_s
        if self._since_trend_s >= TREND_EVERY_S:
            self._since_trend_s = 0.0
            self.refresh_trend()

    def refresh_trend(self) -> None:
        """Draw the trend anew; once a second is enough."""
        if not self.trend.isVisible():
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
        live = self._mode.currentWidget() is self.trend
        self.delivery.setVisible(live)
        self.traces.set_small(not live)
        self.traces.setVisible(live or self.height() > 560)
        self._left.setStretch(0, 45 if live else 19)
        self._left.setStretch(1, 55 if live else 81)
        self.live_button.setVisible(not live and self._phase in LIVE_PHASES)
        behind = self._phase in {Phase.READY, Phase.OBSERVING} and self._step_of(self._phase) is not None
        self.delivery.steps_button.setVisible(live and behind)
        words = "Discharge checks" if self._phase is Phase.OBSERVING else "Set-up steps"
        self.delivery.steps_button.setText(words)
        for panel in self._panels:
            self._place(panel)
        self._place_sign_in()

    def _place(self, panel: InPlacePanel) -> None:
        """Over the left column, never over numerics, delivery or STOP."""
        px = self._theme.px
        right = self.vitals.x() - px(16) if self.vitals.isVisibleTo(self) else self.width()
        wide = min(px(760), right - px(24))
        least = panel.minimumSizeHint().height()
        tall = min(self.height(), max(least, self.height() - self.traces.height() - px(14)))
        panel.setGeometry(QRect(right - wide, self.height() - tall, wide, tall))

    def _place_sign_in(self) -> None:
        px = self._theme.px
        wide = min(px(620), int(self.width() * 0.46))
        tall = min(self.height() - px(40), max(px(640), self.sign_in_panel.minimumSizeHint().height()))
        right = (
            self.width() - px(60) if self._outer.currentWidget() is self.idle else self.vitals.x() - px(16)
        )
        self.sign_in_panel.setGeometry(QRect(right - wide, (self.height() - tall) // 2, wide, tall))

    # --- asking -----------------------------------------------------------------------------------

    def _ask(self, intent: ask.PersonIntent, panel: InPlacePanel | None = None, done: str = "") -> None:
        self._asked[self._bridge.ask(intent)] = (panel, done)

    def _answered(self, answer: object) -> None:
        if not isinstance(answer, Answer):
            return
        panel, done = self._asked.pop(answer.request_id, (None, None))
        if done is None:
            return
        if answer.accepted:
            if panel is not None:
                panel.hide()
            said = " ".join((done, *answer.sentences)).strip()
            if said:
                self.notice.emit(said)
        elif panel is not None and panel.isVisible():
            panel.show_answer(answer.sentences)
        else:
            self.notice.emit(" ".join(answer.sentences))

    def _open(self, panel: InPlacePanel) -> None:
        for other in self._panels:
            if other is not panel:
                other.hide()
        self._place(panel)
        panel.open()

    def note_care(self, care: Care) -> None:
        """A one-touch event, stamped now: the key press."""
        at = self._bridge.now()
        if care is Care.NOTE:
            self._open(self.note_panel)
            self.note_panel.ask_at(at)
            return
        done = f"{care_words(care)} noted {clock_hms(at, self._reference.zone)}."
        self._ask(ask.NoteCare(care, at), done=done)

    def _write_note(self, text: str, at: object) -> None:
        happened = at if isinstance(at, Instant) else self._bridge.now()
        self._ask(ask.NoteCare(Care.NOTE, happened, text), self.note_panel, "Note written.")

    def open_scale(self, scale_id: str) -> None:
        """Score a scale in place."""
        self._open(self.score_panels[scale_id])

    def _scored(self, scale_id: str, items: dict[str, int]) -> None:
        self._ask(ask.RecordScore(scale_id, items), self.score_panels[scale_id], "Scored.")

    def _do_prompt(self, kind: object) -> None:
        if kind is PromptKind.NIBP:
            self.notice.emit("Start the cuff at the monitor: the reading is taken over by itself.")
        elif kind is PromptKind.MOAAS:
            self.open_scale(scales.MOAAS.id)
        elif kind is PromptKind.DISSOCIATION:
            self.open_scale(scales.DISSOCIATION.id)
        elif kind is PromptKind.ALDRETE:
            self.show_steps()

    def pause(self) -> None:
        """Pause delivery."""
        self._ask(ask.PauseInfusion(str(uuid.uuid4())))

    def _start(self, command_id: str) -> None:
        self._ask(ask.StartInfusion(command_id))

    def _resume(self, command_id: str) -> None:
        self._ask(ask.ResumeInfusion(command_id))

    def _reprogram(self) -> None:
        self._ask(ask.ProgramPump(str(uuid.uuid4())))

    def _open_end(self) -> None:
        self._open(self.end_panel)
        self.end_panel.ask_at(self._bridge.now())

    def _end(self, reason: str, _at: object) -> None:
        self._ask(ask.EndInfusion(reason), self.end_panel)

    def _explain(self, reason: str, _at: object) -> None:
        self._ask(ask.ExplainStop(reason), self.why_panel, "Reason written.")

    def _open_titrate(self) -> None:
        self._candidate = running_rate(self._bridge.state)
        self.titrate_panel.reason.clear()
        self._show_candidate()
        self._open(self.titrate_panel)

    def _show_candidate(self) -> None:
        session, running = self._bridge.state.session, running_rate(self._bridge.state)
        if session is None or session.order is None or running is None or self._candidate is None:
            self.titrate_panel.hide()
            return
        given = delivery(self._bridge.state, self._bridge.live)
        view = titrate_view(
            session.order, running, self._candidate, given, self._bridge.now(), self._reference.zone
        )
        self.titrate_panel.set_view(view, changed=view.rate_ml_h != running)

    def _step_rate(self, steps: int) -> None:
        session = self._bridge.state.session
        if session is None or session.order is None or self._candidate is None:
            return
        self._candidate = stepped(session.order, self._candidate, steps)
        self._show_candidate()

    def _ask_rate(self, reason: str) -> None:
        if self._candidate is not None:
            self._ask(ask.ChangeRate(str(uuid.uuid4()), self._candidate, reason), self.titrate_panel)
