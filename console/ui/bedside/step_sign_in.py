"""Who works here: a name, then six digits."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from console.room.wire import Answer
from console.session import intents as ask
from console.session.badges import badge_digest
from console.ui.bedside import step_names
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.step_people import Person
from console.ui.widgets.choice import Choice
from console.ui.widgets.pin_pad import PinPad
from console.ui.widgets.step_frame import step_sheet

CHOOSE = "Choose your name, then enter your PIN."
MOST_PEOPLE = 10
NOBODY_YET = (
    "Nobody can sign in yet. Close the console and make the administrator: infusion-console people setup."
)


class SignIn(QWidget):
    """Names as cards beside the PIN pad; the PIN goes to the room and is kept nowhere."""

    def __init__(self, tools: StepTools, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.SIGN_IN)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._offered: frozenset[str] = frozenset()
        theme = tools.theme
        self.names = Choice(theme, "person", 1, 66, self)
        self.names.chosen.connect(self._chosen)
        self.pad = PinPad(theme, lambda: tools.bridge.real_s, self)
        self.pad.setObjectName("pin_pad")
        self.pad.entered.connect(self._entered)
        self.answer = QLabel(CHOOSE, self)
        self.answer.setObjectName("answer")
        self.answer.setProperty("role", "heed")
        self.answer.setWordWrap(True)
        self._row = QHBoxLayout()
        left = QVBoxLayout()
        left.addWidget(self.names)
        left.addStretch(1)
        self._row.addLayout(left, 4)
        right = QVBoxLayout()
        right.addWidget(self.pad, 20)
        right.addStretch(1)
        self._row.addLayout(right, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._row, 1)
        column.addWidget(self.answer)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.setStyleSheet(step_sheet(self._tools.theme))
        self._row.setSpacing(self._tools.theme.px(20))

    def showEvent(self, event: QShowEvent) -> None:
        """Nobody is chosen to begin with."""
        super().showEvent(event)
        self._say((CHOOSE,), refused=False)
        self._offer()
        self.names.choose("")
        self.pad.clear()
        self._enable()
        self.pad.setFocus()

    def show_badge(self, badge: str) -> None:
        """A badge was read: its owner is chosen, and only the PIN is left to enter."""
        user_id = self._tools.badges().get(badge_digest(badge), "")
        if user_id not in {one.user_id for one in self._tools.people()}:
            self._say(("This badge belongs to nobody who may sign in here.",), refused=True)
            return
        if user_id not in self._offered:
            self._offer(user_id)
        self.names.choose(user_id)
        self._chosen(user_id)

    def _offer(self, also: str = "") -> None:
        """Name the first ten, and whoever came with a badge."""
        everybody = self._tools.people()
        people = everybody[:MOST_PEOPLE]
        if also and also not in {one.user_id for one in people}:
            people = (*people[:-1], *(one for one in everybody if one.user_id == also))
        self._offered = frozenset(one.user_id for one in people)
        if not people:
            self._say((NOBODY_YET,), refused=True)
        self.names.offer(tuple((one.user_id, self._card(one)) for one in people))

    def _card(self, person: Person) -> str:
        pin = self._tools.demo_pins.get(person.user_id, "")
        return f"{person.name}\n{person.role.value}" + (f" · demo PIN {pin}" if pin else "")

    def _chosen(self, _user_id: str) -> None:
        self.pad.clear()
        self._say(("Enter your six digits.",), refused=False)
        self._enable()
        self.pad.setFocus()

    def _enable(self) -> None:
        self.pad.digits.setEnabled(bool(self.names.value) and not self._asking.waiting)

    def _entered(self, pin: str) -> None:
        if not self.names.value or self._asking.waiting:
            self._say((CHOOSE,), refused=False)
            return
        self._asking.ask(ask.SignIn(), self._answered, self.names.value, pin)
        self._say(("Checking the PIN …",), refused=False)
        self._enable()

    def _answered(self, answer: Answer) -> None:
        self._say(answer.sentences if not answer.accepted else (), refused=not answer.accepted)
        self._enable()
        self.pad.setFocus()

    def _say(self, sentences: tuple[str, ...], *, refused: bool) -> None:
        self.answer.setProperty("role", "answer" if refused else "heed")
        self.answer.style().unpolish(self.answer)
        self.answer.style().polish(self.answer)
        self.answer.setText("\n".join(sentences))
