"""HST-06 and HST-13: bits of the record rot, and the program changes between two schemas."""

from __future__ import annotations

import logging
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from console.clock import SystemClock
from console.room.rescue import begin_another_record
from console.storage.engine import file_header
from console.storage.migrate import prepare
from console.storage.record import Record
from console.storage.rows import Batch
from console.storage.trouble import DiskTrouble, RecordDamaged, RecordNewer, RecordRefused
from console.storage.verify import verify_record
from tests.faults.bench import Scale, Seen
from tests.storage.record_makers import ROOT, START, draft, open_record, second
from tests.storage.test_record_migrate import STEPS, next_revision

START_S: Final = 10.0
DETECTED: Final = 0.95
TABLES: Final = ("event", "numeric", "wave_chunk", "wave_bytes", "span", "meta", "session_index", "patient")


# --- bit rot --------------------------------------------------------------------------------------


def _filled(path: Path, turns: int) -> None:
    with open_record(path) as record:
        for turn in range(turns):
            events = tuple(draft(b'{"n":%d}' % turn * 30) for _ in range(8))
            samples = second(START.plus(turn), seed=turn)
            record.write(Batch(events=events, waves=samples.waves))
        record.checkpoint()


def _rows(path: Path) -> list[list[tuple[object, ...]]] | None:
    """Every row, None when they cannot be read."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            return [connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES]
    except sqlite3.Error:
        return None


@dataclass
class Rot:
    """What became of single flipped bits.

    Attributes:
        at_start: Found when the record was opened.
        begun: Set aside byte for byte, and another record begun in its place.
        by_verify: Found by ``record verify``.
        harmless: In bytes nobody uses: every row reads as before.
        unseen: A row reads otherwise and nothing noticed.
        crashes: Anything raised that is not a refusal with a sentence.
        start_s: The longest opening.
    """

    at_start: int = 0
    begun: int = 0
    by_verify: int = 0
    harmless: int = 0
    unseen: int = 0
    crashes: list[str] = field(default_factory=list)
    start_s: float = 0.0


def _opened(path: Path, rot: Rot) -> bool:
    clock = SystemClock()
    began = clock.now()
    try:
        Record.open(path, clock, "boot-2").close()
    except RecordDamaged as damage:
        rot.begun += _begun_anew(path, damage.why, clock)
        return False
    except (RecordRefused, DiskTrouble):
        return False
    except Exception as error:
        rot.crashes.append(f"{type(error).__name__}: {error}")
        return False
    finally:
        rot.start_s = max(rot.start_s, clock.now().seconds_since(began))
    return True


def _begun_anew(path: Path, why: str, clock: SystemClock) -> bool:
    """Whether the room could go on, with a stream that names the old one, and the old file kept as it was."""
    content = path.read_bytes()
    begun = begin_another_record(path, why, clock, "boot-2", "clinic-7", "bed-2")
    aside = path.with_name(begun.file)
    kept = aside.read_bytes() == content
    with Record.open(path, clock, "boot-2") as record:
        linked = [event.kind for event in record.events()][:1] == ["record_set_aside"]
    path.write_bytes(content)
    return kept and linked


def flip_bits(sound: Path, folder: Path, flips: int, seed: int) -> Rot:
    """Flip one bit of a copy of the record, many times."""
    chance, rot, content = random.Random(seed), Rot(), sound.read_bytes()
    rows = _rows(sound)
    copy = folder / "rotten.db"
    for _ in range(flips):
        place, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        copy.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        if not _opened(copy, rot):
            rot.at_start += 1
        elif not verify_record(copy).ok:
            rot.by_verify += 1
        elif _rows(copy) == rows:
            rot.harmless += 1
        else:
            rot.unseen += 1
        for left in folder.glob("rotten*.db*"):
            left.unlink()
    return rot


def run_rot(scale: Scale) -> Seen:
    """The row HST-06."""
    flips = scale.cases(40, 300)
    # Each flip that is found is an error of the room's: a line for each would hide the table.
    logging.getLogger("console.room.rescue").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="host-fault-") as name:
        sound = Path(name) / "record.db"
        _filled(sound, 60)
        size = sound.stat().st_size
        rot = flip_bits(sound, Path(name), flips, 4)
    harmful = flips - rot.harmless
    found = rot.at_start + rot.by_verify
    return Seen(
        f"{flips} single bits of {size / 1e6:.1f} MB: {found} of {harmful} that changed anything were found "
        f"({rot.at_start} at the start, {rot.begun} of them set aside and another record begun, "
        f"{rot.by_verify} by verify), {rot.harmless} lay in unused bytes, "
        f"{len(rot.crashes)} crashes, longest start {rot.start_s:.2f} s"
        + "".join(f"; {crash}" for crash in rot.crashes[:3]),
        found >= DETECTED * harmful
        and rot.begun == rot.at_start
        and not rot.crashes
        and rot.start_s <= START_S,
    )


# --- schemas --------------------------------------------------------------------------------------

_KILLED_AT_STEP: Final = """
import os, sys; from pathlib import Path; from console.storage.migrate import Revisions, prepare
def die(step):
    if step == sys.argv[3]: os.kill(os.getpid(), 9)
prepare(Path(sys.argv[1]), Revisions(2, (Path(sys.argv[2]),)), die)
"""

_KILLED_AT_STATEMENT: Final = """
import os, sys; from pathlib import Path; from console.storage import migrate
left, connect = [int(sys.argv[3])], migrate.connect_writer
def tick(_):
    left[0] -= 1
    if left[0] < 0: os.kill(os.getpid(), 9)
def counted(path):
    connection = connect(path)
    connection.set_trace_callback(tick)
    return connection
migrate.connect_writer = counted
migrate.prepare(Path(sys.argv[1]), migrate.Revisions(2, (Path(sys.argv[2]),)))
print(int(sys.argv[3]) - left[0])
"""


def _killed(code: str, path: Path, next_folder: Path, at: str) -> tuple[bool, str]:
    ended = subprocess.run(
        [sys.executable, "-c", code, str(path), str(next_folder), at],
        check=False, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    return ended.returncode == -signal.SIGKILL, ended.stdout.strip()


def _survives(path: Path, next_folder: Path, head: int) -> str:
    """What is wrong with a record whose upgrade was killed; empty when old or new program opens it."""
    if file_header(path).schema_version == 1:
        with open_record(path) as record:
            if record.head().seq != head:
                return f"the old program found {record.head().seq} of {head} events"
    prepare(path, next_revision(next_folder))
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT count(*), max(seq) FROM event").fetchone()
    if found != (head, head) or file_header(path).schema_version != 2:
        return f"after the upgrade {found} of {head} events, schema {file_header(path).schema_version}"
    return ""


def _newer_refused(path: Path) -> bool:
    before = path.read_bytes()
    try:
        open_record(path).close()
    except RecordNewer:
        return path.read_bytes() == before
    return False


def run_schema(scale: Scale) -> Seen:
    """The row HST-13."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="host-fault-") as name:
        folder = Path(name)
        old, revisions = folder / "old.db", folder / "next"
        with open_record(old) as record:
            record.append([draft() for _ in range(20)])
        next_revision(revisions)
        statements = int(_killed(_KILLED_AT_STATEMENT, _copy(old, folder, "all"), revisions, "1000000")[1])
        newer = _newer_refused(folder / "all.db")
        places = range(statements)
        if scale is Scale.LIGHT:
            places = range(3, statements, max(1, statements // 4))
        kills = [(_KILLED_AT_STATEMENT, str(place)) for place in places]
        if scale is Scale.HEAVY:
            kills += [(_KILLED_AT_STEP, step) for step in STEPS]
        for number, (code, at) in enumerate(kills):
            path = _copy(old, folder, f"killed-{number}")
            died, _ = _killed(code, path, revisions, at)
            fault = _survives(path, revisions, 20) if died else "it was not killed"
            if fault:
                wrong.append(f"killed at {at}: {fault}")
    return Seen(
        f"killed at {len(kills)} places of an upgrade of {statements} statements: {len(wrong)} did not open "
        f"with the old or the new program; a newer record is {'refused, untouched' if newer else 'TAKEN'}"
        + "".join(f"; {one}" for one in wrong[:3]),
        not wrong and newer,
    )


def _copy(old: Path, folder: Path, name: str) -> Path:
    path = folder / f"{name}.db"
    path.write_bytes(old.read_bytes())
    return path
