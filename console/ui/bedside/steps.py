"""Which phase has a panel, and what keeps the panels up to date. Each is built when its phase comes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from console.session.state import Phase
from console.ui.bedside.step_last_command import LastCommand
from console.ui.bedside.step_sign_in import SignIn
from console.ui.bedside.step_tools import StepTools
from console.ui.late_page import LatePage
from console.ui.window import BEDSIDE, MainWindow

if TYPE_CHECKING:
    from console.ui.bedside.step_build import CheckableStep, Step
    from console.ui.bedside.step_verify import StepVerify

REFRESH_S = 0.25
SHOWN_AT_ONCE = frozenset({Phase.READY})
"""Phases whose step comes before the live view: nobody starts without having seen the conditions."""
WITH_PANEL = (
    Phase.NO_SESSION,
    Phase.ARRIVAL,
    Phase.ORDER,
    Phase.VERIFY,
    Phase.PROGRAM,
    Phase.READY,
    Phase.PAUSED,
    Phase.OBSERVING,
    Phase.DISCHARGED,
)


class BedsideSteps(QObject):
    """Installs every step in the window and refreshes the one that is shown."""

    def __init__(self, window: MainWindow, tools: StepTools) -> None:
        super().__init__(window)
        self._window, self._tools = window, tools
        self._phase = tools.state.phase
        self._since_s = REFRESH_S
        self._last_real_s = tools.bridge.real_s
        self._dirty = True
        self.sign_in = SignIn(tools)
        self.steps: dict[Phase, Step] = {}
        self._blind_ones: list[StepVerify | CheckableStep] = []
        # From the start: a step that is built later shows the last command as well.
        self._last = LastCommand(tools.bridge, self)
        page = window.bedside
        page.set_sign_in_widget(self.sign_in)
        for phase in WITH_PANEL:
            page.set_step_widget(phase, LatePage(partial(self._built, phase)))
        bridge = tools.bridge
        bridge.state_changed.connect(self._mark)
        bridge.live_changed.connect(self._mark)
        bridge.answered.connect(self._mark)
        window.presence.badge.connect(self._badge)
        bridge.ticked.connect(self._tick)

    @property
    def hides_order(self) -> bool:
        """A second person is entering blind: no weight, concentration or dose anywhere on the screen."""
        return any(step.hides_order for step in self._blind_ones)

    def _built(self, phase: Phase) -> Step:
        from console.ui.bedside.step_build import CheckableStep, build_step
        from console.ui.bedside.step_verify import StepVerify

        step = self.steps[phase] = build_step(phase, self._tools, self._last)
        if isinstance(step, StepVerify | CheckableStep):
            self._blind_ones.append(step)
        step.refresh()
        return step

    def _badge(self, badge: str) -> None:
        """A badge was held to the reader: whoever it belongs to takes over with the PIN."""
        window = self._window
        window.show_page(BEDSIDE)
        window.bedside.offer_sign_in()
        window.refresh()
        self.sign_in.show_badge(badge)

    def _mark(self) -> None:
        self._dirty = True

    def _tick(self, _dt_s: float) -> None:
        self._follow_phase()
        real_s = self._tools.bridge.real_s
        if self._dirty or real_s - self._last_real_s >= REFRESH_S:
            self._dirty, self._last_real_s = False, real_s
            self.refresh()
        self._blind()

    def _follow_phase(self) -> None:
        phase = self._tools.state.phase
        if phase is self._phase:
            return
        self._phase = phase
        session = self._tools.state.session
        by_pump = session is not None and session.paused is not None and session.paused.by_pump
        if phase in SHOWN_AT_ONCE or (phase is Phase.PAUSED and by_pump):
            self._window.bedside.show_steps()

    def refresh(self) -> None:
        """Bring the step that is shown up to date."""
        for step in self.steps.values():
            if step.isVisible():
                step.refresh()

    def _blind(self) -> None:
        """Take the weight out of the top bar while a second person enters it."""
        view = self._window.view
        if view is None or not self.hides_order:
            return
        top = view.top
        shown = "  ·  ".join(part for part in top.identifiers.split("  ·  ") if not part.endswith(" kg"))
        self._window.top.set_view(replace(top, identifiers=shown))


def shown_step(window: MainWindow, name: str) -> QWidget | None:
    """The visible step of that name."""
    return next((found for found in window.findChildren(QWidget, name) if found.isVisible()), None)
