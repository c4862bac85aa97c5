"""Observation: the scores, the gate with every reason, the confirmations, and discharge."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.clinical.discharge import CONFIRMATIONS
from console.room.wire import Answer
from console.session import intents as ask
from console.ui.bedside import step_names
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.step_paused import END_REASONS
from console.ui.viewmodels.step_release import SCORED, ReleaseView, release_view, suggestions
from console.ui.widgets.big_key import BigKey
from console.ui.widgets.nav_column import NavColumn
from console.ui.widgets.pressure_form import PressureForm
from console.ui.widgets.score_form import ScoreForm
from console.ui.widgets.step_frame import StepFrame

PRESSURE, GATE = "pressure", "gate"
PARTS = (
    *((scale.id, scale.title.split(" (")[0]) for scale in SCORED),
    (PRESSURE, "Blood pressure"),
    (GATE, "Discharge"),
)


class StepRelease(QWidget):
    """Scores on the left, the one being scored or the gate on the right."""

    def __init__(self, tools: StepTools, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.RELEASE)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._session_id = ""
        self._explained = ""
        self._leaving = ""
        theme = tools.theme
        self.frame = StepFrame(theme, "Observation", "Record score", self)
        self.frame.primary.clicked.connect(self._go)
        self.explain = self.frame.add_secondary("release_stop_reason", "Reason of the early end")
        self.explain.clicked.connect(self._ask_reason)
        self.frame.sheet.given.connect(self._explain)
        self.nav = NavColumn(theme, "release", PARTS, self)
        self.nav.chosen.connect(self._show)
        self.forms = {scale.id: ScoreForm(theme, scale, self) for scale in SCORED}
        self._pages = QStackedWidget(self)
        for form in self.forms.values():
            form.changed.connect(self.refresh)
            self._pages.addWidget(form)
        self.by_hand = PressureForm(theme, lambda: tools.bridge.real_s, self)
        self.by_hand.changed.connect(self.refresh)
        self._pages.addWidget(self.by_hand)
        self.gate = self._build_gate()
        self._pages.addWidget(self.gate)
        self._row = QHBoxLayout()
        self._row.addWidget(self.nav)
        self._row.addWidget(self._pages, 1)
        self.frame.body.addLayout(self._row, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.rescale()

    def _build_gate(self) -> QWidget:
        page = QWidget(self)
        self._gate_row = QHBoxLayout(page)
        self._gate_row.setContentsMargins(0, 0, 0, 0)
        left = QVBoxLayout()
        self.gate_head = QLabel("", page)
        self.gate_head.setProperty("role", "head")
        left.addWidget(self.gate_head)
        self.reasons = QLabel("", page)
        self.reasons.setObjectName("reasons")
        self.reasons.setWordWrap(True)
        area = QScrollArea(page)
        area.setWidgetResizable(True)
        inside = QWidget(area)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.reasons)
        column.addStretch(1)
        area.setWidget(inside)
        left.addWidget(area, 1)
        self._gate_row.addLayout(left, 1)
        right = QVBoxLayout()
        head = QLabel("Confirmed by you", page)
        head.setProperty("role", "head")
        right.addWidget(head)
        self._confirm_grid = QGridLayout()
        self.confirmations: dict[str, BigKey] = {}
        for index, item in enumerate(CONFIRMATIONS):
            key = BigKey(self._tools.theme, item.label, 62, page, left=True)
            key.setObjectName(f"confirm_{item.id}")
            key.setProperty("item", item.id)
            key.setCheckable(True)
            key.clicked.connect(self._confirm)
            self.confirmations[item.id] = key
            self._confirm_grid.addWidget(key, index // 2, index % 2)
        right.addLayout(self._confirm_grid)
        right.addStretch(1)
        self._gate_row.addLayout(right, 1)
        return page

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._tools.theme.px
        self._row.setSpacing(px(24))
        self._gate_row.setSpacing(px(24))
        self._confirm_grid.setSpacing(px(8))

    # --- showing ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Show what is so now."""
        super().showEvent(event)
        self.frame.say(())
        self.refresh()

    def show_part(self, part: str) -> None:
        """Show a scale or the gate."""
        self.nav.show_part(part)
        self._show(part)

    def _show(self, part: str) -> None:
        self._leaving = ""
        form = self.forms.get(part)
        if form is not None:
            form.clear()
            self._pages.setCurrentWidget(form)
        elif part == PRESSURE:
            self.by_hand.clear()
            self._pages.setCurrentWidget(self.by_hand)
            self.by_hand.pad.setFocus()
        else:
            self._pages.setCurrentWidget(self.gate)
        self.frame.say(())
        self.refresh()

    def refresh(self) -> None:
        """Follow the state and the latest values."""
        tools, session = self._tools, self._tools.state.session
        if session is None:
            return
        if session.session_id != self._session_id:
            self._session_id = session.session_id
            for each in self.forms.values():
                each.clear()
            self.show_part(PARTS[0][0])
            return
        view = release_view(tools.state, tools.bridge.now())
        if any(line.scale_id == self._leaving and line.total is not None for line in view.scores):
            # The answer may come before the entry that makes it so.
            self._leaving = ""
            self._next_open(view)
            return
        for line in view.scores:
            self.nav.set_progress(line.scale_id, line.words, done=line.total is not None)
        self.nav.set_progress(PRESSURE, view.pressure, done=view.pressure_met)
        left = len(view.reasons)
        words = "possible now" if view.may_discharge else f"{left} thing{'s' if left > 1 else ''} to do"
        self.nav.set_progress(GATE, words, done=view.may_discharge)
        self.frame.title.setText(self._title())
        self.frame.subtitle.setText(session.patient.full_name)
        self.explain.setVisible(view.unexplained and self._explained != session.session_id)
        self._refresh_gate(view)
        form = self.forms.get(self.nav.current)
        if form is not None:
            form.suggest(suggestions(tools.state, tools.bridge.live, form.scale))
        self._offer(view, form)

    def _title(self) -> str:
        form = self.forms.get(self.nav.current)
        return dict(PARTS)[self.nav.current] if form is None else form.scale.title

    def _refresh_gate(self, view: ReleaseView) -> None:
        self.gate_head.setText(
            "Every condition is met." if view.may_discharge else "Before the patient may leave"
        )
        self.reasons.setText("\n\n".join(f"○  {reason}" for reason in view.reasons))
        for item, confirmed in view.confirmations:
            key = self.confirmations[item.id]
            key.setChecked(confirmed)

    def _offer(self, view: ReleaseView, form: ScoreForm | None) -> None:
        idle = not self._asking.waiting and not self.frame.asking_reason
        if self.nav.current == PRESSURE:
            self.frame.primary.setText("Record this pressure")
            self.frame.primary.setEnabled(self.by_hand.figures is not None and idle)
            return
        if form is None:
            self.frame.primary.setText("Discharge")
            self.frame.primary.setEnabled(view.may_discharge and idle)
            return
        total = f" {form.total} of {form.scale.highest}" if form.complete else ""
        self.frame.primary.setText(f"Record{total}" if total else "Record score")
        self.frame.primary.setEnabled(form.complete and idle)

    # --- asking -----------------------------------------------------------------------------------

    def _go(self) -> None:
        if self._asking.waiting:
            return
        form, by_hand = self.forms.get(self.nav.current), self.by_hand.figures
        if self.nav.current == PRESSURE:
            if by_hand is not None:
                self._asking.ask(ask.EnterPressure(*by_hand), self._measured)
        elif form is None:
            self._asking.ask(ask.Discharge(), self._said)
        elif form.complete:
            self._asking.ask(ask.RecordScore(form.scale.id, form.levels), self._scored)
        self.refresh()

    def _scored(self, answer: Answer) -> None:
        if answer.accepted:
            self.forms[self.nav.current].clear()
            self._leaving = self.nav.current
        self._said(answer)

    def _measured(self, answer: Answer) -> None:
        if answer.accepted:
            self.show_part(GATE)
        self._said(answer)

    def _next_open(self, view: ReleaseView) -> None:
        open_scales = [line.scale_id for line in view.scores if line.total is None]
        self.show_part(open_scales[0] if open_scales else GATE)

    def _confirm(self) -> None:
        key = self.sender()
        session = self._tools.state.session
        if session is not None:
            item = str(key.property("item"))
            self._asking.ask(ask.ConfirmDischarge(item, not session.discharge.get(item, False)), self._said)
            self.refresh()

    def _ask_reason(self) -> None:
        self.frame.sheet.ask("Why did the infusion end early?", END_REASONS, "Write the reason")
        self.frame.ask_reason()

    def _explain(self, reason: str) -> None:
        session_id = self._session_id
        self._asking.ask(ask.ExplainStop(reason), lambda answer: self._explained_by(session_id, answer))

    def _explained_by(self, session_id: str, answer: Answer) -> None:
        if answer.accepted:
            self._explained = session_id
        self._said(answer)

    def _said(self, answer: Answer) -> None:
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self.refresh()
