"""People and things that outlive one session: patient, staff, devices, the series of treatments."""

from __future__ import annotations

from collections.abc import Iterator

from console.session.events import OrderVerified, VerificationFailed
from console.session.people import Actor, Patient, Role
from console.sync.fhir.codes import TERMINOLOGY
from console.sync.fhir.scope import NOBODY, Scope, console_id, device_id, patient_id, practitioner_id
from console.sync.fhir.source import Episode, Naming, Resource, resource
from console.sync.fhir.values import Body, coding, concept, day


def shared_of(scope: Scope) -> Iterator[Resource]:
    """Everything of a session that other sessions name too."""
    yield _patient(scope)
    yield from _staff(scope)
    yield from _devices(scope)
    yield _series(scope)


def _patient(scope: Scope) -> Resource:
    names = scope.names
    patient = scope.source.patient or scope.session.patient
    id_ = patient_id(names, scope.session.patient.patient_id)
    return resource(names, "Patient", id_, patient_body(names, patient), (scope.opened_seq,), shared=True)


def patient_body(names: Naming, patient: Patient) -> Body:
    """A person, the same from a session and from a course."""
    return {
        "identifier": [
            {
                "type": concept("", coding(TERMINOLOGY + "v2-0203", "MR", "Medical record number")),
                "system": names.mrn_system,
                "value": patient.mrn,
            }
            if patient.mrn
            else None
        ],
        "name": [{"use": "official", "family": patient.family_name, "given": [patient.given_name]}],
        "gender": patient.sex.value,
        "birthDate": day(patient.birth_date),
    }


def staff(scope: Scope) -> tuple[Actor, ...]:
    """Everybody who had a part in the session, as last named."""
    found: dict[str, Actor] = {}
    for entry in scope.entries:
        found[entry.actor.user_id] = entry.actor
        match entry.event:
            case OrderVerified(verifier=other) | VerificationFailed(verifier=other):
                found[other.user_id] = other
            case _:
                pass
    people = (actor for actor in found.values() if actor.role is not Role.ROOM)
    return tuple(actor for actor in people if actor.user_id not in NOBODY)


def _staff(scope: Scope) -> Iterator[Resource]:
    for actor in staff(scope):
        body: Body = {"name": [{"text": actor.name}]}
        id_ = practitioner_id(scope.names, actor)
        seqs = [entry.seq for entry in scope.entries if entry.actor.user_id == actor.user_id]
        yield resource(scope.names, "Practitioner", id_, body, seqs[:1] or (scope.opened_seq,), shared=True)


def _devices(scope: Scope) -> Iterator[Resource]:
    names = scope.names
    console: Body = {
        "status": "active",
        "deviceName": [{"name": "Infusion-room console", "type": "model-name"}],
        "version": [{"value": scope.source.app_version}] if scope.source.app_version else None,
    }
    yield resource(names, "Device", console_id(names), console, (scope.opened_seq,), shared=True)
    for binding, identity in sorted(scope.devices.items()):
        told = [entry.seq for entry in scope.entries if getattr(entry.event, "identity", None) == identity]
        body: Body = {
            "status": "active",
            "deviceName": [{"name": identity.model or identity.kind, "type": "model-name"}],
            "modelNumber": identity.model,
            "serialNumber": identity.serial,
            "version": [{"value": identity.firmware}] if identity.firmware else None,
            "type": concept("Infusion pump" if binding == "pump" else "Patient monitor"),
            "note": [{"text": "Simulated device: no real patient."}] if identity.simulated else None,
        }
        id_ = device_id(names, binding, identity)
        yield resource(names, "Device", id_, body, told or (scope.opened_seq,), shared=True)


def _series(scope: Scope) -> Resource:
    """The series of treatments of a patient here."""
    body = series_body(scope.subject, scope.source.episode)
    return resource(scope.names, "EpisodeOfCare", series_id(scope), body, (scope.opened_seq,), shared=True)


def series_body(subject: Body, episode: Episode) -> Body:
    """A series, the same from a session and from a course."""
    return {
        "status": episode.status,
        "type": [concept("Series of ketamine infusions")],
        "patient": subject,
        "period": {"start": episode.since, "end": episode.until},
    }


def series_id(scope: Scope) -> str:
    """Id of the patient's series."""
    return scope.names.of_site(f"series/{scope.session.patient.patient_id}")
