"""What waits for the archive, in plain words."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from console.clock import NS_PER_S

WARNING_S: Final = 24 * 3600.0
NOTICE_S: Final = 72 * 3600.0
"""Site defaults: after a day the room is warned, after three somebody is to see to it."""

_CURRENT_EVENTS: Final = 200
_CURRENT_S: Final = 120.0


class Standing(StrEnum):
    """How the room stands with its archive."""

    NONE = "none"
    CURRENT = "current"
    BEHIND = "behind"
    WARNING = "warning"
    NOTICE = "notice"
    STOPPED = "stopped"


class ArchiveView(msgspec.Struct, frozen=True):
    """What a window shows of the archive.

    Attributes:
        standing: How it stands.
        waiting: Events not yet in the archive.
        bytes: What they weigh with their waveforms, about.
        age_s: Age of the oldest of them, None when nothing waits.
        sentence: All of it in words.
    """

    standing: Standing = Standing.NONE
    waiting: int = 0
    bytes: int = 0
    age_s: float | None = None
    sentence: str = "No archive is set up: everything is kept on this computer."


def view_of(
    waiting: int,
    bytes_per_event: float,
    oldest_wall_ns: int | None,
    now_wall_ns: int,
    trouble: str,
    stopped: bool,
) -> ArchiveView:
    """Put it into words.

    Args:
        waiting: Events not yet in the archive.
        bytes_per_event: Average weight with waveforms.
        oldest_wall_ns: Label of the oldest of them.
        now_wall_ns: Wall clock.
        trouble: Why nothing is sent at the moment, empty when it is.
        stopped: Somebody has to do something before anything is sent.
    """
    size = round(waiting * bytes_per_event)
    age_s = None
    if waiting and oldest_wall_ns is not None:
        # A clock set back must not make the backlog young again below nothing.
        age_s = max(0.0, (now_wall_ns - oldest_wall_ns) / NS_PER_S)
    standing = _standing(waiting, age_s, trouble, stopped)
    return ArchiveView(standing, waiting, size, age_s, _sentence(standing, waiting, size, age_s, trouble))


def _standing(waiting: int, age_s: float | None, trouble: str, stopped: bool) -> Standing:
    if age_s is not None and age_s >= NOTICE_S:
        return Standing.NOTICE
    if stopped:
        return Standing.STOPPED
    if age_s is not None and age_s >= WARNING_S:
        return Standing.WARNING
    if not trouble and waiting <= _CURRENT_EVENTS and (age_s is None or age_s < _CURRENT_S):
        return Standing.CURRENT
    return Standing.BEHIND


def _sentence(standing: Standing, waiting: int, size: int, age_s: float | None, trouble: str) -> str:
    if standing is Standing.CURRENT:
        return "Everything is in the archive." if not waiting else "The archive is up to date."
    kept = "Nothing waits."
    if waiting:
        entries = "1 entry waits" if waiting == 1 else f"{waiting:,} entries wait".replace(",", " ")
        kept = (
            f"{entries} for the archive (about {size_words(size)}), the oldest for {age_words(age_s or 0.0)}."
        )
    safe = " All of it is kept on this computer and is sent by itself." if waiting else ""
    ask = {
        Standing.WARNING: " Tell the technician today.",
        Standing.NOTICE: " Somebody has to see to the connection now.",
    }.get(standing, "")
    reason = f" {trouble}" if trouble else ""
    return f"{kept}{safe}{ask}{reason}"


def age_words(seconds: float) -> str:
    """An age as people say it, rounded down."""
    for unit, length in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if seconds >= length * (2 if unit == "day" else 1):
            n = int(seconds // length)
            return f"{n} {unit}" if n == 1 else f"{n} {unit}s"
    return "less than a minute"


def size_words(size: int) -> str:
    """A size as people say it."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    if size < 1_000_000_000:
        return f"{round(size / 1_000_000)} MB"
    return f"{size / 1_000_000_000:.1f} GB"
