"""The whole story of a person at a glance: what a physician opens first."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from console.course.due import Urgency
from console.session.events import Access
from console.ui.course.chart import CourseChart
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import Card, Chips, Scrolled, button, label
from console.ui.course.story_print import NotPrinted, print_story
from console.ui.viewmodels.course_lanes import Scope, lanes
from console.ui.viewmodels.course_record import CourseView
from console.ui.viewmodels.course_words import URGENCY, gathered, why_treated
from console.units import plain

SIDE_PX = 400
SHOWN_DUE = 7


class StorySection(QWidget):
    """The picture, and beside it why, whether, by which protocol, how much so far, what next."""

    def __init__(self, desk: CourseDesk, papers: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._papers = desk, papers
        theme = desk.theme
        self.chart = CourseChart(theme)
        self.scope = Chips(theme, "scope", ((Scope.WHOLE, "Whole course"), (Scope.SERIES, "Series")))
        self.scope.choose(Scope.WHOLE)
        self.scope.chosen.connect(lambda _: self._draw())
        self.print_key = button("Print", "print_course", deed=self._print)
        frame = QFrame()
        frame.setObjectName("card")
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(1, theme.px(8), 1, theme.px(4))
        top = QHBoxLayout()
        top.setContentsMargins(theme.px(14), 0, theme.px(14), 0)
        top.addWidget(self.scope, 1)
        top.addWidget(self.print_key)
        inner.addLayout(top)
        inner.addWidget(self.chart, 1)
        self._side = Scrolled(theme)
        self.next = Card(theme, "Next")
        self.why = Card(theme, "Treated for")
        self.ledger = Card(theme, "Exposure")
        self.tried = Card(theme, "Tried before")
        for card in (self.next, self.why, self.ledger, self.tried):
            self._side.column.addWidget(card)
        self._side.column.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(frame, 1)
        box.addWidget(self._side)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._side.setFixedWidth(self._desk.theme.px(SIDE_PX))

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        return self

    def refresh(self) -> None:
        """Show the person chosen."""
        view = self._desk.view
        self._draw()
        for card in (self.next, self.why, self.ledger, self.tried):
            card.clear()
        if view is None:
            return
        self._show_next(view)
        self._show_why(view)
        self._show_ledger(view)
        self._show_tried(view)

    def _draw(self) -> None:
        view, scope = self._desk.view, Scope(self.scope.value or Scope.WHOLE)
        shown = None if view is None else lanes(view, self._desk.books, scope)
        self.chart.set_lanes(shown)

    def _show_next(self, view: CourseView) -> None:
        told = view.story
        for sentence in told.screening.stops:
            self.next.say(sentence, "stop")
        for one, times in gathered(told.due)[:SHOWN_DUE]:
            if one.urgency is Urgency.NOW:
                self.next.say(one.title, "stop")
                continue
            often = "" if times == 1 else f" ({times} times)"
            pressing = one.urgency is not Urgency.COMING
            state = f" · {URGENCY[one.urgency]}" if pressing else ""
            words = f"{one.day:%d %b}{state} · {one.title}{often}"
            self.next.body.addWidget(label(words, "head" if pressing else "said"))
        if not told.due and not told.screening.stops:
            self.next.say("Nothing is due.", "muted")
        for sentence in () if told.series is None else told.series.late:
            self.next.say(sentence, "heed")

    def _show_why(self, view: CourseView) -> None:
        for text, role in why_treated(view):
            self.why.say(text, role)

    def _show_ledger(self, view: CourseView) -> None:
        found = view.story.exposure
        if not found.sessions:
            self.ledger.say("No infusion yet.", "muted")
            return
        self.ledger.say(f"{found.sessions} infusions · {plain(found.total_mg)} mg", "title", "exposure")
        if found.unknown:
            self.ledger.say(f"{found.unknown} of unknown amount: the true sum is larger.", "heed")
        self.ledger.say(f"{found.last_28_days} in the last 28 days", "muted")
        for one in found.rows[-8:][::-1]:
            kg = one.session.mg_per_kg
            dose = "unknown" if one.session.given_mg is None else f"{plain(one.session.given_mg)} mg"
            by_weight = "" if kg is None else f" · {plain(kg.quantize(Decimal('0.01')))} mg/kg"
            words = f"{one.number}   {one.session.day:%d %b}   {dose}{by_weight}"
            self.ledger.body.addWidget(label(f"{words}   Σ {plain(one.total_mg)} mg", "muted"))

    def _show_tried(self, view: CourseView) -> None:
        for one in view.story.tried:
            weeks = "" if one.weeks is None else f", {one.weeks} weeks"
            came = one.response.value.replace("_", " ")
            self.tried.say(f"{one.name} {one.dose}{weeks}: response {came}".replace("  ", " "))
        self.tried.setVisible(bool(view.story.tried))

    def _print(self) -> None:
        view = self._desk.view
        if view is None:
            return
        try:
            path = print_story(view, self._desk.books, self._papers, self._desk.site.simulated)
        except NotPrinted as problem:
            self._desk.said.emit((str(problem),), True)
            return
        self._desk.note(Access.PRINTED, view.patient.patient_id, "course")
        self._desk.said.emit((f"Written for printing: {path}",), False)
