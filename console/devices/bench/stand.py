"""A device on the bench: its driver, its port, and what was learned of it so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from console.clinical.accuracy import Weighing
from console.clinical.vitals import Vital
from console.devices.about import DeviceAbout, Role
from console.devices.bench.observed import ObservedLink
from console.devices.bench.wire_log import WireLog
from console.devices.discovery import PortFacts
from console.devices.ports import Interrupted, Link, LinkLost, Monitor, Pump
from console.session.bench import BenchDevice, Kind
from console.session.pump import Confirmed, Identity, Program, Stop


class PumpTrial(msgspec.Struct, frozen=True):
    """What a pump is made to deliver on the bench (site default).

    Attributes:
        syringe: As people call it.
        diameter_mm: Its inner diameter; 26.59 mm is a BD Plastipak of 60 mL (New Era manual #1200-01).
        rate_ml_h: Rate of the trials.
        volume_ml: Volume of the dispensed-volume test.
        density_g_ml: Of the liquid; water of 20 °C.
        watchdog_s: Host silence after which the pump must stop by itself.
        flow_ml_h: Rate of the run on the balance.
        flow_min: Its length; two hours are the standard, a syringe of 60 mL lasts one at 60 mL/h.
    """

    syringe: str = "BD Plastipak 60 mL"
    diameter_mm: Decimal = Decimal("26.59")
    rate_ml_h: Decimal = Decimal(300)
    volume_ml: Decimal = Decimal(5)
    density_g_ml: float = 0.998
    watchdog_s: int = 10
    flow_ml_h: Decimal = Decimal(60)
    flow_min: int = 20

    def program(self, volume_ml: Decimal | None = None, watchdog_s: int = 0) -> Program:
        """What the pump is programmed with."""
        volume = self.volume_ml if volume_ml is None else volume_ml
        return Program(self.syringe, self.diameter_mm, self.rate_ml_h, volume, watchdog_s)


def nothing_expected() -> Mapping[Vital, float]:
    """Nobody said what the simulator shows."""
    return {}


@dataclass(slots=True)
class Stand:
    """One device, used by the one thread that steps its checks.

    Attributes:
        name: Binding or port, for people.
        about: What its driver says of itself.
        facts: Its port.
        open_link: Opens the port.
        controlled: The console may command this pump, and the driver was made to.
        pump: Its driver, when it is a pump.
        monitor: Its driver, when it is a monitor.
        wire: Every byte, for whoever looks on.
        trial: What a pump is made to deliver.
        expected: What the simulator on the sensors shows now.
        absent: Vital signs this monitor is not fitted with.
        link: The open port.
        identity: Who answered.
        plate_serial: Serial number read from the device's plate, for those that do not tell theirs.
        seen: Vital signs that were usable at least once.
        open_balance: Opens the port of a balance that prints weights; None when there is none.
        weighings: Weights from a file, measured earlier at the rate of ``trial.flow_ml_h``.
        started: A check programmed the pump: it is stopped at the end, whatever happens.
    """

    name: str
    about: DeviceAbout
    facts: PortFacts
    open_link: Callable[[], Link]
    controlled: bool = False
    pump: Pump | None = None
    monitor: Monitor | None = None
    wire: WireLog = field(default_factory=WireLog)
    trial: PumpTrial = field(default_factory=PumpTrial)
    expected: Callable[[], Mapping[Vital, float]] = nothing_expected
    absent: frozenset[Vital] = frozenset()
    link: ObservedLink | None = None
    identity: Identity | None = None
    plate_serial: str = ""
    seen: set[Vital] = field(default_factory=set)
    open_balance: Callable[[], Link] | None = None
    weighings: tuple[Weighing, ...] = ()
    started: bool = False

    @property
    def opened(self) -> ObservedLink:
        """The open port.

        Raises:
            LinkLost: it is not open.
        """
        if self.link is None:
            raise LinkLost(f"{self.facts.device} is not open.")
        return self.link

    @property
    def the_pump(self) -> Pump:
        """The pump's driver.

        Raises:
            LinkLost: it is no pump.
        """
        if self.pump is None:
            raise LinkLost(f"{self.name} is no pump.")
        return self.pump

    @property
    def the_monitor(self) -> Monitor:
        """The monitor's driver.

        Raises:
            LinkLost: it is no monitor.
        """
        if self.monitor is None:
            raise LinkLost(f"{self.name} is no monitor.")
        return self.monitor

    def device(self) -> BenchDevice:
        """Which device it is, for the record."""
        identity = self.identity
        return BenchDevice(
            kind=Kind.PUMP if self.about.role is Role.PUMP else Kind.MONITOR,
            driver=self.about.name,
            model="" if identity is None else identity.model,
            firmware="" if identity is None else identity.firmware,
            serial=(identity.serial if identity is not None else "") or self.plate_serial,
            port=self.facts.stable_path,
            simulated=identity is not None and identity.simulated,
        )

    @property
    def identified(self) -> bool:
        """It said who it is."""
        return self.identity is not None

    def moved_bytes(self) -> tuple[int, int]:
        """Bytes received and sent so far."""
        return (0, 0) if self.link is None else (self.link.bytes_in, self.link.bytes_out)

    def make_safe(self) -> None:
        """Stop a pump that was started; one that cannot be reached is stopped by hand."""
        if self.started and self.pump is not None and self.link is not None:
            with suppress(LinkLost, TimeoutError, Interrupted):
                self.started = not isinstance(self.pump.execute(self.link, Stop()), Confirmed)

    def close(self) -> None:
        """Give the port back."""
        if self.link is not None:
            self.link.close()
            self.link = None
