"""SER-19 to SER-22: a monitor that has no value, repeats itself, floods the line; and nobody there."""

from __future__ import annotations

import random
import struct
from functools import partial

import psutil  # type: ignore[import-untyped]

from console.clinical.vitals import USABLE, Vital
from console.clock import Clock, Instant, ManualClock, SystemClock
from console.devices.monitors.dri_frames import Frame, FrameReader, encode_frame
from console.devices.monitors.dri_records import HEADER
from console.devices.monitors.dri_stream import DriStream
from console.devices.monitors.dri_vitals import HIGHEST_CODE, judge
from console.devices.ports import Emulator
from console.devices.virtual.disturbance import Sensor, SensorOff
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.s5 import Hang
from console.room.wire import Live
from console.session.state import Phase
from console.session.stillness import Still, followed, frozen
from console.session.watch import current
from tests.faults.bench import Scale, Seen
from tests.faults.serial_noise import Records, values
from tests.faults.serial_pump import is_raised
from tests.faults.serial_rig import CutWorld, LiveRoom, lives, raised_codes, story_at
from tests.faults.serial_turns import Turns
from tests.stories.in_process_room import Story

PROBE_OFF_S = (10.0, 15.5)
FROZEN_S = (28.0, 32.0)
BLIND_S = 5.0
CORE_SHARE = 0.60
LAG_S = 1.0
FLOOD = 10
NAMED_CODES = (-32767, -32766, -32765, -32764, -32763, -32762)


# --- SER-19 ---------------------------------------------------------------------------------------


def codes_let_through() -> tuple[int, int]:
    """Every code at every place of a record, and every code of every vital sign: how many became figures."""
    tried = let = 0
    for vital in Vital:
        for code in range(-32768, HIGHEST_CODE + 1):
            value, quality = judge(code, 1.0, vital)
            tried += 1
            let += value is not None or quality in USABLE
    frame, _ = Records().frames[-1]
    (found,) = (one for one in FrameReader().feed(frame) if isinstance(one, Frame))
    for place in range(HEADER.size, len(found.record) - 1, 2):
        for code in NAMED_CODES:
            record = bytearray(found.record)
            struct.pack_into("<h", record, place, code)
            decoded = DriStream("s5").feed(encode_frame(bytes(record)), ManualClock().now())
            tried += 1
            let += any(value < -300 for value in values(decoded).values())
    return tried, let


def probes_off(scale: Scale) -> Seen:
    """Vendor codes one by one, then the probe off a finger while the drug runs."""
    tried, let = codes_let_through()
    chance, world = random.Random(19), CutWorld()
    alarm_s: list[float] = []
    shown = 0
    with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
        for _ in range(scale.cases(1, 40)):
            turns.run(chance.uniform(5.0, 15.0))
            lives(story.room)
            world.bay.patient.befall(SensorOff(Sensor.PROBE, 40.0))
            # What the monitor itself still shows is averaged; from its first invalid value on it counts.
            turns.until(partial(no_spo2, story), 20.0)
            lives(story.room)
            alarm_s.append(turns.until(partial(is_raised, story.room, "spo2_none"), 30.0))
            shown += sum(live.vitals[Vital.SPO2].usable for live in lives(story.room))
            turns.run(60.0)
    return Seen(
        f"{tried} codes, {let} became a figure; {len(alarm_s)} probes off: {shown} times a value shown, "
        f"alarm after {min(alarm_s):.1f} to {max(alarm_s):.1f} s",
        let == 0 and shown == 0 and min(alarm_s) >= PROBE_OFF_S[0] and max(alarm_s) <= PROBE_OFF_S[1],
    )


def no_spo2(story: Story) -> bool:
    """The room has no saturation now."""
    room = story.room
    service = room.service
    reading = current(service.conductor.watch, Vital.SPO2, service._plan.site, story.world.clock.now())
    return reading is None or not reading.usable


# --- SER-20 ---------------------------------------------------------------------------------------


def false_triggers(hours: float, seed: int) -> int:
    """Times a living patient's whole figures alone would pass for frozen; a pleth makes it impossible."""
    patient, clock = VirtualPatient(PatientProfile(), seed), ManualClock()
    still: Still | None = None
    found = 0
    for _ in range(round(hours * 3600)):
        patient.advance(1.0, 0.0)
        now = clock.advance(1.0)
        seen = patient.numerics()
        figures = tuple(None if one is None else float(round(one)) for one in (seen.spo2, seen.pr, seen.rr))
        was = frozen(still, now)
        still = followed(still, figures, None, now)
        found += frozen(still, now) and not was
    return found


def freezes(scale: Scale) -> Seen:
    """The monitor hangs and sends its last record for ever; and hours in which it does not."""
    chance = random.Random(20)
    found_s: list[float] = []
    for _ in range(scale.cases(1, 20)):
        world = CutWorld()
        with story_at(Phase.INFUSING, world, waves=True) as story, Turns(story.room, world) as turns:
            turns.run(chance.uniform(5.0, 20.0))
            world.bay.monitor.inject(Hang())
            found_s.append(turns.until(partial(is_raised, story.room, "frozen_s5"), 60.0))
    hours = scale.cases(1, 1000)
    false = sum(false_triggers(min(20.0, hours), seed) for seed in range(max(1, hours // 20)))
    return Seen(
        f"frozen told after {min(found_s):.1f} to {max(found_s):.1f} s; {false} false in {hours} h by "
        "figures alone (180 s), the pleth left out",
        min(found_s) >= FROZEN_S[0] and max(found_s) <= FROZEN_S[1] and false <= hours / 1000,
    )


# --- SER-21 ---------------------------------------------------------------------------------------


class Flood:
    """A monitor that says everything ten times, each time with a new number."""

    def __init__(self, device: Emulator) -> None:
        self.bytes_sent = 0
        self.clock: Clock = SystemClock()
        self.said: list[tuple[Instant, float]] = []
        self._device = device
        self._reader = FrameReader()
        self._stream = DriStream("flood")

    def feed(self, data: bytes) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return self._many(self._device.feed(data))

    def advance(self, dt_s: float) -> bytes:
        """See :class:`~console.devices.ports.Emulator`."""
        return self._many(self._device.advance(dt_s))

    def superseded(self, value: float, at: Instant) -> float:
        """How long, at an instant, a newer saturation than ``value`` had been said; 0 when none had."""
        before = [(when, one) for when, one in self.said if when.mono_ns <= at.mono_ns]
        newest = max((place for place, (_, one) in enumerate(before) if one == value), default=-1)
        if newest < 0:
            return float("inf")
        return at.seconds_since(before[newest + 1][0]) if newest + 1 < len(before) else 0.0

    def _many(self, said: bytes) -> bytes:
        out = bytearray()
        for decoded in self._stream.feed(said, self.clock.now()):
            for reading in decoded.readings:
                if reading.vital is Vital.SPO2 and reading.value is not None:
                    self.said.append((self.clock.now(), reading.value))
        for one in self._reader.feed(said):
            if isinstance(one, Frame):
                for number in range(FLOOD):
                    record = bytearray(one.record)
                    record[2] = (record[2] * FLOOD + number) % 256
                    out += encode_frame(bytes(record))
        self.bytes_sent += len(out)
        return bytes(out)


def floods(scale: Scale) -> Seen:
    """Ten times the data of all four waves and the values, over a pty."""
    seconds = scale.cases(3, 120)
    with story_at(Phase.INFUSING) as story:
        flood = Flood(story.world.bay.monitor)
        with LiveRoom(story, monitor=flood, waves=True) as room:
            flood.clock = room.clock
            room.until(room.answering, 15, "both devices")
            room.rest(1.0)
            process = psutil.Process()
            before, sent = threads_s(process), flood.bytes_sent
            began = room.clock.now()
            room.rest(seconds)
            wall_s = room.clock.now().seconds_since(began)
            after, rate = threads_s(process), (flood.bytes_sent - sent) / wall_s
            cores = (
                sum(after[one] - before.get(one, 0.0) for one in after if one != room.far_end.native_id)
                / wall_s
            )
            shown = [(at, told) for at, told in list(room.heard) if isinstance(told, Live)]
            shown = [(at, live) for at, live in shown if at.mono_ns > began.mono_ns]
            lags = [
                flood.superseded(value, at) for at, live in shown if (value := live.vitals[Vital.SPO2].value)
            ]
            polls = [at.seconds_since(live.pump.at) for at, live in shown if live.pump is not None]
    return Seen(
        f"{rate / 1000:.0f} kB/s: room {cores:.0%} of a core, a value shown {max(lags):.2f} s after a newer "
        f"one at the most, the pump's {max(polls):.2f} s old",
        cores <= CORE_SHARE and len(lags) == len(polls) == len(shown) and max(lags + polls) <= LAG_S,
    )


def threads_s(process: psutil.Process) -> dict[int, float]:
    """Processor seconds of each thread."""
    return {thread.id: thread.user_time + thread.system_time for thread in process.threads()}


# --- SER-22 ---------------------------------------------------------------------------------------


def blindness(scale: Scale) -> Seen:
    """Both cables at once, at the computer and at the devices."""
    chance, world = random.Random(22), CutWorld()
    told_s: list[float] = []
    others: set[str] = set()
    with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
        for number in range(scale.cases(6, 200)):
            turns.run(chance.uniform(8.0, 12.0))
            ends = [id(world.bay.pump), id(world.bay.monitor)]
            for end in ends:
                (world.far_cuts.add if number % 2 else world.far_cuts.discard)(end)
                world.cut(end)
            told_s.append(turns.until(partial(is_raised, story.room, "blind"), 30.0))
            turns.run(5.0)
            others |= raised_codes(story.room) & {"pump_link", "s5_link"}
            for end in ends:
                world.mend(end)
    return Seen(
        f"{len(told_s)} times both lost: one high alarm after {max(told_s):.2f} s at the most, "
        f"{len(others)} others beside it; its text asks to note by hand",
        max(told_s) <= BLIND_S and not others,
    )
