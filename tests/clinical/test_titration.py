"""A rate change is a small, rare step below every ceiling; lowering is always possible."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.dosing import DosePlan, plan, round_for_pump
from console.clinical.finding import Severity
from console.clinical.order import Order, PatientContext
from console.clinical.protocol import DrugLibrary, ProtocolEntry, SyringeCatalogue
from console.clinical.titration import Step, check_step, hard_ceiling_rate, hard_ceiling_volume, highest_step
from console.units import Concentration, Minutes, Rate, Volume, Weight


@pytest.fixture(scope="session")
def mood(library: DrugLibrary) -> ProtocolEntry:
    return library.entry("MOOD-40")


def made(entry: ProtocolEntry, syringes: SyringeCatalogue, minutes: int = 60) -> DosePlan:
    order = Order(
        Weight(Decimal(70)),
        entry.default_amount,
        Minutes(Decimal(minutes)),
        Concentration(Decimal(1)),
        syringes.named("Monoject 140 mL"),
    )
    result = plan(entry, order, PatientContext(40))
    assert isinstance(result, DosePlan)
    return result


def step(current: str, new: str, since: int = 15, given_ml: str = "8", elapsed: int = 15) -> Step:
    return Step(
        Rate(Decimal(current)),
        Rate(Decimal(new)),
        Minutes(Decimal(since)),
        Volume(Decimal(given_ml)),
        Minutes(Decimal(elapsed)),
    )


def hard(entry: ProtocolEntry, plan_made: DosePlan, asked: Step) -> set[str]:
    return {finding.rule for finding in check_step(entry, plan_made, asked) if finding.blocks}


def test_a_step_inside_every_limit_passes(mood: ProtocolEntry, syringes: SyringeCatalogue) -> None:
    assert check_step(mood, made(mood, syringes), step("35", "46")) == ()


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (step("52.5", "70.01"), "STEP-SIZE"),
        (step("35", "46.6"), "STEP-PERCENT"),
        (step("35", "40", since=9), "STEP-INTERVAL"),
        (step("100", "105.1"), "RATE-HARD"),
        (step("35", "40.001"), "STEP-DIGITS"),
        (step("35", "0.05"), "PUMP-RATE-HARD"),
        (step("35", "46", given_ml="1", elapsed=1), None),
    ],
)
def test_every_step_limit_stops(
    mood: ProtocolEntry, syringes: SyringeCatalogue, asked: Step, rule: str | None
) -> None:
    found = hard(mood, made(mood, syringes), asked)
    assert rule in found if rule else not found


def test_pain_is_raised_by_a_tenth_every_half_hour(library: DrugLibrary, syringes: SyringeCatalogue) -> None:
    entry = library.entry("PAIN-4H")
    plan_made = made(entry, syringes, minutes=240)
    assert hard(entry, plan_made, step("17.5", "24.5", since=30, elapsed=60)) == set()
    assert "STEP-SIZE" in hard(entry, plan_made, step("17.5", "24.6", since=30, elapsed=60))
    assert "STEP-INTERVAL" in hard(entry, plan_made, step("17.5", "24", since=29, elapsed=60))


def test_the_sentence_offers_the_highest_rate(mood: ProtocolEntry, syringes: SyringeCatalogue) -> None:
    plan_made = made(mood, syringes)
    found = check_step(mood, plan_made, step("35", "60"))
    assert highest_step(mood, plan_made, Rate(Decimal(35))) == Rate(Decimal("46.55"))
    assert all("The highest rate now is 46.55 mL/h." in f.sentence for f in found if f.rule == "STEP-SIZE")
    assert {"STEP-SIZE", "STEP-PERCENT"} <= {finding.rule for finding in found}


def test_lowering_is_never_stopped_and_says_when_the_end_comes_too_late(
    mood: ProtocolEntry, syringes: SyringeCatalogue
) -> None:
    plan_made = made(mood, syringes)
    assert check_step(mood, plan_made, step("35", "30", since=0)) == ()
    (late,) = check_step(mood, plan_made, step("35", "5", since=0))
    assert (late.rule, late.severity) == ("DURATION-END", Severity.WARNING)
    assert "339 min in all" in late.sentence


def test_raising_may_not_shorten_the_infusion_below_its_hard_limit(
    mood: ProtocolEntry, syringes: SyringeCatalogue
) -> None:
    plan_made = made(mood, syringes, minutes=40)
    assert "DURATION-HARD" in hard(mood, plan_made, step("52.5", "69.8", since=10, given_ml="9", elapsed=1))


@pytest.mark.parametrize(
    ("protocol_id", "kg", "mg_ml", "rate", "volume"),
    [
        ("MOOD-40", "70", "1", "105", "70"),
        ("MOOD-40", "70", "2", "52.5", "35"),
        ("MOOD-40", "140", "1", "150", "120"),
        ("MOOD-60", "120", "2", "90", "75"),
        ("PAIN-4H", "80", "1", "60", "250"),
        ("PAIN-4H", "50", "2", "25", "125"),
    ],
)
def test_ceilings_worked_by_hand(
    library: DrugLibrary, protocol_id: str, kg: str, mg_ml: str, rate: str, volume: str
) -> None:
    entry, weight, conc = library.entry(protocol_id), Weight(Decimal(kg)), Concentration(Decimal(mg_ml))
    assert hard_ceiling_rate(entry, weight, conc) == Rate(Decimal(rate))
    assert hard_ceiling_volume(entry, weight, conc) == Volume(Decimal(volume))


@given(
    protocol=st.integers(min_value=0, max_value=3),
    tenths_kg=st.integers(min_value=350, max_value=2000),
    mg_ml=st.sampled_from([1, 2, 5, 10]),
)
def test_ceilings_never_exceed_a_hard_limit(
    library: DrugLibrary, protocol: int, tenths_kg: int, mg_ml: int
) -> None:
    entry, weight = library.entries[protocol], Weight(Decimal(tenths_kg) / 10)
    conc = Concentration(Decimal(mg_ml))
    ceiling = hard_ceiling_rate(entry, weight, conc)
    assert ceiling.ml_h == round_for_pump(ceiling.ml_h)
    assert ceiling.ml_h <= 150
    assert entry.rate_mg_kg_h.hard_high is not None
    mg_h = Fraction(ceiling.ml_h) * mg_ml
    assert mg_h <= Fraction(entry.rate_mg_kg_h.hard_high) * Fraction(weight.kg)
    if entry.rate_mg_h.hard_high is not None:
        assert mg_h <= Fraction(entry.rate_mg_h.hard_high)
    total_mg = Fraction(hard_ceiling_volume(entry, weight, conc).ml) * mg_ml
    assert total_mg <= Fraction(entry.session_total_hard_mg)


@given(current=st.integers(min_value=100, max_value=1050), new=st.integers(min_value=1, max_value=3000))
def test_no_step_that_passes_is_above_the_ceiling_or_the_highest_step(
    library: DrugLibrary, syringes: SyringeCatalogue, current: int, new: int
) -> None:
    entry = library.entry("MOOD-40")
    plan_made = made(entry, syringes)
    asked = replace(step("1", "1"), current=Rate(Decimal(current) / 10), new=Rate(Decimal(new) / 10))
    if hard(entry, plan_made, asked):
        return
    order = plan_made.order
    assert asked.new <= max(hard_ceiling_rate(entry, order.weight, order.concentration), asked.current)
    if asked.new > asked.current:
        assert asked.new <= highest_step(entry, plan_made, asked.current)
