"""What the course needs to know of each session; filled from the list of sessions of the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SessionFact:
    """One session of the patient.

    Attributes:
        session_id: UUIDv7.
        day: Local day it was opened.
        opened_wall_ns: When it was opened.
        protocol_id: Protocol ordered, empty before the order.
        weight_kg: Weight of the day.
        ordered_mg: Dose ordered.
        given_mg: Given by the pump's counter, None while unknown.
        started_wall_ns: Start of the infusion, None when nothing was infused.
        ended_wall_ns: End of the infusion.
        closed: Discharged and closed.
        aborted: Reason when it ended before anything was infused.
        training: No treatment: a lesson.
    """

    session_id: str
    day: date
    opened_wall_ns: int
    protocol_id: str = ""
    weight_kg: Decimal | None = None
    ordered_mg: Decimal | None = None
    given_mg: Decimal | None = None
    started_wall_ns: int | None = None
    ended_wall_ns: int | None = None
    closed: bool = False
    aborted: str = ""
    training: bool = False

    @property
    def treated(self) -> bool:
        """Whether anything was infused in earnest."""
        return self.started_wall_ns is not None and not self.training

    @property
    def mg_per_kg(self) -> Decimal | None:
        """Dose given by body weight."""
        if self.given_mg is None or not self.weight_kg:
            return None
        return self.given_mg / self.weight_kg
