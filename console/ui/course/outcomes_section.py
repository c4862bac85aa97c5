"""Questionnaires: what is due, entry by staff or by the person on this screen, and the scores."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from console.course.facts_care import AlertAnswered
from console.course.instruments import TOTAL, Instrument
from console.course.requests import EnterOutcome
from console.room.wire import Answer
from console.session.intents import SignIn
from console.session.state import Phase
from console.ui.course.chart import CourseChart
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import Card, Chips, Scrolled, button, label, line_edit
from console.ui.course.patient_mode import PatientMode
from console.ui.viewmodels.course_lanes import score_lanes, verdict_words

AT_THE_BEDSIDE = frozenset({Phase.READY, Phase.INFUSING, Phase.PAUSED, Phase.OBSERVING})
"""The screen belongs to the bedside then."""
LIST_PX = 560


class OutcomesSection(QWidget):
    """The list of questionnaires at the left, entry or plots at the right."""

    def __init__(
        self,
        desk: CourseDesk,
        cover: Callable[[QWidget | None], None],
        hand_over: Callable[[bool], None],
        show_me: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._cover, self._hand_over = desk, cover, hand_over
        self._show_me = show_me
        self._mode: PatientMode | None = None
        self._unsaved: EnterOutcome | None = None
        self._instrument: Instrument | None = None
        self._chips: dict[str, Chips] = {}
        theme = desk.theme
        self._left = Scrolled(theme)
        self.alerts = Card(theme, "Asks for somebody now")
        self.entry = Card(theme, "Enter a questionnaire")
        for card in (self.alerts, self.entry):
            self._left.column.addWidget(card)
        self._left.column.addStretch(1)
        self.chart = CourseChart(theme)
        frame = QFrame()
        frame.setObjectName("card")
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(1, theme.px(8), 1, theme.px(4))
        inner.addWidget(self.chart, 1)
        self.verdicts = label("", "head", "verdicts")
        inner.addWidget(self.verdicts)
        inner.setSpacing(theme.px(6))
        self.verdicts.setIndent(theme.px(16))
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._left)
        box.addWidget(frame, 1)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._left.setFixedWidth(self._desk.theme.px(LIST_PX))

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        return self

    def refresh(self) -> None:
        """Show the person chosen."""
        view = self._desk.view
        self.alerts.clear()
        self.alerts.setVisible(view is not None and bool(view.story.alerts))
        if view is None:
            self.chart.set_lanes(None)
            return
        for alert in view.story.alerts:
            self._show_alert(alert.line_id, alert.sentences)
        self.chart.set_lanes(score_lanes(view, self._desk.books))
        self.verdicts.setText(
            "   ".join(f"{one.instrument.short}: {verdict_words(one)}" for one in view.story.trajectories)
        )
        if self._instrument is None:
            self._offer()

    # --- what an answer asks for ------------------------------------------------------------------

    def _show_alert(self, line_id: str, sentences: tuple[str, ...]) -> None:
        place = self.alerts.body.count()
        self.alerts.say(" ".join(sentences), "stop", f"alert_{place}")
        found = line_edit("What was found", f"assessment_{place}")
        did = line_edit("What was done", f"action_{place}")

        def write() -> None:
            self._desk.chart(AlertAnswered(line_id, found.text(), did.text()))

        self.alerts.body.addWidget(found)
        self.alerts.body.addWidget(did)
        self.alerts.body.addWidget(button("Assessed", f"assessed_{place}", "primary", write))

    # --- entry ------------------------------------------------------------------------------------

    def _offer(self) -> None:
        """Questionnaires that follow this person's indications, then all others."""
        self._instrument = None
        self.entry.clear()
        self.entry.head.setText("Enter a questionnaire")
        view, books = self._desk.view, self._desk.books
        if view is None:
            return
        usual = books.outcomes_for(tuple(one.code for one in view.story.indications))
        others = [one for one in books.instruments.values() if one not in usual]
        for instrument in (*usual, *others):
            newest = next((t.newest for t in view.story.trajectories if t.instrument == instrument), None)
            told = "never"
            if newest is not None:
                told = f"last {newest.band if newest.total is None else newest.total}, {newest.day:%d %b}"
            words = f"{instrument.short} · {told}"
            key = button(words, f"instrument_{instrument.id}", "row", partial(self._open, instrument))
            key.setToolTip(instrument.title)
            self.entry.body.addWidget(key)

    def _open(self, instrument: Instrument) -> None:
        self._instrument, self._chips = instrument, {}
        theme = self._desk.theme
        self.entry.clear()
        self.entry.head.setText(instrument.title)
        top = QHBoxLayout()
        top.addWidget(button("All questionnaires", "all_questionnaires", "", self._offer))
        if instrument.by_patient and not instrument.score_only:
            top.addWidget(button("Hand the screen over", "hand_over", "primary", self._hand))
        top.addStretch(1)
        self.entry.body.addLayout(top)
        if instrument.score_only:
            hint = f"Score, {instrument.lowest} to {instrument.highest}"
            score = line_edit(hint, "score_entry")
            self.entry.say("Scored on the clinic's own form: its text may not be shown here.", "muted")
            self.entry.body.addWidget(score)
            self.entry.body.addWidget(
                button("Enter", "enter_score", "primary", lambda: self._enter_total(score.text()))
            )
            return
        self.entry.say(instrument.intro, "muted")
        for place, item in enumerate(instrument.items, 1):
            self.entry.say(f"{place}. {item.text}", "said")
            options = tuple((str(one.value), f"{one.value} {one.label}") for one in item.options)
            if len(options) > 5:
                options = tuple((str(one.value), str(one.value)) for one in item.options)
            columns = 6 if len(options) > 5 else 2
            chips = Chips(theme, f"item_{item.id}", options, columns=columns)
            self._chips[item.id] = chips
            self.entry.body.addWidget(chips)
        self.entry.say(instrument.attribution, "muted")
        self.entry.body.addWidget(button("Enter", "enter_answers", "primary", self._enter_answers))

    def _enter_total(self, text: str) -> None:
        if self._instrument is None:
            return
        if not text.strip().isdigit():
            self._desk.said.emit(("Enter the score as a whole number.",), True)
            return
        self._enter({TOTAL: int(text)})

    def _enter_answers(self) -> None:
        self._enter({item: int(chips.value) for item, chips in self._chips.items() if chips.value})

    def _enter(self, answers: dict[str, int]) -> None:
        if self._instrument is not None:
            self._desk.request(EnterOutcome(self._instrument.id, answers), self._entered)

    def _entered(self, accepted: bool) -> None:
        if accepted:
            self._offer()

    # --- in the patient's hands -------------------------------------------------------------------

    def _hand(self) -> None:
        instrument = self._instrument
        if instrument is None or self._desk.phase in AT_THE_BEDSIDE:
            self._desk.said.emit(("The screen belongs to the bedside while a session runs.",), True)
            return
        self._mode = PatientMode(self._desk, instrument)
        self._mode.finished.connect(self._answered_alone)
        self._mode.taken_back.connect(self._take_back)
        self._hand_over(True)
        self._cover(self._mode)

    def _answered_alone(self, answers: object) -> None:
        if self._instrument is None or not isinstance(answers, dict):
            return
        self._unsaved = EnterOutcome(self._instrument.id, answers, by_patient=True)
        self._desk.request(self._unsaved, self._kept)

    def _kept(self, accepted: bool) -> None:
        if accepted:
            self._unsaved = None

    def _take_back(self, user_id: str, pin: str) -> None:
        self._desk.send(SignIn(), self._taken_back, user_id, pin)

    def _taken_back(self, answer: Answer) -> None:
        if self._mode is None:
            return
        if not answer.accepted:
            self._mode.refused(answer.sentences)
            return
        self._mode = None
        self._cover(None)
        self._hand_over(False)
        self._offer()
        if self._unsaved is not None:
            # Nobody was signed in any more when the person finished: what they answered is asked again.
            self._desk.request(self._unsaved, self._kept)
        self.refresh()
        # Once the state of the room says who is there again, which is told at the end of this turn.
        QTimer.singleShot(0, self._show_me)
