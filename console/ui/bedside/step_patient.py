"""Who is treated: devices first, then a known patient or a new one, then the session begins."""

from __future__ import annotations

import uuid

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.room.wire import Answer
from console.session import intents as ask
from console.session.people import Patient, Sex
from console.session.state import Phase
from console.storage.chain import uuid7
from console.ui.bedside import step_names
from console.ui.bedside.step_tones import ToneLine
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.live import spoken_date
from console.ui.viewmodels.step_room import library_line, room_lamps
from console.ui.widgets.choice import Choice
from console.ui.widgets.date_pad import DatePad
from console.ui.widgets.device_lamps import LampCard
from console.ui.widgets.step_frame import StepFrame

MOST_SHOWN = 8
SEXES = ((Sex.FEMALE, "Female"), (Sex.MALE, "Male"), (Sex.OTHER, "Other"), (Sex.UNKNOWN, "Not known"))


class StepPatient(QWidget):
    """Room status, known patients, and the form for a new one."""

    def __init__(self, tools: StepTools, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.PATIENT)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._shown: dict[str, Patient] = {}
        self._added: dict[str, Patient] = {}
        theme = tools.theme
        self.frame = StepFrame(theme, "Choose the patient", "Begin session", self)
        self.frame.primary.clicked.connect(self._go)
        self.back = self.frame.add_secondary("patient_back", "Back to the list")
        self.back.clicked.connect(self._to_list)
        self.training = self.frame.add_secondary("training", "Training session")
        self.training.setCheckable(True)
        self._row = QHBoxLayout()
        self._row.addLayout(self._build_room(), 34)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._build_list())
        self._pages.addWidget(self._build_form())
        self._row.addWidget(self._pages, 66)
        self.frame.body.addLayout(self._row, 1)
        self.tones = ToneLine(tools, self)
        self.frame.body.addWidget(self.tones)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.rescale()

    # --- building ---------------------------------------------------------------------------------

    def _build_room(self) -> QVBoxLayout:
        column = QVBoxLayout()
        head = QLabel("Devices of this room", self)
        head.setProperty("role", "head")
        column.addWidget(head)
        self.lamps = [
            LampCard(self._tools.theme, self) for _ in range(1 + len(self._tools.reference.site.monitors))
        ]
        for card in self.lamps:
            column.addWidget(card)
        self.library = QLabel(library_line(self._tools.reference.site), self)
        self.library.setProperty("role", "small")
        self.library.setProperty("tone", "muted")
        self.library.setWordWrap(True)
        column.addWidget(self.library)
        self.last = QLabel("", self)
        self.last.setProperty("role", "small")
        self.last.setProperty("tone", "muted")
        self.last.setWordWrap(True)
        column.addWidget(self.last)
        column.addStretch(1)
        return column

    def _build_list(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        self.search = QLineEdit(page)
        self.search.setObjectName("patient_search")
        self.search.setPlaceholderText("Family name, given name or record number")
        self.search.textChanged.connect(self._offer)
        self.add = QPushButton("Add a patient", page)
        self.add.setObjectName("patient_add")
        self.add.clicked.connect(self._to_form)
        row.addWidget(self.search, 1)
        row.addWidget(self.add)
        column.addLayout(row)
        self.list_head = QLabel("", page)
        self.list_head.setProperty("role", "head")
        column.addWidget(self.list_head)
        self.patients = Choice(self._tools.theme, "patient", 2, 74, page)
        self.patients.chosen.connect(self._chosen)
        column.addWidget(self.patients)
        column.addStretch(1)
        return page

    def _build_form(self) -> QWidget:
        page = QWidget(self)
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        grid = QGridLayout()
        self.family, self.given, self.mrn = (QLineEdit(page) for _ in range(3))
        for line, (name, words, field) in enumerate(
            (("family_name", "Family name", self.family), ("given_name", "Given name", self.given),
             ("record_number", "Record number", self.mrn))
        ):  # fmt: skip
            field.setObjectName(name)
            field.setMaxLength(60)
            field.textChanged.connect(self._enable)
            label = QLabel(words, page)
            label.setProperty("role", "head")
            grid.addWidget(label, line, 0)
            grid.addWidget(field, line, 1)
        label = QLabel("Sex", page)
        label.setProperty("role", "head")
        grid.addWidget(label, 3, 0)
        self.sex = Choice(self._tools.theme, "sex", 2, 60, page)
        self.sex.offer(tuple((sex.value, words) for sex, words in SEXES))
        self.sex.chosen.connect(self._enable)
        grid.addWidget(self.sex, 3, 1)
        grid.setRowStretch(4, 1)
        row.addLayout(grid, 1)
        self.birth = DatePad(self._tools.theme, "Birth date", page)
        self.birth.setObjectName("birth_date")
        self.birth.changed.connect(self._enable)
        row.addWidget(self.birth)
        return page

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._row.setSpacing(self._tools.theme.px(24))

    # --- showing ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the list with nobody chosen."""
        super().showEvent(event)
        self.patients.choose("")
        self.search.clear()
        self._to_list()

    def refresh(self) -> None:
        """Follow the state."""
        state = self._tools.state
        for card, lamps in zip(self.lamps, room_lamps(state, self._tools.reference.site), strict=True):
            card.set_lamps(lamps)
        session = state.session
        gone = {Phase.CLOSED: "closed", Phase.ABORTED: "aborted"}.get(state.phase, "")
        self.last.setText(
            f"The session of {session.patient.full_name} is {gone}." if gone and session else ""
        )
        self.tones.refresh()
        self._enable()

    def _offer(self) -> None:
        text = self.search.text().strip()
        found = self._tools.patients.search(text) if text else self._tools.patients.recent()
        added = [p for p in self._added.values() if p.patient_id not in {q.patient_id for q in found}]
        words = text.casefold().split()
        fitting = [p for p in added if all(w in f"{p.full_name} {p.mrn}".casefold() for w in words)]
        shown = (*reversed(fitting), *found)[:MOST_SHOWN]
        self._shown = {patient.patient_id: patient for patient in shown}
        self.patients.offer(tuple((p.patient_id, _card(p)) for p in shown))
        if not shown:
            self.list_head.setText("Nobody found: add the patient." if text else "No patients yet: add one.")
        else:
            self.list_head.setText("Found" if text else "Seen lately")
        self._enable()

    def _enable(self, _value: str = "") -> None:
        listing = self._pages.currentIndex() == 0
        self.back.setVisible(not listing)
        self.training.setVisible(listing)
        self.frame.title.setText("Choose the patient" if listing else "Add a patient")
        self.frame.primary.setText("Begin session" if listing else "Add patient")
        ready = bool(self.patients.value) if listing else self._form_complete()
        self.frame.primary.setEnabled(ready and not self._asking.waiting)

    def _form_complete(self) -> bool:
        texts = (self.family.text(), self.given.text(), self.mrn.text())
        return all(text.strip() for text in texts) and bool(self.birth.iso) and bool(self.sex.value)

    def _to_list(self) -> None:
        self._pages.setCurrentIndex(0)
        self.frame.say(())
        self._offer()

    def _to_form(self) -> None:
        for field in (self.family, self.given, self.mrn):
            field.clear()
        self.sex.choose("")
        self.birth.clear()
        self._pages.setCurrentIndex(1)
        self.frame.say(())
        self.family.setFocus()
        self._enable()

    def _chosen(self, patient_id: str) -> None:
        last = self._tools.patients.last_session(patient_id)
        if last is None:
            self.frame.say(
                ("No session of this patient is kept here: this is the first one.",), refused=False
            )
        else:
            known = [f"last session {last.when}"]
            known += [] if last.weight_kg is None else [f"{last.weight_kg.normalize():f} kg"]
            known += [] if last.dose_mg is None else [f"{last.dose_mg.normalize():f} mg ordered"]
            self.frame.say((f"Known here: {', '.join(known)}.",), refused=False)
        self._enable()

    # --- asking -----------------------------------------------------------------------------------

    def _go(self) -> None:
        if self._pages.currentIndex() == 0:
            self._begin()
        else:
            self._add_patient()
        self._enable()

    def _begin(self) -> None:
        patient = self._shown.get(self.patients.value)
        if patient is None:
            return
        last = self._tools.patients.last_session(patient.patient_id)
        intent = ask.OpenSession(
            uuid7(self._tools.bridge.now().wall_utc_ns),
            patient,
            None if last is None else last.weight_kg,
            None if last is None else last.dose_mg,
            self.training.isChecked(),
        )
        self._asking.ask(intent, self._answered)

    def _add_patient(self) -> None:
        patient = Patient(
            str(uuid.uuid4()),
            self.family.text().strip(),
            self.given.text().strip(),
            self.birth.iso,
            self.mrn.text().strip(),
            Sex(self.sex.value),
        )
        self._asking.ask(ask.AddPatient(patient), lambda answer: self._patient_added(patient, answer))

    def _patient_added(self, patient: Patient, answer: Answer) -> None:
        if answer.accepted:
            self._added[patient.patient_id] = patient
            self.search.clear()
            self._to_list()
            self.patients.choose(patient.patient_id)
            self._chosen(patient.patient_id)
        else:
            self.frame.say(answer.sentences)
        self._enable()

    def _answered(self, answer: Answer) -> None:
        self.training.setChecked(False)
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self._enable()


def _card(patient: Patient) -> str:
    return f"{patient.full_name}\n{spoken_date(patient.birth_date)} · MRN {patient.mrn}"
