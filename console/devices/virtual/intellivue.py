"""A virtual Philips IntelliVue monitor with Data Export, byte for byte as its client sees it.

One association at a time: a second request is refused; the client has to answer the first event, has to keep
speaking (10 s at short poll periods), and has to renew its polls before they run out. Numerics come every
1.024 s in linked parts, waves every 256 ms with their description only now and then, as in a recording of a
real monitor. Facts from public implementations of the Philips guide 4535 642 59271 (mdpnp, BSD-2;
patient-monitor-datalogger, MIT). How long an unanswered first event is tolerated is not known; it is taken to
be the same time-out. Its model begins with ``SIM``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from console.devices.virtual.body import Body
from console.devices.virtual.faults import FaultyLine, LineFault, PowerCycle
from console.devices.virtual.intellivue_picture import alarm_object, numeric_objects, wave_sources
from console.devices.virtual.intellivue_wire import (
    ABORT,
    REFUSAL,
    RELEASED,
    TICKS_PER_S,
    accept,
    attribute,
    counted,
    framed,
    linked,
    mds_create,
    messages_in,
    poll_body,
    refused,
    remote,
)
from console.devices.virtual.twins import VirtualSetting

MODEL, BED = "SIM M8000", "VIRTUAL 1"
SYSTEM_ID = bytes.fromhex("0009fb510fe5")
NUMERIC_TICKS, WAVE_TICKS = 8192, 2048
NUMERICS, WAVES, ALERTS = 0x0006, 0x0009, 0x0036
POLL, EXTENDED_POLL, WAVE_LIST = 0x0C16, 0xF13B, 0xF23A
SHORTEST_PERIOD_TICKS = 0x0FA0
SERIAL_MTU, NETWORK_MTU = 996, 1364
DESCRIBED_EVERY = 4
LINKED_PARTS = 4
OVERHEAD_BYTES = 64
UNKNOWN_ACTION = 9


@dataclass(frozen=True, slots=True)
class DemoMode:
    """Somebody puts the monitor into demonstration mode, or takes it out of it."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class KiloPascal:
    """Somebody has pressures shown in kPa, or in mmHg again."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class EndAssociation:
    """The monitor aborts the association."""


IntelliVueFault = LineFault | PowerCycle | DemoMode | KiloPascal | EndAssociation


@dataclass(slots=True)
class _Poll:
    """An extended poll that runs."""

    number: int
    invoke: int
    group: int
    until_ticks: int
    due_ticks: int
    sequence: int = 0


class IntelliVueMonitor:
    """The monitor behind its connector: whole messages in, whole messages out.

    Attributes:
        associated: A client is associated.
        system_id: Its identifier, told in the first event.
        uptime_ticks: Its relative time, 1/8 ms; wraps in the messages only.
    """

    def __init__(self, body: Body, *, clock_s: float = 1_767_261_600.0, mtu: int = SERIAL_MTU) -> None:
        """``clock_s`` is what its clock shows, Unix seconds; ``mtu`` its longest message, bytes."""
        self.system_id = SYSTEM_ID
        self._body = body
        self._clock_s = clock_s
        self._most_mtu = mtu
        self._passed_s = 0.0
        self.uptime_ticks = 0
        self._demo = False
        self._kpa = False
        self.switch_on()

    def switch_on(self) -> None:
        """What it knows after power-up: no client, no list of waves."""
        self.associated = False
        self._answered = False
        self._period_ticks = SHORTEST_PERIOD_TICKS
        self._mtu = self._most_mtu
        self._heard_ticks = self.uptime_ticks
        self._polls: dict[int, _Poll] = {}
        self._labels: tuple[int, ...] = ()
        self._sources = wave_sources()
        self._described = 0

    def set_demo(self, on: bool) -> None:
        """Demonstration mode."""
        self._demo = on

    def set_kpa(self, on: bool) -> None:
        """Pressures in kPa."""
        self._kpa = on

    def abort(self) -> list[bytes]:
        """End the association."""
        was, self.associated = self.associated, False
        self.switch_on()
        return [ABORT] if was else []

    @property
    def timeout_ticks(self) -> int:
        """Silence of the client after which the association ends."""
        period_s = self._period_ticks / TICKS_PER_S
        timeout_s = 10.0 if period_s <= 3.3 else 3 * period_s if period_s <= 43 else 130.0
        return round(timeout_s * TICKS_PER_S)

    def hear(self, message: bytes) -> list[bytes]:
        """A client's message; what is answered at once."""
        kind = message[0] if message else 0
        if kind == 0x0D:
            return self._associate(message)
        if kind == 0x19:
            self.switch_on()
            return []
        if not self.associated:
            return []
        self._heard_ticks = self.uptime_ticks
        if kind == 0x09:
            self.switch_on()
            return [RELEASED]
        if kind == 0xE1 and len(message) >= 14:
            return self._obey(message)
        return []

    def _associate(self, message: bytes) -> list[bytes]:
        if self.associated:
            return [REFUSAL]
        place = message.find(bytes.fromhex("00 01 00 28 80 00 00 00"))
        if place < 0 or len(message) < place + 20:
            return [REFUSAL]
        period, _receive, transmit = struct.unpack_from(">III", message, place + 8)
        self.switch_on()
        self.associated = True
        self._heard_ticks = self.uptime_ticks
        self._period_ticks = max(period, SHORTEST_PERIOD_TICKS)
        self._mtu = min(transmit, self._most_mtu)
        clock_s = self._clock_s + self._passed_s
        return [
            accept(self._period_ticks, self._mtu),
            mds_create(1, self.uptime_ticks & 0xFFFFFFFF, clock_s, MODEL, BED, self.system_id),
        ]

    def _obey(self, message: bytes) -> list[bytes]:
        kind, _, invoke, command, _ = struct.unpack_from(">5H", message, 4)
        body = message[14:]
        if kind == 2:
            self._answered = self._answered or command == 1
            return []
        if kind != 1 or not self._answered:
            return []
        if command == 7 and len(body) >= 22:
            return self._asked(invoke, body)
        if command == 3 and body[10:16] == struct.pack(">3H", 1, 2, WAVE_LIST):
            return [self._wave_list(invoke, 3)]
        if command == 5 and len(body) >= 24 and body[16:18] == struct.pack(">H", WAVE_LIST):
            count = struct.unpack_from(">H", body, 20)[0]
            wanted = struct.unpack_from(f">{min(count, (len(body) - 24) // 4)}I", body, 24)
            self._labels = tuple(label for label in wanted if label in self._sources)
            return [self._wave_list(invoke, 5)]
        return [refused(invoke, UNKNOWN_ACTION)]

    def _wave_list(self, invoke: int, command: int) -> bytes:
        labels = counted([struct.pack(">I", label) for label in self._labels])
        told = struct.pack(">3H", 0x21, 0, 0) + counted([attribute(WAVE_LIST, labels)])
        return remote(2, invoke, command, told)

    def _asked(self, invoke: int, body: bytes) -> list[bytes]:
        action, _, number, _, kind, group = struct.unpack_from(">6H", body, 10)
        if action == POLL:
            return self._answer(action, _Poll(number, invoke, group, 0, 0), kind, None, self._objects(kind))
        if action != EXTENDED_POLL or kind not in (NUMERICS, WAVES, ALERTS):
            return [refused(invoke, UNKNOWN_ACTION)]
        for_ticks = 0
        if len(body) >= 34 and body[26:28] == struct.pack(">H", 0xF13E):
            for_ticks = struct.unpack_from(">I", body, 30)[0]
        running = self._polls.get(kind)
        if running is not None:
            running.until_ticks = self.uptime_ticks + for_ticks
            running.invoke, running.number = invoke, number
            return []
        every = WAVE_TICKS if kind == WAVES else NUMERIC_TICKS
        first = self.uptime_ticks // every * every + every
        poll = _Poll(number, invoke, group, self.uptime_ticks + for_ticks, first)
        self._polls[kind] = poll
        # The first answer carries nothing, as recorded.
        return self._answer(action, poll, kind, 0, [])

    def pass_time(self, dt_s: float) -> list[bytes]:
        """Let time pass; the body must have lived through the same seconds before."""
        self._passed_s += dt_s
        end = round(self._passed_s * TICKS_PER_S)
        for source in self._sources.values():
            source.keep(self._body.take_wave(source.wave))
        sent: list[bytes] = []
        for kind, poll in list(self._polls.items()):
            while poll.due_ticks <= min(end, poll.until_ticks):
                self.uptime_ticks = poll.due_ticks
                poll.sequence += 1
                sent += self._answer(EXTENDED_POLL, poll, kind, poll.sequence, self._objects(kind))
                poll.due_ticks += WAVE_TICKS if kind == WAVES else NUMERIC_TICKS
            if end > poll.until_ticks:
                del self._polls[kind]
        self.uptime_ticks = end
        if self.associated and self.uptime_ticks - self._heard_ticks > self.timeout_ticks:
            sent += self.abort()
        return sent

    def _objects(self, kind: int) -> list[bytes]:
        clock_s = self._clock_s + self._passed_s
        if kind == NUMERICS:
            return numeric_objects(self._body.numerics(), clock_s, demo=self._demo, kpa=self._kpa)
        if kind == ALERTS:
            return [alarm_object(self._body.numerics(), demo=self._demo)]
        if kind == WAVES:
            described = self._described % DESCRIBED_EVERY == 0
            self._described += 1
            return [
                self._sources[label].object(WAVE_TICKS, described=described, demo=self._demo)
                for label in self._labels
            ]
        return []

    def _answer(
        self, action: int, poll: _Poll, kind: int, sequence: int | None, objects: list[bytes]
    ) -> list[bytes]:
        """One result, or linked parts and a result where the objects are many or do not fit the MTU."""
        room = self._mtu - OVERHEAD_BYTES
        share = -(-len(objects) // LINKED_PARTS) if kind == NUMERICS and objects else max(len(objects), 1)
        parts: list[list[bytes]] = [[]]
        for one in objects:
            if parts[-1] and (len(parts[-1]) >= share or sum(map(len, parts[-1])) + len(one) > room):
                parts.append([])
            parts[-1].append(one)
        ticks = self.uptime_ticks & 0xFFFFFFFF
        bodies = [poll_body(action, poll.number, sequence, ticks, kind, poll.group, part) for part in parts]
        last = len(bodies) - 1
        return [
            linked(1 if at == 0 else 3 if at == last - 1 else 2, at + 1, poll.invoke, 7, body)
            if at < last
            else remote(2, poll.invoke, 7, body)
            for at, body in enumerate(bodies)
        ]


class VirtualIntelliVue:
    """The monitor with its MIB/RS232 port.

    Attributes:
        monitor: What is behind the port.
    """

    def __init__(self, body: Body, *, clock_s: float = 1_767_261_600.0, seed: int = 0) -> None:
        """``clock_s`` is what its clock shows, Unix seconds; ``seed`` that of the noise on the line."""
        self.monitor = IntelliVueMonitor(body, clock_s=clock_s)
        self._line = FaultyLine(seed)
        self._body = body
        self._received = bytearray()
        self._pending: list[bytes] = []
        self._off_s = 0.0

    def inject(self, fault: IntelliVueFault) -> None:
        """Make something go wrong: on the line, with the power, or on the monitor's screen."""
        match fault:
            case DemoMode(on):
                self.monitor.set_demo(on)
            case KiloPascal(on):
                self.monitor.set_kpa(on)
            case EndAssociation():
                self._pending += self.monitor.abort()
            case PowerCycle(off_s):
                self._off_s = off_s
                self._received.clear()
                self._line.cut()
                self.monitor.switch_on()
            case _:
                self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """Bytes from the client; returns what is answered at once."""
        if self._off_s > 0 or self._line.silent:
            return b""
        self._received += data
        heard = [message for message in messages_in(self._received) if not self._line.loses_request()]
        return b"".join(
            self._line.send(framed(one)) for message in heard for one in self.monitor.hear(message)
        )

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; returns what the monitor sends meanwhile."""
        said = self.monitor.pass_time(dt_s)
        if self._off_s > 0:
            self._off_s = max(0.0, self._off_s - dt_s)
            return b""
        silent = self._line.silent
        pending, self._pending = self._pending, []
        sent = self._line.advance(dt_s)
        sent += b"".join(self._line.send(framed(message)) for message in [*pending, *said])
        return b"" if silent else sent


def virtual(setting: VirtualSetting) -> VirtualIntelliVue:
    """A monitor for the catalogue."""
    return VirtualIntelliVue(setting.patient, clock_s=setting.clock_s, seed=setting.seed)
