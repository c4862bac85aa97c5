"""The wire view: every byte of a port, both ways, beside what it means; searched, exported, captured."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.clock import NS_PER_S
from console.devices.bench.wire_log import WireLine
from console.devices.bench.wire_view import capture_text, table_text
from console.room.bench_desk_wire import BenchStatus
from console.ui.technician.parts import card, item_key, key, label
from console.ui.technician.wire_table import WireModel, WireTable
from console.ui.theme import Theme
from console.ui.viewmodels.bench_wire_rows import Filter, WireRows

SEARCH_PLACEHOLDER = "Search: 02 08, ACK, SpO₂ …"


class WireSection(QWidget):
    """Ports and keys above the table.

    Signals:
        port_chosen: Binding to be shown from now on.
    """

    port_chosen = Signal(str)

    def __init__(self, theme: Theme, folder: Path, parent: QWidget | None = None) -> None:
        """``folder``: where exports and captures are written."""
        super().__init__(parent)
        self._theme, self._folder = theme, folder
        self.port = ""
        self._drivers: dict[str, str] = {}
        self._ports: dict[str, str] = {}
        self.kept: dict[str, WireRows] = {}
        self._file: IO[str] | None = None
        self._file_path = Path()
        self._file_port = ""
        self._now_ns = 0
        self.model = WireModel(theme, self)
        self.table = WireTable(theme, self.model, self)
        self.ports: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._ports_row = QHBoxLayout()
        self.search = QLineEdit(self)
        self.search.setObjectName("wire_search")
        self.search.setPlaceholderText(SEARCH_PLACEHOLDER)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.sent, self.received = (
            self._toggle("wire_sent", "Sent"),
            self._toggle("wire_received", "Received"),
        )
        self.pause = self._toggle("wire_pause", "Pause", on=False)
        self.export_table = key("Export as table", "wire_export_table", self)
        self.export_capture = key("Export as capture", "wire_export_capture", self)
        self.to_file = self._toggle("wire_capture", "Capture to file", on=False)
        self.export_table.clicked.connect(partial(self._export, "txt"))
        self.export_capture.clicked.connect(partial(self._export, "jsonl"))
        for toggle in (self.sent, self.received):
            toggle.clicked.connect(self._filter)
        self.pause.clicked.connect(self._pause)
        self.to_file.clicked.connect(self._capture)
        self.said = label("", "heed", self)
        self.said.hide()
        self.counted = label("", "small", self, wraps=False)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        upper.addLayout(self._ports_row)
        upper.addStretch(1)
        for widget in (self.export_table, self.export_capture, self.to_file):
            upper.addWidget(widget)
        lower.addWidget(self.search, 1)
        for widget in (self.sent, self.received, self.pause):
            lower.addWidget(widget)
        self._frame, self._column = card(self)
        self._column.addLayout(upper)
        self._column.addLayout(lower)
        self._column.addWidget(self.said)
        self._column.addWidget(self.table, 1)
        self._column.addWidget(self.counted)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._frame)
        self.rescale()

    def _toggle(self, name: str, text: str, *, on: bool = True) -> QPushButton:
        made = key(text, name, self, "tool")
        made.setCheckable(True)
        made.setChecked(on)
        return made

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._column.setContentsMargins(px(18), px(14), px(18), px(10))
        self._column.setSpacing(px(10))

    @property
    def capturing(self) -> bool:
        """A capture to a file goes on: its port is read even while another page is shown."""
        return self._file is not None

    @property
    def after(self) -> int:
        """Number of the last line this window has of the port shown."""
        kept = self.kept.get(self.port)
        return 0 if kept is None else kept.last

    def set_status(self, status: BenchStatus) -> None:
        """Offer the ports, and take the lines that came with the answer."""
        self._now_ns = status.at.wall_utc_ns
        self._drivers = {one.name: one.driver for one in status.devices}
        self._ports = {one.name: one.port for one in status.devices}
        for one in status.devices:
            if one.name not in self.ports:
                made = item_key(one.name, f"wire_port_{one.name}", self)
                made.clicked.connect(partial(self.choose, one.name))
                self._group.addButton(made)
                self._ports_row.addWidget(made)
                self.ports[one.name] = made
        if not self.port and status.devices:
            self.choose(status.devices[0].name)
        if status.wire == self.port and status.lines:
            self._take(status.lines)

    def choose(self, name: str) -> None:
        """Show the bytes of another port."""
        self.port = name
        self.ports[name].setChecked(True)
        self.kept.setdefault(name, WireRows(self._drivers.get(name, "")))
        self._filter()
        self.port_chosen.emit(name)

    def _take(self, lines: tuple[WireLine, ...]) -> None:
        kept = self.kept[self.port]
        before, after = kept.last, lines[-1].number
        if before and after < before:
            # The room began anew: its lines are counted from one again.
            kept = self.kept[self.port] = WireRows(kept.device)
            self.model.replace([])
        made = kept.add(lines)
        if self._file is not None and self.port == self._file_port:
            self._keep([line for line in lines if line.number > before])
        if not self.pause.isChecked():
            bar = self.table.verticalScrollBar()
            at_end = bar.value() >= bar.maximum() - 1
            self.model.grow(kept.fresh_shown(made, self._wanted()))
            self.model.mend(kept.mended)
            if at_end:
                self.table.scrollToBottom()
        self._count()

    def _wanted(self) -> Filter:
        return Filter(self.search.text(), self.sent.isChecked(), self.received.isChecked())

    def _filter(self) -> None:
        kept = self.kept.get(self.port)
        self.model.replace([] if kept is None else kept.shown(self._wanted()))
        self.table.scrollToBottom()
        self._count()

    def _pause(self) -> None:
        self.pause.setText("Go on" if self.pause.isChecked() else "Pause")
        if not self.pause.isChecked():
            self._filter()
        self._count()

    def _count(self) -> None:
        kept = self.kept.get(self.port)
        total = 0 if kept is None else len(kept.rows)
        missed = 0 if kept is None else kept.missed
        words = f"{len(self.model.rows)} of {total} lines shown"
        if missed:
            words += f"  ·  {missed} lines came faster than they were read"
        if self.pause.isChecked():
            words += "  ·  paused; what comes meanwhile is kept"
        self.counted.setText(words)

    # --- files ------------------------------------------------------------------------------------

    def _name(self, ending: str) -> Path:
        at = datetime.fromtimestamp(self._now_ns // NS_PER_S, UTC)
        return self._folder / f"{self.port or 'port'}-{at:%Y%m%d-%H%M%S}.{ending}"

    def _export(self, ending: str) -> None:
        kept = self.kept.get(self.port)
        if kept is None or not self.model.rows:
            self._say("There is nothing to export: no line is shown.")
            return
        numbers = {row.number for row in self.model.rows}
        if ending == "txt":
            text = table_text(self.model.rows)
        else:
            lines = [line for line in kept.lines if line.number in numbers]
            text = capture_text(lines, self._ports.get(self.port, self.port))
        path = self._name(ending)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            self._say(f"{path} cannot be written: {error.strerror or error}.")
        else:
            self._say(f"{len(numbers)} lines are in {path}.")

    def _capture(self) -> None:
        if not self.to_file.isChecked():
            self.close_file()
            return
        self._file_path, self._file_port = self._name("capture.jsonl"), self.port
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = self._file_path.open("w", encoding="utf-8")
            self._file.write(capture_text((), self._ports.get(self.port, self.port)))
        except OSError as error:
            self._fail(error)
        else:
            self._say(
                f"Every byte of {self._file_port} goes to {self._file_path} until this is switched off."
            )

    def _keep(self, lines: list[WireLine]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(capture_text(lines, "").partition("\n")[2])
            self._file.flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self._file = None
        self.to_file.setChecked(False)
        self._say(f"{self._file_path} cannot be written: {error.strerror or error}.")

    def close_file(self) -> None:
        """End the capture, if one goes on."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self.to_file.setChecked(False)
            self._say(f"The capture is in {self._file_path}.")

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))
