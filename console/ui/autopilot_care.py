"""While the drug runs: checks as they fall due, alarms, the scenario's deeds, pauses and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPointF

from console.clinical.hold import HoldLevel, met
from console.clinical.scales import DISSOCIATION, MOAAS, Scale
from console.clinical.vitals import Vital
from console.clock import Instant
from console.session.events import Care, PromptKind
from console.session.state import Phase, Session, State
from console.ui.autopilot_hands import Hands, HandsError
from console.ui.autopilot_plan import Act, AutoPlan, Deed, Found, Script, Wait
from console.ui.autopilot_setup import ANSWERED_WITHIN_S, SetupScript
from console.ui.bedside import step_names
from console.ui.bridge import Bridge
from console.ui.window import MainWindow

LONGEST_INFUSION_S = 9 * 3600.0
PAUSED_LEAST_S = 60.0
"""Room seconds a pause lasts at least before the autopilot goes on."""
PAUSED_MOST_S = 1800.0
"""After so long she gives up and ends the infusion."""
TRIES = 4
OPENS_WITHIN_S = 2.0
"""Real seconds a panel is given to open under the finger."""
PICTURE_EVERY_S = 600.0


class CareScript:
    """What a nurse does while the drug runs."""

    def __init__(
        self,
        window: MainWindow,
        bridge: Bridge,
        hands: Hands,
        plan: AutoPlan,
        setup: SetupScript,
        found: Callable[[], Found],
        deeds: Callable[[], tuple[Deed, ...]],
    ) -> None:
        self._window, self._bridge, self._hands, self._plan = window, bridge, hands, plan
        self._setup, self._found, self._deeds = setup, found, deeds
        self._seen_alarms: set[str] = set()
        self._resume_asked = False
        self._tries = 0
        self._pictured: Instant | None = None

    @property
    def state(self) -> State:
        """The state of the room."""
        return self._bridge.state

    def _session(self) -> Session:
        session = self.state.session
        if session is None:
            raise HandsError("The session is gone.")
        return session

    def play(self) -> Script:
        """Until delivery is over."""
        began = self._bridge.now()
        while self.state.phase in {Phase.INFUSING, Phase.PAUSED}:
            if self._bridge.now().seconds_since(began) > LONGEST_INFUSION_S:
                raise HandsError("The infusion does not end.")
            yield from self.look_around()
            if self.state.phase is Phase.PAUSED:
                yield from self._paused()
            elif self.state.phase is Phase.INFUSING:
                yield from self._suggested_pause()
            self.now_and_then()
            yield Wait(lambda: True, "a breath")
        yield Wait(lambda: True, "a breath")
        self._hands.picture("after-the-infusion")

    def look_around(self) -> Script:
        """What is due whatever the phase: alarms, the scenario's deeds, scheduled checks."""
        yield from self.acknowledge()
        for deed in self._deeds():
            yield from self._do(deed)
        prompted = self._session().prompted
        if PromptKind.MOAAS in prompted:
            yield from self._score_in_place(MOAAS, self._found().moaas)
        if PromptKind.DISSOCIATION in prompted:
            yield from self._score_in_place(DISSOCIATION, self._found().dissociation)

    def acknowledge(self) -> Script:
        """Look at every new alarm once, and acknowledge the one on top."""
        for alarm in self.state.alarms:
            if alarm.raised.code not in self._seen_alarms:
                self._seen_alarms.add(alarm.raised.code)
                yield Wait(lambda: True, "a breath")
                self._hands.picture(f"alarm-{alarm.raised.code}")
        button = self._window.alarms.ack_button
        if button.isVisible() and button.isEnabled():
            self._hands.press(button)
            yield Wait(lambda: True, "a breath")

    def _do(self, deed: Deed) -> Script:
        if deed.care is not None and self._window.events.isEnabled():
            yield from self._note(deed.care, deed.note)
        match deed.act:
            case Act.PAUSE if self.state.phase is Phase.INFUSING:
                yield from self._pause()
            case Act.RESUME:
                self._resume_asked = True
            case Act.STOP:
                yield from self._stop()
            case Act.SCORE:
                yield from self._score_in_place(MOAAS, self._found().moaas)
            case _:
                yield Wait(lambda: True, "a breath")

    def _note(self, care: Care, note: str) -> Script:
        key = self._window.events.keys.get(care)
        if key is not None and care is not Care.NOTE:
            self._hands.press(key)
        else:
            self._hands.press(self._window.events.keys[Care.NOTE])
            panel = self._window.bedside.asks.note_panel
            yield Wait(panel.isVisible, "the note")
            panel.field.setFocus()
            panel.field.insert(note or care.value)
            self._hands.press(panel.action_button)
        yield Wait(lambda: True, "a breath")

    def _score_in_place(self, scale: Scale, level: int) -> Script:
        """Touch the tile, then the level."""
        window, hands = self._window, self._hands
        before = len(self._session().scores)
        panel = window.bedside.asks.score_panels[scale.id]
        if not panel.isVisible():
            tile = window.bedside.vitals.scales
            share = 0.25 if scale is MOAAS else 0.75
            hands.press(tile, QPointF(tile.width() * share, tile.height() / 2))
            given_up_s = self._bridge.real_s + OPENS_WITHIN_S
            yield Wait(lambda: panel.isVisible() or self._bridge.real_s > given_up_s, "the scale to open")
        if not panel.isVisible():
            # The phase changed under the finger; what is still due is touched again.
            return
        hands.press(panel.keys[level])
        yield Wait(lambda: len(self._session().scores) > before, f"the {scale.id} score")

    def _suggested_pause(self) -> Script:
        """Pause where the console would suggest it."""
        if self._found().moaas <= 1 or self._beyond():
            yield from self._pause()

    def _beyond(self) -> bool:
        """A pressure beyond the last threshold, where one reading is enough."""
        live = self._bridge.live
        for vital in (Vital.NIBP_SYS, Vital.NIBP_DIA):
            reading = None if live is None else live.vitals.get(vital)
            if reading is None or reading.value is None or not reading.usable:
                continue
            rules = met(vital, reading.value)
            if any(r.level is HoldLevel.SUGGEST_PAUSE and not r.repeat_within_s for r in rules):
                return True
        return False

    def _pause(self) -> Script:
        key = self._window.pause_key
        if key.isEnabled() and self.state.phase is Phase.INFUSING:
            self._hands.press(key)
            yield Wait(lambda: self.state.phase is not Phase.INFUSING, "the pause", 60)
            yield Wait(lambda: True, "a breath")
            self._hands.picture("paused")

    def _stop(self) -> Script:
        self._hands.press(self._window.stop_key)
        yield Wait(
            lambda: (
                self.state.stop is not None
                and (self.state.stop.confirmed or self.state.stop.unconfirmed_alarm)
            ),
            "STOP to be confirmed",
            60,
        )
        self._hands.picture("stopped")

    def _paused(self) -> Script:
        session = self._session()
        since_s = 0.0 if session.paused_at is None else self._bridge.now().seconds_since(session.paused_at)
        if since_s > PAUSED_MOST_S or self._tries >= TRIES:
            yield from self._end()
            return
        if (not self._resume_asked and since_s < PAUSED_LEAST_S) or self._still_beyond():
            return
        self._window.bedside.show_steps()
        yield Wait(self._hands.sees(step_names.PAUSED), "the ways out of the pause")
        self._hands.picture("ways-out")
        if not self._hands.can_touch("resume") and self._hands.find("primary") is not None:
            if self._hands.can_touch("primary"):
                yield from self._setup.tap("primary")
            yield Wait(lambda: self._hands.can_touch("resume"), "the remaining dose to be programmed", 60)
        if not self._hands.can_touch("resume"):
            return
        self._tries += 1
        yield from self._setup.held("resume")
        asked_s = self._bridge.real_s
        yield Wait(
            lambda: self.state.phase is not Phase.PAUSED or self._bridge.real_s - asked_s > ANSWERED_WITHIN_S,
            "RESUME",
            3600,
        )
        if self.state.phase is Phase.INFUSING:
            self._resume_asked, self._tries = False, 0
            self._window.bedside.show_live()
            self._hands.picture("resumed")

    def _still_beyond(self) -> bool:
        """The sign that led to the pause has not come back."""
        live = self._bridge.live
        if live is None:
            return True
        pressure, spo2 = live.vitals.get(Vital.NIBP_SYS), live.vitals.get(Vital.SPO2)
        high = pressure is not None and pressure.value is not None and pressure.value >= 165
        low = spo2 is None or not spo2.usable or (spo2.value or 0.0) < 92
        return high or low or self._found().moaas < 3

    def _end(self) -> Script:
        self._window.bedside.show_steps()
        for name in ("end", "reason_Other", "reason_act"):
            yield Wait(partial(self._touchable_or_over, name), f"{name} to be offered", 60)
            if self.state.phase is not Phase.PAUSED:
                return
            self._hands.touch(name)
            yield Wait(lambda: True, "a breath")
        yield Wait(lambda: self.state.phase is not Phase.PAUSED, "the infusion to be ended", 60)

    def _touchable_or_over(self, name: str) -> bool:
        return self.state.phase is not Phase.PAUSED or self._hands.can_touch(name)

    def now_and_then(self) -> None:
        """A picture every ten minutes of the room's time."""
        now = self._bridge.now()
        if self._pictured is None or now.seconds_since(self._pictured) > PICTURE_EVERY_S:
            self._pictured = now
            self._hands.picture(self.state.phase.value)
