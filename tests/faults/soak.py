"""HST-10: session after session for half a day, something broken every few minutes, nothing left behind.

The whole room runs in this thread on a manual clock: real drivers, machine and record against virtual
devices. What is measured is what is left over: memory, descriptors, and conditions that stay wrong after
their cause was healed.
"""

from __future__ import annotations

import gc
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import psutil  # type: ignore[import-untyped]

from console.app.nurse import Credentials, ScriptedNurse
from console.app.records import vouched_chunks
from console.devices.virtual.faults import (
    CorruptReply,
    HealthyLine,
    LineFault,
    ReplyDelay,
    ReplyLost,
    RequestLost,
    Silent,
)
from console.room.wire import Ask
from console.session.state import Phase
from console.storage.rows import Batch, StoredEvent
from console.storage.trouble import TroubleKind, disk_trouble
from console.storage.verify import verify_record
from tests.faults.bench import Fault, Scale, Seen
from tests.faults.host_time import UnpluggedSpeaker, sleep
from tests.stories.in_process_room import Story, assignment

LIGHT_S, HEAVY_S = 600.0, 12 * 3600.0
WARM_UP: Final = 1 / 24
"""Half an hour of twelve."""
GROWTH_MB: Final = 50.0
HEALED_WITHIN_S: Final = 60.0
OUR_WRONGS: Final = frozenset(
    {"pump_link", "s5_link", "blind", "not_recording", "no_sound", "pump_unknown", "stop_unconfirmed"}
)
"""What these faults make wrong and healing must make right again."""


@dataclass
class Soak:
    """What half a day left behind.

    Attributes:
        faults: How often each was made to happen.
        stayed: Conditions that were still there a minute after healing.
        sessions: Sessions that were closed.
        warm_mb: Memory after the warm-up.
        end_mb: Memory at the end.
        warm_open: Descriptors after the warm-up.
        end_open: Descriptors at the end.
        simulated_s: Time that passed in the room.
    """

    faults: Counter[str] = field(default_factory=Counter)
    stayed: list[str] = field(default_factory=list)
    sessions: int = 0
    warm_mb: float = 0.0
    end_mb: float = 0.0
    warm_open: int = 0
    end_open: int = 0
    simulated_s: float = 0.0


class Day:
    """A room, its nurse, and everything that goes wrong with it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.story = Story(folder, waves=False)
        self.chance = random.Random(seed)
        self.soak = Soak()

    def work(self, seconds: float) -> None:
        """The nurse goes on with her day for so long."""
        story = self.story
        until = story.world.clock.now().plus(seconds)
        while story.world.clock.now().mono_ns < until.mono_ns:
            if story.room.phase in {Phase.CLOSED, Phase.ABORTED} and story.nurse.done(story.room.state):
                self.soak.sessions += 1
                story.nurse = ScriptedNurse(assignment(), lambda: uuid4().hex)
            self._act()
            # The harness keeps what it sent and heard; this is not the room's memory.
            for log in (story.world.pump_log, story.world.monitor_log, story.room.told, story.refusals):
                log.clear()

    def _act(self) -> None:
        story = self.story
        now = story.world.clock.now()
        request = story.nurse.next(story.room.state, story.world.bay.findings(), now)
        if request is None:
            story.room.run(2.0)
            return
        credentials = request.credentials or Credentials("", "")
        asked = Ask(uuid4().hex, request.intent, credentials.user_id, credentials.pin)
        story.room.run(0.3 if story.room.ask(asked).accepted else 5.0)

    def wrong(self) -> set[str]:
        """Of what these faults can cause, what holds now."""
        alarms = self.story.room.state.alarms
        return {alarm.raised.code for alarm in alarms if alarm.condition and alarm.raised.code in OUR_WRONGS}

    def break_something(self) -> None:
        """One fault, its healing, and a look whether all is well again."""
        name = self.chance.choice(sorted(MENU))
        self.soak.faults[name] += 1
        MENU[name](self)
        began = self.story.world.clock.now()
        while self.wrong():
            self.work(2.0)
            if self.story.world.clock.now().seconds_since(began) > HEALED_WITHIN_S:
                self.soak.stayed.append(f"{name}: {', '.join(sorted(self.wrong()))}")
                return

    def spell_s(self) -> float:
        """How long something stays broken."""
        return self.chance.uniform(1.0, 25.0)


LINE: Final[tuple[LineFault, ...]] = (
    ReplyLost(2),
    RequestLost(2),
    CorruptReply(2, 3),
    ReplyDelay(1.5, 2),
    Silent(6),
)


def _line(day: Day) -> None:
    pump = day.story.world.bay.pump
    pump.inject(day.chance.choice(LINE))
    day.work(day.spell_s())
    pump.inject(HealthyLine())


def _pulled(day: Day) -> None:
    world = day.story.world
    end = id(day.chance.choice([world.bay.pump, world.bay.monitor]))
    world.pulled.add(end)
    day.work(day.spell_s())
    world.pulled.discard(end)


@contextmanager
def _broken_disk(day: Day, kind: TroubleKind) -> Iterator[None]:
    record = day.story.room.record

    def refuse(_batch: Batch) -> tuple[StoredEvent, ...]:
        raise disk_trouble(kind, record.path)

    vars(record)["write"] = refuse
    try:
        yield
    finally:
        del vars(record)["write"]


def _disk(day: Day) -> None:
    kind = day.chance.choice([TroubleKind.FULL, TroubleKind.LOCKED, TroubleKind.READ_ONLY])
    with _broken_disk(day, kind):
        day.work(day.spell_s())


def _clock(day: Day) -> None:
    by_s = day.chance.choice([3600.0, -3600.0, 2.5, -2.5])
    day.story.world.clock.step_wall(by_s)
    day.work(day.spell_s())
    day.story.world.clock.step_wall(-by_s)


def _killed(day: Day) -> None:
    day.story.restart_room()
    day.work(day.spell_s())


def _slept(day: Day) -> None:
    sleep(day.story, day.spell_s())


def _silenced(day: Day) -> None:
    annunciator = day.story.room.service.annunciator
    speaker, annunciator._speaker = annunciator._speaker, UnpluggedSpeaker()
    day.work(day.spell_s())
    annunciator._speaker = speaker


MENU: Final[dict[str, Callable[[Day], None]]] = {
    "line": _line,
    "cable": _pulled,
    "disk": _disk,
    "clock": _clock,
    "kill": _killed,
    "sleep": _slept,
    "sound": _silenced,
}


def _left_over() -> tuple[float, int]:
    gc.collect()
    process = psutil.Process()
    return process.memory_info().rss / 1e6, process.num_fds()


def live(day: Day, seconds: float, faults_apart_s: tuple[float, float]) -> Soak:
    """Work for so long, with a fault every now and then."""
    soak, clock = day.soak, day.story.world.clock
    began = clock.now()
    day.work(seconds * WARM_UP)
    soak.warm_mb, soak.warm_open = _left_over()
    while clock.now().seconds_since(began) < seconds:
        day.work(day.chance.uniform(*faults_apart_s))
        day.break_something()
    soak.end_mb, soak.end_open = _left_over()
    soak.simulated_s = clock.now().seconds_since(began)
    return soak


def run(scale: Scale) -> Seen:
    """The row HST-10."""
    seconds = LIGHT_S if scale is Scale.LIGHT else HEAVY_S
    apart_s = (20.0, 90.0) if scale is Scale.LIGHT else (60.0, 600.0)
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        day = Day(Path(name), 5)
        soak = live(day, seconds, apart_s)
        record = day.story.room.record
        day.story.room.service.conductor.finish()
        held = day.story.room.service.conductor._parts.ledger.pending
        whole = verify_record(record.path, vouched_chunks)
        record.close()
    growth_mb = soak.end_mb - soak.warm_mb
    ok = (
        growth_mb <= GROWTH_MB
        and soak.end_open <= soak.warm_open
        and not soak.stayed
        and whole.ok
        and not held
    )
    return Seen(
        f"{soak.simulated_s / 3600:.1f} h, {soak.sessions} sessions closed, {soak.faults.total()} faults "
        f"({', '.join(f'{count} {what}' for what, count in sorted(soak.faults.items()))}): RSS "
        f"{growth_mb:+.1f} MB, descriptors {soak.end_open - soak.warm_open:+d}, {len(soak.stayed)} "
        f"conditions stayed after healing{''.join('; ' + one for one in soak.stayed[:3])}; {whole.sentence}",
        ok,
    )


HST_10: Final = Fault(
    "HST-10",
    "half a day of sessions and faults",
    "RSS <= +50 MB after the warm-up, descriptors constant, nothing stays wrong after healing",
    run,
)


def main() -> int:
    """The heavy soak: twelve hours in some minutes."""
    seen = run(Scale.HEAVY)
    print(seen.text)
    return 0 if seen.ok else 1


if __name__ == "__main__":
    sys.exit(main())
