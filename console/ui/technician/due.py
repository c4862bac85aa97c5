"""What is due, and the history of each device: runs, one figure over time, certificates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from console.room.bench_desk_wire import DeviceStatus
from console.session.bench import WORDS, Verdict
from console.storage.bench_records import SignedRun, figure_history
from console.ui.technician.certificate import CertificateNotWritten, certificate_name, write_certificate
from console.ui.technician.parts import card, item_key, key, label, mark, scrolled
from console.ui.technician.plots import HistoryPlot
from console.ui.theme import Theme
from console.ui.viewmodels.bench_due import DueRow, due_rows, plotted

SHOWN_RUNS = 40
SIGNS = {True: "✕", False: "✓"}


class DueSection(QWidget):
    """Devices at the left, the history of the chosen one at the right.

    Signals:
        changed: How many devices are failed or overdue.
    """

    changed = Signal(int)

    def __init__(
        self, theme: Theme, folder: Path, zone: tzinfo | None = None, parent: QWidget | None = None
    ) -> None:
        """``folder``: where certificates are written."""
        super().__init__(parent)
        self._theme, self._folder, self._zone = theme, folder, zone
        self.rows: tuple[DueRow, ...] = ()
        self._chosen = ""
        self._list_frame, self._list_column = card(self)
        self._list = QWidget(self)
        self._items = QVBoxLayout(self._list)
        self._items.setContentsMargins(0, 0, 0, 0)
        self._items.addStretch(1)
        self._group = QButtonGroup(self)
        self._widgets: list[DueWidget] = []
        self.trouble = label("", "refused", self)
        self.trouble.hide()
        self._list_column.addWidget(label("Tests of the devices", "cardtitle", self))
        self._list_column.addWidget(self.trouble)
        self._list_column.addWidget(scrolled(self._list, self), 1)
        self._frame, self._column = card(self)
        self.title = label("", "cardtitle", self)
        self.sentence = label("", "words", self)
        self.figure = QComboBox(self)
        self.figure.setObjectName("due_figure")
        self.figure.currentIndexChanged.connect(self._plot)
        self.plot = HistoryPlot(theme, self)
        self.said = label("", "heed", self)
        self.said.hide()
        self._runs = QWidget(self)
        self._runs_column = QVBoxLayout(self._runs)
        self._runs_column.setContentsMargins(0, 0, 0, 0)
        self._runs_column.addStretch(1)
        self.runs: list[RunLine] = []
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.figure)
        self._column.addLayout(head)
        self._column.addWidget(self.sentence)
        self._column.addWidget(self.plot, 1)
        self._column.addWidget(self.said)
        self._column.addWidget(scrolled(self._runs, self), 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._list_frame)
        self._row.addWidget(self._frame, 1)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._row.setSpacing(px(14))
        for column in (self._list_column, self._column):
            column.setContentsMargins(px(18), px(14), px(18), px(14))
            column.setSpacing(px(10))
        self._items.setSpacing(px(8))
        self._runs_column.setSpacing(px(6))
        self._list_frame.setFixedWidth(px(560))

    def show_trouble(self, sentence: str) -> None:
        """Why the tests cannot be read."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def set_tests(
        self,
        devices: tuple[DeviceStatus, ...],
        signed: tuple[SignedRun, ...],
        today: date,
        *,
        simulated: bool,
    ) -> None:
        """Show how everything stands today."""
        rows = due_rows(devices, signed, today, simulated=simulated)
        if rows == self.rows:
            return
        self.rows = rows
        for old in self._widgets:
            self._items.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._widgets = []
        for row in rows:
            made = DueWidget(self._theme, row, self._list)
            made.key.clicked.connect(partial(self.choose, row.key))
            self._group.addButton(made.key)
            self._items.insertWidget(self._items.count() - 1, made)
            self._widgets.append(made)
        self.changed.emit(sum(row.urgent for row in rows))
        known = {row.key for row in rows}
        if rows:
            self.choose(self._chosen if self._chosen in known else rows[0].key)

    def choose(self, device: str) -> None:
        """Show the history of a device."""
        row = next(one for one in self.rows if one.key == device)
        if device != self._chosen:
            self._say("")
        self._chosen = device
        for widget in self._widgets:
            widget.key.setChecked(widget.row.key == device)
        self.title.setText(row.name)
        self.sentence.setText(row.sentence)
        self.figure.blockSignals(True)
        self.figure.clear()
        for check, name, unit in plotted(row.runs):
            self.figure.addItem(f"{name}, {unit}", (check, name))
        self.figure.blockSignals(False)
        self.figure.setVisible(self.figure.count() > 0)
        self._plot()
        self._list_runs(row.runs)

    def _plot(self) -> None:
        row = next((one for one in self.rows if one.key == self._chosen), None)
        chosen = self.figure.currentData()
        if row is None or chosen is None:
            self.plot.set_points("History", ())
            return
        check, name = chosen
        points = figure_history(row.runs, str(check), str(name))
        self.plot.set_points(self.figure.currentText(), points)

    def _list_runs(self, runs: Sequence[SignedRun]) -> None:
        for old in self.runs:
            self._runs_column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.runs = []
        for signed in reversed(runs[-SHOWN_RUNS:]):
            made = RunLine(self._theme, signed, self._zone, self._runs)
            made.print_key.clicked.connect(partial(self.print_run, signed))
            self._runs_column.insertWidget(self._runs_column.count() - 1, made)
            self.runs.append(made)

    def print_run(self, signed: SignedRun) -> None:
        """Write the certificate of a run."""
        path = self._folder / certificate_name(signed)
        try:
            write_certificate(signed, path)
        except CertificateNotWritten as error:
            self._say(str(error))
        else:
            self._say(f"The certificate is in {path}.")

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))


class DueWidget(QWidget):
    """One device of the list."""

    def __init__(self, theme: Theme, row: DueRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self.key = item_key(row.name, f"due_{row.key}", self)
        sign = QLabel("?" if row.heed and not row.urgent and not row.runs else SIGNS[row.urgent], self)
        standing = QLabel(row.standing, self)
        for part in (sign, standing):
            mark(part, "failed" if row.urgent else "now" if row.heed else "passed")
        sign.setFixedWidth(theme.px(22))
        standing.setFixedWidth(theme.px(130))
        words = label(row.sentence, "small", self)
        lower = QHBoxLayout()
        lower.setContentsMargins(theme.px(12), 0, 0, 0)
        for part in (sign, standing):
            lower.addWidget(part)
        lower.addWidget(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.px(8))
        column.setSpacing(theme.px(4))
        column.addWidget(self.key)
        column.addLayout(lower)
        self.setAccessibleName(f"{row.name}: {row.standing}. {row.sentence}")


class RunLine(QWidget):
    """One signed run."""

    def __init__(
        self, theme: Theme, signed: SignedRun, zone: tzinfo | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        run = signed.run
        at = signed.at.wall_utc.astimezone(zone)
        when = label(f"{at:%Y-%m-%d %H:%M}", "words", self, wraps=False)
        verdict = label(WORDS[run.verdict].capitalize(), "words", self, wraps=False)
        mark(verdict, run.verdict.value)
        verdict.setFixedWidth(theme.px(110))
        done = sum(one.verdict is not Verdict.NOT_DONE for one in run.checks)
        failed = run.failed[0].sentence if run.failed else f"{done} of {len(run.checks)} checks done"
        words = label(f"{signed.by.name}. {failed}{f' {run.note}' if run.note else ''}", "small", self)
        self.print_key = key("Certificate", f"certificate_{signed.seq}", self, "tool")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        row.addWidget(when)
        row.addWidget(verdict)
        row.addWidget(words, 1)
        row.addWidget(self.print_key)
