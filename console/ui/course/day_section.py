"""The day of treatment: how the person came, what they want of it, the line, effects, notes."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from console.course.adverse import AdverseEvent, expected_effects
from console.course.books import Nature
from console.course.facts_care import (
    AdverseBegan,
    AdverseChanged,
    AdverseEnded,
    DayPrepared,
    EffectNoted,
    IntentionStated,
    LinePlaced,
    TherapistNoted,
)
from console.course.sessions import SessionFact
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import Card, Chips, Scrolled, button, label, line_edit, row
from console.ui.viewmodels.course_record import CourseView, moment_words

GRADES = (
    ("1", "1 mild"),
    ("2", "2 moderate"),
    ("3", "3 severe"),
    ("4", "4 life-threatening"),
    ("5", "5 fatal"),
)
STRENGTHS = (("1", "slight"), ("2", "clear"), ("3", "strong"))
GAUGES = (("18", "18 G"), ("20", "20 G"), ("22", "22 G"), ("24", "24 G"))
NOTHING = "No session yet: begin one from today's list."


class DaySection(QWidget):
    """Preparation at the left, what happens at the right; it speaks of the person's newest session."""

    def __init__(self, desk: CourseDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        theme = desk.theme
        self._left, self._right = Scrolled(theme), Scrolled(theme)
        self.intention = Card(theme, "What the person wants of this session")
        self.prepared = Card(theme, "Arrived and arranged")
        self.line = Card(theme, "IV line")
        self.effects = Card(theme, "Expected effects, no harm")
        self.adverse = Card(theme, "Adverse events")
        self.notes = Card(theme, "Therapist's notes")
        self._cards = (
            self.intention,
            self.prepared,
            self.line,
            self.effects,
            self.adverse,
            self.notes,
        )
        for place, card in enumerate(self._cards):
            (self._left if place < 3 else self._right).column.addWidget(card)
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
        """Show the person's newest session."""
        view = self._desk.view
        for card in self._cards:
            card.clear()
        if view is None or not view.sessions:
            for card in self._cards:
                card.say(NOTHING, "muted")
            return
        session = view.sessions[-1]
        self._show_intention(view, session)
        self._show_prepared(view, session)
        self._show_line(view, session)
        self._show_effects(view, session)
        self._show_adverse(view, session)
        self._show_notes(view, session)

    def _now(self) -> int:
        return self._desk.now().wall_utc_ns

    def _show_intention(self, view: CourseView, session: SessionFact) -> None:
        for one in view.course.all_of(IntentionStated):
            if one.session_id == session.session_id:
                self.intention.say(f"“{one.words}”", "head")
        words = line_edit("In the person's own words", "intention")

        def write() -> None:
            self._desk.chart(IntentionStated(session.session_id, words.text()))

        self.intention.body.addLayout(
            row(words, button("Write down", "intention_write", "primary", write), stretch=False)
        )

    def _show_prepared(self, view: CourseView, session: SessionFact) -> None:
        known = [one for one in view.course.all_of(DayPrepared) if one.session_id == session.session_id]
        comfort = Chips(
            self._desk.theme,
            "comfort",
            tuple((one.id, one.text) for one in self._desk.books.comfort),
            many=True,
            columns=1,
        )
        taken = line_edit("Medicines taken today", "day_medicines")
        escort = line_edit("Who takes the person home", "day_escort")
        phone = line_edit("Telephone", "day_phone")
        note = line_edit("Anything else", "day_note")
        if known:
            last = known[-1]
            comfort.choose(*last.comfort)
            for box, text in (
                (taken, last.medicines_taken),
                (escort, last.escort_name),
                (phone, last.escort_phone),
                (note, last.note),
            ):
                box.setText(text)

        def write() -> None:
            self._desk.chart(
                DayPrepared(
                    session.session_id,
                    medicines_taken=taken.text(),
                    escort_name=escort.text(),
                    escort_phone=phone.text(),
                    comfort=comfort.values,
                    note=note.text(),
                )
            )

        self.prepared.body.addWidget(comfort)
        self.prepared.body.addWidget(taken)
        self.prepared.body.addLayout(row(escort, phone, stretch=False))
        self.prepared.body.addWidget(note)
        self.prepared.body.addLayout(row(button("Write down", "day_write", "primary", write)))

    def _show_line(self, view: CourseView, session: SessionFact) -> None:
        for one in view.course.all_of(LinePlaced):
            if one.session_id == session.session_id:
                often = "" if one.attempts == 1 else f", {one.attempts} punctures"
                when = moment_words(one.placed_wall_ns)
                self.line.say(f"{one.site}, {one.gauge} G, {when}, by {one.placed_by}{often}", "head")
        site, by = line_edit("Where on the body", "line_site"), line_edit("Placed by", "line_by")
        tries = line_edit("Punctures", "line_tries")
        tries.setText("1")
        gauge = Chips(self._desk.theme, "gauge", GAUGES)
        gauge.choose("22")

        def write() -> None:
            attempts = int(tries.text()) if tries.text().strip().isdigit() else 0
            fact = LinePlaced(
                session.session_id, site.text(), int(gauge.value), self._now(), by.text(), attempts
            )
            self._desk.chart(fact)

        self.line.body.addLayout(row(site, by, tries, stretch=False))
        self.line.body.addLayout(row(gauge, button("Placed now", "line_write", "primary", write)))

    def _show_effects(self, view: CourseView, session: SessionFact) -> None:
        for one in expected_effects(view.course, self._desk.books, session.session_id):
            how = dict(STRENGTHS)[str(one.fact.strength)]
            self.effects.say(f"{moment_words(one.fact.at_wall_ns)} · {one.title}, {how}")
        strength = Chips(self._desk.theme, "strength", STRENGTHS)
        strength.choose("1")
        shown = [one for one in self._desk.books.effects if one.nature is not Nature.ADVERSE]
        which = Chips(self._desk.theme, "effect", tuple((one.code, one.title) for one in shown), columns=2)

        def noted(code: str) -> None:
            self._desk.chart(EffectNoted(session.session_id, code, self._now(), int(strength.value)))

        which.chosen.connect(noted)
        self.effects.body.addWidget(strength)
        self.effects.body.addWidget(which)

    def _show_adverse(self, view: CourseView, session: SessionFact) -> None:
        open_first = sorted(view.story.adverse, key=lambda one: one.ended_wall_ns is not None)
        for place, one in enumerate(open_first[:6]):
            self._show_event(place, one)
        which = QComboBox()
        which.setObjectName("adverse_what")
        for effect in self._desk.books.effects:
            if effect.nature is not Nature.EXPECTED:
                which.addItem(effect.title, effect.code)
        grade = Chips(self._desk.theme, "grade", GRADES, columns=3)
        grade.choose("1")
        action = line_edit("What was done", "adverse_action")

        def began() -> None:
            code = str(which.currentData())
            fact = AdverseBegan(code, int(grade.value), self._now(), session.session_id, action=action.text())
            self._desk.chart(fact)

        self.adverse.body.addWidget(which)
        self.adverse.body.addWidget(grade)
        self.adverse.body.addLayout(
            row(action, button("Began now", "adverse_began", "primary", began), stretch=False)
        )

    def _show_event(self, place: int, one: AdverseEvent) -> None:
        did = "" if not one.actions else f" · {', '.join(one.actions)}"
        if one.ended_wall_ns is not None:
            self.adverse.say(f"{one.title}, worst grade {one.worst}: {one.outcome}{did}", "muted")
            return
        serious = " · SERIOUS" if one.serious else ""
        words = f"{one.title}, grade {one.grade} since {moment_words(one.onset_wall_ns)}{serious}{did}"
        self.adverse.say(words, "stop" if one.serious else "heed")
        text = line_edit("What was done, or how it ended", f"event_text_{place}")
        worse = partial(self._changed, one, 1, text)
        eased = partial(self._changed, one, -1, text)
        line = QHBoxLayout()
        line.addWidget(text, 1)
        for words, name, deed in (("Worse", "worse", worse), ("Eased", "eased", eased)):
            line.addWidget(button(words, f"event_{name}_{place}", "", deed))

        def over() -> None:
            self._desk.chart(AdverseEnded(one.event_id, self._now(), text.text()))

        line.addWidget(button("Over", f"event_over_{place}", "primary", over))
        self.adverse.body.addLayout(line)

    def _changed(self, one: AdverseEvent, by: int, text: QLineEdit) -> None:
        self._desk.chart(AdverseChanged(one.event_id, one.grade + by, self._now(), text.text()))

    def _show_notes(self, view: CourseView, session: SessionFact) -> None:
        for line, note in view.course.lines_of(TherapistNoted):
            if note.session_id == session.session_id:
                author = note.therapist or line.by.name
                self.notes.body.addWidget(label(f"{moment_words(note.at_wall_ns)} · {author}", "muted"))
                self.notes.say(note.text)
        text, who = line_edit("A note at this moment", "note_text"), line_edit("Therapist", "note_who")

        def write() -> None:
            self._desk.chart(TherapistNoted(session.session_id, self._now(), text.text(), who.text()))

        self.notes.body.addWidget(text)
        self.notes.body.addLayout(row(who, button("Note", "note_write", "primary", write), stretch=False))
