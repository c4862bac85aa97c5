"""SER-04 and SER-05: half frames, glued frames, garbage, and a great many inputs nobody thought of."""

from __future__ import annotations

import random
from time import thread_time

from console.clock import Instant, ManualClock
from console.devices.monitors.dri_frames import MAX_FRAME_BYTES, FrameReader
from console.devices.monitors.dri_requests import physiology_request, wave_request
from console.devices.monitors.dri_stream import DriStream
from console.devices.parity import ParityMarks
from console.devices.pumps.ne1000 import NE1000
from console.devices.pumps.ne1000_frames import MAX_BUFFER_BYTES, FrameMode, FrameParser, parse_payload
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.s5 import VirtualS5
from tests.devices.scripted import basic, safe
from tests.faults.bench import Scale, Seen

RESYNC_S = 1.0
MEMORY_BYTES = 4096
LONGEST_CALL_S = 0.05
STEP_S = 0.05
POLL_EVERY_S = 0.5


class HalvedLink:
    """A link to a virtual pump on which one answer is cut off; the rest of it never comes."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.pump = VirtualNE1000()
        self.keep: int | None = None
        self.halved: list[Instant] = []
        self._arrived = b""

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        if not self._arrived:
            self.clock.advance(timeout_s)
            self._arrived += self.pump.advance(timeout_s)
        data, self._arrived = self._arrived, b""
        return data

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        answer = self.pump.feed(data)
        if self.keep is not None and len(answer) > self.keep:
            answer, self.keep = answer[: self.keep], None
            self.halved.append(self.clock.now())
        self._arrived += answer

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self.clock.now()

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._arrived = b""

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""


def pump_resync_s(count: int) -> float:
    """The longest from half an answer to the next good reading, in both framings."""
    chance, worst_s = random.Random(4), 0.0
    for in_safe_mode in (False, True):
        link, driver = HalvedLink(), NE1000()
        if in_safe_mode:
            link.pump.feed(safe("0SAF30"))
            link.pump.feed(safe("0SAF30"))
        driver.identify(link)
        for number in range(1, count // 2 + 1):
            for _ in range(chance.randrange(2, 8)):
                _poll(driver, link)
            link.keep = chance.randrange(1, 8)
            good_at = None
            while len(link.halved) < number:
                good_at = _poll(driver, link)
            while good_at is None or good_at.mono_ns < link.halved[-1].mono_ns:
                good_at = _poll(driver, link)
            worst_s = max(worst_s, good_at.seconds_since(link.halved[-1]))
    return worst_s


def _poll(driver: NE1000, link: HalvedLink) -> Instant | None:
    """One poll, and the rest until the next is due."""
    due = link.clock.now().plus(POLL_EVERY_S)
    try:
        return driver.poll(link).at
    except TimeoutError:
        return None
    finally:
        link.clock.advance(max(0.0, due.seconds_since(link.clock.now())))


def monitor_resync_s(count: int) -> float:
    """The longest from a record cut off to the next good one, values and waves flowing."""
    chance, worst_s = random.Random(5), 0.0
    patient = VirtualPatient(PatientProfile(), 3)
    monitor, stream, clock = VirtualS5(patient, clock_s=1_767_261_600), DriStream("s5"), ManualClock()
    monitor.feed(physiology_request(1, ()) + wave_request((1, 8)))
    cut_at: Instant | None = None
    left = count
    while left:
        patient.advance(STEP_S, 0.0)
        clock.advance(STEP_S)
        sent = monitor.advance(STEP_S)
        if sent and cut_at is None and chance.random() < 0.3:
            sent, cut_at = sent[: chance.randrange(len(sent))], clock.now()
            stream.feed(sent, clock.now())
        elif stream.feed(sent, clock.now()) and cut_at is not None:
            worst_s = max(worst_s, clock.now().seconds_since(cut_at))
            cut_at = None
            left -= 1
    return worst_s


def most_held_bytes() -> int:
    """What the parsers hold at most while starts of frames arrive that never end."""
    chance, at = random.Random(6), ManualClock().now()
    parsers = [FrameParser(mode) for mode in FrameMode]
    reader = FrameReader()
    worst = 0
    for start in (b"\x02", b"\x02\x0e", b"\x0200I", b"\x7e", b"\x7eabc"):
        for _ in range(200):
            data = start * chance.randrange(1, 50) + chance.randbytes(400).replace(b"\x7e", b"a")
            for parser in parsers:
                parser.feed(data, at)
                worst = max(worst, parser.held_bytes)
            reader.feed(data)
            worst = max(worst, reader.unfinished_bytes)
    return worst


def half_frames(scale: Scale) -> Seen:
    """Cut frames off, and never end them."""
    count = scale.cases(160, 20_000)
    pump_s, monitor_s, held = pump_resync_s(count), monitor_resync_s(count), most_held_bytes()
    bound = max(MAX_BUFFER_BYTES, MAX_FRAME_BYTES)
    return Seen(
        f"{2 * count} half frames: next good one after {pump_s:.2f} s (pump), {monitor_s:.2f} s (monitor) at "
        f"the most; {held} bytes held at most",
        pump_s <= RESYNC_S and monitor_s <= RESYNC_S and max(held, bound) <= MEMORY_BYTES,
    )


class Fuzz:
    """Makes inputs: pieces of real frames, glued, cut, repeated, sprinkled with noise."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        patient = VirtualPatient(PatientProfile(), 3)
        monitor = VirtualS5(patient, clock_s=1_767_261_600)
        monitor.feed(physiology_request(1, ()) + wave_request((1, 8, 9, 15)))
        patient.advance(5.0, 0.0)
        records = monitor.advance(5.0).split(b"\x7e\x7e")
        self.short = [
            safe("00I12.50MH"),
            safe("00S"),
            safe("00A?R"),
            basic("00P?NA"),
            basic("00SI1.234W0.000ML"),
            b"\x02\x0e\x03\x03",
            b"\xff\x00\x7e\xff\xff",
            b"\x7e\x7d\x7e\x7d\x5e\x7e",
            bytes(range(48)),
        ]
        self.long = [b"\x7e" + record + b"\x7e" for record in records[:6]]

    def data(self, pieces: list[bytes]) -> bytes:
        """One input."""
        chance = self._chance
        made = bytearray(chance.choice(pieces))
        if chance.random() < 0.4:
            made += chance.choice(pieces)
        for _ in range(chance.randrange(4)):
            place = chance.randrange(len(made) + 1)
            what = chance.random()
            if what < 0.4 and place < len(made):
                made[place] = chance.randrange(256)
            elif what < 0.6:
                del made[place : place + chance.randrange(1, 9)]
            elif what < 0.8:
                made[place:place] = chance.randbytes(chance.randrange(1, 5))
            else:
                made[place:place] = made[:place][-8:]
        return bytes(made)


def glued_frames(count: int) -> tuple[int, int]:
    """Good frames behind garbage, glued and cut anywhere: how many were sent and how many were found."""
    chance, at = random.Random(8), ManualClock().now()
    sent = found = 0
    for _ in range(count):
        frames = [safe(f"00I{chance.uniform(0, 99):.2f}MH") for _ in range(chance.randrange(1, 6))]
        stream = bytes(b for b in chance.randbytes(20) if b != 2) + b"".join(frames)
        cut = chance.randrange(len(stream))
        parser = FrameParser(FrameMode.SAFE)
        sent += len(frames)
        found += len(parser.feed(stream[:cut], at)) + len(parser.feed(stream[cut:], at))
    return sent, found


def fuzzed(scale: Scale) -> Seen:
    """Feed the parsers, one after the other without a rest, and time every call by the processor."""
    chance, at = random.Random(7), ManualClock().now()
    fuzz, count = Fuzz(chance), scale.cases(60_000, 10_000_000)
    parsers = [FrameParser(mode) for mode in FrameMode]
    stream, marks = DriStream("fuzz"), ParityMarks(b"\x7d\x7d")
    slowest_s, raised = 0.0, []
    for number in range(count):
        long = number % 20 == 0
        data = fuzz.data(fuzz.long if long else fuzz.short)
        began = thread_time()
        try:
            if long or number % 5 == 0:
                stream.feed(marks.feed(data), at)
            else:
                for frame in parsers[number % 3].feed(data, at):
                    parse_payload(frame)
        except Exception as error:
            raised.append(f"{type(error).__name__} on {data[:40].hex()}")
        slowest_s = max(slowest_s, thread_time() - began)
        if number % 1000 == 0:
            at = at.plus(1.0)
    sent, found = glued_frames(count // 20)
    return Seen(
        f"{count} inputs: {len(raised)} exceptions{': ' + raised[0] if raised else ''}, slowest "
        f"{slowest_s * 1000:.1f} ms; {found} of {sent} glued frames found",
        not raised and slowest_s <= LONGEST_CALL_S and found == sent,
    )
