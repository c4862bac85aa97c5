"""A hundred thousand sessions searched: as the list does it, from the words typed to the rows it shows."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import Final

from console.clock import NS_PER_S, ManualClock
from console.room.projections import SessionSummary, _encoder
from console.storage.queries import RecordReader
from console.storage.record import Record
from console.storage.rows import Batch, SessionIndexRow
from console.ui.viewmodels.review_record import listed
from console.ui.viewmodels.review_search import index_of
from tests.benchmarks.figures import Measured, percentile
from tests.benchmarks.other_process import report

SESSIONS: Final = 100_000
PATIENTS: Final = 18_000
START_NS: Final = 1_500_000_000 * NS_PER_S
SYLLABLES: Final = ("ba", "den", "kor", "li", "mar", "no", "pe", "ros", "sta", "ti", "ul", "wen", "yo", "zan")


def name_of(chance: random.Random) -> str:
    """A made-up name."""
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(2, 3))).capitalize()


def make_sessions(path: Path) -> list[str]:
    """A record that lists so many sessions; returns what one would type for some of them."""
    chance = random.Random(7)
    people = [
        (f"{name_of(chance)} {name_of(chance)}", f"{n // 1000:03d}-{n % 1000:03d}") for n in range(PATIENTS)
    ]
    rows = []
    for n in range(SESSIONS):
        who = chance.randrange(PATIENTS)
        patient, mrn = people[who]
        summary = SessionSummary(
            patient, "1980-01-01", mrn, chance.choice(("MOOD-40", "PAIN-4H", "MAINT-40"))
        )
        at = START_NS + n * 2400 * NS_PER_S
        rows.append(
            SessionIndexRow(
                f"s-{n:06d}", f"p-{who}", at, "closed", at + 3600 * NS_PER_S, False, _encoder.encode(summary)
            )
        )
    with Record.open(path, ManualClock(), "boot-1") as record:
        for first in range(0, SESSIONS, 5000):
            record.write(Batch(sessions=tuple(rows[first : first + 5000])))
    typed = []
    for _ in range(60):
        patient, mrn = chance.choice(people)
        given, family = patient.lower().split()
        typed += [
            family[:1],
            family[:3],
            f"{given} {family[:2]}",
            mrn,
            f"mood {family}",
            f"{given[:1]} {family[:1]} p",
        ]
    return typed


def run(folder: Path) -> Measured:
    """Measure."""
    path = folder / "record.db"
    typed = make_sessions(path)
    with RecordReader(path) as reader:
        began = time.perf_counter()
        index = index_of(reader.every_session())
        built_s = time.perf_counter() - began
        took = []
        hits = 0
        for text in typed:
            began = time.perf_counter()
            found = listed(reader.sessions_named(index.find(text)))
            took.append((time.perf_counter() - began) * 1000)
            hits += len(found)
    if index.total != SESSIONS or not hits:
        raise SystemExit("the search found nothing")
    return {
        "search_ms": percentile(took, 0.95),
        "search_ms_max": max(took),
        "search_index_s": built_s,
    }


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        report(run(Path(name)))


if __name__ == "__main__":
    main()
