"""HST-09, HST-11 and HST-14: a window that stands still, a machine that is starved, a second console."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

from console.app.folder import RECORD
from console.app.launcher import command
from console.app.process_words import EXIT_IN_USE, WINDOW_STALLED
from console.app.records import vouched_chunks
from console.clock import Instant, SystemClock
from console.devices.capture import Direction, read_capture
from console.devices.virtual.faults import Stall
from console.room.tones import BURSTS
from console.session import intents as ask
from console.session.events import Priority
from console.storage.verify import verify_record
from tests.benchmarks.figures import percentile
from tests.faults.bench import Scale, Seen
from tests.faults.host_kill import bedside
from tests.faults.host_rig import ROOT, Attendant, Bedside, RoomProcess
from tests.faults.host_room import BEAT, played

AUDIBLE_S: Final = 2.0
STALLED_S: Final = 10.0
JITTER_S: Final = 0.25
POLL_APART_S: Final = 0.3
"""Packets of one poll follow each other more closely, polls do not."""


@contextmanager
def running_room(place: Bedside) -> Iterator[RoomProcess]:
    """The room's process beside a running infusion."""
    room = RoomProcess(place.folder)
    try:
        if not room.wait_ready():
            raise RuntimeError("the room did not start")
        yield room
    finally:
        if room.process.returncode is None:
            room.end()


def heard_after(folder: Path, since: Instant, priority: Priority) -> float | None:
    """Seconds from an instant to the first burst of this priority after it."""
    bursts = (at for at, which in played(folder) if which is priority and at > since.mono_ns)
    first = min(bursts, default=None)
    return None if first is None else (first - since.mono_ns) / 1e9


def hush_all(place: Bedside) -> None:
    """Acknowledge what sounds already, so that what comes next can be told from it."""
    nurse = Attendant(place.folder)
    try:
        nurse.until(nurse.sees, 10, "the room")
        nurse.for_s(0.5)
        nurse.ask(ask.Acknowledge())
    finally:
        nurse.close()


# --- a window that stands still -------------------------------------------------------------------


def _stall_told(room: RoomProcess, told: threading.Event) -> None:
    if room.process.stdout is None:
        return
    for line in room.process.stdout:
        if WINDOW_STALLED in line:
            told.set()
            return


def silent(folder: Path, now: Instant) -> bool:
    """Whether no medium alarm sounds: a slow window is sounded for while it builds its pages."""
    last = max((at for at, which in played(folder) if which is Priority.MEDIUM), default=None)
    again = BURSTS[Priority.MEDIUM]
    return last is None or (now.mono_ns - last) / 1e9 > again.seconds + again.again_after_s + 1.0


def run_frozen(scale: Scale) -> Seen:
    """The row HST-09."""
    del scale
    clock = SystemClock()
    with bedside() as place, running_room(place) as room:
        hush_all(place)
        window = subprocess.Popen(
            command("window", "--data", str(place.folder)),
            cwd=ROOT,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.DEVNULL,
        )
        looker = Attendant(place.folder, read_only=True)
        told = threading.Event()
        listener = threading.Thread(target=_stall_told, args=(room, told), daemon=True)
        listener.start()
        try:
            looker.until(lambda: (place.folder / BEAT).exists() and looker.sees(), 20, "the window")
            looker.for_s(3.0)
            looker.until(lambda: silent(place.folder, clock.now()), 30, "silence")
            window.send_signal(signal.SIGSTOP)
            frozen_at = clock.now()
            missed_s = looker.until(
                lambda: heard_after(place.folder, frozen_at, Priority.MEDIUM) is not None, 5, "a sound"
            )
            stalled_at = clock.now()
            place.bay.pump.inject(Stall())
            looker.until(
                lambda: heard_after(place.folder, stalled_at, Priority.HIGH) is not None, 6, "the alarm"
            )
            looker.until(told.is_set, 12, "the wish for another window")
            asked_s = clock.now().seconds_since(frozen_at)
        finally:
            window.kill()
            window.wait(10)
            looker.close()
        heard_s = heard_after(place.folder, stalled_at, Priority.HIGH)
        room.end(room.process.terminate)
        whole = verify_record(place.folder / RECORD, vouched_chunks)
    heard = AUDIBLE_S * 10 if heard_s is None else heard_s
    ok = heard <= AUDIBLE_S and whole.ok and STALLED_S < asked_s < STALLED_S + 2
    return Seen(
        f"window stopped: the room sounded for it after {missed_s:.1f} s; a stalled pump was heard "
        f"{heard:.2f} s after it stalled; another window asked for after {asked_s:.1f} s; "
        + ("no gap in the record" if whole.ok else whole.sentence),
        ok,
    )


# --- a starved machine ----------------------------------------------------------------------------


@contextmanager
def starved(processes: int) -> Iterator[None]:
    """So many processes that compute without end."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


def polls(folder: Path, since: Instant) -> list[float]:
    """When the room began each poll of the pump, by its own capture, in seconds."""
    lines = (folder / "capture" / "pump.jsonl").read_text(encoding="utf-8").splitlines()
    sent = [
        piece.at.seconds_since(since) for piece in read_capture(lines) if piece.direction is Direction.SENT
    ]
    after = [at for at in sent if at >= 0]
    return [at for before, at in pairwise([-1.0, *after]) if at - before > POLL_APART_S]


def jitter(begun: Sequence[float]) -> list[float]:
    """By how much the time between two polls differs from the usual."""
    apart = sorted(later - earlier for earlier, later in pairwise(begun))
    usual = apart[len(apart) // 2]
    return [abs(one - usual) for one in apart]


def run_starved(scale: Scale) -> Seen:
    """The row HST-11."""
    clock, cores = SystemClock(), os.cpu_count() or 2
    with bedside() as place, running_room(place) as room:
        hush_all(place)
        looker = Attendant(place.folder, read_only=True)
        try:
            looker.until(looker.sees, 10, "the room")
            with starved(2 * cores):
                began = clock.now()
                looker.for_s(scale.cases(5, 60))
                stalled_at = clock.now()
                place.bay.pump.inject(Stall())
                looker.until(
                    lambda: heard_after(place.folder, stalled_at, Priority.HIGH) is not None, 10, "the alarm"
                )
        finally:
            looker.close()
        heard_s = heard_after(place.folder, stalled_at, Priority.HIGH) or 10.0
        room.end(room.process.terminate)
        begun = [at for at in polls(place.folder, began) if at < stalled_at.seconds_since(began)]
    p99_s = percentile(jitter(begun), 0.99)
    return Seen(
        f"{2 * cores} busy processes on {cores} cores: {len(begun)} polls, jitter p99 {p99_s * 1000:.0f} ms; "
        f"a stalled pump was heard after {heard_s:.2f} s",
        p99_s <= JITTER_S and heard_s <= AUDIBLE_S + 1.0,
    )


# --- a second console -----------------------------------------------------------------------------


def _race(folder: Path) -> tuple[int, int]:
    """Start two rooms at once: how many came up, and how many said that the record is in use."""
    rooms = [RoomProcess(folder), RoomProcess(folder)]
    ready = [0, 0]

    def wait(index: int) -> None:
        ready[index] = int(rooms[index].wait_ready())

    waits = [threading.Thread(target=wait, args=(index,)) for index in (0, 1)]
    for one in waits:
        one.start()
    for one in waits:
        one.join(20)
    codes = [room.end() if up else room.end(lambda: None) for room, up in zip(rooms, ready, strict=True)]
    return sum(ready), codes.count(EXIT_IN_USE)


def run_twice(scale: Scale) -> Seen:
    """The row HST-14."""
    rounds = scale.cases(1, 50)
    with bedside() as place:
        results = [_race(place.folder) for _ in range(rounds)]
        with running_room(place) as room:
            first, second = Attendant(place.folder), None
            try:
                first.until(lambda: bool(first.hellos), 10, "the room")
                late = RoomProcess(place.folder)
                refused = not late.wait_ready() and late.end(lambda: None) == EXIT_IN_USE
                second = Attendant(place.folder)
                second.until(lambda: len(second.hellos) > 0, 10, "the room")
                only_looks = second.hellos[0].read_only and not first.hellos[0].read_only
                answer = second.ask(ask.Acknowledge())
                only_looks = only_looks and answer is not None and not answer.accepted
            finally:
                first.close()
                if second is not None:
                    second.close()
            room.end(room.process.terminate)
        whole = verify_record(place.folder / RECORD, vouched_chunks)
    good = sum(result == (1, 1) for result in results)
    return Seen(
        f"{good} of {rounds} races let exactly one room in and told the other (code {EXIT_IN_USE}); "
        f"a late one {'was refused' if refused else 'was NOT refused'}; a second window "
        f"{'may only look' if only_looks else 'MAY ACT'}; {whole.sentence}",
        good == rounds and refused and only_looks and whole.ok,
    )
