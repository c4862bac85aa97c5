"""What rounding down for the pump takes away is told, and when nothing is left the order is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from console.clinical.dosing import DosePlan, Problems, plan
from console.clinical.finding import Finding, Override, Severity
from console.clinical.order import Order, PatientContext
from console.clinical.protocol import Band, DrugLibrary, ProtocolEntry, SyringeCatalogue
from console.units import Concentration, Minutes, Weight

ADULT = PatientContext(age_years=40)


@pytest.fixture
def unlimited(library: DrugLibrary) -> ProtocolEntry:
    """A protocol whose limits leave every flow to the pump."""
    anything = Band()
    return replace(
        library.entry("MOOD-40"),
        dose_mg_kg=anything,
        rate_mg_kg_h=anything,
        duration_min=anything,
        pump_rate_ml_h=anything,
        weight_kg=anything,
    )


def order_of(syringes: SyringeCatalogue, volume_ml: str, minutes: str) -> Order:
    """``volume_ml`` at 1 mg/mL for 50 kg."""
    return Order(
        Weight(Decimal(50)),
        Decimal(volume_ml) / 50,
        Minutes(Decimal(minutes)),
        Concentration(Decimal(1)),
        syringes.named("BD 60 mL"),
    )


def rounding(outcome: DosePlan | Problems) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.rule == "ROUNDING"]


@pytest.mark.parametrize(
    ("volume_ml", "minutes"),
    [("0.002", "240"), ("0.0009", "1"), ("0.0001", "40")],
    ids=["no rate is left", "no volume is left", "nothing is left"],
)
def test_a_flow_too_small_for_a_pump_is_refused(
    unlimited: ProtocolEntry, syringes: SyringeCatalogue, volume_ml: str, minutes: str
) -> None:
    outcome = plan(unlimited, order_of(syringes, volume_ml, minutes), ADULT)
    assert isinstance(outcome, Problems)
    (finding,) = rounding(outcome)
    assert finding.severity is Severity.HARD
    assert finding.override is Override.NEVER
    assert "Use a lower concentration" in finding.sentence
    # What else there is to say about the order is still said.
    assert "TENFOLD-LOW" in {one.rule for one in outcome.findings}


@pytest.mark.parametrize(
    ("volume_ml", "minutes", "percent", "given", "ordered"),
    [
        ("0.002", "100", "16.7", "0.002", "0.002"),
        ("0.0012", "6", "16.7", "0.001", "0.002"),
        ("0.09499", "60", "1.1", "0.094", "0.095"),
    ],
    ids=["the rate loses", "the dose loses", "just above one per cent"],
)
def test_more_than_one_per_cent_lost_is_told_and_confirmed(
    unlimited: ProtocolEntry,
    syringes: SyringeCatalogue,
    volume_ml: str,
    minutes: str,
    percent: str,
    given: str,
    ordered: str,
) -> None:
    outcome = plan(unlimited, order_of(syringes, volume_ml, minutes), ADULT)
    assert isinstance(outcome, DosePlan)
    (finding,) = rounding(outcome)
    assert finding.severity is Severity.WARNING
    assert finding.override is Override.CONFIRM
    assert f"loses {percent} % ({given} mg instead of {ordered} mg)" in finding.sentence


@pytest.mark.parametrize("volume_ml", ["0.1009", "0.5", "35"])
def test_one_per_cent_or_less_is_not_worth_a_word(
    unlimited: ProtocolEntry, syringes: SyringeCatalogue, volume_ml: str
) -> None:
    outcome = plan(unlimited, order_of(syringes, volume_ml, "60"), ADULT)
    assert isinstance(outcome, DosePlan)
    assert rounding(outcome) == []


def test_the_plan_says_what_the_pump_gives_an_hour(
    unlimited: ProtocolEntry, syringes: SyringeCatalogue
) -> None:
    order = replace(order_of(syringes, "35", "40"), concentration=Concentration(Decimal(2)))
    outcome = plan(unlimited, order, ADULT)
    assert isinstance(outcome, DosePlan)
    assert outcome.pump_dose_rate.mg_h == outcome.pump_rate.ml_h * 2
    assert outcome.pump_dose_rate.mg_h == Decimal("52.5")


def test_the_preview_gives_three_decimals_of_the_weight_rate(
    unlimited: ProtocolEntry, syringes: SyringeCatalogue
) -> None:
    outcome = plan(unlimited, order_of(syringes, "35", "45"), ADULT)
    assert isinstance(outcome, DosePlan)
    # 0.7 mg/kg over 45 min are 0.93333... mg/kg/h.
    assert "= 0.933 mg/kg/h," in outcome.preview
