"""Slips of the finger and of the unit are stopped, or need a second person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.dosing import DosePlan, Problems, plan
from console.clinical.entry import (
    DOSE_MG_KG,
    DURATION_MIN,
    RATE_MG_KG_H,
    WEIGHT_KG,
    EntryError,
    Field,
    parse_number,
)
from console.clinical.finding import Origin, Override
from console.clinical.order import Order, PatientContext, Reference, reference_of
from console.clinical.protocol import DosedBy, DrugLibrary, ProtocolEntry, SyringeCatalogue
from console.clinical.slip_guards import weight_findings
from console.units import Concentration, Dose, DoseRate, Minutes, Weight, plain

ADULT = PatientContext(age_years=40)
ORIGIN = Origin("MOOD-40", 1)


@pytest.fixture(scope="session")
def usual(syringes: SyringeCatalogue) -> Order:
    return Order(
        Weight(Decimal(70)),
        Decimal("0.5"),
        Minutes(Decimal(40)),
        Concentration(Decimal(2)),
        syringes.named("Monoject 140 mL"),
    )


def rules(result: DosePlan | Problems) -> set[str]:
    return {finding.rule for finding in result.findings}


def needs_second_person(result: DosePlan | Problems) -> bool:
    return any(finding.override is Override.SECOND_PERSON for finding in result.findings)


def stopped_or_second_person(result: DosePlan | Problems) -> bool:
    return isinstance(result, Problems) or needs_second_person(result)


@pytest.mark.req("HUM-04")
@pytest.mark.parametrize(
    ("last_mg", "rule"),
    [
        ("35", None), ("23.4", None), ("23.3", "HISTORY-1.5X"), ("17.6", "HISTORY-1.5X"),
        ("17.5", "HISTORY-2X"), ("7.1", "HISTORY-2X"), ("7", "HISTORY-5X"), ("3.5", "HISTORY-5X"),
        ("174", None), ("175", "HISTORY-LOW"), ("350", "HISTORY-LOW"),
    ],
)  # fmt: skip
def test_the_last_session_sets_the_ladder(
    library: DrugLibrary, usual: Order, last_mg: str, rule: str | None
) -> None:
    context = replace(ADULT, references=(Reference("the last session", Dose(Decimal(last_mg))),))
    result = plan(library.entry("MOOD-40"), usual, context)
    assert {found for found in rules(result) if found.startswith("HISTORY")} == ({rule} if rule else set())
    assert isinstance(result, Problems) == (rule == "HISTORY-5X")
    assert needs_second_person(result) == (rule in ("HISTORY-2X", "HISTORY-LOW"))


@pytest.mark.req("HUM-04")
def test_the_same_dose_given_three_times_as_fast_as_last_time_needs_a_second_person(
    library: DrugLibrary, usual: Order
) -> None:
    last = Reference("the last session", Dose(Decimal(35)), DoseRate(Decimal("17.5")))
    result = plan(library.entry("MOOD-40"), usual, replace(ADULT, references=(last,)))
    assert "HISTORY-2X" in rules(result)


@pytest.mark.parametrize(
    ("protocol_id", "amount", "guess"),
    [
        ("MOOD-40", "12.5", "looks like a rate in ug/kg/min"),
        ("MOOD-40", "35", "looks like milligrams for the whole patient"),
        ("PAIN-4H", "5.83", "looks like ug/kg/min"),
        ("PAIN-4H", "0.021", "looks like mg/kg/min"),
        ("PAIN-4H", "24.5", "looks like milligrams for the whole patient"),
    ],
)
@pytest.mark.req("HUM-02")
def test_a_figure_in_another_unit_is_stopped_and_named(
    library: DrugLibrary, usual: Order, protocol_id: str, amount: str, guess: str
) -> None:
    entry = library.entry(protocol_id)
    order = replace(usual, amount=Decimal(amount), minutes=entry.default_minutes)
    result = plan(entry, order, ADULT)
    assert isinstance(result, Problems)
    assert any(guess in finding.sentence for finding in result.hard if finding.rule == "UNIT")


@pytest.mark.req("HUM-03")
@pytest.mark.parametrize(
    ("now", "last", "rule"),
    [
        ("70", "70", None), ("77", "70", None), ("77.1", "70", "WEIGHT-CHANGE"),
        ("84", "70", "WEIGHT-CHANGE"), ("84.1", "70", "WEIGHT-CHANGE-STOP"),
        ("63", "70", None), ("62.9", "70", "WEIGHT-CHANGE"), ("55.9", "70", "WEIGHT-CHANGE-STOP"),
        ("154", "70", "WEIGHT-UNIT"), ("154.3", "70", "WEIGHT-UNIT"), ("150", "70", "WEIGHT-UNIT"),
        ("70", "154", "WEIGHT-UNIT"), ("31.8", "70", "WEIGHT-UNIT"), ("7", "70", "WEIGHT-CHANGE-STOP"),
    ],
)  # fmt: skip
def test_a_changed_weight_is_confirmed_or_stops(now: str, last: str, rule: str | None) -> None:
    found = weight_findings(ORIGIN, Weight(Decimal(now)), Weight(Decimal(last)))
    assert [finding.rule for finding in found] == ([rule] if rule else [])
    if rule == "WEIGHT-CHANGE":
        assert found[0].override is Override.CONFIRM
    elif rule:
        assert found[0].blocks


def test_pounds_are_named_with_the_kilograms_they_are() -> None:
    (finding,) = weight_findings(ORIGIN, Weight(Decimal(154)), Weight(Decimal(70)))
    assert "154 lb are 69.8 kg" in finding.sentence


def test_a_first_weight_too_heavy_for_the_height_needs_a_second_person() -> None:
    (finding,) = weight_findings(ORIGIN, Weight(Decimal(180)), None, Decimal(175))
    assert finding.override is Override.SECOND_PERSON
    assert weight_findings(ORIGIN, Weight(Decimal(100)), None, Decimal(175)) == ()


VALID_AMOUNTS = {
    "MOOD-40": (250, 750), "MOOD-60": (500, 1000), "PTSD-HIGH": (500, 1500), "PAIN-4H": (100, 350),
}  # fmt: skip


@given(
    protocol_id=st.sampled_from(sorted(VALID_AMOUNTS)),
    part=st.integers(min_value=0, max_value=1000),
    weight=st.integers(min_value=45, max_value=140),
    up=st.booleans(),
)
@pytest.mark.req("HUM-04")
def test_a_tenfold_slip_of_every_valid_order_is_stopped_or_needs_a_second_person(
    library: DrugLibrary, usual: Order, protocol_id: str, part: int, weight: int, up: bool
) -> None:
    entry = library.entry(protocol_id)
    low, high = VALID_AMOUNTS[protocol_id]
    amount = (Decimal(low) + Decimal(high - low) * part / 1000) / 1000
    order = replace(
        usual,
        weight=Weight(Decimal(weight)),
        amount=amount * 10 if up else amount / 10,
        minutes=entry.default_minutes,
    )
    assert stopped_or_second_person(plan(entry, order, ADULT))


@given(weight=st.integers(min_value=45, max_value=140), up=st.booleans())
def test_a_tenfold_slip_of_minutes_or_weight_is_stopped(
    library: DrugLibrary, usual: Order, weight: int, up: bool
) -> None:
    factor = Decimal(10) if up else Decimal("0.1")
    entry = library.entry("MOOD-40")
    assert isinstance(plan(entry, replace(usual, minutes=Minutes(40 * factor)), ADULT), Problems)
    assert isinstance(plan(entry, replace(usual, weight=Weight(weight * factor)), ADULT), Problems)


def slips(digits: str) -> Iterator[str]:
    """Every single-key slip: one key missed, doubled, swapped, hit beside, or added."""
    keys = "0123456789."
    beside = {
        "0": ".", "1": "24", "2": "135", "3": "26", "4": "157", "5": "2468", "6": "359", "7": "48",
        "8": "579", "9": "68", ".": "0",
    }  # fmt: skip
    for place, key in enumerate(digits):
        yield digits[:place] + digits[place + 1 :]
        yield digits[:place] + key + digits[place:]
        for other in beside[key]:
            yield digits[:place] + other + digits[place + 1 :]
        if place:
            yield digits[: place - 1] + key + digits[place - 1] + digits[place + 1 :]
    for place in range(len(digits) + 1):
        for key in keys:
            yield digits[:place] + key + digits[place:]


def slipped(order: Order, field: Field) -> Iterator[Order]:
    right = {DURATION_MIN: order.minutes.min, WEIGHT_KG: order.weight.kg}.get(field, order.amount)
    for text in slips(plain(right)):
        try:
            value = parse_number(text, field).value
        except EntryError:
            continue
        if field is DURATION_MIN:
            yield replace(order, minutes=Minutes(value))
        elif field is WEIGHT_KG:
            yield replace(order, weight=Weight(value))
        else:
            yield replace(order, amount=value)


def dose_and_rate(entry: ProtocolEntry, order: Order) -> tuple[Decimal, Decimal]:
    mg = order.amount * order.weight.kg
    if entry.dosed_by is DosedBy.RATE:
        mg_h = mg if entry.cap_mg_h is None else min(mg, entry.cap_mg_h)
        return mg_h * order.minutes.min / 60, mg_h
    return mg, mg * 60 / order.minutes.min


@pytest.mark.req("HUM-04")
def test_single_key_slips_against_the_prescription_are_caught(library: DrugLibrary, usual: Order) -> None:
    twice = twice_caught = fivefold = fivefold_blocked = 0
    for entry in library.entries:
        low, high = VALID_AMOUNTS[entry.id]
        amount_field = RATE_MG_KG_H if entry.dosed_by is DosedBy.RATE else DOSE_MG_KG
        for amount in range(low, high + 1, 50):
            for weight in range(48, 140, 9):
                right = replace(
                    usual,
                    weight=Weight(Decimal(weight)),
                    amount=Decimal(amount) / 1000,
                    minutes=entry.default_minutes,
                )
                good = plan(entry, right, ADULT)
                if not isinstance(good, DosePlan):
                    continue
                signed = reference_of("the signed prescription", good.figures)
                context = replace(ADULT, references=(signed,))
                before = dose_and_rate(entry, right)
                for field in (amount_field, DURATION_MIN, WEIGHT_KG):
                    for wrong in slipped(right, field):
                        after = dose_and_rate(entry, wrong)
                        ratio = max(after[0] / before[0], after[1] / before[1])
                        if ratio < 2:
                            continue
                        result = plan(entry, wrong, context)
                        twice += 1
                        twice_caught += stopped_or_second_person(result)
                        if ratio >= 5:
                            fivefold += 1
                            fivefold_blocked += isinstance(result, Problems)
    assert twice > 10_000
    assert twice_caught == twice
    assert fivefold > 3_000
    assert fivefold_blocked == fivefold
