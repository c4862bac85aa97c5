"""A real port with a virtual device behind it, in one thread and on a manual clock.

The bytes go through the operating system's terminal; only the time is ours, so that a silence of twelve
seconds costs a test nothing. The system hands bytes on when it gets to it, so both ends wait, in real time,
for what is known to be under way.
"""

from __future__ import annotations

import select

from console.clock import Instant, ManualClock
from console.devices.link import SerialLink
from console.devices.ports import Emulator, LineSettings
from console.devices.virtual.cable import Cable
from console.devices.virtual.patient import VirtualPatient

PATIENCE_S = 0.5
"""Real time after which a byte that was written is taken for lost."""


class Counted:
    """A device whose bytes are counted."""

    def __init__(self, device: Emulator) -> None:
        self.device = device
        self.heard = 0
        self.said = 0

    def feed(self, data: bytes) -> bytes:
        self.heard += len(data)
        return self._out(self.device.feed(data))

    def advance(self, dt_s: float) -> bytes:
        return self._out(self.device.advance(dt_s))

    def _out(self, data: bytes) -> bytes:
        self.said += len(data)
        return data


class WiredLink:
    """Opens the cable's port as the product does; time passes only while nothing is there to be read."""

    def __init__(
        self, cable: Cable, line: LineSettings, clock: ManualClock, patient: VirtualPatient | None = None
    ) -> None:
        self.line = line
        self._cable = cable
        self._clock = clock
        self._patient = patient
        device = cable.emulator
        self._device = device if isinstance(device, Counted) else Counted(device)
        cable.emulator = self._device
        self._link = SerialLink(cable.address, line, clock)
        self._got = self._device.said

    def read(self, timeout_s: float) -> bytes:
        self._cable.pump(0.0)
        data = self._receive()
        if data or timeout_s <= 0:
            return data
        self._clock.advance(timeout_s)
        if self._patient is not None:
            self._patient.advance(timeout_s, 0.0)
        self._cable.pump(timeout_s)
        return self._receive()

    def write(self, data: bytes) -> None:
        due = self._device.heard + len(data)
        self._link.write(data)
        while self._device.heard < due:
            ends = self._cable.wait_on()
            if not ends or not select.select(ends, [], [], PATIENCE_S)[0]:
                break
            self._cable.pump(0.0)

    def now(self) -> Instant:
        return self._clock.now()

    def discard_input(self) -> None:
        self._receive()
        self._link.discard_input()

    def close(self) -> None:
        self._link.close()

    def _receive(self) -> bytes:
        data = self._link.read(0.0)
        for _ in range(int(PATIENCE_S / 0.1)):
            if self._got + len(data) >= self._device.said:
                break
            data += self._link.read(0.1)
        self._got = self._device.said
        return data
