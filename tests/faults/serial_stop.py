"""SER-09: STOP is pressed and its answer never comes."""

from __future__ import annotations

import random

from console.devices.virtual.faults import HealthyLine, ReplyLost, RequestLost, Silent
from console.session.events import StopConfirmed
from console.session.state import Phase
from tests.faults.bench import Scale, Seen
from tests.faults.serial_rig import LiveRoom, story_at

ALARM_S = 2.0
UNCONFIRMED = "stop_unconfirmed"
EVERY_ANSWER = 10**6


def lost_answers(scale: Scale) -> Seen:
    """Over a real pseudo-terminal: lose every answer, every request, or all, then let the line recover."""
    chance = random.Random(9)
    alarms_s: list[float] = []
    confirmed_s: list[float] = []
    for _ in range(scale.cases(1, 20)):
        with story_at(Phase.INFUSING) as story, LiveRoom(story) as room:
            room.until(room.answering, 15, "both devices")
            for fault in (ReplyLost(EVERY_ANSWER), Silent(), RequestLost(EVERY_ANSWER)):
                room.rest(chance.uniform(0.0, 0.6))
                story.world.bay.pump.inject(fault)
                pressed_at = room.press_stop()
                alarms_s.append(room.seconds_to_alarm(UNCONFIRMED, pressed_at, 4))
                story.world.bay.pump.inject(HealthyLine())
                confirmed_s.append(room.seconds_to(StopConfirmed, room.clock.now(), 4))
                assert not story.world.bay.pump.running
    return Seen(
        f"{len(alarms_s)} presses over a pty: alarm after {min(alarms_s):.2f} to {max(alarms_s):.2f} s; "
        f"confirmed {max(confirmed_s):.2f} s after the line recovered",
        max(alarms_s) <= ALARM_S,
    )
