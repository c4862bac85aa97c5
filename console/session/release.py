"""What is known when somebody asks to let the patient go."""

from __future__ import annotations

from console.clinical import scales
from console.clinical.discharge import OBSERVATION_DEFAULT_MIN, DischargeFacts, gate
from console.clock import Instant
from console.session.state import Session, State


def discharge_facts(state: State, now: Instant) -> DischargeFacts:
    """The facts of the gate; whatever was not scored or measured since the infusion is unknown.

    Raises:
        LookupError: there is no session.
    """
    session = state.session
    if session is None:
        raise LookupError("there is no session")
    observed_s = 0.0 if session.ended_at is None else now.seconds_since(session.ended_at)
    pressure = session.pressures[-1] if session.pressures else None
    baseline = session.baseline
    order = session.order
    return DischargeFacts(
        observed_min=observed_s / 60,
        required_min=OBSERVATION_DEFAULT_MIN if order is None else float(order.min_observation_min),
        moaas=_latest(session, scales.MOAAS),
        dissociation=_latest(session, scales.DISSOCIATION),
        aldrete=_latest(session, scales.ALDRETE),
        mpadss=_latest(session, scales.MPADSS),
        systolic=None if pressure is None else pressure.systolic,
        diastolic=None if pressure is None else pressure.diastolic,
        pressure_age_min=None if pressure is None else now.seconds_since(pressure.measured_at) / 60,
        baseline_systolic=None if baseline is None else baseline.systolic,
        baseline_diastolic=None if baseline is None else baseline.diastolic,
        confirmed=frozenset(item for item, ok in session.discharge.items() if ok),
    )


def unmet(state: State, now: Instant) -> tuple[str, ...]:
    """Why the patient may not leave yet; empty when the gate holds."""
    return gate(discharge_facts(state, now))


def _latest(session: Session, scale: scales.Scale) -> scales.Score | None:
    """The last score of ``scale`` after the infusion."""
    if session.ended_at is None:
        return None
    for scored in reversed(session.scores):
        if scored.score.scale == scale.id and scored.at.mono_ns >= session.ended_at.mono_ns:
            return scales.score(scale, scored.score.items)
    return None
