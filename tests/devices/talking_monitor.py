"""What every monitor that talks by itself is put through: in memory, with a twin on a manual clock."""

from __future__ import annotations

from console.clock import Instant, ManualClock
from console.devices.ports import Emulator, LinkLost
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile


class TwinLink:
    """A link with a virtual device at its other end; time passes only while it is read."""

    def __init__(self, twin: Emulator, patient: VirtualPatient | None = None) -> None:
        self.clock = ManualClock()
        self.twin = twin
        self.patient = patient
        self.pulled = False
        self.sent = b""
        self._waiting = b""

    def read(self, timeout_s: float) -> bytes:
        assert timeout_s <= 0.15
        if self.pulled:
            raise LinkLost("The cable was pulled. Plug it in again.")
        self.clock.advance(timeout_s)
        if self.patient is not None:
            self.patient.advance(timeout_s, 0.0)
        waiting, self._waiting = self._waiting, b""
        return waiting + self.twin.advance(timeout_s)

    def write(self, data: bytes) -> None:
        if self.pulled:
            raise LinkLost("The cable was pulled. Plug it in again.")
        self.sent += data
        self._waiting += self.twin.feed(data)

    def now(self) -> Instant:
        return self.clock.now()

    def discard_input(self) -> None:
        self._waiting = b""

    def close(self) -> None:
        return None


def someone(seed: int = 3) -> VirtualPatient:
    """A settled patient with every sensor on."""
    patient = VirtualPatient(PatientProfile(), seed)
    patient.advance(40.0, 0.0)
    return patient


class Prints:
    """A device that prints the same bytes again and again."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def feed(self, data: bytes) -> bytes:
        """It does not listen."""
        del data
        return b""

    def advance(self, dt_s: float) -> bytes:
        """Print once."""
        del dt_s
        return self.data
