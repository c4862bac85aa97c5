"""The controlled drug log: stock, balance with its tolerance, witness, discrepancy case."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.course.author import Author
from console.course.facts_stock import (
    CaseClosed,
    StockCounted,
    StockGiven,
    StockReceived,
    StockRemoved,
    StockTaken,
    StockWasted,
    StockWitnessed,
)
from console.course.requests import Strike
from console.course.stock import Stock, stock, tolerance
from tests.course.clinic import ADMIN, MONDAY, NURSE, PHYSICIAN, SECOND, Clinic

VIALS = StockReceived("A12", "vial", Decimal(10), Decimal(20), 10, MONDAY + timedelta(days=300))
TAKEN = StockTaken("A12", 1, "pt-1", "s1", Decimal("3.5"))
NURSE_PIN = msgspec.structs.replace(NURSE, by_pin=True)


def filled() -> Clinic:
    clinic = Clinic()
    assert not clinic.keep(VIALS).refusals
    return clinic


def now(clinic: Clinic) -> Stock:
    return stock(clinic.log)


def taken(clinic: Clinic) -> str:
    assert not clinic.keep(TAKEN).refusals
    return next(reversed(now(clinic).uses))


def test_a_use_is_written_to_the_end_and_the_stock_falls() -> None:
    clinic = filled()
    use_id = taken(clinic)
    assert now(clinic).lots["A12"].containers == 9
    assert now(clinic).uses[use_id].open == "Enter what was given."
    assert not clinic.keep(StockGiven(use_id, Decimal(35))).refusals
    assert not clinic.keep(StockWasted(use_id, Decimal(165), "Absorbed and binned")).refusals
    assert now(clinic).uses[use_id].agrees
    assert "witness" in now(clinic).uses[use_id].open
    assert not clinic.keep(StockWitnessed(use_id), SECOND).refusals
    use = now(clinic).uses[use_id]
    assert (use.open, use.balance_mg, use.witness) == ("", Decimal(0), SECOND)
    assert now(clinic).total_mg() == Decimal(1800)
    assert now(clinic).cases == {}


@pytest.mark.req("CLN-04")
@pytest.mark.parametrize("who", [NURSE_PIN, Author("n2", "Nurse Two", "nurse")])
def test_the_witness_is_another_person_with_their_own_pin(who: Author) -> None:
    clinic = filled()
    use_id = taken(clinic)
    clinic.keep(StockGiven(use_id, Decimal(35)))
    clinic.keep(StockWasted(use_id, Decimal(165), "Binned"))
    assert clinic.keep(StockWitnessed(use_id), who).refusals


def test_nothing_is_witnessed_before_the_rest_is_entered() -> None:
    clinic = filled()
    use_id = taken(clinic)
    assert clinic.keep(StockWitnessed(use_id), SECOND).refusals
    assert clinic.keep(StockWasted(use_id, Decimal(1), "Binned")).refusals


def test_after_the_witness_nothing_of_it_changes() -> None:
    clinic = filled()
    use_id = taken(clinic)
    clinic.keep(StockGiven(use_id, Decimal(200)))
    clinic.keep(StockWasted(use_id, Decimal(0), ""))
    assert not clinic.keep(StockWitnessed(use_id), SECOND).refusals
    assert clinic.keep(StockGiven(use_id, Decimal(35))).refusals
    assert clinic.keep(StockWasted(use_id, Decimal(1), "Binned")).refusals


@pytest.mark.req("CLN-04")
@given(st.decimals(0, 200, places=1), st.decimals(0, 200, places=1))
def test_a_case_is_opened_exactly_when_the_figures_do_not_agree(given_mg: Decimal, wasted: Decimal) -> None:
    clinic = filled()
    use_id = taken(clinic)
    clinic.keep(StockGiven(use_id, given_mg))
    clinic.keep(StockWasted(use_id, wasted, "Binned"))
    apart = abs(Decimal(200) - given_mg - wasted)
    assert bool(now(clinic).open_cases()) == (apart > Decimal(2))


def test_a_corrected_figure_is_balanced_again() -> None:
    clinic = filled()
    use_id = taken(clinic)
    clinic.keep(StockGiven(use_id, Decimal(35)))
    clinic.keep(StockWasted(use_id, Decimal(165), "Binned"))
    decision = clinic.keep(StockGiven(use_id, Decimal(25)))
    assert "10 mg are missing" in decision.notices[0]
    assert len(now(clinic).open_cases()) == 1
    clinic.keep(StockGiven(use_id, Decimal(26)))
    assert len(now(clinic).open_cases()) == 1


@pytest.mark.req("CLN-04")
def test_a_case_is_closed_by_a_physician_or_administrator_with_a_finding() -> None:
    clinic = filled()
    use_id = taken(clinic)
    clinic.keep(StockGiven(use_id, Decimal(25)))
    clinic.keep(StockWasted(use_id, Decimal(165), "Binned"))
    (case,) = now(clinic).open_cases()
    finding = CaseClosed(case.opened.case_id, "Spilled on the tray, seen by two")
    assert clinic.keep(finding, SECOND).refusals
    assert clinic.keep(CaseClosed(case.opened.case_id, ""), PHYSICIAN).refusals
    assert not clinic.keep(finding, ADMIN).refusals
    assert now(clinic).open_cases() == ()
    assert clinic.keep(finding, PHYSICIAN).refusals


def test_a_count_that_differs_opens_a_case_and_sets_the_stock() -> None:
    clinic = filled()
    assert clinic.keep(StockCounted("A12", 10), NURSE).refusals
    assert clinic.keep(StockCounted("A12", 10), SECOND).notices == ()
    decision = clinic.keep(StockCounted("A12", 9), SECOND)
    assert "200 mg are missing" in decision.notices[0]
    assert now(clinic).lots["A12"].containers == 9
    (case,) = now(clinic).open_cases()
    assert case.opened.difference_mg == Decimal(200)


def test_containers_leave_the_stock_with_a_reason_and_a_signature() -> None:
    clinic = filled()
    assert clinic.keep(StockRemoved("A12", 2, "Broken"), NURSE).refusals
    assert clinic.keep(StockRemoved("A12", 2, ""), SECOND).refusals
    assert clinic.keep(StockRemoved("A12", 11, "Broken"), SECOND).refusals
    assert not clinic.keep(StockRemoved("A12", 2, "Broken"), SECOND).refusals
    assert now(clinic).lots["A12"].containers == 8


@pytest.mark.parametrize(
    "fact",
    [
        msgspec.structs.replace(VIALS, lot=""),
        msgspec.structs.replace(VIALS, form="bag"),
        msgspec.structs.replace(VIALS, containers=0),
        msgspec.structs.replace(VIALS, strength_mg_ml=Decimal(1000)),
        msgspec.structs.replace(VIALS, strength_mg_ml=Decimal("NaN")),
        msgspec.structs.replace(VIALS, strength_mg_ml=Decimal(50)),
        msgspec.structs.replace(VIALS, expires=MONDAY - timedelta(days=1)),
        msgspec.structs.replace(TAKEN, lot="B1"),
        msgspec.structs.replace(TAKEN, containers=11),
        msgspec.structs.replace(TAKEN, containers=0),
        msgspec.structs.replace(TAKEN, drawn_ml=Decimal(21)),
        msgspec.structs.replace(TAKEN, patient_id=""),
        StockGiven("nobody", Decimal(1)),
        StockCounted("B1", 1),
    ],
)
def test_what_cannot_be_true_is_refused(fact: StockReceived | StockTaken | StockGiven | StockCounted) -> None:
    assert filled().keep(fact, SECOND).refusals


def test_an_expired_lot_is_not_taken() -> None:
    clinic = filled()
    clinic.later(301)
    assert "expired" in clinic.keep(TAKEN).refusals[0]


@pytest.mark.req("CLN-04")
def test_no_line_of_the_log_is_struck() -> None:
    clinic = filled()
    assert clinic.ask(Strike(clinic.log.lines[0].id, "Slip")).refusals


@given(st.decimals(1, 100_000, places=2))
def test_the_tolerance_is_half_a_milligram_or_one_per_cent(taken_mg: Decimal) -> None:
    assert tolerance(taken_mg) == max(Decimal("0.5"), taken_mg / 100)
