"""Ready: every condition in words, and START that is held for a second."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from console.room.wire import Answer
from console.session import intents as ask
from console.ui.bedside import step_names
from console.ui.bedside.step_last_command import LastCommand
from console.ui.bedside.step_tones import ToneLine
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.live_words import fixed
from console.ui.viewmodels.step_paused import ABORT_REASONS, WITHDRAW_REASONS
from console.ui.viewmodels.step_ready import let_through_reasons, let_through_words, ready_view, unfit_devices
from console.ui.widgets.condition_list import ConditionList
from console.ui.widgets.hold_button import HoldButton
from console.ui.widgets.step_frame import StepFrame
from console.units import plain


class StepReady(QWidget):
    """The last look before the drug runs.

    Signals:
        check_wanted: The second person has to check again.
    """

    check_wanted = Signal()

    def __init__(self, tools: StepTools, last: LastCommand, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.READY)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._last = last
        self._act: Callable[[str], ask.PersonIntent] = ask.AbortSession
        theme = tools.theme
        self.frame = StepFrame(theme, "Ready to start", "", self)
        self.start = HoldButton(theme, "START", parent=self)
        self.start.setObjectName("start")
        self.start.held.connect(self._start)
        self.frame.replace_primary(self.start)
        self.at_pump = QLabel("", self)
        self.at_pump.setObjectName("start_at_pump")
        self.at_pump.setProperty("role", "big")
        self.frame.add_held(self.at_pump)
        self.at_pump.hide()
        self.abort = self.frame.add_secondary("abort", "Abort session")
        self.abort.clicked.connect(self._ask_abort)
        self.withdraw = self.frame.add_secondary("withdraw", "Take the order back")
        self.withdraw.clicked.connect(self._ask_withdraw)
        self.program = self.frame.add_secondary("program_again", "Program again")
        self.program.clicked.connect(self._program)
        self.again = self.frame.add_secondary("check_again", "Check again")
        self.again.clicked.connect(self.check_wanted)
        self.unfit = self.frame.add_secondary("use_unfit", "Use device all the same")
        self.unfit.clicked.connect(self._ask_unfit)
        self.frame.sheet.given.connect(self._reason_given)
        self.order = QLabel("", self)
        self.order.setProperty("role", "big")
        self.order.setWordWrap(True)
        self.conditions = ConditionList(theme, self)
        self.command = QLabel("", self)
        self.command.setObjectName("command")
        self.command.setProperty("role", "heed")
        self.command.setWordWrap(True)
        self.tones = ToneLine(tools, self)
        self.frame.body.addWidget(self.order)
        self.frame.body.addWidget(self.conditions, 1)
        self.frame.body.addWidget(self.tones)
        self.frame.body.addWidget(self.command)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.start.setFixedWidth(self._tools.theme.px(330))

    def showEvent(self, event: QShowEvent) -> None:
        """Show what is so now."""
        super().showEvent(event)
        self.frame.say(())
        self.refresh()

    def refresh(self) -> None:
        """Follow the state and the latest values."""
        tools, session = self._tools, self._tools.state.session
        if session is None or session.order is None:
            return
        order = session.order
        self.frame.subtitle.setText(session.patient.full_name)
        flow = f"{plain(order.rate_ml_h)} mL/h  ·  {fixed(order.weight_rate_mg_kg_h, 2)} mg/kg/h"
        filled = f"{plain(order.volume_ml)} mL of {plain(order.inputs.concentration_mg_ml)} mg/mL"
        dose = f"{plain(order.dose_mg)} mg in {plain(order.inputs.minutes)} min"
        self.order.setText(f"{dose}  ·  {flow}  ·  {filled}")
        view = ready_view(tools.state, tools.bridge.live, tools.bridge.now(), tools.reference.site)
        self.conditions.set_conditions(view.conditions)
        self.tones.refresh()
        words = self._last.words()
        self.command.setText(words)
        self.command.setVisible(bool(words))
        self.again.setVisible(view.check_again)
        against = unfit_devices(session, tools.bridge.live)
        self.unfit.setVisible(bool(against))
        if against:
            self.unfit.setText(let_through_words(against[0][0]))
        idle = not self._asking.waiting and not self.frame.asking_reason
        by_hand = tools.state.supervised
        self.start.setVisible(not by_hand)
        self.program.setVisible(not by_hand)
        self.at_pump.setVisible(by_hand)
        self.at_pump.setText("START AT THE PUMP" if view.may_start else "Do not start yet")
        self.start.setEnabled(view.may_start and idle and not by_hand)
        self.program.setEnabled(idle and tools.state.in_flight is None and not view.check_again)

    def _start(self, command_id: str) -> None:
        if not self._asking.waiting:
            self._asking.ask(ask.StartInfusion(command_id), self._said)
            self.refresh()

    def _program(self) -> None:
        self._asking.ask(ask.ProgramPump(str(uuid.uuid4())), self._said)
        self.refresh()

    def _said(self, answer: Answer) -> None:
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self.refresh()

    def _ask_withdraw(self) -> None:
        self._act = ask.WithdrawOrder
        self.frame.sheet.ask("Why is the order taken back?", WITHDRAW_REASONS, "Take the order back")
        self.frame.ask_reason()

    def _ask_abort(self) -> None:
        self._act = ask.AbortSession
        self.frame.sheet.ask("Why is the session aborted?", ABORT_REASONS, "Abort session")
        self.frame.ask_reason()

    def _ask_unfit(self) -> None:
        session = self._tools.state.session
        against = () if session is None else unfit_devices(session, self._tools.bridge.live)
        if against:
            device, said = against[0]
            self._act = partial(ask.UseUnfitDevice, device)
            self.frame.sheet.ask(said, let_through_reasons(device), let_through_words(device))
            self.frame.ask_reason()

    def _reason_given(self, reason: str) -> None:
        self._asking.ask(self._act(reason), self._said)
