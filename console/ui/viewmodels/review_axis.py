"""One steady axis for a session: entries of every boot placed where the stored samples are.

The axis is the wall clock at the first sample of a boot, carried forward by the monotonic clock, as
:mod:`console.storage.queries` places samples. A stepped wall clock folds nothing over itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec.structs import replace

from console.clock import NS_PER_S, Instant
from console.session.events import CareNoted, Entry, NumericsSealed, PressureTaken


def offsets_of(entries: Iterable[Entry], spans: Mapping[str, int]) -> dict[str, int]:
    """Steady axis minus monotonic clock, by boot: that of the samples, else of the first entry."""
    found = dict(spans)
    for entry in entries:
        found.setdefault(entry.boot_id, entry.at.wall_utc_ns - entry.at.mono_ns)
    return found


def on_axis(entry: Entry, offsets: Mapping[str, int]) -> Entry:
    """The entry with every monotonic time moved onto the axis; wall times are untouched."""
    offset = offsets[entry.boot_id]
    event = entry.event
    match event:
        case PressureTaken(measured_at=at):
            event = replace(event, measured_at=_moved(at, offset))
        case CareNoted(happened_at=at):
            event = replace(event, happened_at=_moved(at, offset))
        case NumericsSealed(start=at):
            event = replace(event, start=_moved(at, offset))
        case _:
            pass
    return replace(entry, at=_moved(entry.at, offset), event=event)


def _moved(at: Instant, offset: int) -> Instant:
    return Instant(at.wall_utc_ns, at.mono_ns + offset)


# --- labels -----------------------------------------------------------------------------------------


def local_time(t_ns: int, zone: tzinfo | None = None) -> datetime:
    """Time of the axis in the clinic's zone (the machine's own when None)."""
    return (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=t_ns // 1000)).astimezone(zone)


def hm(t_ns: int, zone: tzinfo | None = None) -> str:
    """``10:42``."""
    return f"{local_time(t_ns, zone):%H:%M}"


def hms(t_ns: int, zone: tzinfo | None = None) -> str:
    """``10:42:07``."""
    return f"{local_time(t_ns, zone):%H:%M:%S}"


def day(t_ns: int, zone: tzinfo | None = None) -> str:
    """``12 Mar 2026``, in English on every machine."""
    at = local_time(t_ns, zone)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

STEPS_S: Sequence[float] = (
    0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400,
)  # fmt: skip


def tick_step_s(span_s: float, width_px: float, least_px: float) -> float:
    """The finest round step whose labels stay ``least_px`` apart."""
    for step in STEPS_S:
        if step / span_s * width_px >= least_px:
            return step
    return STEPS_S[-1]


def ticks(first_ns: int, last_ns: int, step_s: float, zone: tzinfo | None = None) -> tuple[int, ...]:
    """Round local times between two times of the axis."""
    step_ns = round(step_s * NS_PER_S)
    shift = local_time(first_ns, zone).utcoffset()
    shift_ns = 0 if shift is None else round(shift.total_seconds()) * NS_PER_S
    begin = -(-(first_ns + shift_ns) // step_ns) * step_ns - shift_ns
    return tuple(range(begin, last_ns + 1, step_ns))


def tick_label(t_ns: int, step_s: float, zone: tzinfo | None = None) -> str:
    """As coarse as the step allows."""
    if step_s >= 60:
        return hm(t_ns, zone)
    if step_s >= 1:
        return hms(t_ns, zone)
    return f"{hms(t_ns, zone)}.{t_ns // (NS_PER_S // 10) % 10}"


def span_text(seconds: float) -> str:
    """``45 s``, ``4:02 min``, ``2 h 07``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d} min"
    return f"{minutes // 60} h {minutes % 60:02d}"
