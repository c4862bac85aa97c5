"""A window nobody touches turns to glass; a badge or a name and a PIN bring it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from console.session import intents as ask
from console.session.attendance import GLASS_AFTER_S, GLASS_AT_REST_S
from console.session.badges import BadgeText, badge_digest
from console.session.people import Authn
from console.session.state import Phase
from tests.session.bench import PATIENT
from tests.ui.in_process_room import PINS
from tests.ui.step_rig import Rig, a_rig

pytestmark = [pytest.mark.gui, pytest.mark.req("SEC-GLASS")]


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as made:
        made.window.presence.guard()
        yield made


@pytest.fixture
def infusing(rig: Rig) -> Rig:
    rig.open_session(PATIENT)
    bench = rig.room.bench
    bench.prepare()
    bench.infuse(minutes=1)
    key(rig, " ")
    rig.bridge.tick()
    rig.room.tell()
    rig.turn()
    assert rig.phase is Phase.INFUSING
    return rig


def locked(rig: Rig) -> bool:
    return rig.room.bench.state.locked


def idle(rig: Rig, seconds: float) -> None:
    for _ in range(round(seconds / 2)):
        rig.turn(1, 2.0)


def key(rig: Rig, text: str) -> None:
    code = Qt.Key.Key_Return if text == "\r" else Qt.Key(ord(text))
    event = QKeyEvent(QEvent.Type.KeyPress, code, Qt.KeyboardModifier.NoModifier, text)
    QApplication.sendEvent(rig.window, event)


def typed(rig: Rig, text: str, apart_s: float) -> None:
    for character in text:
        key(rig, character)
        rig.room.bench.clock.advance(apart_s)
        rig.bridge.tick()
    rig.turn(2)


def test_an_untouched_window_hides_identity_and_dosing_and_keeps_what_is_vital(infusing: Rig) -> None:
    rig = infusing
    shown = rig.texts()
    assert PATIENT.family_name in shown + rig.window.top._view.patient
    pump = rig.window.view.pump if rig.window.view else None
    assert pump is not None
    assert pump.drug_rate
    idle(rig, GLASS_AFTER_S - 10)
    assert not locked(rig)
    idle(rig, 15)
    assert locked(rig)
    rig.turn()
    view = rig.window.view
    assert view is not None
    assert view.glass
    hidden = rig.texts() + repr(view.top) + repr(view.pump)
    for word in (PATIENT.family_name, PATIENT.given_name, PATIENT.mrn, "mg/kg", " mg"):
        assert word not in hidden
    assert (view.pump.word, view.pump.rate) == (pump.word, "--")
    assert "76" in repr(view.hr)
    assert rig.window.pause_key.isEnabled()
    assert rig.window.stop_key.isEnabled()
    assert rig.sees("glass")
    assert rig.window.bedside.delivery.pump.isVisible()
    assert not rig.window.events.isEnabled()
    assert rig.find("glass_sign_in").isEnabled()


@pytest.mark.req("SEC-ROLES")
def test_stop_works_through_the_glass(infusing: Rig) -> None:
    idle(infusing, GLASS_AFTER_S + 5)
    assert locked(infusing)
    infusing.window.stop_key.pressed.emit()
    infusing.turn()
    assert infusing.room.bench.state.stop is not None


def test_a_touch_keeps_the_glass_away(infusing: Rig) -> None:
    for _ in range(4):
        idle(infusing, GLASS_AFTER_S / 2)
        key(infusing, " ")
    assert not locked(infusing)


def test_name_and_pin_take_the_glass_away_and_another_person_takes_over(infusing: Rig) -> None:
    rig = infusing
    idle(rig, GLASS_AFTER_S + 5)
    rig.touch("glass_sign_in")
    rig.touch("person_n2")
    rig.digits("pin_pad", PINS["n2"])
    rig.turn()
    state = rig.room.bench.state
    assert state.user is not None
    assert (state.user.user_id, state.user.authn, state.locked) == ("n2", Authn.PIN, False)
    assert not rig.sees("glass")
    assert not rig.sees("step_sign_in")
    assert rig.window.view is not None
    assert rig.window.view.pump.drug_rate


def test_the_person_at_the_window_is_exchanged_in_mid_infusion_within_three_seconds(infusing: Rig) -> None:
    rig = infusing
    began_s = rig.bridge.real_s
    rig.press(rig.window.top.user_button)
    rig.touch("person_n2")
    rig.digits("pin_pad", PINS["n2"])
    user = rig.room.bench.state.user
    assert user is not None
    assert user.user_id == "n2"
    # Each touch of the rig lets 0.2 s pass; a badge in the place of the name saves two of them.
    assert rig.bridge.real_s - began_s < 3.0


@pytest.mark.req("SEC-EMERGENCY")
def test_emergency_access_is_one_touch_and_in_the_record(infusing: Rig) -> None:
    rig = infusing
    idle(rig, GLASS_AFTER_S + 5)
    rig.touch("glass_emergency")
    rig.turn()
    state = rig.room.bench.state
    assert state.user is not None
    assert state.user.user_id == "emergency"
    assert state.emergency_at is not None
    assert not rig.sees("glass")
    assert "24 hours" in rig.window.notice.text()


def test_with_no_session_open_the_window_locks_after_a_minute(rig: Rig) -> None:
    rig.sign_in()
    idle(rig, GLASS_AT_REST_S + 6)
    assert locked(rig)
    assert not rig.sees("step_patient")
    assert rig.sees("step_sign_in")


def test_a_badge_chooses_its_owner_and_leaves_the_pin_to_be_entered(rig: Rig) -> None:
    object.__setattr__(rig.steps._tools, "badges", lambda: {badge_digest("A0044711"): "n2"})
    typed(rig, "A0044711\r", 0.01)
    assert rig.steps.sign_in.names.value == "n2"
    rig.digits("pin_pad", PINS["n2"])
    user = rig.room.bench.state.user
    assert user is not None
    assert user.user_id == "n2"


def test_a_badge_of_nobody_is_said_to_be_one(rig: Rig) -> None:
    typed(rig, "A0044711\r", 0.01)
    assert rig.steps.sign_in.names.value == ""
    assert "belongs to nobody" in rig.label("answer")


def test_a_badge_over_the_page_notes_no_event_and_a_slow_digit_still_does(infusing: Rig) -> None:
    rig = infusing
    typed(rig, "1", 0.3)
    assert len(rig.asked(ask.NoteCare)) == 1
    typed(rig, "1234567\r", 0.01)
    assert len(rig.asked(ask.NoteCare)) == 1
    assert rig.sees("step_sign_in")


@pytest.mark.parametrize(
    ("text", "apart_s", "found"),
    [("0044711\r", 0.01, "0044711"), ("0044711\r", 0.2, ""), ("12\r", 0.01, ""), ("9" * 80 + "\r", 0.01, "")],
)
def test_a_reader_is_told_from_a_person_by_its_speed(text: str, apart_s: float, found: str) -> None:
    reader = BadgeText()
    read = [reader.key(character, place * apart_s) for place, character in enumerate(text)]
    assert [one for one in read if one] == ([found] if found else [])
