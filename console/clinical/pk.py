"""Ketamine concentration predicted by published three-compartment models with an effect site.

The solution is exact (matrix exponential), so a pause or a change of rate is exact too and no step size
matters. A prediction for a typical adult: nothing is ever dosed or alarmed by it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LABEL = "model prediction (typical adult), not measured"
BAND_FRACTION = 0.35
"""Half-width of the band drawn around the curve; typical variation between people is 25-35 % (CV)."""

MIN_AGE_YEARS, MAX_AGE_YEARS = 18, 80
MIN_WEIGHT_KG, MAX_WEIGHT_KG = 40.0, 140.0
"""Outside these no curve is shown (site default)."""

NG_ML_PER_MG_L = 1000.0


@dataclass(frozen=True, slots=True)
class ConcentrationMark:
    """A published range to draw beside the curve, in ng/mL."""

    label: str
    low_ng_ml: float
    high_ng_ml: float
    source: str


MARKS = (
    ConcentrationMark("analgesia", 70, 160, "Zanos 2018 Pharmacol Rev (PMC6020109)"),
    ConcentrationMark("dissociation", 100, 250, "Zanos 2018 Pharmacol Rev (PMC6020109)"),
    ConcentrationMark("awakening", 640, 640, "Idvall 1979 Br J Anaesth 51:1167"),
    ConcentrationMark("anaesthesia", 1200, 2400, "Zanos 2018 Pharmacol Rev (PMC6020109)"),
)


class ModelName(StrEnum):
    """The models that can be chosen; Kamp is the default."""

    KAMP = "kamp2020"
    DOMINO = "domino1982"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Volumes in litres, clearances in L/min, ke0 per minute. A ke0 belongs to its own set."""

    v1_l: float
    v2_l: float
    v3_l: float
    cl_l_min: float
    q2_l_min: float
    q3_l_min: float
    ke0_per_min: float


def kamp(weight_kg: float) -> Parameters:
    """Kamp 2020 Anesthesiology 133:1192, 70 kg: V 25, 56, 157 L; CL 84, Q 161, 79 L/h.

    Volumes scale with weight, flows with weight to 0.75. ke0 0.304 per min is the cardiac-output
    effect site of Kamp 2021 Br J Anaesth 127:23.
    """
    size = weight_kg / 70.0
    flow = size**0.75 / 60.0
    return Parameters(25.0 * size, 56.0 * size, 157.0 * size, 84.0 * flow, 161.0 * flow, 79.0 * flow, 0.304)


def domino(weight_kg: float) -> Parameters:
    """Domino 1982 (PMID 7198883), Domino 1984 Clin Pharmacol Ther 36:645; linear in weight.

    V1 0.063 L/kg; k10 0.438, k12 0.592, k13 0.590, k21 0.247, k31 0.0146 per min. ke0 0.652 per min
    puts the peak effect of a bolus at 1 min in this set.
    """
    v1_l = 0.063 * weight_kg
    return Parameters(
        v1_l, v1_l * 0.592 / 0.247, v1_l * 0.590 / 0.0146, v1_l * 0.438, v1_l * 0.592, v1_l * 0.590, 0.652
    )


TITLES = {ModelName.KAMP: "Kamp 2020", ModelName.DOMINO: "Domino 1982"}
_SETS = {ModelName.KAMP: kamp, ModelName.DOMINO: domino}


@dataclass(frozen=True, slots=True)
class State:
    """Milligrams in the three compartments and the effect-site concentration in mg/L."""

    a1_mg: float
    a2_mg: float
    a3_mg: float
    ce_mg_l: float

    @staticmethod
    def zero() -> State:
        """No drug anywhere."""
        return State(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of constant rate; a pause is a rate of 0."""

    minutes: float
    rate_mg_min: float


@dataclass(frozen=True, slots=True)
class Point:
    """Predicted concentrations at one minute."""

    minute: float
    plasma_ng_ml: float
    effect_ng_ml: float


@dataclass(frozen=True, slots=True)
class Model:
    """One model scaled to one patient."""

    name: ModelName
    parameters: Parameters

    @staticmethod
    def for_patient(weight_kg: float, age_years: int, name: ModelName = ModelName.KAMP) -> Model | None:
        """The model of an adult; None outside 18-80 years or 40-140 kg, where no curve is shown."""
        if not MIN_AGE_YEARS <= age_years <= MAX_AGE_YEARS:
            return None
        if not MIN_WEIGHT_KG <= weight_kg <= MAX_WEIGHT_KG:
            return None
        return Model(name, _SETS[name](weight_kg))

    @property
    def label(self) -> str:
        """What stands beside every curve."""
        return f"{TITLES[self.name]}: {LABEL}"

    def step(self, state: State, rate_mg_min: float, minutes: float) -> State:
        """The state after ``minutes`` of a constant rate, exactly.

        Raises:
            ValueError: for a negative or non-finite rate or duration.
        """
        if not (0 <= rate_mg_min < math.inf and 0 <= minutes < math.inf):
            raise ValueError("rate and duration must be finite and not negative")
        before = np.array([state.a1_mg, state.a2_mg, state.a3_mg, state.ce_mg_l, rate_mg_min])
        after = _propagator(self.parameters, minutes) @ before
        return State(float(after[0]), float(after[1]), float(after[2]), float(after[3]))

    def plasma_ng_ml(self, state: State) -> float:
        """Predicted plasma concentration."""
        return state.a1_mg / self.parameters.v1_l * NG_ML_PER_MG_L

    def effect_ng_ml(self, state: State) -> float:
        """Predicted effect-site concentration."""
        return state.ce_mg_l * NG_ML_PER_MG_L

    def point(self, minute: float, state: State) -> Point:
        """The state as a point of a curve."""
        return Point(minute, self.plasma_ng_ml(state), self.effect_ng_ml(state))

    def trajectory(
        self, segments: Sequence[Segment], every_s: float = 1.0, start: State | None = None
    ) -> tuple[Point, ...]:
        """The curve over segments: a point every ``every_s`` and one at the end of each segment.

        Raises:
            ValueError: when ``every_s`` is not above zero.
        """
        if every_s <= 0:
            raise ValueError("every_s must be above zero")
        state = State.zero() if start is None else start
        began, stride = 0.0, every_s / 60.0
        points = [self.point(0.0, state)]
        for segment in segments:
            # The whole strides of a segment share one propagator; the rest of it is one more step.
            whole = math.floor(segment.minutes / stride + 1e-9)
            for number in range(1, whole + 1):
                state = self.step(state, segment.rate_mg_min, stride)
                points.append(self.point(began + number * stride, state))
            rest = segment.minutes - whole * stride
            if rest > 1e-9:
                state = self.step(state, segment.rate_mg_min, rest)
                points.append(self.point(began + segment.minutes, state))
            began += segment.minutes
        return tuple(points)

    def predict(
        self, state: State, planned: Sequence[Segment], ahead_min: float, every_s: float = 10.0
    ) -> tuple[Point, ...]:
        """The curve from now on: the planned segments, then nothing, up to ``ahead_min``."""
        left, segments = ahead_min, []
        for segment in (*planned, Segment(ahead_min, 0.0)):
            minutes = min(segment.minutes, left)
            if minutes > 0:
                segments.append(Segment(minutes, segment.rate_mg_min))
                left -= minutes
        return self.trajectory(segments, every_s, state)


def state_after(model: Model, segments: Sequence[Segment], start: State | None = None) -> State:
    """The state at the end of segments, one exact step each."""
    state = State.zero() if start is None else start
    for segment in segments:
        state = model.step(state, segment.rate_mg_min, segment.minutes)
    return state


def _rates(parameters: Parameters) -> NDArray[np.float64]:
    """d/dt of (a1, a2, a3, ce, rate); the rate is constant, so its row is zero."""
    p = parameters
    k10, k12, k13 = p.cl_l_min / p.v1_l, p.q2_l_min / p.v1_l, p.q3_l_min / p.v1_l
    k21, k31, ke0 = p.q2_l_min / p.v2_l, p.q3_l_min / p.v3_l, p.ke0_per_min
    return np.array(
        [
            [-(k10 + k12 + k13), k21, k31, 0.0, 1.0],
            [k12, -k21, 0.0, 0.0, 0.0],
            [k13, 0.0, -k31, 0.0, 0.0],
            [ke0 / p.v1_l, 0.0, 0.0, -ke0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0],
        ]
    )


@lru_cache(maxsize=256)
def _propagator(parameters: Parameters, minutes: float) -> NDArray[np.float64]:
    """exp(rates * minutes); a pure function, remembered because a live curve asks for the same second."""
    result = _exp(_rates(parameters) * minutes)
    result.flags.writeable = False
    return result


def _exp(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Matrix exponential by scaling and squaring of the Taylor series (norm below 1/8, 14 terms)."""
    norm = float(np.abs(matrix).sum(axis=1).max())
    squarings = max(0, math.ceil(math.log2(norm * 8))) if norm > 0 else 0
    scaled = matrix / 2.0**squarings
    term = np.eye(matrix.shape[0])
    total = term.copy()
    for order in range(1, 15):
        term = term @ scaled / order
        total = total + term
    for _ in range(squarings):
        total = total @ total
    return total
