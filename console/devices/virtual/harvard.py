"""A virtual Harvard Apparatus Pump 11 Elite, byte for byte as a host sees it; its serial number begins SIM.

Written from the makers' manuals (Harvard Apparatus PHD Ultra 5419-002 and Pump 33 DDS 5419-013, KD Scientific
Legato 200 5617-002 and Legato 130 5617-008) and flowchem 1.1.6, independent of the driver. Where they leave a
question open, the code says "open choice".
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from console.devices.virtual.faults import (
    FaultyLine,
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
from console.devices.virtual.harvard_drive import HarvardDrive
from console.devices.virtual.ne1000_drive import Syringe
from console.devices.virtual.twins import VirtualSetting

MODEL = "11 ELITE I/W Single 3.0.4"
SERIAL = "SIM-D301204"
LONGEST_COMMAND = 80
COMMANDS = (
    "address", "citime", "civolume", "crate", "cttime", "ctvolume", "cvolume", "diameter", "echo", "force",
    "irate", "irun", "ivolume", "poll", "run", "status", "stop", "tvolume", "ver", "version",
)  # fmt: skip
ML_PER = {"m": Decimal(1), "u": Decimal("1e-3"), "n": Decimal("1e-6"), "p": Decimal("1e-9")}
PER_HOUR = {"h": Decimal(1), "m": Decimal(60), "s": Decimal(3600)}

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
)


class Objects(Exception):
    """The pump does not take the command; its lines say why."""


class VirtualHarvard:
    """One pump on a chain.

    ``counts_each_run`` chooses what a second run does with a target volume, ``wants_colon`` how an address is
    written: on a PHD Ultra with a colon behind it.
    """

    def __init__(
        self,
        address: int = 0,
        *,
        model: str = MODEL,
        serial: str = SERIAL,
        syringe: Syringe | None = None,
        counts_each_run: bool = False,
        knows_polling: bool = True,
        wants_colon: bool = False,
        seed: int = 0,
    ) -> None:
        """Switch a pump on; polling mode is off, as the manual has it."""
        self.drive = HarvardDrive(syringe or Syringe(), counts_each_run=counts_each_run)
        self.polling = False
        self._address = address
        self._model, self._serial = model, serial
        self._knows_polling = knows_polling
        self._wants_colon = wants_colon
        self._line = FaultyLine(seed)
        self._received = bytearray()
        self._off_s = 0.0

    @property
    def delivered_ml(self) -> float:
        """What has left the line towards the patient, mL; never falls."""
        return self.drive.syringe.delivered_ml

    @property
    def running(self) -> bool:
        """The plunger moves."""
        return self.powered and self.drive.running

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
            if byte != 0x0D:
                if byte != 0x0A:
                    self._received.append(byte)
                    del self._received[:-LONGEST_COMMAND]
                continue
            text = self._received.decode("latin-1").strip().lower()
            self._received.clear()
            if not self._line.loses_request():
                answer = self._hear(text)
                answers += self._line.send(answer) if answer else b""
        return answers

    def advance(self, dt_s: float) -> bytes:
        """Let ``dt_s`` seconds pass; late replies, and prompts it sends on its own without polling mode."""
        silent = self._line.silent
        sent = self._line.advance(dt_s)
        on_s = dt_s
        if self._off_s > 0.0:
            on_s = max(0.0, dt_s - self._off_s)
            self._off_s = max(0.0, self._off_s - dt_s)
            if self._off_s > 0.0:
                return b""
            self.drive.power_up()
            self.polling = False
        was_running = self.drive.running
        self.drive.advance(on_s)
        if was_running and not self.drive.running and not self.polling:
            sent += b"\n" + self._prompt()
        return b"" if silent else sent

    # -- the fault menu ----------------------------------------------------------------------------

    def inject(self, fault: LineFault | PumpFault) -> None:
        """Make something go wrong, or work the pump's keys."""
        drive = self.drive
        match fault:
            case PowerCycle(off_s):
                self._off_s = max(off_s, 1e-6)
                self._received.clear()
                self._line.cut()
            case Stall():
                if self.running:
                    drive.stall()
            case Occlusion(compliance_ml):
                drive.syringe.occlude(compliance_ml)
            case OcclusionReleased():
                drive.syringe.release()
            case LoadSyringe(content_ml, inner_diameter_mm):
                drive.syringe.load(content_ml, inner_diameter_mm)
            case PanelRate(rate_ml_h):
                drive.rate_ml_h = rate_ml_h
            case PanelStop():
                drive.halt()
            case PanelRun():
                drive.run()
            case PanelAcknowledge():
                drive.stalled = False
            case _:
                self._line.inject(fault)

    # -- inside ------------------------------------------------------------------------------------

    def _hear(self, text: str) -> bytes:
        digits = re.match(r"[0-9]{1,2}", text)
        address = int(digits[0]) if digits else 0
        colon = text[digits.end() :].startswith(":") if digits else True
        if address != self._address or colon < self._wants_colon:
            return b""
        command = text[digits.end() if digits else 0 :].lstrip(":@ ")
        try:
            lines = self._carry_out(command) if command else []
        except Objects as error:
            lines = str(error).split("\n")
        prefix = f"{self._address:02d}:" if self._address else ""
        told = "".join(f"\n{prefix}{line}\r" for line in lines)
        return told.encode("ascii", "replace") + b"\n" + self._prompt()

    def _prompt(self) -> bytes:
        prefix = f"{self._address:02d}" if self._address else ""
        return (prefix + self.drive.prompt).encode("ascii") + (b"\x11" if self.polling else b"")

    def _carry_out(self, command: str) -> list[str]:
        word, *given = command.split()
        name = (
            word
            if word in COMMANDS
            else next((known for known in COMMANDS if len(word) >= 4 and known.startswith(word)), "")
        )
        if not name or (name == "poll" and not self._knows_polling):
            raise Objects(f"Command error: {word[:20]}\n   Unknown command")
        match name:
            case "ver":
                return [self._model]
            case "version":
                firmware = self._model.rpartition(" ")[2]
                return [
                    f"Firmware: v{firmware}",
                    f"Pump address: {self._address}",
                    f"Serial number: {self._serial}",
                ]
            case "address":
                return [f"Pump address is {self._address}"]
            case "echo":
                return ["Off"]
            case "force":
                return ["30%"]
            case "poll":
                return self._poll(given)
            case "diameter" | "irate" | "tvolume":
                return self._setting(name, given)
            case _:
                return self._plain(name)

    def _plain(self, name: str) -> list[str]:
        drive = self.drive
        match name:
            case "status":
                return [self._status()]
            case "crate":
                return [f"Infusing at {_six(drive.rate_ml_h)} ml/hr"] if drive.running else ["Not running"]
            case "ivolume":
                return [f"{_six(Decimal(drive.infused_ml))} ml"]
            case "irun" | "run":
                if not drive.run():
                    raise Objects("Command error: run\n   Pump cannot run")
            case "stop":
                drive.halt()
            case _ if drive.running:
                raise Objects(f"Command error: {name}\n   Pump is running")
            case "civolume" | "cvolume":
                drive.clear_volume()
            case "ctvolume":
                drive.target_ml = None
        return []

    def _poll(self, given: list[str]) -> list[str]:
        if not given:
            return ["On" if self.polling else "Off"]
        if given[0] not in ("on", "off"):
            raise Objects(f"Argument error: {given[0][:20]}\n   Unknown argument")
        self.polling = given[0] == "on"
        return []

    def _setting(self, name: str, given: list[str]) -> list[str]:
        drive = self.drive
        if not given:
            return [self._held(name)]
        value = _amount(given, rate=name == "irate", length=name == "diameter")
        if drive.running and name != "irate":
            raise Objects(f"Command error: {name}\n   Pump is running")
        if name == "diameter":
            if not Decimal("0.1") <= value <= 35:
                raise Objects(f"Argument error: {given[0]}\n   Out of range")
            drive.diameter_mm = value
        elif name == "irate":
            if value > drive.highest_rate_ml_h:
                raise Objects(f"Argument error: {given[0]}\n   Out of range")
            drive.rate_ml_h = value
        else:
            drive.target_ml = value
        return []

    def _held(self, name: str) -> str:
        drive = self.drive
        if name == "diameter":
            return f"{_six(drive.diameter_mm)} mm"
        if name == "irate":
            return f"{_six(drive.rate_ml_h)} ml/hr"
        return "Target volume not set" if drive.target_ml is None else f"{_six(drive.target_ml)} ml"

    def _status(self) -> str:
        drive = self.drive
        rate = int(drive.rate_ml_h * 10**12 / 3600) if drive.running else 0
        direction = "I" if drive.running else "i"
        stalled, reached = "S" if drive.stalled else ".", "T" if drive.reached else "."
        volume = math.floor(drive.infused_ml * 1e12)
        return f"{rate} {int(drive.run_s * 1000)} {volume} {direction}.{stalled}.I{reached}"


def _amount(given: list[str], *, rate: bool, length: bool) -> Decimal:
    """A number with its unit, in mL/h, mL or mm; units may be shortened to their first letters."""
    text = given[0]
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) is None or Decimal(text) <= 0:
        raise Objects(f"Argument error: {text[:20]}\n   Invalid number")
    value, unit = Decimal(text), given[1] if len(given) > 1 else ""
    if length:
        return value
    volume, _, time = unit.partition("/")
    if volume[:1] not in ML_PER or (rate and time[:1] not in PER_HOUR):
        raise Objects(f"Argument error: {unit[:20]}\n   Unknown units")
    return value * ML_PER[volume[0]] * (PER_HOUR[time[0]] if rate else 1)


def _six(value: Decimal) -> str:
    """Six significant digits at most, as the pump shows a number."""
    return format(value.quantize(Decimal(1).scaleb(min(0, value.adjusted() - 5))), "f") if value else "0"


def virtual(setting: VirtualSetting) -> VirtualHarvard:
    """A pump for the catalogue."""
    return VirtualHarvard(seed=setting.seed)
