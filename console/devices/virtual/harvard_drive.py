"""Motor and counter of a virtual Harvard Apparatus pump."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from console.devices.virtual.ne1000_drive import Drive, Syringe, Turned

FASTEST_MM_MIN: Final = Decimal(190)
"""Pusher speed that gives an Elite's highest rates; the lowest ones are not modelled."""


class HarvardDrive:
    """One motor.

    Attributes:
        diameter_mm: Of the syringe, as the pump was told.
        rate_ml_h: Rate that is set.
        target_ml: Volume at which it stops by itself, None without.
        running: The motor turns.
        stalled: It stalled and nobody cleared that.
        reached: It stopped at its target.
        run_s: Seconds of infusion since the counter was cleared.
    """

    def __init__(self, syringe: Syringe, *, counts_each_run: bool) -> None:
        self._drive = Drive(syringe)
        self._counts_each_run = counts_each_run
        self.diameter_mm = Decimal("14.43")
        self.rate_ml_h = Decimal(1)
        self.target_ml: Decimal | None = None
        self.running = self.stalled = self.reached = False
        self.run_s = 0.0

    @property
    def syringe(self) -> Syringe:
        """What it pushes."""
        return self._drive.syringe

    @property
    def infused_ml(self) -> float:
        """The counter."""
        return self._drive.infused_ml

    @property
    def highest_rate_ml_h(self) -> Decimal:
        """What the fastest pusher gives with this syringe."""
        area_mm2 = Decimal(math.pi) / 4 * self.diameter_mm**2
        return area_mm2 * FASTEST_MM_MIN * 60 / 1000

    @property
    def prompt(self) -> str:
        """The state as its prompt."""
        if self.stalled:
            return "*"
        if self.running:
            return ">"
        return "T*" if self.reached else ":"

    def run(self) -> bool:
        """Begin to infuse; False when it cannot.

        A target that was reached ends a run at once, as people who use the pump have seen. Open choice, both
        to be had: the target counts from the cleared counter, or from each run.
        """
        if self.running or self.stalled:
            return False
        done_ml = 0.0 if self._counts_each_run else self.infused_ml
        target_ml = math.inf if self.target_ml is None else float(self.target_ml) - done_ml
        self.reached = target_ml <= 1e-9
        self.running = not self.reached
        self._drive.begin(target_ml)
        return True

    def halt(self) -> None:
        """Stop the motor."""
        self.running = False

    def stall(self) -> None:
        """The motor is blocked."""
        self.running, self.stalled = False, True

    def clear_volume(self) -> None:
        """The counter to zero."""
        self._drive.clear_counters()
        self.reached, self.run_s = False, 0.0

    def power_up(self) -> None:
        """Switched on again. Open choice: settings are kept, the counter is not, nothing runs."""
        self.running = self.stalled = False
        self.clear_volume()

    def advance(self, dt_s: float) -> None:
        """Let time pass."""
        if not self.running or dt_s <= 0:
            return
        used_s, ended = self._drive.turn(self.rate_ml_h, dt_s, self.diameter_mm)
        self.run_s += used_s
        if ended is Turned.TARGET:
            self.running, self.reached = False, True
        elif ended is Turned.STALLED:
            self.stall()
