"""State and motor of a virtual Alaris Asena: what it holds, what it delivers, when it stops by itself.

Sources: dialogues captured by the OpenICE project, infupy 2022.1.11, Alaris CC directions for use
1000DF00329. Where they leave a question open, the code says "open choice" and takes the stricter answer.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from console.devices.virtual.ne1000_drive import Syringe

HOST_RULE_S: Final = 15.0
REST_MMHG: Final = 17.9
OCCLUDED_MMHG: Final = 530.0
"""As in the captured dialogues, at rest and in an occlusion."""
_PICOLITRE_ML: Final = 1e-9


class AsenaState:
    """One pump, on hold when it is made.

    Attributes:
        syringe: What its plunger pushes.
        set_rate: Rate that is set, mL/h.
        limit_ml: Volume still to be infused, None when no limit is active. Open choice: it counts down.
        infused_ml: The counter the pump shows.
        running: It infuses.
        by_host: It was started over the serial line.
        remote: The host has control.
        alarm: Code of the alarm that stands, empty without.
        events: Running number of its event log.
    """

    def __init__(self, syringe: Syringe) -> None:
        self.syringe = syringe
        self.set_rate = Decimal("0.10")
        self.limit_ml: float | None = None
        self.infused_ml = 0.0
        self.running = False
        self.by_host = False
        self.remote = False
        self.alarm = ""
        self.events = 127904
        self._host_left_s = HOST_RULE_S

    @property
    def rate(self) -> Decimal:
        """What it delivers now, mL/h."""
        return self.set_rate if self.running else Decimal(0)

    @property
    def pressure_mmhg(self) -> float:
        """In the line."""
        return OCCLUDED_MMHG if self.alarm == "AL_OCCLU" else REST_MMHG

    def hear_host(self) -> None:
        """The host renewed its word. Open choice: only asking for control does."""
        self.remote = True
        self._host_left_s = HOST_RULE_S

    def start(self, *, by_host: bool) -> bool:
        """Begin to infuse; False when it cannot."""
        if self.running or self.alarm or self.set_rate <= 0:
            return False
        if self.limit_ml is not None and self.limit_ml <= _PICOLITRE_ML:
            return False
        self.running, self.by_host = True, by_host
        self.events += 1
        return True

    def hold(self, alarm: str = "") -> None:
        """Stop the motor, with an alarm or without."""
        self.running = self.by_host = False
        self.alarm = alarm or self.alarm
        self.events += 1

    def power_up(self) -> None:
        """Switched on again. Open choice: settings and counter are kept, control is not."""
        self.running = self.by_host = self.remote = False
        self.alarm = ""

    def advance(self, dt_s: float) -> None:
        """Let time pass: the host's word runs out, the motor turns."""
        left_s = dt_s
        if self.remote:
            watched_s = min(left_s, self._host_left_s)
            self._turn(watched_s)
            left_s -= watched_s
            self._host_left_s -= watched_s
            if self._host_left_s <= 0:
                self.remote = False
                if self.running and self.by_host:
                    self.hold("AL_COMTO")
        self._turn(left_s)

    def _turn(self, dt_s: float) -> None:
        if not self.running or dt_s <= 0:
            return
        room_ml = self.syringe.room_ml(infusing=True)
        limit_ml = math.inf if self.limit_ml is None else self.limit_ml
        moved_ml = min(float(self.set_rate) / 3600.0 * dt_s, room_ml, limit_ml)
        self.syringe.move(moved_ml, infusing=True)
        self.infused_ml += moved_ml
        if self.limit_ml is not None:
            self.limit_ml -= moved_ml
            if self.limit_ml <= _PICOLITRE_ML:
                self.limit_ml = 0.0
                self.hold("AL_VTBIS")
                return
        if room_ml - moved_ml <= _PICOLITRE_ML:
            self.hold("AL_EOIST" if self.syringe.content_ml <= _PICOLITRE_ML else "AL_OCCLU")
