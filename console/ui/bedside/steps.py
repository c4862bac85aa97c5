"""Which panel stands in which phase, and what keeps them up to date."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget, QWidget

from console.session.ordering import outstanding_checks
from console.session.state import Phase
from console.ui.bedside.step_arrival import StepArrival
from console.ui.bedside.step_close import StepClose
from console.ui.bedside.step_order import StepOrder
from console.ui.bedside.step_patient import StepPatient
from console.ui.bedside.step_paused import StepPaused
from console.ui.bedside.step_program import StepProgram
from console.ui.bedside.step_ready import StepReady
from console.ui.bedside.step_release import StepRelease
from console.ui.bedside.step_sign_in import SignIn
from console.ui.bedside.step_tools import StepTools
from console.ui.bedside.step_verify import StepVerify
from console.ui.window import MainWindow

REFRESH_S = 0.25
SHOWN_AT_ONCE = frozenset({Phase.READY})
"""Phases whose step comes before the live view: nobody starts without having seen the conditions."""


class OrderStep(QStackedWidget):
    """The order; while an arrival check is open, or somebody goes back, the arrival."""

    def __init__(self, tools: StepTools) -> None:
        super().__init__()
        self._tools = tools
        self._back = False
        self.arrival, self.order = StepArrival(tools, self), StepOrder(tools, self)
        self.addWidget(self.arrival)
        self.addWidget(self.order)
        self.setCurrentWidget(self.order)
        self.order.arrival_wanted.connect(self._go_back)
        self.forward = self.arrival.frame.add_secondary("to_order", "To the order")
        self.forward.clicked.connect(self._go_on)

    def _go_back(self) -> None:
        self._back = True
        self.refresh()

    def _go_on(self) -> None:
        self._back = False
        self.refresh()

    def refresh(self) -> None:
        """Choose between both and refresh it."""
        session = self._tools.state.session
        if session is None:
            return
        held_up = bool(outstanding_checks(session))
        self.forward.setEnabled(not held_up)
        wanted = self.arrival if held_up or self._back else self.order
        if self.currentWidget() is not wanted:
            self.setCurrentWidget(wanted)
        if wanted is self.arrival:
            self.arrival.refresh()
        else:
            self.order.refresh()


class CheckableStep(QStackedWidget):
    """A step from which the second person may be asked to check again."""

    def __init__(self, step: StepProgram | StepReady, verify: StepVerify) -> None:
        super().__init__()
        self.step, self.verify = step, verify
        self.addWidget(step)
        self.addWidget(verify)
        step.check_wanted.connect(self._check)
        verify.left.connect(self._return)

    def _check(self) -> None:
        self.setCurrentWidget(self.verify)

    def _return(self) -> None:
        self.setCurrentWidget(self.step)

    def refresh(self) -> None:
        """Refresh the one that is shown."""
        if self.currentWidget() is self.verify:
            self.verify.refresh()
        else:
            self.step.refresh()


Step = (
    StepPatient | StepArrival | OrderStep | StepVerify | CheckableStep | StepPaused | StepRelease | StepClose
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
        self.verify = StepVerify(tools)
        self.checks_again = (StepVerify(tools, again=True), StepVerify(tools, again=True))
        self.steps: dict[Phase, Step] = {
            Phase.NO_SESSION: StepPatient(tools),
            Phase.ARRIVAL: StepArrival(tools),
            Phase.ORDER: OrderStep(tools),
            Phase.VERIFY: self.verify,
            Phase.PROGRAM: CheckableStep(StepProgram(tools), self.checks_again[0]),
            Phase.READY: CheckableStep(StepReady(tools), self.checks_again[1]),
            Phase.PAUSED: StepPaused(tools),
            Phase.OBSERVING: StepRelease(tools),
            Phase.DISCHARGED: StepClose(tools),
        }
        page = window.bedside
        page.set_sign_in_widget(self.sign_in)
        for phase, step in self.steps.items():
            page.set_step_widget(phase, step)
        bridge = tools.bridge
        bridge.state_changed.connect(self._mark)
        bridge.live_changed.connect(self._mark)
        bridge.answered.connect(self._mark)
        bridge.ticked.connect(self._tick)

    @property
    def hides_order(self) -> bool:
        """A second person is entering blind: no weight, concentration or dose anywhere on the screen."""
        return any(verify.hides_order for verify in (self.verify, *self.checks_again))

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
