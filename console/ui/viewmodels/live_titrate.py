"""A new rate in both units with the end it leads to, judged with the library before it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from console.clinical.dosing import round_for_pump
from console.clock import Instant
from console.session.people import Order
from console.session.state import State
from console.ui.viewmodels.live_delivery import Delivery
from console.ui.viewmodels.live_words import clock_hm, countdown, fixed
from console.units import plain

STEP_MG_KG_H = Decimal("0.05")
"""One touch on the step keys (site default, needs the medical director's signature)."""


@dataclass(frozen=True, slots=True)
class TitrateView:
    """What the panel shows of one candidate rate.

    Attributes:
        rate_ml_h: The candidate as the pump takes it.
        big: In mL/h.
        same: In mg/kg/h and mg/h.
        change: Against the running rate.
        ends: When the infusion would end.
    """

    rate_ml_h: Decimal
    big: str
    same: str
    change: str
    ends: str


def titrate_view(
    order: Order,
    running_ml_h: Decimal,
    wanted_ml_h: Decimal,
    given: Delivery,
    now: Instant,
    zone: tzinfo | None,
) -> TitrateView:
    """The candidate rate in words."""
    mg_ml = order.inputs.concentration_mg_ml
    rate = round_for_pump(max(Decimal(0), min(wanted_ml_h, order.hard_rate_ml_h)))
    mg_h = rate * mg_ml
    percent = (rate - running_ml_h) * 100 / running_ml_h if running_ml_h else Decimal(0)
    change = "no change" if rate == running_ml_h else f"{percent:+.0f} % from {plain(running_ml_h)} mL/h"
    ends = ""
    if rate > 0 and given.total_ml is not None:
        left_s = float(max(Decimal(0), given.total_ml - given.given_ml) * 3600 / rate)
        ends = f"ends {clock_hm(now.plus(left_s), zone)}, {countdown(left_s)} left"
    return TitrateView(
        rate,
        f"{plain(rate)} mL/h",
        f"= {fixed(mg_h / order.weight_kg, 2)} mg/kg/h · {fixed(mg_h, 1)} mg/h",
        change,
        ends,
    )


def stepped(order: Order, ml_h: Decimal, steps: int) -> Decimal:
    """``ml_h`` moved by whole steps of mg/kg/h within the hard limit; rounding never raises it."""
    per_step = STEP_MG_KG_H * order.weight_kg / order.inputs.concentration_mg_ml
    return round_for_pump(max(Decimal(0), min(ml_h + per_step * steps, order.hard_rate_ml_h)))


def running_rate(state: State) -> Decimal | None:
    """The rate the pump runs at by the record, None when it is not running."""
    session = state.session
    if session is None or not session.segments or session.segments[-1].end is not None:
        return None
    return session.segments[-1].rate_ml_h
