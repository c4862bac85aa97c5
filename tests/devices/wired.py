"""A real port with a virtual device behind it, in one thread and on a manual clock.

The bytes go through the operating system's terminal, which hands them on at once; only the time is ours, so that a silence of
twelve seconds costs a test nothing.
"""

from __future__ import annotations

from console.clock import Instant, ManualClock
from console.devices.link import SerialLink
from console.devices.ports import LineSettings
from console.devices.virtual.cable import Cable
from console.devices.virtual.patient import VirtualPatient


class WiredLink:
    """Opens the cable's port as the product does; time passes only while nothing is there to be read."""

    def __init__(
        self, cable: Cable, line: LineSettings, clock: ManualClock, patient: VirtualPatient | None = None
    ) -> None:
        self.line = line
        self._cable = cable
        self._clock = clock
        self._patient = patient
        self._link = SerialLink(cable.address, line, clock)

    def read(self, timeout_s: float) -> bytes:
        self._cable.pump(0.0)
        data = self._link.read(0.0)
        if data or timeout_s <= 0:
            return data
        self._clock.advance(timeout_s)
        if self._patient is not None:
            self._patient.advance(timeout_s, 0.0)
        self._cable.pump(timeout_s)
        return self._link.read(0.0)

    def write(self, data: bytes) -> None:
        self._link.write(data)
        self._cable.pump(0.0)

    def now(self) -> Instant:
        return self._clock.now()

    def discard_input(self) -> None:
        self._link.discard_input()

    def close(self) -> None:
        self._link.close()
