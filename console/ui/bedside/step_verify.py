"""The second person: own PIN, then weight, concentration, dose and duration from their sources, blind."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from console.clinical.entry import DURATION_MIN, WEIGHT_KG, Field
from console.room.wire import Answer
from console.session import intents as ask
from console.ui.bedside import step_names
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.step_order import amount_field
from console.ui.viewmodels.step_paused import ABORT_REASONS, WITHDRAW_REASONS
from console.ui.viewmodels.step_people import second_people
from console.ui.widgets.choice import Choice
from console.ui.widgets.entry_box import EntryBox
from console.ui.widgets.keypad import Keypad
from console.ui.widgets.pin_pad import PIN_DIGITS, PinPad
from console.ui.widgets.step_frame import StepFrame

CONCENTRATION_MG_ML = Field(
    "concentration", "mg/mL", "milligram per millilitre", "milligrams per millilitre", 3, 2
)
MOST_PEOPLE = 8
HOW = (
    "The second person reads the scales or the chart, the syringe's label and the prescription, "
    "and enters what stands there. The order is not shown meanwhile."
)


class StepVerify(QWidget):
    """Blind re-entry. Neither the order's values nor a differing value is ever shown here.

    Signals:
        left: Somebody goes back without checking (where a way back was offered).
    """

    left = Signal()

    def __init__(self, tools: StepTools, parent: QWidget | None = None, *, again: bool = False) -> None:
        """``again``: an old check is renewed, and there is a way back."""
        super().__init__(parent)
        self.setObjectName(step_names.VERIFY)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._pin = ""
        self._withdrawing = False
        theme, bridge = tools.theme, tools.bridge
        self.frame = StepFrame(theme, "Second person", "Check the order", self)
        self.frame.primary.clicked.connect(self._go)
        self.abort = self.frame.add_secondary("abort", "Abort session")
        self.abort.clicked.connect(self._ask_abort)
        self.withdraw = self.frame.add_secondary("withdraw", "Take the order back")
        self.withdraw.clicked.connect(self._ask_withdraw)
        self.back = self.frame.add_secondary("verify_back", "Back")
        self.back.clicked.connect(self.left)
        self.back.setVisible(again)
        self.frame.sheet.given.connect(self._reason_given)
        self.names = Choice(theme, "person", 1, 60, self)
        self.names.chosen.connect(self._person_chosen)
        self.weight = EntryBox(theme, WEIGHT_KG, "Weight, from the scales", self)
        self.concentration = EntryBox(theme, CONCENTRATION_MG_ML, "Concentration, from the label", self)
        self.amount = EntryBox(theme, amount_field(None), "Dose, from the prescription", self)
        self.minutes = EntryBox(theme, DURATION_MIN, "Duration, from the prescription", self)
        self.boxes = (self.weight, self.concentration, self.amount, self.minutes)
        self.pin_pad = PinPad(theme, lambda: bridge.real_s, self)
        self.pin_pad.setObjectName("pin_pad")
        self.pin_pad.entered.connect(self._pin_entered)
        self.pad = Keypad(theme, lambda: bridge.real_s, self)
        self.pad.setObjectName("check_pad")
        names = ("check_weight", "check_concentration", "check_amount", "check_minutes")
        for box, name in zip(self.boxes, names, strict=True):
            box.setObjectName(name)
            box.changed.connect(self.refresh)
        self.pad.serve(*self.boxes)
        self.frame.body.addLayout(self._build(), 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.rescale()

    def _build(self) -> QHBoxLayout:
        self._row = QHBoxLayout()
        people = QVBoxLayout()
        how = QLabel(HOW, self)
        how.setWordWrap(True)
        how.setProperty("tone", "muted")
        people.addWidget(how)
        people.addWidget(self.names)
        people.addStretch(1)
        self._row.addLayout(people, 34)
        figures = QVBoxLayout()
        for box in self.boxes:
            figures.addWidget(box)
        figures.addStretch(1)
        self._figures = figures
        self._row.addLayout(figures, 40)
        side = QVBoxLayout()
        self.step_words = QLabel("", self)
        self.step_words.setProperty("role", "head")
        self.step_words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        side.addWidget(self.step_words)
        self._pads = QStackedWidget(self)
        self._pads.addWidget(self.pin_pad)
        self._pads.addWidget(self.pad)
        side.addWidget(self._pads, 20)
        side.addStretch(1)
        self._row.addLayout(side, 26)
        return self._row

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._tools.theme.px
        self._row.setSpacing(px(26))
        self._figures.setSpacing(px(10))

    # --- showing ----------------------------------------------------------------------------------

    @property
    def hides_order(self) -> bool:
        """Nothing else on the screen may show a figure of the order now."""
        return self.isVisible()

    def showEvent(self, event: QShowEvent) -> None:
        """Nobody is chosen and nothing entered to begin with."""
        super().showEvent(event)
        self.frame.say(())
        self.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was entered is forgotten as soon as something else is shown."""
        self._forget()
        super().hideEvent(event)

    def begin(self) -> None:
        """Start anew: a name, a PIN, four figures."""
        author = None if self._tools.state.session is None else self._tools.state.session.ordered_by
        people = second_people(self._tools.people(), "" if author is None else author.user_id)[:MOST_PEOPLE]
        self.names.offer(tuple((one.user_id, f"{one.name} · {one.role.value}") for one in people))
        self.names.choose("")
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self._pin = ""
        self.pin_pad.clear()
        for box in self.boxes:
            box.clear()
        self.pad.write_into(self.weight)
        self._pads.setCurrentWidget(self.pin_pad)

    def refresh(self) -> None:
        """Follow what was entered."""
        session = self._tools.state.session
        if session is not None and session.order is not None:
            entry = self._tools.reference.site.library.entry(session.order.inputs.protocol_id)
            self.amount.set_field(amount_field(entry))
        named, known = bool(self.names.value), len(self._pin) == PIN_DIGITS
        self.pin_pad.digits.setEnabled(named and not known)
        if self._asking.waiting:
            words = "Being checked …"
        elif not named:
            words = "First choose your name"
        elif not known:
            words = "Now your own PIN"
        else:
            words = "Now the four figures"
        self.step_words.setText(words)
        for box in self.boxes:
            box.setEnabled(known)
        self.frame.primary.setEnabled(known and None not in self._values() and not self._asking.waiting)

    def _values(self) -> tuple[Decimal | None, ...]:
        return tuple(box.value for box in self.boxes)

    def _person_chosen(self, _user_id: str) -> None:
        self._forget()
        self.pin_pad.setFocus()
        self.refresh()

    def _pin_entered(self, pin: str) -> None:
        self._pin = pin
        self._pads.setCurrentWidget(self.pad)
        self.pad.setFocus()
        self.refresh()

    # --- asking -----------------------------------------------------------------------------------

    def _go(self) -> None:
        weight, concentration, amount, minutes = self._values()
        if weight is None or concentration is None or amount is None or minutes is None:
            return
        if self._asking.waiting:
            return
        intent = ask.VerifyOrder(weight, concentration, amount, minutes)
        self._asking.ask(intent, self._checked, self.names.value, self._pin)
        self._pin = ""
        self.refresh()

    def _checked(self, answer: Answer) -> None:
        self.begin()
        self.frame.say(answer.sentences, refused=not answer.accepted)
        if answer.accepted:
            self.left.emit()

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

    def _said(self, answer: Answer) -> None:
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self.refresh()
