"""What a window opened in mid-session reads back from the record."""

from __future__ import annotations

from pathlib import Path

from console.app.trend_fill import read_back
from console.session.events import AlarmRaised, NumericsSealed
from console.ui.viewmodels.live_alarm_log import LOGGED, logged
from tests.ui.review_records import rehearsed
from tests.ui.synthetic_record import WHOLE


def test_the_sealed_seconds_and_the_alarms_of_a_session_are_read_back_and_nothing_else() -> None:
    entries = read_back(rehearsed().path, WHOLE)
    assert any(isinstance(one.event, NumericsSealed) for one in entries)
    assert any(isinstance(one.event, AlarmRaised) for one in entries)
    assert all(isinstance(one.event, LOGGED | NumericsSealed) for one in entries)
    assert {one.session_id for one in entries} == {WHOLE}
    raised = [one for one in entries if isinstance(one.event, AlarmRaised)]
    assert [line.alarm_id for line in logged((), entries) if line.alarm_id] == [
        one.event.alarm_id for one in raised if isinstance(one.event, AlarmRaised)
    ]


def test_a_record_that_is_not_there_reads_back_as_nothing(tmp_path: Path) -> None:
    assert read_back(tmp_path / "record.db", WHOLE) == ()
