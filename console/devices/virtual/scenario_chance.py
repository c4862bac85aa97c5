"""What may happen in any session without being anybody's lesson: drawn once per seed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from console.devices.virtual.disturbance import Anxiety, Cough, CuffTrouble, Motion, Nausea, Sensor, SensorOff
from console.devices.virtual.faults import Occlusion
from console.devices.virtual.scenario import (
    AtMinute,
    PatientEffect,
    PumpEffect,
    Scenario,
    ScenarioEffect,
    ScriptLine,
)

# Chance of each in one session, and the minutes between which it falls. Site defaults for
# demonstrations, near what clinics report: nausea in 13 % and distress in a few per cent of patients.
_CHANCES: Final[tuple[tuple[float, float, float, ScenarioEffect], ...]] = (
    (0.10, 25.0, 60.0, PatientEffect(Nausea(2, 900.0))),
    (0.02, 30.0, 60.0, PatientEffect(Nausea(3, 300.0))),
    (0.04, 10.0, 40.0, PatientEffect(Anxiety(7.0, 480.0))),
    (0.10, 2.0, 60.0, PatientEffect(SensorOff(Sensor.PROBE, 40.0))),
    (0.05, 2.0, 60.0, PatientEffect(CuffTrouble(1, fails=False))),
    (0.02, 5.0, 35.0, PumpEffect(Occlusion(0.4))),
    (0.20, 2.0, 60.0, PatientEffect(Motion(7.0))),
    (0.20, 2.0, 60.0, PatientEffect(Cough(3.0))),
)


def with_chance(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with what chance adds to it under this seed; most sessions get one thing or none."""
    rng = np.random.default_rng(seed)
    lines = []
    for chance, first_min, last_min, effect in _CHANCES:
        happens, minute = rng.random() < chance, float(rng.uniform(first_min, last_min))
        if happens:
            lines.append(ScriptLine(AtMinute(minute), effect))
    return replace(scenario, script=(*scenario.script, *lines))
