"""What the clinic has configured: read once at start-up, handed to the pure machine, never changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.clinical.limits import KETAMINE_ADULT, AlarmPreset
from console.clinical.protocol import DrugLibrary, SyringeCatalogue
from console.clinical.vitals import Vital

PUMP = "pump"
"""Binding name of the room's one pump."""


@dataclass(frozen=True, slots=True)
class Site:
    """The configuration of one room.

    Attributes:
        room_name: As the clinic calls it.
        library: The drug library in force.
        syringes: The syringes the clinic uses.
        preset: Alarm limits every patient starts with.
        monitors: Binding names of the monitors, best source first.
        priorities: Vital signs whose sources are taken in another order than ``monitors``.
        watchdog_s: Seconds of host silence after which the pump stops by itself.
        simulated: Devices are virtual.
    """

    room_name: str
    library: DrugLibrary
    syringes: SyringeCatalogue
    preset: AlarmPreset = KETAMINE_ADULT
    monitors: tuple[str, ...] = ("s5",)
    priorities: dict[Vital, tuple[str, ...]] = field(default_factory=dict)
    watchdog_s: int = 30
    simulated: bool = False

    def sources(self, vital: Vital) -> tuple[str, ...]:
        """The bindings that may speak for ``vital``, best first."""
        return self.priorities.get(vital, self.monitors)
