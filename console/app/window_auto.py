"""Hands the session of a demonstration to the autopilot of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from console.app.demo_file import DemoFile
from console.app.nurse import Credentials
from console.app.process_words import PLAY_FAILED
from console.app.rehearsal import assignment_of
from console.app.virtual_devices import read_deeds, read_findings, read_scenario
from console.devices.virtual.scenario import NurseAct, NurseCharts, NurseDeed
from console.ui.autopilot import Autopilot
from console.ui.autopilot_plan import Act, AutoPlan, AutoResult, Deed, Found, Pin
from console.ui.bridge import Bridge
from console.ui.window import MainWindow

ACTS: Final = {
    NurseDeed.PAUSE: Act.PAUSE,
    NurseDeed.RESUME: Act.RESUME,
    NurseDeed.STOP: Act.STOP,
    NurseDeed.SCORE: Act.SCORE,
}
"""Acknowledging is part of the autopilot's usual work; cuff and cables are worked at the chair."""


class ChairSide:
    """What the autopilot is told from the chair: findings, and what the scenario has its nurse do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told = 0

    def found(self) -> Found:
        """What is seen at the chair now."""
        findings = read_findings(self._folder)
        return Found(findings.moaas, findings.dissociation)

    def deeds(self) -> tuple[Deed, ...]:
        """What the scenario asked for since the last call."""
        fresh = read_deeds(self._folder, self._told)
        self._told += len(fresh)
        return tuple(deed for deed in map(deed_of, fresh) if deed is not None)


def deed_of(scripted: NurseAct | NurseCharts) -> Deed | None:
    """The scripted deed as the autopilot knows it; None for what is not done at the console."""
    if isinstance(scripted, NurseCharts):
        return Deed(care=scripted.care, note=scripted.note)
    act = ACTS.get(scripted.deed)
    return None if act is None else Deed(act=act, note=scripted.note)


def autoplay(
    window: MainWindow,
    bridge: Bridge,
    folder: Path,
    demo: DemoFile,
    shots: Path | None,
    leave: Callable[[int], None],
    say: Callable[[str], None],
) -> Autopilot:
    """Start the autopilot; ``leave`` gets the exit code when it is done."""
    assigned = assignment_of(read_scenario(demo.scenario), demo)
    plan = AutoPlan(
        patient=assigned.patient,
        weight_kg=assigned.weight_kg,
        order=assigned.order,
        nurse=_pin(assigned.nurse),
        second=_pin(assigned.second),
    )
    chair = ChairSide(folder)
    pilot = Autopilot(window, bridge, plan, shots, chair.found, chair.deeds)

    def finished(result: object) -> None:
        if isinstance(result, AutoResult):
            say(result.sentence)
            bridge.quit()
            leave(0 if result.ok else PLAY_FAILED)

    pilot.finished.connect(finished)
    return pilot


def _pin(credentials: Credentials) -> Pin:
    return Pin(credentials.user_id, credentials.pin)
