"""Arrival: identity, checks, weight and baseline pressures, in any order, nothing skipped."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from console.room.wire import Answer
from console.session import intents as ask
from console.session.state import Phase, Session
from console.ui.bedside import step_names
from console.ui.bedside.step_arrival_pages import BaselinePage, ChecksPage, IdentityPage, WeightPage
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.step_arrival import ArrivalView, arrival_view, weight_change
from console.ui.viewmodels.step_paused import ABORT_REASONS
from console.ui.viewmodels.step_ready import let_through_reasons, let_through_words, unfit_devices
from console.ui.widgets.nav_column import NavColumn
from console.ui.widgets.step_frame import StepFrame
from console.units import plain

IDENTITY, CHECKS, WEIGHT, BASELINE = "identity", "checks", "weight", "baseline"
PARTS = (
    (IDENTITY, "Identity"),
    (CHECKS, "Arrival checks"),
    (WEIGHT, "Weight"),
    (BASELINE, "Baseline pressure"),
)


class StepArrival(QWidget):
    """The parts on the left, the present one on the right."""

    def __init__(self, tools: StepTools, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.ARRIVAL)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._session_id = ""
        self._leaving = ""
        theme, bridge = tools.theme, tools.bridge
        self.frame = StepFrame(theme, "Arrival", "Confirm identity", self)
        self.frame.primary.clicked.connect(self._go)
        self.abort = self.frame.add_secondary("abort", "Abort session")
        self.abort.clicked.connect(self._ask_abort)
        self.unfit = self.frame.add_secondary("use_unfit", "Use device all the same")
        self.unfit.clicked.connect(self._ask_unfit)
        self.untested = QLabel("", self)
        self.untested.setObjectName("unfit_device")
        self.untested.setProperty("role", "heed")
        self.untested.setWordWrap(True)
        self.frame.body.addWidget(self.untested)
        self._letting = ""
        self.frame.sheet.given.connect(self._reason_given)
        self.nav = NavColumn(theme, "arrival", PARTS, self)
        self.nav.chosen.connect(self._show)
        self.identity = IdentityPage(theme, self)
        self.checks = ChecksPage(theme, self)
        self.weight = WeightPage(theme, lambda: bridge.real_s, self)
        self.baseline = BaselinePage(theme, lambda: bridge.real_s, self)
        self.frame.foot_left.addWidget(self.checks.strip)
        self._parts: dict[str, QWidget] = {
            IDENTITY: self.identity, CHECKS: self.checks, WEIGHT: self.weight, BASELINE: self.baseline,
        }  # fmt: skip
        self._pages = QStackedWidget(self)
        for page in self._parts.values():
            self._pages.addWidget(page)
        self._row = QHBoxLayout()
        self._row.addWidget(self.nav)
        self._row.addWidget(self._pages, 1)
        self.frame.body.addLayout(self._row, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.identity.changed.connect(self.refresh)
        self.weight.changed.connect(self.refresh)
        self.baseline.changed.connect(self.refresh)
        self.checks.answered.connect(self._answer_check)
        self.checks.overridden.connect(self._override)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        self._row.setSpacing(self._tools.theme.px(24))

    # --- showing ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the first part that is open."""
        super().showEvent(event)
        self.refresh()
        self._next_open()

    def _view(self) -> ArrivalView | None:
        session = self._tools.state.session
        if session is None:
            return None
        return arrival_view(session, self._tools.bridge.now(), self._tools.reference.zone)

    def _show(self, part: str) -> None:
        self._leaving = ""
        self.nav.show_part(part)
        self._pages.setCurrentWidget(self._parts[part])
        self.frame.say(())
        focus = {IDENTITY: self.identity.birth, WEIGHT: self.weight.pad}.get(part)
        if focus is not None:
            focus.setFocus()
        self.refresh()

    def _next_open(self) -> None:
        view = self._view()
        if view is None:
            return
        done = _done(view)
        self._show(next((part for part, _title in PARTS if not done[part]), self.nav.current))

    def refresh(self) -> None:
        """Follow the state."""
        view, session = self._view(), self._tools.state.session
        if view is None or session is None:
            return
        if session.session_id != self._session_id:
            self._session_id = session.session_id
            self.identity.clear()
            self.weight.clear()
            self.baseline.close_manual()
        against = self._unfit()
        self.unfit.setVisible(bool(against))
        if against:
            self.unfit.setText(let_through_words(against[0][0]))
        self.untested.setVisible(bool(against))
        self.untested.setText(against[0][1] if against else "")
        done = _done(view)
        if self._leaving and done[self._leaving]:
            # The answer may come before the entry that makes it so.
            self._leaving = ""
            self._next_open()
            return
        words = {
            IDENTITY: "confirmed" if view.identity else "not confirmed",
            CHECKS: f"{view.checks_done} of {len(view.checks)} answered",
            WEIGHT: view.weight or "not entered",
            BASELINE: view.baseline.average
            if view.baseline_done
            else f"{view.baseline.counted} of 2 readings",
        }
        for part, _title in PARTS:
            self.nav.set_progress(part, words[part], done=done[part])
        self.frame.title.setText(dict(PARTS)[self.nav.current])
        self.frame.subtitle.setText(session.patient.full_name)
        self.identity.set_view(view)
        self.checks.set_view(view, shown=self.nav.current == CHECKS)
        last = "" if session.previous_weight_kg is None else f"{plain(session.previous_weight_kg)} kg"
        self.weight.set_view(view.weight, last, weight_change(session, self.weight.box.value))
        self.baseline.set_view(view.baseline, accepted=view.baseline_done)
        self._offer(view, session)

    def _offer(self, view: ArrivalView, session: Session) -> None:
        text, ready = {
            IDENTITY: self._offer_identity,
            CHECKS: self._offer_checks,
            WEIGHT: self._offer_weight,
            BASELINE: self._offer_baseline,
        }[self.nav.current](view, session)
        self.frame.primary.setText(text)
        free = not self._asking.waiting and not self.frame.asking_reason
        self.frame.primary.setEnabled(ready and free)

    def _offer_identity(self, view: ArrivalView, _session: Session) -> tuple[str, bool]:
        return ("Next", True) if view.identity else ("Confirm identity", self.identity.complete)

    def _offer_checks(self, view: ArrivalView, _session: Session) -> tuple[str, bool]:
        return "Next", view.checks_complete

    def _offer_weight(self, view: ArrivalView, session: Session) -> tuple[str, bool]:
        kg = self.weight.box.value
        if kg is None:
            return (
                ("Next", True) if view.weight and not self.weight.box.entry.text else ("Record weight", False)
            )
        unconfirmed = weight_change(session, kg) and not self.weight.confirm.isChecked()
        return f"Record {plain(kg)} kg", not unconfirmed

    def _offer_baseline(self, view: ArrivalView, _session: Session) -> tuple[str, bool]:
        base = view.baseline
        if self.baseline.by_hand.isChecked():
            return "Record this pressure", self.baseline.manual.figures is not None
        if view.baseline_done:
            return "Next", not all(_done(view).values())
        if base.may_accept:
            reason = not base.needs_reason or bool(self.baseline.reason.text().strip())
            return f"Accept {base.average}", reason
        if base.fresh:
            return f"Count {base.fresh}", True
        return "Waiting for a reading", False

    # --- asking -----------------------------------------------------------------------------------

    def _go(self) -> None:
        view, session = self._view(), self._tools.state.session
        if view is None or session is None or self._asking.waiting:
            return
        intent = self._wish(view, session)
        if intent is None:
            self._next_open()
        else:
            self._asking.ask(intent, self._done_or_said)
        self.refresh()

    def _wish(self, view: ArrivalView, session: Session) -> ask.PersonIntent | None:
        match self.nav.current:
            case "identity" if not view.identity:
                return ask.ConfirmIdentity(self.identity.birth.iso, self.identity.mrn.text().strip())
            case "weight" if self.weight.box.value is not None:
                confirmed = (
                    bool(weight_change(session, self.weight.box.value)) and self.weight.confirm.isChecked()
                )
                return ask.RecordWeight(self.weight.box.value, confirmed)
            case "baseline":
                return self._wish_baseline(view)
            case _:
                return None

    def _wish_baseline(self, view: ArrivalView) -> ask.PersonIntent | None:
        by_hand = self.baseline.manual.figures if self.baseline.by_hand.isChecked() else None
        if by_hand is not None:
            return ask.EnterPressure(*by_hand)
        if view.baseline_done:
            return None
        if view.baseline.may_accept:
            return ask.AcceptBaseline(self.baseline.reason.text().strip())
        return ask.TakeBaseline()

    def _done_or_said(self, answer: Answer) -> None:
        part = self.nav.current
        if answer.accepted:
            if part == WEIGHT:
                self.weight.clear()
            if part == BASELINE and self.baseline.by_hand.isChecked():
                self.baseline.close_manual()
            self._leaving = part
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self.refresh()

    def _answer_check(self, item: str, ok: bool) -> None:
        self._asking.ask(ask.AnswerArrival(item, ok), self._heard)

    def _override(self, item: str, reason: str) -> None:
        self._asking.ask(ask.AnswerArrival(item, False, reason, True), self._heard)

    def _heard(self, answer: Answer) -> None:
        self.frame.say(answer.sentences, refused=not answer.accepted)
        self.refresh()

    def _ask_abort(self) -> None:
        self._letting = ""
        self.frame.sheet.ask("Why is the session aborted?", ABORT_REASONS, "Abort session")
        self.frame.ask_reason()

    def _ask_unfit(self) -> None:
        against = self._unfit()
        if against:
            self._letting, said = against[0]
            self.frame.sheet.ask(said, let_through_reasons(self._letting), let_through_words(self._letting))
            self.frame.ask_reason()

    def _unfit(self) -> tuple[tuple[str, str], ...]:
        session = self._tools.state.session
        return () if session is None else unfit_devices(session, self._tools.bridge.live)

    def _reason_given(self, reason: str) -> None:
        if self._tools.state.phase is not Phase.NO_SESSION:
            intent = ask.UseUnfitDevice(self._letting, reason) if self._letting else ask.AbortSession(reason)
            self._asking.ask(intent, self._heard)


def _done(view: ArrivalView) -> dict[str, bool]:
    return {
        IDENTITY: view.identity,
        CHECKS: view.checks_complete,
        WEIGHT: bool(view.weight),
        BASELINE: view.baseline_done,
    }
