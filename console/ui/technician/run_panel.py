"""A run as it goes: every check with its verdict, what is asked in place, and the signature at its end."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from console.devices.bench.procedure import CANNOT, Answer, Ask, Deed, Wants
from console.devices.bench.stepper import BenchPicture
from console.room.bench_wire import BenchShown
from console.session.bench import BenchRun
from console.ui.technician.parts import card, key, label, mark, scrolled
from console.ui.technician.screen_test import ColourBars, TouchGrid
from console.ui.technician.sign_form import SignForm
from console.ui.theme import Theme
from console.ui.viewmodels.bench_run import CheckRow, check_rows, run_words


class RunPanel(QWidget):
    """One run.

    Signals:
        answered: What a person answered.
        end_wanted: The run is to be ended.
        sign_wanted: User id, PIN and note.

    Attributes:
        run: What is to be signed, None while it is not over.
    """

    answered = Signal(object)
    end_wanted = Signal()
    sign_wanted = Signal(str, str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.picture: BenchPicture | None = None
        self.run: BenchRun | None = None
        self._frame, self._column = card(self)
        self.head = label(run_words(None), "cardtitle", self)
        self.end = key("End the test", "bench_end", self)
        self.end.clicked.connect(self.end_wanted)
        self.refused = label("", "refused", self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.ask = AskFrame(theme, self)
        self.ask.answered.connect(self.answered)
        self._list = QWidget(self)
        self._rows_column = QVBoxLayout(self._list)
        self._rows_column.setContentsMargins(0, 0, 0, 0)
        self._rows_column.addStretch(1)
        self._rows: list[RunRow] = []
        self.sign = SignForm(theme, self)
        self.sign.wanted.connect(self.sign_wanted)
        self._head_row = QHBoxLayout()
        self._head_row.addWidget(self.head, 1)
        self._head_row.addWidget(self.end)
        self._column.addLayout(self._head_row)
        for widget in (self.bar, self.refused, self.ask):
            self._column.addWidget(widget)
        self._column.addWidget(scrolled(self._list, self), 1)
        self._column.addWidget(self.sign)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._frame)
        self.show_refused("")
        self._follow()
        self.rescale()

    def rescale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self._column.setContentsMargins(px(20), px(14), px(20), px(16))
        self._column.setSpacing(px(10))
        self._rows_column.setSpacing(px(8))
        for row in self._rows:
            row.follow_scale()

    def show_refused(self, sentence: str) -> None:
        """Why no run was begun."""
        self.refused.setText(sentence)
        self.refused.setVisible(bool(sentence))

    def take(self, shown: BenchShown) -> None:
        """Show how far the run is."""
        self.show_refused(shown.refused)
        if shown.picture is None:
            return
        before, self.picture, self.run = self.picture, shown.picture, shown.run
        if before is None or before.finished:
            self.sign.forget()
        self._follow()

    def _follow(self) -> None:
        picture = self.picture
        rows = () if picture is None else check_rows(picture)
        while len(self._rows) < len(rows):
            self._rows.append(RunRow(self._theme, self._list))
            self._rows_column.insertWidget(self._rows_column.count() - 1, self._rows[-1])
        for place, widget in enumerate(self._rows):
            if widget.isHidden() == (place < len(rows)):
                widget.setVisible(place < len(rows))
            if place < len(rows):
                widget.set_row(rows[place])
        self.head.setText(run_words(picture))
        going = picture is not None and not picture.finished
        self.end.setVisible(going)
        share = None if picture is None or not going else picture.share
        self.bar.setVisible(going)
        self.bar.setRange(0, 0 if going and share is None else 1000)
        self.bar.setValue(round((share or 0.0) * 1000))
        self.ask.set_ask(None if picture is None or not going else picture.asks)
        self.sign.setVisible(self.run is not None)

    @property
    def going(self) -> bool:
        """A run goes on here."""
        return self.picture is not None and not self.picture.finished


class RunRow(QWidget):
    """One check."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: CheckRow | None = None
        self.sign = QLabel("", self)
        self.sign.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.title = label("", "words", self, wraps=False)
        self.sentence = label("", "words", self)
        self.figures = label("", "small", self)
        self._column = QVBoxLayout()
        for part in (self.sentence, self.figures):
            self._column.addWidget(part)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.sign)
        self._row.addWidget(self.title, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(self._column, 1)
        self.follow_scale()

    def follow_scale(self) -> None:
        """Follow the scale of the window."""
        px = self._theme.px
        self.sign.setFixedWidth(px(26))
        self.title.setFixedWidth(px(210))
        self._row.setSpacing(px(10))
        self._column.setSpacing(px(2))

    def set_row(self, row: CheckRow) -> None:
        """Show a check."""
        if row == self._shown:
            return
        self._shown = row
        self.sign.setText(row.mark)
        mark(
            self.sign, row.verdict.value if row.verdict is not None else "now" if row.current else "not_done"
        )
        self.title.setText(row.title)
        self.sentence.setText(row.sentence)
        self.figures.setText(row.figures)
        self.figures.setVisible(bool(row.figures))
        self.setAccessibleName(f"{row.title}: {row.sentence}")


class AskFrame(QFrame):
    """What a check asks of a person, answered in place.

    Signals:
        answered: An answer.
    """

    answered = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("askframe")
        self._theme = theme
        self._ask: Ask | None = None
        self.sentence = label("", "ask", self)
        self.colours = ColourBars(theme, self)
        self.grid = TouchGrid(theme, self)
        self.grid.complete.connect(self._yes)
        self.number = QLineEdit(self)
        self.number.setObjectName("ask_number")
        self.number.setMaxLength(12)
        self.number.setPlaceholderText("Figure")
        self.number.returnPressed.connect(self._figure)
        self.unit = QComboBox(self)
        self.unit.setObjectName("ask_unit")
        self.done = key("Done", "ask_done", self, "primary")
        self.yes = key("Yes", "ask_yes", self, "primary")
        self.no = key("No", "ask_no", self)
        self.enter = key("Enter", "ask_enter", self, "primary")
        self.cannot = key("Pass over", "ask_cannot", self)
        self.done.clicked.connect(self._done)
        self.yes.clicked.connect(self._yes)
        self.no.clicked.connect(self._no)
        self.enter.clicked.connect(self._figure)
        self.cannot.clicked.connect(self._cannot)
        self._keys = QHBoxLayout()
        for widget in (self.number, self.unit, self.done, self.yes, self.no, self.enter):
            self._keys.addWidget(widget)
        self._keys.addStretch(1)
        self._keys.addWidget(self.cannot)
        self._column = QVBoxLayout(self)
        for part in (self.sentence, self.colours, self.grid):
            self._column.addWidget(part)
        self._column.addLayout(self._keys)
        self.hide()

    def set_ask(self, ask: Ask | None) -> None:
        """Show what is asked; nothing typed before counts for another question."""
        if ask == self._ask:
            return
        self._ask = ask
        self.setVisible(ask is not None)
        if ask is None:
            return
        px = self._theme.px
        self._column.setContentsMargins(px(18), px(14), px(18), px(14))
        self._column.setSpacing(px(12))
        self.sentence.setText(ask.sentence)
        self.number.clear()
        self.unit.clear()
        self.unit.addItems(list(ask.units))
        wants = ask.wants
        for widget in (self.number, self.unit, self.enter):
            widget.setVisible(wants is Wants.NUMBER)
        self.done.setVisible(wants is Wants.DONE)
        touching = ask.deed is Deed.TOUCH_GRID
        self.yes.setVisible(wants is Wants.YES_NO and not touching)
        self.no.setVisible(wants is Wants.YES_NO)
        self.no.setText("A field cannot be reached" if touching else "No")
        self.colours.setVisible(ask.deed is Deed.SEE_COLOURS)
        self.grid.setVisible(touching)
        self.grid.clear()

    def _tell(self, answer: Answer) -> None:
        if self._ask is not None:
            self.set_ask(None)
            self.answered.emit(answer)

    def _done(self) -> None:
        self._tell(Answer())

    def _yes(self) -> None:
        self._tell(Answer(yes=True))

    def _no(self) -> None:
        self._tell(Answer(yes=False))

    def _cannot(self) -> None:
        self._tell(CANNOT)

    def _figure(self) -> None:
        try:
            figure = float(self.number.text().strip().replace(",", "."))
        except ValueError:
            self.number.setFocus()
            self.number.selectAll()
            return
        self._tell(Answer(number=figure, unit=self.unit.currentText()))
