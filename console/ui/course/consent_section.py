"""Consent: what is explained, what the person asked, both signatures, how long it holds; talks before it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from console.course.facts_plan import Assessed, CheckDone, ConsentGiven, ConsentWithdrawn
from console.session.people import Role
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import Card, Chips, Scrolled, SignRow, button, line_edit, row
from console.ui.viewmodels.course_record import CourseView, day_words

KINDS = (("preparation", "Preparatory talk"), ("psychiatric", "Psychiatric assessment"))


class ConsentSection(QWidget):
    """The consent at the left, talks and returning checks at the right."""

    def __init__(self, desk: CourseDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        theme, consent = desk.theme, desk.books.consent
        self._left, self._right = Scrolled(theme), Scrolled(theme)
        self.standing = Card(theme, "Consent")
        self.obtain = Card(theme, f"Obtain consent, version {consent.version}")
        self.topics = Chips(
            theme, "topic", tuple((one.id, one.text) for one in consent.topics), many=True, columns=1
        )
        self.questions = line_edit("What the person asked", "consent_questions")
        self.name = line_edit("The person signs with their full name", "consent_name")
        self.sign = SignRow(desk, "consent", "I explained it", (Role.NURSE, Role.PHYSICIAN))
        self.sign.signed.connect(self._give)
        self.obtain.say("Touch each topic once it was explained.", "muted")
        for widget in (self.topics, self.questions, self.name, self.sign):
            self.obtain.body.addWidget(widget)
        for card in (self.standing, self.obtain):
            self._left.column.addWidget(card)
        self._left.column.addStretch(1)
        self.talks = Card(theme, "Talks and assessments")
        self.kind = Chips(theme, "talk", KINDS)
        self.kind.choose(KINDS[0][0])
        self.text = QPlainTextEdit()
        self.text.setObjectName("talk_text")
        self.text.setPlaceholderText("What was found and agreed")
        self.asked = line_edit("Questions and fears the person raised", "talk_questions")
        self.checks = Card(theme, "Checks that return")
        for card in (self.talks, self.checks):
            self._right.column.addWidget(card)
        self.write = Card(theme, "Write down a talk")
        for told in (self.kind, self.text, self.asked):
            self.write.body.addWidget(told)
        self.write.body.addLayout(row(button("Write down", "talk_write", "primary", self._talk)))
        self._right.column.addWidget(self.write)
        self._right.column.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._left, 1)
        box.addWidget(self._right, 1)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self.text.setFixedHeight(self._desk.theme.px(110))

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        return self

    def refresh(self) -> None:
        """Show the person chosen."""
        view = self._desk.view
        for card in (self.standing, self.talks, self.checks):
            card.clear()
        self.sign.offer()
        if view is None:
            return
        self._show_standing(view)
        for line, fact in view.story.assessed[-6:]:
            self.talks.say(f"{line.at.wall_utc.astimezone():%d %b %Y} · {line.by.name}", "muted")
            self.talks.say(fact.text)
            if fact.questions:
                self.talks.say(f"Asked: {fact.questions}", "heed")
        if not view.story.assessed:
            self.talks.say("None is written down.", "muted")
        self._show_checks(view)

    def _show_standing(self, view: CourseView) -> None:
        standing = view.story.consent
        if standing.problem:
            self.standing.say(standing.problem, "stop", "consent_problem")
        if standing.given is not None and standing.valid_until is not None:
            line, fact = standing.given
            self.standing.say(f"Version {fact.version}, signed {fact.signed_as}", "head")
            self.standing.say(f"Explained by {line.by.name}", "muted")
            if fact.questions:
                self.standing.say(f"Asked: {fact.questions}", "heed")
        if standing.given is not None and not standing.problem:
            until = "" if standing.valid_until is None else day_words(standing.valid_until)
            self.standing.say(f"Valid until {until}", "said", "consent_valid")
            reason = line_edit("Why it is withdrawn", "withdraw_reason")

            def withdraw() -> None:
                self._desk.chart(ConsentWithdrawn(reason.text()))

            self.standing.body.addWidget(reason)
            self.standing.body.addLayout(row(button("The person withdraws it", "withdraw", "", withdraw)))

    def _show_checks(self, view: CourseView) -> None:
        for check in self._desk.books.checks:
            done = [fact for _, fact in view.story.checks if fact.check == check.id]
            last = "never" if not done or done[-1].done_on is None else day_words(done[-1].done_on)
            self.checks.say(f"{check.title} · last {last}", "said")
            note = line_edit("What was found", f"check_note_{check.id}")
            fine = button(
                "No concern", f"check_fine_{check.id}", "", partial(self._check, check.id, False, note)
            )
            worry = button(
                "Concern", f"check_concern_{check.id}", "", partial(self._check, check.id, True, note)
            )
            line = QHBoxLayout()
            line.addWidget(note, 1)
            line.addWidget(fine)
            line.addWidget(worry)
            self.checks.body.addLayout(line)
            if done and done[-1].concern:
                self.checks.say(f"{done[-1].note}. {check.advice}", "heed")

    def _check(self, check_id: str, concern: bool, note: QLineEdit) -> None:
        self._desk.chart(CheckDone(check_id, concern, note.text()))

    def _talk(self) -> None:
        def written(accepted: bool) -> None:
            if accepted:
                self.text.clear()
                self.asked.clear()

        self._desk.chart(Assessed(self.kind.value, self.text.toPlainText(), self.asked.text()), written)

    def _give(self, user: str, pin: str) -> None:
        def given(accepted: bool) -> None:
            if accepted:
                self.topics.choose()
                self.questions.clear()
                self.name.clear()

        fact = ConsentGiven(
            self._desk.books.consent.version, self.topics.values, self.name.text(), self.questions.text()
        )
        self._desk.chart(fact, given, user, pin)
