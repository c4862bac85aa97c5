"""Sessions with a fault every minute leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.session.state import Phase
from tests.faults import soak
from tests.faults.bench import Scale
from tests.faults.soak import Day


@pytest.mark.req("HST-10")
@pytest.mark.timeout(240)
def test_ten_minutes_of_faults_leave_no_memory_no_descriptor_and_no_wrong_behind() -> None:
    seen = soak.run(Scale.LIGHT)
    assert seen.ok, seen.text


def test_the_soak_notices_what_is_never_healed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pull(day: Day) -> None:
        day.story.world.pulled.add(id(day.story.world.bay.pump))
        day.work(8)

    monkeypatch.setattr(soak, "MENU", {"pull": pull})
    monkeypatch.setattr(soak, "HEALED_WITHIN_S", 5.0)
    day = Day(tmp_path, 1)
    day.story.play_until(Phase.INFUSING)
    day.break_something()
    assert day.soak.stayed == ["pull: pump_link"]
    day.story.room.record.close()
