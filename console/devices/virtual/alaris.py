"""A virtual Alaris Asena syringe pump, byte for byte as a host sees it; its serial number begins with SIM.

Written from dialogues captured by the OpenICE project and from infupy 2022.1.11. Those leave open what the
pump answers to what it does not take; here it answers nothing, which a host finds hardest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from console.devices.virtual.alaris_memory import AsenaState
from console.devices.virtual.faults import (
    FaultyLine,
    HandOverWithdrawn,
    LineFault,
    LoadSyringe,
    Occlusion,
    OcclusionReleased,
    PanelAcknowledge,
    PanelRate,
    PanelRun,
    PanelStop,
    PowerCycle,
    Stall,
)
from console.devices.virtual.ne1000_drive import Syringe
from console.devices.virtual.twins import VirtualSetting

SERIAL = "SIM-51740"
HIGHEST_RATE = Decimal(1200)
LOWEST_RATE = Decimal("0.1")
LONGEST_FRAME = 256

PumpFault = (
    PowerCycle
    | Stall
    | Occlusion
    | OcclusionReleased
    | LoadSyringe
    | PanelRate
    | PanelStop
    | PanelRun
    | PanelAcknowledge
    | HandOverWithdrawn
)


class VirtualAlaris:
    """One pump; ``permits`` is whether its software still hands control over."""

    def __init__(
        self,
        serial: str = SERIAL,
        *,
        permits: bool = True,
        brand: str = "BD PLASTIPAK",
        size_ml: int = 50,
        confirmed: bool = True,
        syringe: Syringe | None = None,
        seed: int = 0,
    ) -> None:
        """Switch a pump on, with a confirmed 50 mL syringe that never empties unless another is given."""
        self.state = AsenaState(syringe or Syringe())
        self.confirmed = confirmed
        self._serial = serial
        self._permits = permits
        self._brand, self._size_ml = brand, size_ml
        self._line = FaultyLine(seed)
        self._frame: bytearray | None = None
        self._off_s = 0.0
        self._commands: dict[str, Callable[[list[str]], str | None]] = {
            "INST_SERIALNO": lambda _: f"INST_SERIALNO^{self._serial}",
            "COMMS_PROTOCOL": lambda _: "COMMS_PROTOCOL^Asena Rev 2.1.5",
            "COMMS_RESPONSE_MAX": lambda _: "COMMS_RESPONSE_MAX^4000^ms",
            "INF_RATE_MAX_SYRINGE": lambda _: f"INF_RATE_MAX_SYRINGE^{HIGHEST_RATE:.2f}^ml/h",
            "SYRINGE_STATUS": self._syringe_status,
            "REMOTE_CTRL": self._remote,
            "INF": self._infusion,
            "INF_VI": lambda _: f"INF_VI^{self.state.infused_ml:.3f}^ml",
            "ALARM": lambda _: f"ALARM^{self.state.alarm or 'AL_NOALM'}^ ^ ",
            "INF_RATE": self._rate,
            "INF_VTBI": self._limit,
            "INF_VI_CLEAR": self._clear,
            "INF_START": self._start,
            "INF_STOP": self._stop,
        }

    @property
    def delivered_ml(self) -> float:
        """What has left the line towards the patient, mL; never falls."""
        return self.state.syringe.delivered_ml

    @property
    def running(self) -> bool:
        """The plunger moves."""
        return self.powered and self.state.running

    @property
    def powered(self) -> bool:
        """It is switched on."""
        return self._off_s <= 0.0

    # -- Emulator ----------------------------------------------------------------------------------

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host; the bytes the pump answers at once."""
        if not self.powered or self._line.silent:
            return b""
        answers = b""
        for byte in data:
            text = self._take(byte)
            if text is None or self._line.loses_request():
                continue
            answer = self._answer(text)
            if answer is not None:
                answers += self._line.send(_framed(answer))
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let ``dt_s`` seconds pass; late answers."""
        silent = self._line.silent
        late = self._line.advance(dt_s)
        on_s = dt_s
        if self._off_s > 0.0:
            on_s = max(0.0, dt_s - self._off_s)
            self._off_s = max(0.0, self._off_s - dt_s)
            if self._off_s > 0.0:
                return b""
            self.state.power_up()
        self.state.advance(on_s)
        return b"" if silent else late

    # -- the fault menu ----------------------------------------------------------------------------

    def inject(self, fault: LineFault | PumpFault) -> None:
        """Make something go wrong, or work the pump's panel."""
        state = self.state
        match fault:
            case PowerCycle(off_s):
                self._off_s = max(off_s, 1e-6)
                self._frame = None
                self._line.cut()
            case Stall():
                if self.running:
                    state.hold("AL_DRDIS")
            case Occlusion(compliance_ml):
                state.syringe.occlude(compliance_ml)
            case OcclusionReleased():
                state.syringe.release()
            case LoadSyringe(content_ml, inner_diameter_mm):
                state.syringe.load(content_ml, inner_diameter_mm)
            case PanelRate(rate_ml_h):
                state.set_rate = rate_ml_h
            case PanelStop():
                state.hold()
            case PanelRun():
                state.start(by_host=False)
            case PanelAcknowledge():
                state.alarm = ""
            case HandOverWithdrawn():
                self._permits = False
            case _:
                self._line.inject(fault)

    # -- inside ------------------------------------------------------------------------------------

    def _take(self, byte: int) -> str | None:
        """One byte of the host; the text of the intact frame it completes, if any."""
        if byte == ord("!"):
            self._frame = bytearray()
        elif byte == 0x1B:
            self._frame = None
        elif self._frame is not None and byte == ord("\r"):
            text, self._frame = self._frame.decode("latin-1"), None
            body, bar, crc = text.rpartition("|")
            return body if bar and crc == _crc(body) else None
        elif self._frame is not None:
            self._frame.append(byte)
            if len(self._frame) > LONGEST_FRAME:
                self._frame = None
        return None

    def _answer(self, text: str) -> str | None:
        name, *given = text.split("^")
        command = self._commands.get(name)
        return None if command is None else command(given)

    def _syringe_status(self, given: list[str]) -> str:
        del given
        return f"SYRINGE_STATUS^{self._brand}^{self._size_ml:3d}^{'CONF' if self.confirmed else 'NOCONF'}"

    def _remote(self, given: list[str]) -> str | None:
        if given == ["DISABLED"]:
            self.state.remote = False
            return "REMOTE_CTRL^DISABLED"
        if len(given) != 2 or given[0] != "ENABLED":
            return None
        if not self._permits or given[1] != _crc(self._serial):
            # Open choice: how a pump says no is in no source.
            return "REMOTE_CTRL^ENABLED^****^DENY^0^ms"
        self.state.hear_host()
        return "REMOTE_CTRL^ENABLED^****^PERMIT^0^ms"

    def _infusion(self, given: list[str]) -> str:
        del given
        state = self.state
        flag, mode = "A" if state.alarm else "-", "SET" if state.running else "HLD"
        return (
            f"INF^{self._serial}^{flag}^{mode}^{state.rate:.2f}^ml/h^^{state.infused_ml:.3f}^ml"
            f"^{state.pressure_mmhg:.2f}^mmHg^{self._time_left()}^EVENT^{state.events}"
        )

    def _time_left(self) -> str:
        state = self.state
        if state.limit_ml is None or state.set_rate <= 0:
            return "24+"
        seconds = int(state.limit_ml / float(state.set_rate) * 3600)
        if seconds >= 24 * 3600:
            return "24+"
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    def _rate(self, given: list[str]) -> str | None:
        if given:
            rate = _number(given[0]) if given[1:] == ["ml/h"] else None
            if rate is None or not self.state.remote or not LOWEST_RATE <= rate <= HIGHEST_RATE:
                return None
            self.state.set_rate = rate
        return f"INF_RATE^{self.state.set_rate:.2f}^ml/h"

    def _limit(self, given: list[str]) -> str | None:
        state = self.state
        if given == ["DEACT"] and state.remote:
            state.limit_ml = None
        elif given:
            volume = _number(given[1]) if given[:1] == ["ACTIV"] and given[2:] == ["ml", "STOP"] else None
            if volume is None or volume <= 0 or not state.remote:
                return None
            state.limit_ml = float(volume)
        return "INF_VTBI^DEACT" if state.limit_ml is None else f"INF_VTBI^ACTIV^{state.limit_ml:.3f}^ml^STOP"

    def _clear(self, given: list[str]) -> str | None:
        if given or not self.state.remote:
            return None
        self.state.infused_ml = 0.0
        return "INF_VI_CLEAR"

    def _start(self, given: list[str]) -> str | None:
        if given or not self.state.remote or not self.confirmed:
            return None
        return "INF_START" if self.state.start(by_host=True) else None

    def _stop(self, given: list[str]) -> str | None:
        if given or not self.state.remote:
            return None
        if self.state.running:
            self.state.hold()
        return "INF_STOP"


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) else None


def _crc(text: str) -> str:
    """CRC-16/CCITT-FALSE, bit by bit."""
    register = 0xFFFF
    for byte in text.encode("latin-1"):
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return f"{register:04X}"


def _framed(text: str) -> bytes:
    return f"!{text}|{_crc(text)}\r".encode("latin-1")


def virtual(setting: VirtualSetting) -> VirtualAlaris:
    """A pump for the catalogue."""
    return VirtualAlaris(seed=setting.seed)
