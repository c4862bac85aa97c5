"""The workstation on the bench: its sound, clock, disk, record, backup and archive."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from console.clock import Clock
from console.devices.bench.observed import quantile
from console.devices.bench.procedure import (
    DECLINED,
    Ask,
    Deed,
    Doing,
    Finding,
    Procedure,
    Task,
    Wants,
    failed,
    not_done,
    passed,
)
from console.room.speaker import NoSound, Speaker
from console.room.tones import SAMPLE_RATE_HZ, burst_samples
from console.session.bench import BenchDevice, Figure, Kind
from console.session.events import Priority
from console.session.site import DiskNeeds
from console.storage.backup import backup_to, copy_database
from console.storage.files import free_bytes
from console.storage.trouble import DiskTrouble, RecordRefused
from console.storage.verify import Manifest, verify_record

SYNCS: Final = 40
SYNC_BYTES: Final = 4096
SLOWEST_SYNC_S: Final = 0.1
"""99 in 100 (site default: every entry waits for one sync before it counts)."""
DRIFT_S: Final = 0.05
CLOCK_S: Final = 2.0


def no_archive() -> str | None:
    """No archive is configured."""
    return None


@dataclass(slots=True)
class Workstation:
    """This computer, as the subject of a run.

    Attributes:
        name: Of the room, for people.
        workstation_id: As configured; what its runs have in common.
        record: The record's file; it need not exist.
        manifest: Which waveform chunks an entry vouches for.
        clock: The computer's clock.
        speaker: Where alarms are sounded.
        last_entry_ns: Wall time of the record's last entry, Unix nanoseconds; None when there is none.
        archive: Asks the archive for an answer: empty when it gave one, a sentence when it did not, None
            when none is configured.
        needs: What the disk must have free.
    """

    name: str
    workstation_id: str
    record: Path
    manifest: Manifest
    clock: Clock
    speaker: Speaker
    last_entry_ns: int | None = None
    archive: Callable[[], str | None] = no_archive
    needs: DiskNeeds = field(default_factory=DiskNeeds)

    @property
    def identified(self) -> bool:
        """It needs not say who it is."""
        return True

    def device(self) -> BenchDevice:
        """Which workstation."""
        return BenchDevice(Kind.WORKSTATION, model="Workstation", port=self.workstation_id)

    def moved_bytes(self) -> tuple[int, int]:
        """It has no line."""
        return (0, 0)

    def make_safe(self) -> None:
        """Be quiet again."""
        self.speaker.hush()

    def close(self) -> None:
        """Give the sound device back."""
        self.speaker.close()

    def tasks(self) -> tuple[Task, ...]:
        """Its checks, in order."""
        return (
            Task("sound", "Sound", "Sounds the alarm tones.", self._sound, needs_hands=True),
            Task("clock", "Clock", "Compares the clocks with each other and with the record.", self._clock),
            Task("disk", "Disk", "Looks for room, and times how long a sync takes.", self._disk),
            Task("record", "Record", "Checks every link of the chain and every waveform.", self._verify),
            Task("backup", "Backup", "Backs the record up, restores the copy and compares.", self._backup),
            Task("archive", "Archive", "Asks the archive for an answer.", self._archive),
        )

    def _sound(self) -> Procedure:
        try:
            self.speaker.check()
            for place, priority in enumerate(Priority):
                samples = burst_samples(priority)
                yield Doing(f"Sounding the {priority.value} alarm", place / len(Priority))
                self.speaker.play(samples)
                yield Doing(f"Sounding the {priority.value} alarm", None, len(samples) / SAMPLE_RATE_HZ + 0.3)
        except NoSound as error:
            return failed(f"Alarms cannot be heard: {error}.")
        heard = yield Ask(Deed.HEARD_TONE, "Were three different tones heard, loud and clear?", Wants.YES_NO)
        if heard is None or heard.yes is None:
            return DECLINED
        if heard.yes:
            return passed("The alarm tones were heard.")
        return failed("The alarm tones were not heard: turn the speaker up and check its plug.")

    def _clock(self) -> Procedure:
        before = self.clock.now()
        yield Doing("Letting the clocks run", None, CLOCK_S)
        after = self.clock.now()
        drift_s = ((after.wall_utc_ns - before.wall_utc_ns) - (after.mono_ns - before.mono_ns)) / 1e9
        figures = [
            Figure("Date and time", f"{after.wall_utc:%Y-%m-%d %H:%M:%S}", "UTC"),
            Figure("Drift of the two clocks", f"{drift_s:+.3f}", "s", f"±{DRIFT_S:g} s"),
        ]
        if self.last_entry_ns is not None:
            ahead_s = (after.wall_utc_ns - self.last_entry_ns) / 1e9
            figures.append(Figure("Since the record's last entry", f"{ahead_s:.0f}", "s"))
            if ahead_s < -1:
                return failed(
                    f"The clock is {-ahead_s:.0f} s behind the record's last entry: set it, or have it "
                    "set from the network.",
                    *figures,
                )
        if abs(drift_s) > DRIFT_S:
            return failed("The clock is being stepped while it runs: look at its time service.", *figures)
        return passed("The clock runs evenly and is not behind the record.", *figures)

    def _disk(self) -> Procedure:
        free = free_bytes(self.record)
        yield Doing("Timing the disk", 0.0)
        times: list[float] = []
        try:
            with _scratch(self.record) as folder, (folder / "sync").open("wb", buffering=0) as file:
                for number in range(SYNCS):
                    began = self.clock.now()
                    file.write(bytes(SYNC_BYTES))
                    os.fsync(file.fileno())
                    times.append(self.clock.now().seconds_since(began))
                    yield Doing("Timing the disk", number / SYNCS)
        except OSError as error:
            return failed(f"The disk of the record cannot be written: {error.strerror or error}.")
        return self._disk_found(free, times)

    def _disk_found(self, free: int | None, times: list[float]) -> Finding:
        half, most = quantile(times, 0.5) or 0.0, quantile(times, 0.99) or 0.0
        wanted = self.needs.session_bytes + self.needs.week_bytes
        figures = (
            Figure("Free", "--" if free is None else f"{free / 1e9:.1f}", "GB", f"{wanted / 1e9:.1f} GB"),
            Figure("Sync, half of all", f"{half * 1000:.1f}", "ms"),
            Figure("Sync, 99 of 100", f"{most * 1000:.1f}", "ms", f"{SLOWEST_SYNC_S * 1000:.0f} ms"),
        )
        if free is not None and free < self.needs.session_bytes:
            return failed("The disk has no room for a session: free some space.", *figures)
        if most > SLOWEST_SYNC_S:
            return failed(f"A sync takes up to {most:.2f} s: use another disk for the record.", *figures)
        if free is not None and free < wanted:
            return failed("The disk has room for less than a week: free some space.", *figures)
        return passed("The disk has room and is fast enough.", *figures)

    def _verify(self) -> Procedure:
        if not self.record.exists():
            return not_done("There is no record on this computer yet.")
        yield Doing("Checking the record")
        report = verify_record(self.record, self.manifest)
        figures = (
            Figure("Entries", f"{report.events}"),
            Figure("Waveform chunks", f"{report.chunks}"),
            Figure("Last hash", report.head_hash[:16] or "--"),
        )
        return passed(report.sentence, *figures) if report.ok else failed(report.sentence, *figures)

    def _backup(self) -> Procedure:
        if not self.record.exists():
            return not_done("There is no record on this computer yet.")
        yield Doing("Backing the record up", 0.0)
        began = self.clock.now()
        try:
            with _scratch(self.record) as folder:
                saved = backup_to(self.record, folder / "backup.sqlite")
                yield Doing("Restoring the copy", 0.5)
                copy_database(folder / "backup.sqlite", folder / "restored.sqlite")
                restored = verify_record(folder / "restored.sqlite", self.manifest)
                size = (folder / "backup.sqlite").stat().st_size
        except (RecordRefused, DiskTrouble) as error:
            return failed(str(error))
        except OSError as error:
            return failed(f"The backup cannot be written: {error.strerror or error}.")
        figures = (
            Figure("Size", f"{size / 1e6:.1f}", "MB"),
            Figure("Entries restored", f"{restored.events}", "", f"{saved.events}"),
            Figure("Time", f"{self.clock.now().seconds_since(began):.1f}", "s"),
        )
        if not restored.ok:
            return failed(f"The restored copy is not sound. {restored.sentence}", *figures)
        if (restored.events, restored.head_hash) != (saved.events, saved.head_hash):
            return failed("The restored copy does not end where the backup ended.", *figures)
        return passed("A backup was made, restored and found whole.", *figures)

    def _archive(self) -> Procedure:
        yield Doing("Asking the archive")
        found = self.archive()
        if found is None:
            return not_done("No archive is configured.")
        return failed(found) if found else passed("The archive answers.")


@contextmanager
def _scratch(record: Path) -> Iterator[Path]:
    """A folder on the record's own disk that is gone afterwards."""
    with TemporaryDirectory(prefix="bench-", dir=record.parent) as folder:
        yield Path(folder)
