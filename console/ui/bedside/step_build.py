"""The panel of each phase, built when the phase comes. Loading them all is not part of the start."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from console.session.ordering import outstanding_checks
from console.session.state import Phase
from console.ui.bedside.step_arrival import StepArrival
from console.ui.bedside.step_close import StepClose
from console.ui.bedside.step_last_command import LastCommand
from console.ui.bedside.step_order import StepOrder
from console.ui.bedside.step_patient import StepPatient
from console.ui.bedside.step_paused import StepPaused
from console.ui.bedside.step_program import StepProgram
from console.ui.bedside.step_ready import StepReady
from console.ui.bedside.step_release import StepRelease
from console.ui.bedside.step_tools import StepTools
from console.ui.bedside.step_verify import StepVerify


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

    @property
    def hides_order(self) -> bool:
        """The second person is entering blind."""
        return self.verify.hides_order

    def refresh(self) -> None:
        """Refresh the one that is shown."""
        if self.currentWidget() is self.verify:
            self.verify.refresh()
        else:
            self.step.refresh()


Step = (
    StepPatient | StepArrival | OrderStep | StepVerify | CheckableStep | StepPaused | StepRelease | StepClose
)


def build_step(phase: Phase, tools: StepTools, last: LastCommand) -> Step:
    """The panel of ``phase``.

    Raises:
        LookupError: the phase has none.
    """
    match phase:
        case Phase.NO_SESSION:
            return StepPatient(tools)
        case Phase.ARRIVAL:
            return StepArrival(tools)
        case Phase.ORDER:
            return OrderStep(tools)
        case Phase.VERIFY:
            return StepVerify(tools)
        case Phase.PROGRAM:
            return CheckableStep(StepProgram(tools, last), StepVerify(tools, again=True))
        case Phase.READY:
            return CheckableStep(StepReady(tools, last), StepVerify(tools, again=True))
        case Phase.PAUSED:
            return StepPaused(tools, last)
        case Phase.OBSERVING:
            return StepRelease(tools)
        case Phase.DISCHARGED:
            return StepClose(tools)
    raise LookupError(f"{phase.value} has no panel")
