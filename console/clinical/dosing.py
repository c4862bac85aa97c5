"""From an order to a plan a pump can run, or to the reasons why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from console.clinical.finding import Finding, Override, Severity, shown_above
from console.clinical.order import Figures, Order, PatientContext, calculate, cross_check, drug_in
from console.clinical.order_checks import concentration_findings, limit_findings, patient_findings
from console.clinical.protocol import ProtocolEntry
from console.clinical.slip_guards import magnitude_findings, unit_findings, weight_findings
from console.units import Dose, DoseRate, Minutes, Rate, Volume, plain

PUMP_DIGITS = 4
PUMP_DECIMALS = 3
"""A New Era pump takes at most four digits, at most three behind the point (manual #1200-01, 10.2)."""

DELIVERY_TOLERANCE = Decimal("0.01")
"""Largest part of the dose that rounding for the pump may take away (site default)."""


@dataclass(frozen=True, slots=True)
class DosePlan:
    """A plan without hard findings: what was ordered and what the pump will really do.

    Attributes:
        protocol_id: Protocol it follows.
        library_version: Version of the library that allowed it.
        order: What was asked for.
        figures: Exact figures of the order.
        pump_rate: The rate as the pump takes it, never above the exact one.
        pump_volume: The volume to be infused as the pump takes it, never above the exact one.
        pump_dose: Milligrams in ``pump_volume``: what the patient will get.
        pump_minutes: How long the pump will really take.
        findings: What has to be overridden, confirmed or known; none of them blocks.
    """

    protocol_id: str
    library_version: int
    order: Order
    figures: Figures
    pump_rate: Rate
    pump_volume: Volume
    pump_dose: Dose
    pump_minutes: Minutes
    findings: tuple[Finding, ...]

    @property
    def pump_dose_rate(self) -> DoseRate:
        """Milligrams per hour at the pump's own rate."""
        return self.pump_rate.times(self.order.concentration)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """Findings that ask somebody for something before the infusion may start."""
        return tuple(finding for finding in self.findings if finding.override is not Override.NONE)

    @property
    def preview(self) -> str:
        """One line for the keypad (``52.5 mL/h = 0.75 mg/kg/h, 35 mg in 40 min``)."""
        rate = plain(self.figures.weight_rate.mg_kg_h.quantize(Decimal("0.001")))
        minutes = plain(self.figures.minutes.min)
        return f"{self.pump_rate} = {rate} mg/kg/h, {self.pump_dose} in {minutes} min"


@dataclass(frozen=True, slots=True)
class Problems:
    """Why there is no plan; at least one finding is hard."""

    findings: tuple[Finding, ...]

    @property
    def hard(self) -> tuple[Finding, ...]:
        """The findings that block."""
        return tuple(finding for finding in self.findings if finding.blocks)


def round_for_pump(value: Decimal) -> Decimal:
    """Cut a rate or volume to what a pump takes: 4 digits, 3 behind the point, never upwards.

    Raises:
        ValueError: when it is negative or has more than four digits before the point.
    """
    if value < 0 or value >= 10**PUMP_DIGITS:
        raise ValueError(f"{plain(value)} is not between 0 and 9999, which is all a pump takes.")
    whole_digits = max(value.adjusted() + 1, 1) if value else 1
    decimals = min(PUMP_DECIMALS, PUMP_DIGITS - whole_digits)
    cut = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN)
    return Decimal(plain(cut))


def plan(entry: ProtocolEntry, order: Order, context: PatientContext) -> DosePlan | Problems:
    """Check an order against every rule and turn it into pump figures.

    Never returns a plan that lies above a hard limit; rounding never raises a dose.
    """
    try:
        figures = calculate(entry, order, first_session=context.first_session)
    except ValueError as error:
        blank = entry.origin.finding(Severity.HARD, "NO-FIGURE", str(error), "", Override.NEVER)
        return Problems((blank,))
    disagreement = cross_check(entry, order, figures)
    findings = (
        *(() if disagreement is None else (disagreement,)),
        *unit_findings(entry, order, figures),
        *limit_findings(entry, order, figures),
        *magnitude_findings(entry, order, figures, context),
        *concentration_findings(entry, order, figures),
        *patient_findings(entry, order, context),
        *weight_findings(entry.origin, order.scales_weight, context.last_weight, context.height_cm),
    )
    if any(finding.blocks for finding in findings):
        return Problems(findings)
    pump_rate = Rate(round_for_pump(figures.rate.ml_h))
    pump_volume = Volume(round_for_pump(figures.volume.ml))
    pump_dose = drug_in(pump_volume, order)
    losses = _rounding_findings(entry, figures, pump_rate, pump_dose)
    if any(finding.blocks for finding in losses):
        return Problems(findings + losses)
    return DosePlan(
        protocol_id=entry.id,
        library_version=entry.library_version,
        order=order,
        figures=figures,
        pump_rate=pump_rate,
        pump_volume=pump_volume,
        pump_dose=pump_dose,
        pump_minutes=Minutes(pump_volume.ml * 60 / pump_rate.ml_h),
        findings=findings + losses,
    )


def _rounding_findings(
    entry: ProtocolEntry, figures: Figures, pump_rate: Rate, pump_dose: Dose
) -> tuple[Finding, ...]:
    origin = entry.origin
    if pump_rate.ml_h == 0 or pump_dose.mg == 0:
        sentence = "The flow is too small for a pump. Use a lower concentration."
        return (origin.finding(Severity.HARD, "ROUNDING", sentence, "0.001 mL/h", Override.NEVER),)
    lost_dose = 1 - pump_dose.mg / figures.dose.mg
    lost_rate = 1 - pump_rate.ml_h / figures.rate.ml_h
    if max(lost_dose, lost_rate) <= DELIVERY_TOLERANCE:
        return ()
    percent = shown_above(max(lost_dose, lost_rate) * 100, 1)
    sentence = (
        f"Rounded down for the pump the order loses {percent} % "
        f"({pump_dose} instead of {shown_above(figures.dose.mg)} mg). Use a lower concentration."
    )
    return (origin.finding(Severity.WARNING, "ROUNDING", sentence, "1 %", Override.CONFIRM),)
