"""What was given, what is left and how long it takes: by the pump's counter and rate, not the wall."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from console.clock import Instant
from console.room.wire import Live
from console.session.pump import PumpState
from console.session.state import Phase, Session, State, phase_of

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where the infusion stands.

    Attributes:
        given_ml: By the pump's own counter.
        total_ml: Ordered volume, None without an order.
        rate_ml_h: The rate the pump reports, None when it is not known.
        running: The pump itself says it is infusing.
        left_s: Seconds left at that rate; None when it cannot be told.
    """

    given_ml: Decimal
    total_ml: Decimal | None
    rate_ml_h: Decimal | None
    running: bool
    left_s: float | None

    @property
    def fraction(self) -> float:
        """Share of the ordered volume that was given, 0..1."""
        if not self.total_ml:
            return 0.0
        return round(float(min(Decimal(1), self.given_ml / self.total_ml)), 3)


def delivery(state: State, live: Live | None) -> Delivery:
    """Where the infusion stands now."""
    session = state.session
    reading = None if live is None else live.pump
    given = given_now_ml(session, live)
    total = None if session is None or session.order is None else session.order.volume_ml
    rate = reading.rate_ml_h if reading is not None else None
    running = reading is not None and reading.state is PumpState.INFUSING
    paced = rate if running else _ordered_rate(session)
    left = None
    if total is not None and paced is not None and paced > 0:
        left = float(max(NOTHING, total - given) * 3600 / paced)
    return Delivery(given, total, rate, running, left)


def given_now_ml(session: Session | None, live: Live | None) -> Decimal:
    """Volume given, moved on between the noted counters by the latest poll; it never falls back."""
    if session is None:
        return NOTHING
    counter = None if live is None or live.pump is None else live.pump.infused_ml
    if counter is None or phase_of(session) not in (Phase.INFUSING, Phase.PAUSED):
        return session.given_ml
    return max(session.given_ml, session.carried_ml + counter)


def _ordered_rate(session: Session | None) -> Decimal | None:
    """The rate the infusion would go on with: the last one that ran, else the ordered one."""
    if session is None:
        return None
    if session.segments:
        return session.segments[-1].rate_ml_h
    return None if session.order is None else session.order.rate_ml_h


def run_seconds(session: Session, now: Instant) -> float:
    """Seconds the pump ran so far, pauses left out."""
    return sum((segment.end or now).seconds_since(segment.start) for segment in session.segments)
