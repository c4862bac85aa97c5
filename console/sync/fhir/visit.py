"""The visit and what was asked and found before and after the infusion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.clinical.arrival import ARRIVAL_ITEMS, ARRIVAL_VERSION
from console.clinical.discharge import CONFIRMATIONS
from console.session.events import (
    ArrivalAnswered,
    BaselineAccepted,
    DischargeConfirmed,
    Discharged,
    Entry,
    IdentityConfirmed,
    SessionAborted,
    SessionClosed,
    WeightRecorded,
)
from console.session.state import Phase
from console.sync.fhir.codes import BODY_WEIGHT, CONSENT_DOCUMENT, PROCEDURE, TERMINOLOGY, VITAL_SIGNS, loinc
from console.sync.fhir.pressure import pressure_components
from console.sync.fhir.scope import Scope
from console.sync.fhir.source import Resource
from console.sync.fhir.staff import series_id, staff
from console.sync.fhir.values import Body, coding, concept, instant, note, period, quantity

CONSENT = "consent"
"""The arrival check that becomes a Consent."""

_STATUS = {Phase.ARRIVAL: "arrived", Phase.CLOSED: "finished", Phase.ABORTED: "cancelled"}


def visit_of(scope: Scope) -> Iterator[Resource]:
    """The visit and its papers."""
    yield _encounter(scope)
    for entry in scope.entries:
        match entry.event:
            case IdentityConfirmed():
                body = finding(scope, entry, "identity-confirmed", "Two identifiers were asked and agreed")
                yield scope.made("Observation", entry.seq, "identity", {**body, "valueBoolean": True})
            case WeightRecorded(kg=kg):
                yield scope.made(
                    "Observation",
                    entry.seq,
                    "weight",
                    {
                        **finding(scope, entry, "", ""),
                        "category": [VITAL_SIGNS],
                        "code": concept("Body weight", loinc(BODY_WEIGHT)),
                        "valueQuantity": quantity(kg, "kg"),
                    },
                )
            case BaselineAccepted() as baseline:
                yield _baseline(scope, entry, baseline)
            case _:
                pass
    yield from _consent(scope)
    yield from _arrival(scope)
    yield from _discharge(scope)


def finding(scope: Scope, entry: Entry, code: str, words: str) -> Body:
    """What every observation of this console begins with."""
    who = scope.who(entry.actor)
    return {
        "status": "final",
        "category": [PROCEDURE],
        "code": own_code(scope, code, words),
        "subject": scope.subject,
        "encounter": scope.encounter,
        "effectiveDateTime": instant(entry.at.mono_ns),
        "performer": [] if who is None else [who],
    }


def own_code(scope: Scope, code: str, words: str) -> Body:
    """A concept for which no published code exists: our own, and its words."""
    return concept(words, coding(scope.names.system("finding"), code, words))


def _encounter(scope: Scope) -> Resource:
    ends = [e for e in scope.entries if isinstance(e.event, Discharged | SessionClosed | SessionAborted)]
    over = scope.phase in {Phase.CLOSED, Phase.ABORTED}
    left = next((e for e in scope.entries if isinstance(e.event, Discharged)), None)
    aborted = scope.session.aborted
    gone = "Discharged with an escort" if left is not None else ""
    if aborted:
        gone = f"Ended before anything was infused: {aborted}"
    body: Body = {
        "status": _STATUS.get(scope.phase, "in-progress"),
        "class": coding(TERMINOLOGY + "v3-ActCode", "AMB", "ambulatory"),
        "serviceType": concept("Ketamine infusion under observation"),
        "subject": scope.subject,
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{series_id(scope)}"}],
        "participant": [
            {"type": [concept(actor.role.value.capitalize())], "individual": scope.who(actor)}
            for actor in staff(scope)
        ],
        "period": period(
            scope.entries[0].at.mono_ns, max(e.at.mono_ns for e in ends) if over and ends else None
        ),
        "hospitalization": {"dischargeDisposition": concept(gone)} if gone else None,
    }
    return scope.made("Encounter", scope.opened_seq, "encounter", body, [e.seq for e in ends])


def _baseline(scope: Scope, entry: Entry, baseline: BaselineAccepted) -> Resource:
    body: Body = {
        **finding(scope, entry, "baseline-pressure", "Baseline blood pressure, mean of two readings"),
        "category": [VITAL_SIGNS],
        "component": pressure_components(baseline.systolic, baseline.diastolic, None),
        "note": [note(f"Accepted above the cut-off: {baseline.override_reason}")]
        if baseline.override_reason
        else None,
    }
    return scope.made("Observation", entry.seq, "baseline", body)


# --- checklists -------------------------------------------------------------------------------------


def _consent(scope: Scope) -> Iterator[Resource]:
    answers = _answers(scope, consent=True)
    if not answers:
        return
    first, last = answers[0], answers[-1]
    given = isinstance(last.event, ArrivalAnswered) and last.event.ok
    body: Body = {
        "status": "active" if given else "rejected",
        "scope": concept("", coding(TERMINOLOGY + "consentscope", "treatment", "Treatment")),
        "category": [concept("", loinc(CONSENT_DOCUMENT))],
        "patient": scope.subject,
        "dateTime": instant(last.at.mono_ns),
        # R4 wants a policy or a rule (ppc-1); the signed paper is the clinic's own.
        "policyRule": concept("", coding(TERMINOLOGY + "v3-ActCode", "OPTIN", "opt-in")),
        "verification": [
            {
                "verified": given,
                "verifiedWith": scope.subject,
                "verificationDate": instant(last.at.mono_ns),
            }
        ],
    }
    yield scope.made("Consent", first.seq, "consent", body, [e.seq for e in answers[1:]])


def _arrival(scope: Scope) -> Iterator[Resource]:
    answers = _answers(scope, consent=False)
    if not answers:
        return
    questions = {item.id: item.question for item in ARRIVAL_ITEMS}
    latest = {e.event.item: e.event for e in answers if isinstance(e.event, ArrivalAnswered)}
    items: list[Body] = []
    for name, answer in latest.items():
        said = "Let through: " * answer.overridden + answer.note
        items.append(_yes_no(name, questions.get(name, name), answer.ok, said))
    yield _checklist(scope, "arrival", ARRIVAL_VERSION, items, answers)


def _discharge(scope: Scope) -> Iterator[Resource]:
    answers = [e for e in scope.entries if isinstance(e.event, DischargeConfirmed)]
    if not answers:
        return
    labels = {one.id: one.label for one in CONFIRMATIONS}
    latest = {e.event.item: e.event.ok for e in answers if isinstance(e.event, DischargeConfirmed)}
    items = [_yes_no(name, labels.get(name, name), ok) for name, ok in latest.items()]
    yield _checklist(scope, "discharge", 1, items, answers)


def _answers(scope: Scope, *, consent: bool) -> list[Entry]:
    answers = (e for e in scope.entries if isinstance(e.event, ArrivalAnswered))
    return [e for e in answers if (getattr(e.event, "item", "") == CONSENT) is consent]


def _yes_no(name: str, words: str, ok: bool, said: str = "") -> Body:
    # What is said about an answer belongs to it: an item may not have both (FHIR R4 constraint qrs-1).
    answer: Body = {"valueBoolean": ok, "item": [_said(name, said)] if said else []}
    return {"linkId": name, "text": words, "answer": [answer]}


def _said(name: str, said: str) -> Body:
    return {"linkId": f"{name}-note", "text": "Note", "answer": [{"valueString": said}]}


def _checklist(
    scope: Scope, name: str, version: int, items: Sequence[Body], answers: Sequence[Entry]
) -> Resource:
    last = answers[-1]
    body: Body = {
        "questionnaire": f"{scope.names.system('questionnaire')}:{name}|{version}",
        "status": "completed",
        "subject": scope.subject,
        "encounter": scope.encounter,
        "authored": instant(last.at.mono_ns),
        "author": scope.agent(last.actor),
        "item": items,
    }
    return scope.made("QuestionnaireResponse", answers[0].seq, name, body, [e.seq for e in answers[1:]])
