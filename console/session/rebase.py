"""Entries of an earlier boot, moved onto the monotonic clock of this one.

Monotonic times of another boot mean nothing here. The wall clock is the only bridge: an entry written
ten minutes ago by the wall clock is placed ten minutes before now. Only entries read back at start-up
pass through here; nothing stored is changed.
"""

from __future__ import annotations

from msgspec.structs import replace

from console.clock import Instant
from console.session.events import CareNoted, Entry, NumericsSealed, PressureTaken


def rebased(entries: tuple[Entry, ...], boot_id: str, now: Instant) -> tuple[Entry, ...]:
    """All ``entries`` on the monotonic clock of ``boot_id``.

    The bridge is the first entry this boot wrote (``now`` when it wrote none), so that a later clock
    step moves nothing and every restart within a boot finds the same times.
    """
    bridge = next((entry.at for entry in entries if entry.boot_id == boot_id), now)
    return tuple(rebase(entry, boot_id, bridge) for entry in entries)


def rebase(entry: Entry, boot_id: str, now: Instant) -> Entry:
    """The entry with monotonic times that can be compared with ``now``."""
    if entry.boot_id == boot_id:
        return entry
    event = entry.event
    match event:
        case PressureTaken(measured_at=at):
            event = replace(event, measured_at=_moved(at, now))
        case CareNoted(happened_at=at):
            event = replace(event, happened_at=_moved(at, now))
        case NumericsSealed(start=at):
            event = replace(event, start=_moved(at, now))
        case _:
            pass
    return replace(entry, at=_moved(entry.at, now), event=event)


def _moved(at: Instant, now: Instant) -> Instant:
    ago_ns = max(now.wall_utc_ns - at.wall_utc_ns, 0)
    return Instant(at.wall_utc_ns, now.mono_ns - ago_ns)
