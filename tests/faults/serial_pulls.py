"""SER-01: the cable is pulled at a random byte; SER-22: both cables at once."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from console.clinical.vitals import Vital
from console.clock import Instant
from console.devices.monitors.dri_stream import DriStream
from console.devices.ports import Emulator
from console.room.wire import Live
from console.session.pump import PumpState
from console.session.state import Phase
from console.session.watch import NIBP_VITALS
from tests.faults.bench import Scale, Seen
from tests.faults.serial_rig import CutWorld, lives, raised_codes, story_at
from tests.faults.serial_turns import Turns
from tests.stories.in_process_room import Story

PULLS_A_STORY = 50
STALE_S, ALARM_S, RECOVERY_S = 3.0, 5.0, 3.0


class Oracle:
    """What monitor and pump truly said: decoded from the uncut streams, or read from the device itself."""

    def __init__(self, world: CutWorld) -> None:
        self._world = world
        self._stream = DriStream("oracle")
        self._said: dict[Vital, list[tuple[Instant, float]]] = {}
        world.tap = self._hear

    def _hear(self, emulator: Emulator, sent: bytes) -> None:
        if emulator is not self._world.bay.monitor:
            return
        now = self._world.clock.now()
        for decoded in self._stream.feed(sent, now):
            for reading in decoded.readings:
                if reading.value is not None:
                    said = self._said.setdefault(reading.vital, [])
                    said.append((now, reading.value))
                    del said[: -8 if reading.vital not in NIBP_VITALS else 0]

    def wrong(self, live: Live) -> list[str]:
        """What is shown and was not said within the last seconds."""
        found = [
            f"{vital.value} {reading.value}"
            for vital, reading in live.vitals.items()
            if reading.value is not None and not self._was_said(vital, reading.value, live.at)
        ]
        pump, shown = self._world.bay.pump, live.pump
        if shown is not None:
            ahead_ml = -1.0 if shown.infused_ml is None else float(shown.infused_ml) - pump.infused_ml
            if ahead_ml > 0.002:
                found.append(f"infused {shown.infused_ml}")
            if shown.rate_ml_h is not None and shown.rate_ml_h != pump.motor_rate_ml_h and pump.running:
                found.append(f"rate {shown.rate_ml_h}")
            if shown.state is not PumpState.INFUSING and pump.running:
                found.append(f"pump {shown.state.value}")
        return found

    def _was_said(self, vital: Vital, value: float, at: Instant) -> bool:
        allowed_s = 1e9 if vital in NIBP_VITALS else STALE_S + 1.5
        return any(
            value == said and at.seconds_since(when) <= allowed_s for when, said in self._said.get(vital, ())
        )


@dataclass
class Tally:
    """The worst of all pulls."""

    pulls: int = 0
    wrong: list[str] = field(default_factory=list)
    stale_s: float = 0.0
    alarm_s: float = 0.0
    recovery_s: float = 0.0


def pulls(scale: Scale) -> Seen:
    """Pull one of the two cables at a random byte, wait for the alarm, put it back, wait for values."""
    chance, tally = random.Random(1), Tally()
    most = scale.cases(100, 1000)
    while tally.pulls < most:
        world = CutWorld()
        oracle = Oracle(world)
        with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
            turns.run(5.0)
            lives(story.room)
            for _ in range(min(PULLS_A_STORY, most - tally.pulls)):
                _pull_once(turns, story, world, oracle, chance, tally)
            runs = world.commands_sent(b"RUN")
        if runs != 1:
            tally.wrong.append(f"RUN sent {runs} times")
    ok = (
        not tally.wrong
        and tally.stale_s <= STALE_S
        and tally.alarm_s <= ALARM_S
        and tally.recovery_s <= RECOVERY_S
    )
    return Seen(
        f"{tally.pulls} pulls: {len(tally.wrong)} wrong values{_first(tally.wrong)}, "
        f"stale {tally.stale_s:.2f} s, "
        f"alarm {tally.alarm_s:.2f} s, back {tally.recovery_s:.2f} s at the worst",
        ok,
    )


def _first(wrong: list[str]) -> str:
    return f" ({wrong[0]})" if wrong else ""


def _pull_once(
    turns: Turns, story: Story, world: CutWorld, oracle: Oracle, chance: random.Random, tally: Tally
) -> None:
    room, clock, bay = story.room, world.clock, world.bay
    is_pump = chance.random() < 0.5
    emulator: Emulator = bay.pump if is_pump else bay.monitor
    key, code = id(emulator), "pump_link" if is_pump else "s5_link"
    # Half of them at the computer, where the port vanishes; half at the device, where it falls silent.
    (world.far_cuts.add if chance.random() < 0.5 else world.far_cuts.discard)(key)
    world.cut_after[key] = chance.randrange(150 if is_pump else 900)
    turns.until(lambda: world.is_cut(key), 10.0)
    pulled_at = clock.now()
    tally.pulls += 1
    _look(story, oracle, tally)
    last_shown_s = 0.0
    alarm_s = float("inf")
    while clock.now().seconds_since(pulled_at) < ALARM_S + 1.0 and alarm_s == float("inf"):
        turns.step()
        if code in raised_codes(room):
            alarm_s = clock.now().seconds_since(pulled_at)
        for live in lives(room):
            tally.wrong += oracle.wrong(live)
            if _shows(live, is_pump):
                last_shown_s = live.at.seconds_since(pulled_at)
    tally.stale_s = max(tally.stale_s, last_shown_s)
    tally.alarm_s = max(tally.alarm_s, alarm_s)
    turns.run(chance.uniform(0.0, 2.0))
    _look(story, oracle, tally)
    world.mend(key)
    back_at = clock.now()
    shown = False
    while not shown and clock.now().seconds_since(back_at) < 20.0:
        turns.step()
        for live in lives(room):
            tally.wrong += oracle.wrong(live)
            shown = shown or _shows(live, is_pump)
    tally.recovery_s = max(tally.recovery_s, clock.now().seconds_since(back_at))
    turns.run(chance.uniform(0.5, 2.0))
    _look(story, oracle, tally)


def _look(story: Story, oracle: Oracle, tally: Tally) -> None:
    for live in lives(story.room):
        tally.wrong += oracle.wrong(live)


def _shows(live: Live, is_pump: bool) -> bool:
    if is_pump:
        return live.pump is not None
    return any(
        reading.value is not None and vital not in NIBP_VITALS for vital, reading in live.vitals.items()
    )
