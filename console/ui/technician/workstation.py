"""This computer on the bench: how the room stands, and the test of sound, screen, clock, disk and record."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from console.room.bench_wire import WORKSTATION, BenchBegin
from console.room.wire import Hello, Live
from console.ui.technician.parts import Facts, card, key, label
from console.ui.technician.run_panel import RunPanel
from console.ui.theme import Theme

UNKNOWN = "--"
DOES = (
    "Sounds the alarm tones, shows colours and a touch grid, compares the clocks, times the disk, checks "
    "every link of the record, backs it up, restores the copy and compares, and asks the archive for an "
    "answer."
)


class WorkstationSection(QWidget):
    """The room's own status at the left, the run at the right.

    Signals:
        begin_wanted: A BenchBegin.
    """

    begin_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._frame, self._column = card(self)
        self.facts = Facts(theme, self)
        self.begin = key("Test this computer", "bench_begin_workstation", self, "primary")
        self.begin.clicked.connect(self._begin)
        self.why = label("", "small", self)
        self._column.addWidget(label("This computer", "cardtitle", self))
        self._column.addWidget(self.facts)
        self._column.addStretch(1)
        self._column.addWidget(label(DOES, "small", self))
        self._column.addWidget(self.begin)
        self._column.addWidget(self.why)
        self.panel = RunPanel(theme, self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._frame)
        self._row.addWidget(self.panel, 1)
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._row.setSpacing(px(14))
        self._column.setContentsMargins(px(18), px(14), px(18), px(14))
        self._column.setSpacing(px(10))
        self._frame.setFixedWidth(px(460))
        self.facts.follow_scale()

    def set_room(self, hello: Hello | None, live: Live | None, *, may: bool) -> None:
        """Show what the room says of itself."""
        self.facts.show_facts(
            (
                ("Room", UNKNOWN if hello is None else hello.room_name),
                ("Version", UNKNOWN if hello is None else hello.app_version),
                ("Record", UNKNOWN if hello is None else hello.record_path),
                ("Writing", _yes(live, "written", "NOT RECORDING", lambda one: one.recording)),
                ("Alarm sound", _yes(live, "can be heard", "NO SOUND", lambda one: one.sound)),
                ("Archive", UNKNOWN if live is None else live.archive.sentence),
                ("Entries waiting", UNKNOWN if live is None else f"{live.archive.waiting}"),
            )
        )
        going = self.panel.going
        self.begin.setEnabled(may and not going)
        looking = "" if may else "Only looking: sign in as a technician to test."
        self.why.setText("A test is going on." if going else looking)

    def _begin(self) -> None:
        self.begin_wanted.emit(BenchBegin(WORKSTATION))


def _yes(live: Live | None, good: str, bad: str, asked: Callable[[Live], bool]) -> str:
    if live is None:
        return UNKNOWN
    return good if asked(live) else bad
