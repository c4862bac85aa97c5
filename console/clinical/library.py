"""Reads the drug library and the syringe catalogue from text, and refuses what contradicts itself.

The files hold site defaults; each needs the medical director's signature.
"""

from __future__ import annotations

from decimal import Decimal

from console.clinical.protocol import (
    Band,
    ConcentrationRule,
    DosedBy,
    DrugLibrary,
    ProtocolEntry,
    RejectedConcentration,
    Series,
    StepLimit,
    SyringeCatalogue,
    SyringeKind,
)
from console.clinical.toml_table import LibraryError, Table, parse_toml
from console.units import Diameter, Minutes, Volume, plain

__all__ = ["LibraryError", "load_library", "load_syringes"]

STATUSES = ("unsigned site default", "signed")
OBSERVATION_MINUTES = (30, 120)
"""Range of the minimum observation (site default)."""
NEVER_UNDILUTED_MG_ML = 100
"""Ketalar prescribing information: 100 mg/mL is diluted at least 1:1 before intravenous use."""


def load_library(text: str | bytes) -> DrugLibrary:
    """Read a drug library.

    Raises:
        LibraryError: when it is unreadable, incomplete or contradicts itself.
    """
    top = parse_toml(text, "drug library")
    name, version, drug = top.text("name"), top.whole("version"), top.text("drug")
    status = _status(top)
    signed_by = top.text("signed_by", may_be_empty=True)
    if (status == "signed") != bool(signed_by.strip()):
        raise top.problem("signed_by", "must name the medical director when signed, and only then.")
    sources = top.texts("sources")
    rejected = tuple(_rejected(table) for table in top.tables("rejected_concentration", "mg_ml"))
    entries = tuple(_entry(table, version, rejected) for table in top.tables("protocol", "id"))
    top.finish()
    ids = [entry.id for entry in entries]
    for protocol_id in ids:
        if ids.count(protocol_id) > 1:
            raise top.problem(f"protocol {protocol_id}", "is there twice. Remove one of them.")
    return DrugLibrary(name, version, status, signed_by, drug, entries, sources)


def load_syringes(text: str | bytes) -> SyringeCatalogue:
    """Read a syringe catalogue.

    Raises:
        LibraryError: when it is unreadable, incomplete or contradicts itself.
    """
    top = parse_toml(text, "syringe catalogue")
    name, version, status = top.text("name"), top.whole("version"), _status(top)
    syringes = tuple(_syringe(table) for table in top.tables("syringe", "brand"))
    top.finish()
    names = [syringe.name for syringe in syringes]
    for syringe_name in names:
        if names.count(syringe_name) > 1:
            raise top.problem(f"syringe {syringe_name}", "is there twice. Remove one of them.")
    return SyringeCatalogue(name, version, status, syringes)


def _status(table: Table) -> str:
    status = table.text("status")
    if status not in STATUSES:
        raise table.problem("status", f'must be "{STATUSES[0]}" or "{STATUSES[1]}", not "{status}".')
    return status


def _syringe(table: Table) -> SyringeKind:
    size_ml, capacity_ml = table.positive("size_ml"), table.positive("capacity_ml")
    diameter_mm = table.positive("diameter_mm")
    # The NE-1000 takes 0.1 to 50.0 mm (manual #1200-01, command DIA).
    if not Decimal("0.1") <= diameter_mm <= 50:
        raise table.problem("diameter_mm", f"must be 0.1 to 50 mm, not {diameter_mm}. Measure the barrel.")
    syringe = SyringeKind(
        table.text("brand"), size_ml, Diameter(diameter_mm), Volume(capacity_ml), table.text("source")
    )
    table.finish()
    return syringe


def _rejected(table: Table) -> RejectedConcentration:
    rejected = RejectedConcentration(table.positive("mg_ml"), table.text("reason"))
    table.finish()
    return rejected


def _band(parent: Table, key: str, *required: str) -> Band:
    if not parent.has(key) and not required:
        return Band()
    table = parent.table(key)
    for name in required:
        if not table.has(name):
            raise table.problem(name, "is missing. Add it, or restore the file from the signed copy.")
    band = Band(*(table.optional(name) for name in ("hard_low", "soft_low", "soft_high", "hard_high")))
    table.finish()
    limits = (band.hard_low, band.soft_low, band.soft_high, band.hard_high)
    given = [limit for limit in limits if limit is not None]
    if given != sorted(given):
        raise parent.problem(key, "must rise from hard_low over soft_low and soft_high to hard_high.")
    return band


def _step(parent: Table) -> StepLimit:
    table = parent.table("step")
    step = StepLimit(
        table.positive("max_increase_mg_kg_h"),
        table.optional("max_increase_percent"),
        table.positive("min_interval_min"),
    )
    table.finish()
    return step


def _series(parent: Table) -> Series:
    table = parent.table("series")
    window: tuple[int, int] | None = None
    if table.has("window_days"):
        days = table.numbers("window_days")
        if len(days) != 2 or days[0] > days[1]:
            raise table.problem("window_days", "must be the shortest and the longest course in days.")
        window = (int(days[0]), int(days[1]))
    series = Series(table.whole("sessions"), window, table.text("rhythm"))
    table.finish()
    return series


def _concentrations(
    table: Table, rejected: tuple[RejectedConcentration, ...]
) -> tuple[ConcentrationRule, ...]:
    rules = [ConcentrationRule(mg_ml) for mg_ml in table.numbers("concentrations")]
    if table.has("concentrations_with_warning"):
        rules += [
            ConcentrationRule(mg_ml, "the volume is small, so every 0.1 mL is a larger part of the dose")
            for mg_ml in table.numbers("concentrations_with_warning")
        ]
    figures = [rule.mg_ml for rule in rules]
    if not table.numbers("concentrations") or any(figure == 0 for figure in figures):
        raise table.problem("concentrations", "must list at least one concentration above 0 mg/mL.")
    if len(set(figures)) != len(figures):
        raise table.problem("concentrations", "lists a concentration twice. Remove one of them.")
    for refusal in rejected:
        if refusal.mg_ml in figures:
            both = f"allows {plain(refusal.mg_ml)} mg/mL, which the library rejects. Remove one."
            raise table.problem("concentrations", both)
    if max(figures) >= NEVER_UNDILUTED_MG_ML:
        raise table.problem("concentrations", "allows 100 mg/mL or more, which is never given undiluted.")
    return tuple(rules)


def _entry(table: Table, version: int, rejected: tuple[RejectedConcentration, ...]) -> ProtocolEntry:
    dosed_by_text = table.text("dosed_by")
    if dosed_by_text not in tuple(DosedBy):
        raise table.problem("dosed_by", f'must be "dose" or "rate", not "{dosed_by_text}".')
    dosed_by = DosedBy(dosed_by_text)
    if table.flag("bolus"):
        raise table.problem("bolus", "must be false: this console gives no bolus.")
    by_dose = dosed_by is DosedBy.DOSE
    entry = ProtocolEntry(
        id=table.text("id"),
        title=table.text("title"),
        library_version=version,
        dosed_by=dosed_by,
        default_amount=table.positive("default_amount"),
        default_minutes=Minutes(table.positive("default_minutes")),
        cap_mg=table.optional("cap_mg"),
        cap_mg_first_only=table.flag("cap_mg_first_only") if table.has("cap_mg") else False,
        cap_mg_h=table.optional("cap_mg_h"),
        dose_mg_kg=_band(table, "dose_mg_kg", *(("soft_low", "soft_high", "hard_high") if by_dose else ())),
        rate_mg_kg_h=_band(
            table, "rate_mg_kg_h", *(() if by_dose else ("soft_low",)), "soft_high", "hard_high"
        ),
        rate_mg_h=_band(table, "rate_mg_h"),
        duration_min=_band(table, "duration_min", "hard_low", "soft_low", "soft_high", "hard_high"),
        session_total_hard_mg=table.positive("session_total_hard_mg"),
        step=_step(table),
        concentrations=_concentrations(table, rejected),
        rejected=rejected,
        pump_rate_ml_h=_band(table, "pump_rate_ml_h", "hard_low", "hard_high"),
        weight_kg=_band(table, "weight_kg", "hard_low", "soft_low", "soft_high", "hard_high"),
        age_hard_low_years=table.whole("age_hard_low_years"),
        min_gap_h=table.optional("min_gap_h"),
        max_consecutive_days=_days(table),
        observation_min=table.whole("observation_min"),
        series=_series(table),
    )
    table.finish()
    _refuse_contradictions(table, entry)
    return entry


def _days(table: Table) -> int | None:
    return table.whole("max_consecutive_days") if table.has("max_consecutive_days") else None


def _refuse_contradictions(table: Table, entry: ProtocolEntry) -> None:
    if not _inside_soft(entry.default_amount, entry.amount_band):
        raise table.problem("default_amount", "lies outside its own soft limits. Correct one of them.")
    if not _inside_soft(entry.default_minutes.min, entry.duration_min):
        raise table.problem("default_minutes", "lies outside duration_min. Correct one of them.")
    if entry.dosed_by is DosedBy.DOSE:
        default_rate = entry.default_amount * 60 / entry.default_minutes.min
        if not _inside_soft(default_rate, entry.rate_mg_kg_h):
            raise table.problem("rate_mg_kg_h", "does not allow the default dose in the default minutes.")
    if entry.cap_mg is not None and entry.cap_mg > entry.session_total_hard_mg:
        raise table.problem("cap_mg", "is above session_total_hard_mg. Correct one of them.")
    hard_mg_h = entry.rate_mg_h.hard_high
    if entry.cap_mg_h is not None and hard_mg_h is not None and entry.cap_mg_h > hard_mg_h:
        raise table.problem("cap_mg_h", "is above the hard limit of rate_mg_h. Correct one of them.")
    if entry.min_gap_h is None and entry.max_consecutive_days is None:
        raise table.problem("min_gap_h", "is missing, and so is max_consecutive_days. Add one of them.")
    low, high = OBSERVATION_MINUTES
    if not low <= entry.observation_min <= high:
        raise table.problem("observation_min", f"must be {low} to {high}, not {entry.observation_min}.")


def _inside_soft(value: Decimal, band: Band) -> bool:
    above_low = band.soft_low is None or value >= band.soft_low
    return above_low and (band.soft_high is None or value <= band.soft_high)
