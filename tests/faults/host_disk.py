"""HST-03 and HST-04: the disk is full, reports errors, or may not be written."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from console.app.folder import RECORD
from console.app.process_words import EXIT_USER
from console.app.records import vouched_chunks
from console.clock import Instant
from console.room.wire import Ask
from console.session import intents as ask
from console.session.events import Entry
from console.session.state import Phase
from console.storage.files import Ballast, free_bytes
from console.storage.record import Record
from console.storage.rows import Batch, StoredEvent
from console.storage.trouble import DiskTrouble
from console.storage.verify import verify_record
from tests.faults.bench import Scale, Seen
from tests.faults.host_kill import bedside, stored_entries
from tests.faults.host_rig import Attendant, Bedside, RoomProcess
from tests.faults.host_window import running_room
from tests.session.bench import PATIENT
from tests.stories.in_process_room import NURSE, Story

ALARM_S: Final = 5.0
BACK_S: Final = 15.0
"""The ledger tries again at most ten seconds later, and stores what it held within some more."""

KB: Final = 1024


@contextmanager
def small_disk(size_kb: int) -> Iterator[tuple[Path, bool]]:
    """A folder on a disk of its own where this user may mount one; else any folder."""
    with tempfile.TemporaryDirectory(prefix="small-disk-") as name:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "small-disk", name]
        mounted = shutil.which("mount") is not None and (
            subprocess.run(mount, check=False, capture_output=True).returncode == 0
        )
        try:
            yield Path(name), mounted
        finally:
            if mounted:
                subprocess.run(["umount", "-l", name], check=True)


# --- full -----------------------------------------------------------------------------------------


class Fill:
    """Fills the disk of a record to a few pages, and frees it again."""

    def __init__(self, record: Record, mounted: bool) -> None:
        self._record = record
        self._mounted = mounted
        self._filler = record.path.parent / "filler"

    def fill(self, left_kb: int) -> None:
        """Leave so much; what is still in the log is folded into the file before."""
        self._record.checkpoint()
        if self._mounted:
            free = shutil.disk_usage(self._record.path.parent).free
            self._filler.write_bytes(bytes(max(0, free - left_kb * KB)))
        else:
            self._limit(left_kb // 4)

    def free(self) -> None:
        """Give everything back."""
        if self._mounted:
            self._filler.unlink()
        else:
            self._limit(1_000_000)

    def _limit(self, pages: int) -> None:
        with self._record.transaction() as connection:
            used = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
            connection.exec_driver_sql(f"PRAGMA max_page_count = {used + pages}")


@dataclass
class Refusals:
    """Watches a record: when it first could not store."""

    story: Story
    since: Instant | None = None
    count: int = 0

    def __post_init__(self) -> None:
        self._write = self.story.room.record.write
        vars(self.story.room.record)["write"] = self.write

    def write(self, batch: Batch) -> tuple[StoredEvent, ...]:
        """Store, and note a refusal."""
        try:
            return self._write(batch)
        except DiskTrouble:
            self.count += 1
            self.since = self.since or self.story.world.clock.now()
            raise


def alarms(story: Story) -> set[str]:
    """Codes of the conditions that hold."""
    return {alarm.raised.code for alarm in story.room.state.alarms if alarm.condition}


def run_until(story: Story, holds: Callable[[], bool], within_s: float) -> float:
    """Simulated seconds until something holds.

    Raises:
        TimeoutError: it does not in time.
    """
    began = story.world.clock.now()
    while not holds():
        story.room.turn()
        if story.world.clock.now().seconds_since(began) > within_s:
            raise TimeoutError(f"nothing came of it within {within_s:g} simulated seconds")
    return story.world.clock.now().seconds_since(began)


def _refused_on_small_disk(story: Story) -> str:
    """What a nurse is told who opens a session on this disk; empty when it is opened."""
    room = story.room
    room.service.mailbox.see(ask.DiskSeen(free_bytes(room.record.path)))
    room.run(0.5)
    room.ask(Ask("in", ask.SignIn(), NURSE.user_id, NURSE.pin))
    answer = room.ask(Ask("open", ask.OpenSession("s-1", PATIENT)))
    room.service.mailbox.see(ask.DiskSeen(None))
    room.run(0.5)
    room.ask(Ask("out", ask.SignOut()))
    return "" if answer.accepted else " ".join(answer.sentences)


def run_full(scale: Scale) -> Seen:
    """The row HST-03."""
    full_s = scale.cases(30, 3600)
    with small_disk(24 * KB) as (folder, mounted):
        story = Story(folder, waves=False)
        refused = _refused_on_small_disk(story) if mounted else "the folder has room; shown by another test"
        story.play_until(Phase.INFUSING)
        record, ledger = story.room.record, story.room.service.conductor._parts.ledger
        ballast, gave_up_at = Ballast(record.path, 512 * KB), []
        ballast.keep()
        fill = Fill(record, mounted)

        def make_room() -> bool:
            given = ballast.give_up()
            if given:
                gave_up_at.append(story.world.clock.now())
            if given and not mounted:
                fill.fill(512)
            return given

        ledger._make_room = make_room
        refusals = Refusals(story)
        fill.fill(64)
        run_until(story, lambda: bool(gave_up_at), 600)
        story.room.run(3)
        went_on = not ledger.trouble and "not_recording" not in alarms(story)
        refusals.since = None
        run_until(story, lambda: refusals.since is not None, 3600)
        alarm_s = run_until(story, lambda: "not_recording" in alarms(story), 20)
        story.room.run(full_s)
        infusing = story.room.phase is Phase.INFUSING and story.world.bay.pump.running
        held = ledger.pending
        fill.free()
        back_s = run_until(story, lambda: "not_recording" not in alarms(story), 60)
        story.room.service.conductor.finish()
        whole = verify_record(record.path, vouched_chunks)
        lost = story.room.state.seq - record.head().seq
        record.close()
    disk = "on a tmpfs" if mounted else "by max_page_count, because no tmpfs can be mounted here"
    ok = bool(refused) and went_on and alarm_s <= ALARM_S and infusing and lost == 0 and whole.ok
    return Seen(
        f"{disk}: a new session refused ({'yes' if refused else 'NO'}); ballast given up, recording "
        f"{'went on' if went_on else 'DID NOT GO ON'}; then NOT RECORDING after {alarm_s:.1f} s, infusion "
        f"{'went on' if infusing else 'STOPPED'}, {held} batches held for {full_s} s and stored within "
        f"{back_s:.1f} s of there being room; {lost} events lost; {whole.sentence}",
        ok,
    )


# --- errors ---------------------------------------------------------------------------------------


def can_inject() -> bool:
    """Whether strace can make the system calls of another process of ours fail."""
    if shutil.which("strace") is None:
        return False
    tried = ["strace", "-qq", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "-o", "/dev/null"]
    return (
        subprocess.run([*tried, sys.executable, "-c", ""], check=False, capture_output=True).returncode == 0
    )


@contextmanager
def failing(room: RoomProcess, calls: str, error: str) -> Iterator[None]:
    """The kernel answers these system calls of the room with an error."""
    strace = subprocess.Popen(
        ["strace", "-f", "-qq", "-p", str(room.process.pid), "-e", f"trace={calls}", "-e",
         f"inject={calls}:error={error}", "-o", "/dev/null"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait(10)


def not_stored(place: Bedside, nurse: Attendant) -> int:
    """Entries the room told its windows that are not in the record as they were told."""
    stored = stored_entries(place.folder / RECORD)
    return sum(not _same(stored.get(entry.seq), entry) for entry in nurse.entries)


def _same(found: tuple[str, Entry] | None, told: Entry) -> bool:
    return found is not None and found[1].uuid == told.uuid and found[1].event == told.event


def trouble(nurse: Attendant, bad: Callable[[], bool] = lambda: True) -> float:
    """Seconds until NOT RECORDING is said on every screen and sounds."""
    return nurse.until(
        lambda: bad() and "not_recording" in nurse.alarms() and nurse.live is not None
        and not nurse.live.recording,
        ALARM_S * 2, "NOT RECORDING",
    )  # fmt: skip


def well(nurse: Attendant) -> float:
    return nurse.until(
        lambda: "not_recording" not in nurse.alarms() and nurse.live is not None and nurse.live.recording,
        BACK_S * 2, "the record",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bad:
    """One spell of a disk that fails."""

    alarm_s: float
    back_s: float


def spell(nurse: Attendant, room: RoomProcess, calls: str, error: str, seconds: float) -> Bad:
    """Let the disk fail for a while and heal it."""
    with failing(room, calls, error):
        alarm_s = trouble(nurse)
        nurse.for_s(seconds)
    return Bad(alarm_s, well(nurse))


@contextmanager
def unwritable(place: Bedside) -> Iterator[str]:
    """A folder with the record in it that nobody may write; how that was done."""
    with tempfile.TemporaryDirectory(prefix="read-only-") as name:
        folder = Path(name)
        mounted = os.geteuid() == 0 and (
            subprocess.run(["mount", "--bind", "-o", "ro", str(place.folder), name], check=False).returncode
            == 0
            and subprocess.run(["mount", "-o", "remount,bind,ro", name], check=False).returncode == 0
        )
        if not mounted:
            shutil.copytree(place.folder, folder, dirs_exist_ok=True)
            folder.chmod(0o500)
        try:
            yield name
        finally:
            if mounted:
                subprocess.run(["umount", "-l", name], check=True)
            else:
                folder.chmod(0o700)


def _refuses_read_only(place: Bedside) -> str:
    """What the room says when it is started on a folder it may not write; empty when it came up."""
    before = (place.folder / RECORD).read_bytes()
    with unwritable(place) as name:
        room = RoomProcess(Path(name))
        up = room.wait_ready()
        _, said = room.process.communicate(timeout=10) if not up else ("", "")
        code = room.process.returncode if not up else room.end()
    untouched = (place.folder / RECORD).read_bytes() == before
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1] if not up and code == EXIT_USER and untouched and lines else ""


def run_errors(scale: Scale) -> Seen:
    """The row HST-04."""
    if not can_inject():
        return Seen(
            "there is no strace to make system calls fail; shown in one process in tests/storage", True
        )
    rounds = scale.cases(1, 20)
    with bedside() as place:
        refused = _refuses_read_only(place)
        nurse = Attendant(place.folder)
        with running_room(place) as room:
            try:
                nurse.until(nurse.sees, 20, "the room")
                syncs = [spell(nurse, room, "fsync,fdatasync", "EIO", 1.0) for _ in range(rounds)]
                writes = [spell(nurse, room, "pwrite64", "EROFS", 1.0) for _ in range(rounds)]
                infusing = nurse.state.phase is Phase.INFUSING and place.bay.pump.running
                nurse.for_s(1.5)
            finally:
                nurse.close()
            room.end(room.process.terminate)
        lost, whole = not_stored(place, nurse), verify_record(place.folder / RECORD, vouched_chunks)
    alarm_s = max(one.alarm_s for one in (*syncs, *writes))
    back_s = max(one.back_s for one in (*syncs, *writes))
    ok = bool(refused) and alarm_s <= ALARM_S and back_s <= BACK_S and infusing and lost == 0 and whole.ok
    return Seen(
        f"{rounds} x EIO on fsync, {rounds} x EROFS on write (system calls failed by strace): NOT RECORDING "
        f"after {alarm_s:.1f} s, stored again {back_s:.1f} s after healing, infusion "
        f"{'went on' if infusing else 'STOPPED'}, {lost} of {len(nurse.entries)} told entries lost; a folder "
        f"it may not write: {'refused with a sentence' if refused else 'NOT REFUSED'}; {whole.sentence}",
        ok,
    )
