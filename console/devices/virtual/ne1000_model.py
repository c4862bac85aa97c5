"""The virtual New Era NE-1000 as a machine: settings, program, alarms, watchdog and power.

It knows no bytes: :mod:`console.devices.virtual.ne1000_commands` puts the command set on top. Time
passes only in :meth:`Ne1000Model.advance`, which stops exactly at the end of a phase, at a stall and
at the watchdog's expiry, so results do not depend on the size of the steps.

Source: New Era NE-1000 Series Multi-Phaser User Manual #1200-01, sections 10.2 to 10.4.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from console.devices.virtual.ne1000_drive import Drive, Syringe
from console.devices.virtual.ne1000_memory import CommandError, Memory, Phase, PlungerLimits
from console.devices.virtual.ne1000_program import HOPS_AT_ONCE, PROGRAM_ERROR, Motion, Program

_NANOSECOND_S: Final = 1e-9
RESET: Final = "R"
HOST_SILENT: Final = "T"


class Ne1000Model:
    """One pump.

    Attributes:
        ram: Settings at work. nvram: Settings that survive a power cycle.
        drive: Motor, counters and syringe.
        program: What it executes.
        alarm: Letter of the alarm nobody has acknowledged, or None.
        buzzing: The buzzer sounds.
    """

    __slots__ = (
        "_after_alarm",
        "_hops",
        "_second_s",
        "_unannounced",
        "_watch_left_s",
        "alarm",
        "buzzing",
        "drive",
        "nvram",
        "program",
        "ram",
    )

    def __init__(
        self,
        memory: Memory,
        limits: PlungerLimits,
        syringe: Syringe,
        after_alarm: Motion = Motion.STOPPED,
    ) -> None:
        """A pump that was just switched on.

        Args:
            memory: What its non-volatile memory holds.
            limits: Plunger speeds of the model.
            syringe: What is in its holder.
            after_alarm: Open choice of the sources: what an alarm leaves, stopped or paused.
        """
        self._after_alarm = after_alarm
        self._unannounced: list[str] = []
        self._hops = 0
        self._second_s = 0.0
        self.alarm: str | None = None
        self.buzzing = False
        self.ram = memory
        self.nvram = memory
        self.drive = Drive(syringe)
        self.program = Program(self.drive, limits)
        self._switch_on()

    # -- what can be seen ------------------------------------------------------------------------

    @property
    def operating(self) -> bool:
        """A program runs (pumping, waiting or purging); most settings are locked then."""
        return self.program.operating

    @property
    def prompt(self) -> str:
        """The status as the pump prints it: one letter, or ``A?`` and the alarm's letter."""
        return self.settled_prompt if self.alarm is None else f"A?{self.alarm}"

    @property
    def settled_prompt(self) -> str:
        """The status without regard to an alarm."""
        motion = self.program.motion
        return "W" if motion is Motion.PUMPING and not self.drive.infusing else motion.value

    @property
    def edited(self) -> Phase:
        """The phase that FUN, RAT, VOL and DIR show and change."""
        return self.ram.phase(self.program.phase)

    def take_alarms(self) -> list[str]:
        """Alarms raised since the last call; Safe mode announces them."""
        taken, self._unannounced = self._unannounced, []
        return taken

    # -- memory ----------------------------------------------------------------------------------

    def store(self, change: Callable[[Memory], Memory]) -> None:
        """Change a setting for good."""
        self.ram = change(self.ram)
        self.nvram = change(self.nvram)

    def store_phase(self, change: Callable[[Phase], Phase]) -> None:
        """Change the edited phase for good."""
        number = self.program.phase
        self.store(lambda memory: memory.with_phase(number, change(memory.phase(number))))

    def change_running_phase(self, phase: Phase) -> None:
        """Change the running phase until the power goes; nothing is stored while pumping."""
        self.ram = self.ram.with_phase(self.program.phase, phase)

    def reset_memory(self) -> None:
        """``*RESET``: program cleared, Basic mode, address 0; whatever ran is stopped."""
        self.program.reset()
        phases = Memory().phases
        self.store(lambda memory: replace(memory, phases=phases, safe_s=0, address=0))
        self.suspend_watchdog()

    # -- running ---------------------------------------------------------------------------------

    def run(self, number: int | None = None) -> None:
        """Start at ``number`` (phase 1 when None), resume a pause, or go on after a trigger wait.

        Raises:
            CommandError: ``?NA`` when running, ``?OOR`` when the rate does not suit the syringe.
        """
        if self.program.motion is Motion.TRIGGER_WAIT and number is None:
            self._settle(self.program.enter(self.ram, self.program.phase + 1))
        elif self.operating:
            raise CommandError("?NA")
        elif self.program.motion is Motion.PAUSED and number is None:
            self._settle(self.program.resume(self.ram))
        else:
            self._settle(self.program.start(self.ram, number or 1))

    def event(self, number: int | None) -> None:
        """An event: jump to ``number``, or to the armed trap.

        Raises:
            CommandError: ``?NA`` when no program runs or no trap is armed.
        """
        target = self.program.trap if number is None else number
        if target is None or not self.operating or self.program.motion is Motion.PURGING:
            raise CommandError("?NA")
        self._settle(self.program.spring(self.ram, target))

    def trigger(self) -> None:
        """The operational trigger (foot switch, TTL): ends a trigger wait, else starts or pauses.

        Raises:
            CommandError: the program cannot be started.
        """
        if self.program.motion is Motion.TRIGGER_WAIT:
            self.run()
        elif self.ram.trigger != "OF" and self.alarm is None:
            if self.operating:
                self.stop()
            else:
                self.run()

    def purge(self) -> None:
        """Run at full speed until stopped. Raises CommandError ``?NA`` unless stopped."""
        if self.program.motion is not Motion.STOPPED:
            raise CommandError("?NA")
        self.program.purge(self.ram)

    def stop(self) -> None:
        """Running: pause. Paused: stop and reset the program. Raises CommandError ``?NA`` if stopped."""
        if self.program.motion is Motion.STOPPED:
            raise CommandError("?NA")
        self.buzzing = False
        if self.program.motion in (Motion.PAUSED, Motion.PURGING):
            self.program.reset()
        else:
            self.program.pause()

    def raise_alarm(self, letter: str) -> None:
        """Stop with an alarm. Open choice: an alarm nobody acknowledged is not replaced by a later one."""
        motion = self.program.motion
        if self._after_alarm is not Motion.PAUSED or motion is Motion.PURGING:
            self.program.reset()
        elif self.operating:
            self.program.pause()
        self._announce(letter)

    def acknowledge(self) -> None:
        """Clear the alarm and its sound; what is acknowledged need not be announced any more."""
        self.alarm = None
        self.buzzing = False
        self._unannounced.clear()

    def heard_packet(self) -> None:
        """A valid packet arrived: the Safe-mode watchdog starts again."""
        self._watch_left_s = float(self.ram.safe_s) if self.ram.safe_s else math.inf

    def suspend_watchdog(self) -> None:
        """No watchdog until the next valid packet (power-up, new baud rate)."""
        self._watch_left_s = math.inf

    def power_cycle(self) -> None:
        """Mains failed and is back.

        Open choices: the counters are lost; with ``PF`` on, the interrupted program goes on.
        """
        goes_on = self.operating and self.ram.switches["PF"] == "1"
        self._switch_on()
        if not goes_on:
            self.program.reset()
        elif self.edited.function in ("RAT", "FIL"):
            self.drive.rate_ml_h = self.edited.rate_ml_h

    # -- time ------------------------------------------------------------------------------------

    def advance(self, dt_s: float) -> None:
        """Let ``dt_s`` seconds pass."""
        left_s = dt_s
        while left_s > 0.0:
            act = self.program.act(self.ram, min(left_s, self._watch_left_s))
            left_s -= act.used_s
            self._watch_left_s -= act.used_s
            self._second_s += act.used_s
            if act.moved_on:
                self._settle(act.alarm or self._too_many_phases())
            if self._watch_left_s <= _NANOSECOND_S:
                self.suspend_watchdog()
                self.raise_alarm(HOST_SILENT)

    def _too_many_phases(self) -> str | None:
        """A program error when phases follow each other without end and hardly any time passes."""
        if self._second_s >= 1.0:
            self._second_s = 0.0
            self._hops = 0
        self._hops += 1
        return PROGRAM_ERROR if self._hops > HOPS_AT_ONCE and self.operating else None

    def _settle(self, alarm: str | None) -> None:
        """Take over what the program came to: an alarm, its end, a wait for the trigger."""
        if alarm is not None:
            self.raise_alarm(alarm)
        elif self.alarm is None:
            calls = self.program.finished or self.program.motion is Motion.TRIGGER_WAIT
            self.buzzing = calls and self.ram.switches["AL"] == "1"

    def _switch_on(self) -> None:
        self.ram = self.nvram
        self.drive.clear_counters()
        self.suspend_watchdog()
        self.alarm = None
        self._announce(RESET)

    def _announce(self, letter: str) -> None:
        self.alarm = self.alarm or letter
        self._unannounced.append(letter)
        self.buzzing = True
