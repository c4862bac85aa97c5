"""Valid orders as a clinic writes them, and what the console knows of the patient."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from msgspec import structs

from console.clinical.dosing import DosePlan, plan
from console.clinical.entry import DOSE_MG_KG, DURATION_MIN, RATE_MG_KG_H, WEIGHT_KG, Field
from console.clinical.finding import Override
from console.clinical.library import load_library, load_syringes
from console.clinical.order import Figures, Order, PatientContext
from console.clinical.protocol import Band, DosedBy, ProtocolEntry
from console.clock import Instant
from console.session.ordering import patient_context
from console.session.people import Actor, Patient, Role
from console.session.state import Session
from console.units import Concentration, Minutes, Weight, plain

LIBRARY = Path(__file__).parents[2] / "resources" / "library"
DRUGS = load_library((LIBRARY / "ketamine-v1.toml").read_text(encoding="utf-8"))
SYRINGES = load_syringes((LIBRARY / "syringes-v1.toml").read_text(encoding="utf-8"))
TODAY = date(2026, 5, 1)
PATIENT = Patient("p", "Rossi", "Mara", "1984-03-12", "204-118")
NURSE = Actor("n", "Nurse", Role.NURSE)


class Known(StrEnum):
    """What there is to compare an order with."""

    RETURNING = "patient known: last weight and dose"
    FIRST = "first session: the protocol alone"


@dataclass(frozen=True, slots=True)
class Case:
    """A valid order, and the session it is written in."""

    entry: ProtocolEntry
    order: Order
    session: Session
    figures: Figures

    def context(self, order: Order) -> PatientContext:
        """What the rules know of the patient when ``order`` is written, as the product gathers it."""
        return patient_context(self.session, TODAY, order.minutes.min)

    def fields(self) -> tuple[Field, ...]:
        """What is typed; everything else is chosen from a list or derived."""
        return (DOSE_MG_KG if self.entry.dosed_by is DosedBy.DOSE else RATE_MG_KG_H, DURATION_MIN, WEIGHT_KG)

    def meant(self, field: Field) -> str:
        """The digits somebody wants to type."""
        if field is DURATION_MIN:
            return plain(self.order.minutes.min)
        return plain(self.order.weight.kg if field is WEIGHT_KG else self.order.amount)

    def with_value(self, field: Field, value: Decimal) -> Order:
        """The order with another figure in one field."""
        if field is DURATION_MIN:
            return replace(self.order, minutes=Minutes(value))
        if field is WEIGHT_KG:
            return replace(self.order, weight=Weight(value))
        return replace(self.order, amount=value)


def valid_orders(count: int, known: Known, seed: int = 2026) -> Iterator[Case]:
    """``count`` orders nobody is asked anything about: inside every soft limit."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        case = _any_case(chance, known)
        if case is not None:
            made += 1
            yield case


def _any_case(chance: random.Random, known: Known) -> Case | None:
    entry = chance.choice(DRUGS.entries)
    order = Order(
        Weight(_between(chance, Band(soft_low=Decimal(45), soft_high=Decimal(140)), Decimal("0.1"))),
        _between(chance, _amounts(entry), Decimal("0.025")),
        Minutes(_between(chance, entry.duration_min, Decimal(5))),
        Concentration(chance.choice(entry.concentrations).mg_ml),
        chance.choice(SYRINGES.syringes),
    )
    session = _session(chance, known, order, entry)
    planned = plan(entry, order, patient_context(session, TODAY, order.minutes.min))
    if not isinstance(planned, DosePlan) or any(
        one.override is not Override.NONE for one in planned.findings
    ):
        return None
    return Case(entry, order, session, planned.figures)


def _amounts(entry: ProtocolEntry) -> Band:
    return entry.dose_mg_kg if entry.dosed_by is DosedBy.DOSE else entry.rate_mg_kg_h


def _between(chance: random.Random, band: Band, step: Decimal) -> Decimal:
    low, high = band.soft_low or Decimal(0), band.soft_high or Decimal(0)
    return low + step * chance.randint(0, int((high - low) / step))


def _session(chance: random.Random, known: Known, order: Order, entry: ProtocolEntry) -> Session:
    opened = Instant(1_777_600_000_000_000_000, 0)
    session = Session("s", PATIENT, opened, NURSE, weight_kg=order.weight.kg)
    if known is Known.FIRST:
        return session
    # A course goes on: the weight within 5 %, the dose as last time or a quarter up or down.
    weight = (order.weight.kg * Decimal(chance.randint(95, 105)) / 100).quantize(Decimal("0.1"))
    mg = order.amount * order.weight.kg
    if entry.dosed_by is DosedBy.RATE:
        mg_h = mg if entry.cap_mg_h is None else min(mg, entry.cap_mg_h)
        mg = mg_h * order.minutes.min / 60
    last = (mg * Decimal(chance.choice((80, 100, 100, 100, 125))) / 100).quantize(Decimal("0.01"))
    return structs.replace(session, previous_weight_kg=weight, previous_dose_mg=last)
