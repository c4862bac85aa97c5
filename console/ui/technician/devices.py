"""Devices of the room: lamps, line, identity; the search for others, and binding what was found."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from console.devices.about import Role
from console.devices.catalogue import about, device_names
from console.room.bench_desk_wire import BenchStatus
from console.ui.technician.parts import Facts, card, key, label, mark, restyled, scrolled, ticked
from console.ui.theme import Theme
from console.ui.viewmodels.bench_devices import (
    DeviceCard,
    FindingRow,
    device_card,
    finding_rows,
    search_words,
)
from console.ui.widgets.hold_button import HoldButton

NOTHING_BOUND = "No device is bound to this room yet: search, then bind what was found."
ADD = "Add as a further monitor"


class DevicesSection(QWidget):
    """Cards of devices above, the search below.

    Signals:
        search_wanted: Search, also at other speeds if True.
        end_wanted: Break the search off.
        bind_wanted: Port of today, and the monitor whose place it takes.
        restart_wanted: Restart room and window.
    """

    search_wanted = Signal(bool)
    end_wanted = Signal()
    bind_wanted = Signal(str, str)
    restart_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._roles = {name: about(name).role for name in device_names()}
        self._may = False
        self._monitors: tuple[str, ...] = ()
        self.cards: list[CardWidget] = []
        self._cards_grid = QGridLayout()
        self.none = label(
            "No device is bound to this room yet: search, then bind what was found.", "words", self
        )
        self.sources = label("", "small", self)
        self._frame, self._search_column = card(self)
        self.head = label("Search for devices", "cardtitle", self)
        self.words = label("", "words", self)
        self.answer = label("", "heed", self)
        self.answer.hide()
        self.begin = key("Search devices", "search_begin", self, "primary")
        self.stop = key("End the search", "search_end", self)
        self.speeds = ticked("Also at other speeds (takes longer)", "search_speeds", self)
        self.begin.clicked.connect(self._search)
        self.stop.clicked.connect(self.end_wanted)
        self.restart_words = label("", "heed", self)
        self.restart = HoldButton(theme, "Restart the console", "rate", self)
        self.restart.setObjectName("bench_restart")
        self.restart.held.connect(self._restart)
        self._findings = QWidget(self)
        self._rows_column = QVBoxLayout(self._findings)
        self._rows_column.setContentsMargins(0, 0, 0, 0)
        self._rows_column.addStretch(1)
        self.rows: list[FindingWidget] = []
        self._shown: tuple[FindingRow, ...] = ()
        head_row, restart_row = QHBoxLayout(), QHBoxLayout()
        head_row.addWidget(self.head, 1)
        for widget in (self.speeds, self.begin, self.stop):
            head_row.addWidget(widget)
        restart_row.addWidget(self.restart_words, 1)
        restart_row.addWidget(self.restart)
        self._search_column.addLayout(head_row)
        self._search_column.addWidget(self.words)
        self._search_column.addWidget(self.answer)
        self._search_column.addLayout(restart_row)
        self._search_column.addWidget(scrolled(self._findings, self), 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.none)
        self._column.addLayout(self._cards_grid)
        self._column.addWidget(self.sources)
        self._column.addWidget(self._frame, 1)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._column.setSpacing(px(12))
        self._cards_grid.setSpacing(px(14))
        self._search_column.setContentsMargins(px(20), px(12), px(20), px(14))
        self._search_column.setSpacing(px(8))
        self._rows_column.setSpacing(px(8))
        self.restart.setFixedWidth(px(360))

    def set_status(self, status: BenchStatus, *, may: bool) -> None:
        """Show how everything stands."""
        self._may = may
        self._monitors = tuple(one.name for one in status.devices if one.role is Role.MONITOR)
        while len(self.cards) < len(status.devices):
            place = len(self.cards)
            self.cards.append(CardWidget(self._theme, self))
            self._cards_grid.addWidget(self.cards[-1], place // 2, place % 2)
        for place, widget in enumerate(self.cards):
            widget.setVisible(place < len(status.devices))
            if place < len(status.devices):
                widget.set_card(device_card(status.devices[place]))
        self.none.setVisible(not status.devices)
        told = "   ".join(f"{vital}: {words}" for vital, words in status.sources)
        self.sources.setText(f"Who speaks for a vital sign, best first.   {told}")
        search = status.search
        self.words.setText(search_words(search))
        self.begin.setEnabled(may and not search.going)
        self.speeds.setEnabled(may and not search.going)
        self.stop.setVisible(search.going)
        self.stop.setEnabled(may)
        self.restart_words.setText(status.restart)
        self.restart_words.setVisible(bool(status.restart))
        self.restart.setVisible(bool(status.restart))
        self.restart.setEnabled(may)
        self._show_findings(finding_rows(search, self._roles))

    def _show_findings(self, rows: tuple[FindingRow, ...]) -> None:
        if rows == self._shown and all(row.may == self._may for row in self.rows):
            return
        self._shown = rows
        for old in self.rows:
            self._rows_column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = []
        for row in rows:
            made = FindingWidget(self._theme, row, self._monitors, may=self._may, parent=self._findings)
            made.bind_wanted.connect(self.bind_wanted)
            self.rows.append(made)
            self._rows_column.insertWidget(self._rows_column.count() - 1, made)

    def say(self, sentences: tuple[str, ...], *, refused: bool) -> None:
        """What the room answered."""
        restyled(self.answer, "refused" if refused else "heed")
        self.answer.setText(" ".join(sentences))
        self.answer.setVisible(bool(sentences))

    def _search(self) -> None:
        self.search_wanted.emit(self.speeds.isChecked())

    def _restart(self, _command_id: str) -> None:
        self.restart_wanted.emit()


class CardWidget(QWidget):
    """One device."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._frame, self._column = card(self)
        self.title = label("", "cardtitle", self, wraps=False)
        self.port_lamp, self.answer_lamp = QLabel("", self), QLabel("", self)
        self.sentence = label("", "small", self)
        self.facts = Facts(theme, self)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.port_lamp)
        head.addWidget(self.answer_lamp)
        self._column.addLayout(head)
        self._column.addWidget(self.sentence)
        self._column.addWidget(self.facts)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._frame)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._column.setContentsMargins(px(20), px(10), px(20), px(12))
        self._column.setSpacing(px(5))
        self.facts.follow_scale()

    def set_card(self, shown: DeviceCard) -> None:
        """Show a device."""
        self.title.setText(shown.title)
        for lamp, on, words in (
            (self.port_lamp, shown.port_lamp, ("port open", "port closed")),
            (self.answer_lamp, shown.answer_lamp, ("answers", "silent")),
        ):
            lamp.setText(("● " if on else "○ ") + words[0 if on else 1])
            mark(lamp, "passed" if on else "not_done")
        self.sentence.setText(shown.sentence)
        self.facts.show_facts(shown.facts)
        self.setAccessibleName(f"{shown.title}: {shown.sentence}")


class FindingWidget(QWidget):
    """One port after the search.

    Signals:
        bind_wanted: Port of today, and the monitor whose place it takes.
    """

    bind_wanted = Signal(str, str)

    def __init__(
        self,
        theme: Theme,
        row: FindingRow,
        monitors: tuple[str, ...],
        *,
        may: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.row, self.may = row, may
        place = row.port.rsplit("/", 1)[-1]
        port = label(row.port, "words", self, wraps=False)
        port.setFixedWidth(theme.px(210))
        verdict = label(row.verdict, "words", self, wraps=False)
        verdict.setFixedWidth(theme.px(170))
        mark(verdict, "passed" if row.found else "not_done")
        words = label(" ".join(filter(None, (row.sentence, row.standing))), "words", self)
        line = QHBoxLayout()
        line.setSpacing(theme.px(12))
        for part in (port, verdict):
            line.addWidget(part)
        line.addWidget(words, 1)
        self.instead = QComboBox(self)
        self.instead.setObjectName(f"instead_{place}")
        self.instead.addItem(ADD, "")
        for name in monitors:
            self.instead.addItem(f"In place of {name}", name)
        self.instead.setVisible(row.binds_as == Role.MONITOR.value)
        self.bind = key(f"Bind as {row.binds_as or 'device'}", f"bind_{place}", self)
        self.bind.setVisible(bool(row.binds_as))
        self.bind.setEnabled(may)
        self.bind.clicked.connect(partial(self._bind, row.port))
        line.addWidget(self.instead)
        line.addWidget(self.bind)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        column.addLayout(line)
        for proof in (row.adapter, *row.evidence):
            if proof:
                column.addWidget(label(proof, "small", self))
        self.setAccessibleName(f"{row.port}: {row.verdict}. {row.sentence}")

    def _bind(self, port: str) -> None:
        chosen = self.instead.currentData() if self.instead.isVisible() else ""
        self.bind_wanted.emit(port, str(chosen or ""))
