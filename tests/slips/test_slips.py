"""A slip of one finger never gives twice what was meant without a second person, and never five times."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.clinical.entry import BOUNCE_S, DOSE_MG_KG, DURATION_MIN, RATE_ML_H, WEIGHT_KG, Field
from console.clinical.slip_guards import BLOCKED_FROM
from console.units import plain
from tests.slips.harness import run
from tests.slips.keys import DOWN_S, NEIGHBOURS, Slip, slips, typed
from tests.slips.orders import Known, valid_orders

ORDERS = 60
"""A sample; ``python -m tests.slips`` runs 10 000 orders of each kind."""


@pytest.mark.req("HUM-04")
@pytest.mark.parametrize("known", list(Known))
def test_slips_that_double_go_to_a_second_person_and_those_that_make_it_fivefold_are_stopped(
    known: Known,
) -> None:
    count = run(valid_orders(ORDERS, known, seed=11))
    assert count.orders == ORDERS
    assert count.twice > 500
    assert count.in_all >= 0.999, count.missed
    assert count.by_rule >= 0.95, count.missed
    assert count.fivefold > 300
    assert count.fivefold_blocked == count.fivefold


@pytest.mark.req("HUM-06")
@pytest.mark.parametrize("field", [DOSE_MG_KG, DURATION_MIN, WEIGHT_KG, RATE_ML_H])
def test_what_the_keypad_takes_is_what_was_pressed(field: Field) -> None:
    for meant in ("70", "0.5", "104.5", "0.125", "40"):
        for slipped in slips(meant):
            number = typed(slipped.keys, field)
            if number is None:
                continue
            shown = f"0{slipped.keys}" if slipped.keys.startswith(".") else slipped.keys
            assert number.shown == shown
            assert plain(number.value) == shown


@pytest.mark.req("HUM-05")
@pytest.mark.parametrize("meant", ["70", "104.5", "0.5", "82"])
def test_a_bouncing_key_changes_no_figure(meant: str) -> None:
    bounce_s = BOUNCE_S - DOWN_S - 0.001
    right = typed(meant, WEIGHT_KG)
    assert right is not None
    for place, key in enumerate(meant):
        bounced = typed(meant[:place] + key + meant[place:], WEIGHT_KG, bounce_s)
        assert bounced is not None
        assert bounced.value == right.value


def test_the_slips_of_a_figure_are_those_of_one_finger() -> None:
    found = {(slipped.slip, slipped.keys) for slipped in slips("0.5")}
    assert {
        (Slip.POINT_DROPPED, "05"),
        (Slip.POINT_MOVED, ".05"),
        (Slip.POINT_MOVED, "05."),
        (Slip.OMITTED, "0."),
        (Slip.DOUBLED, "0.55"),
        (Slip.NEIGHBOUR, "0.6"),
        (Slip.EXTRA, "0.56"),
        (Slip.SWAPPED, "0.5"),
    } - found == {(Slip.SWAPPED, "0.5")}
    assert "0.5" not in {keys for _, keys in found}
    assert set(NEIGHBOURS["5"]) == set("12346789")
    assert set(NEIGHBOURS["."]) == set("023")


def test_orders_of_the_harness_are_those_nobody_is_asked_about() -> None:
    for case in valid_orders(20, Known.RETURNING, seed=3):
        reference = case.context(case.order).references[0].dose.mg
        assert Decimal("0.7") < case.figures.dose.mg / reference < BLOCKED_FROM
