"""Arrival: what is done, what is open, and what the baseline pressures allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from console.clinical.arrival import (
    BASELINE_SPACING_S,
    SPACING_TOLERANCE_S,
    ArrivalItem,
    Baseline,
    BaselineVerdict,
    CuffReading,
    Effect,
    baseline_pressure,
    items_for,
)
from console.clock import Instant
from console.session.decide_arrival import CONFIRM_CHANGE
from console.session.ordering import outstanding_checks
from console.session.people import Sex
from console.session.state import Session
from console.ui.viewmodels.live_words import ago, clock_hm, countdown
from console.units import plain

SHOWN_READINGS = 4


@dataclass(frozen=True, slots=True)
class CheckView:
    """One arrival check.

    Attributes:
        item: What is asked.
        ok: The answer; None while there is none.
        overridden: Not met, and let through with a reason.
        note: The reason given.
        open: It still stands in the way.
        may_override: The prescriber may let it through.
    """

    item: ArrivalItem
    ok: bool | None
    overridden: bool
    note: str
    open: bool
    may_override: bool


@dataclass(frozen=True, slots=True)
class PressureRow:
    """A cuff reading of this session."""

    figure: str
    when: str
    source: str
    counted: bool


@dataclass(frozen=True, slots=True)
class BaselineView:
    """The baseline page.

    Attributes:
        rows: The newest readings, newest first.
        verdict: What the counted readings allow.
        sentence: The same in words, with what to do next.
        fresh: The reading that can be counted now, empty when there is none.
        counted: How many are counted.
        needs_reason: Accepting needs the prescriber's reason.
        may_accept: Two readings far enough apart are counted.
        average: Their average, empty before.
    """

    rows: tuple[PressureRow, ...]
    verdict: BaselineVerdict
    sentence: str
    fresh: str
    counted: int
    needs_reason: bool
    may_accept: bool
    average: str


@dataclass(frozen=True, slots=True)
class ArrivalView:
    """What is done of the arrival."""

    identity: bool
    checks: tuple[CheckView, ...]
    checks_done: int
    checks_open: tuple[str, ...]
    weight: str
    baseline_done: bool
    baseline: BaselineView

    @property
    def checks_complete(self) -> bool:
        """No check stands in the way of an order."""
        return not self.checks_open


def arrival_view(session: Session, now: Instant, zone: tzinfo | None) -> ArrivalView:
    """The arrival page from the facts of the session."""
    checks = tuple(
        _check(session, item) for item in items_for(pregnancy_possible=session.patient.sex is not Sex.MALE)
    )
    return ArrivalView(
        identity=session.identity_confirmed,
        checks=checks,
        checks_done=sum(check.ok is not None for check in checks),
        checks_open=outstanding_checks(session),
        weight="" if session.weight_kg is None else f"{plain(session.weight_kg)} kg",
        baseline_done=session.baseline is not None,
        baseline=baseline_view(session, now, zone),
    )


def _check(session: Session, item: ArrivalItem) -> CheckView:
    answer = session.arrival.get(item.id)
    overridable = item.effect is Effect.PRESCRIBER
    if answer is None:
        return CheckView(item, None, False, "", True, overridable)
    passed = answer.ok or answer.overridden or item.effect is Effect.NOTE
    return CheckView(item, answer.ok, answer.overridden, answer.note, not passed, overridable)


def baseline_view(session: Session, now: Instant, zone: tzinfo | None) -> BaselineView:
    """Readings, what they allow and what to do next."""
    counted = [p for p in session.pressures if p.baseline]
    judged = baseline_pressure([CuffReading(p.systolic, p.diastolic, p.measured_at) for p in counted])
    fresh = [p for p in session.pressures if not p.baseline]
    rows = tuple(
        PressureRow(
            f"{p.systolic:.0f}/{p.diastolic:.0f} mmHg",
            f"{clock_hm(p.measured_at, zone)}, {ago(now.seconds_since(p.measured_at))}",
            p.source if p.source == "by hand" else f"monitor {p.source}",
            p.baseline,
        )
        for p in reversed(session.pressures[-SHOWN_READINGS:])
    )
    newest = fresh[-1] if fresh else None
    if newest is not None and counted and newest.measured_at.mono_ns < counted[-1].measured_at.mono_ns:
        newest = None
    complete = judged.systolic is not None and judged.diastolic is not None
    return BaselineView(
        rows=rows,
        verdict=judged.verdict,
        sentence=_next_step(judged, [p.measured_at for p in counted], now),
        fresh="" if newest is None else f"{newest.systolic:.0f}/{newest.diastolic:.0f} mmHg",
        counted=len(counted),
        needs_reason=complete and judged.verdict is not BaselineVerdict.GO,
        may_accept=complete,
        average=f"{judged.systolic:.0f}/{judged.diastolic:.0f} mmHg" if complete else "",
    )


def _next_step(judged: Baseline, counted: list[Instant], now: Instant) -> str:
    if judged.verdict is not BaselineVerdict.MEASURE_AGAIN or not counted:
        return judged.sentence
    left_s = BASELINE_SPACING_S - SPACING_TOLERANCE_S - now.seconds_since(counted[0])
    return judged.sentence if left_s <= 0 else f"{judged.sentence} Possible in {countdown(left_s)}."


def weight_change(session: Session, kg: Decimal | None) -> str:
    """What to confirm about a weight that is far from the last one; empty when nothing."""
    last = session.previous_weight_kg
    if last is None or kg is None or abs(kg - last) <= CONFIRM_CHANGE * last:
        return ""
    return (
        f"Last time {plain(last)} kg, now {plain(kg)} kg: more than 10 % different. Weigh again, or confirm."
    )
