"""What the sync found that somebody should know, or that belongs into the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from console.sync.backlog import age_words


class Found(StrEnum):
    """Kinds of findings."""

    FORK = "fork"
    HISTORY_LOST = "history_lost"
    ARCHIVE_RESTORED = "archive_restored"
    DAMAGED = "damaged"
    CLOCK = "clock"
    ELSEWHERE = "elsewhere"
    ELSEWHERE_NOW = "elsewhere_now"
    SESSION_ARCHIVED = "session_archived"
    SESSION_DIFFERS = "session_differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """One of them.

    Attributes:
        kind: Which.
        sentence: For a person.
        session_id: Session it is about, empty when it is about none.
    """

    kind: Found
    sentence: str
    session_id: str = ""


Tell = Callable[[Finding], None]


def fork_finding(seq: int) -> Finding:
    """Another history was found after this entry."""
    return Finding(
        Found.FORK,
        f"The archive holds another history of this workstation after entry {seq}: its disk was copied "
        "or restored, or two computers use its name. Both are kept, this one in a new stream. "
        "Tell the administrator.",
    )


def lost_finding(seq: int) -> Finding:
    """The archive holds more than this computer does."""
    return Finding(
        Found.HISTORY_LOST,
        f"The archive holds entries after {seq} that this computer lost: its record was restored from an "
        "older copy. They stay in the archive; this computer goes on in a new stream.",
    )


def restored_finding(seq: int, expected: int) -> Finding:
    """The archive holds less than it did."""
    return Finding(
        Found.ARCHIVE_RESTORED,
        f"The archive went back to entry {seq}, from {expected}: it was restored from an older copy. "
        "What it lost is sent again.",
    )


def clock_finding(apart_s: float) -> Finding:
    """The clocks of this computer and of the archive are apart."""
    side = "ahead of" if apart_s > 0 else "behind"
    return Finding(
        Found.CLOCK,
        f"This computer's clock is {age_words(abs(apart_s))} {side} the archive's. Nothing is lost by it, "
        "but the times on the screen may be wrong: set the clock.",
    )
