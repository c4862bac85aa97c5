"""A session folded once, as every part of the projection looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from console.clock import Instant
from console.session.apply import apply
from console.session.events import CareNoted, Corrected, Entry, LinkChanged, NumericsSealed, PressureTaken
from console.session.people import Actor, Role
from console.session.pump import Identity
from console.session.site import PUMP
from console.session.state import Phase, Session, State
from console.sync.fhir.source import Naming, Resource, Source, resource
from console.sync.fhir.values import Body

NOBODY = frozenset({"room", "unattributed", ""})
"""User ids that are no person."""


class NoSession(LookupError):
    """The entries hold no session; the text says so to a person."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One session on one steady axis: ``at.mono_ns`` of every entry is nanoseconds since the Unix epoch.

    Attributes:
        source: What was handed in.
        entries: Its entries on the axis.
        session: Its state after the last of them.
        phase: Where it stands.
        given: Volume given so far by the pump's counter, after each entry.
        devices: Who each binding said it is.
        corrections: Corrections by the entry they correct.
    """

    source: Source
    entries: tuple[Entry, ...]
    session: Session
    phase: Phase
    given: tuple[Decimal, ...]
    devices: Mapping[str, Identity]
    corrections: Mapping[int, tuple[Entry, ...]]

    @property
    def names(self) -> Naming:
        """Whose record it is."""
        return self.source.naming

    @property
    def opened_seq(self) -> int:
        """The entry that stands for the session."""
        return self.entries[0].seq

    @property
    def last_ns(self) -> int:
        """Time of the last entry."""
        return max(entry.at.mono_ns for entry in self.entries)

    @property
    def test_data(self) -> bool:
        """A training, or a session with a virtual device."""
        return self.session.training or any(device.simulated for device in self.devices.values())

    def made(self, type_: str, seq: int, part: str, body: Body, seqs: Sequence[int] = ()) -> Resource:
        """A resource of one entry, and of the others that had a part in it."""
        return resource(self.names, type_, self.names.of_entry(seq, part), body, (seq, *seqs))

    def ref(self, type_: str, seq: int, part: str) -> Body:
        """A reference to what :meth:`made` makes."""
        return {"reference": f"{type_}/{self.names.of_entry(seq, part)}"}

    @property
    def subject(self) -> Body:
        """The patient."""
        return {"reference": f"Patient/{patient_id(self.names, self.session.patient.patient_id)}"}

    @property
    def encounter(self) -> Body:
        """The visit."""
        return self.ref("Encounter", self.opened_seq, "encounter")

    def who(self, actor: Actor) -> Body | None:
        """A reference to a person; in words alone when nobody knows who; None for the console itself."""
        if actor.role is Role.ROOM:
            return None
        if actor.user_id in NOBODY:
            return {"display": actor.name}
        return {"reference": f"Practitioner/{practitioner_id(self.names, actor)}", "display": actor.name}

    def agent(self, actor: Actor) -> Body:
        """A reference to who acted, the console included."""
        return self.who(actor) or self.console

    @property
    def console(self) -> Body:
        """The console as a device."""
        return {"reference": f"Device/{console_id(self.names)}"}

    def device(self, binding: str) -> Body | None:
        """A reference to the device of a binding, None when it never said who it is."""
        identity = self.devices.get(binding)
        if identity is None:
            return None
        return {"reference": f"Device/{device_id(self.names, binding, identity)}", "display": identity.model}

    @property
    def pump(self) -> Body | None:
        """The pump."""
        return self.device(PUMP)


def patient_id(names: Naming, patient: str) -> str:
    """Id of a patient, the same in every session of the clinic."""
    return names.of_site(f"patient/{patient}")


def practitioner_id(names: Naming, actor: Actor) -> str:
    """Id of a member of staff."""
    return names.of_site(f"practitioner/{actor.user_id}")


def console_id(names: Naming) -> str:
    """Id of this console."""
    return names.of_site(f"console/{names.stream_id}")


def device_id(names: Naming, binding: str, identity: Identity) -> str:
    """Id of a device: its serial number, else its place at this console."""
    place = identity.serial or f"{names.stream_id}/{binding}/{identity.model}"
    return names.of_site(f"device/{identity.kind}/{place}")


def scope_of(source: Source) -> Scope:
    """Fold the entries of a session.

    Raises:
        NoSession: there is none in them.
    """
    entries = placed(source.entries, source.offsets)
    state, given = State(), []
    for entry in entries:
        state = apply(state, entry)
        given.append(Decimal(0) if state.session is None else state.session.given_ml)
    if state.session is None:
        raise NoSession("The record holds no such session. Choose one from the list of sessions.")
    corrections: dict[int, tuple[Entry, ...]] = {}
    for entry in entries:
        if isinstance(entry.event, Corrected):
            seq = entry.event.seq
            corrections[seq] = (*corrections.get(seq, ()), entry)
    return Scope(
        source, entries, state.session, state.phase, tuple(given), _devices(source, entries), corrections
    )


def placed(entries: Iterable[Entry], offsets: Mapping[str, int]) -> tuple[Entry, ...]:
    """Entries with their monotonic times on one axis, which no step of the wall clock folds over itself.

    The axis is that of the samples, else the wall clock of the first entry of each boot carried forward.
    """
    known = dict(offsets)
    found = []
    for entry in entries:
        offset = known.setdefault(entry.boot_id, entry.at.wall_utc_ns - entry.at.mono_ns)
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
        found.append(replace(entry, at=_moved(entry.at, offset), event=event))
    return tuple(found)


def _moved(at: Instant, offset: int) -> Instant:
    return Instant(at.wall_utc_ns, at.mono_ns + offset)


def _devices(source: Source, entries: Sequence[Entry]) -> dict[str, Identity]:
    told = (*source.links, *(entry.event for entry in entries if isinstance(entry.event, LinkChanged)))
    return {link.device: link.identity for link in told if link.identity is not None}
