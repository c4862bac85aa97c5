"""After the infusion: observation, the reason of an early stop, scores, the gate, discharge and closing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from console.clinical.discharge import CONFIRMATIONS
from console.clinical.scales import ALDRETE, DISSOCIATION, MOAAS, MPADSS, Scale
from console.session.events import PromptKind
from console.session.release import unmet
from console.session.state import Phase, Session, State
from console.ui.autopilot_care import CareScript
from console.ui.autopilot_hands import Hands, HandsError
from console.ui.autopilot_plan import Found, Script, Wait
from console.ui.autopilot_setup import SetupScript
from console.ui.bedside import step_names
from console.ui.bridge import Bridge
from console.ui.window import BEDSIDE, MainWindow

LONGEST_RECOVERY_S = 9 * 3600.0
SCORE_AGAIN_S = 300.0
PRESSURE_WAIT_S = 16 * 60.0


class ReleaseScript:
    """What a nurse does until the session is closed."""

    def __init__(
        self,
        window: MainWindow,
        bridge: Bridge,
        hands: Hands,
        setup: SetupScript,
        care: CareScript,
        found: Callable[[], Found],
    ) -> None:
        self._window, self._bridge, self._hands = window, bridge, hands
        self._setup, self._care, self._found = setup, care, found

    @property
    def state(self) -> State:
        """The state of the room."""
        return self._bridge.state

    def _session(self) -> Session:
        session = self.state.session
        if session is None:
            raise HandsError("The session is gone.")
        return session

    def _scored(self, more_than: int) -> bool:
        return len(self._session().scores) > more_than

    def _measured(self, more_than: int) -> bool:
        return len(self._session().pressures) > more_than

    def _confirmed(self, item: str) -> bool:
        return self._session().discharge.get(item, False)

    def play(self) -> Script:
        """Until the session is closed."""
        if self.state.phase is Phase.OBSERVING:
            yield from self._observe()
        yield from self._close()

    def _observe(self) -> Script:
        yield from self._explain()
        while self._left_s() > 0:
            yield from self._care.look_around()
            if PromptKind.ALDRETE in self._session().prompted:
                yield from self._score_aldrete()
            self._care.now_and_then()
            yield Wait(lambda: True, "a breath")
        self._window.show_page(BEDSIDE)
        self._window.bedside.show_steps()
        yield Wait(self._hands.sees(step_names.RELEASE), "the discharge checks")
        yield from self._discharge()

    def _score_aldrete(self) -> Script:
        """Go to the scores, score, and go back to the live view."""
        self._hands.press(self._window.bedside.delivery.steps_button)
        yield from self._score(ALDRETE, {item.id: item.highest for item in ALDRETE.items})
        self._hands.press(self._window.bedside.live_button)

    def _left_s(self) -> float:
        session = self._session()
        if session.ended_at is None or session.order is None:
            return 0.0
        required_s = float(session.order.min_observation_min) * 60
        return required_s - self._bridge.now().seconds_since(session.ended_at)

    def _explain(self) -> Script:
        """The reason of an early stop, on the panel that asks for it."""
        panel = self._window.bedside.asks.why_panel
        if panel.isVisible():
            self._hands.picture("why-stopped")
            self._hands.press(panel.quick_buttons[0])
            yield Wait(lambda: not panel.isVisible(), "the reason to be written")

    def _discharge(self) -> Script:
        began = self._bridge.now()
        while True:
            if self._bridge.now().seconds_since(began) > LONGEST_RECOVERY_S:
                raise HandsError("Not discharged: " + " ".join(unmet(self.state, self._bridge.now())))
            yield from self._care.acknowledge()
            yield from self._score_all()
            yield from self._confirm_all()
            yield from self._setup.tap("release_gate")
            self._hands.picture("discharge-gate")
            if self._hands.can_touch("primary"):
                break
            yield from self._wait_for_the_gate()
        yield from self._setup.tap("primary")
        yield Wait(lambda: self.state.phase is Phase.DISCHARGED, "the discharge", 60)
        yield Wait(lambda: True, "a breath")
        self._hands.picture("discharged")

    def _wait_for_the_gate(self) -> Script:
        """Another cuff reading, or another five minutes of rest."""
        since = self._bridge.now()
        reasons = " ".join(unmet(self.state, since))
        count = len(self._session().pressures)
        rest_s = PRESSURE_WAIT_S if "pressure" in reasons.casefold() else SCORE_AGAIN_S
        yield Wait(
            lambda: (
                not unmet(self.state, self._bridge.now())
                or len(self._session().pressures) > count
                or self._bridge.now().seconds_since(since) > rest_s
            ),
            "recovery",
            2 * rest_s,
        )
        pressure_missing = len(self._session().pressures) == count and "pressure" in reasons.casefold()
        if pressure_missing:
            yield from self._setup.tap("release_pressure")
            yield from self._setup.pressure()
            yield from self._setup.tap("primary")
            yield Wait(partial(self._measured, count), "the pressure to be recorded")

    def _score_all(self) -> Script:
        found = self._found()
        scores = {
            MOAAS: {"level": found.moaas},
            DISSOCIATION: {"level": found.dissociation},
            ALDRETE: {item.id: item.highest for item in ALDRETE.items},
            MPADSS: {item.id: item.highest for item in MPADSS.items},
        }
        for scale, levels in scores.items():
            yield from self._score(scale, levels)

    def _score(self, scale: Scale, levels: dict[str, int]) -> Script:
        before = len(self._session().scores)
        yield from self._setup.tap(f"release_{scale.id}")
        for item, level in levels.items():
            yield from self._setup.tap(f"level_{item}_{level}")
        self._hands.picture(scale.id)
        yield from self._setup.tap("primary")
        yield Wait(partial(self._scored, before), f"the {scale.id} score")

    def _confirm_all(self) -> Script:
        yield from self._setup.tap("release_gate")
        for item in CONFIRMATIONS:
            if not self._session().discharge.get(item.id):
                yield from self._setup.tap(f"confirm_{item.id}")
                yield Wait(partial(self._confirmed, item.id), "a confirmation")

    def _close(self) -> Script:
        yield Wait(self._hands.sees(step_names.CLOSE), "the summary")
        self._hands.picture("summary")
        yield from self._setup.tap("primary")
        yield Wait(lambda: self.state.phase is Phase.CLOSED, "the session to be closed", 60)
        yield Wait(lambda: True, "a breath")
        self._hands.picture("closed")
