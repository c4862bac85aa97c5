"""What the pump did: bars of constant rate, pauses, its counter, and the level a model predicts from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from console.clinical import pk
from console.clock import NS_PER_S
from console.session.events import (
    Entry,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    RateChanged,
)
from console.session.people import Order
from console.session.state import Session
from console.ui.viewmodels.review_shapes import Given, Pause, Prediction, RateBar

CURVE_EVERY_S = 10.0


def mg_kg_h(rate_ml_h: Decimal, order: Order | None) -> Decimal | None:
    """The rate as drug and body weight."""
    if order is None or order.weight_kg <= 0:
        return None
    exact = rate_ml_h * order.inputs.concentration_mg_ml / order.weight_kg
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def bars_of(entries: Sequence[Entry], order: Order | None, now_ns: int) -> tuple[RateBar, ...]:
    """Stretches of constant rate; the running one reaches until now."""
    bars: list[RateBar] = []
    running: RateBar | None = None
    for entry in entries:
        at = entry.at.mono_ns
        begun: RateBar | None = None
        match entry.event:
            case InfusionStarted(rate_ml_h=rate) | InfusionResumed(rate_ml_h=rate):
                begun = RateBar(at, now_ns, rate, mg_kg_h(rate, order))
            case RateChanged(to_ml_h=rate, at_pump=at_pump):
                begun = RateBar(at, now_ns, rate, mg_kg_h(rate, order), at_pump)
            case InfusionPaused() | InfusionEnded():
                pass
            case _:
                continue
        if running is not None:
            bars.append(replace(running, end_ns=at))
        running = begun
    return (*bars, running) if running is not None else tuple(bars)


def pauses_of(entries: Sequence[Entry], now_ns: int) -> tuple[Pause, ...]:
    """Stretches in which delivery was halted before its end."""
    pauses: list[Pause] = []
    halted: Pause | None = None
    for entry in entries:
        match entry.event:
            case InfusionPaused(reason=reason, by_pump=by_pump):
                halted = halted or Pause(entry.at.mono_ns, now_ns, reason, by_pump)
            case InfusionResumed() | InfusionEnded() if halted is not None:
                pauses.append(replace(halted, end_ns=entry.at.mono_ns))
                halted = None
            case _:
                pass
    return (*pauses, halted) if halted is not None else tuple(pauses)


def given_of(noted: Sequence[tuple[int, Decimal]]) -> Given:
    """The pump's counter over time, from (time, volume) pairs in order."""
    return Given(
        np.array([t for t, _ in noted], np.int64), np.array([float(ml) for _, ml in noted], np.float64)
    )


def predictions_of(
    session: Session, bars: Sequence[RateBar], start_ns: int, end_ns: int
) -> tuple[Prediction, ...]:
    """Each published model's curve; none outside the ages and weights they were made for."""
    order, age = session.order, age_years(session)
    if order is None or age is None or not bars or session.weight_kg is None:
        return ()
    models = [pk.Model.for_patient(float(session.weight_kg), age, name) for name in pk.ModelName]
    segments = _segments(bars, float(order.inputs.concentration_mg_ml), end_ns)
    return tuple(
        _curve(model, segments, bars[0].start_ns - start_ns) for model in models if model is not None
    )


def age_years(session: Session) -> int | None:
    """Whole years on the day of the session, None without a readable birth date."""
    try:
        born = date.fromisoformat(session.patient.birth_date)
    except ValueError:
        return None
    today = session.opened_at.wall_utc.date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _segments(bars: Sequence[RateBar], mg_ml: float, end_ns: int) -> tuple[pk.Segment, ...]:
    found: list[pk.Segment] = []
    reached = bars[0].start_ns
    for bar in bars:
        found.append(pk.Segment(_minutes(reached, bar.start_ns), 0.0))
        found.append(pk.Segment(_minutes(bar.start_ns, bar.end_ns), float(bar.rate_ml_h) * mg_ml / 60))
        reached = bar.end_ns
    found.append(pk.Segment(_minutes(reached, end_ns), 0.0))
    return tuple(segment for segment in found if segment.minutes > 0)


def _minutes(first_ns: int, last_ns: int) -> float:
    return max(0, last_ns - first_ns) / NS_PER_S / 60


def _curve(model: pk.Model, segments: tuple[pk.Segment, ...], lead_ns: int) -> Prediction:
    points = model.trajectory(segments, CURVE_EVERY_S)
    return Prediction(
        model.label,
        np.array([point.minute * 60 for point in points]) + lead_ns / NS_PER_S,
        np.array([point.plasma_ng_ml for point in points]),
        np.array([point.effect_ng_ml for point in points]),
    )
