"""Sign-in, the devices, and the choice of a patient: what is touched, what is asked, what is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from console.clock import ManualClock
from console.room.wire import Ask
from console.session import intents as ask
from console.session.pump import LinkState
from console.session.site import PUMP
from console.session.state import Phase, State
from console.ui.viewmodels.step_people import second_people
from console.ui.viewmodels.step_room import library_line, room_lamps
from console.ui.widgets.date_pad import iso_date, shown_date
from console.ui.widgets.pin_pad import PinPad
from tests.session.bench import SITE, Bench
from tests.ui.in_process_room import LAST, PEOPLE, PINS
from tests.ui.step_rig import Rig, a_rig

pytestmark = pytest.mark.gui


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig(LAST) as made:
        yield made


def test_a_name_and_six_digits_sign_a_person_in(rig: Rig) -> None:
    assert rig.sees("step_sign_in")
    rig.sign_in()
    user = rig.room.bench.state.user
    assert user is not None
    assert user.user_id == "n1"
    assert rig.sees("step_patient")


def test_no_digit_can_be_typed_before_a_name_is_chosen(rig: Rig) -> None:
    assert not rig.find("key_1", rig.find("pin_pad")).isEnabled()
    rig.touch("person_n2")
    assert rig.find("key_1", rig.find("pin_pad")).isEnabled()


def test_a_wrong_pin_is_answered_where_it_was_typed(rig: Rig) -> None:
    rig.touch("person_n1")
    rig.digits("pin_pad", "000000")
    rig.turn()
    assert "The PIN is wrong" in rig.label("answer")
    assert rig.room.bench.state.user is None


def test_the_pin_is_on_no_label_and_leaves_the_window_once(rig: Rig) -> None:
    rig.touch("person_n1")
    rig.digits("pin_pad", PINS["n1"][:5])
    assert PINS["n1"][:5] not in rig.texts()
    rig.digits("pin_pad", PINS["n1"][5])
    asked = [message for message in rig.room.sent if isinstance(message, Ask)]
    assert [message.pin for message in asked] == [PINS["n1"]]
    assert PINS["n1"] not in repr(asked)


@pytest.mark.req("HUM-05")
def test_a_pin_digit_that_bounces_is_dropped_and_said(qapp: QApplication) -> None:
    assert qapp is not None
    clock = ManualClock()
    began = clock.now()
    pins: list[str] = []
    with a_rig() as rig:
        pad = PinPad(rig.window.theme, lambda: clock.now().seconds_since(began))
        pad.entered.connect(pins.append)
        pad._down("4")
        clock.advance(0.03)
        pad._down("4")
        assert "dropped" in pad.notice.text()
        for digit in "41592":
            clock.advance(0.2)
            pad._down(digit)
        pad.close()
        pad.deleteLater()
    assert pins == ["441592"]


def test_devices_are_shown_with_both_lamps_and_the_reason() -> None:
    bench = Bench()
    nothing = room_lamps(State(), SITE)
    assert [lamps.name for lamps in nothing] == ["Pump", "Monitor S5"]
    assert not any(lamps.port_open or lamps.answering for lamps in nothing)
    bench.tell(ask.LinkSeen(PUMP, LinkState.OPEN, "The port is open; nothing answers."))
    pump = room_lamps(bench.state, SITE)[0]
    assert (pump.port_open, pump.answering) == (True, False)
    assert pump.sentence == "The port is open; nothing answers."
    bench.tell(ask.LinkSeen(PUMP, LinkState.ANSWERING, "answers"))
    assert room_lamps(bench.state, SITE)[0].answering
    assert "unsigned site default" in library_line(SITE)


def test_a_known_patient_brings_the_last_weight_and_dose_along(rig: Rig) -> None:
    rig.sign_in()
    assert not rig.can_touch("primary")
    rig.touch("patient_pt-1")
    assert "70 kg, 35 mg ordered" in rig.label("answer")
    rig.touch("primary")
    opened = rig.asked(ask.OpenSession)[0]
    assert (opened.previous_weight_kg, opened.previous_dose_mg) == (
        LAST["pt-1"].weight_kg,
        LAST["pt-1"].dose_mg,
    )
    assert opened.session_id[14] == "7"
    assert rig.phase is Phase.ARRIVAL


def test_the_list_follows_what_is_searched(rig: Rig) -> None:
    rig.sign_in()
    rig.write("patient_search", "sample")
    assert rig.sees("patient_pt-2")
    assert not rig.sees("patient_pt-1")
    rig.write("patient_search", "nobody")
    assert "Nobody found" in rig.texts()


def test_a_new_patient_is_added_and_chosen(rig: Rig) -> None:
    rig.sign_in()
    rig.touch("patient_add")
    rig.write("family_name", "Fuentes")
    rig.write("given_name", "Alba")
    rig.write("record_number", "204-900")
    rig.digits("birth_date", "19900214")
    assert not rig.can_touch("primary")
    rig.touch("sex_female")
    rig.touch("primary")
    rig.turn()
    added = rig.asked(ask.AddPatient)[0].patient
    assert (added.full_name, added.birth_date) == ("Alba Fuentes", "1990-02-14")
    assert rig.find(f"patient_{added.patient_id}").isVisible()
    rig.touch("primary")
    assert rig.session.patient == added


def test_a_refused_patient_is_told_on_the_form(rig: Rig) -> None:
    rig.sign_in()
    rig.touch("patient_add")
    for name, text in (("family_name", "Doe"), ("given_name", "Jo"), ("record_number", "1")):
        rig.write(name, text)
    rig.touch("sex_unknown")
    rig.digits("birth_date", "20990101")
    rig.touch("primary")
    rig.turn()
    assert "cannot be a birth date" in rig.label("answer")
    assert rig.sees("family_name")


def test_a_training_session_is_asked_for_as_such(rig: Rig) -> None:
    rig.sign_in()
    rig.touch("patient_pt-3")
    rig.touch("training")
    rig.touch("primary")
    assert rig.asked(ask.OpenSession)[0].training


@pytest.mark.parametrize(
    ("digits", "iso"), [("19840312", "1984-03-12"), ("19841312", ""), ("1984031", ""), ("20230229", "")]
)
def test_only_a_real_date_counts(digits: str, iso: str) -> None:
    assert iso_date(digits) == iso


def test_a_date_shows_what_is_still_to_type() -> None:
    assert shown_date("19840") == "1984-0_-__"


def test_the_author_and_technicians_are_not_offered_as_second_person() -> None:
    assert [person.user_id for person in second_people(PEOPLE, "n1")] == ["n2", "p1"]
