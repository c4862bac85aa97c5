"""How much ketamine a person has had here: sessions and milligrams, in all and lately.

Repeated exposure is an open safety question (Sanacora 2017 JAMA Psychiatry 74:399), so it is always shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from console.course.sessions import SessionFact


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """One infusion and the sum up to it; ``None`` where the pump's counter was not known."""

    session: SessionFact
    number: int
    total_mg: Decimal


@dataclass(frozen=True, slots=True)
class Exposure:
    """The ledger.

    Attributes:
        rows: Every infusion, oldest first.
        sessions: How many.
        total_mg: Sum of what is known.
        unknown: Infusions whose amount is not known; the true sum is larger.
        last_28_days: Infusions of the last four weeks.
        first: Day of the first one.
        last: Day of the last one.
    """

    rows: tuple[ExposureRow, ...]
    sessions: int
    total_mg: Decimal
    unknown: int
    last_28_days: int
    first: date | None
    last: date | None


def exposure(sessions: Sequence[SessionFact], today: date) -> Exposure:
    """Add up a patient's infusions; lessons and sessions without an infusion do not count."""
    treated = sorted((one for one in sessions if one.treated), key=lambda one: one.opened_wall_ns)
    rows, total = [], Decimal(0)
    for number, one in enumerate(treated, 1):
        total += one.given_mg or Decimal(0)
        rows.append(ExposureRow(one, number, total))
    since = today - timedelta(days=28)
    return Exposure(
        rows=tuple(rows),
        sessions=len(rows),
        total_mg=total,
        unknown=sum(one.given_mg is None for one in treated),
        last_28_days=sum(since < one.day <= today for one in treated),
        first=treated[0].day if treated else None,
        last=treated[-1].day if treated else None,
    )
