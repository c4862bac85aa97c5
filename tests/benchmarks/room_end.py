"""A real room in a process of its own: real threads, real sockets, real drivers on ptys, a real record.

``python -m tests.benchmarks.room_end FOLDER PUMP MONITOR stop|alarm``. With ``stop`` it is in the middle
of an infusion; ``stall`` on its input makes the disk hang until ``free``. With ``alarm`` a patient has
arrived; ``alarms N`` raises and ends N alarms by way of pressures that the monitor is made to say.
"""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import NibpState, Quality, Vital, VitalReading
from console.clock import Clock, SystemClock
from console.devices.link import SerialLink
from console.devices.monitors.s5 import S5Monitor
from console.devices.ports import Link
from console.devices.pumps.ne1000 import NE1000
from console.devices.slots import StopSlot
from console.room.bindings import MonitorBinding, PumpBinding
from console.room.entries import draft_of
from console.room.mailbox import Letter
from console.room.service import RoomPlan, RoomService
from console.room.wire import Committed, RoomMessage
from console.session import intents as ask
from console.session.events import AlarmRaised
from console.storage.record import Record
from console.storage.rows import Batch, StoredEvent
from tests.benchmarks.figures import Measured, percentile
from tests.benchmarks.other_process import report
from tests.benchmarks.rehearsed_room import VERSION, rehearse
from tests.session.bench import NURSE_PIN, PATIENT, SITE, Bench

BOOT: Final = "boot-1"
POLL_S: Final = 0.1
"""Five times as often as the product polls, so that most STOPs find an exchange on the line."""
HIGH, NORMAL = (206.0, 104.0), (124.0, 78.0)


class RecordingSpeaker:
    """Notes when the first sample was handed over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.played_ns: list[int] = []
        self.played = threading.Event()

    def check(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""

    def play(self, samples: NDArray[np.int16]) -> None:
        """See :class:`console.room.speaker.Speaker`."""
        if len(samples):
            self.played_ns.append(self._clock.now().mono_ns)
            self.played.set()

    def hush(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""

    def close(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""


class StallingDisk:
    """Makes a record's writes hang, as a dying disk does."""

    def __init__(self, record: Record) -> None:
        self._write = record.write
        self._stalled = threading.Event()
        self._free = threading.Event()
        self.hung = threading.Event()
        record.write = self.write  # type: ignore[method-assign]

    def write(self, batch: Batch) -> tuple[StoredEvent, ...]:
        """Store, after the stall."""
        if self._stalled.is_set():
            self.hung.set()
            self._free.wait()
        return self._write(batch)

    def stall(self) -> None:
        """Hang from the next write on, and come back when one hangs."""
        self._stalled.set()
        self.hung.wait(30)

    def free(self) -> None:
        """Let everything through."""
        self._stalled.clear()
        self._free.set()


def arrived() -> Bench:
    """A nurse is signed in and a patient has come."""
    bench = Bench()
    now = SystemClock().now()
    behind_s = now.seconds_since(bench.clock.now()) - 10
    bench.clock.advance(max(0.0, behind_s))
    bench.tell(ask.SignIn(), NURSE_PIN)
    bench.tell(ask.OpenSession("s-1", PATIENT))
    return bench


def open_room(
    folder: Path, pump_port: str, monitor_port: str, bench: Bench
) -> tuple[RoomService, Record, RecordingSpeaker]:
    """A room over a record in which the rehearsed session stands."""
    clock = SystemClock()
    record = Record.open(folder / "record.db", clock, BOOT, "benchmark", "benchmark")
    record.write(Batch(events=tuple(map(draft_of, bench.entries))))
    pump, monitor, speaker = NE1000(simulated=True), S5Monitor("s5"), RecordingSpeaker(clock)
    pump.poll_every_s = POLL_S

    def open_pump(stop: StopSlot) -> Link:
        return SerialLink(pump_port, pump.line, clock, None, stop)

    def open_monitor() -> Link:
        return SerialLink(monitor_port, monitor.line, clock)

    plan = RoomPlan(
        data_dir=folder,
        app_version=VERSION,
        site=SITE,
        clock=clock,
        real_clock=clock,
        boot_id=BOOT,
        speaker=speaker,
        pump=PumpBinding(pump, open_pump, lambda: True, pump_port),
        monitors=(MonitorBinding("s5", monitor, open_monitor, lambda: True, monitor_port),),
    )
    service = RoomService(plan, record)
    service.come_home()
    service.start()
    return service, record, speaker


def pressure(service: RoomService, clock: Clock, values: tuple[float, float]) -> int:
    """The monitor says a blood pressure; when, in ns."""
    now = clock.now()
    systolic, diastolic = values
    said = ((Vital.NIBP_SYS, systolic), (Vital.NIBP_DIA, diastolic), (Vital.NIBP_MEAN, 90.0))
    readings = tuple(VitalReading(vital, value, Quality.VALID, "s5", now, now) for vital, value in said)
    service.mailbox.see(ask.VitalsSeen("s5", readings, NibpState.IDLE))
    return now.mono_ns


def sound_alarms(service: RoomService, speaker: RecordingSpeaker, count: int) -> Measured:
    """Raise and end ``count`` alarms at odd moments; from decision to the first sample."""
    clock, chance, pause = SystemClock(), random.Random(5), threading.Event()
    raised: list[tuple[int, int]] = []

    def put(message: RoomMessage) -> None:
        if isinstance(message, Committed):
            at_ns = clock.now().mono_ns
            raised.extend((e.at.mono_ns, at_ns) for e in message.entries if isinstance(e.event, AlarmRaised))

    service.audience.join(put)
    decided, committed, seen = [], [], []
    for _ in range(count):
        raised.clear()
        speaker.played.clear()
        pause.wait(chance.uniform(0.2, 0.5))
        seen_ns = pressure(service, clock, HIGH)
        if not speaker.played.wait(5.0) or not raised:
            raise SystemExit(f"an alarm was not heard within 5 s: {service.audience.state.alarms}")
        heard_ns = speaker.played_ns[-1]
        decided.append((heard_ns - raised[0][0]) / 1e6)
        committed.append((heard_ns - raised[0][1]) / 1e6)
        seen.append((heard_ns - seen_ns) / 1e6)
        pressure(service, clock, NORMAL)
        while any(alarm.condition for alarm in service.audience.state.alarms):
            pause.wait(0.02)
        for alarm in service.audience.state.alarms:
            service.mailbox.post(Letter(ask.Acknowledge(alarm.raised.alarm_id), None))
        while service.annunciator._sounding is not None:
            pause.wait(0.02)
    return {
        "alarm_to_sound_ms_p50": percentile(decided, 0.50),
        "alarm_to_sound_ms_p99": percentile(decided, 0.99),
        "alarm_to_sound_ms_max": max(decided),
        "alarm_committed_to_sound_ms_p99": percentile(committed, 0.99),
        "alarm_seen_to_sound_ms_p99": percentile(seen, 0.99),
        "alarm_count": float(len(decided)),
    }


def main() -> None:
    """Open the room and do what the input says until it is closed."""
    folder, pump_port, monitor_port, what = Path(sys.argv[1]), *sys.argv[2:5]
    bench = rehearse().bench if what == "stop" else arrived()
    service, record, speaker = open_room(folder, pump_port, monitor_port, bench)
    disk = StallingDisk(record)
    print("ready", flush=True)
    for line in sys.stdin:
        match line.split():
            case ["stall"]:
                disk.stall()
                print("stalled", flush=True)
            case ["free"]:
                disk.free()
                print("free", flush=True)
            case ["alarms", count]:
                report(sound_alarms(service, speaker, int(count)))
            case _:
                print("what?", flush=True)
    disk.free()
    service.close("The benchmark is over.")


if __name__ == "__main__":
    main()
