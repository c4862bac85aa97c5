"""The devices' end of the cables, in a process of its own: a virtual pump and a virtual monitor on ptys.

``python -m tests.benchmarks.far_end FOLDER run|rest`` writes the two addresses to
``FOLDER/ports.json``. ``slow`` on its input makes
every answer of the pump late, ``well`` heals it. When its input is closed it writes down in
``FOLDER/wire.json`` when each STP arrived, on the clock of the machine that all processes share.
"""

from __future__ import annotations

import json
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Final

from console.clock import Clock, SystemClock
from console.devices.ports import Emulator
from console.devices.virtual.cable import PtyCable, serve_all
from console.devices.virtual.faults import HealthyLine, PanelRate, PanelRun, ReplyDelay
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.s5 import VirtualS5

STOP_WORD: Final = b"STP"
LATE_S: Final = 0.08
BAUD: Final = 19200
RUN_AGAIN_S: Final = 0.15
RUN_AGAIN_LATE_S: Final = 0.6
"""With answers 80 ms late a stop is confirmed after some 0.25 s: started before that, it never would be."""


class Tap:
    """Notes when STP came out of the cable, before the device sees it."""

    def __init__(self, device: Emulator, clock: Clock) -> None:
        self._device = device
        self._clock = clock
        self._tail = b""
        self.arrived_ns: list[int] = []

    def feed(self, data: bytes) -> bytes:
        """See :class:`console.devices.ports.Emulator`."""
        at_ns = self._clock.now().mono_ns
        seen = self._tail + data
        self.arrived_ns += [at_ns] * seen.count(STOP_WORD)
        self._tail = b"" if STOP_WORD in seen else seen[-2:]
        return self._device.feed(data)

    def advance(self, dt_s: float) -> bytes:
        """See :class:`console.devices.ports.Emulator`."""
        return self._device.advance(dt_s)


def keep_running(pump: VirtualNE1000, tap: Tap, clock: Clock, after_s: float) -> None:
    """Somebody presses start at the pump each time it was stopped, so that each STOP stops something."""
    since_ns = clock.now().mono_ns - (tap.arrived_ns[-1] if tap.arrived_ns else 0)
    if not pump.running and since_ns > after_s * 1e9:
        pump.inject(PanelRate(Decimal(30)))
        pump.inject(PanelRun())


def main() -> None:
    """Serve until the input is closed."""
    folder, clock, ending = Path(sys.argv[1]), SystemClock(), threading.Event()
    patient = VirtualPatient(PatientProfile(), 3)
    pump = VirtualNE1000()
    monitor = VirtualS5(patient, clock_s=clock.now().wall_utc_ns / 1e9)
    tap = Tap(pump, clock)
    cables = [PtyCable(tap, baud=BAUD), PtyCable(monitor)]

    late = threading.Event()

    def step(dt_s: float) -> None:
        patient.advance(dt_s, 0.0)
        if sys.argv[2] == "run":
            keep_running(pump, tap, clock, RUN_AGAIN_LATE_S if late.is_set() else RUN_AGAIN_S)

    server = threading.Thread(target=serve_all, args=(cables, clock, ending, step))
    server.start()
    (folder / "ports.json").write_text(json.dumps([c.address for c in cables]), encoding="utf-8")
    print("ready", flush=True)
    for word in sys.stdin:
        slow = word.strip() == "slow"
        pump.inject(ReplyDelay(LATE_S, 1_000_000) if slow else HealthyLine())
        late.set() if slow else late.clear()
    ending.set()
    server.join()
    (folder / "wire.json").write_text(json.dumps(tap.arrived_ns), encoding="utf-8")
    for cable in cables:
        cable.close()


if __name__ == "__main__":
    main()
