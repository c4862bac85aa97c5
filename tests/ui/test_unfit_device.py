"""A nurse sees that a device failed its test or is overdue, gives a reason, and the record keeps both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from console.session import intents as ask
from console.session.events import UnfitDeviceAccepted
from console.session.state import Phase
from tests.ui.step_rig import Rig, a_rig

pytestmark = pytest.mark.gui
SAID = "The test of the pump was due on 2026-10-01. Have it tested, or say why not."


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as made:
        made.room.bench.tell(ask.FitnessSeen((("pump", SAID),)))
        yield made


def phase(rig: Rig) -> Phase:
    return rig.phase


def accepted(rig: Rig) -> list[UnfitDeviceAccepted]:
    return [e.event for e in rig.room.bench.entries if isinstance(e.event, UnfitDeviceAccepted)]


@pytest.mark.req("BEN-UNFIT")
def test_it_is_said_at_arrival_and_let_through_with_a_reason(rig: Rig) -> None:
    rig.open_session()
    rig.turn()
    assert SAID in rig.label("unfit_device")
    rig.touch("use_unfit")
    assert not rig.can_touch("reason_act")
    rig.write("reason_text", "no other pump today")
    rig.touch("reason_act")
    rig.turn()
    assert accepted(rig) == [UnfitDeviceAccepted("pump", SAID, "no other pump today")]
    assert not rig.sees("use_unfit")
    assert not rig.sees("unfit_device")


@pytest.mark.req("BEN-UNFIT")
def test_it_stands_among_the_conditions_and_start_is_off_until_somebody_said_why(rig: Rig) -> None:
    rig.arrived()
    rig.room.bench.order()
    rig.room.bench.verify()
    rig.turn()
    rig.touch("primary")
    rig.turn()
    assert rig.phase is Phase.READY
    assert SAID in rig.texts()
    assert not rig.can_touch("start")
    rig.touch("use_unfit")
    rig.touch("reason_Test is booked")
    rig.touch("reason_act")
    rig.turn()
    assert accepted(rig)[-1].reason == "Test is booked"
    assert "used all the same, with a reason" in rig.texts()
    assert rig.can_touch("start")
    rig.hold("start", 1.2)
    rig.turn()
    assert phase(rig) is Phase.INFUSING


def test_where_nothing_speaks_against_a_device_nothing_is_shown(qapp: QApplication) -> None:
    assert qapp is not None
    with a_rig() as rig:
        rig.open_session()
        rig.turn()
        assert not rig.sees("use_unfit")
