"""A patient who is in another room as well: said at arrival, and let through with a reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from console.session import intents as ask
from console.session.events import UnfitDeviceAccepted
from tests.ui.step_rig import Rig, a_rig

SAID = "bed-2 has a session with the same patient open now."


@pytest.fixture
def rig(qapp: QApplication) -> Iterator[Rig]:
    assert qapp is not None
    with a_rig() as made:
        yield made


@pytest.mark.req("NET-10")
def test_it_is_said_at_arrival_and_let_through_with_a_reason(rig: Rig) -> None:
    rig.open_session()
    session = rig.room.bench.state.session
    assert session is not None
    rig.room.bench.tell(ask.ArchiveSeen("elsewhere_now", SAID, session.session_id))
    rig.turn()
    assert SAID in rig.label("unfit_device")
    rig.touch("use_unfit")
    rig.write("reason_text", "moved here")
    rig.touch("reason_act")
    rig.turn()
    events = [entry.event for entry in rig.room.bench.entries]
    assert UnfitDeviceAccepted("patient", SAID, "moved here") in events
    assert not rig.sees("use_unfit")
