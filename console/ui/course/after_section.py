"""After a session: the text to hand over, the person's own account, the talk that follows, calls due."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from console.course.due import Due, DueKind, Urgency
from console.course.facts_care import (
    AccountTold,
    AfterCareGiven,
    FollowedUp,
    IntegrationHeld,
    IntegrationPlanned,
)
from console.course.sessions import SessionFact
from console.ui.course.desk import CourseDesk
from console.ui.course.leaflet_print import print_leaflet
from console.ui.course.parts import Card, Chips, Scrolled, button, label, line_edit, row
from console.ui.course.plan_section import date_edit, day_of
from console.ui.course.story_print import NotPrinted
from console.ui.viewmodels.course_record import CourseView, day_words
from console.ui.viewmodels.course_words import URGENCY

REACHED = (("yes", "Reached"), ("no", "Not reached"))
SHOWN = 8


class AfterSection(QWidget):
    """Due calls at the left; account, talk and leaflet at the right."""

    def __init__(self, desk: CourseDesk, papers: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._papers = desk, papers
        theme = desk.theme
        self._left, self._right = Scrolled(theme), Scrolled(theme)
        self.calls = Card(theme, "Follow-up")
        self.account = Card(theme, "The person's own account")
        self.talk = Card(theme, "Integration talk")
        self.leaflet = Card(theme, desk.books.after_care.title or "After-care")
        for place, card in enumerate((self.calls, self.account, self.talk, self.leaflet)):
            (self._left if place < 1 else self._right).column.addWidget(card)
        self._left.column.addStretch(1)
        self._right.column.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._left, 1)
        box.addWidget(self._right, 1)

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        return self

    def refresh(self) -> None:
        """Show the person chosen."""
        view = self._desk.view
        for card in (self.calls, self.account, self.talk, self.leaflet):
            card.clear()
        if view is None:
            return
        self._show_calls(view)
        treated = [one for one in view.sessions if one.treated]
        if not treated:
            self.account.say("No infusion yet.", "muted")
            self.talk.say("No infusion yet.", "muted")
        else:
            self._show_account(view, treated[-1])
            self._show_talk(view, treated[-1])
        self._show_leaflet(treated[-1] if treated else None)

    def _show_calls(self, view: CourseView) -> None:
        found = [one for one in view.story.due if one.kind is DueKind.FOLLOW_UP]
        for place, one in enumerate(found[:SHOWN]):
            self._show_call(place, one)
        if not found:
            self.calls.say("Nobody has to be called.", "muted", "no_calls")
        for line, fact in view.course.lines_of(FollowedUp)[-SHOWN:][::-1]:
            task = self._desk.books.task(fact.task)
            title = fact.task if task is None else task.title.partition(":")[0]
            state = "reached" if fact.reached else "not reached"
            words = f"{line.at.wall_utc.astimezone():%d %b} · {title} · {state} · {fact.note}".rstrip(" ·")
            self.calls.say(words, "heed" if fact.concern else "muted")

    def _show_call(self, place: int, one: Due) -> None:
        self.calls.body.addWidget(label(one.title, "head" if one.urgency < Urgency.COMING else "said"))
        self.calls.say(f"{URGENCY[one.urgency]} · {day_words(one.day)}", "muted")
        if one.urgency is Urgency.COMING:
            return
        reached = Chips(self._desk.theme, f"reached_{place}", REACHED)
        reached.choose("yes")
        note = line_edit("What they said", f"call_note_{place}")

        def write(concern: bool) -> None:
            fact = FollowedUp(one.session_id, one.ref, reached.value == "yes", note.text(), concern)
            self._desk.chart(fact)

        self.calls.body.addWidget(reached)
        self.calls.body.addLayout(
            row(
                note,
                button("Done", f"call_done_{place}", "primary", lambda: write(False)),
                button("Concern", f"call_concern_{place}", "", lambda: write(True)),
                stretch=False,
            )
        )

    def _show_account(self, view: CourseView, session: SessionFact) -> None:
        for one in view.course.all_of(AccountTold):
            if one.session_id == session.session_id:
                self.account.say(f"“{one.words}”", "head")
                if one.support:
                    self.account.say(f"There for them: {one.support}", "muted")
        words = QPlainTextEdit()
        words.setObjectName("account_words")
        words.setPlaceholderText("In their own words")
        words.setFixedHeight(self._desk.theme.px(90))
        support = line_edit("Who is there for them", "account_support")

        def write() -> None:
            self._desk.chart(AccountTold(session.session_id, words.toPlainText(), support.text()))

        self.account.body.addWidget(words)
        self.account.body.addLayout(
            row(support, button("Write down", "account_write", "primary", write), stretch=False)
        )

    def _show_talk(self, view: CourseView, session: SessionFact) -> None:
        held = {one.session_id for one in view.course.all_of(IntegrationHeld)}
        for one in view.course.all_of(IntegrationPlanned):
            if one.session_id in held:
                continue
            self.talk.say(f"Planned for {day_words(one.day)} with {one.with_whom}", "head")
            note = line_edit("What it brought", "talk_note")

            key = button("Held today", "talk_held", "", partial(self._held, one.session_id, view.today, note))
            self.talk.body.addLayout(row(note, key, stretch=False))
        day = date_edit(view.today + timedelta(days=2), "talk_day")
        whom = line_edit("With whom", "talk_whom")

        def plan() -> None:
            self._desk.chart(IntegrationPlanned(session.session_id, day_of(day), whom.text()))

        self.talk.body.addLayout(row(day, whom, button("Plan", "talk_plan", "primary", plan), stretch=False))

    def _held(self, session_id: str, day: date, note: QLineEdit) -> None:
        self._desk.chart(IntegrationHeld(session_id, day, note.text()))

    def _show_leaflet(self, session: SessionFact | None) -> None:
        leaflet = self._desk.books.after_care
        for paragraph in leaflet.paragraphs:
            self.leaflet.say(paragraph)
        self.leaflet.body.addLayout(row(button("Print", "leaflet_print", "", self._print)))
        if session is None:
            return
        given = line_edit("Handed to", "leaflet_to")

        def hand() -> None:
            self._desk.chart(AfterCareGiven(session.session_id, leaflet.version, given.text()))

        self.leaflet.body.addLayout(
            row(given, button("Handed over", "leaflet_given", "primary", hand), stretch=False)
        )

    def _print(self) -> None:
        try:
            path = print_leaflet(self._desk.books.after_care, self._papers)
        except NotPrinted as problem:
            self._desk.said.emit((str(problem),), True)
            return
        self._desk.said.emit((f"Written for printing: {path}",), False)
