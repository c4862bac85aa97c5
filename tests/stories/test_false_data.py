"""False data through the real drivers, room and record: found out in time, never shown as a number."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from console.clinical.vitals import Quality, Vital
from console.devices.virtual.faults import PanelRate, PowerCycle
from console.devices.virtual.s5 import Hang
from console.room.wire import Ask
from console.session import intents as ask
from console.session.state import Phase
from console.session.stillness import FROZEN_S
from console.session.watch import latest
from tests.stories.in_process_room import InProcessRoom, Story, site


def alarms(room: InProcessRoom) -> set[str]:
    return {alarm.raised.code for alarm in room.state.alarms if alarm.condition}


def qualities(story: Story) -> dict[Vital, Quality]:
    conductor, now = story.room.service.conductor, story.world.clock.now()
    shown = latest(conductor.watch, site(), now)
    return {vital: reading.quality for vital, reading in shown.items()}


@pytest.mark.req("SER-20")
def test_a_monitor_that_hangs_is_found_out_in_half_a_minute_and_believed_after_a_restart(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path)
    story.play_until(Phase.INFUSING)
    story.room.run(60)
    assert "frozen_s5" not in alarms(story.room)
    story.world.bay.monitor.inject(Hang())
    story.room.run(FROZEN_S - 3)
    assert "frozen_s5" not in alarms(story.room)
    story.room.run(6)
    assert "frozen_s5" in alarms(story.room)
    assert qualities(story)[Vital.SPO2] is Quality.FROZEN
    assert qualities(story)[Vital.HR] is Quality.FROZEN
    story.world.bay.monitor.inject(PowerCycle(4.0))
    story.room.run(40)
    assert "frozen_s5" not in alarms(story.room)
    assert qualities(story)[Vital.SPO2] is Quality.VALID


@pytest.mark.req("SER-18")
def test_a_rate_turned_at_the_panel_alarms_within_three_seconds_until_it_is_explained(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path, waves=False)
    story.play_until(Phase.INFUSING)
    story.room.run(20)
    story.world.bay.pump.inject(PanelRate(Decimal(20)))
    story.room.run(3)
    assert "rate_at_pump" in alarms(story.room)
    assert story.room.ask(Ask("r", ask.ExplainPanelRate("the physician lowered it"))).accepted
    story.room.run(1)
    assert "rate_at_pump" not in alarms(story.room)
