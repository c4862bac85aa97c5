"""A pause that needs a decision: go on, program the rest, or end with a reason."""

from __future__ import annotations

import uuid

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from console.room.wire import Answer
from console.session import intents as ask
from console.ui.bedside import step_names
from console.ui.bedside.step_last_command import LastCommand
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.step_by_hand import hand_view
from console.ui.viewmodels.step_paused import END_REASONS, paused_view
from console.ui.widgets.eye_checks import EyeChecks
from console.ui.widgets.hold_button import HoldButton
from console.ui.widgets.read_back_table import ReadBackTable
from console.ui.widgets.step_frame import StepFrame


class StepPaused(QWidget):
    """Why it halted, what was given, and the ways out."""

    def __init__(self, tools: StepTools, last: LastCommand, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.PAUSED)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._last = last
        theme = tools.theme
        self.frame = StepFrame(theme, "Paused", "Program remaining dose", self)
        self.frame.primary.clicked.connect(self._program)
        self.resume = HoldButton(theme, "RESUME", parent=self)
        self.resume.setObjectName("resume")
        self.resume.held.connect(self._resume)
        self.frame.add_held(self.resume)
        self.end = self.frame.add_secondary("end", "End infusion")
        self.end.clicked.connect(self._ask_end)
        self.frame.sheet.given.connect(self._end)
        self.why = QLabel("", self)
        self.why.setProperty("role", "big")
        self.why.setWordWrap(True)
        self.advice = QLabel("", self)
        self.advice.setWordWrap(True)
        grid = QGridLayout()
        self.given, self.left = QLabel("", self), QLabel("", self)
        for line, (head, label) in enumerate((("Given", self.given), ("Left to give", self.left))):
            name = QLabel(head, self)
            name.setProperty("role", "head")
            label.setProperty("role", "big")
            grid.addWidget(name, line, 0)
            grid.addWidget(label, line, 1)
        grid.setColumnStretch(1, 1)
        self.table = ReadBackTable(theme, self)
        self.eyes = EyeChecks(theme, self)
        self.eyes.changed.connect(self.refresh)
        self.table.hide()
        self.command = QLabel("", self)
        self.command.setObjectName("command")
        self.command.setProperty("role", "heed")
        self.command.setWordWrap(True)
        self.frame.body.addWidget(self.why)
        self.frame.body.addLayout(grid)
        self.frame.body.addWidget(self.advice)
        self.frame.body.addWidget(self.table, 1)
        self.frame.body.addWidget(self.eyes)
        self.frame.body.addStretch(1)
        self.frame.body.addWidget(self.command)
        self._grid = grid
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._tools.theme.px
        self.resume.setFixedWidth(px(330))
        self._grid.setHorizontalSpacing(px(26))
        self._grid.setVerticalSpacing(px(10))

    def showEvent(self, event: QShowEvent) -> None:
        """Show what is so now."""
        super().showEvent(event)
        self.frame.say(())
        self.refresh()

    def refresh(self) -> None:
        """Follow the state."""
        state = self._tools.state
        view = paused_view(state, self._tools.bridge.live, self._tools.bridge.now())
        if not view.why:
            return
        self.why.setText(view.why)
        self.frame.subtitle.setText(view.since)
        self.given.setText(view.given)
        self.left.setText(view.left)
        self.advice.setText(view.advice)
        words = self._last.words(None if state.session is None else state.session.paused_at)
        self.command.setText(words)
        self.command.setVisible(bool(words))
        idle = not self._asking.waiting and not self.frame.asking_reason
        self.frame.primary.setVisible(view.reprogram)
        self.frame.primary.setEnabled(idle and state.in_flight is None)
        self._set_by_hand(idle=idle, wanted=view.reprogram and state.supervised)
        self.resume.setVisible(not view.reprogram)
        self.resume.setEnabled(idle and view.may_resume)

    def _set_by_hand(self, *, idle: bool, wanted: bool) -> None:
        """What remains is set at the pump and compared here, where the pump can only be read."""
        self.table.setVisible(wanted)
        self.frame.primary.setText("Confirm the setting" if wanted else "Program remaining dose")
        if not wanted:
            self.eyes.offer(())
            return
        hand = hand_view(self._tools.state, self._tools.bridge.live)
        self.table.set_rows(hand.rows)
        self.eyes.offer(hand.to_look_at)
        self.frame.primary.setEnabled(idle and not hand.differs and self.eyes.complete)

    def _program(self) -> None:
        if self._tools.state.supervised:
            self._asking.ask(ask.ConfirmSetByHand(self.eyes.seen), self._said)
            self.refresh()
            return
        self._asking.ask(ask.ProgramPump(str(uuid.uuid4())), self._said)
        self.refresh()

    def _resume(self, command_id: str) -> None:
        if not self._asking.waiting:
            self._asking.ask(ask.ResumeInfusion(command_id), self._said)
            self.refresh()

    def _ask_end(self) -> None:
        self.frame.sheet.ask("Why does the infusion end early?", END_REASONS, "End infusion")
        self.frame.ask_reason()

    def _end(self, reason: str) -> None:
        self._asking.ask(ask.EndInfusion(reason), self._said)

    def _said(self, answer: Answer) -> None:
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self.refresh()
