"""The treatment bay of a demonstration: a virtual patient between a virtual pump and monitor.

Physics only: no I/O and no clock. Whoever serves the cables advances it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_drive import Syringe
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.s5 import VirtualS5
from console.devices.virtual.scenario import (
    Cable,
    CablePull,
    NurseAct,
    NurseCharts,
    NurseDeed,
    NurseTreats,
    PatientEffect,
    PumpEffect,
    Scenario,
    ScenarioEffect,
    Turn,
)
from console.devices.virtual.scenario_player import ScenarioFacts, ScenarioPlayer

LOOK_EVERY_S: Final = 1.0
_ALARM: Final = "A"
_PAUSED: Final = "P"


@dataclass(frozen=True, slots=True)
class Findings:
    """What a nurse finds at the chair, whatever the sensors say.

    Attributes:
        moaas: 5 awake .. 0 no answer.
        dissociation: 0 none .. 4 distressing.
        nausea: 0 none .. 3 vomiting.
        distress: 0 .. 10.
    """

    moaas: int
    dissociation: int
    nausea: int
    distress: int


class Bay:
    """A patient, a pump, a monitor and a script."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        pull: Callable[[Cable], None],
        plug_in: Callable[[Cable], None],
        deed: Callable[[NurseAct | NurseCharts], None],
        clock_s: float,
    ) -> None:
        """Lay the scenario's patient down.

        Args:
            scenario: Who it is and what happens.
            pull: Pulls a cable out.
            plug_in: Puts it back.
            deed: Told what the scripted nurse does at the console.
            clock_s: What the monitor's clock shows, Unix seconds.
        """
        self.scenario = scenario
        self.patient = VirtualPatient(scenario.patient, scenario.seed)
        self.pump = VirtualNE1000(syringe=Syringe(), seed=scenario.seed)
        self.monitor = VirtualS5(self.patient, clock_s=clock_s, seed=scenario.seed)
        self._player = ScenarioPlayer(scenario)
        self._pull, self._plug_in, self._deed = pull, plug_in, deed
        self._mg_ml = float(scenario.true_concentration_mg_ml)
        self._delivered_ml = 0.0
        self._passed_s = 0.0
        self._began_s: float | None = None
        self._next_look_s = 0.0
        self._pulled_until: dict[Cable, float | None] = {}
        self._was_pulled = False

    def step(self, dt_s: float) -> None:
        """Let ``dt_s`` seconds pass in the patient; the drug is what left the pump since the last step."""
        delivered = self.pump.delivered_ml
        self.patient.advance(dt_s, max(0.0, delivered - self._delivered_ml) * self._mg_ml)
        self._delivered_ml = delivered
        self._passed_s += dt_s
        if self._passed_s >= self._next_look_s:
            self._next_look_s = self._passed_s + LOOK_EVERY_S
            self._look()

    def findings(self) -> Findings:
        """What a nurse would find now."""
        patient = self.patient
        return Findings(patient.moaas(), patient.dissociation(), patient.nausea(), patient.distress())

    def _look(self) -> None:
        for cable, until_s in list(self._pulled_until.items()):
            if until_s is not None and self._passed_s >= until_s:
                self._put_back(cable)
        if self._began_s is None and self.pump.running:
            self._began_s = self._passed_s
        if self._began_s is not None:
            for effect in self._player.advance(self._passed_s - self._began_s, self._facts()):
                self._carry_out(effect)

    def _facts(self) -> ScenarioFacts:
        numerics, truth = self.patient.numerics(), self.patient.truth
        cuff, found = numerics.cuff, self.findings()
        return ScenarioFacts(
            systolic=None if cuff is None else cuff.systolic,
            diastolic=None if cuff is None else cuff.diastolic,
            spo2=numerics.spo2,
            hr=numerics.hr,
            rr=numerics.rr,
            etco2=numerics.etco2,
            moaas=found.moaas,
            dissociation=found.dissociation,
            nausea=found.nausea,
            distress=found.distress,
            effect_ng_ml=truth.effect_ng_ml,
            turns=frozenset(self._turns()),
        )

    def _turns(self) -> list[Turn]:
        prompt = self.pump.prompt
        turns = [Turn.RUNNING] if self.pump.running else []
        if prompt.startswith(_ALARM):
            turns.append(Turn.PUMP_ALARM)
        elif prompt.startswith(_PAUSED):
            turns.append(Turn.PAUSED)
        elif not self.pump.running and self._delivered_ml > 0:
            turns.append(Turn.ENDED)
        if self._pulled_until:
            turns.append(Turn.LINK_LOST)
        elif self._was_pulled:
            turns.append(Turn.LINK_BACK)
        return turns

    def _carry_out(self, effect: ScenarioEffect) -> None:
        match effect:
            case PatientEffect(event=event):
                self.patient.befall(event)
            case PumpEffect(fault=fault):
                self.pump.inject(fault)
            case CablePull(cable=cable, for_s=for_s):
                self._pulled_until[cable] = None if for_s is None else self._passed_s + for_s
                self._was_pulled = True
                self._pull(cable)
            case NurseTreats(treatment=treatment):
                self.patient.treat(treatment)
            case NurseAct(deed=NurseDeed.CUFF):
                self.patient.start_cuff()
            case NurseAct(deed=NurseDeed.PLUG_IN):
                for cable in list(self._pulled_until):
                    self._put_back(cable)
            case NurseAct() | NurseCharts():
                self._deed(effect)

    def _put_back(self, cable: Cable) -> None:
        del self._pulled_until[cable]
        self._plug_in(cable)
