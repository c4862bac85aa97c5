"""Vials, dilution, body weight and the second person's blind re-entry."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.preparation import PreparationError, Vial, check_vial, dilute
from console.clinical.verify import LABELS, CheckedFields, compare, refusal, sentence
from console.clinical.weight import Sex, WeightBasis, dosing_weight, ideal_weight
from console.units import Concentration, Volume, Weight


@pytest.mark.req("HUM-12")
@pytest.mark.parametrize("declared", list(Vial))
@pytest.mark.parametrize("read", list(Vial))
def test_every_mix_up_of_vials_stops(declared: Vial, read: Vial) -> None:
    assert bool(check_vial(declared, read)) == (declared is not read)


@pytest.mark.req("HUM-12")
@pytest.mark.parametrize("declared", list(Vial))
def test_a_vial_nobody_read_stops(declared: Vial) -> None:
    assert "second person" in check_vial(declared, None)


@pytest.mark.parametrize(
    ("vial", "target", "total", "drug", "diluent", "vials"),
    [
        (Vial.V10, "1", "50", "5", "45", 1),
        (Vial.V50, "2", "50", "2", "48", 1),
        (Vial.V100, "5", "60", "3", "57", 1),
        (Vial.V10, "10", "50", "50", "0", 3),
    ],
)
def test_dilutions_worked_by_hand(
    vial: Vial, target: str, total: str, drug: str, diluent: str, vials: int
) -> None:
    made = dilute(vial, Concentration(Decimal(target)), Volume(Decimal(total)))
    assert (made.drug, made.diluent) == (Volume(Decimal(drug)), Volume(Decimal(diluent)))
    assert made.vials == vials


@pytest.mark.parametrize(
    ("vial", "target", "total", "message"),
    [
        (Vial.V10, "50", "10", "cannot give 50 mg/mL"),
        (Vial.V100, "100", "10", "at least 1:1"),
        (Vial.V100, "51", "10", "at least 1:1"),
        (Vial.V50, "1", "7.3", "cannot be drawn exactly"),
        (Vial.V10, "0", "10", "above zero"),
    ],
)
def test_impossible_dilutions_are_refused(vial: Vial, target: str, total: str, message: str) -> None:
    with pytest.raises(PreparationError, match=message):
        dilute(vial, Concentration(Decimal(target)), Volume(Decimal(total)))


@pytest.mark.parametrize(("vial", "mg"), [(Vial.V10, 200), (Vial.V50, 500), (Vial.V100, 500)])
def test_vials_hold_what_the_label_says(vial: Vial, mg: int) -> None:
    assert vial.content.mg == mg


ORDER = CheckedFields(
    mrn="A-1",
    birth_date="1980-01-01",
    weight_kg=Decimal(70),
    amount=Decimal("0.5"),
    minutes=Decimal(40),
    concentration_mg_ml=Decimal(2),
    syringe="BD 60 mL",
    vial_mg_ml=Decimal(50),
)


def test_the_same_figures_written_differently_agree() -> None:
    assert compare(ORDER, replace(ORDER, amount=Decimal("0.500"), weight_kg=Decimal("70.0"))) == ()
    assert sentence(()) == ""


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("mrn", replace(ORDER, mrn="A-2")),
        ("mrn", replace(ORDER, mrn=None)),
        ("birth_date", replace(ORDER, birth_date="1980-01-10")),
        ("weight_kg", replace(ORDER, weight_kg=Decimal("70.1"))),
        ("amount", replace(ORDER, amount=Decimal(5))),
        ("amount", replace(ORDER, amount=None)),
        ("minutes", replace(ORDER, minutes=Decimal(60))),
        ("concentration_mg_ml", replace(ORDER, concentration_mg_ml=Decimal(1))),
        ("syringe", replace(ORDER, syringe="Terumo 60 mL")),
        ("vial_mg_ml", replace(ORDER, vial_mg_ml=Decimal(100))),
    ],
)
def test_a_disagreement_names_the_field_and_no_value(field: str, changed: CheckedFields) -> None:
    found = compare(ORDER, changed)
    assert found == (LABELS[field],)
    assert not any(character.isdigit() for character in sentence(found))


def test_what_the_order_leaves_out_is_not_asked() -> None:
    assert compare(CheckedFields(amount=Decimal("0.5")), CheckedFields(amount=Decimal("0.5"))) == ()


@pytest.mark.parametrize(
    ("preparer", "verifier", "allowed"), [("a", "b", True), ("a", "a", False), ("a", "", False)]
)
def test_nobody_verifies_their_own_work(preparer: str, verifier: str, allowed: bool) -> None:
    assert (refusal(preparer, verifier) == "") == allowed


@pytest.mark.parametrize(
    ("height", "sex", "kg"),
    [("180", Sex.MALE, "74.9"), ("165", Sex.FEMALE, "56.9"), ("150", Sex.FEMALE, "45.5")],
)
def test_ideal_weight_by_devine(height: str, sex: Sex, kg: str) -> None:
    assert ideal_weight(Decimal(height), sex) == Weight(Decimal(kg))


def test_adjusted_weight_lies_between_ideal_and_actual() -> None:
    found = dosing_weight(Weight(Decimal(130)), WeightBasis.ADJUSTED, Decimal(180), Sex.MALE)
    assert found.dosing == Weight(Decimal("96.9"))
    assert found.actual == Weight(Decimal(130))


@given(st.integers(min_value=350, max_value=2000), st.sampled_from(WeightBasis), st.sampled_from(Sex))
def test_the_dosing_weight_is_never_above_the_actual(tenths: int, basis: WeightBasis, sex: Sex) -> None:
    actual = Weight(Decimal(tenths) / 10)
    assert dosing_weight(actual, basis, Decimal(190), sex).dosing <= actual


def test_a_basis_that_needs_height_and_sex_says_so() -> None:
    with pytest.raises(ValueError, match="needs height and sex"):
        dosing_weight(Weight(Decimal(70)), WeightBasis.IDEAL)
    with pytest.raises(ValueError, match="in centimetres"):
        ideal_weight(Decimal("1.8"), Sex.MALE)
