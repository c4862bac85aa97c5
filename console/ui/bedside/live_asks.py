"""What the bedside page asks of the room, in place: notes, scores, rates, reasons; and what came of it."""

from __future__ import annotations

import uuid
from decimal import Decimal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from console.clinical import scales
from console.clock import Instant
from console.room.wire import Answer
from console.session import intents as ask
from console.session.cuff import cuff_monitor
from console.session.events import Care, PromptKind
from console.ui.bridge import Bridge
from console.ui.theme import Theme
from console.ui.viewmodels.live_delivery import delivery
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_titrate import running_rate, stepped, titrate_view
from console.ui.viewmodels.live_trend import care_words
from console.ui.viewmodels.live_words import clock_hms
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.note_panel import TextPanel
from console.ui.widgets.score_panel import ScorePanel
from console.ui.widgets.titrate_panel import TitratePanel

DROP_REASONS = ("Reason is over", "Patient looks well", "Asked by mistake", "Done another way")
STOP_REASONS = ("Patient asked", "Distress", "Pressure", "Nausea", "Finished early")


class BedsideAsks(QObject):
    """Panels of the live page and every intent it sends.

    Signals:
        notice: A sentence to show for a moment at the bottom of the window.
        opening: A panel is about to open: the page puts it in its place.
        steps_wanted: The check is done on the step behind the live view.
    """

    notice = Signal(str)
    opening = Signal(object)
    steps_wanted = Signal()

    def __init__(self, theme: Theme, bridge: Bridge, reference: LiveReference, page: QWidget) -> None:
        super().__init__(page)
        self._bridge, self._reference = bridge, reference
        self._asked: dict[str, tuple[InPlacePanel | None, str]] = {}
        self._candidate: Decimal | None = None
        self._task_id = ""
        self._build_panels(theme, page)
        bridge.answered.connect(self._answered)

    def _build_panels(self, theme: Theme, page: QWidget) -> None:
        self.score_panels = {
            scale.id: ScorePanel(theme, scale, page) for scale in (scales.MOAAS, scales.DISSOCIATION)
        }
        for panel in self.score_panels.values():
            panel.scored.connect(self._scored)
        self.titrate_panel = TitratePanel(theme, page)
        self.titrate_panel.stepped.connect(self._step_rate)
        self.titrate_panel.asked.connect(self._ask_rate)
        self.note_panel = TextPanel(theme, "Note", "What was seen or done", "Write down", parent=page)
        self.note_panel.written.connect(self._write_note)
        self.end_panel = TextPanel(
            theme, "End the infusion for good", "Why", "End infusion", STOP_REASONS, parent=page
        )
        self.end_panel.written.connect(self._end)
        self.why_panel = TextPanel(
            theme, "Why was it stopped?", "Reason", "Write down", STOP_REASONS, parent=page
        )
        self.why_panel.written.connect(self._explain)
        self.drop_panel = TextPanel(
            theme, "Not to be done at the pump", "Why", "Take it back", DROP_REASONS, parent=page
        )
        self.drop_panel.written.connect(self._drop)
        self.panels: tuple[InPlacePanel, ...] = (
            *self.score_panels.values(), self.titrate_panel, self.note_panel, self.end_panel, self.why_panel,
            self.drop_panel,
        )  # fmt: skip

    def refresh(self) -> None:
        """Follow the state while a panel is open."""
        if self.titrate_panel.isVisible():
            self._show_candidate()

    def close_all(self) -> None:
        """The phase changed: what was being asked is void."""
        for panel in self.panels:
            panel.hide()

    def ask_why(self) -> None:
        """Ask for the reason of a stop, in place and not in the way."""
        self._open(self.why_panel)
        self.why_panel.ask_at(self._bridge.now())

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
        for other in self.panels:
            if other is not panel:
                other.hide()
        self.opening.emit(panel)
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

    def do_prompt(self, kind: object) -> None:
        """Do the check of a chip."""
        if kind is PromptKind.NIBP and cuff_monitor(self._reference.site):
            self.take_pressure()
        elif kind is PromptKind.NIBP:
            self.notice.emit("Start the cuff at the monitor: the reading is taken over by itself.")
        elif kind is PromptKind.MOAAS:
            self.open_scale(scales.MOAAS.id)
        elif kind is PromptKind.DISSOCIATION:
            self.open_scale(scales.DISSOCIATION.id)
        elif kind is PromptKind.ALDRETE:
            self.steps_wanted.emit()

    def take_pressure(self) -> None:
        """Start the cuff from here."""
        self._ask(ask.TakePressure(), done="The cuff was asked.")

    def cancel_pressure(self) -> None:
        """Let the air out of the cuff."""
        self._ask(ask.CancelPressure(), done="The cuff is being let down.")

    def cuff_by_itself(self, on: bool) -> None:
        """The cuff follows the protocol's times by itself, or no more."""
        done = "The cuff measures whenever a pressure falls due." if on else "The cuff waits for you again."
        self._ask(ask.SetCuffCadence(on), done=done)

    def open_drop(self, task_id: str) -> None:
        """Ask why it is no longer to be done at the pump."""
        self._task_id = task_id
        self._open(self.drop_panel)
        self.drop_panel.ask_at(self._bridge.now())

    def _drop(self, reason: str, _at: object) -> None:
        self._ask(ask.DropHandwork(self._task_id, reason), self.drop_panel)

    def pause(self) -> None:
        """Pause delivery."""
        self._ask(ask.PauseInfusion(str(uuid.uuid4())))

    def start(self, command_id: str) -> None:
        """START was held."""
        self._ask(ask.StartInfusion(command_id))

    def resume(self, command_id: str) -> None:
        """RESUME was held."""
        self._ask(ask.ResumeInfusion(command_id))

    def reprogram(self) -> None:
        """Program what remains of the dose; a pump that can only be read is set on its step."""
        if self._bridge.state.supervised:
            self.steps_wanted.emit()
            return
        self._ask(ask.ProgramPump(str(uuid.uuid4())))

    def open_end(self) -> None:
        """Ask why the infusion is given up."""
        self._open(self.end_panel)
        self.end_panel.ask_at(self._bridge.now())

    def _end(self, reason: str, _at: object) -> None:
        self._ask(ask.EndInfusion(reason), self.end_panel)

    def _explain(self, reason: str, _at: object) -> None:
        self._ask(ask.ExplainStop(reason), self.why_panel, "Reason written.")

    def open_titrate(self) -> None:
        """Change the rate in place."""
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
