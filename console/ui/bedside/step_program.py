"""Programming the pump: what is asked, what it reads back, and whether both are equal."""

from __future__ import annotations

import uuid

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from console.room.wire import Answer
from console.session import intents as ask
from console.session.people import Order
from console.ui.bedside import step_names
from console.ui.bedside.step_last_command import LastCommand
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.step_by_hand import hand_view
from console.ui.viewmodels.step_paused import ABORT_REASONS, WITHDRAW_REASONS
from console.ui.viewmodels.step_program import program_view
from console.ui.viewmodels.step_ready import ready_view
from console.ui.widgets.eye_checks import EyeChecks
from console.ui.widgets.read_back_table import ReadBackTable
from console.ui.widgets.step_frame import StepFrame
from console.units import plain


class StepProgram(QWidget):
    """One table, one action.

    Signals:
        check_wanted: The second person has to check again.
    """

    check_wanted = Signal()

    def __init__(self, tools: StepTools, last: LastCommand, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.PROGRAM)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._last = last
        self._withdrawing = False
        self.frame = StepFrame(tools.theme, "Program the pump", "Program the pump", self)
        self.frame.primary.clicked.connect(self._go)
        self.abort = self.frame.add_secondary("abort", "Abort session")
        self.abort.clicked.connect(self._ask_abort)
        self.withdraw = self.frame.add_secondary("withdraw", "Take the order back")
        self.withdraw.clicked.connect(self._ask_withdraw)
        self.again = self.frame.add_secondary("check_again", "Check again")
        self.again.clicked.connect(self.check_wanted)
        self.frame.sheet.given.connect(self._reason_given)
        self.syringe = QLabel("", self)
        self.syringe.setWordWrap(True)
        self.table = ReadBackTable(tools.theme, self)
        self.eyes = EyeChecks(tools.theme, self)
        self.eyes.changed.connect(self.refresh)
        self.command = QLabel("", self)
        self.command.setObjectName("command")
        self.command.setProperty("role", "heed")
        self.command.setWordWrap(True)
        self.frame.body.addWidget(self.syringe)
        self.frame.body.addWidget(self.table, 1)
        self.frame.body.addWidget(self.eyes)
        self.frame.body.addWidget(self.command)
        self.frame.body.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)

    def showEvent(self, event: QShowEvent) -> None:
        """Show what is so now."""
        super().showEvent(event)
        self.frame.say(())
        self.refresh()

    def refresh(self) -> None:
        """Follow the state."""
        tools, session = self._tools, self._tools.state.session
        if session is None or session.order is None:
            return
        order = session.order
        who = "" if session.verified_by is None else f"Checked by {session.verified_by.name}"
        self.frame.subtitle.setText(who)
        self.syringe.setText(
            f"Put in: {order.syringe_name}, filled with {plain(order.volume_ml)} mL or more of "
            f"{plain(order.inputs.concentration_mg_ml)} mg/mL. Open the clamp when the pump is programmed."
        )
        old = ready_view(tools.state, tools.bridge.live, tools.bridge.now(), tools.reference.site).check_again
        self.again.setVisible(old)
        free = not old and not self._asking.waiting and not self.frame.asking_reason
        if tools.state.supervised:
            self._by_hand(order, free=free)
            return
        self.eyes.offer(())
        self.frame.title.setText("Program the pump")
        self.frame.primary.setText("Program the pump")
        view = program_view(tools.state, self._last.request, self._last.outcome)
        self.table.set_rows(view.rows)
        self.command.setText(view.command)
        self.command.setVisible(bool(view.command))
        self.frame.primary.setEnabled(view.may_program and free)

    def _by_hand(self, order: Order, *, free: bool) -> None:
        """A pump that can only be read: what is set at it beside the order, as it is read now."""
        view = hand_view(self._tools.state, self._tools.bridge.live)
        self.frame.title.setText("Set the pump by hand")
        self.frame.primary.setText("Confirm the setting")
        self.syringe.setText(
            f"{view.control} Put in: {order.syringe_name}, filled with {plain(order.volume_ml)} mL or "
            f"more of {plain(order.inputs.concentration_mg_ml)} mg/mL. Set the values at the pump; do not "
            "start it yet."
        )
        self.table.set_rows(view.rows)
        self.eyes.offer(view.to_look_at)
        self.command.hide()
        self.frame.primary.setEnabled(free and not view.differs and self.eyes.complete)

    def _go(self) -> None:
        if self._asking.waiting:
            return
        if self._tools.state.supervised:
            self._asking.ask(ask.ConfirmSetByHand(self.eyes.seen), self._said)
            self.refresh()
        else:
            self._asking.ask(ask.ProgramPump(str(uuid.uuid4())), self._said)
            self.refresh()

    def _said(self, answer: Answer) -> None:
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self.refresh()

    def _ask_withdraw(self) -> None:
        self._withdrawing = True
        self.frame.sheet.ask("Why is the order taken back?", WITHDRAW_REASONS, "Take the order back")
        self.frame.ask_reason()

    def _ask_abort(self) -> None:
        self._withdrawing = False
        self.frame.sheet.ask("Why is the session aborted?", ABORT_REASONS, "Abort session")
        self.frame.ask_reason()

    def _reason_given(self, reason: str) -> None:
        intent = ask.WithdrawOrder(reason) if self._withdrawing else ask.AbortSession(reason)
        self._asking.ask(intent, self._said)
