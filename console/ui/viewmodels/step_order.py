"""The order as it is being entered: the figures that follow, and what the library says of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal

from console.clinical.dosing import DosePlan, Problems
from console.clinical.entry import DOSE_MG_KG, RATE_MG_KG_H, Field
from console.clinical.finding import Finding, Override
from console.clinical.protocol import DosedBy, DrugLibrary, ProtocolEntry, SyringeCatalogue
from console.clock import Instant
from console.session.decision import Context
from console.session.ordering import findings_for
from console.session.people import ROOM, OrderInputs
from console.session.site import Site
from console.session.state import State
from console.session.watch import Watch
from console.ui.viewmodels.live_words import DASHES, clock_hm
from console.units import plain

CONFIRMED = "confirmed by the person who entered the order"


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What was entered so far; None or empty while it was not."""

    protocol_id: str = ""
    amount: Decimal | None = None
    minutes: Decimal | None = None
    concentration_mg_ml: Decimal | None = None
    syringe: str = ""
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FindingView:
    """One judgement as it is shown.

    Attributes:
        rule: Stable id, for the reason's place.
        sentence: What is wrong and what to do.
        origin: Rule and library version.
        blocks: Nothing but another order helps.
        asks_reason: A reason must be written.
        asks_confirmation: A touch confirms it.
        second_person: The second person has to agree as well.
    """

    rule: str
    sentence: str
    origin: str
    blocks: bool
    asks_reason: bool
    asks_confirmation: bool
    second_person: bool


@dataclass(frozen=True, slots=True)
class Derived:
    """The figures that follow from the order, every one with its unit; dashes while unknown."""

    ml_h: str = DASHES
    mg_h: str = DASHES
    mg_kg_h: str = DASHES
    mg: str = DASHES
    ml: str = DASHES
    ends: str = DASHES
    dose_mg_kg: str = DASHES
    rounding: str = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """The order panel.

    Attributes:
        derived: Figures.
        findings: What the library says, the gravest first.
        missing: What was not entered yet.
        waiting: Why it cannot be ordered yet, one sentence; empty when it can.
        inputs: The order as it would be asked, None while something is missing or blocked.
    """

    derived: Derived
    findings: tuple[FindingView, ...]
    missing: tuple[str, ...]
    waiting: str
    inputs: OrderInputs | None


def amount_field(entry: ProtocolEntry | None) -> Field:
    """What the keypad takes as the ordered amount."""
    by_rate = entry is not None and entry.dosed_by is DosedBy.RATE
    return RATE_MG_KG_H if by_rate else DOSE_MG_KG


def usual(entry: ProtocolEntry) -> tuple[str, str]:
    """The protocol's usual amount and duration, as a hint and never as an entry."""
    return (
        f"usual {plain(entry.default_amount)} {entry.amount_unit}",
        f"usual {plain(entry.default_minutes.min)} min",
    )


def concentrations(library: DrugLibrary) -> tuple[Decimal, ...]:
    """Every concentration the library knows of, also those it refuses: a forced choice, no hint (HUM-12)."""
    known = {rule.mg_ml for entry in library.entries for rule in entry.concentrations}
    refused = {rejected.mg_ml for entry in library.entries for rejected in entry.rejected}
    return tuple(sorted(known | refused))


def brands(catalogue: SyringeCatalogue) -> tuple[str, ...]:
    """Brands in the order of the catalogue."""
    return tuple(dict.fromkeys(syringe.brand for syringe in catalogue.syringes))


def sizes(catalogue: SyringeCatalogue, brand: str) -> tuple[tuple[str, str], ...]:
    """Catalogue names and sizes of one brand."""
    return tuple(
        (syringe.name, f"{plain(syringe.size_ml)} mL")
        for syringe in catalogue.syringes
        if syringe.brand == brand
    )


def order_view(state: State, site: Site, draft: OrderDraft, now: Instant, zone: tzinfo | None) -> OrderView:
    """Judge the draft by the same rules as the room will."""
    missing = tuple(
        what
        for what, there in (
            ("protocol", bool(draft.protocol_id)),
            ("dose", draft.amount is not None),
            ("duration", draft.minutes is not None),
            ("concentration", draft.concentration_mg_ml is not None),
            ("syringe", bool(draft.syringe)),
        )
        if not there
    )
    if (
        missing or state.session is None or draft.amount is None
        or draft.minutes is None or draft.concentration_mg_ml is None
    ):  # fmt: skip
        words = f"Still to enter: {', '.join(missing)}." if missing else "There is no session."
        return OrderView(Derived(), (), missing, words, None)
    inputs = OrderInputs(
        draft.protocol_id,
        draft.amount,
        draft.minutes,
        draft.concentration_mg_ml,
        draft.syringe,
        draft.reasons,
    )
    context = Context(state, Watch(), ROOM, now, site, str)
    made, problem = findings_for(context, inputs)
    if made is None:
        return OrderView(Derived(), (), (), problem, None)
    shown = tuple(_shown(finding) for finding in sorted(made.findings, key=_gravity))
    if isinstance(made, Problems):
        return OrderView(Derived(), shown, (), "A hard limit stands: change the order.", None)
    unanswered = [f for f in made.open_findings if not draft.reasons.get(f.rule, "").strip()]
    asked = len(unanswered)
    still = f"{asked} sentences above still ask" if asked > 1 else "One sentence above still asks"
    waiting = f"{still} for a reason or a confirmation." if asked else ""
    return OrderView(_derived(made, now, zone), shown, (), waiting, None if waiting else inputs)


def _gravity(finding: Finding) -> int:
    return list(Override).index(Override.NEVER) - list(Override).index(finding.override)


def _shown(finding: Finding) -> FindingView:
    needs_reason = finding.override in {Override.REASON, Override.SECOND_PERSON}
    return FindingView(
        rule=finding.rule,
        sentence=finding.sentence,
        origin=f"rule {finding.rule} · library v{finding.library_version}",
        blocks=finding.blocks,
        asks_reason=needs_reason,
        asks_confirmation=finding.override is Override.CONFIRM,
        second_person=finding.override is Override.SECOND_PERSON,
    )


def _derived(made: DosePlan, now: Instant, zone: tzinfo | None) -> Derived:
    weight_rate = made.pump_dose_rate.per(made.order.weight)
    minutes = made.pump_minutes.min
    exact = made.pump_rate.ml_h == made.figures.rate.ml_h and made.pump_volume.ml == made.figures.volume.ml
    return Derived(
        ml_h=f"{plain(made.pump_rate.ml_h)} mL/h",
        mg_h=f"{plain(made.pump_dose_rate.mg_h.quantize(Decimal('0.01')))} mg/h",
        mg_kg_h=f"{plain(weight_rate.mg_kg_h.quantize(Decimal('0.001')))} mg/kg/h",
        mg=f"{plain(made.pump_dose.mg.quantize(Decimal('0.01')))} mg",
        ml=f"{plain(made.pump_volume.ml)} mL",
        ends=clock_hm(now.plus(float(minutes) * 60), zone),
        dose_mg_kg=f"{plain((made.pump_dose.mg / made.order.weight.kg).quantize(Decimal('0.001')))} mg/kg",
        rounding="" if exact else "rounded down to the digits the pump takes",
    )
