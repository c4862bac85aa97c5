"""What a projection is made of, and what it makes: plain values in, resources out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from console.clinical.vitals import Wave
from console.session.events import Entry, LinkChanged, RecordSetAside
from console.session.people import Patient
from console.sync.fhir.values import Body, Json, encode, filled_of

NAMESPACE: Final = UUID("6f0f4c1e-6c0f-5b9e-9a53-0d1c4a7be2d4")
"""Every id is a UUIDv5 below it. An id tells nothing of a person: it lands in logs."""

IDENTIFIED_ONCE: Final = frozenset({"AdverseEvent", "QuestionnaireResponse"})
"""Types whose ``identifier`` is one, not a list (HL7 R4)."""

NOT_IDENTIFIED: Final = frozenset({"Provenance", "AuditEvent"})
"""Types without an ``identifier`` (HL7 R4)."""

FOUND_BY_TAG: Final = NOT_IDENTIFIED | {"AdverseEvent"}
"""Types that R4 cannot search by identifier; they carry theirs as a tag, by which every type is found."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Whose record it is, and the systems its identifiers belong to.

    Attributes:
        stream_id: Stream of events the session is in.
        site_id: Clinic.
        base: URI below which this console names its own identifiers and codes.
        mrn_system: URI of the clinic's record numbers.
        carried: Stream and place that an entry had before a damaged record was set aside, by its place here.
    """

    stream_id: str
    site_id: str
    base: str
    mrn_system: str
    carried: Mapping[int, tuple[str, int]] = field(default_factory=dict)

    def system(self, name: str) -> str:
        """The system of one kind of our own codes or identifiers."""
        return f"{self.base}:{name}" if self.base.startswith("urn:") else f"{self.base}/{name}"

    def of_entry(self, seq: int, part: str) -> str:
        """Id of what one entry of the record makes: the same as before when it was carried over."""
        stream_id, place = self.carried.get(seq, (self.stream_id, seq))
        return str(uuid5(NAMESPACE, f"{stream_id}/{place}/{part}"))

    def of_site(self, part: str) -> str:
        """Id of what belongs to the clinic whatever the session: people, devices."""
        return str(uuid5(NAMESPACE, f"{self.site_id}/{part}"))


def carried_places(aside: RecordSetAside) -> dict[int, tuple[str, int]]:
    """Where the entries of a record had stood that was begun in the place of a damaged one."""
    if not aside.stream_id:
        return {}
    before = [place for first, many in aside.carried for place in range(first, first + many)]
    return {seq: (aside.stream_id, place) for seq, place in enumerate(before, start=2)}


def naming(stream_id: str, site_id: str, base: str = "", mrn_system: str = "") -> Naming:
    """Names for a record; without URIs of the clinic, URNs of its site id."""
    own = base.rstrip("/:") or f"urn:infusion-console:{uuid5(NAMESPACE, site_id)}"
    joined = f"{own}:mrn" if own.startswith("urn:") else f"{own}/mrn"
    return Naming(stream_id, site_id, own, mrn_system or joined)


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of a waveform around an alarm, evenly sampled.

    Attributes:
        alarm_seq: Entry that raised the alarm.
        wave: Which signal.
        source: Device binding that spoke.
        unit: UCUM unit.
        start_ns: Time of the first sample, on the axis of the record's samples.
        period_ms: Time between samples.
        factor: Physical value = sample * factor.
        samples: Whole numbers; None where there was none.
    """

    alarm_seq: int
    wave: Wave
    source: str
    unit: str
    start_ns: int
    period_ms: Decimal
    factor: Decimal
    samples: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The printed report.

    Attributes:
        pdf: Its bytes.
        made_ns: When it was printed.
    """

    pdf: bytes
    made_ns: int


@dataclass(frozen=True, slots=True)
class Episode:
    """How a patient's series stands.

    Attributes:
        status: ``"planned"``, ``"active"`` or ``"finished"`` (HL7 R4 EpisodeOfCare).
        since: First day, empty when not known.
        until: Last day, empty while it goes on.
    """

    status: str = "active"
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One session as it is handed to the projection.

    Attributes:
        naming: Whose record it is.
        entries: The session's entries in order.
        links: What the devices had said of themselves before it was opened.
        offsets: Steady axis minus monotonic clock of its samples, by boot.
        patient: The person as known now; None = as known in the session.
        strips: Waveforms around its alarms.
        document: The printed report, where there is one.
        app_version: Version of the console.
        episode: How the patient's series stands.
    """

    naming: Naming
    entries: tuple[Entry, ...]
    links: tuple[LinkChanged, ...] = ()
    offsets: Mapping[str, int] = field(default_factory=dict)
    patient: Patient | None = None
    strips: tuple[Strip, ...] = ()
    document: Document | None = None
    app_version: str = ""
    episode: Episode = field(default_factory=Episode)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource under the id this console gave it.

    Attributes:
        type: Resource type.
        id: UUID given here; servers may give another.
        body: The resource without ``id``; references name ids given here.
        seqs: Entries of the record it was made from.
        shared: Belongs to the clinic, not to one session.
        stamp: Stands for the body where that differs between two equal ones (a PDF); else empty.
    """

    type: str
    id: str
    body: Body
    seqs: tuple[int, ...]
    shared: bool = False
    stamp: str = ""

    @property
    def key(self) -> str:
        """``Type/id``, as references name it."""
        return f"{self.type}/{self.id}"


def resource(
    names: Naming,
    type_: str,
    id_: str,
    body: Body,
    seqs: Sequence[int],
    *,
    shared: bool = False,
    stamp: str = "",
) -> Resource:
    """A resource with its identifier, or a tag that serves as one, and nothing empty in it."""
    own: Body = {"system": names.system("record"), "value": id_}
    filled: Body = {"resourceType": type_, **body}
    if type_ not in NOT_IDENTIFIED:
        given = body.get("identifier")
        others = list(given) if isinstance(given, list) else []
        filled["identifier"] = own if type_ in IDENTIFIED_ONCE else [own, *others]
    if type_ in FOUND_BY_TAG:
        filled["meta"] = {"tag": [{"system": names.system("record"), "code": id_}]}
    return Resource(type_, id_, filled_of(filled), tuple(seqs), shared, stamp)


def digest(body: Json) -> str:
    """What tells two versions of a resource apart."""
    return sha256(encode(body)).hexdigest()


def references(body: Json) -> Iterator[str]:
    """Every ``Type/id`` a body points at."""
    if isinstance(body, dict):
        pointed = body.get("reference")
        if isinstance(pointed, str):
            yield pointed
        for one in body.values():
            yield from references(one)
    elif isinstance(body, list | tuple):
        for one in body:
            yield from references(one)
