"""The room's list for today: who comes, what is due around everybody in treatment; and anybody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.course.books import Books
from console.course.due import Urgency
from console.room.today import ListedPatient, TodayList, read_today
from console.session.people import Patient
from console.storage.queries import RecordReader
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import Card, Scrolled, button, emptied, label, line_edit
from console.ui.review.background import Background
from console.ui.viewmodels.course_record import identifiers, patient_of_row
from console.ui.viewmodels.course_words import URGENCY, gathered

POLL_MS = 100
READ_EVERY_MS = 30_000
SHOWN_DUE = 4
SEARCH_PX = 440


class TodaySection(QWidget):
    """Reads every course in treatment on a thread of its own, and shows what it found."""

    def __init__(
        self,
        desk: CourseDesk,
        open_person: Callable[[str, str], None],
        to_bedside: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._open_person, self._to_bedside = desk, open_person, to_bedside
        self._work: Background | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self.take)
        self._again = QTimer(self)
        self._again.setInterval(READ_EVERY_MS)
        self._again.timeout.connect(self.refresh)
        theme = desk.theme
        self._list = Scrolled(theme)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        self.search = line_edit("Look somebody up: name or record number", "patient_search")
        self.search.textChanged.connect(lambda _: self._find())
        self.found = Card(theme, "Known here")
        self.safe = Card(theme, "Drug safe")
        side.addWidget(self.search)
        side.addWidget(self.found)
        side.addWidget(self.safe)
        side.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._list, 1)
        box.addWidget(self._side)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._side.setFixedWidth(self._desk.theme.px(SEARCH_PX))

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        return self

    @property
    def busy(self) -> bool:
        """The list is being read."""
        return self._work is not None and self._work.busy

    def refresh(self) -> None:
        """Read the list anew."""
        self._find()
        path = self._desk.path
        if path is None or self.busy:
            return
        if self._work is None:
            self._work = Background()
        self._work.submit("today", partial(_read, path, self._desk.books, self._desk.now().wall_utc_ns))
        self._poll.start()

    def take(self) -> None:
        """Show what has been read."""
        if self._work is None:
            return
        for done in self._work.take():
            if isinstance(done.result, TodayList):
                self._show(done.result)
            elif done.trouble:
                self._desk.said.emit((f"Today's list cannot be read: {done.trouble}",), True)
        if not self.busy:
            self._poll.stop()

    def close_reading(self) -> None:
        """End the reading thread."""
        if self._work is not None:
            self._work.close()
            self._work = None

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the day while the list is looked at."""
        super().showEvent(event)
        self._again.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no more reading."""
        super().hideEvent(event)
        self._again.stop()
        self._poll.stop()
        self.close_reading()

    # --- the list ---------------------------------------------------------------------------------

    def _show(self, told: TodayList) -> None:
        emptied(self._list.column)
        for one in told.patients:
            self._list.column.addWidget(self._card(one))
        if not told.patients:
            card = Card(self._desk.theme)
            card.say("Nobody is planned for today, and nothing is due.", "head")
            card.say("Look somebody up at the right to plan or to begin a session.", "muted")
            self._list.column.addWidget(card)
        self._list.column.addStretch(1)
        self._show_safe(told)

    def _card(self, listed: ListedPatient) -> Card:
        patient = patient_of_row(listed.patient)
        card = Card(self._desk.theme)
        top = QHBoxLayout()
        top.addWidget(label(patient.full_name, "head", wrap=False))
        top.addWidget(label(identifiers(patient), "muted", wrap=False), 1)
        pid = patient.patient_id
        top.addWidget(button("Open", f"open_{pid}", "", lambda: self._open_person(pid, "Course")))
        if listed.visit is not None:
            begin = button("Begin session", f"begin_{pid}", "primary", lambda: self._begin(patient))
            begin.setEnabled(not self._desk.read_only and not self._desk.in_session)
            top.addWidget(begin)
        card.body.addLayout(top)
        if listed.visit is not None:
            here = " · in session today" if listed.in_session else ""
            card.say(f"{listed.visit.title}{here}")
        elif listed.in_session:
            card.say("In session today")
        for one, times in gathered(listed.due)[:SHOWN_DUE]:
            if one.urgency is Urgency.NOW:
                card.say(one.title, "stop")
                continue
            often = "" if times == 1 else f" ({times} times)"
            card.say(f"{one.title}{often} · {URGENCY[one.urgency]} · {one.day:%d %b}", "muted")
        return card

    def _show_safe(self, told: TodayList) -> None:
        self.safe.clear()
        lots = [one for one in told.stock.lots.values() if one.containers]
        for one in lots:
            self.safe.say(f"Lot {one.lot}: {one.containers} {one.form}s, expires {one.expires:%d %b %Y}")
        if not lots:
            self.safe.say("Nothing is in the safe by the log.", "muted")
        open_uses, cases = told.stock.open_uses(), told.stock.open_cases()
        if open_uses:
            self.safe.say(f"{len(open_uses)} opened and not yet accounted for", "heed")
        for case in cases:
            self.safe.say(case.opened.sentence, "stop")

    # --- anybody else -----------------------------------------------------------------------------

    def _find(self) -> None:
        self.found.clear()
        people = self._desk.patients(self.search.text())
        for patient in people:
            pid = patient.patient_id
            row = QHBoxLayout()
            open_it = partial(self._open_person, pid, "Course")
            row.addWidget(button(patient.full_name, f"patient_{pid}", "row", open_it), 1)
            begin = button("Begin", f"start_{pid}", "", partial(self._begin, patient))
            begin.setEnabled(not self._desk.read_only and not self._desk.in_session)
            row.addWidget(begin)
            self.found.body.addLayout(row)
            self.found.say(identifiers(patient), "muted")
        if not people:
            self.found.say("Nobody of that name. New people are entered at the bedside.", "muted")

    def _begin(self, patient: Patient) -> None:
        def begun(accepted: bool) -> None:
            if accepted:
                self._to_bedside()

        self._desk.begin_session(patient, begun)


def _read(path: Path, books: Books, now_ns: int) -> TodayList:
    with RecordReader(path) as reader:
        return read_today(reader, books, now_ns)
