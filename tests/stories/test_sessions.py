"""Whole sessions through the real drivers, machine and record, on a manual clock."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from console.session.state import Phase
from tests.stories.in_process_room import Story


@pytest.mark.timeout(300)
def test_whole_session_from_sign_in_to_close_gives_exactly_what_was_ordered(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.play_until(Phase.CLOSED)
    session = story.room.state.session
    assert session is not None
    assert session.order is not None
    assert session.ended is not None
    assert session.ended.infused_ml is not None
    ordered = session.order.volume_ml
    assert abs(session.ended.infused_ml - ordered) <= ordered * Decimal("0.005")
    assert story.world.bay.pump.delivered_ml == pytest.approx(float(ordered), rel=0.005)
    assert story.room.record.tail_verified() == ""
