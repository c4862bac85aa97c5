"""Plays a whole session in the real window, by its real widgets, and takes a picture of each step.

Nothing is asked of the room but what a touch asks. Each wait has a deadline in the room's time; what
should be on the screen and is not ends the play with a sentence that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from console.ui.autopilot_care import CareScript
from console.ui.autopilot_hands import Hands, HandsError
from console.ui.autopilot_plan import AutoPlan, AutoResult, Deed, Found, Script, Wait
from console.ui.autopilot_release import ReleaseScript
from console.ui.autopilot_setup import SetupScript
from console.ui.bridge import Bridge
from console.ui.window import MainWindow

BREATH_S = 0.1
"""Real seconds between two touches: longer than the 60 ms within which a second touch is a bounce."""
REAL_LEAST_S = 10.0
"""Real seconds every wait is given, however fast the room's clock runs."""


def awake() -> Found:
    """Somebody who is awake and well."""
    return Found()


def nothing_to_do() -> tuple[Deed, ...]:
    """No script besides the usual work."""
    return ()


class Autopilot(QObject):
    """A nurse made of conditions and touches; told to go on by every tick of the bridge.

    Signals:
        finished: An :class:`AutoResult`.

    Attributes:
        result: How it went, None while it is going on.
    """

    finished = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        bridge: Bridge,
        plan: AutoPlan,
        shots: Path | None = None,
        found: Callable[[], Found] = awake,
        deeds: Callable[[], tuple[Deed, ...]] = nothing_to_do,
        breath_s: float = BREATH_S,
    ) -> None:
        """``found``: what is seen at the chair; ``deeds``: what a scenario asked for since the last call."""
        super().__init__(window)
        self.result: AutoResult | None = None
        self._bridge = bridge
        self._breath_s = breath_s
        self._hands = Hands(window, shots)
        setup = SetupScript(bridge, self._hands, plan)
        care = CareScript(window, bridge, self._hands, plan, setup, found, deeds)
        release = ReleaseScript(window, bridge, self._hands, setup, care, found)
        self._script = self._play(setup, care, release)
        self._wait: Wait | None = None
        self._since = bridge.now()
        self._since_real_s = bridge.real_s
        bridge.ticked.connect(self._tick)

    def _play(self, setup: SetupScript, care: CareScript, release: ReleaseScript) -> Script:
        yield from setup.play()
        yield from care.play()
        yield from release.play()

    def _tick(self, _dt_s: float) -> None:
        if self.result is not None or self._bridge.real_s - self._since_real_s < self._breath_s:
            return
        try:
            self._go_on()
        except StopIteration:
            self._finish(AutoResult(True, "The session was played, discharged and closed."))
        except HandsError as trouble:
            self._finish(AutoResult(False, str(trouble)))

    def _go_on(self) -> None:
        wait = self._wait
        if wait is not None and not wait.until():
            room_s = self._bridge.now().seconds_since(self._since)
            real_s = self._bridge.real_s - self._since_real_s
            if room_s > wait.within_s and real_s > REAL_LEAST_S:
                said = self._hands.find("answer")
                words = "" if said is None else f" The window says: {said.property('text')}"
                raise HandsError(f"Waited in vain for {wait.what} ({room_s:.0f} s).{words}")
            return
        self._wait = next(self._script)
        self._since, self._since_real_s = self._bridge.now(), self._bridge.real_s

    def _finish(self, result: AutoResult) -> None:
        self.result = result
        self._bridge.ticked.disconnect(self._tick)
        self._hands.let_go()
        if not result.ok:
            self._hands.picture("failed")
        self.finished.emit(result)
