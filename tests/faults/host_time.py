"""HST-07, HST-08 and HST-12: the wall clock jumps, the computer sleeps, the sound device is gone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.app.records import vouched_chunks
from console.room.entries import entry_of
from console.room.speaker import NO_DEVICE, NoSound
from console.room.wire import Ask, Live
from console.session import intents as ask
from console.session.events import AlarmCleared, AlarmRaised, ClockStepped, Entry, LinkChanged
from console.session.pump import LinkState
from console.session.state import Phase
from console.session.watch import NIBP_VITALS
from console.storage.verify import verify_record
from tests.faults.bench import Scale, Seen
from tests.faults.host_disk import alarms, run_until
from tests.stories.in_process_room import Story

HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
TIMER_S: Final = 0.1
DETECT_S: Final = 1.0
SOUND_S: Final = 5.0
TTY_BYTES: Final = 4096
"""What a terminal of Linux keeps of what nobody reads; the rest is lost."""


@contextmanager
def infusing(seconds: float = 30.0) -> Iterator[Story]:
    """A session that has been infusing for a while, in this thread on a manual clock."""
    with tempfile.TemporaryDirectory(prefix="host-fault-") as name:
        story = Story(Path(name), waves=False)
        story.play_until(Phase.INFUSING)
        story.room.run(seconds)
        yield story
        story.room.record.close()


def entries_of(story: Story) -> list[Entry]:
    """Everything in the record."""
    return [entry_of(stored) for stored in story.room.record.events()]


# --- the wall clock -------------------------------------------------------------------------------


def _course(story: Story, steps: tuple[float, ...], apart_s: float) -> list[tuple[str, float]]:
    """What the room decided and when, by the monotonic clock, while the wall clock jumps."""
    first, began = story.room.state.seq, story.world.clock.now()
    for by_s in steps:
        story.world.clock.step_wall(by_s)
        story.room.run(apart_s)
    return [
        (_named(entry), entry.at.seconds_since(began))
        for entry in entries_of(story)
        if entry.seq > first and not isinstance(entry.event, ClockStepped)
    ]


def _named(entry: Entry) -> str:
    match entry.event:
        case AlarmRaised(code=code):
            return f"alarm {code}"
        case AlarmCleared():
            return "alarm cleared"
        case event:
            return type(event).__name__


def _judged(course: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(name, at) for name, at in course if name.startswith("alarm")]


def run_clock(scale: Scale) -> Seen:
    """The row HST-07."""
    apart_s = scale.cases(10, 400)
    steps = (HOUR_S, -HOUR_S, 7 * DAY_S, -7 * DAY_S)
    with infusing() as calm:
        plain = _course(calm, (0.0,) * len(steps), apart_s)
    with infusing() as story:
        stepped = _course(story, steps, apart_s)
        noted = [e.event.by_s for e in entries_of(story) if isinstance(e.event, ClockStepped)]
        whole = verify_record(story.room.record.path, vouched_chunks)
        still = story.room.phase is Phase.INFUSING and story.world.bay.pump.running
    same = [name for name, _ in plain] == [name for name, _ in stepped]
    off_s = max((abs(a - b) for (_, a), (_, b) in zip(plain, stepped, strict=False)), default=0.0)
    changes = len(set(_judged(plain)) ^ set(_judged(stepped)))
    written = len(noted) == len(steps) and all(abs(a - b) < 1 for a, b in zip(noted, steps, strict=True))
    return Seen(
        f"steps of +-1 h and +-7 d: {len(noted)} of {len(steps)} written down, {changes} alarm changes, "
        f"{len(stepped)} entries in the same order ({'yes' if same else 'NO'}) within {off_s * 1000:.0f} ms "
        f"of an undisturbed room; infusion {'went on' if still else 'STOPPED'}; {whole.sentence}",
        same and off_s <= TIMER_S and changes == 0 and written and still and whole.ok,
    )


# --- sleep ----------------------------------------------------------------------------------------


def sleep(story: Story, seconds: float) -> None:
    """The computer sleeps: devices go on, its terminals keep the first bytes and lose the rest."""
    world = story.world
    left_s = seconds
    while left_s > 0:
        world.advance(min(0.25, left_s))
        left_s -= 0.25
        for waiting in world.inputs.values():
            del waiting[TTY_BYTES:]


def run_sleep(scale: Scale) -> Seen:
    """The row HST-08."""
    slept_s = scale.cases(120, 3600)
    with infusing() as story:
        room = story.room
        first = room.state.seq
        sleep(story, slept_s)
        woke_at = story.world.clock.now()
        room.told.clear()
        told_s = run_until(story, lambda: any(isinstance(one, Live) for one in room.told), 5)
        live = next(one for one in room.told if isinstance(one, Live))
        # A cuff pressure is shown with its age for twenty minutes.
        stale = not [vital for vital, one in live.vitals.items() if one.usable and vital not in NIBP_VITALS]
        room.run(5)
        changed = [
            (entry.event.device, entry.event.state, entry.at.seconds_since(woke_at))
            for entry in entries_of(story)
            if entry.seq > first and isinstance(entry.event, LinkChanged)
        ]
        again = {device for device, state, _ in changed if state is LinkState.ANSWERING}
        lost_s = max((at for _, state, at in changed if state is not LinkState.ANSWERING), default=99.0)
        said = "slept" in {alarm.raised.code for alarm in room.state.alarms}
        whole = verify_record(room.record.path, vouched_chunks)
    return Seen(
        f"asleep for {slept_s} s: everything stale in the first picture {told_s:.1f} s after waking "
        f"({'yes' if stale else 'NO'}), {', '.join(sorted(again)) or 'NOTHING'} identified anew, links "
        f"doubted within {lost_s:.1f} s, alarm {'raised' if said else 'NOT RAISED'}; {whole.sentence}",
        stale and said and again == {"pump", "s5"} and max(told_s, lost_s) <= DETECT_S and whole.ok,
    )


# --- sound ----------------------------------------------------------------------------------------


class UnpluggedSpeaker:
    """A sound device that is gone."""

    def check(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""
        raise NoSound(NO_DEVICE)

    def play(self, samples: NDArray[np.int16]) -> None:
        """See :class:`console.room.speaker.Speaker`."""
        del samples
        self.check()

    def hush(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""

    def close(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""


def run_silent(scale: Scale) -> Seen:
    """The row HST-12."""
    losses, worst_s = scale.cases(3, 100), 0.0
    with tempfile.TemporaryDirectory(prefix="host-fault-") as name:
        story = Story(Path(name), waves=False)
        annunciator = story.room.service.annunciator
        story.play_until(Phase.READY)
        story.room.run(2)
        speaker = annunciator._speaker
        for count in range(losses):
            annunciator._speaker = UnpluggedSpeaker()
            worst_s = max(worst_s, run_until(story, lambda: "no_sound" in alarms(story), 20))
            if count < losses - 1:
                annunciator._speaker = speaker
                run_until(story, lambda: "no_sound" not in alarms(story), 20)
                story.room.run(0.37)
        story.room.run(0.5)
        lives = [one for one in story.room.told if isinstance(one, Live)]
        shown = not lives[-1].sound
        start = story.room.ask(Ask("start", ask.StartInfusion("start-unheard")))
        blocked = not start.accepted and "heard" in " ".join(start.sentences)
        story.room.ask(Ask("ack", ask.Acknowledge()))
        story.room.run(1)
        start = story.room.ask(Ask("again", ask.StartInfusion("start-silent")))
        story.room.record.close()
    then = "then let through" if start.accepted else " ".join(start.sentences)
    return Seen(
        f"{losses} losses: no_sound on every screen within {worst_s:.1f} s "
        f"({'shown' if shown else 'NOT SHOWN'}), START {'held back' if blocked else 'NOT HELD BACK'} until "
        f"the silence was acknowledged ({then})",
        worst_s <= SOUND_S and shown and blocked and start.accepted,
    )
