"""A record with one session of four hours, waveforms and all, for the benchmarks of the review."""

from __future__ import annotations

from pathlib import Path

from console.clock import NS_PER_S
from console.devices.virtual.patient_profile import PatientProfile
from console.session.events import Care
from tests.ui.synthetic_record import PEOPLE, mood_40, open_rehearsal

HOURS = 4.0
LONG = "0197-four-hours"
ARRIVAL_AND_DISCHARGE_S = 4200.0
START_NS = 1_773_655_620 * NS_PER_S


def make_record(path: Path, hours: float = HOURS) -> None:
    """Play it: arrival, a dose, hours of observation with its checks, and the discharge."""
    room = open_rehearsal(path, START_NS)
    profile = PatientProfile(age_y=42, weight_kg=70.0, individual=False)
    room.arrive(LONG, PEOPLE[0], profile, seed=11)
    room.order(mood_40())
    left = hours * 3600 - ARRIVAL_AND_DISCHARGE_S
    while left > 0:
        step = min(left, 1200.0)
        room.attend(step)
        left -= step
        room.care(Care.NAUSEA, grade=1)
    room.discharge()
    room.record.close()
