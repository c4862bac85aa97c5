"""How exactly the pump delivers: a dispensed volume, or flow against time on a balance or from a file."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.clinical.accuracy import NotMeasured, Weighing, flow_test
from console.devices.about import Role
from console.devices.bench.balance import weighings_of
from console.devices.bench.stand import PumpTrial
from console.room.bench_desk_wire import BenchStatus
from console.room.bench_wire import BenchBegin, BenchShown
from console.ui.technician.parts import card, item_key, key, label
from console.ui.technician.plots import FlowPlot, TrumpetPlot
from console.ui.technician.run_panel import RunPanel
from console.ui.technician.test_section import NoPatient
from console.ui.theme import Theme
from console.ui.viewmodels.bench_curves import Curves, curve_words, curves_in, curves_of_test

VOLUME, BALANCE, FILE = "volume", "balance", "file"
MODES = ((VOLUME, "Dispensed volume"), (BALANCE, "Flow on a balance"), (FILE, "Flow from a file"))
TELLS = {
    VOLUME: "The pump delivers 5 mL. Enter the weight or the volume that came out when you are asked.",
    BALANCE: "The pump delivers onto a balance that prints its weight (9600 8N1) at least every 30 s.",
    FILE: "Seconds and grams on each line (12.5,3.402), from a run at the rate given here.",
}
LARGEST_FILE = 4_000_000


class AccuracySection(QWidget):
    """The choice at the left; curves above the run at the right.

    Signals:
        begin_wanted: A BenchBegin.
    """

    begin_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._may, self._pump, self._mode = False, "", VOLUME
        self._weights: tuple[Weighing, ...] = ()
        self._frame, self._column = card(self)
        self.modes = {mode: item_key(title, f"accuracy_{mode}", self) for mode, title in MODES}
        for made in self.modes.values():
            made.setAutoExclusive(True)
            made.clicked.connect(self._choose)
        self.tells = label("", "small", self)
        usual = PumpTrial()
        self.port = self._entry("accuracy_port", "Port of the balance, such as /dev/ttyUSB2")
        self.path = self._entry("accuracy_path", "File of weights, with its whole path")
        self.read = key("Read the file", "accuracy_read", self)
        self.read.clicked.connect(self._read)
        self.rate = self._entry("accuracy_rate", "Rate, mL/h")
        self.minutes = self._entry("accuracy_minutes", "Minutes")
        self.rate_label = label("Rate, mL/h", "label", self)
        self.minutes_label = label("Length, minutes (the standard takes 120)", "label", self)
        self.said = label("", "heed", self)
        self.guard = NoPatient(theme, self)
        self.guard.changed.connect(self._offer)
        self.begin = key("Begin", "accuracy_begin", self, "primary")
        self.begin.clicked.connect(self._begin)
        self.why = label("", "small", self)
        for widget in (
            *self.modes.values(), self.tells, self.port, self.rate_label, self.rate, self.minutes_label,
            self.minutes, self.path, self.read, self.said,
        ):  # fmt: skip
            self._column.addWidget(widget)
        self._column.addStretch(1)
        for widget in (self.guard, self.begin, self.why):
            self._column.addWidget(widget)
        self.flow, self.trumpet = FlowPlot(theme, self), TrumpetPlot(theme, self)
        self.verdict = label(curve_words(Curves()), "cardtitle", self)
        self._curves_frame, self._curves_column = card(self)
        plots = QHBoxLayout()
        plots.addWidget(self.flow, 1)
        plots.addWidget(self.trumpet, 1)
        self._curves_column.addWidget(self.verdict)
        self._curves_column.addLayout(plots, 1)
        self.panel = RunPanel(theme, self)
        self._right = QVBoxLayout()
        self._right.addWidget(self._curves_frame, 1)
        self._right.addWidget(self.panel, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._frame)
        self._row.addLayout(self._right, 1)
        self.rate.setText(f"{usual.flow_ml_h}")
        self.minutes.setText(f"{usual.flow_min}")
        self.modes[VOLUME].setChecked(True)
        self._choose()
        self.rescale()

    def _entry(self, name: str, hint: str) -> QLineEdit:
        made = QLineEdit(self)
        made.setObjectName(name)
        made.setPlaceholderText(hint)
        made.textChanged.connect(self._offer)
        return made

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._row.setSpacing(px(14))
        self._right.setSpacing(px(14))
        self._column.setContentsMargins(px(18), px(14), px(18), px(14))
        self._column.setSpacing(px(8))
        self._curves_column.setContentsMargins(px(18), px(10), px(18), px(8))
        self._frame.setFixedWidth(px(400))

    def set_status(self, status: BenchStatus, *, may: bool) -> None:
        """Know the pump of the room."""
        self._may = may
        self._pump = next((one.name for one in status.devices if one.role is Role.PUMP), "")
        self._offer()

    def take(self, shown: BenchShown) -> None:
        """Follow the run; its curves appear when they are measured."""
        self.panel.take(shown)
        if shown.picture is not None:
            curves = curves_in(shown.picture.results)
            if curves.flow or curves.trumpet:
                self.show_curves(curves)
        self._offer()

    def show_curves(self, curves: Curves) -> None:
        """Draw these."""
        self.flow.set_curves(curves)
        self.trumpet.set_curves(curves)
        self.verdict.setText(curve_words(curves))

    def _choose(self) -> None:
        self._mode = next((mode for mode, made in self.modes.items() if made.isChecked()), VOLUME)
        self.tells.setText(TELLS[self._mode])
        self.port.setVisible(self._mode == BALANCE)
        shown: tuple[tuple[QWidget, bool], ...] = (
            (self.rate, self._mode != VOLUME),
            (self.rate_label, self._mode != VOLUME),
            (self.minutes, self._mode == BALANCE),
            (self.minutes_label, self._mode == BALANCE),
            (self.path, self._mode == FILE),
            (self.read, self._mode == FILE),
        )
        for widget, visible in shown:
            widget.setVisible(visible)
        self.begin.setText("Put into a test record" if self._mode == FILE else "Begin")
        self._say("")
        self._offer()

    def _figure(self, entry: QLineEdit) -> Decimal | None:
        try:
            figure = Decimal(entry.text().strip().replace(",", "."))
        except InvalidOperation:
            return None
        return figure if figure.is_finite() and 0 < figure < 1000 else None

    def _read(self) -> None:
        self._weights = ()
        rate = self._figure(self.rate)
        path = Path(self.path.text().strip()).expanduser()
        try:
            if rate is None:
                raise NotMeasured("Enter the rate the pump was set to, in mL/h.")
            if path.stat().st_size > LARGEST_FILE:
                raise NotMeasured("The file is too large to be weights of one run.")
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            weights = weighings_of(lines)
            found = flow_test(weights, float(rate), PumpTrial().density_g_ml)
        except NotMeasured as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"{path} cannot be read: {error.strerror or error}.")
        else:
            self._weights = weights
            self.show_curves(curves_of_test(found))
            short = " It was shorter than the standard's two hours." if found.short else ""
            self._say(f"{len(weights)} weights were read.{short}")
        self._offer()

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _why_not(self) -> str:
        if not self._may:
            return "Only looking: sign in as a technician to test."
        if self.panel.going:
            return "A test is going on."
        if not self._pump:
            return "No pump is bound to this room."
        if self._mode != VOLUME and self._figure(self.rate) is None:
            return "Enter the rate in mL/h, above 0 and below 1000."
        if self._mode == BALANCE and (not self.port.text().strip() or self._figure(self.minutes) is None):
            return "Enter the port of the balance, and for how many minutes."
        if self._mode == FILE and not self._weights:
            return "Read the file first."
        return "" if self.guard.said else "Say first that no patient is connected."

    def _offer(self) -> None:
        why_not = self._why_not()
        self.why.setText(why_not)
        self.begin.setEnabled(not why_not)
        self.guard.hold.setEnabled(self._may and bool(self._pump) and not self.panel.going)

    def _begin(self) -> None:
        if self._why_not():
            return
        minutes = self._figure(self.minutes)
        flows = self._mode != VOLUME
        wanted = BenchBegin(
            self._pump,
            ("flow",) if flows else ("volume",),
            no_patient=self.guard.said,
            balance=self.port.text().strip() if self._mode == BALANCE else "",
            weights=tuple((one.at_s, one.grams) for one in self._weights) if self._mode == FILE else (),
            flow_ml_h=self._figure(self.rate) if flows else None,
            flow_min=int(minutes) if self._mode == BALANCE and minutes is not None else None,
        )
        self.guard.take_back()
        self.begin_wanted.emit(wanted)
