"""The plan: protocol, the days of a series with what speaks against them, and what follows it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QGridLayout, QHBoxLayout, QWidget

from console.course.facts_plan import (
    Adjusted,
    Onward,
    OnwardDecided,
    ProtocolChosen,
    SeriesPlanned,
    VisitMoved,
)
from console.course.series import Visit, proposed_days, warnings
from console.session.people import Role
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import Card, Chips, Scrolled, SignRow, button, emptied, label, line_edit, row
from console.ui.viewmodels.course_record import CourseView, day_words

ONWARD = ((Onward.MAINTAIN, "Maintain"), (Onward.EXTEND, "Extend"), (Onward.STOP, "Stop"))
USUAL_INTERVAL_DAYS, USUAL_REVIEW_DAYS = 14, 60
"""Offered first; a physician sets both (site defaults, need the medical director's signature)."""


def date_edit(day: date, name: str) -> QDateEdit:
    """A day to choose, with a calendar."""
    box = QDateEdit(QDate(day.year, day.month, day.day))
    box.setObjectName(name)
    box.setCalendarPopup(True)
    box.setDisplayFormat("ddd d MMM yyyy")
    return box


def day_of(box: QDateEdit) -> date:
    """The day chosen."""
    chosen = box.date()
    return date(chosen.year(), chosen.month(), chosen.day())


class PlanSection(QWidget):
    """Visits at the left, planning at the right."""

    def __init__(self, desk: CourseDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._days: list[QDateEdit] = []
        theme, today = desk.theme, desk.now().wall_utc.date()
        self._left, self._right = Scrolled(theme), Scrolled(theme)
        self.visits = Card(theme, "Planned and held")
        self.adjust = Card(theme, "From the next session on")
        for card in (self.visits, self.adjust):
            self._left.column.addWidget(card)
        self._left.column.addStretch(1)
        self.protocol = Card(theme, "Protocol, a physician's choice")
        self.choice = Chips(
            theme, "protocol", tuple((one.id, one.id) for one in desk.site.library.entries), columns=4
        )
        self.choice.chosen.connect(lambda _: self._propose())
        self.why = line_edit("Reason, where it is not usual here", "protocol_reason")
        self.protocol_sign = SignRow(desk, "protocol", "Choose", (Role.PHYSICIAN,))
        self.protocol_sign.signed.connect(self._protocol)
        for widget in (self.choice, self.why, self.protocol_sign):
            self.protocol.body.addWidget(widget)
        self.series = Card(theme, "Plan a series")
        self.first = date_edit(today, "series_first")
        self.series.body.addLayout(
            row(
                label("First infusion", wrap=False),
                self.first,
                button("Propose", "propose", "", self._propose),
            )
        )
        self._grid = QGridLayout()
        self.series.body.addLayout(self._grid)
        self.warned = label("", "heed", "series_warnings")
        self.warned.hide()
        self.reason = line_edit("Reason, where the days are outside the window", "series_reason")
        self.series.body.addWidget(self.warned)
        self.series.body.addWidget(self.reason)
        self.series.body.addLayout(row(button("Plan these days", "plan_series", "primary", self._plan)))
        self.onward = Card(theme, "What follows, a physician's decision")
        self.way = Chips(theme, "onward", ONWARD)
        self.every = line_edit("Every so many days", "onward_every")
        self.every.setText(str(USUAL_INTERVAL_DAYS))
        self.next = date_edit(today + timedelta(days=USUAL_INTERVAL_DAYS), "onward_next")
        self.review = date_edit(today + timedelta(days=USUAL_REVIEW_DAYS), "onward_review")
        self.onward_reason = line_edit("Reason", "onward_reason")
        self.onward_sign = SignRow(desk, "onward", "Sign", (Role.PHYSICIAN,))
        self.onward_sign.signed.connect(self._onward)
        self.onward.body.addWidget(self.way)
        self.onward.body.addLayout(
            row(label("Interval in days", wrap=False), self.every, label("Next", wrap=False), self.next)
        )
        self.onward.body.addLayout(row(label("Judged anew by", wrap=False), self.review))
        self.onward.body.addWidget(self.onward_reason)
        self.onward.body.addWidget(self.onward_sign)
        for card in (self.protocol, self.series, self.onward):
            self._right.column.addWidget(card)
        self._right.column.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._left, 9)
        box.addWidget(self._right, 11)
        self._shown: tuple[str, date] | None = None

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        return self

    def refresh(self) -> None:
        """Show the person chosen."""
        view = self._desk.view
        for card in (self.visits, self.adjust):
            card.clear()
        self.protocol_sign.offer()
        self.onward_sign.offer()
        if view is None:
            return
        if self._shown != (view.patient.patient_id, view.today):
            self._shown = (view.patient.patient_id, view.today)
            self._days = []
            for box, days in (
                (self.first, 0),
                (self.next, USUAL_INTERVAL_DAYS),
                (self.review, USUAL_REVIEW_DAYS),
            ):
                day = view.today + timedelta(days=days)
                box.setDate(QDate(day.year, day.month, day.day))
        if view.story.protocol is not None:
            self.choice.choose(view.story.protocol.protocol_id)
        if not self._days and self.choice.value:
            self._propose()
        self._show_visits(view)
        self._show_adjust(view)

    def _show_visits(self, view: CourseView) -> None:
        plan = view.story.series
        if plan is None:
            self.visits.say("No series is planned.", "muted")
            return
        self.visits.say(f"{plan.protocol_id}: {plan.done} held of {plan.planned} planned", "head", "held")
        for sentence in plan.late:
            self.visits.say(sentence, "heed")
        for visit in plan.visits:
            self._show_visit(visit)
        if plan.onward is not None:
            every = "" if plan.onward.every_days is None else f" every {plan.onward.every_days} days"
            self.visits.say(f"{plan.onward.onward.value.capitalize()}{every}: {plan.onward.reason}", "said")
        if plan.review_due is not None:
            self.visits.say(f"Judged anew by {day_words(plan.review_due)}", "heed", "review_due")

    def _show_visit(self, visit: Visit) -> None:
        name = f"{visit.number}" if visit.number else "Maintenance"
        if visit.session is not None:
            self.visits.say(f"{name} · {day_words(visit.session.day)} · held")
            return
        if visit.day is None:
            self.visits.say(f"{name} · {day_words(visit.planned)} · cancelled: {visit.reason}", "muted")
            return
        state = "did not take place" if visit.missed else "planned"
        line = QHBoxLayout()
        line.addWidget(label(f"{name} · {day_words(visit.day)} · {state}", wrap=False), 1)
        line.addWidget(
            button(
                "Move", f"move_{visit.planned.isoformat()}", "", partial(self._offer_move, visit.day, line)
            )
        )
        self.visits.body.addLayout(line)

    def _offer_move(self, day: date, line: QHBoxLayout) -> None:
        emptied(line)
        to, why = (
            date_edit(max(day, self._desk.now().wall_utc.date()), "move_to"),
            line_edit("Why", "move_why"),
        )

        def move() -> None:
            self._desk.chart(VisitMoved(day, day_of(to), why.text()))

        def cancel() -> None:
            self._desk.chart(VisitMoved(day, None, why.text()))

        line.addWidget(to)
        line.addWidget(why, 1)
        line.addWidget(button("Move", "move_go", "primary", move))
        line.addWidget(button("Cancel the visit", "move_cancel", "", cancel))

    def _show_adjust(self, view: CourseView) -> None:
        for line, fact in view.story.adjusted[-5:]:
            self.adjust.say(f"{fact.what}: {fact.before or '--'} to {fact.after}. {fact.reason}")
            self.adjust.say(f"{line.by.name}, {line.at.wall_utc.astimezone():%d %b}", "muted")
        last = next((one for one in reversed(view.sessions) if one.treated), None)
        if last is None:
            self.adjust.say("After a session a physician enters here what is done otherwise.", "muted")
            return
        what, before = line_edit("What changes", "adjust_what"), line_edit("As it was", "adjust_before")
        after, why = line_edit("As it is to be", "adjust_after"), line_edit("Why", "adjust_why")
        sign = SignRow(self._desk, "adjust", "Change", (Role.PHYSICIAN,))

        def change(user: str, pin: str) -> None:
            fact = Adjusted(last.session_id, what.text(), before.text(), after.text(), why.text())
            self._desk.chart(fact, None, user, pin)

        sign.signed.connect(change)
        for pair in ((what, before), (after, why)):
            self.adjust.body.addLayout(row(*pair, stretch=False))
        self.adjust.body.addWidget(sign)

    # --- planning ---------------------------------------------------------------------------------

    def _propose(self) -> None:
        emptied(self._grid)
        self._days = []
        if not self.choice.value:
            return
        entry = self._desk.site.library.entry(self.choice.value)
        for place, day in enumerate(proposed_days(entry, day_of(self.first)), 1):
            box = date_edit(day, f"series_day_{place}")
            box.setDisplayFormat("ddd d MMM")
            box.dateChanged.connect(lambda _: self._warn())
            self._days.append(box)
            self._grid.addWidget(box, (place - 1) // 3, (place - 1) % 3)
        self._warn()

    def _warn(self) -> None:
        found = warnings(
            self._desk.site.library.entry(self.choice.value), [day_of(one) for one in self._days]
        )
        self.warned.setText("\n".join(found))
        self.warned.setVisible(bool(found))

    def _plan(self) -> None:
        if not self._days:
            self._desk.said.emit(
                ("Choose the protocol first: it says how many infusions a series has.",), True
            )
            return
        days = tuple(day_of(one) for one in self._days)
        self._desk.chart(SeriesPlanned(self.choice.value, days, self.reason.text()))

    def _protocol(self, user: str, pin: str) -> None:
        if not self.choice.value:
            self._desk.said.emit(("Choose the protocol first.",), True)
            return
        self._desk.chart(ProtocolChosen(self.choice.value, 0, self.why.text()), None, user, pin)

    def _onward(self, user: str, pin: str) -> None:
        if not self.way.value:
            self._desk.said.emit(("Choose what follows first.",), True)
            return
        every = int(self.every.text()) if self.every.text().strip().isdigit() else None
        fact = OnwardDecided(
            Onward(self.way.value), self.onward_reason.text(), every, day_of(self.next), day_of(self.review)
        )
        self._desk.chart(fact, None, user, pin)
