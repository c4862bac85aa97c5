"""Room on the disk of the record: no session is begun that could not be recorded to its end."""

from __future__ import annotations

from collections.abc import Iterator

from console.session.alarms import Condition
from console.session.events import Priority
from console.session.site import DiskNeeds
from console.session.watch import Watch


def too_full(watch: Watch, needs: DiskNeeds) -> str:
    """Why no session may be begun, as a sentence; empty when there is room or nobody knows."""
    free = watch.free_bytes
    if free is None or free >= needs.session_bytes:
        return ""
    return (
        f"The disk of the record has {_gb(free)} left; a session is begun with {_gb(needs.session_bytes)} "
        "or more. Free space on it, or call the technician."
    )


def disk_conditions(watch: Watch, needs: DiskNeeds) -> Iterator[Condition]:
    """A disk that will be too full within a week."""
    free = watch.free_bytes
    if free is None or free >= needs.session_bytes + needs.week_bytes:
        return
    message = f"The disk has {_gb(free)} left: less than a week of sessions. Call the technician"
    if free < needs.session_bytes:
        message = f"The disk has {_gb(free)} left: no new session can be begun. Call the technician"
    yield Condition("disk_low", Priority.LOW, message, False, value=free / 1e9)


def _gb(count: int) -> str:
    return f"{count / 1e9:.2f} GB"
