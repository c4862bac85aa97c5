"""A virtual B. Braun rack with one pump in it, on its data port: it tells, and takes no command.

Written from the facts of a public client. The pump is worked by hand (``inject``), as a nurse would at its
panel; its model name begins with ``SIM``.
"""

from __future__ import annotations

from decimal import Decimal

from console.devices.virtual.faults import FaultyLine, LineFault, PanelRate, PanelRun, PanelStop
from console.devices.virtual.twins import VirtualSetting

BED = "2/1/1"
MODEL = "SIM Perfusor Space"
ADDRESS = "50111"
LONGEST = 400


class VirtualBcc:
    """One rack, one pump."""

    def __init__(self, *, rate_ml_h: Decimal = Decimal(20), seed: int = 0) -> None:
        """``rate_ml_h`` is what is set at the panel; nothing runs yet."""
        self._line = FaultyLine(seed)
        self._received = bytearray()
        self._rate = rate_ml_h
        self._running = False
        self._passed_s = 0.0
        self._delivered_ml = 0.0
        self.acknowledged = 0

    @property
    def delivered_ml(self) -> float:
        """What has left the line towards the patient."""
        return self._delivered_ml

    def inject(self, fault: LineFault | PanelRate | PanelRun | PanelStop) -> None:
        """Make something go wrong on the line, or work the pump's panel."""
        match fault:
            case PanelRate(rate_ml_h):
                self._rate = rate_ml_h
            case PanelRun():
                self._running = True
            case PanelStop():
                self._running = False
            case _:
                self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host; returns the answers."""
        if self._line.silent:
            return b""
        self.acknowledged += data.count(b"\x06")
        self._received += data.replace(b"\x06", b"")
        del self._received[:-LONGEST]
        answers = b""
        while (end := self._received.find(b"\x04")) >= 0:
            frame = bytes(self._received[: end + 1])
            del self._received[: end + 1]
            answers += self._hear(frame[frame.find(b"\x01") :])
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; the pump delivers, late answers arrive."""
        self._passed_s += dt_s
        if self._running:
            self._delivered_ml += float(self._rate) * dt_s / 3600
        silent = self._line.silent
        late = self._line.advance(dt_s)
        return b"" if silent else late

    def _hear(self, frame: bytes) -> bytes:
        if len(frame) < 15 or frame[0] != 1 or frame[6] != 2 or frame[-7] != 3:
            return b""
        if not (frame[1:6].isdigit() and frame[-6:-1].isdigit()) or int(frame[1:6]) != len(frame):
            return b""
        if int(frame[-6:-1]) != sum(frame[:-6]) % 256 or self._line.loses_request():
            return b""
        return self._line.send(_framed(self._answer(frame[7:-7].split(b">", 1)[-1].decode("ascii"))))

    def _answer(self, request: str) -> str:
        now = f"{int(self._passed_s)}"
        if request == "ADMIN:ALIVE":
            return f"{now},500,GNACK"
        if request == "ADMIN:VERSION":
            return f"{now},500,GNVERS,6.0"
        if request.startswith("MEM:GET"):
            rate = self._rate if self._running else Decimal(0)
            told = [f"{now},{ADDRESS},GNMODEL,{MODEL}", f"{now},{ADDRESS},INRT,{rate}"]
            return "\x1e".join(told)
        return f"{now},500,GNERR,68"


def _framed(message: str) -> bytes:
    body = f"{BED}>{message}".encode("ascii")
    head = b"\x01%05d\x02" % (len(body) + 14) + body + b"\x03"
    return head + b"%05d\x04" % (sum(head) % 256)


def virtual(setting: VirtualSetting) -> VirtualBcc:
    """A rack for the catalogue."""
    return VirtualBcc(seed=setting.seed)
