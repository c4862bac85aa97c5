"""SER-03: bits flipped on the wire, in both framings of the pump and on the monitor's line."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from console.clinical.vitals import Vital
from console.clock import Instant, ManualClock
from console.devices.monitors.dri_requests import physiology_request
from console.devices.monitors.dri_stream import Decoded, DriStream
from console.devices.monitors.s5 import SPOILER
from console.devices.parity import ParityMarks
from console.devices.ports import Emulator
from console.devices.pumps.ne1000 import NE1000
from console.devices.pumps.ne1000_frames import FrameMode, FrameParser, parse_payload
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.s5 import VirtualS5
from console.session.state import Phase
from tests.devices.scripted import basic, safe
from tests.faults.bench import Scale, Seen
from tests.faults.serial_rig import CutWorld, raised_codes, story_at
from tests.faults.serial_turns import Turns

DATA_BITS = 8
PARITY = 1
LINE_ALARM_S = 70.0
POLL_EVERY_S = 0.5
MOST_WITH_PARITY = 1e-4
"""An 8-bit sum with parity cannot refuse everything: what is left are bursts that turn over an even number
of bits in each of several bytes and leave their sum. Two in 100 000 damaged records pass."""
Line = Callable[[bytes, random.Random], bytes]
"""What a host reads of a frame that was sent."""


def even(byte: int) -> int:
    """The parity bit that makes the number of ones even."""
    return byte.bit_count() & 1


def flips(bits: int, chance: random.Random) -> set[int]:
    """Which bits a disturbance turns over: one to twenty at random, or most of a burst of up to 48."""
    kind = chance.random()
    if kind < 0.7:
        return set(chance.sample(range(bits), min(bits, chance.choice((1, 2, 2, 3, 4, 4, 6, 8, 20)))))
    start, length = chance.randrange(bits), chance.randrange(2, 48)
    return {bit for bit in range(start, min(bits, start + length)) if chance.random() < 0.5} or {start}


def noisy(sent: bytes, chance: random.Random) -> bytes:
    """A line without parity."""
    received = bytearray(sent)
    for bit in flips(len(sent) * DATA_BITS, chance):
        received[bit // DATA_BITS] ^= 1 << bit % DATA_BITS
    return bytes(received)


def noisy_with_parity(sent: bytes, chance: random.Random) -> bytes:
    """A line with even parity, read by a driver that marks damaged bytes, as the link hands it on."""
    word = DATA_BITS + PARITY
    struck: dict[int, list[int]] = {}
    for bit in flips(len(sent) * word, chance):
        struck.setdefault(bit // word, []).append(bit % word)
    marked = bytearray()
    for place, byte in enumerate(sent):
        parity = even(byte)
        for bit in struck.get(place, ()):
            if bit == DATA_BITS:
                parity ^= 1
            else:
                byte ^= 1 << bit
        if even(byte) != parity:
            marked += bytes((0xFF, 0, byte))
        else:
            marked += b"\xff\xff" if byte == 0xFF else bytes((byte,))
    return ParityMarks(SPOILER).feed(bytes(marked))


def unchecked(sent: bytes, chance: random.Random) -> bytes:
    """A line with even parity that nobody looks at: a flipped parity bit changes nothing."""
    received = bytearray(sent)
    for bit in flips(len(sent) * (DATA_BITS + PARITY), chance):
        byte, place = divmod(bit, DATA_BITS + PARITY)
        if place < DATA_BITS:
            received[byte] ^= 1 << place
    return bytes(received)


@dataclass(frozen=True, slots=True)
class Let:
    """How many damaged frames were let through.

    Attributes:
        frames: Damaged frames sent.
        accepted: Of them accepted with another content than was sent.
        wrong: Of those showing a usable figure that was not sent.
    """

    frames: int
    accepted: int
    wrong: int

    def __str__(self) -> str:
        return f"{self.accepted} of {self.frames} accepted, {self.wrong} with a wrong value"


def pump_frames(count: int, *, crc: bool) -> Let:
    """Replies of the pump, damaged one by one."""
    chance, clock, accepted = random.Random(3), ManualClock(), 0
    for _ in range(count):
        text = f"00{chance.choice('ISPA')}" + chance.choice(
            ("", f"{chance.uniform(0, 99):.2f}MH", f"I{chance.uniform(0, 60):.3f}W0.000ML", "NE1000V3.928")
        )
        sent = safe(text) if crc else basic(text)
        received = noisy(sent, chance)
        if received == sent:
            continue
        parser = FrameParser(FrameMode.SAFE if crc else FrameMode.BASIC)
        found = parser.feed(received, clock.now())
        found += parser.feed(b"", clock.now().plus(1.0))
        replies = [parse_payload(frame) for frame in found]
        accepted += any(reply is not None and reply.raw != text for reply in replies)
    return Let(count, accepted, accepted)


class Records:
    """Records of a monitor with a patient on it, each with what it truly says."""

    def __init__(self) -> None:
        patient = VirtualPatient(PatientProfile(), 3)
        monitor = VirtualS5(patient, clock_s=1_767_261_600)
        monitor.feed(physiology_request(1, ()))
        stream, at = DriStream("s5"), ManualClock().now()
        self.frames: list[tuple[bytes, dict[Vital, float]]] = []
        for _ in range(400):
            patient.advance(1.0, 0.0)
            sent = monitor.advance(1.0)
            for piece in sent.split(b"\x7e\x7e"):
                frame = b"\x7e" + piece.strip(b"\x7e") + b"\x7e"
                decoded = stream.feed(frame, at)
                if decoded and decoded[0].readings:
                    self.frames.append((frame, values(decoded)))


def values(decoded: list[Decoded]) -> dict[Vital, float]:
    """The usable figures."""
    return {r.vital: r.value for one in decoded for r in one.readings if r.usable and r.value is not None}


def monitor_frames(count: int, records: Records, line: Line) -> Let:
    """Records of the monitor, damaged one by one."""
    chance, at = random.Random(4), ManualClock().now()
    accepted = wrong = 0
    for _ in range(count):
        sent, truth = chance.choice(records.frames)
        received = line(sent, chance)
        if received == sent:
            continue
        decoded = DriStream("s5").feed(received + b"\x7e", at)
        if decoded:
            accepted += 1
            shown = values(decoded)
            wrong += any(truth.get(vital) != value for vital, value in shown.items())
    return Let(count, accepted, wrong)


class NoisyPump:
    """A link straight to a virtual pump that speaks without a checksum; a part of its answers is damaged."""

    def __init__(self, chance: random.Random, share: float) -> None:
        self.clock = ManualClock()
        self.pump = VirtualNE1000()
        self.damaged = 0
        self.share = share
        self._chance = chance
        self._arrived = b""

    def read(self, timeout_s: float) -> bytes:
        """See :class:`~console.devices.ports.Link`."""
        if not self._arrived:
            self.clock.advance(timeout_s)
            self.pump.advance(timeout_s)
        data, self._arrived = self._arrived, b""
        return data

    def write(self, data: bytes) -> None:
        """See :class:`~console.devices.ports.Link`."""
        answer = self.pump.feed(data)
        if answer and self._chance.random() < self.share:
            self.damaged += 1
            answer = noisy(answer, self._chance)
        self._arrived += answer

    def now(self) -> Instant:
        """See :class:`~console.devices.ports.Link`."""
        return self.clock.now()

    def discard_input(self) -> None:
        """See :class:`~console.devices.ports.Link`."""
        self._arrived = b""

    def close(self) -> None:
        """See :class:`~console.devices.ports.Link`."""


def readings_without_checksum(count: int) -> Let:
    """Polls of a pump in Basic mode, a third of its answers damaged: what is believed must be true."""
    link, driver, wrong = NoisyPump(random.Random(5), 0.0), NE1000(), 0
    driver.identify(link)
    truth = driver.poll(link)
    link.share = 1 / 3
    while link.damaged < count:
        link.clock.advance(POLL_EVERY_S)
        try:
            reading = driver.poll(link)
        except TimeoutError:
            continue
        same_rate = reading.rate_ml_h in (truth.rate_ml_h, None)
        same_count = reading.infused_ml in (truth.infused_ml, None)
        wrong += not (reading.state is truth.state and same_rate and same_count)
    return Let(link.damaged, wrong, wrong)


def seconds_to_line_alarm(share: float, within_s: float) -> float:
    """Until the room says that the monitor's line is bad, when this part of its records is damaged."""
    chance, world = random.Random(33), CutWorld()

    def spoil(emulator: Emulator, sent: bytes) -> bytes:
        spoils = sent and emulator is world.bay.monitor and chance.random() < share
        return noisy_with_parity(sent, chance) if spoils else sent

    with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
        turns.run(5.0)
        world.spoil = spoil
        return turns.until(lambda: "serial_errors_s5" in raised_codes(story.room), within_s)


def noise(scale: Scale) -> Seen:
    """Every protocol, with what is left of each; and a line bad enough to be told."""
    count = scale.cases(20_000, 1_000_000)
    with_crc = pump_frames(count // 2, crc=True)
    without_crc = pump_frames(count // 10, crc=False)
    twice = readings_without_checksum(count // 10)
    records = Records()
    unlooked = monitor_frames(count // 10, records, unchecked)
    checked = monitor_frames(count // 2, records, noisy_with_parity)
    alarm_s = seconds_to_line_alarm(0.15, 120.0)
    return Seen(
        f"NE-1000 Safe (CRC-16): {with_crc}. NE-1000 Basic (no checksum): {without_crc} as frames, "
        f"{twice.wrong} believed after two equal reads of {twice.frames}. S/5 with parity checked: {checked} "
        f"(unchecked: {unlooked}). Every seventh record damaged: alarm after {alarm_s:.0f} s",
        alarm_s <= LINE_ALARM_S
        and with_crc.accepted == 0
        and twice.wrong == 0
        and checked.wrong == 0
        and checked.accepted <= MOST_WITH_PARITY * checked.frames,
    )
