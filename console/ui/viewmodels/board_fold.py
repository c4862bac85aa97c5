"""Rooms as a board knows them: the same fold of events as in the room, and when each was last heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from console.clinical.vitals import Quality, Vital, VitalReading
from console.clock import NS_PER_S, Instant
from console.room.wire import Live
from console.session.apply import apply
from console.session.codec import EventUnreadable, decode, decode_actor
from console.session.events import Entry, NumericsSealed
from console.session.state import OPEN, State
from console.sync.board_reading import ArchivedEvent, RoomRow
from console.sync.board_status import LiveFigure, LiveStatus

FIGURES_OLD_S = 25.0
"""Figures older than that are not shown as the patient's present state (site default: a room nobody looks at
tells every 10 s, so two were missed)."""


@dataclass(frozen=True, slots=True)
class BoardRoom:
    """One room.

    Attributes:
        workstation_id: Its computer.
        stream_id: The stream it adds to.
        state: The fold of its events.
        last: The last event folded, None before the first.
        sealed: The last sealed figures with the instant of the event that holds them.
        status: The latest figures it told.
        heard_ns: The board's clock when the room was last heard.
        status_ns: The board's clock when the latest figures were told.
        unreadable: Events this version cannot read.
    """

    workstation_id: str
    stream_id: str
    state: State = field(default_factory=State)
    last: ArchivedEvent | None = None
    sealed: tuple[NumericsSealed, Instant] | None = None
    status: LiveStatus | None = None
    heard_ns: int = 0
    status_ns: int = 0
    unreadable: int = 0

    @property
    def seq(self) -> int:
        """Place of the last event folded."""
        return 0 if self.last is None else self.last.seq

    @property
    def session_id(self) -> str:
        """The open session, else the last one; empty when there is none."""
        return "" if self.state.session is None else self.state.session.session_id

    @property
    def open(self) -> bool:
        """A session is going on."""
        return self.state.session is not None and self.state.phase in OPEN


Rooms = Mapping[str, BoardRoom]


def folded(room: BoardRoom, events: Iterable[ArchivedEvent]) -> BoardRoom:
    """The room with more events; what this version cannot read is counted and left out."""
    state, last, sealed, unreadable = room.state, room.last, room.sealed, room.unreadable
    for one in events:
        if last is not None and one.seq <= last.seq:
            continue
        last = one
        try:
            entry = _entry(one)
        except EventUnreadable:
            unreadable += 1
            continue
        if isinstance(entry.event, NumericsSealed):
            sealed = (entry.event, one.at)
        state = apply(state, entry)
    return replace(room, state=state, last=last, sealed=sealed, unreadable=unreadable)


def noted(rooms: Rooms, rows: Iterable[RoomRow], now_ns: int) -> dict[str, BoardRoom]:
    """The rooms with what the archive last heard of each; ``now_ns`` is the board's own steady clock."""
    found = dict(rooms)
    for row in rows:
        known = found.get(row.workstation_id)
        if known is None or known.stream_id != row.stream_id:
            known = BoardRoom(row.workstation_id, row.stream_id)
        found[row.workstation_id] = replace(
            known,
            status=row.status or known.status,
            heard_ns=now_ns - round(row.quiet_s * NS_PER_S),
            status_ns=now_ns - round(row.status_age_s * NS_PER_S) if row.status else known.status_ns,
        )
    return found


def room_now(room: BoardRoom, now_ns: int) -> Instant | None:
    """What the room's own clocks read about now: carried forward from what it said last."""
    said: list[tuple[Instant, int]] = []
    last, status = room.last, room.status
    if status is not None and status.at is not None and (last is None or last.boot_id == status.boot_id):
        said.append((status.at, room.status_ns))
    if last is not None:
        said.append((last.at, room.heard_ns))
    if not said:
        return None
    at, told_ns = max(said, key=lambda one: one[0].mono_ns)
    return at.plus(max(0, now_ns - told_ns) / NS_PER_S)


def figures_age_s(room: BoardRoom, now_ns: int) -> float | None:
    """Seconds since the figures shown were measured; None when there are none of this session."""
    ages = []
    if _tells_now(room):
        ages.append((now_ns - room.status_ns) / NS_PER_S)
    now = room_now(room, now_ns)
    if room.sealed is not None and room.open and now is not None:
        ages.append(now.seconds_since(room.sealed[1]))
    return max(0.0, min(ages)) if ages else None


def live_of(room: BoardRoom, now_ns: int) -> Live | None:
    """The latest figures as the bedside's view takes them; figures that are too old carry no value."""
    now, age_s = room_now(room, now_ns), figures_age_s(room, now_ns)
    if now is None or age_s is None or not room.open:
        return None
    status = room.status if _tells_now(room) else None
    if status is not None and (now_ns - room.status_ns) / NS_PER_S <= age_s + 1.0:
        readings = [_told(figure, now, (now_ns - room.status_ns) / NS_PER_S) for figure in status.figures]
    else:
        readings = _sealed_readings(room)
    stale = age_s > FIGURES_OLD_S
    shown = [_stale(one) if stale and one.vital not in SPOT else one for one in readings]
    return Live(at=now, vitals={one.vital: one for one in shown})


SPOT = frozenset({Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN})
"""Measured now and then: shown with their age, never as now."""

_NAMES = frozenset(vital.value for vital in Vital)


def _tells_now(room: BoardRoom) -> bool:
    status = room.status
    return status is not None and status.at is not None and status.session_id == room.session_id != ""


def _told(figure: LiveFigure, now: Instant, since_s: float) -> VitalReading:
    try:
        vital, quality = Vital(figure.vital), Quality(figure.quality)
    except ValueError:
        return VitalReading(Vital.PERFUSION, None, Quality.INVALID, figure.source, now, now)
    measured = now.plus(-(since_s + figure.age_s))
    return VitalReading(vital, figure.value, quality, figure.source, now.plus(-since_s), measured)


def _sealed_readings(room: BoardRoom) -> list[VitalReading]:
    if room.sealed is None:
        return []
    sealed, at = room.sealed
    found = []
    for name, column in sealed.values.items():
        # The pressures of a sealed event are repeated each second; the record has them with their own time.
        if name in _NAMES and Vital(name) not in SPOT:
            value = column[-1] if column else None
            quality = Quality.UNAVAILABLE if value is None else Quality.VALID
            found.append(VitalReading(Vital(name), value, quality, sealed.sources.get(name, ""), at, at))
    return found


def _stale(reading: VitalReading) -> VitalReading:
    return VitalReading(reading.vital, None, Quality.STALE, reading.source, reading.at, reading.measured_at)


def _entry(stored: ArchivedEvent) -> Entry:
    return Entry(
        seq=stored.seq,
        uuid=stored.id,
        session_id=stored.session_id or "",
        at=stored.at,
        boot_id=stored.boot_id,
        actor=decode_actor(stored.actor),
        event=decode(stored.kind, stored.version, stored.body),
        hash=stored.hash.hex(),
    )
