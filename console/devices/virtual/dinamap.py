"""A virtual CARESCAPE V100: answers on its host port, inflates its cuff when told to.

Written from the layouts of GE "Host Communications Reference Manual" 2010566. Its oximeter says that it
averages over 99 s, which no oximeter does.
"""

from __future__ import annotations

from console.clinical.vitals import NibpState
from console.devices.virtual.body import Body
from console.devices.virtual.faults import FaultyLine, LineFault
from console.devices.virtual.twins import VirtualSetting

CR = 0x0D
LF = 0x0A
LONGEST_LINE = 200
AVERAGING = "99"
OLDEST_S = 5400
SIGNAL_PER_PERCENT = 4
LETTERS = frozenset({"NA", "NF", "NC", "ND", "OA", "RA", "RC", "TC"})


class VirtualDinamap:
    """One virtual monitor over one body."""

    def __init__(self, body: Body, *, seed: int = 0) -> None:
        """``body`` is whose sensors it reads and whose arm the cuff is on."""
        self._body = body
        self._line = FaultyLine(seed)
        self._received = bytearray()
        self._cancelled = False
        self.started = 0
        self.cancelled = 0

    def inject(self, fault: LineFault) -> None:
        """Make something go wrong on the line."""
        self._line.inject(fault)

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host; returns the answers."""
        if self._line.silent:
            return b""
        answers = b""
        for byte in data:
            if byte in (CR, LF):
                answers += self._hear(bytes(self._received))
                self._received.clear()
            else:
                self._received.append(byte)
                del self._received[:-LONGEST_LINE]
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let time pass; late answers arrive."""
        silent = self._line.silent
        late = self._line.advance(dt_s)
        return b"" if silent else late

    def _hear(self, line: bytes) -> bytes:
        if len(line) < 5 or not line.isascii():
            return b""
        text, check = line[:-2].decode("ascii"), line[-2:].decode("ascii")
        if check != _check(text) or text[1:3] not in LETTERS or self._line.loses_request():
            return b""
        said = self._answer(text[1:3])
        whole = f" {text[1:3]}{said}"
        return self._line.send(f"{whole}{_check(whole)}\r".encode("ascii"))

    def _answer(self, letters: str) -> str:
        seen = self._body.numerics()
        match letters:
            case "NC":
                self.started += 1
                self._cancelled = False
                self._body.start_cuff()
                return ""
            case "ND":
                self.cancelled += 1
                self._cancelled = True
                return ""
            case "NA" | "NF":
                return self._pressures()
            case "OA":
                state = "6" if seen.perfusion is None else "3" if seen.spo2 is None else "1"
                signal = 0 if seen.perfusion is None else min(9, round(seen.perfusion * SIGNAL_PER_PERCENT))
                return f"{state}{round(seen.spo2 or 0):03d}{signal}{AVERAGING}"
            case "RA" | "RC":
                return f"2{round(seen.pr or 0):03d}"
            case _:
                tenths_f = 0 if seen.temp is None else round((seen.temp * 9 / 5 + 32) * 10)
                return f"{0 if tenths_f else 3}01{0:05d}{tenths_f:04d}1"

    def _pressures(self) -> str:
        seen = self._body.numerics()
        state = {NibpState.IDLE: "1", NibpState.MEASURING: "0", NibpState.FAILED: "3"}[seen.cuff_state]
        if self._cancelled and state == "0":
            state = "1"
        if seen.cuff is None:
            return f"{state}109999000000000"
        age_s = min(round(seen.cuff.age_s), OLDEST_S)
        figures = (seen.cuff.systolic, seen.cuff.diastolic, seen.cuff.mean)
        return f"{state}10{age_s:04d}" + "".join(f"{round(figure):03d}" for figure in figures)


def _check(text: str) -> str:
    total = 0
    for character in text:
        total += ord(character) - 31
    return chr(32 + (total // 64) % 64) + chr(32 + total % 64)


def virtual(setting: VirtualSetting) -> VirtualDinamap:
    """A monitor for the catalogue."""
    return VirtualDinamap(setting.patient, seed=setting.seed)
