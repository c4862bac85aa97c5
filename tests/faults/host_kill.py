"""HST-01: room and window are killed at random instants; nothing is lost, nothing is sent again."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import psutil  # type: ignore[import-untyped]

from console.app.folder import RECORD
from console.app.launcher import ROOM_GAVE_UP, Launcher, command
from console.app.records import vouched_chunks
from console.clock import SystemClock
from console.room.entries import entry_of
from console.session import intents as ask
from console.session.events import Care, Entry
from console.session.state import Phase
from console.storage.engine import connect_reader
from console.storage.event_rows import COLUMNS, event_of
from console.storage.verify import verify_record
from tests.faults.bench import Scale, Seen
from tests.faults.host_rig import Attendant, Bedside, RoomProcess, room_command

LIGHT, HEAVY = 2, 1000
BACK_WITHIN_S: Final = 10.0
SAMPLES_LOST_S: Final = {Scale.LIGHT: 6.0, Scale.HEAVY: 2.0}
"""Of a second of numerics at most one is under way, and it is stored within the next. The light scale runs
among thousands of tests, where the room itself may wait seconds for a processor."""


@contextmanager
def bedside() -> Iterator[Bedside]:
    """A patient in the middle of an infusion."""
    with tempfile.TemporaryDirectory(prefix="host-fault-") as name:
        at_work = Bedside(Path(name))
        try:
            yield at_work
        finally:
            at_work.close()


@dataclass
class Kills:
    """What the kills did.

    Attributes:
        count: Processes killed.
        back_s: From each kill of the room to a fresh picture on the screen.
        samples_s: Of numerics lost by each kill of the room.
        told: Entries the room said are stored.
        lost: Those of them that are not in the record.
        resumes: RESUME that were asked for.
        problems: What else was wrong.
    """

    count: int = 0
    back_s: list[float] = field(default_factory=list)
    samples_s: list[float] = field(default_factory=list)
    told: int = 0
    lost: int = 0
    resumes: int = 0
    problems: list[str] = field(default_factory=list)


def stored_entries(record: Path) -> dict[int, tuple[str, Entry]]:
    """Every entry of the record by its place, with its hash."""
    with closing(connect_reader(record)) as connection:
        rows = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM event ORDER BY seq").fetchall()
    events = [event_of(row) for row in rows]
    return {event.seq: (event.hash.hex(), entry_of(event)) for event in events}


def _last_numeric_ns(record: Path) -> int:
    with closing(sqlite3.connect(record)) as connection:
        return int(connection.execute("SELECT max(wall_utc_ns) FROM numeric").fetchone()[0])


def _busy(nurse: Attendant, chance: random.Random, kills: Kills, seconds: float) -> None:
    """Work that leaves events behind, and commands, up to the very instant of the kill."""
    began = nurse.clock.now()
    if chance.random() < 0.5:
        running = nurse.state.phase is Phase.INFUSING
        kills.resumes += not running
        nurse.ask(ask.PauseInfusion(uuid4().hex) if running else ask.ResumeInfusion(uuid4().hex), wait_s=0)
    while nurse.clock.now().seconds_since(began) < seconds:
        nurse.ask(ask.NoteCare(Care.NOTE, nurse.clock.now(), "looked at the patient"), wait_s=0)
        nurse.look()
        threading.Event().wait(0.01)


def kill_rooms(place: Bedside, nurse: Attendant, room: RoomProcess, times: int, kills: Kills) -> RoomProcess:
    """Kill the room ``times`` times at random instants and start it again each time."""
    chance = random.Random(3)
    for _ in range(times):
        _busy(nurse, chance, kills, chance.uniform(0.0, 0.6))
        killed_at = nurse.clock.now()
        room.end()
        kills.count += 1
        nurse.look()
        kills.samples_s.append((killed_at.wall_utc_ns - _last_numeric_ns(place.folder / RECORD)) / 1e9)
        seen = len(nurse.hellos)
        room = RoomProcess(place.folder)
        nurse.until(lambda seen=seen: len(nurse.hellos) > seen and nurse.sees(), 30, "the room")  # type: ignore[misc]
        kills.back_s.append(nurse.clock.now().seconds_since(killed_at))
        nurse.until(lambda: nurse.state.unresolved is None, 10, "what became of the last command")
    return room


def _compare(place: Bedside, nurse: Attendant, kills: Kills) -> None:
    """Whatever the room said was stored must be stored as it was said."""
    stored = stored_entries(place.folder / RECORD)
    said = {entry.seq: entry for entry in nurse.entries if entry.hash}
    kills.told = len(said)
    kills.lost = sum(seq not in stored or stored[seq][0] != entry.hash for seq, entry in said.items())
    report = verify_record(place.folder / RECORD, vouched_chunks)
    if not report.ok:
        kills.problems.append(report.sentence)
    runs = place.pump.count(b"RUN")
    if runs > kills.resumes:
        kills.problems.append(f"{runs} RUN on the line for {kills.resumes} that were asked for")


def launched(place: Bedside) -> tuple[str, float]:
    """What the launcher said, and how soon it started another window for one that was killed."""
    said: list[str] = []
    looker = Attendant(place.folder, read_only=True)
    launcher = Launcher(
        place.folder, room_command(place.folder), command("window", "--data", str(place.folder)),
        SystemClock(), said.append,
    )  # fmt: skip
    thread = threading.Thread(target=launcher.run)
    thread.start()
    try:
        looker.until(looker.sees, 20, "the first room")
        looker.until(lambda: looker_window(looker) > 0, 10, "the first window")
        window = looker_window(looker)
        os.kill(window, signal.SIGKILL)
        window_s = looker.until(
            lambda: looker_window(looker) not in {0, window}, BACK_WITHIN_S, "another window"
        )
        return " ".join(said), window_s
    finally:
        launcher.close()
        thread.join(20)
        looker.close()


def looker_window(looker: Attendant) -> int:
    """Process id of the window of this folder; 0 for none."""
    for child in psutil.Process().children():
        try:
            words = child.cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if "window" in words and str(looker.folder) in words and child.status() != psutil.STATUS_ZOMBIE:
            return int(child.pid)
    return 0


def run(scale: Scale) -> Seen:
    """The row HST-01."""
    kills = Kills()
    with bedside() as place:
        nurse = Attendant(place.folder)
        room = RoomProcess(place.folder)
        try:
            nurse.until(nurse.sees, 20, "the room")
            room = kill_rooms(place, nurse, room, scale.cases(LIGHT, HEAVY), kills)
            nurse.client.stop("the test is over")
            nurse.until(lambda: not place.bay.pump.running, 5, "the stop")
        finally:
            nurse.close()
            room.end(room.process.terminate)
        _compare(place, nurse, kills)
        said, window_s = launched(place)
    gave_up = ROOM_GAVE_UP in said
    ok = (
        kills.lost == 0
        and not kills.problems
        and not gave_up
        and max(kills.back_s) <= BACK_WITHIN_S
        and max(kills.samples_s) <= SAMPLES_LOST_S[scale]
    )
    return Seen(
        f"{kills.count} kills of the room: {kills.lost} of {kills.told} told entries lost, "
        f"{place.pump.count(b'RUN')} RUN for {kills.resumes} asked, view back {max(kills.back_s):.1f} s, "
        f"numerics lost {max(kills.samples_s):.1f} s at the worst; "
        f"another window {window_s * 1000:.0f} ms after one was killed"
        + "".join(f"; {problem}" for problem in kills.problems),
        ok,
    )
