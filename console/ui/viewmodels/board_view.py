"""What a board shows of each room: one pure function, in the order and the words the wall needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from console.clinical.vitals import Vital
from console.clock import NS_PER_S, Instant
from console.session.people import Patient
from console.session.pump import PumpState
from console.session.state import Phase, State
from console.ui.viewmodels.board_fold import FIGURES_OLD_S, BoardRoom, figures_age_s, live_of, room_now
from console.ui.viewmodels.live_alarms import alarm_strip
from console.ui.viewmodels.live_delivery import NOTHING, Delivery
from console.ui.viewmodels.live_reference import LiveReference
from console.ui.viewmodels.live_ring import phase_ring
from console.ui.viewmodels.live_shapes import AlarmLine, Ring, Tile
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_vitals import heart_tile, pressure_tile, vital_tile
from console.ui.viewmodels.live_words import DASHES, clock_hms

SILENT_S = 35.0
"""A room tells at least every 10 s while its archive is reached: three were missed (site default)."""

BACKLOG_ENTRIES = 200
"""More entries than that waiting in a room are worth a word (site default: about 15 minutes of a session)."""


@dataclass(frozen=True, slots=True)
class RoomFace:
    """One room on the board.

    Attributes:
        workstation_id: Its computer.
        name: As the clinic calls it.
        session_id: What a click opens, empty when there is nothing.
        open: A session is going on.
        silent: How long nothing was heard, as a sentence; empty while it speaks.
        patient: Initials, or the name where the board may show names.
        staff: Who is in the room.
        ring: Phase and the time that matters.
        pump: The pump's last known state as a word.
        tiles: Heart rate, saturation, pressure, breathing, carbon dioxide.
        figures: How old the figures are, in words.
        old: They are too old to be shown as now.
        alarms: The active alarms, the most important first.
        note: What else is to be known: a backlog, another version, a lesson.
    """

    workstation_id: str
    name: str
    session_id: str
    open: bool
    silent: str
    patient: str
    staff: str
    ring: Ring
    pump: str
    tiles: tuple[Tile, ...]
    figures: str
    old: bool
    alarms: tuple[AlarmLine, ...]
    note: str

    @property
    def top(self) -> AlarmLine | None:
        """The alarm that matters most."""
        return self.alarms[0] if self.alarms else None


@dataclass(frozen=True, slots=True)
class BoardView:
    """The whole board.

    Attributes:
        title: The clinic.
        clock: Time of day.
        link: How the board stands with the archive.
        lost: The archive is not reached: nothing here is now.
        summary: How many rooms treat somebody, how many have alarms or are silent.
        rooms: In the order of their names.
    """

    title: str
    clock: str
    link: str
    lost: bool
    summary: str
    rooms: tuple[RoomFace, ...] = ()


PUMP_WORDS = {
    PumpState.UNKNOWN: "",
    PumpState.STOPPED: "pump stopped",
    PumpState.INFUSING: "infusing",
    PumpState.PAUSED: "pump paused",
    PumpState.ALARM: "pump alarm",
    PumpState.OTHER: "pump in another mode",
}


def board_view(
    rooms: Sequence[BoardRoom],
    now: Instant,
    reference: LiveReference,
    title: str,
    link: str = "",
    names: bool = False,
) -> BoardView:
    """The board at ``now`` of its own clocks.

    Args:
        rooms: As they were folded.
        now: The board's own instant.
        reference: Alarm presets and zone.
        title: The clinic.
        link: What is wrong with the line to the archive, empty while it stands.
        names: Patients may be named; a wall that visitors see shows initials.
    """
    faces = tuple(room_face(room, now.mono_ns, reference, names) for room in rooms)
    if link:
        faces = tuple(replace(face, old=True) for face in faces)
    ordered = tuple(sorted(faces, key=lambda face: _in_order(face.name)))
    return BoardView(title, clock_hms(now, reference.zone), link, bool(link), _summary(ordered), ordered)


def room_face(room: BoardRoom, now_ns: int, reference: LiveReference, names: bool = False) -> RoomFace:
    """One room."""
    state, live = room.state, live_of(room, now_ns)
    now = room_now(room, now_ns) or Instant(0, 0)
    quiet_s = (now_ns - room.heard_ns) / NS_PER_S
    name = room.status.room if room.status is not None and room.status.room else room.workstation_id
    silent = silence(name, quiet_s) if quiet_s > SILENT_S else ""
    age_s = figures_age_s(room, now_ns)
    old = bool(silent) or age_s is None or age_s > FIGURES_OLD_S
    session = state.session if room.open else None
    tiles = (
        heart_tile(state, live, now, reference),
        vital_tile(Vital.SPO2, state, live, now, reference),
        pressure_tile(state, live, now, reference, ""),
        vital_tile(Vital.RR, state, live, now, reference),
        vital_tile(Vital.ETCO2, state, live, now, reference),
    )
    return RoomFace(
        workstation_id=room.workstation_id,
        name=name,
        session_id=room.session_id,
        open=room.open,
        silent=silent,
        patient="" if session is None else _shown(session.patient, names),
        staff=_staff(state, room.open),
        ring=_ring(state, now, reference, room.open, bool(silent)),
        pump=PUMP_WORDS[state.pump.state] if room.open else "",
        tiles=tiles if room.open else (),
        figures=figures_words(age_s) if room.open else "",
        old=old,
        alarms=alarm_strip(state, now, "").lines,
        note=_note(room),
    )


def silence(name: str, seconds: float) -> str:
    """``no word from Room 3 for 4 min``."""
    return f"no word from {name} for {span(seconds)}"


def span(seconds: float) -> str:
    """``40 s``, ``4 min``, ``3 h``, ``2 days``; rounded down, so that nothing is made older than it is."""
    if seconds < 60:
        return f"{int(seconds)} s"
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def figures_words(age_s: float | None) -> str:
    """How old the figures are."""
    if age_s is None:
        return "no figures yet"
    if age_s < 3:
        return "now"
    words = f"{span(age_s)} ago"
    return f"last figures {words}" if age_s > FIGURES_OLD_S else words


def _delivery(state: State) -> Delivery:
    """Where the infusion stands by what the record has: the pump's counter as it was last sealed."""
    session = state.session
    if session is None:
        return Delivery(NOTHING, None, None, False, None)
    total = None if session.order is None else session.order.volume_ml
    running = state.pump.state is PumpState.INFUSING or state.supervised
    rate = session.segments[-1].rate_ml_h if session.segments else state.pump.rate_ml_h
    if rate is None and session.order is not None:
        rate = session.order.rate_ml_h
    left = None
    if total is not None and rate is not None and rate > 0:
        left = float(max(NOTHING, total - session.given_ml) * 3600 / rate)
    return Delivery(session.given_ml, total, rate, running, left)


def _ring(state: State, now: Instant, reference: LiveReference, is_open: bool, silent: bool) -> Ring:
    if not is_open:
        return Ring("No session", "", "", "", 0.0, Tone.MUTED)
    ring = phase_ring(state, _delivery(state), now, reference.zone)
    if silent and state.phase in (Phase.INFUSING, Phase.PAUSED, Phase.OBSERVING):
        # What the time would be if all went on as it was last heard is not known.
        return replace(ring, big=DASHES, under="last known phase", foot="", tone=Tone.MUTED)
    return ring


def _shown(patient: Patient, names: bool) -> str:
    if names:
        return patient.full_name
    parts = (patient.given_name, patient.family_name)
    return " ".join(f"{part[0]}." for part in parts if part)


def _staff(state: State, is_open: bool) -> str:
    if state.user is not None:
        locked = ", away from the console" if state.locked else ""
        return f"{state.user.name}{locked}"
    return "nobody signed in" if is_open else ""


def _note(room: BoardRoom) -> str:
    session, status = room.state.session, room.status
    words = []
    if session is not None and room.open and session.training:
        words.append("TRAINING")
    if status is not None and status.waiting >= BACKLOG_ENTRIES:
        words.append(f"{status.waiting} entries not in the archive yet")
    if room.unreadable:
        words.append("written by a newer console: update this board")
    if status is not None and status.reference:
        words.append(status.reference)
    return " · ".join(words)


def _summary(faces: Sequence[RoomFace]) -> str:
    busy = sum(face.open for face in faces)
    alarming = sum(bool(face.alarms) for face in faces)
    silent = sum(bool(face.silent) and face.open for face in faces)
    words = [f"{busy} of {len(faces)} rooms treat somebody"]
    if alarming:
        words.append(f"{alarming} with alarms")
    if silent:
        words.append(f"{silent} silent")
    return "  ·  ".join(words)


def _in_order(name: str) -> tuple[tuple[int, str], ...]:
    """``Room 2`` before ``Room 10``."""
    parts: list[tuple[int, str]] = []
    for word in name.split():
        parts.append((int(word), "") if word.isdigit() else (-1, word))
    return tuple(parts)
