"""A virtual GE / Datex-Ohmeda S/5 monitor, byte for byte as a host sees it.

It hears the requests of GE "S/5 Computer Interface Specification" M1017617, 12th edition, and sends
records of interface level 10: displayed values and auxiliary information each asked interval, one
waveform record with all asked waves four times a second (a monitor sends up to 1 s in one; shorter
records make the sweep smooth and cost 134 bytes/s more, 85 % of a 19200 baud line in all), alarm
texts at once on request and whenever they change, at most every 2 s. Trends are not kept: a monitor
without a started case sends none either.

Its plug identifier is one that no monitor is given here, so that the driver can tell that it is
simulated.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Wave
from console.devices.virtual.body import Body
from console.devices.virtual.faults import FaultyLine, LineFault, PowerCycle
from console.devices.virtual.frozen_body import FrozenBody
from console.devices.virtual.s5_picture import AMBIENT_MMHG, alarm_texts, groups
from console.devices.virtual.s5_wire import (
    ALARM,
    PHYSIOLOGY,
    WAVE,
    WAVE_RATES,
    AlarmsRequest,
    Request,
    Stamp,
    ValuesRequest,
    WavesRequest,
    alarm_status,
    auxiliary,
    basic_class,
    empty_class,
    record,
    requests_in,
    waveform,
)
from console.devices.virtual.twins import VirtualSetting

LEVEL = 10
PLUG_ID = 0xFE51
WAVE_PERIOD_S = 0.25
ALARM_PERIOD_S = 2.0
DISPLAYED, AUXILIARY = 1, 4
NOMINAL_START_S = 1_767_261_600
"""2026-01-01 10:00 UTC: where the monitor's clock starts when nobody sets it."""

WAVES = {1: Wave.ECG, 8: Wave.PLETH, 9: Wave.CO2, 15: Wave.RESP}
COUNTS_PER_UNIT = {1: 1000.0, 8: 100.0, 9: 10_000 / AMBIENT_MMHG, 15: 100.0}
"""ECG uV, pleth 1/100 %, CO2 1/100 % of the ambient pressure, respiration 1/100 Ohm."""

LEAD_WAVES = frozenset({1, 15})
EPSILON_S = 1e-9
CLOCK_MARGIN_S = 1e-5


@dataclass(frozen=True, slots=True)
class Garbage:
    """``byte_count`` bytes of noise arrive on the line."""

    byte_count: int = 64


@dataclass(frozen=True, slots=True)
class ClockJump:
    """Somebody sets the monitor's clock: it jumps by ``seconds``."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """The monitor goes on sending its last figures and flat lines, until it is switched off and on."""


S5Fault = LineFault | PowerCycle | Garbage | ClockJump | Hang


@dataclass(slots=True)
class _Schedule:
    """A repeated sending: every ``period_s``, next at ``due_s`` of the monitor's uptime."""

    period_s: float
    due_s: float
    classes: tuple[int, ...] = ()


class VirtualS5:
    """One virtual S/5 monitor over one body."""

    def __init__(
        self,
        body: Body,
        *,
        clock_s: float = NOMINAL_START_S,
        shortest_interval_s: int = 1,
        plug_id: int = PLUG_ID,
        seed: int = 0,
    ) -> None:
        """Switch it on.

        Args:
            body: Whose sensors it reads; only one monitor may take a body's waves.
            clock_s: What its clock shows, Unix seconds.
            shortest_interval_s: Shorter intervals are granted as this one, as older monitors do.
            plug_id: Its identifier.
            seed: Seed of the noise on the line.
        """
        self._body = body
        self._clock_ahead_s = clock_s
        self._shortest_interval_s = shortest_interval_s
        self._plug_id = plug_id
        self._line = FaultyLine(seed)
        self._noise = random.Random(seed)
        self._uptime_s = 0.0
        self._off_s = 0.0
        self._garbage = b""
        self._kept: dict[int, NDArray[np.float64]] = {}
        self._switch_on()

    def _switch_on(self) -> None:
        """What a monitor knows after power-up: nothing was asked of it, and it measures again."""
        if isinstance(self._body, FrozenBody):
            self._body = self._body.body
        self._received = bytearray()
        self._numbers = {PHYSIOLOGY: 0, WAVE: 0, ALARM: 0}
        self._values: dict[int, _Schedule] = {}
        self._wave_kinds: tuple[int, ...] = ()
        self._wave_due_s = 0.0
        self._quota = dict.fromkeys(WAVES, 0.0)
        self._kept = {kind: np.empty(0) for kind in WAVES}
        self._alarm_changes = False
        self._alarm_told: dict[str, int] = {}
        self._alarm_due_s = 0.0

    @property
    def _clock_s(self) -> int:
        """What the monitor's clock shows; the margin swallows the rounding of many small steps."""
        return int(self._clock_ahead_s + self._uptime_s + CLOCK_MARGIN_S)

    def inject(self, fault: S5Fault) -> None:
        """Make something go wrong: on the line, with the power, with the clock, or inside."""
        match fault:
            case Hang():
                self._body = FrozenBody(self._body)
            case Garbage(byte_count):
                self._garbage += self._noise.randbytes(byte_count)
            case ClockJump(seconds):
                self._clock_ahead_s += seconds
            case PowerCycle(off_s):
                self._off_s = off_s
                self._line.cut()
                self._switch_on()
            case _:
                self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host; returns the bytes the monitor answers at once."""
        if self._off_s > 0 or self._line.silent:
            return b""
        self._received += data
        heard = [request for request in requests_in(self._received) if not self._line.loses_request()]
        return b"".join(self._obey(request) for request in heard)

    def advance(self, dt_s: float) -> bytes:
        """Let ``dt_s`` seconds pass; returns what the monitor sends meanwhile.

        The body must have lived through the same seconds before.
        """
        self._uptime_s += dt_s
        if self._off_s > 0:
            self._off_s = max(0.0, self._off_s - dt_s)
            self._discard_waves()
            return b""
        self._keep_waves()
        silent = self._line.silent
        sent = self._line.advance(dt_s) + self._due_waves() + self._due_values() + self._due_alarms()
        garbage, self._garbage = self._garbage, b""
        return b"" if silent else garbage + sent

    def _obey(self, request: Request) -> bytes:
        match request:
            case ValuesRequest(kind, interval_s, classes):
                return self._asked_values(kind, interval_s, classes)
            case WavesRequest(kinds):
                self._wave_kinds = kinds
                self._wave_due_s = self._uptime_s + WAVE_PERIOD_S
                self._quota = dict.fromkeys(WAVES, 0.0)
                self._kept = {kind: np.empty(0) for kind in WAVES}
                return b""
            case AlarmsRequest(command):
                self._alarm_changes = {2: True, 3: False}.get(command, self._alarm_changes)
                return self._tell_alarms(alarm_texts(self._body.numerics())) if command in (0, 2) else b""

    def _asked_values(self, kind: int, interval_s: int, classes: tuple[int, ...]) -> bytes:
        if kind not in (DISPLAYED, AUXILIARY):
            return b""
        if interval_s == -1:
            return self._values_record(kind, classes)
        self._values.pop(kind, None)
        if interval_s > 0:
            period_s = float(max(interval_s, self._shortest_interval_s))
            self._values[kind] = _Schedule(period_s, self._uptime_s + period_s, classes)
        return b""

    def _send(self, main_type: int, parts: list[tuple[int, bytes]]) -> bytes:
        """One record through the line, counted per record type as monitors do."""
        stamp = Stamp(self._numbers[main_type], LEVEL, self._plug_id, self._clock_s)
        self._numbers[main_type] += 1
        return self._line.send(record(stamp, main_type, parts))

    def _due_values(self) -> bytes:
        sent = b""
        for kind, schedule in self._values.items():
            while schedule.due_s <= self._uptime_s + EPSILON_S:
                schedule.due_s += schedule.period_s
                sent += self._values_record(kind, schedule.classes)
        return sent

    def _values_record(self, kind: int, classes: tuple[int, ...]) -> bytes:
        seen, time_s = self._body.numerics(), self._clock_s
        if kind == AUXILIARY:
            measured_s = 0 if seen.cuff is None else round(time_s - seen.cuff.age_s)
            return self._send(PHYSIOLOGY, [(kind, auxiliary(measured_s))])
        basic = basic_class(time_s, groups(seen), LEVEL)
        parts = [basic if wanted == 0 else empty_class(time_s, wanted, LEVEL) for wanted in classes]
        return self._send(PHYSIOLOGY, [(kind, part) for part in parts])

    def _keep_waves(self) -> None:
        for kind, wave in WAVES.items():
            taken = self._body.take_wave(wave)
            if kind in self._wave_kinds:
                self._kept[kind] = np.concatenate((self._kept[kind], taken))

    def _discard_waves(self) -> None:
        for wave in WAVES.values():
            self._body.take_wave(wave)

    def _due_waves(self) -> bytes:
        sent = b""
        while self._wave_kinds and self._wave_due_s <= self._uptime_s + EPSILON_S:
            self._wave_due_s += WAVE_PERIOD_S
            last = self._wave_due_s > self._uptime_s + EPSILON_S
            leads_off = self._body.numerics().hr is None
            sent += self._send(WAVE, [self._wave_part(kind, last, leads_off) for kind in self._wave_kinds])
        return sent

    def _wave_part(self, kind: int, last: bool, leads_off: bool) -> tuple[int, bytes]:
        """The next samples: a period's worth, or all up to 1 s in the last record of a catch-up."""
        self._quota[kind] += WAVE_RATES[kind] * WAVE_PERIOD_S
        wanted = int(self._quota[kind] + EPSILON_S)
        self._quota[kind] -= wanted
        kept = self._kept[kind]
        size = WAVE_RATES[kind] if last else wanted
        self._kept[kind] = kept[size:]
        off = leads_off and kind in LEAD_WAVES
        return kind, waveform(kept[:size], COUNTS_PER_UNIT[kind], off)

    def _due_alarms(self) -> bytes:
        if not self._alarm_changes or self._alarm_due_s > self._uptime_s + EPSILON_S:
            return b""
        texts = alarm_texts(self._body.numerics())
        return b"" if texts == self._alarm_told else self._tell_alarms(texts)

    def _tell_alarms(self, texts: dict[str, int]) -> bytes:
        told, self._alarm_told = self._alarm_told, texts
        self._alarm_due_s = self._uptime_s + ALARM_PERIOD_S
        return self._send(ALARM, [(1, alarm_status(texts, told))])


def virtual(setting: VirtualSetting) -> VirtualS5:
    """A monitor for the catalogue."""
    return VirtualS5(setting.patient, clock_s=setting.clock_s, seed=setting.seed)
