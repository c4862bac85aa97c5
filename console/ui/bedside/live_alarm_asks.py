"""What is asked about alarms, in place: limits, the log, presence, a rate set at the pump, the sound test."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from console.clinical.limits import VitalLimits
from console.clinical.vitals import Vital
from console.room.wire import Answer
from console.session import intents as ask
from console.session.events import Entry, SessionOpened
from console.ui.bridge import Bridge
from console.ui.theme import Theme
from console.ui.viewmodels.live_alarm_log import (
    LOGGED,
    Logged,
    log_lines,
    log_of_active,
    log_title,
    logged,
)
from console.ui.viewmodels.live_deeds import PANEL_RATE_REASONS, Deed
from console.ui.viewmodels.live_limits import (
    RECENT_S,
    Recent,
    Side,
    changes,
    in_force,
    limits_view,
    nudged,
    preset_draft,
    recent_pressures,
)
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_tones import tone_face
from console.ui.widgets.in_place import InPlacePanel
from console.ui.widgets.limits_panel import LimitsPanel
from console.ui.widgets.log_panel import LogPanel
from console.ui.widgets.note_panel import TextPanel
from console.ui.widgets.tone_test import ToneTest

REFRESH_S = 1.0


class AlarmAsks(QObject):
    """Panels about alarms, and every intent they send.

    Signals:
        notice: A sentence to show for a moment at the bottom of the window.
        opening: A panel is about to open: the page closes the others and puts it in its place.
    """

    notice = Signal(str)
    opening = Signal(object)

    def __init__(self, theme: Theme, bridge: Bridge, reference: LiveReference, page: QWidget) -> None:
        super().__init__(page)
        self._bridge, self._reference = bridge, reference
        self._asked: dict[str, tuple[InPlacePanel | None, str]] = {}
        self._draft: dict[Vital, VitalLimits] = {}
        self._log: tuple[Logged, ...] = ()
        self._heard: dict[int, Entry] = {}
        self._since_s = 0.0
        self.limits_panel = LimitsPanel(theme, page)
        self.log_panel = LogPanel(theme, page)
        self.rate_panel = TextPanel(
            theme,
            "Why was the rate set at the pump?",
            "Reason",
            "Write down",
            PANEL_RATE_REASONS,
            parent=page,
        )
        self.tones_panel = InPlacePanel(theme, "Test the alarm sound", page)
        self.tones = ToneTest(theme, self.tones_panel)
        self.tones_panel.body.addWidget(self.tones)
        self.tones_panel.body.addStretch(1)
        self.panels: tuple[InPlacePanel, ...] = (
            self.limits_panel, self.log_panel, self.rate_panel, self.tones_panel,
        )  # fmt: skip
        self._wire()

    def _wire(self) -> None:
        panel, bridge = self.limits_panel, self._bridge
        panel.nudged.connect(self._nudge)
        panel.set_wanted.connect(self._set)
        panel.undo_wanted.connect(self._undo)
        panel.auto_wanted.connect(self._auto)
        panel.preset_wanted.connect(self._preset)
        panel.off_asked.connect(self._off)
        panel.on_asked.connect(self._on)
        panel.closed.connect(self._forget)
        self.rate_panel.written.connect(self._explain_rate)
        self.tones.test_wanted.connect(self._test_tones)
        self.tones.answered.connect(self._confirm_tones)
        bridge.answered.connect(self._answered)
        bridge.greeted.connect(self._greeted)
        bridge.committed.connect(self._committed)
        bridge.seeded.connect(self.seed)
        bridge.state_changed.connect(self.refresh)
        bridge.ticked.connect(self._tick)

    # --- the log ----------------------------------------------------------------------------------

    @property
    def log(self) -> tuple[Logged, ...]:
        """The alarms of the session as this window knows them."""
        return self._log

    def seed(self, entries: object) -> None:
        """Take in entries of the record, after a window was opened in mid-session.

        What was committed since the greeting is kept: the record may have been read before that.
        """
        if isinstance(entries, tuple):
            read = {entry.seq: entry for entry in entries if isinstance(entry.event, LOGGED)}
            if read:
                self._heard = {**read, **self._heard}
                self._log = logged((), (self._heard[seq] for seq in sorted(self._heard)))
                self.refresh()

    def _greeted(self) -> None:
        self._heard = {}
        self._log = log_of_active(self._bridge.state)
        self.refresh()

    def _committed(self, entry: object) -> None:
        if isinstance(entry, Entry):
            if isinstance(entry.event, SessionOpened):
                self._heard = {}
            if isinstance(entry.event, LOGGED):
                self._heard[entry.seq] = entry
            self._log = logged(self._log, (entry,))

    # --- showing ----------------------------------------------------------------------------------

    def _tick(self, dt_s: float) -> None:
        self._since_s += dt_s
        if self._since_s >= REFRESH_S:
            self.refresh()

    def refresh(self) -> None:
        """Bring what is open up to date; nothing is computed for a panel nobody sees."""
        self._since_s = 0.0
        bridge, zone = self._bridge, self._reference.zone
        usable = bridge.connected and not bridge.read_only
        if self.limits_panel.isVisible():
            self._show_limits()
        if self.log_panel.isVisible():
            self.log_panel.set_log(log_title(self._log), log_lines(self._log, bridge.now(), zone))
        if self.tones_panel.isVisible():
            self.tones.set_face(tone_face(bridge.state, bridge.live, bridge.now(), zone), usable=usable)

    def _show_limits(self) -> None:
        bridge = self._bridge
        view = limits_view(
            bridge.state, bridge.live, self._recent(), self._draft, bridge.now(), self._reference.site,
            self._reference.zone,
        )  # fmt: skip
        self.limits_panel.set_view(view, usable=bridge.connected and not bridge.read_only)

    def _recent(self) -> Recent:
        """Values of the last ten minutes, from the trend and from the cuff."""
        bridge = self._bridge
        now = bridge.now()
        found: dict[Vital, tuple[float, ...]] = dict(recent_pressures(bridge.state.session, now))
        if bridge.history is not None:
            found.update(bridge.history.recent(now, RECENT_S))
        return found

    def close_all(self) -> None:
        """What was being asked is void."""
        self._draft.clear()
        for panel in self.panels:
            panel.hide()

    def _open(self, panel: InPlacePanel) -> None:
        self.opening.emit(panel)
        panel.open()
        self.refresh()

    def toggle_limits(self) -> None:
        """The key of the limits, or a numeric, was touched."""
        self._toggle(self.limits_panel)

    def toggle_log(self) -> None:
        """The key of the log was touched."""
        self._toggle(self.log_panel)

    def _toggle(self, panel: InPlacePanel) -> None:
        if panel.isVisible():
            panel.dismiss()
        else:
            self._open(panel)

    def do(self, deed: object) -> None:
        """What an alarm asks of a person."""
        if deed is Deed.PRESENCE:
            self._ask(ask.ConfirmPresence(), None, "Thank you: presence noted.")
        elif deed is Deed.PANEL_RATE:
            self._open(self.rate_panel)
            self.rate_panel.ask_at(self._bridge.now())
        elif deed is Deed.TONES:
            self._open(self.tones_panel)

    # --- asking -----------------------------------------------------------------------------------

    def _ask(self, intent: ask.PersonIntent, panel: InPlacePanel | None = None, done: str = "") -> None:
        self._asked[self._bridge.ask(intent)] = (panel, done)

    def _answered(self, answer: object) -> None:
        if not isinstance(answer, Answer) or answer.request_id not in self._asked:
            return
        panel, done = self._asked.pop(answer.request_id)
        if panel is self.limits_panel:
            self._limits_answered(answer)
        elif not answer.accepted:
            if panel is not None and panel.isVisible():
                panel.show_answer(answer.sentences)
            else:
                self.notice.emit(" ".join(answer.sentences))
        else:
            if panel is self.rate_panel:
                panel.hide()
            said = " ".join((done, *answer.sentences)).strip()
            if said:
                self.notice.emit(said)
        self.refresh()

    def _limits_answered(self, answer: Answer) -> None:
        """Refusals stay in the panel, beside what they are about; several answers follow one touch."""
        waiting = any(panel is self.limits_panel for panel, _done in self._asked.values())
        if not answer.accepted or answer.sentences:
            self.limits_panel.show_answer(answer.sentences)
        elif not waiting:
            self.limits_panel.foot.close_off()

    def cancel_proposal(self, proposal_id: str, reason: str) -> None:
        """A key of the banner was touched."""
        self._ask(ask.CancelPauseProposal(proposal_id, reason), None, "Not paused.")

    def _nudge(self, vital: object, side: object, steps: int) -> None:
        held = in_force(self._bridge.state, self._reference.site)
        if isinstance(vital, Vital) and isinstance(side, Side) and vital in held:
            self._draft[vital] = nudged(self._draft.get(vital, held[vital]), side, steps)
            self.limits_panel.show_answer(())
            self.refresh()

    def _forget(self) -> None:
        self._draft.clear()

    def _undo(self) -> None:
        self._draft.clear()
        self.limits_panel.show_answer(())
        self.refresh()

    def _preset(self) -> None:
        """The preset as a draft: looked at before it is set."""
        self._draft = preset_draft(self._bridge.state, self._reference.site)
        self.refresh()

    def _set(self) -> None:
        wanted = changes(self._draft, self._bridge.state, self._reference.site)
        self._draft.clear()
        self.limits_panel.show_answer(())
        for intent in wanted:
            self._ask(intent, self.limits_panel)
        self.refresh()

    def _auto(self) -> None:
        self._draft.clear()
        self.limits_panel.show_answer(())
        self._ask(ask.UseAutoLimits(), self.limits_panel)

    def _off(self, vital: object, for_s: float, reason: str) -> None:
        if isinstance(vital, Vital):
            self.limits_panel.show_answer(())
            self._ask(ask.SwitchLimitsOff(vital, for_s, reason), self.limits_panel)

    def _on(self, vital: object) -> None:
        if isinstance(vital, Vital):
            self._ask(ask.SwitchLimitsOn(vital), self.limits_panel)

    def _explain_rate(self, reason: str, _at: object) -> None:
        self._ask(ask.ExplainPanelRate(reason), self.rate_panel, "Reason written.")

    def _test_tones(self) -> None:
        self._ask(ask.TestTones())

    def _confirm_tones(self, heard: bool) -> None:
        self._ask(ask.ConfirmTones(heard))
