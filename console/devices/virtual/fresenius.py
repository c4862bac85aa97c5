"""A virtual Fresenius base with modules in it, or one module that stands alone, on its serial port.

Written from the facts of a public client, which leave open: how often ENQ is sent (here every second of an
open session), after how long a host that does not answer is given up (five seconds), and how long an
unasked message is repeated (every second until it is acknowledged). The modules' type begins with ``SIM``.
"""

from __future__ import annotations

from collections.abc import Sequence

from console.devices.virtual.faults import FaultyLine, LineFault, PanelRate, PanelRun, PanelStop, Stall
from console.devices.virtual.fresenius_module import VirtualModule
from console.devices.virtual.twins import VirtualSetting

ASK_EVERY_S = 1.0
GIVEN_UP_S = 5.0
LONGEST = 86
BASE_KIND = "SIM BASE PRIMEA"
_ENQ, _DC4, _ACK, _NAK, _STX, _ETX = 0x05, 0x14, 0x06, 0x15, 0x02, 0x03


class VirtualFresenius:
    """A base whose modules are numbered from 1, or one module alone."""

    def __init__(
        self, modules: Sequence[VirtualModule] | None = None, *, alone: bool = False, seed: int = 0
    ) -> None:
        """Make one.

        Args:
            modules: What stands in it, in the order of its places; one pump when None.
            alone: The first of them without a base.
            seed: Of the line's faults.
        """
        self.modules = (VirtualModule(),) if modules is None else tuple(modules)
        self.open = False
        self._alone = alone
        self._line = FaultyLine(seed)
        self._received = bytearray()
        self._since_asked_s = 0.0
        self._since_heard_s = 0.0
        self._unacknowledged: dict[int, str] = {}

    @property
    def delivered_ml(self) -> float:
        """What has left the lines towards the patient."""
        return sum(module.delivered_ul for module in self.modules) / 1000

    def inject(self, fault: LineFault | PanelRate | PanelRun | PanelStop | Stall) -> None:
        """Make something go wrong on the line, or work the first module's panel."""
        match fault:
            case PanelRate(rate_ml_h):
                self.modules[0].set_rate(rate_ml_h)
            case PanelRun():
                self.modules[0].run()
            case PanelStop():
                self.modules[0].running = False
            case Stall():
                self.modules[0].running, self.modules[0].alarm = False, 0x10
            case _:
                self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host; returns the answers."""
        if self._line.silent:
            return b""
        answers = b""
        for byte in data:
            if byte == _DC4:
                self._since_heard_s = 0.0
            elif byte == _STX:
                self._received[:] = b"\x02"
            elif self._received:
                self._received.append(byte)
                if byte == _ETX or len(self._received) > LONGEST:
                    answers += self._hear(bytes(self._received))
                    self._received.clear()
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass: the modules deliver, the host is looked after, late answers arrive."""
        for module in self.modules:
            module.advance(dt_s)
        silent = self._line.silent
        said = self._line.advance(dt_s)
        if self._session:
            said += self._look_after(dt_s)
        return b"" if silent else said

    @property
    def _session(self) -> bool:
        return self.modules[0].open if self._alone else self.open

    def _look_after(self, dt_s: float) -> bytes:
        self._since_heard_s += dt_s
        self._since_asked_s += dt_s
        if self._since_heard_s > GIVEN_UP_S:
            self.open = False
            for module in self.modules:
                module.open, module.watched = False, ""
            return b""
        if self._since_asked_s < ASK_EVERY_S:
            return b""
        self._since_asked_s = 0.0
        for place, module in enumerate(self.modules):
            changed = module.changed() if module.watched else ""
            if changed:
                self._unacknowledged[place] = changed
        unasked = b"".join(
            _framed(f"{self._name(place)}E;{text}") for place, text in self._unacknowledged.items()
        )
        return bytes([_ENQ]) + unasked

    def _name(self, place: int) -> str:
        return "" if self._alone else str(place + 1)

    def _hear(self, frame: bytes) -> bytes:
        if self._line.loses_request():
            return b""
        if len(frame) > LONGEST:
            return bytes([_NAK]) + b"7"
        body, check = frame[1:-3], frame[-3:-1]
        if not body or check != b"%02X" % (0xFF - sum(body) % 256):
            return bytes([_NAK]) + b"2"
        if any(not 0x20 <= byte < 0x7F for byte in body):
            return bytes([_NAK]) + b"8"
        self._since_heard_s = 0.0
        text = body.decode("ascii")
        place = self._place_of(text[:1])
        if place is None:
            return bytes([_NAK]) + b"4"
        message = text if self._alone else text[1:]
        if message in ("E", "M"):
            self._unacknowledged.pop(place, None)
            return bytes([_ACK])
        prefix = "" if self._alone else text[0]
        return self._line.send(bytes([_ACK]) + _framed(prefix + self._answer(place, message)))

    def _place_of(self, first: str) -> int | None:
        """-1 for the base."""
        if self._alone:
            return None if first.isdigit() else 0
        return int(first) - 1 if first.isdigit() and int(first) <= len(self.modules) else None

    def _answer(self, place: int, message: str) -> str:
        if place >= 0:
            return self.modules[place].answer(message) if self._alone or self.open else "I;0D"
        if message == "DC":
            self.open = True
            return "C"
        if not self.open:
            return "I;0D"
        if message == "FC":
            self.open = False
            return "C"
        bits = (1 << len(self.modules)) - 1
        told = {"LE;b": f"C;b{bits:02X}", "LE;i": f"C;i{len(self.modules):02X}", "LF;b": f"C;b{BASE_KIND}"}
        return told.get(message, "I;01")


def _framed(body: str) -> bytes:
    raw = body.encode("ascii")
    return b"\x02" + raw + b"%02X" % (0xFF - sum(raw) % 256) + b"\x03"


def virtual(setting: VirtualSetting) -> VirtualFresenius:
    """A base with one pump for the catalogue."""
    return VirtualFresenius(seed=setting.seed)
