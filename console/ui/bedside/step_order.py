"""The order: forced choices and two figures; everything else is derived while it is being entered."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from console.clinical.entry import DURATION_MIN
from console.clinical.protocol import ProtocolEntry
from console.room.wire import Answer
from console.session import intents as ask
from console.ui.bedside import step_names
from console.ui.bedside.step_tools import Asking, StepTools
from console.ui.viewmodels.step_order import (
    OrderDraft,
    OrderView,
    amount_field,
    brands,
    concentrations,
    order_view,
    sizes,
    usual,
)
from console.ui.viewmodels.step_paused import ABORT_REASONS
from console.ui.widgets.choice import Choice
from console.ui.widgets.derived_figures import DerivedFigures
from console.ui.widgets.entry_box import EntryBox
from console.ui.widgets.finding_list import FindingList
from console.ui.widgets.keypad import Keypad
from console.ui.widgets.step_frame import StepFrame
from console.units import plain


class StepOrder(QWidget):
    """Choices left, figures in the middle, what follows from them right.

    Signals:
        arrival_wanted: Somebody wants to go back to the arrival.
    """

    arrival_wanted = Signal()

    def __init__(self, tools: StepTools, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(step_names.ORDER)
        self._tools = tools
        self._asking = Asking(tools.bridge, self)
        self._reasons: dict[str, str] = {}
        self._session_id = ""
        theme = tools.theme
        self.frame = StepFrame(theme, "Order", "Write the order", self)
        self.frame.primary.clicked.connect(self._go)
        self.abort = self.frame.add_secondary("abort", "Abort session")
        self.abort.clicked.connect(self._ask_abort)
        self.frame.sheet.given.connect(self._abort)
        self.back = self.frame.add_secondary("back_to_arrival", "Back to arrival")
        self.back.clicked.connect(self.arrival_wanted)
        self._row = QHBoxLayout()
        self._row.addLayout(self._build_choices(), 40)
        self._row.addLayout(self._build_entry(), 23)
        self._row.addLayout(self._build_figures(), 37)
        self.frame.body.addLayout(self._row, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.frame)
        self.rescale()
        self._protocol_chosen("")

    # --- building ---------------------------------------------------------------------------------

    def _head(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "head")
        return label

    def _build_choices(self) -> QVBoxLayout:
        theme, site = self._tools.theme, self._tools.reference.site
        column = QVBoxLayout()
        self.protocol = Choice(theme, "protocol", 2, 54, self)
        self.protocol.offer(tuple((entry.id, f"{entry.id}\n{entry.title}") for entry in site.library.entries))
        self.protocol.chosen.connect(self._protocol_chosen)
        known = concentrations(site.library)
        self.concentration = Choice(theme, "concentration", len(known), 52, self)
        self.concentration.offer(tuple((plain(mg_ml), plain(mg_ml)) for mg_ml in known))
        self.concentration.chosen.connect(self._changed)
        names = brands(site.syringes)
        self.brand = Choice(theme, "brand", len(names), 50, self)
        self.brand.offer(tuple((brand, brand) for brand in names))
        self.brand.chosen.connect(self._brand_chosen)
        self.syringe = Choice(theme, "syringe", 5, 52, self)
        self.syringe.chosen.connect(self._changed)
        for head, widget in (
            ("Protocol", self.protocol),
            ("Concentration on the syringe's label, mg/mL", self.concentration),
            ("Syringe: brand, then size", self.brand),
        ):
            column.addWidget(self._head(head))
            column.addWidget(widget)
        column.addWidget(self.syringe)
        column.addStretch(1)
        self._choices_column = column
        return column

    def _build_entry(self) -> QVBoxLayout:
        theme, bridge = self._tools.theme, self._tools.bridge
        column = QVBoxLayout()
        self.amount = EntryBox(theme, amount_field(None), "Dose", self)
        self.amount.setObjectName("order_amount")
        self.minutes = EntryBox(theme, DURATION_MIN, "Duration", self)
        self.minutes.setObjectName("order_minutes")
        for box in (self.amount, self.minutes):
            box.changed.connect(self.refresh)
            column.addWidget(box)
        self.pad = Keypad(theme, lambda: bridge.real_s, self)
        self.pad.setObjectName("order_pad")
        self.pad.serve(self.amount, self.minutes)
        column.addWidget(self.pad, 20)
        column.addStretch(1)
        self._entry_column = column
        return column

    def _build_figures(self) -> QVBoxLayout:
        theme = self._tools.theme
        column = QVBoxLayout()
        self.figures = DerivedFigures(theme, self)
        column.addWidget(self.figures)
        self.findings = FindingList(theme, self)
        self.findings.reasoned.connect(self._reasoned)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.findings)
        column.addWidget(area, 1)
        self.waiting = QLabel("", self)
        self.waiting.setProperty("tone", "muted")
        self.waiting.setWordWrap(True)
        self.frame.foot_left.addWidget(self.waiting)
        return column

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._tools.theme.px
        self._row.setSpacing(px(22))
        self._choices_column.setSpacing(px(6))
        self._entry_column.setSpacing(px(6))

    # --- showing ----------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """A new session begins with an empty order."""
        super().showEvent(event)
        self.refresh()
        self.pad.setFocus()

    @property
    def draft(self) -> OrderDraft:
        """What was entered so far."""
        chosen = self.concentration.value
        return OrderDraft(
            self.protocol.value,
            self.amount.value,
            self.minutes.value,
            Decimal(chosen) if chosen else None,
            self.syringe.value,
            dict(self._reasons),
        )

    def _view(self) -> OrderView:
        tools = self._tools
        return order_view(
            tools.state, tools.reference.site, self.draft, tools.bridge.now(), tools.reference.zone
        )

    def refresh(self) -> None:
        """Derive everything anew."""
        session = self._tools.state.session
        if session is None:
            return
        if session.session_id != self._session_id:
            self._session_id = session.session_id
            self._clear()
        weight = "--" if session.weight_kg is None else plain(session.weight_kg)
        self.frame.subtitle.setText(f"{session.patient.full_name}  ·  {weight} kg")
        view = self._view()
        self.figures.set_derived(view.derived)
        self.findings.set_findings(view.findings)
        self.waiting.setText(view.waiting)
        self.waiting.setVisible(bool(view.waiting))
        free = not self._asking.waiting and not self.frame.asking_reason
        self.frame.primary.setEnabled(view.inputs is not None and free)

    def _clear(self) -> None:
        self._reasons = {}
        for choice in (self.protocol, self.concentration, self.brand):
            choice.choose("")
        self._brand_chosen("")
        self._protocol_chosen("")
        self.minutes.clear()
        self.amount.clear()

    def _entry(self) -> ProtocolEntry | None:
        site = self._tools.reference.site
        return site.library.entry(self.protocol.value) if self.protocol.value else None

    def _protocol_chosen(self, _value: str) -> None:
        entry = self._entry()
        self.amount.set_field(amount_field(entry))
        dose_hint, minutes_hint = ("choose the protocol first", "") if entry is None else usual(entry)
        self.amount.set_hint(dose_hint)
        self.minutes.set_hint(minutes_hint)
        self.pad.refresh_point()
        self.pad.setFocus()
        self.refresh()

    def _brand_chosen(self, brand: str) -> None:
        self.syringe.offer(sizes(self._tools.reference.site.syringes, brand))
        self.syringe.choose("")
        self.refresh()

    def _changed(self, _value: str) -> None:
        self.refresh()

    def _reasoned(self, rule: str, reason: str) -> None:
        self._reasons[rule] = reason
        if not reason:
            del self._reasons[rule]
        view = self._view()
        self.waiting.setText(view.waiting)
        self.waiting.setVisible(bool(view.waiting))
        self.frame.primary.setEnabled(view.inputs is not None and not self._asking.waiting)

    # --- asking -----------------------------------------------------------------------------------

    def _go(self) -> None:
        inputs = self._view().inputs
        if inputs is not None and not self._asking.waiting:
            self._asking.ask(ask.WriteOrder(inputs), self._heard)
            self.refresh()

    def _heard(self, answer: Answer) -> None:
        self.frame.say(answer.sentences, refused=not answer.accepted)
        if answer.accepted:
            # An order that comes back after being withdrawn is entered afresh, never repeated.
            self._clear()
        self.refresh()

    def _ask_abort(self) -> None:
        self.frame.sheet.ask("Why is the session aborted?", ABORT_REASONS, "Abort session")
        self.frame.ask_reason()

    def _abort(self, reason: str) -> None:
        self._asking.ask(ask.AbortSession(reason), self._heard)
