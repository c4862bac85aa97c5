"""A virtual device on the bench, in memory: its cable, its hands, and what can be wrong with it.

Time passes only while somebody waits, so a run of minutes takes a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Protocol, runtime_checkable

from console.app.virtual_devices import LoneDevice
from console.clinical.accuracy import weighed_ml
from console.clinical.vitals import Vital
from console.clock import Instant, ManualClock
from console.devices.about import Control, DriverOptions, Role
from console.devices.bench.procedure import CANNOT, Answer, Ask, Deed
from console.devices.bench.stand import PumpTrial, Stand
from console.devices.bench.wire_log import WireLog
from console.devices.capture import Direction
from console.devices.catalogue import about, make_monitor, make_pump
from console.devices.discovery import PortFacts
from console.devices.ports import Emulator, Link, LinkLost
from console.devices.virtual.disturbance import Sensor, SensorOff, Treatment
from console.devices.virtual.faults import (
    Fault,
    Occlusion,
    OcclusionReleased,
    PanelAcknowledge,
    PanelRate,
    PanelRun,
    PanelStop,
    PowerCycle,
)
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.scenario import Scenario
from console.devices.virtual.twins import Delivers

BITS_A_BYTE: Final = 10
WATER_G_ML: Final = 0.998
MOST_PRINTED: Final = 4096
LONGEST_STEP_S: Final = 0.2
SETTLED_S: Final = 60.0
"""Sensors have settled and the first cuff measurement is done."""
AT_PANEL_ML_H: Final = Decimal(20)
FLOW_MIN: Final = 8
"""Long enough for windows of one and two minutes."""
CHANGED_ML_H: Final = Decimal(99)


@runtime_checkable
class Injectable(Protocol):
    """A virtual device with a fault menu."""

    def inject(self, fault: Fault) -> None:
        """Make something go wrong, or work its panel; what it does not know does nothing."""
        ...


class VirtualCable:
    """A link and a waiter: bytes straight into the emulator, at the pace of its line.

    Attributes:
        clock: Moves only while something is waited for.
        lone: The device and the patient behind it.
        twin: The device, or what stands in its place.
        pull_after_s: The cable is pulled when so much time has passed; None for never.
    """

    def __init__(self, lone: LoneDevice, clock: ManualClock, baud: int, wire: WireLog) -> None:
        self.clock = clock
        self.lone = lone
        self.twin: Emulator = lone.device
        self.pull_after_s: float | None = None
        self.balance = VirtualBalance(self)
        self._byte_s = BITS_A_BYTE / baud
        self._wire = wire
        self._waiting = bytearray()

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        self._check()
        if not self._waiting:
            self.wait(timeout_s)
        data = bytes(self._waiting)
        self._waiting.clear()
        if data:
            self._pass(len(data) * self._byte_s)
            self._wire.record(Direction.RECEIVED, self.clock.now(), data)
        return data

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._check()
        self._wire.record(Direction.SENT, self.clock.now(), data)
        self._waiting += self.twin.feed(data)

    def wait(self, timeout_s: float) -> None:
        """Let time pass in the device and in the patient."""
        while timeout_s > 1e-9:
            step_s = min(timeout_s, LONGEST_STEP_S)
            self._pass(step_s)
            timeout_s -= step_s

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self.clock.now()

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._waiting.clear()

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""

    def _pass(self, dt_s: float) -> None:
        self.clock.advance(dt_s)
        self.balance.look()
        if self.pull_after_s is not None:
            self.pull_after_s -= dt_s
        if not isinstance(self.lone.device, Delivers):
            self.lone.step(dt_s)
        self._waiting += self.twin.advance(dt_s)

    def delivered_ml(self) -> float:
        """What has left the device's line; 0 of a monitor."""
        device = self.lone.device
        return device.delivered_ml if isinstance(device, Delivers) else 0.0

    def _check(self) -> None:
        if self.pull_after_s is not None and self.pull_after_s <= 0:
            raise LinkLost("The cable was pulled. Plug it in again.")


class VirtualBalance:
    """A balance under the pump's line that prints its weight every second."""

    def __init__(self, cable: VirtualCable) -> None:
        self._cable = cable
        self._due_s = 0.0
        self._printed = b""

    def look(self) -> None:
        """Print when a second has passed."""
        now_s = self._cable.clock.now().mono_ns / 1e9
        if now_s >= self._due_s:
            self._due_s = now_s + 1.0
            grams = self._cable.delivered_ml() / weighed_ml(1.0, WATER_G_ML)
            self._printed = (self._printed + f"S D {grams:10.3f} g\r\n".encode("ascii"))[-MOST_PRINTED:]

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        self._cable.wait(timeout_s)
        printed, self._printed = self._printed, b""
        return printed

    def write(self, data: bytes) -> None:
        """It does not listen."""

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self._cable.clock.now()

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._printed = b""

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""


class VirtualBench:
    """One virtual device with everything around it that the bench needs.

    Attributes:
        name: Driver name.
        clock: Its time.
        cable: Its line.
        patient: Who lies at its sensors.
        deeds: What its hands do for each ask; faults put other hands there.
        before_open: Called before the port is opened; a fault may refuse there.
        bias: Added to what the simulator is said to show, as a share.
    """

    def __init__(self, name: str, played: Scenario, began: Instant) -> None:
        """Set a healthy device up.

        Args:
            name: Driver name.
            played: Whose patient lies behind it.
            began: What the clocks show.
        """
        self.name = name
        self.clock = ManualClock(began.wall_utc_ns, began.mono_ns)
        self.bias = 0.0
        self.before_open: Callable[[], None] = lambda: None
        self._about = about(name)
        self._wire = WireLog()
        lone = LoneDevice(name, played, began.wall_utc_ns / 1e9)
        self.patient: VirtualPatient = lone.patient
        self.cable = VirtualCable(lone, self.clock, self._about.line.baud, self._wire)
        self._shown = AT_PANEL_ML_H
        self._mark_ml = 0.0
        self._trial = PumpTrial(density_g_ml=WATER_G_ML, flow_min=FLOW_MIN)
        if self._about.role is Role.MONITOR:
            lone.step(SETTLED_S)
            lone.device.advance(SETTLED_S)
        self._fitted = frozenset(self.simulator())
        self.deeds: dict[Deed, Callable[[], Answer]] = {
            Deed.LOAD_SYRINGE: self._note_volume,
            Deed.WEIGH: self._weigh,
            Deed.CLAMP_LINE: lambda: self.inject(Occlusion()),
            Deed.OPEN_LINE: self._open_line,
            Deed.CYCLE_POWER: lambda: self.inject(PowerCycle(3.0)),
            Deed.PANEL_RATE: lambda: self._set_rate(CHANGED_ML_H),
            Deed.PANEL_SHOWS: lambda: Answer(number=float(self._shown), unit="mL/h"),
            Deed.RUN_AT_PANEL: self._run_at_panel,
            Deed.STOP_AT_PANEL: lambda: self.inject(PanelStop()),
            Deed.MEASURE_CUFF: self._measure,
            Deed.SENSORS_OFF: self._sensors_off,
            Deed.SENSORS_ON: self._sensors_on,
        }

    def _open_line(self) -> Answer:
        """Open the clamp, and clear what the pump shows: some run again only then."""
        self.inject(OcclusionReleased())
        return self.inject(PanelAcknowledge())

    def stand(self) -> Stand:
        """The device on the bench."""
        told = self._about
        options = DriverOptions(self.name, simulated=True)
        pump = make_pump(self.name, options) if told.role is Role.PUMP else None
        monitor = make_monitor(self.name, options) if told.role is Role.MONITOR else None
        return Stand(
            name=f"virtual {self.name}",
            about=told,
            facts=PortFacts(f"memory:{self.name}", "in memory", f"memory:{self.name}", is_stable=True),
            open_link=self._open,
            controlled=told.control is Control.FULL,
            pump=pump,
            monitor=monitor,
            wire=self._wire,
            trial=self._trial,
            open_balance=(lambda: self.cable.balance) if pump is not None else None,
            expected=self.simulator,
            absent=frozenset() if monitor is None else monitor.provides - self._fitted,
        )

    @property
    def is_monitor(self) -> bool:
        """It is a monitor, not a pump."""
        return self._about.role is Role.MONITOR

    def hands(self, ask: Ask) -> Answer:
        """Do what a check asks for."""
        deed = self.deeds.get(ask.deed)
        return CANNOT if deed is None else deed()

    def inject(self, fault: Fault) -> Answer:
        """Make something go wrong with the device, where it can."""
        device = self.cable.lone.device
        if not isinstance(device, Injectable):
            return CANNOT
        device.inject(fault)
        return Answer()

    def simulator(self) -> Mapping[Vital, float]:
        """What the simulator on the sensors is said to show."""
        seen = self.patient.numerics()
        cuff = seen.cuff
        told = {
            Vital.HR: seen.hr,
            Vital.PR: seen.pr,
            Vital.SPO2: seen.spo2,
            Vital.PERFUSION: seen.perfusion,
            Vital.RR: seen.rr,
            Vital.ETCO2: seen.etco2,
            Vital.FICO2: seen.fico2,
            Vital.TEMP: seen.temp,
            Vital.NIBP_SYS: None if cuff is None else cuff.systolic,
            Vital.NIBP_DIA: None if cuff is None else cuff.diastolic,
            Vital.NIBP_MEAN: None if cuff is None else cuff.mean,
        }
        return {vital: value * (1 + self.bias) for vital, value in told.items() if value is not None}

    def _open(self) -> Link:
        self.before_open()
        return self.cable

    def _note_volume(self) -> Answer:
        self._mark_ml = self.cable.delivered_ml()
        return Answer()

    def _weigh(self) -> Answer:
        grams = (self.cable.delivered_ml() - self._mark_ml) / weighed_ml(1.0, self._trial.density_g_ml)
        return Answer(number=grams, unit="g")

    def _set_rate(self, rate_ml_h: Decimal) -> Answer:
        self._shown = rate_ml_h
        return self.inject(PanelRate(rate_ml_h))

    def _run_at_panel(self) -> Answer:
        self._set_rate(AT_PANEL_ML_H)
        done = self.inject(PanelRun())
        self.cable.wait(2.0)
        return done

    def _measure(self) -> Answer:
        self.patient.start_cuff()
        return Answer()

    def _sensors_off(self) -> Answer:
        for sensor in Sensor:
            self.patient.befall(SensorOff(sensor))
        return Answer()

    def _sensors_on(self) -> Answer:
        self.patient.treat(Treatment.REATTACH)
        return Answer()
