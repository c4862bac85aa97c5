"""A virtual New Era NE-1000 syringe pump, byte for byte as a host sees it.

Built from the manual's facts alone and independent of the product's driver, so that the two can be
held against each other. Source: New Era, "NE-1000 Series Multi-Phaser User Manual", publication
#1200-01; where the sources leave a question open, the code says "open choice".

The protocol has no serial number and no room for a mark, so this pump cannot say on the line that it
is simulated: it reports ``NE1000V3.928`` as a real one does. The room learns it from the binding of
the port (a demonstration port is bound as simulated), never from the protocol.

The NE-1000's own manual excludes clinical use on humans.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from console.devices.virtual.faults import (
    Fault,
    FaultyLine,
    LoadSyringe,
    Occlusion,
    OcclusionReleased,
    PanelAcknowledge,
    PanelRate,
    PanelRun,
    PanelStop,
    PhaseCollision,
    PowerCycle,
    Stall,
)
from console.devices.virtual.ne1000_commands import execute, split_command
from console.devices.virtual.ne1000_drive import Syringe
from console.devices.virtual.ne1000_memory import CommandError, Memory, PlungerLimits, parse_integer
from console.devices.virtual.ne1000_model import Ne1000Model
from console.devices.virtual.ne1000_program import STALLED, Motion
from console.devices.virtual.ne1000_settings import panel_rate
from console.devices.virtual.ne1000_wire import Packet, Receiver, basic_reply, safe_frame
from console.devices.virtual.twins import VirtualSetting


class VirtualNE1000:
    """One virtual pump, switched on when it is made: the first answer is the alarm ``A?R``."""

    __slots__ = ("_collisions", "_line", "_model", "_off_s", "_receiver", "_version")

    def __init__(
        self,
        model: str = "NE1000",
        firmware: str = "V3.928",
        *,
        memory: Memory | None = None,
        limits: PlungerLimits | None = None,
        syringe: Syringe | None = None,
        after_alarm: Motion = Motion.STOPPED,
        seed: int = 0,
    ) -> None:
        """Switch a pump on.

        Args:
            model: Model as ``VER`` tells it.
            firmware: Firmware as ``VER`` tells it.
            memory: What its non-volatile memory holds, factory settings when None.
            limits: Plunger speeds; the NE-1000's when None. Other models have other speeds.
            syringe: What is in its holder; an inexhaustible syringe of the set bore when None.
            after_alarm: Whether an alarm leaves it stopped or paused (the manual says stopped).
            seed: Seed of the damage done to corrupted replies.
        """
        self._version = f"{model}{firmware}"
        self._model = Ne1000Model(
            memory or Memory(), limits or PlungerLimits(), syringe or Syringe(), after_alarm
        )
        self._receiver = Receiver()
        self._line = FaultyLine(seed)
        self._off_s = 0.0
        self._collisions = 0

    # -- the truth, for tests, demonstrations and the virtual patient ------------------------------

    @property
    def delivered_ml(self) -> float:
        """What has left the line towards the patient, mL; never falls, whatever the pump counts."""
        return self._model.drive.syringe.delivered_ml

    @property
    def running(self) -> bool:
        """The plunger moves."""
        return self.powered and self._model.program.motion in (Motion.PUMPING, Motion.PURGING)

    @property
    def motor_rate_ml_h(self) -> Decimal:
        """What the motor does now, mL/h as the pump counts; 0 when it stands still."""
        return self._model.program.motor_rate_ml_h(self._model.ram) if self.running else Decimal(0)

    @property
    def infused_ml(self) -> float:
        """The pump's own counter of infused volume, mL, unrounded."""
        return self._model.drive.infused_ml

    @property
    def prompt(self) -> str:
        """The status it would report: ``I``, ``P``, ``A?S`` ...; empty without power."""
        return self._model.prompt if self.powered else ""

    @property
    def powered(self) -> bool:
        """Mains is on."""
        return self._off_s <= 0.0

    @property
    def buzzing(self) -> bool:
        """The buzzer sounds."""
        return self.powered and self._model.buzzing

    @property
    def stored(self) -> Memory:
        """What the non-volatile memory holds."""
        return self._model.nvram

    # -- Emulator ----------------------------------------------------------------------------------

    def feed(self, data: bytes) -> bytes:
        """Bytes from the host; the bytes the pump answers at once."""
        if not self.powered or self._line.silent:
            return b""
        answers = bytearray()
        for byte in data:
            packet = self._receiver.take(byte, safe_mode=self._safe_mode)
            if packet is not None and not self._line.loses_request():
                answer = self._answer(packet)
                answers += self._line.send(answer) if answer else b""
        return bytes(answers)

    def advance(self, dt_s: float) -> bytes:
        """Let ``dt_s`` seconds pass; late replies, and alarms a pump in Safe mode sends on its own."""
        silent = self._line.silent
        sent = self._line.advance(dt_s)
        on_s = dt_s - self._off_s
        if self._off_s > 0.0:
            self._off_s = max(0.0, -on_s)
            if on_s < 0.0:
                return b""
            self._model.power_cycle()
        self._receiver.idle(on_s)
        self._model.advance(on_s)
        alarms = self._model.take_alarms()
        if self._safe_mode:
            sent += b"".join(safe_frame(f"{self._address}A?{letter}") for letter in alarms)
        return b"" if silent else sent

    # -- the fault menu ----------------------------------------------------------------------------

    def inject(self, fault: Fault) -> None:
        """Make something go wrong, as :mod:`console.devices.virtual.faults` describes it.

        At the panel a locked keypad (``LOC 1``) and a pump without power do nothing.
        """
        match fault:
            case PowerCycle(off_s):
                self._off_s = max(off_s, 1e-6)
                self._receiver.reset()
                self._line.cut()
            case Stall():
                if self.running:
                    self._model.raise_alarm(STALLED)
            case Occlusion(compliance_ml):
                self._model.drive.syringe.occlude(compliance_ml)
            case OcclusionReleased():
                self._model.drive.syringe.release()
            case LoadSyringe(content_ml, bore_mm):
                self._model.drive.syringe.load(content_ml, bore_mm)
            case PhaseCollision(commands):
                self._collisions = commands
            case PanelRate() | PanelStop() | PanelRun() | PanelAcknowledge():
                self._press(fault)
            case _:
                self._line.inject(fault)

    def trigger(self) -> None:
        """Press the foot switch (operational trigger, mode ``TRG``)."""
        if self.powered:
            with suppress(CommandError):
                self._model.trigger()

    def set_input(self, pin: int, high: bool) -> None:
        """Put a level on TTL input 2, 3, 4 or 6.

        Raises:
            ValueError: the pump has no such input.
        """
        if pin not in (2, 3, 4, 6):
            raise ValueError(f"the pump has TTL inputs 2, 3, 4 and 6, not {pin}")
        self._model.program.pins[pin] = high

    # -- inside ------------------------------------------------------------------------------------

    @property
    def _safe_mode(self) -> bool:
        return self._model.ram.safe_s > 0

    @property
    def _address(self) -> str:
        return f"{self._model.ram.address:02d}"

    def _answer(self, packet: Packet) -> bytes:
        """What the pump answers to one packet; nothing when it is not meant for it."""
        if not packet.intact:
            return self._reply(f"{self._model.settled_prompt}?COM", self._safe_mode)
        address, command = _split_address(packet.text)
        if "*" in command[1:]:
            # A network command burst: its replies collide on a chain, so this pump neither acts nor answers.
            return b""
        known = split_command(command)
        is_system = known is not None and known[0].startswith("*")
        if address != self._model.ram.address and not is_system:
            return b""
        baud = self._model.ram.baud
        text, safe = self._carry_out(known)
        if self._model.ram.baud == baud:
            self._model.heard_packet()
        else:
            self._model.suspend_watchdog()
        return self._reply(text, safe)

    def _carry_out(self, known: tuple[str, str] | None) -> tuple[str, bool]:
        """Carry out one command; the text of its answer, and whether that goes in a Safe frame.

        The first valid command after an alarm is not carried out: it acknowledges the alarm and gets
        it for an answer. Open choice: a command the pump does not know acknowledges nothing.
        """
        if known is None:
            text = f"{self._model.settled_prompt}?" if self._model.alarm is None else self._model.prompt
            return text, self._safe_mode
        word, parameters = known
        # Open choice, as a published host library expects it: the answer to SAF comes in the framing
        # that SAF asks for, even when it only acknowledged an alarm.
        wanted = _wanted_framing(word, parameters)
        text = self._acknowledged() or self._ignored() or self._executed(word, parameters)
        return text, self._safe_mode if wanted is None else wanted

    def _acknowledged(self) -> str:
        """The pending alarm, which is thereby acknowledged; empty when there is none."""
        if self._model.alarm is None:
            return ""
        text = self._model.prompt
        self._model.acknowledge()
        return text

    def _ignored(self) -> str:
        """``?IGN`` when the command falls on the start of a phase; empty otherwise."""
        if self._collisions == 0:
            return ""
        self._collisions -= 1
        return f"{self._model.settled_prompt}?IGN"

    def _executed(self, word: str, parameters: str) -> str:
        """The answer to a command that is carried out or refused."""
        try:
            data = execute(self._model, self._version, word, parameters)
        except CommandError as error:
            return f"{self._model.settled_prompt}{error.code}"
        # A command may end in an alarm at once (RUN of a faulty program); then the alarm is the answer.
        return self._model.prompt + (data if self._model.alarm is None else "")

    def _reply(self, text: str, safe: bool) -> bytes:
        return safe_frame(self._address + text) if safe else basic_reply(self._address + text)

    def _press(self, key: PanelRate | PanelStop | PanelRun | PanelAcknowledge) -> None:
        """Somebody at the front panel; what the pump refuses has no effect there either."""
        model = self._model
        if not self.powered or model.ram.switches["LOC"] == "1":
            return
        with suppress(CommandError):
            match key:
                case PanelStop(presses):
                    for _ in range(presses):
                        model.stop()
                case PanelAcknowledge():
                    model.acknowledge()
                case PanelRun() if model.alarm is None:
                    model.run()
                case PanelRate(rate_ml_h) if model.alarm is None:
                    panel_rate(model, rate_ml_h)


def _split_address(text: str) -> tuple[int, str]:
    """The address in front of a command (0 when there is none) and the command."""
    digits = 0
    while digits < min(2, len(text)) and text[digits] in "0123456789":
        digits += 1
    return int(text[:digits] or "0"), text[digits:]


def _wanted_framing(word: str, parameters: str) -> bool | None:
    """Whether a ``SAF`` command asks for Safe mode; None for every other command and its query."""
    if word != "SAF":
        return None
    with suppress(CommandError):
        return parse_integer(parameters, 0, 255) > 0
    return None


def virtual(setting: VirtualSetting) -> VirtualNE1000:
    """A pump for the catalogue, loaded with a 60 mL syringe."""
    return VirtualNE1000(syringe=Syringe(), seed=setting.seed)
