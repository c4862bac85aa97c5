"""Nothing is given up at the room that could still be needed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.clock import NS_PER_S, ManualClock
from console.sync.memory import Receipt
from console.sync.retention import Backup, objection_to_pruning

NOW = ManualClock().now().wall_utc_ns
DAY = 86400 * NS_PER_S
ARCHIVED = Receipt("s-1", last_seq=100, events=50, chunks=20, archived_wall_ns=NOW - 91 * DAY)
BACKUP = Backup(verified_wall_ns=NOW - DAY, head_seq=300)

pytestmark = pytest.mark.req("NET-11")


def test_archived_old_and_backed_up_may_go() -> None:
    assert objection_to_pruning(ARCHIVED, 100, BACKUP, NOW) == ""


@pytest.mark.parametrize(
    ("receipt", "acked", "backup", "words"),
    [
        (None, 500, BACKUP, "not in the archive"),
        (ARCHIVED, 99, BACKUP, "not in the archive"),
        (replace(ARCHIVED, archived_wall_ns=NOW - 89 * DAY), 500, BACKUP, "for 89 of 90 days"),
        (replace(ARCHIVED, archived_wall_ns=NOW + 5 * DAY), 500, BACKUP, "for 0 of 90 days"),
        (ARCHIVED, 500, None, "No verified backup"),
        (ARCHIVED, 500, Backup(NOW - DAY, 99), "No verified backup"),
        (ARCHIVED, 500, Backup(NOW + DAY, 300), "verified in the future"),
    ],
)
def test_anything_less_stays(receipt: Receipt | None, acked: int, backup: Backup | None, words: str) -> None:
    assert words in objection_to_pruning(receipt, acked, backup, NOW)
