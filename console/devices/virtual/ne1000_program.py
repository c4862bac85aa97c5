"""A running NE-1000 pumping program: which phase is executed and what it makes the motor do.

The settings are handed in with every call, because a host may change them while the program runs.
Source: New Era NE-1000 Series Multi-Phaser User Manual #1200-01, command ``FUN`` and section 10.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from console.devices.virtual.ne1000_drive import Drive, Turned
from console.devices.virtual.ne1000_flow import Flow
from console.devices.virtual.ne1000_memory import (
    ML_PER_VOLUME_UNIT,
    PHASES,
    RATE_FUNCTIONS,
    CommandError,
    Memory,
    Phase,
    PlungerLimits,
)

HOPS_AT_ONCE: Final = 1000
"""Phases that may follow each other within a second before it counts as a faulty program."""

_NANOSECOND_S: Final = 1e-9

STALLED: Final = "S"
PROGRAM_ERROR: Final = "E"
PHASE_OUT_OF_RANGE: Final = "O"


class Motion(StrEnum):
    """What the pump is doing; the value is its status prompt (a withdrawing pump shows W)."""

    STOPPED = "S"
    PAUSED = "P"
    PUMPING = "I"
    TIMED_PAUSE = "T"
    TRIGGER_WAIT = "U"
    PURGING = "X"


_OPERATING: Final = frozenset({Motion.PUMPING, Motion.TIMED_PAUSE, Motion.TRIGGER_WAIT, Motion.PURGING})


@dataclass(frozen=True, slots=True)
class Act:
    """What a stretch of time brought.

    Attributes:
        used_s: How long it was, in seconds.
        moved_on: A phase ended.
        alarm: Letter of the alarm it ended in, or None.
    """

    used_s: float
    moved_on: bool = False
    alarm: str | None = None


class Program:
    """One program in one pump. Methods that may meet a fault return the letter of its alarm.

    Attributes:
        drive: Motor, counters and syringe.
        motion: What the pump is doing.
        phase: Phase selected for editing, or being executed; counted from 1.
        pins: Levels of the TTL pins 2, 3, 4, 5 and 6.
        finished: The program came to its end by itself since it was last started.
    """

    __slots__ = (
        "_flow",
        "_limits",
        "_pause_left_s",
        "_paused_at",
        "drive",
        "finished",
        "motion",
        "phase",
        "pins",
    )

    def __init__(self, drive: Drive, limits: PlungerLimits) -> None:
        self._limits = limits
        self._pause_left_s = 0.0
        self.drive = drive
        self.pins = {2: True, 3: True, 4: True, 5: False, 6: True}
        self.reset()

    @property
    def operating(self) -> bool:
        """It runs (pumping, waiting or purging); most settings are locked then."""
        return self.motion in _OPERATING

    @property
    def trap(self) -> int | None:
        """Phase an event jumps to, None when no event trap is armed."""
        return self._flow.trap

    def rate_limits_ml_h(self, memory: Memory) -> tuple[Decimal, Decimal]:
        """Lowest and highest rate for the set diameter, mL/h."""
        return self._limits.rates_ml_h(memory.diameter_mm)

    def rate_possible(self, memory: Memory, rate_ml_h: Decimal) -> bool:
        """Whether the motor can do this rate with the set diameter."""
        lowest, highest = self.rate_limits_ml_h(memory)
        return lowest <= rate_ml_h <= highest

    def motor_rate_ml_h(self, memory: Memory) -> Decimal:
        """What the motor does now, mL/h as the pump counts; 0 when it stands still."""
        if self.motion is Motion.PURGING:
            return self.rate_limits_ml_h(memory)[1]
        return self.drive.rate_ml_h if self.motion is Motion.PUMPING else Decimal(0)

    def start(self, memory: Memory, number: int) -> str | None:
        """Start at phase ``number`` with no loop in progress and no event trap.

        Raises:
            CommandError: ``?OOR`` when the rate of that phase does not suit the syringe.
        """
        first = memory.phase(number)
        if first.function in ("RAT", "FIL") and not self.rate_possible(memory, first.rate_ml_h):
            raise CommandError("?OOR")
        self._flow = Flow()
        return self.enter(memory, number)

    def enter(self, memory: Memory, number: int) -> str | None:
        """Go to a phase, and on through all that take no time."""
        self.finished = False
        for _ in range(HOPS_AT_ONCE):
            if number > PHASES:
                # Open choice: what raises A?O is not documented; running past the last phase does.
                return PHASE_OUT_OF_RANGE
            self.phase = number
            phase = memory.phase(number)
            if phase.function in RATE_FUNCTIONS and not self._prepare(memory, phase):
                # Open choice: A?E for a rate the syringe does not allow, met in mid-program.
                return PROGRAM_ERROR
            following = self._begin(memory, phase)
            if following is None:
                return None
            number = following
        return PROGRAM_ERROR

    def spring(self, memory: Memory, number: int) -> str | None:
        """An event: jump to ``number`` and disarm the trap."""
        self._flow.trap = None
        return self.enter(memory, number)

    def purge(self, memory: Memory) -> None:
        """Run at full speed in the edited phase's direction until stopped."""
        self._point(memory.phase(self.phase))
        self.drive.begin(math.inf)
        self.motion = Motion.PURGING

    def pause(self) -> None:
        """Hold what is being done."""
        self._paused_at = (self.phase, self.motion)
        self.motion = Motion.PAUSED

    def resume(self, memory: Memory) -> str | None:
        """Go on where the pause began, with the settings as they are now.

        Raises:
            CommandError: ``?OOR`` when the rate no longer suits the syringe.
        """
        number, motion = self._paused_at
        phase = memory.phase(number)
        if motion is Motion.PUMPING and phase.function in RATE_FUNCTIONS:
            if phase.function in ("RAT", "FIL"):
                if not self.rate_possible(memory, phase.rate_ml_h):
                    raise CommandError("?OOR")
                self.drive.rate_ml_h = phase.rate_ml_h
            if phase.function != "FIL":
                self.drive.retarget(self._target_ml(memory, phase))
            self._point(phase)
        elif motion is Motion.PUMPING or phase.function != "PAS":
            return self.enter(memory, number)
        self.phase, self.motion = number, motion
        return None

    def reset(self) -> None:
        """Stop and go back to phase 1."""
        self.motion = Motion.STOPPED
        self.phase = 1
        self.finished = False
        self._flow = Flow()
        self._paused_at = (1, Motion.PUMPING)

    def act(self, memory: Memory, available_s: float) -> Act:
        """Do what is being done for at most ``available_s``, no longer than to the end of the phase."""
        if self.motion is Motion.TIMED_PAUSE:
            used_s = min(available_s, self._pause_left_s)
            self._pause_left_s -= used_s
            if self._pause_left_s > _NANOSECOND_S:
                return Act(used_s)
            return Act(used_s, moved_on=True, alarm=self.enter(memory, self.phase + 1))
        if self.motion not in (Motion.PUMPING, Motion.PURGING):
            return Act(available_s)
        rate_ml_h = self.motor_rate_ml_h(memory)
        used_s, turned = self.drive.turn(rate_ml_h, available_s, memory.diameter_mm)
        match turned:
            case Turned.TARGET:
                return Act(used_s, moved_on=True, alarm=self.enter(memory, self.phase + 1))
            case Turned.STALLED:
                return Act(used_s, moved_on=True, alarm=STALLED)
        return Act(used_s)

    def _begin(self, memory: Memory, phase: Phase) -> int | None:
        """Start a phase; the number of the next one if this one is over at once."""
        following = self._flow.after(self.phase, phase, input_high=self.pins[4])
        if following is not None:
            return following
        if phase.function in RATE_FUNCTIONS:
            target_ml = self._target_ml(memory, phase)
            if target_ml <= 0.0:
                return self.phase + 1
            self.drive.begin(target_ml)
            self.motion = Motion.PUMPING
            return None
        match phase.function:
            case "PAS":
                self._pause_left_s = float(phase.argument or 0)
                self.motion = Motion.TIMED_PAUSE if self._pause_left_s > 0 else Motion.TRIGGER_WAIT
                return None
            case "STP":
                self.reset()
                self.finished = True
                return None
            case "CLD":
                self.drive.clear_counters()
            case "OUT":
                self.pins[5] = phase.argument == 1
        return self.phase + 1

    def _prepare(self, memory: Memory, phase: Phase) -> bool:
        """Set rate and direction of a phase; whether its rate is possible."""
        rate_ml_h = phase.rate_ml_h
        if phase.function in ("INC", "DEC"):
            rate_ml_h = self.drive.rate_ml_h + (rate_ml_h if phase.function == "INC" else -rate_ml_h)
        if not self.rate_possible(memory, rate_ml_h):
            return False
        self.drive.rate_ml_h = rate_ml_h
        self._point(phase)
        return True

    def _target_ml(self, memory: Memory, phase: Phase) -> float:
        if phase.function == "FIL":
            net_ml = self.drive.withdrawn_ml - self.drive.infused_ml
            return net_ml if self.drive.infusing else -net_ml
        volume_ml = float(phase.volume * ML_PER_VOLUME_UNIT[memory.volume_unit])
        return volume_ml if volume_ml > 0 else math.inf

    def _point(self, phase: Phase) -> None:
        if phase.direction != "STK":
            self.drive.infusing = phase.direction == "INF"
