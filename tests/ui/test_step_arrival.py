"""Arrival: both identifiers, every check, the weight and two pressures, each asked as touched."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from console.clinical.arrival import ARRIVAL_ITEMS
from console.session import intents as ask
from console.session.state import Phase
from console.ui.viewmodels.step_arrival import arrival_view
from tests.session.bench import Bench
from tests.ui.step_rig import Rig, a_rig

pytestmark = pytest.mark.gui
PRESS, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease


def key_event(text: str) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_0 + int(text), Qt.KeyboardModifier.NoModifier, text)


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as made:
        made.open_session()
        yield made


def confirm(rig: Rig) -> None:
    rig.digits("birth_date", "19840312")
    rig.write("record_number", "204-118")
    rig.touch("primary")
    rig.turn()


@pytest.mark.req("OPCA-R6.8")
@pytest.mark.req("HUM-03")
def test_the_identity_needs_both_identifiers_as_told(rig: Rig) -> None:
    assert not rig.can_touch("primary")
    rig.digits("birth_date", "19840312")
    assert not rig.can_touch("primary")
    rig.write("record_number", "204-117")
    rig.touch("primary")
    rig.turn()
    assert "do not agree" in rig.label("answer")
    assert rig.room.bench.state.session is not None
    assert not rig.room.bench.state.session.identity_confirmed
    rig.write("record_number", "204-118")
    rig.touch("primary")
    rig.turn()
    assert rig.session.identity_confirmed
    assert rig.sees("yes_consent")


def test_every_check_is_answered_by_its_own_touch(rig: Rig) -> None:
    confirm(rig)
    for item in ARRIVAL_ITEMS:
        rig.touch(f"yes_{item.id}")
    assert [answer.item for answer in rig.asked(ask.AnswerArrival)] == [item.id for item in ARRIVAL_ITEMS]
    assert rig.can_touch("primary")
    rig.touch("primary")
    assert rig.sees("weight_pad")


def test_a_check_that_is_not_met_asks_for_the_prescribers_reason(rig: Rig) -> None:
    confirm(rig)
    rig.touch("no_fasting")
    assert not rig.can_touch("override")
    rig.write("override_text", "Toast at eight, prescriber agrees")
    rig.touch("override")
    answer = rig.session.arrival["fasting"]
    assert (answer.ok, answer.overridden, answer.note) == (False, True, "Toast at eight, prescriber agrees")
    assert not rig.sees("override_text")


def test_a_check_nobody_may_let_through_says_what_to_do_and_offers_no_way_on(rig: Rig) -> None:
    confirm(rig)
    rig.touch("no_escort")
    assert "Arrange an escort" in rig.texts()
    assert not rig.sees("override_text")


def test_the_weight_is_recorded_as_typed(rig: Rig) -> None:
    rig.touch("arrival_weight")
    rig.digits("weight_pad", "70.5")
    assert rig.label("primary") == "Record 70.5 kg"
    rig.touch("primary")
    assert rig.asked(ask.RecordWeight) == [ask.RecordWeight(Decimal("70.5"))]


@pytest.mark.req("HUM-06")
def test_a_trailing_zero_is_no_weight(rig: Rig) -> None:
    rig.touch("arrival_weight")
    rig.digits("weight_pad", "70.0")
    assert not rig.can_touch("primary")


@pytest.mark.req("HUM-05")
def test_a_digit_that_bounces_is_dropped_and_shown(rig: Rig) -> None:
    rig.touch("arrival_weight")
    pad = rig.find("weight_pad")
    rig.digits("weight_pad", "7")
    key = rig.find("key_0", pad)
    for _ in range(2):
        rig.mouse(key, PRESS)
        rig.mouse(key, RELEASE)
    box = rig.steps.steps[Phase.ARRIVAL].weight.box  # type: ignore[union-attr]
    assert box.entry.text == "70"
    assert box.entry.dropped == 1
    assert "dropped" in " ".join(box.entry.notices)


def test_a_weight_far_from_the_last_one_is_confirmed_first(qapp: QApplication) -> None:
    assert qapp is not None
    with a_rig() as rig:
        rig.open_session()
        bench = rig.room.bench
        bench.tell(ask.AbortSession("Wrong patient"))
        bench.tell(ask.OpenSession("s-2", rig.session.patient, Decimal(70)))
        rig.turn()
        rig.touch("arrival_weight")
        rig.digits("weight_pad", "84")
        assert "more than 10 % different" in rig.texts()
        assert not rig.can_touch("primary")
        rig.touch("confirm_weight")
        rig.touch("primary")
        assert rig.asked(ask.RecordWeight) == [ask.RecordWeight(Decimal(84), True)]
        assert rig.session.weight_kg == Decimal(84)


def test_two_cuff_readings_five_minutes_apart_make_the_baseline(rig: Rig) -> None:
    rig.touch("arrival_baseline")
    rig.room.bench.measure(124, 78)
    rig.turn()
    assert rig.label("primary") == "Count 124/78 mmHg"
    rig.touch("primary")
    rig.turn()
    assert "Possible in" in rig.texts()
    rig.room.bench.run(300, every_s=10)
    rig.room.bench.measure(120, 76)
    rig.turn()
    rig.touch("primary")
    rig.turn()
    assert rig.label("primary") == "Accept 122/77 mmHg"
    rig.touch("primary")
    baseline = rig.session.baseline
    assert baseline is not None
    assert (baseline.systolic, baseline.diastolic) == (122, 77)


def test_a_high_baseline_is_accepted_with_the_prescribers_reason_only(rig: Rig) -> None:
    rig.touch("arrival_baseline")
    for systolic in (150, 148):
        rig.room.bench.run(300, every_s=10)
        rig.room.bench.measure(systolic, 92)
        rig.turn()
        rig.touch("primary")
        rig.turn()
    assert "the prescriber decides" in rig.texts()
    assert not rig.can_touch("primary")
    rig.write("baseline_reason", "Known; prescriber agrees")
    rig.touch("primary")
    assert rig.asked(ask.AcceptBaseline) == [ask.AcceptBaseline("Known; prescriber agrees")]


def test_a_pressure_is_entered_by_hand_where_the_cuff_fails(rig: Rig) -> None:
    rig.touch("arrival_baseline")
    rig.touch("by_hand")
    rig.digits("pressure_pad", "126")
    rig.touch("diastolic")
    rig.digits("pressure_pad", "80")
    rig.touch("primary")
    assert rig.asked(ask.EnterPressure) == [ask.EnterPressure(126, 80)]
    assert not rig.sees("pressure_pad")


def test_an_open_check_is_asked_for_again_in_the_order_phase(rig: Rig) -> None:
    bench = rig.room.bench
    bench.arrive()
    bench.tell(ask.AnswerArrival("escort", False))
    rig.turn()
    assert rig.phase is Phase.ORDER
    assert rig.sees("step_arrival")
    assert not rig.sees("step_order")
    rig.touch("arrival_checks")
    rig.touch("yes_escort")
    rig.turn()
    assert rig.sees("step_order")


def test_a_session_is_aborted_in_place_with_a_reason(rig: Rig) -> None:
    rig.touch("abort")
    assert not rig.can_touch("reason_act")
    rig.touch("reason_No escort")
    rig.touch("reason_act")
    rig.turn()
    assert rig.asked(ask.AbortSession) == [ask.AbortSession("No escort")]
    assert rig.phase is Phase.ABORTED
    assert rig.sees("step_patient")


def test_a_digit_typed_on_a_keyboard_is_no_one_touch_event(rig: Rig) -> None:
    pad = rig.find("birth_date")
    QApplication.sendEvent(pad, key_event("1"))
    rig.turn()
    assert rig.asked(ask.NoteCare) == []


def test_readings_not_counted_yet_are_no_baseline() -> None:
    bench = Bench()
    bench.arrive()
    session = bench.state.session
    assert session is not None
    view = arrival_view(session, bench.clock.now(), None)
    assert view.baseline.counted == 2
    assert view.baseline_done
    assert view.checks_complete
