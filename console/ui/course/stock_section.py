"""The controlled drug log: the safe, what was opened and where it went, cases, the log on paper."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from console.course.facts_stock import (
    CaseClosed,
    StockCounted,
    StockGiven,
    StockReceived,
    StockTaken,
    StockWasted,
    StockWitnessed,
)
from console.course.stock import Case, Lot, Stock, Use, stock
from console.course.stock_print import as_text, log_rows
from console.session.events import Access
from console.session.people import Role
from console.ui.course.desk import CourseDesk
from console.ui.course.parts import Card, Chips, Scrolled, SignRow, button, label, line_edit, row
from console.ui.course.plan_section import date_edit, day_of
from console.units import plain

SIGNERS = (Role.NURSE, Role.PHYSICIAN)
SHELF_DAYS = 365


def figure(text: str) -> Decimal | None:
    """A figure as typed, None while it is none."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


class StockSection(QWidget):
    """Uses at the left, the safe at the right."""

    def __init__(self, desk: CourseDesk, papers: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._papers = desk, papers
        theme = desk.theme
        self._left, self._right = Scrolled(theme), Scrolled(theme)
        self.cases = Card(theme, "Figures that do not agree")
        self.uses = Card(theme, "Opened, not yet accounted for")
        self.take = Card(theme, "Take from the safe")
        self.past = Card(theme, "Last lines")
        for card in (self.cases, self.uses, self.take, self.past):
            self._left.column.addWidget(card)
        self._left.column.addStretch(1)
        self.safe = Card(theme, "The safe")
        self.receive = Card(theme, "A delivery")
        for card in (self.safe, self.receive):
            self._right.column.addWidget(card)
        self._right.column.addStretch(1)
        self._build_receive()
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._left, 11)
        box.addWidget(self._right, 9)

    @property
    def widget(self) -> QWidget:
        """What is shown."""
        return self

    def refresh(self) -> None:
        """Show the log as it is written."""
        log = self._desk.drug_log()
        now = stock(log)
        for card in (self.cases, self.uses, self.take, self.past, self.safe):
            card.clear()
        cases, uses = now.open_cases(), now.open_uses()
        self.cases.setVisible(bool(cases))
        for case in cases:
            self._show_case(case)
        for use in uses:
            self._show_use(use)
        if not uses:
            self.uses.say("Everything that was opened is accounted for.", "muted", "all_accounted")
        self._show_take(now)
        for found in log_rows(log, self._names(now))[-8:][::-1]:
            self.past.say(" · ".join(cell for cell in found.cells[:6] if cell), "muted")
        self._show_safe(now)

    def _names(self, now: Stock) -> dict[str, str]:
        known = {one.patient_id: one.full_name for one in self._desk.patients("")}
        return {use.patient_id: known.get(use.patient_id, use.patient_id) for use in now.uses.values()}

    # --- a use, from the safe to the sink ---------------------------------------------------------

    def _show_use(self, use: Use) -> None:
        who = next((p.full_name for p in self._desk.patients("") if p.patient_id == use.patient_id), "--")
        head = f"Lot {use.lot} · {use.containers} opened · {plain(use.taken_mg)} mg · {who}"
        self.uses.say(head, "head")
        self.uses.say(f"{plain(use.drawn_ml)} mL drawn by {use.taken_by.name}", "muted")
        if use.given_mg is None:
            self._given(use)
        elif use.wasted_mg is None:
            self.uses.say(f"Given {plain(use.given_mg)} mg")
            self._wasted(use, use.given_mg)
        else:
            words = f"Given {plain(use.given_mg)} mg, wasted {plain(use.wasted_mg)} mg: {use.method or '--'}"
            self.uses.say(words)
            balance = "--" if use.balance_mg is None else plain(use.balance_mg)
            self.uses.say(f"Balance {balance} mg", "said", "balance")
            sign = SignRow(self._desk, "witness", "I saw it destroyed", SIGNERS)
            sign.signed.connect(
                lambda user, pin: self._desk.keep(StockWitnessed(use.use_id), None, user, pin)
            )
            self.uses.body.addWidget(sign)

    def _given(self, use: Use) -> None:
        counter = self._desk.given_by_pump(use.patient_id, use.session_id)
        if counter is not None:
            words = f"Given {plain(counter)} mg by the pump's counter"
            key = button(
                words, "given_pump", "primary", lambda: self._desk.keep(StockGiven(use.use_id, counter))
            )
            self.uses.body.addLayout(row(key))
            return
        mg, why = line_edit("Given, mg", "given_mg"), line_edit("Where the figure is from", "given_why")

        def given() -> None:
            amount = figure(mg.text())
            if amount is None:
                self._desk.said.emit(("Enter what was given in mg.",), True)
                return
            self._desk.keep(StockGiven(use.use_id, amount, from_pump=False, reason=why.text()))

        self.uses.say("The pump's counter is not known yet.", "muted")
        self.uses.body.addLayout(row(mg, why, button("Given", "given_hand", "primary", given), stretch=False))

    def _wasted(self, use: Use, given: Decimal) -> None:
        mg, how = line_edit("Wasted, mg", "wasted_mg"), line_edit("How it was destroyed", "wasted_how")
        mg.setText(plain(max(Decimal(0), use.taken_mg - given)))

        def wasted() -> None:
            amount = figure(mg.text())
            if amount is None:
                self._desk.said.emit(("Enter what was wasted in mg.",), True)
                return
            self._desk.keep(StockWasted(use.use_id, amount, how.text()))

        self.uses.body.addLayout(
            row(mg, how, button("Wasted", "wasted_go", "primary", wasted), stretch=False)
        )

    def _show_take(self, now: Stock) -> None:
        view = self._desk.view
        session = None if view is None or not view.sessions else view.sessions[-1]
        if view is None or session is None:
            self.take.say(
                "Choose the patient on the list of today: the drug is taken for their session.", "muted"
            )
            return
        lots = [one for one in now.lots.values() if one.containers]
        if not lots:
            self.take.say("Nothing is in the safe by the log.", "muted")
            return
        self.take.say(f"For {view.patient.full_name}, session of {session.day:%d %b}")
        which = QComboBox()
        which.setObjectName("take_lot")
        for one in lots:
            which.addItem(f"{one.lot} · {plain(one.strength_mg_ml)} mg/mL · {one.containers} left", one.lot)
        count, drawn = line_edit("How many", "take_count"), line_edit("Drawn, mL", "take_drawn")
        count.setText("1")

        def take() -> None:
            ml = figure(drawn.text())
            if ml is None or not count.text().strip().isdigit():
                self._desk.said.emit(("Enter how many are opened and the mL drawn.",), True)
                return
            self._desk.keep(
                StockTaken(
                    str(which.currentData()),
                    int(count.text()),
                    view.patient.patient_id,
                    session.session_id,
                    ml,
                )
            )

        self.take.body.addWidget(which)
        self.take.body.addLayout(row(count, drawn, button("Take", "take_go", "primary", take), stretch=False))

    def _show_case(self, case: Case) -> None:
        self.cases.say(case.opened.sentence, "stop")
        found = line_edit("What was found", "case_finding")
        sign = SignRow(self._desk, "case", "Close the case", (Role.PHYSICIAN, Role.ADMIN))
        sign.signed.connect(
            lambda user, pin: self._desk.keep(CaseClosed(case.opened.case_id, found.text()), None, user, pin)
        )
        self.cases.body.addWidget(found)
        self.cases.body.addWidget(sign)

    # --- the safe ---------------------------------------------------------------------------------

    def _show_safe(self, now: Stock) -> None:
        self.safe.say(f"{plain(now.total_mg())} mg unopened", "title", "unopened")
        for lot in now.lots.values():
            self._show_lot(lot)
        self.safe.body.addLayout(row(button("Print the log", "print_log", "", self._print)))

    def _show_lot(self, lot: Lot) -> None:
        content = f"{plain(lot.strength_mg_ml)} mg/mL, {plain(lot.fill_ml)} mL"
        self.safe.say(f"Lot {lot.lot}: {lot.containers} {lot.form}s of {content}", "head")
        counted = "never counted" if lot.counted_at is None else f"counted {lot.counted_at.wall_utc:%d %b}"
        self.safe.say(f"expires {lot.expires:%d %b %Y} · {counted}", "muted")
        count = line_edit("Counted", f"count_{lot.lot}")
        sign = SignRow(self._desk, f"count_{lot.lot}", "Count", SIGNERS)

        def counted_now(user: str, pin: str) -> None:
            if not count.text().strip().isdigit():
                self._desk.said.emit(("Enter how many you counted.",), True)
                return
            self._desk.keep(StockCounted(lot.lot, int(count.text())), None, user, pin)

        sign.signed.connect(counted_now)
        self.safe.body.addWidget(count)
        self.safe.body.addWidget(sign)

    def _build_receive(self) -> None:
        desk = self._desk
        lot, strength = line_edit("Lot", "receive_lot"), line_edit("mg/mL", "receive_strength")
        fill, count = line_edit("mL in one", "receive_fill"), line_edit("How many", "receive_count")
        form = Chips(desk.theme, "receive", (("vial", "Vials"), ("syringe", "Syringes")))
        form.choose("vial")
        expires = date_edit(desk.now().wall_utc.date() + timedelta(days=SHELF_DAYS), "receive_expires")
        reference = line_edit("Delivery number", "receive_reference")

        def receive() -> None:
            mg, ml = figure(strength.text()), figure(fill.text())
            if mg is None or ml is None or not count.text().strip().isdigit():
                desk.said.emit(("Enter the strength, the content of one and how many came.",), True)
                return
            fact = StockReceived(
                lot.text().strip(), form.value, mg, ml, int(count.text()), day_of(expires), reference.text()
            )
            desk.keep(fact)

        self.receive.body.addWidget(form)
        self.receive.body.addLayout(row(lot, strength, stretch=False))
        self.receive.body.addLayout(row(fill, count, stretch=False))
        self.receive.body.addLayout(row(label("Expires", wrap=False), expires, reference, stretch=False))
        self.receive.body.addLayout(row(button("Take in", "receive_go", "primary", receive)))

    def _print(self) -> None:
        log = self._desk.drug_log()
        text = as_text(log_rows(log, self._names(stock(log))))
        path = self._papers / f"drug-log-{self._desk.now().wall_utc:%Y%m%d-%H%M}.txt"
        try:
            self._papers.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
        except OSError as problem:
            self._desk.said.emit((f"{path} cannot be written: {problem.strerror}.",), True)
            return
        self._desk.note(Access.PRINTED, "", "drug log")
        self._desk.said.emit((f"Written for printing: {path}",), False)
