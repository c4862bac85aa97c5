"""From an order to pump figures: exact, checked twice, never above a hard limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.dosing import DosePlan, Problems, plan, round_for_pump
from console.clinical.finding import Finding, Override, Severity
from console.clinical.order import Order, PatientContext, age_years, calculate, cross_check
from console.clinical.protocol import DosedBy, DrugLibrary, ProtocolEntry, SyringeCatalogue
from console.units import Concentration, Minutes, Rate, Volume, Weight

ADULT = PatientContext(age_years=40)


@pytest.fixture(scope="session")
def mood(library: DrugLibrary) -> ProtocolEntry:
    return library.entry("MOOD-40")


@pytest.fixture(scope="session")
def seventy(syringes: SyringeCatalogue) -> Order:
    """70 kg, 0.5 mg/kg over 40 min at 1 mg/mL."""
    return Order(
        Weight(Decimal(70)),
        Decimal("0.5"),
        Minutes(Decimal(40)),
        Concentration(Decimal(1)),
        syringes.named("BD 60 mL"),
    )


def order_of(template: Order, weight: str, amount: str, minutes: str, mg_ml: str) -> Order:
    return replace(
        template,
        weight=Weight(Decimal(weight)),
        amount=Decimal(amount),
        minutes=Minutes(Decimal(minutes)),
        concentration=Concentration(Decimal(mg_ml)),
    )


def planned(result: DosePlan | Problems) -> DosePlan:
    assert isinstance(result, DosePlan), [finding.sentence for finding in result.findings]
    return result


def refused(result: DosePlan | Problems) -> dict[str, Finding]:
    assert isinstance(result, Problems)
    return {finding.rule: finding for finding in result.hard}


def rules(result: DosePlan | Problems) -> set[str]:
    return {finding.rule for finding in result.findings}


@pytest.mark.parametrize(
    ("mg_ml", "volume", "rate"),
    [("1", "35", "52.5"), ("2", "17.5", "26.25"), ("5", "7", "10.5"), ("10", "3.5", "5.25")],
)
def test_seventy_kilograms_worked_by_hand(
    mood: ProtocolEntry, seventy: Order, mg_ml: str, volume: str, rate: str
) -> None:
    made = planned(plan(mood, order_of(seventy, "70", "0.5", "40", mg_ml), ADULT))
    figures = made.figures
    assert figures.dose.mg == 35
    assert figures.mg_min == Decimal("0.875")
    assert figures.dose_rate.mg_h == Decimal("52.5")
    assert figures.weight_rate.mg_kg_h == Decimal("0.75")
    assert figures.ug_kg_min == Decimal("12.5")
    assert figures.volume.ml == Decimal(volume)
    assert figures.rate.ml_h == Decimal(rate)
    assert (made.pump_rate, made.pump_volume) == (Rate(Decimal(rate)), Volume(Decimal(volume)))
    assert made.pump_dose == figures.dose
    assert made.pump_minutes == Minutes(Decimal(40))
    assert ("CONCENTRATION-WARN" in rules(made)) == (mg_ml == "10")


@pytest.mark.req("GIP-1.5.1", "HUM-02")
def test_the_preview_says_flow_weight_rate_dose_and_time(mood: ProtocolEntry, seventy: Order) -> None:
    assert planned(plan(mood, seventy, ADULT)).preview == "52.5 mL/h = 0.75 mg/kg/h, 35 mg in 40 min"


def test_a_heavy_patient_for_an_hour_worked_by_hand(library: DrugLibrary, seventy: Order) -> None:
    made = planned(plan(library.entry("MOOD-60"), order_of(seventy, "120", "1", "60", "2"), ADULT))
    assert (made.figures.dose.mg, made.pump_volume.ml, made.pump_rate.ml_h) == (
        Decimal(120),
        Decimal(60),
        Decimal(60),
    )


def test_pain_worked_by_hand_needs_a_syringe_that_holds_it(
    library: DrugLibrary, syringes: SyringeCatalogue, seventy: Order
) -> None:
    order = order_of(seventy, "50", "0.35", "240", "1")
    figures = calculate(library.entry("PAIN-4H"), order)
    assert (figures.dose_rate.mg_h, figures.dose.mg) == (Decimal("17.5"), Decimal(70))
    assert (figures.volume.ml, figures.rate.ml_h) == (Decimal(70), Decimal("17.5"))
    problem = refused(plan(library.entry("PAIN-4H"), order, ADULT))["SYRINGE-CAPACITY"]
    assert problem.sentence.startswith("70 mL do not fit the BD 60 mL syringe, which holds 60 mL.")
    larger = replace(order, syringe=syringes.named("Monoject 140 mL"))
    assert planned(plan(library.entry("PAIN-4H"), larger, ADULT)).pump_rate.ml_h == Decimal("17.5")


def test_the_cap_lowers_twenty_eight_to_twenty_five(library: DrugLibrary, seventy: Order) -> None:
    order = order_of(seventy, "80", "0.35", "240", "2")
    made = planned(plan(library.entry("PAIN-4H"), order, ADULT))
    assert (made.figures.dose_rate.mg_h, made.figures.dose.mg) == (Decimal(25), Decimal(100))
    assert "Capped at 25 mg/h (PAIN-4H, library v1)" in made.findings[0].sentence
    lifted = planned(plan(library.entry("PAIN-4H"), replace(order, lift_cap=True), ADULT))
    assert lifted.figures.dose_rate.mg_h == 28
    assert {"CAP-LIFTED", "DRUG-RATE-SOFT"} <= rules(lifted)


def test_a_cap_does_not_hide_an_amount_above_the_hard_limit(library: DrugLibrary, seventy: Order) -> None:
    problems = refused(plan(library.entry("PAIN-4H"), order_of(seventy, "80", "1.2", "240", "2"), ADULT))
    assert "RATE-HARD" in problems


def test_the_first_session_is_capped_and_the_next_is_not(library: DrugLibrary, seventy: Order) -> None:
    entry, order = library.entry("PTSD-HIGH"), order_of(seventy, "80", "1", "60", "2")
    first = planned(plan(entry, order, PatientContext(40, first_session=True)))
    assert (first.figures.dose.mg, first.pump_rate.ml_h) == (Decimal(60), Decimal(30))
    assert planned(plan(entry, order, ADULT)).figures.dose.mg == 80


@pytest.mark.parametrize("mg_ml", ["50", "100"])
@pytest.mark.req("HUM-12")
def test_undiluted_concentrations_are_refused_with_the_reason(
    mood: ProtocolEntry, seventy: Order, mg_ml: str
) -> None:
    problem = refused(plan(mood, order_of(seventy, "70", "0.5", "40", mg_ml), ADULT))["CONCENTRATION"]
    assert "Dilute it" in problem.sentence
    assert problem.limit == "1, 2, 5, 10 mg/mL"


@pytest.mark.req("OPCA-R6.9")
def test_a_concentration_outside_the_list_is_refused(mood: ProtocolEntry, seventy: Order) -> None:
    assert "CONCENTRATION" in refused(plan(mood, order_of(seventy, "70", "0.5", "40", "2.5"), ADULT))


@pytest.mark.req("GIP-6.1.3", "GIP-6.1.6")
@pytest.mark.parametrize(
    ("weight", "amount", "minutes", "rule", "start"),
    [
        ("70", "1.01", "60", "DOSE-HARD",
         "Hard limit 1 mg/kg (MOOD-40, library v1): the order gives 1.01 mg/kg."),
        ("70", "1.0", "39", "RATE-HARD",
         "Hard limit 1.5 mg/kg/h (MOOD-40, library v1): the order gives 1.539 mg/kg/h."),
        ("70", "0.5", "29", "DURATION-HARD",
         "Hard limit 30 min (MOOD-40, library v1): the order gives 29 min."),
        ("70", "0.5", "101", "DURATION-HARD",
         "Hard limit 100 min (MOOD-40, library v1): the order gives 101 min."),
        ("130", "1.0", "60", "SESSION-TOTAL-HARD",
         "Hard limit 120 mg in one session (MOOD-40, library v1): the order gives 130 mg"),
        ("34", "0.5", "40", "WEIGHT-HARD",
         "Hard limit 35 kg (MOOD-40, library v1): the patient weighs 34 kg."),
        ("201", "0.5", "60", "WEIGHT-HARD",
         "Hard limit 200 kg (MOOD-40, library v1): the patient weighs 201 kg."),
    ],
)  # fmt: skip
def test_every_hard_limit_stops_and_names_rule_and_library(
    mood: ProtocolEntry, seventy: Order, weight: str, amount: str, minutes: str, rule: str, start: str
) -> None:
    problem = refused(plan(mood, order_of(seventy, weight, amount, minutes, "2"), ADULT))[rule]
    assert problem.sentence.startswith(start)
    assert (problem.severity, problem.override, problem.library_version) == (
        Severity.HARD, Override.NEVER, 1,
    )  # fmt: skip


@pytest.mark.req("GIP-6.1.4")
@pytest.mark.parametrize(
    ("weight", "amount", "minutes", "rule"),
    [
        ("70", "0.8", "60", "DOSE-SOFT"),
        ("70", "0.2", "40", "DOSE-SOFT"),
        ("70", "0.7", "40", "RATE-SOFT"),
        ("70", "0.5", "35", "DURATION-SOFT"),
        ("70", "0.5", "70", "DURATION-SOFT"),
        ("44", "0.5", "40", "WEIGHT-SOFT"),
        ("150", "0.5", "60", "WEIGHT-SOFT"),
    ],
)
def test_soft_limits_let_through_with_a_reason(
    mood: ProtocolEntry, seventy: Order, weight: str, amount: str, minutes: str, rule: str
) -> None:
    made = planned(plan(mood, order_of(seventy, weight, amount, minutes, "2"), ADULT))
    finding = next(finding for finding in made.findings if finding.rule == rule)
    assert finding.override is Override.REASON
    assert finding.sentence.endswith("Or give a reason.")
    assert finding in made.open_findings


def test_too_fast_a_flow_for_the_library_is_refused(library: DrugLibrary, seventy: Order) -> None:
    # 1.5 mg/kg over 60 min for 130 kg at 1 mg/mL is 195 mL/h.
    entry = library.entry("PTSD-HIGH")
    assert "PUMP-RATE-HARD" in refused(plan(entry, order_of(seventy, "130", "1.5", "60", "1"), ADULT))


@pytest.mark.parametrize(("allowed", "rule"), [(False, "AGE"), (True, "AGE-ALLOWED")])
def test_a_minor_needs_the_director(mood: ProtocolEntry, seventy: Order, allowed: bool, rule: str) -> None:
    result = plan(mood, seventy, PatientContext(17, director_allows_age=allowed))
    assert rule in rules(result)
    assert isinstance(result, DosePlan) == allowed


def test_less_than_a_day_between_sessions_asks_for_a_reason(mood: ProtocolEntry, seventy: Order) -> None:
    early = planned(plan(mood, seventy, replace(ADULT, hours_since_last=Decimal("20"))))
    assert "GAP" in rules(early)
    later = planned(plan(mood, seventy, replace(ADULT, hours_since_last=Decimal("24"))))
    assert "GAP" not in rules(later)


def test_pain_may_be_daily_for_ten_days(library: DrugLibrary, seventy: Order) -> None:
    entry, order = library.entry("PAIN-4H"), order_of(seventy, "70", "0.3", "240", "2")
    tenth = replace(ADULT, hours_since_last=Decimal(20), consecutive_days=10)
    assert not rules(plan(entry, order, tenth)) & {"GAP", "DAYS"}
    assert "DAYS" in rules(plan(entry, order, replace(tenth, consecutive_days=11)))


def test_a_dosing_weight_above_the_actual_weight_is_refused(mood: ProtocolEntry, seventy: Order) -> None:
    heavier = replace(seventy, actual_weight=Weight(Decimal(60)))
    assert "WEIGHT-BASIS" in refused(plan(mood, heavier, ADULT))


@pytest.mark.parametrize("field", ["0", "-1"])
def test_nothing_or_less_than_nothing_is_no_order(mood: ProtocolEntry, seventy: Order, field: str) -> None:
    for order in (
        order_of(seventy, field, "0.5", "40", "1"),
        order_of(seventy, "70", field, "40", "1"),
        order_of(seventy, "70", "0.5", field, "1"),
        order_of(seventy, "70", "0.5", "40", field),
    ):
        assert set(refused(plan(mood, order, ADULT))) == {"NO-FIGURE"}


def test_figures_that_disagree_are_caught_by_the_cross_check(mood: ProtocolEntry, seventy: Order) -> None:
    figures = calculate(mood, seventy)
    assert cross_check(mood, seventy, figures) is None
    for wrong in (
        replace(figures, rate=Rate(Decimal("52.6"))),
        replace(figures, volume=Volume(Decimal("35.1"))),
        replace(figures, dose=replace(figures.dose, mg=Decimal(36))),
        calculate(mood, order_of(seventy, "70", "0.6", "40", "1")),
    ):
        finding = cross_check(mood, seventy, wrong)
        assert finding is not None
        assert finding.blocks


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("52.5", "52.5"), ("26.25", "26.25"), ("105.16", "105.1"), ("1234.9", "1234"), ("9999.99", "9999"),
        ("5.25019", "5.25"), ("5.2519", "5.251"), ("0.87567", "0.875"), ("0.0009", "0"), ("0", "0"),
        ("99.999", "99.99"), ("100", "100"), ("10.009", "10"),
    ],
)  # fmt: skip
def test_a_pump_takes_four_digits_and_three_decimals(value: str, expected: str) -> None:
    assert str(round_for_pump(Decimal(value))) == expected


@pytest.mark.parametrize("value", ["10000", "-0.1"])
def test_a_rate_no_pump_takes_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="all a pump takes"):
        round_for_pump(Decimal(value))


@given(st.decimals(min_value=0, max_value=Decimal("9999.999999"), allow_nan=False, allow_infinity=False))
def test_rounding_for_the_pump_never_raises_and_fits(value: Decimal) -> None:
    cut = round_for_pump(value)
    assert 0 <= cut <= value
    assert value - cut < max(Decimal("0.001"), value / 1000 + Decimal("1e-20"))
    text = format(cut, "f")
    assert len(text.replace(".", "")) <= 4
    assert len(text.partition(".")[2]) <= 3
    assert round_for_pump(cut) == cut


MILLIS = st.integers(min_value=1, max_value=40_000).map(lambda n: Decimal(n) / 1000)


@pytest.mark.req("GIP-6.1.3")
@given(
    protocol=st.integers(min_value=0, max_value=3),
    weight=st.integers(min_value=100, max_value=3000),
    amount=MILLIS | st.sampled_from([Decimal("0.5"), Decimal("1"), Decimal("0.35"), Decimal("1.5")]),
    minutes=st.integers(min_value=1, max_value=500),
    mg_ml=st.sampled_from([1, 2, 5, 10, 20, 50, 100]),
    size=st.sampled_from(["BD 60 mL", "BD 20 mL", "Monoject 140 mL"]),
    first=st.booleans(),
    lift=st.booleans(),
)
def test_no_plan_lies_above_a_hard_limit(
    library: DrugLibrary,
    syringes: SyringeCatalogue,
    protocol: int,
    weight: int,
    amount: Decimal,
    minutes: int,
    mg_ml: int,
    size: str,
    first: bool,
    lift: bool,
) -> None:
    entry = library.entries[protocol]
    order = Order(
        Weight(Decimal(weight) / 10),
        amount,
        Minutes(Decimal(minutes)),
        Concentration(Decimal(mg_ml)),
        syringes.named(size),
        lift_cap=lift,
    )
    result = plan(entry, order, PatientContext(30, first_session=first))
    if isinstance(result, Problems):
        assert result.hard
        return
    kg, conc = Fraction(order.weight.kg), Fraction(mg_ml)
    pump_mg = Fraction(result.pump_volume.ml) * conc
    mg_h = Fraction(result.pump_rate.ml_h) * conc
    assert pump_mg <= Fraction(result.figures.dose.mg) <= Fraction(entry.session_total_hard_mg)
    if entry.dose_mg_kg.hard_high is not None:
        assert pump_mg / kg <= Fraction(entry.dose_mg_kg.hard_high)
    assert entry.rate_mg_kg_h.hard_high is not None
    assert mg_h / kg <= Fraction(entry.rate_mg_kg_h.hard_high)
    if entry.rate_mg_h.hard_high is not None:
        assert mg_h <= Fraction(entry.rate_mg_h.hard_high)
    assert Decimal("0.1") <= result.figures.rate.ml_h <= 150
    assert result.pump_volume <= order.syringe.capacity
    assert mg_ml in {rule.mg_ml for rule in entry.concentrations}
    assert entry.duration_min.hard_low is not None
    assert minutes >= entry.duration_min.hard_low
    if entry.dosed_by is DosedBy.DOSE:
        assert pump_mg <= Fraction(amount) * kg
    assert not any(finding.severity is Severity.HARD for finding in result.findings)


@pytest.mark.parametrize(
    ("on", "years"),
    [(date(2026, 6, 14), 39), (date(2026, 6, 15), 40), (date(2026, 12, 1), 40), (date(2026, 1, 1), 39)],
)
def test_age_counts_whole_years(on: date, years: int) -> None:
    assert age_years(date(1986, 6, 15), on) == years
