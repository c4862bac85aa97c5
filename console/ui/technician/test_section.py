"""The self-test of a device: choose it, say that no patient is connected, begin, and watch."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.devices.about import Role
from console.room.bench_desk_wire import BenchStatus, DeviceStatus
from console.room.bench_wire import BenchBegin
from console.ui.technician.parts import card, item_key, key, label, scrolled, ticked
from console.ui.technician.run_panel import RunPanel
from console.ui.theme import Theme
from console.ui.viewmodels.bench_run import checks_of, expected_of
from console.ui.widgets.hold_button import HoldButton

NO_PATIENT = "No patient is connected"
CONFIRMED = "✓  Said: no patient is connected."
NOT_CONFIRMED = "Look at the patient's side: hold the key when nobody is connected to this device."


class NoPatient(QWidget):
    """The guard before a test: held, and good for one run of one device.

    Signals:
        changed: It was said, or taken back.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = False
        self.hold = HoldButton(theme, NO_PATIENT, "user", self)
        self.hold.setObjectName("no_patient")
        self.hold.held.connect(self._held)
        self.words = label(NOT_CONFIRMED, "small", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.hold)
        column.addWidget(self.words)

    def take_back(self) -> None:
        """Another device, another run: it has to be said again."""
        self.said = False
        self.words.setText(NOT_CONFIRMED)
        self.changed.emit()

    def _held(self, _command_id: str) -> None:
        self.said = True
        self.words.setText(CONFIRMED)
        self.changed.emit()


class TestSection(QWidget):
    """The choice at the left, the run at the right.

    Signals:
        begin_wanted: A BenchBegin.
    """

    __test__ = False

    begin_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._may = False
        self._devices: tuple[DeviceStatus, ...] = ()
        self._chosen = ""
        self._frame, self._column = card(self)
        self._device_keys = QButtonGroup(self)
        self._device_column, self._checks_column = QVBoxLayout(), QVBoxLayout()
        self.devices: dict[str, QPushButton] = {}
        self.checks: dict[str, QCheckBox] = {}
        self._checks_place = QWidget(self)
        self._checks_place.setLayout(self._checks_column)
        self._checks_column.setContentsMargins(0, 0, 0, 0)
        self.expected = QLineEdit(self)
        self.expected.setObjectName("bench_expected")
        self.expected.setPlaceholderText("Simulator shows: hr=60, spo2=97")
        self.expected.textChanged.connect(self._offer)
        self.serial = QLineEdit(self)
        self.serial.setObjectName("bench_serial")
        self.serial.setPlaceholderText("Serial number on the plate")
        self.serial.setMaxLength(40)
        self.guard = NoPatient(theme, self)
        self.guard.changed.connect(self._offer)
        self.begin = key("Begin the test", "bench_begin", self, "primary")
        self.begin.clicked.connect(self._begin)
        self.why = label("", "small", self)
        self._column.addWidget(label("Device", "cardtitle", self))
        self._column.addLayout(self._device_column)
        self._column.addWidget(label("Checks", "cardtitle", self))
        self._column.addWidget(scrolled(self._checks_place, self), 1)
        for widget in (self.expected, self.serial, self.guard, self.begin, self.why):
            self._column.addWidget(widget)
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
        self._column.setSpacing(px(8))
        self._device_column.setSpacing(px(6))
        self._checks_column.setSpacing(px(5))
        self._frame.setFixedWidth(px(400))

    def set_status(self, status: BenchStatus, *, may: bool) -> None:
        """Offer the devices of the room."""
        self._may = may
        devices = status.devices
        if [one.name for one in devices] != [one.name for one in self._devices]:
            for old in self.devices.values():
                self._device_keys.removeButton(old)
                old.deleteLater()
            self.devices = {}
            for one in devices:
                made = item_key("", f"bench_device_{one.name}", self)
                made.clicked.connect(partial(self._choose, one.name))
                self._device_keys.addButton(made)
                self._device_column.addWidget(made)
                self.devices[one.name] = made
        self._devices = devices
        for one in devices:
            who = one.driver if one.identity is None else one.identity.model
            role = "Pump" if one.role is Role.PUMP else one.name
            self.devices[one.name].setText(f"{role}, {who}")
        self._offer()

    def _choose(self, name: str) -> None:
        if name == self._chosen:
            return
        self._chosen = name
        self.guard.take_back()
        self.serial.clear()
        device = self._device
        for old in self.checks.values():
            self._checks_column.removeWidget(old)
            old.deleteLater()
        self.checks = {}
        for check, title in () if device is None else checks_of(device.role):
            made = ticked(title, f"check_{check}", self._checks_place)
            made.setChecked(True)
            made.toggled.connect(self._offer)
            self.checks[check] = made
            self._checks_column.addWidget(made)
        self.expected.setVisible(device is not None and device.role is Role.MONITOR)
        self._offer()

    @property
    def _device(self) -> DeviceStatus | None:
        return next((one for one in self._devices if one.name == self._chosen), None)

    def _why_not(self) -> str:
        if not self._may:
            return "Only looking: sign in as a technician to test."
        if self.panel.going:
            return "A test is going on."
        if self._device is None:
            return "Choose a device."
        if not any(box.isChecked() for box in self.checks.values()):
            return "Choose at least one check."
        if expected_of(self.expected.text()) is None:
            return "The simulator's values are written as hr=60, spo2=97."
        return "" if self.guard.said else "Say first that no patient is connected."

    def _offer(self) -> None:
        why_not = self._why_not()
        self.why.setText(why_not)
        self.begin.setEnabled(not why_not)
        self.guard.hold.setEnabled(self._may and self._device is not None and not self.panel.going)

    def _begin(self) -> None:
        if self._why_not():
            return
        chosen = tuple(check for check, box in self.checks.items() if box.isChecked())
        everything = len(chosen) == len(self.checks)
        wanted = BenchBegin(
            self._chosen,
            () if everything else chosen,
            no_patient=self.guard.said,
            expected=expected_of(self.expected.text()) or {},
            serial=self.serial.text().strip(),
        )
        self.guard.take_back()
        self.begin_wanted.emit(wanted)
