"""Screening: each finding with what it stops, medicines and what they do beside ketamine, the decision."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.course.books import Stop
from console.course.facts_plan import (
    Indicated,
    MedicineEnded,
    MedicineListed,
    Reply,
    Response,
    ScreeningAnswered,
    ScreeningOverridden,
    SuitabilityDecided,
    TreatmentKind,
    TriedBefore,
    Verdict,
)
from console.course.screening import ScreeningRow
from console.session.people import Role
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import Card, Chips, Scrolled, SignRow, button, label, line_edit, row
from console.ui.viewmodels.course_record import CourseView

STOPS = {
    Stop.HARD: "yes stops the treatment",
    Stop.PHYSICIAN: "yes needs a physician",
    Stop.CAUTION: "yes is noted",
}
REPLIES = ((Reply.NO, "No"), (Reply.YES, "Yes"), (Reply.UNKNOWN, "Not known"))
VERDICTS = (
    (Verdict.SUITABLE, "Suitable"),
    (Verdict.WITH_CONDITIONS, "With conditions"),
    (Verdict.DEFERRED, "Deferred"),
    (Verdict.NOT_SUITABLE, "Not suitable"),
)
RESPONSES = tuple((one, one.value.replace("_", " ").capitalize()) for one in Response)


class ScreeningSection(QWidget):
    """The checklist at the left; indication, medicines and the decision at the right."""

    def __init__(self, desk: CourseDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._rows: dict[tuple[str, str], tuple[object, QWidget]] = {}
        theme = desk.theme
        self._left, self._right = Scrolled(theme), Scrolled(theme)
        self.standing = Card(theme, "Where it stands")
        self.checklist = Card(theme, "Is this found?")
        for card in (self.standing, self.checklist):
            self._left.column.addWidget(card)
        self._left.column.addStretch(1)
        self.indication = Card(theme, "Treated for")
        self.indications = Chips(
            theme,
            "indication",
            tuple((one.code, one.title) for one in desk.books.indications),
            many=True,
            columns=1,
        )
        self.indications.chosen.connect(lambda _: self._indicate())
        self.indication.body.addWidget(self.indications)
        self.medicines = Card(theme, "Medicines")
        self.tried = Card(theme, "Tried before")
        self.decision = Card(theme, "Suitability, a physician's decision")
        self.verdict = Chips(theme, "verdict", VERDICTS, columns=2)
        self.reason = line_edit("Reasons, separated by semicolons", "suitability_reason")
        self.conditions = line_edit("Conditions that have to hold", "suitability_conditions")
        self.sign = SignRow(desk, "suitability", "Sign", (Role.PHYSICIAN,))
        self.sign.signed.connect(self._decide)
        for widget in (self.verdict, self.reason, self.conditions, self.sign):
            self.decision.body.addWidget(widget)
        for card in (self.indication, self.medicines, self.tried, self.decision):
            self._right.column.addWidget(card)
        self._right.column.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._left, 11)
        box.addWidget(self._right, 9)

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        return self

    def refresh(self) -> None:
        """Show the person chosen."""
        view = self._desk.view
        for card in (self.standing, self.medicines, self.tried):
            card.clear()
        self.sign.offer()
        if view is None:
            return
        self._show_standing(view)
        self._show_rows(view)
        self.indications.choose(*(one.code for one in view.story.indications))
        self._show_medicines(view)
        self._show_tried(view)

    def _show_standing(self, view: CourseView) -> None:
        found = view.story.screening
        if found.passed:
            self.standing.say("Everything was asked and nothing stands in the way.", "head", "screened")
        elif found.open:
            self.standing.say(f"{len(found.open)} of {len(found.rows)} questions are not answered.", "heed")
        for sentence in found.stops:
            self.standing.say(sentence, "stop")
        for sentence in found.cautions:
            self.standing.say(sentence, "heed")

    def _show_rows(self, view: CourseView) -> None:
        """Only what was answered otherwise is drawn anew: the list is long, and touched one by one."""
        people = tuple(one.user_id for one in self._desk.people(Role.PHYSICIAN))
        order = tuple((view.patient.patient_id, found.item.id) for found in view.story.screening.rows)
        if order != tuple(self._rows):
            self.checklist.clear()
            self._rows = {}
        for place, found in enumerate(view.story.screening.rows):
            by = None if found.override is None else found.override[0].id
            state = (found.reply, found.stops, by, people)
            key = (view.patient.patient_id, found.item.id)
            known = self._rows.get(key)
            if known is not None and known[0] == state:
                continue
            made = self._row(found)
            if known is not None:
                self.checklist.body.removeWidget(known[1])
                known[1].hide()
                known[1].deleteLater()
            self.checklist.body.insertWidget(place, made)
            self._rows[key] = (state, made)

    def _row(self, found: ScreeningRow) -> QWidget:
        item = found.item
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(item.finding))
        line = QHBoxLayout()
        chips = Chips(self._desk.theme, f"screen_{item.id}", REPLIES)
        if found.reply is not None:
            chips.choose(found.reply)
        chips.chosen.connect(partial(self._answer, item.id))
        line.addWidget(chips)
        line.addWidget(label(STOPS[item.stop], "muted", wrap=False))
        column.addLayout(line)
        if found.stops and item.stop is Stop.PHYSICIAN:
            column.addWidget(label(f"{item.why}.", "muted"))
            reason = line_edit("Why it may be let through", f"override_reason_{item.id}")
            sign = SignRow(self._desk, f"override_{item.id}", "Let through", (Role.PHYSICIAN,))
            sign.signed.connect(lambda user, pin: self._override(item.id, reason.text(), user, pin))
            column.addWidget(reason)
            column.addWidget(sign)
        elif found.stops:
            column.addWidget(label(f"{item.why}. This cannot be overridden.", "stop"))
        elif found.override is not None:
            by, override = found.override
            column.addWidget(label(f"Let through by {by.by.name}: {override.reason}", "heed"))
        return whole

    def _answer(self, item_id: str, reply: str) -> None:
        self._desk.chart(ScreeningAnswered(item_id, Reply(reply)))

    def _override(self, item_id: str, reason: str, user: str, pin: str) -> None:
        self._desk.chart(ScreeningOverridden(item_id, reason), None, user, pin)

    def _indicate(self) -> None:
        self._desk.chart(Indicated(self.indications.values))

    def _show_medicines(self, view: CourseView) -> None:
        for place, one in enumerate(view.story.screening.medicines):
            line = QHBoxLayout()
            line.addWidget(label(f"{one.name} {one.dose}".strip(), "said", wrap=False), 1)
            ended = partial(self._desk.chart, MedicineEnded(one.name))
            line.addWidget(button("No longer taken", f"medicine_end_{place}", "", ended))
            self.medicines.body.addLayout(line)
            for group in one.groups:
                self.medicines.say(f"{group.title}: {group.advice} {group.why}.", "heed")
        name, dose = line_edit("Medicine", "medicine_name"), line_edit("Dose", "medicine_dose")

        def add() -> None:
            self._desk.chart(MedicineListed(name.text(), dose.text()))

        line = QHBoxLayout()
        line.addWidget(name, 2)
        line.addWidget(dose, 1)
        line.addWidget(button("Add", "medicine_add", "", add))
        self.medicines.body.addLayout(line)

    def _show_tried(self, view: CourseView) -> None:
        for one in view.story.tried:
            self.tried.say(
                f"{one.name} {one.dose}: {one.response.value.replace('_', ' ')}".replace(" :", ":")
            )
        name = line_edit("What was tried, and the dose", "tried_name")
        chips = Chips(self._desk.theme, "tried", RESPONSES, columns=3)

        def add() -> None:
            response = Response(chips.value) if chips.value else Response.UNKNOWN
            self._desk.chart(TriedBefore(name.text(), TreatmentKind.DRUG, response))

        self.tried.body.addWidget(name)
        self.tried.body.addWidget(chips)
        self.tried.body.addLayout(row(button("Add", "tried_add", "", add)))

    def _decide(self, user: str, pin: str) -> None:
        if not self.verdict.value:
            self._desk.said.emit(("Choose the decision first.",), True)
            return
        reasons = tuple(self.reason.text().split(";"))
        fact = SuitabilityDecided(Verdict(self.verdict.value), reasons, self.conditions.text())
        self._desk.chart(fact, None, user, pin)
