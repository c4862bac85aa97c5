"""A questionnaire in the patient's hands: one question a screen, large and calm, nothing clinical in sight.

The screen stays as it is until somebody of the staff takes it back with their own PIN.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.course.instruments import Instrument
from console.session.people import Role
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import SignRow, button, emptied, label

WIDE_PX = 1180


class PatientMode(QWidget):
    """Asks one question after the other.

    Signals:
        finished: Every question is answered: the answers by item.
        taken_back: User id and PIN of whoever takes the screen back.
    """

    finished = Signal(object)
    taken_back = Signal(str, str)

    def __init__(self, desk: CourseDesk, instrument: Instrument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("patient_mode")
        self._desk, self._instrument = desk, instrument
        self._answers: dict[str, int] = {}
        self._place = 0
        theme = desk.theme
        self._middle = QWidget(self)
        self._middle.setFixedWidth(theme.px(WIDE_PX))
        self._column = QVBoxLayout(self._middle)
        self._column.setSpacing(theme.px(18))
        self.staff = button("Staff", "staff_key", "quiet", self._offer)
        self.back = button("Back", "back_key", "", self._back)
        self.sign = SignRow(desk, "take_back", "Take the screen back", (Role.NURSE, Role.PHYSICIAN))
        self.sign.signed.connect(self.taken_back)
        self.sign.hide()
        self.said = label("", "muted", "patient_said")
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.sign)
        foot.addWidget(self.staff)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(self._middle)
        across.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(14))
        box.addStretch(1)
        box.addLayout(across)
        box.addStretch(1)
        box.addLayout(foot)
        self._show()

    @property
    def done(self) -> bool:
        """Every question is answered."""
        return self._place >= len(self._instrument.items)

    def _show(self) -> None:
        emptied(self._column)
        self.back.setVisible(0 < self._place < len(self._instrument.items))
        if self.done:
            self._column.addWidget(label("Thank you.", "question", "thanks"))
            self._column.addWidget(
                label("Please give the screen back to the person who handed it to you.", "calm")
            )
            return
        item = self._instrument.items[self._place]
        self._column.addWidget(
            label(f"{self._place + 1} of {len(self._instrument.items)}", "muted", "question_count")
        )
        self._column.addWidget(label(self._instrument.intro, "calm"))
        self._column.addWidget(label(item.text, "question", "question"))
        for option in item.options:
            key = button(
                option.label, f"answer_{option.value}", "answer", partial(self._answer, option.value)
            )
            key.setCheckable(True)
            key.setChecked(self._answers.get(item.id) == option.value)
            self._column.addWidget(key)
        small = label(self._instrument.attribution, "muted")
        small.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(small)

    def _answer(self, value: int) -> None:
        self._answers[self._instrument.items[self._place].id] = value
        self._place += 1
        self._show()
        if self.done:
            self.finished.emit(dict(self._answers))

    def _back(self) -> None:
        self._place -= 1
        self._show()

    def _offer(self) -> None:
        self.said.setText("")
        self.sign.offer()
        self.sign.setVisible(not self.sign.isVisible())

    def refused(self, sentences: tuple[str, ...]) -> None:
        """The screen stays with the patient; a wrong PIN is said in small letters."""
        self.said.setText(" ".join(sentences))
