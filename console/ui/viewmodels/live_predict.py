"""The predicted ketamine level of this session: a typical adult's, never dosed or alarmed by."""

from __future__ import annotations

from datetime import date

from console.clinical import pk
from console.clock import Instant
from console.session.state import Session


def model_of(session: Session) -> pk.Model | None:
    """The model of this patient; None outside the ages and weights it was made for."""
    if session.weight_kg is None:
        return None
    try:
        born = date.fromisoformat(session.patient.birth_date)
    except ValueError:
        return None
    today = session.opened_at.wall_utc.date()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return pk.Model.for_patient(float(session.weight_kg), years)


def given_segments(session: Session, now: Instant, ahead_s: float = 0.0) -> tuple[pk.Segment, ...]:
    """What the pump ran since the start, pauses as rate 0; the running stretch goes on for ``ahead_s``."""
    if session.order is None:
        return ()
    mg_ml = float(session.order.inputs.concentration_mg_ml)
    stretches: list[pk.Segment] = []
    reached: Instant | None = None
    for segment in session.segments:
        if reached is not None and segment.start.mono_ns > reached.mono_ns:
            stretches.append(pk.Segment(segment.start.seconds_since(reached) / 60, 0.0))
        end = segment.end or now.plus(ahead_s)
        minutes = max(0.0, end.seconds_since(segment.start)) / 60
        stretches.append(pk.Segment(minutes, float(segment.rate_ml_h) * mg_ml / 60))
        reached = end
    if reached is not None and now.mono_ns > reached.mono_ns:
        stretches.append(pk.Segment(now.seconds_since(reached) / 60, 0.0))
    return tuple(stretches)


def predicted_now(session: Session | None, now: Instant) -> tuple[float, float] | None:
    """Plasma and effect-site level now in ng/mL; None when nothing ran or no model covers the patient."""
    if session is None or not session.segments:
        return None
    model = model_of(session)
    if model is None:
        return None
    state = pk.state_after(model, given_segments(session, now))
    return model.plasma_ng_ml(state), model.effect_ng_ml(state)


def predicted_curve(
    session: Session, now: Instant, left_s: float | None, until_s: float, step_s: float
) -> tuple[pk.Point, ...]:
    """The curve from the first start until ``until_s`` seconds later, with what is left run at this rate."""
    model = model_of(session)
    if model is None or not session.segments:
        return ()
    ran = given_segments(session, now, 0.0 if left_s is None else left_s)
    passed_min = sum(segment.minutes for segment in ran)
    rest = pk.Segment(max(0.0, until_s / 60 - passed_min), 0.0)
    return model.trajectory((*ran, rest), step_s)
