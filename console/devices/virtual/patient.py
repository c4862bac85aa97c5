"""The virtual patient: answers to the ketamine a virtual pump really delivers.

Two sides make one body. Once a second :class:`Physiology` turns the drug and whatever befalls the
patient into a drive; every 50 ms heart, lungs and cuff follow it beat by beat and breath by breath.
Samples are made when someone takes them. Everything comes from the seed: the same doses at the same
times give the same patient, however the time is cut up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.clinical.vitals import Wave
from console.devices.virtual import waveforms
from console.devices.virtual.body import WAVE_RATES_HZ, CuffReading, Numerics
from console.devices.virtual.cuff import Cuff, Pressures
from console.devices.virtual.disturbance import (
    Cough,
    CuffTrouble,
    Disturbance,
    Motion,
    Sensor,
    SensorOff,
    Treatment,
)
from console.devices.virtual.heart import Heart
from console.devices.virtual.kinetics import KampKinetics
from console.devices.virtual.lungs import APNOEA_S, Breath, Lungs
from console.devices.virtual.patient_profile import PatientProfile
from console.devices.virtual.physiology import STEP_S, Physiology
from console.devices.virtual.spells import Spells

TICKS_PER_S: Final = 20
TICK_S: Final = 1 / TICKS_PER_S
BACKLOG_S: Final = 10
PULSE_HOLD_S: Final = 15.0
"""How long an oximeter keeps showing its average when no pulse arrives."""
SETTLE_S: Final = 5.0
MOTION_RAMP_S: Final = 0.35
RESTING_PERFUSION_PERCENT: Final = 2.6
DEFAULT_CUFF_INTERVAL_S: Final = 300.0
"""Blood pressure at five-minute intervals (ASA moderate sedation 2018, Anesthesiology 128:437)."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so inside the patient, whatever the sensors see.

    Attributes:
        time_s: The patient's own clock. given_mg: Ketamine received so far.
        plasma_ng_ml: Concentration in plasma. effect_ng_ml: At the site of effect.
        systolic: Mean of the present drive, mmHg. diastolic: mmHg. hr: /min.
        spo2: Saturation at the finger, %. co2_mmhg: End-tidal if a full breath came now.
        breathing: Whether a breath has come within 20 s.
        cadss: Dissociation total.
    """

    time_s: float
    given_mg: float
    plasma_ng_ml: float
    effect_ng_ml: float
    systolic: float
    diastolic: float
    hr: float
    spo2: float
    co2_mmhg: float
    breathing: bool
    cadss: float


class VirtualPatient:
    """A body with sensors on it, an infusion in the arm and answers to give."""

    def __init__(
        self,
        profile: PatientProfile,
        seed: int,
        cuff_interval_s: float | None = DEFAULT_CUFF_INTERVAL_S,
    ) -> None:
        """Lay the patient down, with every sensor attached.

        Args:
            profile: Who it is.
            seed: Decides everything that chance decides.
            cuff_interval_s: How often the monitor's own cuff measures; None: on demand only.
        """
        people, heart, lungs, cuff, grain = np.random.default_rng(seed).spawn(5)
        self.profile = profile
        self._physiology = Physiology(profile, people, KampKinetics(profile.weight_kg))
        self._lungs = Lungs(lungs, profile.baseline)
        self._heart = Heart(heart, self._physiology.drive.heart)
        self._cuff = Cuff(cuff, cuff_interval_s)
        self._off = {sensor: Spells() for sensor in Sensor}
        self._motion = Spells()
        self._cough = Spells()
        self._tick = 0
        self._left_s = 0.0
        self._pending_mg = 0.0
        self._given_mg = 0.0
        self._taken = dict.fromkeys(Wave, 0)
        self._fine = waveforms.Grain(grain, 30_011, 1)
        self._drift = waveforms.Grain(grain, 20_011, 240)
        self._shake = waveforms.Grain(grain, 15_013, 14)

    @property
    def now_s(self) -> float:
        """The patient's own clock in seconds."""
        return self._tick / TICKS_PER_S

    def advance(self, dt_s: float, ketamine_mg: float) -> None:
        """Let time pass.

        Args:
            dt_s: Seconds.
            ketamine_mg: Drug that entered the vein in that time, evenly.

        Raises:
            ValueError: when either is negative.
        """
        if dt_s < 0 or ketamine_mg < 0:
            raise ValueError("neither time nor drug can flow backwards")
        self._given_mg += ketamine_mg
        pieces = max(1, int(np.ceil(dt_s / STEP_S - 1e-9)))
        for _ in range(pieces):
            self._pending_mg += ketamine_mg / pieces
            self._left_s += dt_s / pieces
            ticks = int(self._left_s * TICKS_PER_S + 1e-6)
            self._left_s -= ticks / TICKS_PER_S
            for _ in range(ticks):
                self._pass_tick()

    def _pass_tick(self) -> None:
        self._tick += 1
        now = self.now_s
        if self._tick % TICKS_PER_S == 0:
            self._physiology.step(self._pending_mg, self._lungs.spo2)
            self._pending_mg = 0.0
        drive = self._physiology.drive
        self._lungs.advance(now, drive.breath)
        beat = self._heart.beats[-1]
        moving = self._motion.active(now) or self._cough.active(now)
        self._cuff.advance(now, Pressures(beat.systolic, beat.diastolic, drive.heart.rate), moving)
        squeeze = self._cuff.pressure if self.profile.cuff_on_probe_arm else _no_cuff
        self._heart.advance(now, drive.heart, self._lungs.inflation, squeeze)

    # ---- what the sensors see

    def numerics(self) -> Numerics:
        """The numbers a monitor would derive now."""
        now = self.now_s
        leads, probe, line = (self._off[s] for s in (Sensor.LEADS, Sensor.PROBE, Sensor.CO2_LINE))
        artefact = self._motion.active(now) or self._cough.active(now)
        hr = None if leads.active(now) else self._heart.rate(now, now - leads.free_s(now))
        pr = spo2 = perfusion = None
        if not probe.active(now) and probe.free_s(now) >= SETTLE_S:
            perfusion = max(0.02, RESTING_PERFUSION_PERCENT * self._heart.pulse_size(now))
            if now - self._heart.last_pulse_s(now) < PULSE_HOLD_S:
                pr = self._heart.pulse_rate(now, now - probe.free_s(now))
                spo2 = self._lungs.spo2 - (2.5 if self._motion.touches(now - 4.0, now - 2.0) else 0.0)
        breath = self._breath_numbers(now, line)
        return Numerics(
            hr=hr,
            pr=pr,
            spo2=spo2,
            perfusion=perfusion,
            rr=breath[0],
            etco2=breath[1],
            fico2=None if breath[1] is None else 0.0,
            temp=None if self._off[Sensor.TEMPERATURE].active(now) else self.profile.baseline.temp,
            cuff=self._cuff.reading(now),
            cuff_state=self._cuff.state,
            apnoea=breath[2],
            artefact=artefact,
        )

    def _breath_numbers(self, now: float, line: Spells) -> tuple[float | None, float | None, bool]:
        """Breathing rate, end-tidal carbon dioxide and whether no breath has come for 20 s."""
        if line.active(now):
            return None, None, False
        since = now - line.free_s(now)
        if self._lungs.quiet_s(now) >= APNOEA_S and now - since >= APNOEA_S:
            return 0.0, 0.0, True
        exhaled = self._lungs.exhaled(now, since)
        return self._lungs.rate(now, since), None if exhaled is None else exhaled.etco2, False

    def take_wave(self, wave: Wave) -> NDArray[np.float64]:
        """Samples since the last take, at most of the last ten seconds; NaN where nothing is seen.

        Units: ECG mV, pleth % of full scale, CO2 mmHg, respiration Ohm.
        """
        rate = WAVE_RATES_HZ[wave]
        end = self._tick * rate // TICKS_PER_S
        first = max(self._taken[wave], end - BACKLOG_S * rate)
        self._taken[wave] = end
        if first >= end:
            return np.empty(0)
        times = np.arange(first, end) / rate
        breaths = [b for b in self._lungs.breaths if b.end_s > times[0] - 1.0]
        if wave is Wave.CO2:
            signal = self._capnogram(times, breaths, first)
        else:
            full = waveforms.inflation(times, breaths)
            signal = self._moved(wave, times, full, first)
        off = self._off[_SENSOR[wave]].mask(times)
        if off is not None:
            signal[off] = np.nan
        return signal

    def _moved(
        self, wave: Wave, times: NDArray[np.float64], full: NDArray[np.float64], first: int
    ) -> NDArray[np.float64]:
        """One of the three waves that movement disturbs."""
        beats = [b for b in self._heart.beats if b.at_s > times[0] - 3.0]
        count = len(times)
        fine, drift = self._fine.at(first, count), self._drift.at(first, count)
        if wave is Wave.ECG:
            signal = waveforms.ecg(times, beats, full) + 0.008 * fine + 0.022 * drift
            size = 0.45
        elif wave is Wave.PLETH:
            signal = waveforms.pleth(times, beats, full) + 0.25 * fine + 1.2 * drift
            size = 24.0
        else:
            signal = waveforms.impedance(times, full, beats) + 0.006 * fine + 0.02 * drift
            size = 0.7
        for spells, share in ((self._motion, 1.0), (self._cough, 0.5)):
            felt = spells.strength(times, MOTION_RAMP_S)
            if felt is not None:
                signal += share * size * felt * self._shake.at(first, count)
        return np.clip(signal, 0.0, 100.0) if wave is Wave.PLETH else signal

    def _capnogram(
        self, times: NDArray[np.float64], breaths: list[Breath], first: int
    ) -> NDArray[np.float64]:
        signal = waveforms.capnogram(times, breaths)
        coughing = self._cough.mask(times)
        if coughing is not None:
            signal[coughing] *= 0.45 + 0.4 * np.sin(times[coughing] * 14.0)
        return np.maximum(signal + 0.10 * self._fine.at(first, len(times)), 0.0)

    def start_cuff(self) -> None:
        """Begin a cuff measurement; does nothing while one is running."""
        beat = self._heart.beats[-1]
        rate = self._physiology.drive.heart.rate
        self._cuff.start(self.now_s, Pressures(beat.systolic, beat.diastolic, rate))

    def set_cuff_interval(self, interval_s: float | None) -> None:
        """Measure on its own every ``interval_s`` seconds from now; None: on demand only."""
        self._cuff.set_interval(interval_s, self.now_s)

    # ---- what befalls the patient and what is done for him

    def befall(self, event: Disturbance) -> None:
        """Let something happen now."""
        now = self.now_s
        match event:
            case Motion(for_s):
                self._motion.begin(now, for_s)
            case Cough(for_s):
                self._cough.begin(now, for_s)
            case SensorOff(sensor, for_s):
                self._off[sensor].begin(now, for_s)
            case CuffTrouble(readings, fails):
                self._cuff.expect_trouble(readings, fails)
            case _:
                self._physiology.befall(event)

    def treat(self, treatment: Treatment) -> None:
        """Let a nurse do something now."""
        if treatment is Treatment.REATTACH:
            for spells in self._off.values():
                spells.end(self.now_s)
            return
        self._physiology.treat(treatment)
        if treatment in (Treatment.STIMULATE, Treatment.OPEN_AIRWAY, Treatment.VENTILATE):
            self._lungs.ventilate(self.now_s)

    # ---- what a nurse finds at the chair

    def moaas(self) -> int:
        """Modified Observer's Assessment of Alertness/Sedation: 5 awake .. 0 no answer to pain."""
        return self._physiology.response.moaas

    def dissociation(self) -> int:
        """0 none, 1 mild, 2 moderate, 3 marked, 4 distressing."""
        return self._physiology.dissociation

    def nausea(self) -> int:
        """0 none, 1 mild, 2 moderate, 3 vomiting."""
        return self._physiology.nausea

    def distress(self) -> int:
        """Distress from 0 to 10, as the patient would rate it."""
        return round(self._physiology.distress)

    def cuff_reading(self) -> CuffReading | None:
        """The last completed cuff measurement."""
        return self._cuff.reading(self.now_s)

    @property
    def truth(self) -> Truth:
        """What is so inside, for tests and for the technician's page."""
        kinetics, heart = self._physiology.kinetics, self._physiology.drive.heart
        return Truth(
            time_s=self.now_s,
            given_mg=self._given_mg,
            plasma_ng_ml=kinetics.plasma_ng_ml,
            effect_ng_ml=kinetics.effect_ng_ml,
            systolic=heart.systolic,
            diastolic=heart.diastolic,
            hr=heart.rate,
            spo2=self._lungs.spo2,
            co2_mmhg=self._lungs.co2_mmhg,
            breathing=self._lungs.quiet_s(self.now_s) < APNOEA_S,
            cadss=self._physiology.response.cadss,
        )


_SENSOR: Final = {
    Wave.ECG: Sensor.LEADS,
    Wave.RESP: Sensor.LEADS,
    Wave.PLETH: Sensor.PROBE,
    Wave.CO2: Sensor.CO2_LINE,
}


def _no_cuff(at_s: float) -> float:  # noqa: ARG001 - the shape every pressure in time has
    return 0.0
