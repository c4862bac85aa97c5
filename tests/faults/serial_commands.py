"""SER-07 and SER-08: every answer twice; the answer lost after the command was carried out."""

from __future__ import annotations

import random
from decimal import Decimal
from uuid import uuid4

from console.devices.virtual.faults import DuplicateReply
from console.room.wire import Ask
from console.session import intents as ask
from console.session.events import (
    Event,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    RateChanged,
)
from console.session.intents import PersonIntent
from console.session.state import Phase
from tests.faults.bench import Scale, Seen
from tests.faults.serial_rig import CutWorld, raised_codes, story_at
from tests.faults.serial_turns import Turns
from tests.stories.in_process_room import InProcessRoom, Story
from tests.stories.test_faults import events_of

EVERY = 10**6
RESOLVED_S = 3.0


def _lower(number: int) -> Decimal:
    """A little lower each time: raising waits ten minutes between steps."""
    return Decimal("25.0") - Decimal(number) / 10


def said(room: InProcessRoom, intent: PersonIntent) -> bool:
    """Ask as the person signed in; whether it was accepted."""
    return room.ask(Ask(uuid4().hex, intent)).accepted


def count(room: InProcessRoom, kind: type[Event]) -> int:
    """Events of a kind in the record."""
    return sum(isinstance(event, kind) for event in events_of(room))


def duplicates(scale: Scale) -> Seen:
    """Every answer of pump and monitor comes twice, from START over pauses and rates to the end."""
    rounds, world, faults = scale.cases(10, 150), CutWorld(), []
    with story_at(Phase.READY, world) as story:
        room = story.room
        world.bay.pump.inject(DuplicateReply(EVERY))
        world.bay.monitor.inject(DuplicateReply(EVERY))
        story.play_until(Phase.INFUSING)
        with Turns(room, world) as turns:
            for number in range(rounds):
                turns.run(1.0)
                rate = _lower(number)
                faults += _step(turns, room, ask.ChangeRate(uuid4().hex, rate, "comfort"), Phase.INFUSING)
                faults += _step(turns, room, ask.PauseInfusion(uuid4().hex), Phase.PAUSED)
                faults += _step(turns, room, ask.ResumeInfusion(uuid4().hex), Phase.INFUSING)
            said(room, ask.PressStop())
            turns.until(lambda: room.phase is Phase.OBSERVING, 5.0)
        kinds = (InfusionStarted, RateChanged, InfusionPaused, InfusionResumed, InfusionEnded)
        seen = tuple(count(room, kind) for kind in kinds)
        runs = world.commands_sent(b"RUN")
    expected = (1, rounds, rounds, rounds, 1)
    return Seen(
        f"{sum(expected)} transitions, every answer twice: started, rate, paused, resumed, ended "
        f"{seen} times (expected {expected}), RUN sent {runs} times{'; ' + faults[0] if faults else ''}",
        seen == expected and runs == rounds + 1 and not faults,
    )


def _step(turns: Turns, room: InProcessRoom, intent: PersonIntent, phase: Phase) -> list[str]:
    answer = room.ask(Ask(uuid4().hex, intent))
    if not answer.accepted:
        return [f"{type(intent).__name__} refused: {' '.join(answer.sentences)}"]
    turns.until(lambda: room.state.in_flight is None, 5.0)
    turns.until(lambda: room.phase is phase, 2.0)
    return [] if room.phase is phase else [f"{type(intent).__name__} led to {room.phase.value}"]


class LostAnswers:
    """Cases in which a command was carried out and its answer lost, with all after it for a while."""

    def __init__(self) -> None:
        self.chance = random.Random(8)
        self.resolved_s: list[float] = []
        self.faults: list[str] = []
        self.unknown = 0

    def start(self) -> None:
        """START: the line dies when RUN has been carried out."""
        world = CutWorld()
        with story_at(Phase.READY, world) as story, Turns(story.room, world) as turns:
            turns.run(1.0)
            # A start that is refused because a lost answer may still come is asked for again.
            self._lose(story, world, turns, b"RUN", ask.StartInfusion(uuid4().hex))
            turns.until(lambda: story.room.phase is Phase.INFUSING, 10.0)
            if story.room.phase is not Phase.INFUSING or world.commands_sent(b"RUN") != 1:
                self.faults.append(f"START: {story.room.phase.value}, {world.commands_sent(b'RUN')} RUN")

    def rates(self, cases: int) -> None:
        """A new rate, again and again."""
        world = CutWorld()
        with story_at(Phase.INFUSING, world) as story, Turns(story.room, world) as turns:
            turns.run(2.0)
            for number in range(cases):
                rate = _lower(number)
                word = f"RAT{rate}".encode()
                before = world.commands_sent(word)
                self._lose(story, world, turns, word, ask.ChangeRate(uuid4().hex, rate, "comfort"))
                if world.commands_sent(word) != before + 1:
                    self.faults.append(f"rate sent {world.commands_sent(word) - before} times")
                if world.bay.pump.motor_rate_ml_h != rate:
                    self.faults.append(f"pump at {world.bay.pump.motor_rate_ml_h}, asked {rate}")
                # Nothing is raised for five seconds after a lost answer.
                turns.run(6.0)
                session = story.room.state.session
                if session is None or session.segments[-1].rate_ml_h != rate:
                    self.faults.append("the rate in the record is not the pump's")

    def _lose(self, story: Story, world: CutWorld, turns: Turns, word: bytes, intent: PersonIntent) -> None:
        room, pump = story.room, id(world.bay.pump)
        world.deaf_after = word
        answer = room.ask(Ask(uuid4().hex, intent))
        if not answer.accepted:
            self.faults.append(" ".join(answer.sentences))
            return
        turns.until(lambda: pump in world.apart, 5.0)
        dead_s = self.chance.uniform(0.1, 8.0)
        turns.run(dead_s)
        if room.state.unresolved is not None:
            self.unknown += 1
            if "pump_unknown" not in raised_codes(room):
                self.faults.append("unknown, and no alarm says so")
        world.mend(pump)
        self.resolved_s.append(turns.until(lambda: _resolved(room), 20.0))


def _resolved(room: InProcessRoom) -> bool:
    return room.state.in_flight is None and room.state.unresolved is None


def lost_answers(scale: Scale) -> Seen:
    """START and rate changes whose answers were lost."""
    bench, cases = LostAnswers(), scale.cases(25, 1000)
    starts = max(1, cases // 40)
    for _ in range(starts):
        bench.start()
    while len(bench.resolved_s) < cases and len(bench.faults) < 10:
        bench.rates(min(60, cases - len(bench.resolved_s)))
    worst_s = max(bench.resolved_s)
    return Seen(
        f"{len(bench.resolved_s)} cases ({starts} START): sent more than once 0 times, {bench.unknown} told "
        f"as unknown, known again {worst_s:.2f} s after the line came back"
        if not bench.faults
        else f"{len(bench.faults)} faults: {bench.faults[0]}; {worst_s:.2f} s",
        not bench.faults and worst_s <= RESOLVED_S,
    )
