"""The report, signatures, second looks, corrections and who signed in: documents and their provenance."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha1
from typing import Final

from console.session.codec import kind_of
from console.session.events import (
    Corrected,
    Entry,
    OrderVerified,
    OrderWritten,
    ReviewSigned,
)
from console.sync.fhir.codes import PROCEDURE_NOTE, TERMINOLOGY, loinc
from console.sync.fhir.scope import Scope
from console.sync.fhir.source import Document, Resource
from console.sync.fhir.values import Body, coding, concept, instant
from console.sync.fhir.visit import finding

DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_SIGN_IN: Final = ("110114", "User Authentication")
_ALERT: Final = ("110113", "Security Alert")
AUDITED: Final[dict[str, tuple[tuple[str, str], tuple[str, str] | None]]] = {
    "signed_in": (_SIGN_IN, ("110122", "Login")),
    "signed_out": (_SIGN_IN, ("110123", "Logout")),
    "console_locked": (_SIGN_IN, ("110123", "Logout")),
    "glass_broken": (_ALERT, ("110127", "Emergency Override Started")),
    "emergency_explained": (_ALERT, None),
    "access_noted": (("110110", "Patient Record"), None),
}
"""Kinds about who was there and who looked, with type and subtype (DICOM PS3.16, CID 400 and 403)."""

SIGNATURES: Final = "urn:iso-astm:E1762-95:2013"
REPORT: Final = "report"


def papers_of(scope: Scope, made: Sequence[Resource]) -> Iterator[Resource]:
    """Papers about what was made so far."""
    document = scope.source.document
    if document is not None:
        yield _report(scope, document)
    for entry in scope.entries:
        match entry.event:
            case OrderVerified(verifier=verifier):
                order = next(
                    (e for e in reversed(scope.entries)
                     if isinstance(e.event, OrderWritten) and e.seq < entry.seq), None,
                )  # fmt: skip
                if order is not None:
                    target = scope.ref("MedicationRequest", order.seq, "order")
                    yield _provenance(
                        scope, entry, [target], "verifier", scope.agent(verifier),
                        "Weight, concentration and dose re-entered blind by a second person",
                    )  # fmt: skip
            case ReviewSigned() as signed:
                yield _signature(scope, entry, signed, document is not None)
            case Corrected() as corrected:
                touched = [one for one in made if corrected.seq in one.seqs and not one.shared]
                refs: list[Body] = [{"reference": one.key} for one in touched] or [scope.encounter]
                yield _correction(scope, entry, corrected, refs)
                yield _provenance(
                    scope, entry, [*refs, scope.ref("Observation", entry.seq, "correction")],
                    "author", scope.agent(entry.actor), corrected.reason,
                )  # fmt: skip
            case _ if kind_of(entry.event) in AUDITED:
                yield _audit(scope, entry)
            case _:
                pass


def _report(scope: Scope, document: Document) -> Resource:
    signed = [e for e in scope.entries if isinstance(e.event, ReviewSigned)]
    # Somebody who only looks makes no new report.
    said = [e for e in scope.entries if kind_of(e.event) not in AUDITED]
    head = said[-1].hash or str(said[-1].seq)
    body: Body = {
        "status": "current",
        "docStatus": "final" if signed else "preliminary",
        "type": concept("Report of a ketamine infusion", loinc(PROCEDURE_NOTE)),
        "subject": scope.subject,
        "date": instant(document.made_ns),
        "author": [scope.console],
        "authenticator": scope.who(signed[-1].actor) if signed else None,
        "content": [
            {
                "attachment": {
                    "contentType": "application/pdf",
                    "language": "en",
                    "data": b64encode(document.pdf).decode(),
                    "size": len(document.pdf),
                    # R4 asks for SHA-1 here; it only tells whether the bytes arrived whole.
                    "hash": b64encode(sha1(document.pdf, usedforsecurity=False).digest()).decode(),
                    "title": "Report of the session",
                    "creation": instant(document.made_ns),
                }
            }
        ],
        "context": {
            "encounter": [scope.encounter],
            "period": {
                "start": instant(scope.entries[0].at.mono_ns),
                "end": instant(scope.last_ns),
            },
        },
    }
    made = scope.made("DocumentReference", scope.opened_seq, REPORT, body, [e.seq for e in signed])
    # Two printings of one record differ in their bytes and say the same.
    return Resource(made.type, made.id, made.body, made.seqs, stamp=f"{REPORT}:{head}")


def _provenance(
    scope: Scope, entry: Entry, target: Sequence[Body], role: str, who: Body, reason: str
) -> Resource:
    body: Body = {
        "target": target,
        "recorded": instant(entry.at.mono_ns),
        "reason": [concept(reason)] if reason else None,
        "agent": [
            {
                "type": concept(
                    "", coding(TERMINOLOGY + "provenance-participant-type", role, role.capitalize())
                ),
                "who": who,
            }
        ],
    }
    return scope.made("Provenance", entry.seq, "provenance", body)


def _signature(scope: Scope, entry: Entry, signed: ReviewSigned, printed: bool) -> Resource:
    who = scope.agent(entry.actor)
    target = [scope.encounter]
    if printed:
        target.append(scope.ref("DocumentReference", scope.opened_seq, REPORT))
    made = _provenance(scope, entry, target, "verifier", who, f"Signed: {signed.meaning}")
    body: Body = {
        **made.body,
        "entity": [
            {
                "role": "source",
                "what": {
                    "identifier": {
                        "system": scope.names.system("record-hash"),
                        "value": signed.record_hash or "none",
                    },
                    "display": "The record up to this entry",
                },
            }
        ],
        "signature": [
            {
                "type": [
                    coding(SIGNATURES, "1.2.840.10065.1.12.1.5", "Verification Signature"),
                ],
                "when": instant(entry.at.mono_ns),
                "who": who,
            }
        ],
    }
    return Resource(made.type, made.id, body, made.seqs)


def _correction(scope: Scope, entry: Entry, corrected: Corrected, focus: Sequence[Body]) -> Resource:
    body: Body = {
        **finding(scope, entry, "correction", "Correction of an earlier entry"),
        "focus": focus,
        "valueString": corrected.text or "-",
    }
    return scope.made("Observation", entry.seq, "correction", body)


def _audit(scope: Scope, entry: Entry) -> Resource:
    type_, subtype = AUDITED[kind_of(entry.event)]
    why = str(getattr(entry.event, "reason", ""))
    what = " ".join(str(getattr(entry.event, name, "")) for name in ("what", "detail")).strip()
    body: Body = {
        "type": coding(DCM, *type_),
        "subtype": [] if subtype is None else [coding(DCM, *subtype)],
        "action": "E",
        "recorded": instant(entry.at.mono_ns),
        "outcome": "0",
        "outcomeDesc": what,
        "purposeOfEvent": [concept(why)] if why else None,
        "agent": [{"who": scope.agent(entry.actor), "name": entry.actor.name, "requestor": True}],
        "source": {"observer": scope.console},
    }
    return scope.made("AuditEvent", entry.seq, "audit", body)
