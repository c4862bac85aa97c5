"""The shapes of the drug library and the syringe catalogue, as read from a versioned file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from console.clinical.finding import Origin
from console.units import Concentration, Diameter, Minutes, Volume


class DosedBy(StrEnum):
    """What the prescriber orders."""

    DOSE = "dose"
    """A dose in mg/kg over minutes."""
    RATE = "rate"
    """A rate in mg/kg/h for minutes."""


@dataclass(frozen=True, slots=True)
class Band:
    """Soft and hard limits of one figure; None where the library sets none.

    A value equal to a limit is inside it.
    """

    hard_low: Decimal | None = None
    soft_low: Decimal | None = None
    soft_high: Decimal | None = None
    hard_high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StepLimit:
    """How far and how often a running rate may be raised.

    Attributes:
        max_increase_mg_kg_h: Largest rise in one change.
        max_increase_percent: Largest rise in per cent of the current rate; None = no such limit.
        min_interval_min: Minutes between two rises.
    """

    max_increase_mg_kg_h: Decimal
    max_increase_percent: Decimal | None
    min_interval_min: Decimal


@dataclass(frozen=True, slots=True)
class ConcentrationRule:
    """A concentration that may be infused; ``warning`` is empty or says why to think twice."""

    mg_ml: Decimal
    warning: str = ""


@dataclass(frozen=True, slots=True)
class RejectedConcentration:
    """A concentration that is never infused, and why."""

    mg_ml: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Series:
    """How a course of treatment is planned.

    Attributes:
        sessions: Sessions in the course.
        window_days: Shortest and longest course in days, None when the library sets none.
        rhythm: The rhythm in words.
    """

    sessions: int
    window_days: tuple[int, int] | None
    rhythm: str


@dataclass(frozen=True, slots=True)
class ProtocolEntry:
    """One protocol of the drug library.

    Attributes:
        id: Short name (``"MOOD-40"``).
        title: What it is for.
        library_version: Version of the library it came from.
        dosed_by: Whether a dose or a rate is ordered.
        default_amount: mg/kg for DOSE, mg/kg/h for RATE.
        default_minutes: Usual duration.
        cap_mg: Most drug in one session unless the prescriber lifts the cap; None = no cap.
        cap_mg_first_only: ``cap_mg`` holds for the first session only.
        cap_mg_h: Highest mg/h unless the prescriber lifts the cap; None = no cap.
        dose_mg_kg: Limits of the dose per weight; empty for RATE entries.
        rate_mg_kg_h: Limits of the rate per weight.
        rate_mg_h: Limits of the rate.
        duration_min: Limits of the duration.
        session_total_hard_mg: Most drug in one session, never exceeded.
        step: Limits of titration.
        concentrations: What may be infused; anything else is refused.
        rejected: What is refused with a reason of its own.
        pump_rate_ml_h: Limits of the flow.
        weight_kg: Limits of the body weight.
        age_hard_low_years: Youngest age; below it the director must allow it.
        min_gap_h: Hours between two sessions; None when daily sessions are usual.
        max_consecutive_days: Days in a row; None when the gap governs.
        observation_min: Least minutes of observation after the infusion.
        series: How a course is planned.
    """

    id: str
    title: str
    library_version: int
    dosed_by: DosedBy
    default_amount: Decimal
    default_minutes: Minutes
    cap_mg: Decimal | None
    cap_mg_first_only: bool
    cap_mg_h: Decimal | None
    dose_mg_kg: Band
    rate_mg_kg_h: Band
    rate_mg_h: Band
    duration_min: Band
    session_total_hard_mg: Decimal
    step: StepLimit
    concentrations: tuple[ConcentrationRule, ...]
    rejected: tuple[RejectedConcentration, ...]
    pump_rate_ml_h: Band
    weight_kg: Band
    age_hard_low_years: int
    min_gap_h: Decimal | None
    max_consecutive_days: int | None
    observation_min: int
    series: Series

    @property
    def origin(self) -> Origin:
        """Where its limits come from, for sentences."""
        return Origin(self.id, self.library_version)

    @property
    def amount_unit(self) -> str:
        """Unit of the ordered amount."""
        return "mg/kg" if self.dosed_by is DosedBy.DOSE else "mg/kg/h"

    @property
    def amount_band(self) -> Band:
        """Limits of the ordered amount."""
        return self.dose_mg_kg if self.dosed_by is DosedBy.DOSE else self.rate_mg_kg_h

    def usual_concentration(self) -> Concentration:
        """The first one listed, for a preview; the order itself is a forced choice (HUM-12)."""
        return Concentration(self.concentrations[0].mg_ml)


@dataclass(frozen=True, slots=True)
class DrugLibrary:
    """A versioned drug library.

    Attributes:
        name: Name of the library.
        version: Version; every finding names it.
        status: ``"unsigned site default"`` or ``"signed"``.
        signed_by: The medical director's name, empty while unsigned.
        drug: What the milligrams are milligrams of.
        entries: The protocols in the order of the file.
        sources: Where the figures come from.
    """

    name: str
    version: int
    status: str
    signed_by: str
    drug: str
    entries: tuple[ProtocolEntry, ...]
    sources: tuple[str, ...]

    @property
    def signed(self) -> bool:
        """Whether a medical director has signed it."""
        return self.status == "signed"

    def entry(self, protocol_id: str) -> ProtocolEntry:
        """The protocol with this id.

        Raises:
            KeyError: when the library has none of that name; the message lists those it has.
        """
        for candidate in self.entries:
            if candidate.id == protocol_id:
                return candidate
        known = ", ".join(entry.id for entry in self.entries)
        raise KeyError(f"The drug library v{self.version} has no protocol {protocol_id}; it has {known}.")


@dataclass(frozen=True, slots=True)
class SyringeKind:
    """A syringe by brand and size; the name is what a nurse checks, not the millimetres.

    The error of a wrong diameter is squared into the dose.
    """

    brand: str
    size_ml: Decimal
    diameter: Diameter
    capacity: Volume
    source: str

    @property
    def name(self) -> str:
        """Brand and size as printed on the barrel (``"BD 60 mL"``)."""
        return f"{self.brand} {Volume(self.size_ml)}"


@dataclass(frozen=True, slots=True)
class SyringeCatalogue:
    """The syringes the site uses."""

    name: str
    version: int
    status: str
    syringes: tuple[SyringeKind, ...]

    def named(self, name: str) -> SyringeKind:
        """The syringe with this name.

        Raises:
            KeyError: when the catalogue has none; the message says which file to mend.
        """
        for syringe in self.syringes:
            if syringe.name == name:
                return syringe
        raise KeyError(
            f"The syringe catalogue v{self.version} has no {name}. Choose a listed syringe or have it added."
        )
