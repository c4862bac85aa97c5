"""Before and between the infusions: why, whether, by which plan and consent, beside which medicines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from console.course import facts_plan as plan
from console.course.course import Course, Line
from console.course.screening import screening
from console.course.series import series
from console.sync.fhir.codes import CONSENT_DOCUMENT, TERMINOLOGY, loinc
from console.sync.fhir.course_scope import ENTERED_IN_ERROR, CourseScope, when
from console.sync.fhir.source import Resource
from console.sync.fhir.values import Body, coding, concept, note

_REPLIES: Final = {"no": False, "yes": True}


def planned_of(scope: CourseScope) -> Iterator[Resource]:
    """Everything of the plan."""
    yield from _conditions(scope)
    yield from _screening(scope)
    for line in scope.course.lines:
        match line.fact:
            case plan.TriedBefore() as fact:
                yield _tried(scope, line, fact)
            case plan.SuitabilityDecided() as fact:
                words = "Whether the treatment suits this person"
                said = note("; ".join((*fact.reasons, *([fact.conditions] if fact.conditions else []))))
                body = {**scope.finding(line, "suitability", words), "note": [said]}
                verdict = fact.verdict.value.replace("_", " ")
                body["valueCodeableConcept"] = concept(
                    verdict.capitalize(), coding(scope.names.system("verdict"), fact.verdict.value)
                )
                yield scope.made("Observation", line, "suitability", body)
            case plan.ProtocolChosen() as fact:
                said_ = f"{fact.protocol_id}, library v{fact.library_version}"
                yield _said(scope, line, "protocol", "Protocol of the series", said_, fact.reason)
            case plan.SeriesPlanned() as fact:
                yield _series(scope, line, fact)
            case plan.OnwardDecided() as fact:
                yield _onward(scope, line, fact)
            case plan.Adjusted() as fact:
                said_ = f"{fact.what}: {fact.before} -> {fact.after}"
                words = "Changed from now on"
                yield _said(scope, line, "adjusted", words, said_, fact.reason, session_id=fact.session_id)
            case plan.TestResulted() as fact:
                found = scope.finding(line, fact.test, fact.test, at=fact.taken_on.isoformat(), system="test")
                concern = {"interpretation": [concept("A concern")]} if fact.concern else {}
                yield scope.made(
                    "Observation", line, "test", {**found, **concern, "valueString": fact.result}
                )
            case plan.MedicineListed() as fact:
                yield _medicine(scope, line, fact)
            case plan.CheckDone() as fact:
                known = scope.books.check(fact.check)
                words = fact.check if known is None else known.title
                at = "" if fact.done_on is None else fact.done_on.isoformat()
                body = scope.finding(line, fact.check, words, at=at, system="check")
                body |= {"valueString": "A concern" if fact.concern else "No concern"}
                yield scope.made("Observation", line, "check", {**body, "note": _notes(fact.note)})
            case plan.Assessed() as fact:
                asked = f"Asked by the person: {fact.questions}" if fact.questions else ""
                yield _said(scope, line, "assessed", f"Assessment: {fact.kind}", fact.text, asked)
            case plan.ConsentGiven() as fact:
                yield from _consent(scope, line, fact)
            case _:
                pass


def _notes(said: str) -> list[Body]:
    return [note(said)] if said else []


def _said(
    scope: CourseScope, line: Line, code: str, words: str, said: str, why: str, *, session_id: str = ""
) -> Resource:
    body = scope.finding(line, code, words, session_id=session_id)
    return scope.made("Observation", line, code, {**body, "valueString": said or "-", "note": _notes(why)})


def _conditions(scope: CourseScope) -> Iterator[Resource]:
    """What is treated: one condition for each indication that was ever named."""
    every = [(line, line.fact) for line in scope.course.lines if isinstance(line.fact, plan.Indicated)]
    chosen = scope.course.latest(plan.Indicated)
    for code in dict.fromkeys(code for _, fact in every for code in fact.codes):
        naming = [line for line, fact in every if code in fact.codes]
        holds = any(not line.struck for line in naming)
        active = chosen is not None and code in chosen.codes
        known = scope.books.indication(code)
        title = code if known is None else known.title
        status = coding(TERMINOLOGY + "condition-clinical", "active" if active else "inactive")
        verified = "confirmed" if holds else ENTERED_IN_ERROR
        first = naming[0]
        body: Body = {
            "clinicalStatus": concept("", status) if holds else None,
            "verificationStatus": concept("", coding(TERMINOLOGY + "condition-ver-status", verified)),
            "category": [concept("", coding(TERMINOLOGY + "condition-category", "problem-list-item"))],
            "code": concept(title, coding(scope.names.system("indication"), code, title)),
            "subject": scope.subject,
            "recordedDate": when(first),
            "recorder": scope.who(first),
            "note": _notes(chosen.note if active and chosen is not None else ""),
        }
        # Its id names the code: two indications of one line are two conditions.
        yield scope.made("Condition", first, f"condition-{code}", body, naming[1:])


def _tried(scope: CourseScope, line: Line, fact: plan.TriedBefore) -> Resource:
    response = fact.response.value.replace("_", " ")
    parts = {
        "kind": fact.kind.value,
        "response": response,
        "dose": fact.dose,
        "weeks": "" if fact.weeks is None else str(fact.weeks),
    }
    body: Body = {
        **scope.finding(line, "tried-before", "Treatment before this one"),
        "valueString": fact.name or "-",
        "component": [
            {
                "code": concept(name, coding(scope.names.system("finding"), f"tried-{name}")),
                "valueString": said,
            }
            for name, said in parts.items()
            if said
        ],
        "note": _notes(fact.note),
    }
    return scope.made("Observation", line, "tried", body)


# --- screening --------------------------------------------------------------------------------------


def _screening(scope: CourseScope) -> Iterator[Resource]:
    answers = [line for line in scope.course.lines if isinstance(line.fact, plan.ScreeningAnswered)]
    if answers:
        rows = screening(scope.course, scope.books).rows
        items = [
            _item(row.item.id, row.item.finding, row.answer[1]) for row in rows if row.answer is not None
        ]
        known = {row.item.id for row in rows}
        own = {fact.item: fact for fact in scope.course.all_of(plan.ScreeningAnswered)}
        items += [_item(name, name, fact) for name, fact in own.items() if name not in known]
        body = scope.answered(answers[-1], "screening", scope.books.version, items)
        body["status"] = "completed" if items else ENTERED_IN_ERROR
        yield scope.made("QuestionnaireResponse", answers[0], "screening", body, answers[1:])
    for line in scope.course.lines:
        if isinstance(line.fact, plan.ScreeningOverridden):
            yield _override(scope, line, line.fact)


def _item(name: str, words: str, fact: plan.ScreeningAnswered) -> Body:
    answer = _REPLIES.get(fact.reply.value)
    value: Body = {"valueBoolean": answer} if answer is not None else {"valueString": "Not known"}
    said: Body = {"linkId": f"{name}-note", "text": "Note", "answer": [{"valueString": fact.note}]}
    # What is said about an answer belongs to it: an item may not have both (FHIR R4 constraint qrs-1).
    return {"linkId": name, "text": words, "answer": [{**value, "item": [said] if fact.note else []}]}


def _override(scope: CourseScope, line: Line, fact: plan.ScreeningOverridden) -> Resource:
    item = scope.books.screening_item(fact.item)
    words = fact.item if item is None else item.finding
    body: Body = {
        "status": ENTERED_IN_ERROR if line.struck else "final",
        "code": concept(words, coding(scope.names.system("screening"), fact.item, words)),
        "patient": scope.subject,
        "identifiedDateTime": when(line),
        "author": scope.who(line),
        "mitigation": [
            {"action": concept(f"Let through: {fact.reason}"), "date": when(line), "author": scope.who(line)}
        ],
    }
    return scope.made("DetectedIssue", line, "override", body)


def _medicine(scope: CourseScope, line: Line, fact: plan.MedicineListed) -> Resource:
    name = fact.name.casefold()
    ended = [
        (later, end)
        for later, end in scope.course.lines_of(plan.MedicineEnded)
        if later.seq > line.seq and end.name.casefold() == name
    ]
    anew = [
        later
        for later, again in scope.course.lines_of(plan.MedicineListed)
        if later.seq > line.seq and again.name.casefold() == name
    ]
    over = ENTERED_IN_ERROR if line.struck else "completed" if ended or anew else "active"
    body: Body = {
        "status": over,
        "medicationCodeableConcept": concept(fact.name),
        "subject": scope.subject,
        "effectivePeriod": {"end": when(ended[0][0])} if ended else None,
        "dateAsserted": when(line),
        "informationSource": scope.who(line),
        "dosage": [{"text": fact.dose}] if fact.dose else [],
        "note": _notes(ended[0][1].reason if ended else ""),
    }
    return scope.made("MedicationStatement", line, "medicine", body, [ended[0][0]] if ended else ())


# --- consent ----------------------------------------------------------------------------------------


def _consent(scope: CourseScope, line: Line, fact: plan.ConsentGiven) -> Iterator[Resource]:
    topics = {topic.id: topic.text for topic in scope.books.consent.topics}
    items: list[Body] = [
        {"linkId": name, "text": topics.get(name, name), "answer": [{"valueBoolean": True}]}
        for name in fact.explained
    ]
    if fact.questions:
        items.append({"linkId": "questions", "text": "Asked", "answer": [{"valueString": fact.questions}]})
    yield scope.made(
        "QuestionnaireResponse", line, "explained", scope.answered(line, "consent", fact.version, items)
    )
    withdrawn = [one for one, _ in scope.course.lines_of(plan.ConsentWithdrawn) if one.seq > line.seq]
    anew = [one for one, _ in scope.course.lines_of(plan.ConsentGiven) if one.seq > line.seq]
    stands = ENTERED_IN_ERROR if line.struck else "inactive" if withdrawn or anew else "active"
    day = when(line) if fact.given_on is None else fact.given_on.isoformat()
    body: Body = {
        "status": stands,
        "scope": concept("", coding(TERMINOLOGY + "consentscope", "treatment", "Treatment")),
        "category": [concept("", loinc(CONSENT_DOCUMENT))],
        "patient": scope.subject,
        "dateTime": day,
        "performer": [{**scope.subject, "display": fact.signed_as}],
        "policyRule": concept(
            f"The clinic's consent, version {fact.version}", coding(TERMINOLOGY + "v3-ActCode", "OPTIN")
        ),
        "sourceReference": scope.ref("QuestionnaireResponse", line, "explained"),
        "verification": [{"verified": True, "verifiedWith": scope.subject, "verificationDate": day}],
    }
    yield scope.made("Consent", line, "consent", body, withdrawn[:1])


# --- plans ------------------------------------------------------------------------------------------


def _series(scope: CourseScope, line: Line, fact: plan.SeriesPlanned) -> Resource:
    """A plan as it became: visits that took place, were moved or called off."""
    until = _next_plan(scope.course, line)
    lines = tuple(one for one in scope.course.lines if until is None or one.seq < until.seq)
    moves = [one for one in lines if isinstance(one.fact, plan.VisitMoved) and one.seq > line.seq]
    found = None
    if not line.struck:
        found = series(Course(scope.course.patient_id, lines), scope.source.sessions, scope.source.today)
    activity: list[Body] = []
    for visit in () if found is None else [one for one in found.visits if one.number]:
        state = "cancelled" if visit.day is None else "scheduled" if visit.session is None else "completed"
        day = visit.planned if visit.day is None else visit.day
        activity.append(_activity(f"Infusion {visit.number}", state, day, visit.reason))
    activity = activity or [_activity("Infusion", "unknown", day, "") for day in fact.days]
    over = found is not None and found.complete
    state = "revoked" if until is not None else "completed" if over else "active"
    body = _plan(scope, line, f"Series of infusions, {fact.protocol_id}", state, activity)
    return scope.made("CarePlan", line, "series", {**body, "note": _notes(fact.reason)}, moves)


def _next_plan(course: Course, line: Line) -> Line | None:
    later = (one for one, _ in course.lines_of(plan.SeriesPlanned) if one.seq > line.seq)
    return next(later, None)


def _onward(scope: CourseScope, line: Line, fact: plan.OnwardDecided) -> Resource:
    later = [one for one, _ in scope.course.lines_of(plan.OnwardDecided) if one.seq > line.seq]
    state = "revoked" if later else "completed" if fact.onward is plan.Onward.STOP else "active"
    titles = {
        plan.Onward.MAINTAIN: "Maintenance infusions",
        plan.Onward.EXTEND: "The series is extended",
        plan.Onward.STOP: "No further infusions",
    }
    every = "" if fact.every_days is None else f"every {fact.every_days} days"
    activity: list[Body] = []
    if fact.next_day is not None:
        activity.append(_activity("Next infusion", "scheduled", fact.next_day, every))
    if fact.review_by is not None:
        activity.append(_activity("To be judged anew by", "scheduled", fact.review_by, ""))
    body = _plan(scope, line, titles[fact.onward], state, activity)
    return scope.made("CarePlan", line, "onward", {**body, "note": _notes(fact.reason)})


def _plan(scope: CourseScope, line: Line, title: str, state: str, activity: Sequence[Body]) -> Body:
    return {
        "status": ENTERED_IN_ERROR if line.struck else state,
        "intent": "plan",
        "title": title,
        "subject": scope.subject,
        "created": when(line),
        "author": scope.who(line),
        "supportingInfo": [scope.series],
        "activity": activity,
    }


def _activity(words: str, state: str, day: date, said: str) -> Body:
    return {
        "detail": {
            "code": concept(words),
            "status": state,
            "scheduledTiming": {"event": [day.isoformat()]},
            "description": said,
        }
    }
