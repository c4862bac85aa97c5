"""What the clinic has configured: read once at start-up, handed to the pure machine, never changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.clinical.interlock_rules import OFF, InterlockRules
from console.clinical.limits import KETAMINE_ADULT, AlarmPreset
from console.clinical.protocol import DrugLibrary, SyringeCatalogue
from console.clinical.vitals import Vital
from console.course.books import Books

PUMP = "pump"
"""Binding name of the room's one pump."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """How long an infusion may run without a person entering anything.

    Site default, needs the medical director's signature: the checks at the bedside fall due every five
    minutes, so ten minutes without an entry are two that were missed.

    Attributes:
        medium_s: Medium alarm.
        high_s: High alarm.
        lease_s: The pump's host watchdog is no longer renewed where it can stop the pump.
    """

    medium_s: float = 600.0
    high_s: float = 900.0
    lease_s: float = 1200.0


@dataclass(frozen=True, slots=True)
class DiskNeeds:
    """Free bytes the record is to find on its disk (site default).

    A running session writes about 2.6 kB a second (measured with four waveforms at the monitor's full
    rate), so a week of twelve-hour days is less than 0.8 GB.

    Attributes:
        session_bytes: No session is begun with less.
        week_bytes: A week of sessions; the room says so when less than that is left above the former.
    """

    session_bytes: int = 2_000_000_000
    week_bytes: int = 800_000_000


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
        interlocks: Rules by which the room may propose and ask for a pause.
        cuff_on_oximeter_limb: The cuff is worn on the arm of the oximeter and hides it while it inflates.
        attendance: How long an infusion may run unattended.
        disk: Room the record is to find on its disk.
        training: Every session here is a lesson and no treatment.
        strict: Real patients may be treated: only a physician orders, high risks take a fresh PIN.
        books: The clinic's books around the infusion: indications, screening, questionnaires.
        cuffs: Monitors whose cuff can be started and cancelled from here.
    """

    room_name: str
    library: DrugLibrary
    syringes: SyringeCatalogue
    preset: AlarmPreset = KETAMINE_ADULT
    monitors: tuple[str, ...] = ("s5",)
    priorities: dict[Vital, tuple[str, ...]] = field(default_factory=dict)
    watchdog_s: int = 30
    simulated: bool = False
    interlocks: InterlockRules = OFF
    cuff_on_oximeter_limb: bool = False
    attendance: Attendance = Attendance()
    disk: DiskNeeds = DiskNeeds()
    cuffs: tuple[str, ...] = ()
    training: bool = False
    books: Books = field(default_factory=Books)
    strict: bool = False

    def sources(self, vital: Vital) -> tuple[str, ...]:
        """The bindings that may speak for ``vital``, best first."""
        return self.priorities.get(vital, self.monitors)
