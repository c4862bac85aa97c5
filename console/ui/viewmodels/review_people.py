"""Who was in the room: who was signed in from when to when, and at which moments each acted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from console.course.course import Line
from console.course.facts_care import TherapistNoted
from console.session.events import (
    Commented,
    Corrected,
    Entry,
    GlassBroken,
    ReviewSigned,
    SessionOpened,
    SignedIn,
    SignedOut,
)
from console.session.people import Role

_AFTERWARDS = (Commented, Corrected, ReviewSigned)


@dataclass(frozen=True, slots=True)
class Presence:
    """One person.

    Attributes:
        name: As printed. role: Role at the time.
        spans: Signed in from and to.
        acts: Moments of what they did or confirmed, signed in or with a PIN of their own.
    """

    name: str
    role: str
    spans: tuple[tuple[int, int], ...]
    acts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TherapistNote:
    """A timed note in the therapist's lane."""

    t_ns: int
    text: str
    therapist: str


@dataclass
class _Person:
    name: str
    role: str
    spans: list[tuple[int, int]] = field(default_factory=list)
    acts: list[int] = field(default_factory=list)


def presences_of(entries: Sequence[Entry], end_ns: int) -> tuple[Presence, ...]:
    """Everybody who acted or was signed in, in order of first appearance; entries are on the axis."""
    people: dict[str, _Person] = {}
    held: tuple[str, int] | None = None

    def let_go(at_ns: int) -> None:
        if held is not None:
            people[held[0]].spans.append((held[1], at_ns))

    for entry in entries:
        actor, at = entry.actor, entry.at.mono_ns
        if actor.role is Role.ROOM or isinstance(entry.event, _AFTERWARDS):
            continue
        if at > end_ns:
            break
        known = people.setdefault(actor.user_id, _Person(actor.name, actor.role.value))
        known.acts.append(at)
        match entry.event:
            case SignedIn() | GlassBroken():
                let_go(at)
                held = (actor.user_id, at)
            case SignedOut():
                let_go(at)
                held = None
            case SessionOpened() if held is None:
                held = (actor.user_id, at)
            case _:
                pass
    let_go(end_ns)
    return tuple(Presence(one.name, one.role, tuple(one.spans), tuple(one.acts)) for one in people.values())


def therapist_notes(
    lines: Sequence[Line], session_id: str, start_ns: int, end_ns: int
) -> tuple[TherapistNote, ...]:
    """The therapist's notes on a session out of the patient's course, kept inside its picture."""
    found = [
        TherapistNote(
            min(max(line.fact.at_wall_ns, start_ns), end_ns),
            line.fact.text,
            line.fact.therapist or line.by.name,
        )
        for line in lines
        if not line.struck and isinstance(line.fact, TherapistNoted) and line.fact.session_id == session_id
    ]
    return tuple(sorted(found, key=lambda one: one.t_ns))
