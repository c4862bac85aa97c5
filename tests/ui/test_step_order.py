"""The order: forced choices, live figures, every finding in place, and the second person's blind check."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from PySide6.QtWidgets import QApplication

from console.session import intents as ask
from console.session.people import OrderInputs
from console.session.state import Phase
from console.ui.bedside.step_verify import StepVerify
from console.ui.viewmodels.step_order import OrderDraft, concentrations, order_view
from tests.session.bench import SITE, Bench, mood_40
from tests.ui.in_process_room import PINS
from tests.ui.step_rig import Rig, a_rig

pytestmark = pytest.mark.gui


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as made:
        made.arrived()
        yield made


def verify_of(rig: Rig) -> StepVerify:
    step = rig.steps.steps[Phase.VERIFY]
    assert isinstance(step, StepVerify)
    return step


def draft(amount: str = "0.5", minutes: str = "40", concentration: str = "2") -> OrderDraft:
    return OrderDraft("MOOD-40", Decimal(amount), Decimal(minutes), Decimal(concentration), "BD 60 mL")


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.arrive()
    return made


# --- what is derived ------------------------------------------------------------------------------


def test_every_figure_is_derived_with_its_unit(bench: Bench) -> None:
    """70 kg, 0.5 mg/kg in 40 min at 2 mg/mL: 35 mg, 17.5 mL, 26.25 mL/h, 52.5 mg/h, 0.75 mg/kg/h."""
    view = order_view(bench.state, SITE, draft(), bench.clock.now(), None)
    shown = view.derived
    assert (shown.ml_h, shown.mg_h, shown.mg_kg_h) == ("26.25 mL/h", "52.5 mg/h", "0.75 mg/kg/h")
    assert (shown.mg, shown.ml, shown.dose_mg_kg) == ("35 mg", "17.5 mL", "0.5 mg/kg")
    assert view.inputs == mood_40()


def test_nothing_is_derived_while_something_is_missing(bench: Bench) -> None:
    view = order_view(bench.state, SITE, OrderDraft("MOOD-40"), bench.clock.now(), None)
    assert view.inputs is None
    assert view.derived.ml_h == "--"
    assert "dose, duration, concentration, syringe" in view.waiting


def test_a_hard_limit_blocks_and_names_rule_and_library(bench: Bench) -> None:
    view = order_view(bench.state, SITE, draft("5"), bench.clock.now(), None)
    assert view.inputs is None
    assert view.findings[0].blocks
    assert view.findings[0].origin == "rule DOSE-HARD · library v1"


@pytest.mark.req("GIP-6.1.4")
def test_a_soft_limit_waits_for_its_reason(bench: Bench) -> None:
    at = bench.clock.now()
    view = order_view(bench.state, SITE, draft("0.8"), at, None)
    asking = [finding.rule for finding in view.findings if finding.asks_reason]
    assert "DOSE-SOFT" in asking
    assert view.inputs is None
    reasons = dict.fromkeys(asking, "Prescriber's order")
    told = OrderDraft("MOOD-40", Decimal("0.8"), Decimal(40), Decimal(2), "BD 60 mL", reasons)
    assert order_view(bench.state, SITE, told, at, None).inputs is not None


@pytest.mark.req("HUM-12")
def test_concentrations_that_are_never_infused_are_offered_too() -> None:
    """The choice gives no hint: the vials' own strengths stand beside the ones in use."""
    assert {Decimal(10), Decimal(50), Decimal(100)} <= set(concentrations(SITE.library))


# --- the panel ------------------------------------------------------------------------------------


@pytest.mark.req("HUM-12")
def test_nothing_is_chosen_to_begin_with(rig: Rig) -> None:
    step = rig.steps.steps[Phase.ORDER].order  # type: ignore[union-attr]
    assert step.draft == OrderDraft()
    assert not rig.can_touch("primary")


def test_an_order_is_written_as_it_was_entered(rig: Rig) -> None:
    rig.enter_order()
    rig.touch("primary")
    assert rig.asked(ask.WriteOrder) == [ask.WriteOrder(mood_40())]
    assert rig.phase is Phase.VERIFY


def test_the_reason_of_a_soft_limit_is_written_beside_it(rig: Rig) -> None:
    rig.enter_order(amount="0.8")
    assert not rig.can_touch("primary")
    for card in list(rig.steps.steps[Phase.ORDER].order.findings.cards):  # type: ignore[union-attr]
        if rig.sees(f"finding_{card}"):
            rig.write(f"finding_{card}", "Third session, prescriber's order")
    rig.touch("primary")
    written = rig.asked(ask.WriteOrder)[0]
    assert written.inputs.reasons["DOSE-SOFT"] == "Third session, prescriber's order"
    assert rig.phase is Phase.VERIFY


@pytest.mark.req("HUM-04")
def test_a_slipped_point_is_stopped_with_no_way_on(rig: Rig) -> None:
    rig.enter_order(amount="5")
    assert rig.sees("card_DOSE-HARD")
    assert "NOT POSSIBLE" in rig.texts()
    assert not rig.can_touch("primary")
    assert not rig.sees("finding_DOSE-HARD")


def test_the_unit_of_the_amount_follows_the_protocol_and_clears_what_was_typed(rig: Rig) -> None:
    step = rig.steps.steps[Phase.ORDER].order  # type: ignore[union-attr]
    rig.touch("protocol_MOOD-40")
    rig.digits("order_pad", "0.5")
    rig.touch("protocol_PAIN-4H")
    assert step.amount.entry.field.unit == "mg/kg/h"
    assert step.amount.entry.text == ""


def test_the_number_is_shown_in_words(rig: Rig) -> None:
    rig.touch("protocol_MOOD-40")
    rig.digits("order_pad", ".5")
    step = rig.steps.steps[Phase.ORDER].order  # type: ignore[union-attr]
    assert step.amount.entry.text == "0.5"
    assert step.amount._below()[0] == "zero point five milligrams per kilogram"


# --- the second person ----------------------------------------------------------------------------


def test_nothing_on_the_screen_tells_the_second_person_the_order(rig: Rig) -> None:
    rig.room.bench.order(OrderInputs("MOOD-40", Decimal("0.55"), Decimal(47), Decimal(2), "BD 60 mL", {}))
    rig.turn()
    assert rig.sees("step_verify")
    assert rig.steps.hides_order
    shown = rig.texts()
    for secret in ("70 kg", "2 mg/mL", "0.55", "38.5", "47"):
        assert secret not in shown, secret


def test_the_weight_comes_back_to_the_top_bar_after_the_check(rig: Rig) -> None:
    rig.room.bench.order()
    rig.turn()
    rig.second_person("70", "2", "0.5")
    assert rig.phase is Phase.PROGRAM
    assert not rig.steps.hides_order
    assert "70 kg" in rig.window.top._view.identifiers


def test_agreement_opens_the_way_to_the_pump(rig: Rig) -> None:
    rig.room.bench.order()
    rig.turn()
    rig.second_person("70", "2", "0.5")
    assert rig.asked(ask.VerifyOrder) == [
        ask.VerifyOrder(Decimal(70), Decimal(2), Decimal("0.5"), Decimal(40))
    ]
    verifier = rig.session.verified_by
    assert verifier is not None
    assert verifier.user_id == "n2"
    assert rig.sees("step_program")


def test_a_disagreement_names_the_field_and_no_value(rig: Rig) -> None:
    rig.room.bench.order()
    rig.turn()
    rig.second_person("70", "1", "0.5")
    answer = rig.label("answer")
    assert "concentration" in answer
    assert not any(figure in answer for figure in ("70", "0.5", " 1", " 2"))
    step = verify_of(rig)
    assert [box.entry.text for box in step.boxes] == ["", "", "", ""]
    assert rig.phase is Phase.VERIFY


@pytest.mark.req("HUM-04")
def test_half_the_minutes_are_found_by_the_second_person(rig: Rig) -> None:
    reasons = {"DURATION-SOFT": "meant"}
    rig.room.bench.order(OrderInputs("MOOD-40", Decimal("0.5"), Decimal(30), Decimal(2), "BD 60 mL", reasons))
    rig.turn()
    rig.second_person("70", "2", "0.5", "60")
    assert "duration" in rig.label("answer")
    assert rig.phase is Phase.VERIFY


def test_the_author_is_not_among_the_second_people(rig: Rig) -> None:
    rig.room.bench.order()
    rig.turn()
    assert rig.sees("person_n2")
    assert not rig.sees("person_n1")


def test_a_wrong_pin_of_the_second_person_verifies_nothing(rig: Rig) -> None:
    rig.room.bench.order()
    rig.turn()
    rig.touch("person_p1")
    rig.digits("pin_pad", PINS["n2"])
    figures = {"check_weight": "70", "check_concentration": "2", "check_amount": "0.5", "check_minutes": "40"}
    for box, text in figures.items():
        rig.touch(box)
        rig.digits("check_pad", text)
    rig.touch("primary")
    rig.turn()
    assert "The PIN is wrong" in rig.label("answer")
    assert rig.phase is Phase.VERIFY


def test_what_was_entered_blind_is_forgotten_when_the_panel_is_left(rig: Rig) -> None:
    rig.room.bench.order()
    rig.turn()
    rig.touch("person_n2")
    rig.digits("pin_pad", PINS["n2"])
    rig.touch("check_weight")
    rig.digits("check_pad", "70")
    verify_of(rig).hide()
    assert verify_of(rig).weight.entry.text == ""
    assert verify_of(rig)._pin == ""
    verify_of(rig).show()


def test_an_order_is_taken_back_with_a_reason(rig: Rig) -> None:
    rig.room.bench.order()
    rig.turn()
    rig.touch("withdraw")
    rig.touch("reason_Wrong dose")
    rig.touch("reason_act")
    rig.turn()
    assert rig.asked(ask.WithdrawOrder) == [ask.WithdrawOrder("Wrong dose")]
    assert rig.phase is Phase.ORDER
    assert rig.steps.steps[Phase.ORDER].order.draft == OrderDraft()  # type: ignore[union-attr]
