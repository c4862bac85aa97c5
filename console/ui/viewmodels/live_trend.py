"""The session in one picture: phases, pins, pressures, rate steps and the predicted level."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.clinical.vitals import VITALS
from console.clock import Instant
from console.session.events import Care
from console.session.state import Phase, Session, phase_of
from console.ui.viewmodels.live_predict import predicted_curve
from console.ui.viewmodels.live_scales import DISSOCIATION, MOAAS
from console.units import plain

CARE_WORDS = {
    Care.NAUSEA: "Nausea",
    Care.DIZZINESS: "Dizzy",
    Care.ANXIETY: "Anxiety",
    Care.DISSOCIATION: "Dissociation",
    Care.VOMITING: "Vomiting",
    Care.BP_DRUG: "BP drug",
    Care.ANTIEMETIC: "Antiemetic",
    Care.OXYGEN: "Oxygen",
    Care.NOTE: "Note",
    Care.ASKED_TO_STOP: "Asked to stop",
}
CURVE_POINTS = 160
LEAST_SPAN_S = 30 * 60.0


@dataclass(frozen=True, slots=True)
class Band:
    """A phase as a shaded stretch; seconds since the session was opened."""

    word: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Pin:
    """An event on the time line."""

    at_s: float
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """One MOAA/S score."""

    at_s: float
    score: int


@dataclass(frozen=True, slots=True)
class PressurePoint:
    """One pressure."""

    at_s: float
    systolic: float
    diastolic: float


@dataclass(frozen=True, slots=True)
class RateStep:
    """A stretch of constant rate."""

    start_s: float
    end_s: float
    mg_kg_h: str


@dataclass(frozen=True, slots=True)
class TrendView:
    """Everything but the one-second curves, which come from the history.

    Attributes:
        origin: Instant of second 0 (the session was opened).
        now_s: The now line.
        span_s: What the whole-session window shows.
        curve_s: Times of the predicted levels.
        plasma: Predicted plasma level, ng/mL; past and ahead.
        effect: Predicted effect-site level.
    """

    origin: Instant
    now_s: float
    span_s: float
    bands: tuple[Band, ...] = ()
    pins: tuple[Pin, ...] = ()
    scores: tuple[ScorePoint, ...] = ()
    pressures: tuple[PressurePoint, ...] = ()
    steps: tuple[RateStep, ...] = ()
    curve_s: tuple[float, ...] = field(default=())
    plasma: tuple[float, ...] = field(default=())
    effect: tuple[float, ...] = field(default=())


def trend_view(session: Session | None, now: Instant, left_s: float | None) -> TrendView | None:
    """The trend at ``now``; ``left_s`` is what remains of the infusion, to place its end."""
    if session is None:
        return None
    origin = session.opened_at
    now_s = now.seconds_since(origin)
    bands = _bands(session, now, left_s)
    span_s = max([LEAST_SPAN_S, now_s + 120.0, *(band.end_s for band in bands)])
    curve_s, plasma, effect = _curve(session, now, left_s, span_s)
    return TrendView(
        origin=origin,
        now_s=now_s,
        span_s=span_s,
        bands=bands,
        pins=_pins(session),
        scores=tuple(
            ScorePoint(scored.at.seconds_since(origin), scored.score.total)
            for scored in session.scores
            if scored.score.scale == MOAAS
        ),
        pressures=tuple(
            PressurePoint(taken.measured_at.seconds_since(origin), taken.systolic, taken.diastolic)
            for taken in session.pressures
        ),
        steps=_steps(session, now),
        curve_s=curve_s,
        plasma=plasma,
        effect=effect,
    )


def _bands(session: Session, now: Instant, left_s: float | None) -> tuple[Band, ...]:
    origin = session.opened_at
    now_s = now.seconds_since(origin)
    if session.started_at is None:
        return (Band("Baseline", 0.0, max(now_s, LEAST_SPAN_S)),)
    start_s = session.started_at.seconds_since(origin)
    if session.ended_at is not None:
        end_s = session.ended_at.seconds_since(origin)
    else:
        end_s = now_s + (left_s or 0.0)
    observed_s = 0.0 if session.order is None else float(session.order.min_observation_min) * 60
    last_s = end_s + observed_s
    if phase_of(session) is Phase.OBSERVING:
        last_s = max(last_s, now_s)
    return (
        Band("Baseline", 0.0, start_s),
        Band("Infusion", start_s, end_s),
        Band("Observation", end_s, last_s),
    )


def _pins(session: Session) -> tuple[Pin, ...]:
    origin = session.opened_at
    pins = [
        Pin(care.happened_at.seconds_since(origin), care_words(care.care, care.grade))
        for care in session.cares
    ]
    for scored in session.scores:
        at_s = scored.at.seconds_since(origin)
        if scored.score.scale == DISSOCIATION:
            pins.append(Pin(at_s, f"Diss. {scored.score.total}"))
    gaps = zip(session.segments, session.segments[1:], strict=False)
    pins.extend(
        Pin(before.end.seconds_since(origin), "Paused", strong=True)
        for before, after in gaps
        if before.end is not None and after.start.mono_ns > before.end.mono_ns
    )
    if session.paused_at is not None and session.paused is not None:
        pins.append(Pin(session.paused_at.seconds_since(origin), "Paused", strong=True))
    pins.extend(_sources(session))
    return tuple(sorted(pins, key=lambda pin: pin.at_s))


def _sources(session: Session) -> list[Pin]:
    """Where another monitor began to speak: the curve before and after is not of one source."""
    found: dict[tuple[float, str], list[str]] = {}
    for mark in session.sources:
        change = mark.change
        if not change.before:
            continue
        words = f"{change.before} → {change.after}" if change.after else f"gone ({change.before})"
        at_s = mark.at.seconds_since(session.opened_at)
        found.setdefault((at_s, words), []).append(VITALS[change.vital].label)
    return [
        Pin(at_s, f"{', '.join(labels)}: {words}", strong=True) for (at_s, words), labels in found.items()
    ]


def care_words(care: Care, grade: int = 0) -> str:
    """A one-touch event as text, with its grade when it was graded."""
    grades = {1: " mild", 2: " moderate", 3: " severe"}
    return CARE_WORDS[care] + grades.get(grade, "")


def _steps(session: Session, now: Instant) -> tuple[RateStep, ...]:
    order = session.order
    if order is None:
        return ()
    per_ml = order.inputs.concentration_mg_ml / order.weight_kg
    return tuple(
        RateStep(
            segment.start.seconds_since(session.opened_at),
            (segment.end or now).seconds_since(session.opened_at),
            plain(round(segment.rate_ml_h * per_ml, 2)),
        )
        for segment in session.segments
    )


def _curve(
    session: Session, now: Instant, left_s: float | None, span_s: float
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    if session.started_at is None or not session.segments:
        return (), (), ()
    start_s = session.started_at.seconds_since(session.opened_at)
    step_s = max(5.0, (span_s - start_s) / CURVE_POINTS)
    running = session.segments[-1].end is None
    points = predicted_curve(session, now, left_s if running else None, span_s - start_s, step_s)
    return (
        tuple(start_s + point.minute * 60 for point in points),
        tuple(point.plasma_ng_ml for point in points),
        tuple(point.effect_ng_ml for point in points),
    )
