"""Questionnaires: scored when entered, and what an answer asks of the staff is asked at once."""

from __future__ import annotations

from console.course.decision import CourseContext, CourseDecision, accept, refuse
from console.course.facts_care import OutcomeScored
from console.course.instruments import AnswerWrong, score
from console.course.requests import EnterOutcome


def enter_outcome(ctx: CourseContext, request: EnterOutcome) -> CourseDecision:
    """Score a questionnaire; the notices say what an answer calls for."""
    instrument = ctx.books.instruments.get(request.instrument)
    if instrument is None:
        return refuse(f"There is no questionnaire {request.instrument}.")
    if request.by_patient and not instrument.by_patient:
        return refuse(f"{instrument.short} is scored by a professional, not by the patient.")
    taken_on = request.taken_on or ctx.today
    if taken_on > ctx.today:
        return refuse("A questionnaire is answered today or was answered earlier.")
    if request.session_id and not ctx.knows_session(request.session_id):
        return refuse("The patient has no such session.")
    try:
        result = score(instrument, request.answers)
    except AnswerWrong as problem:
        return refuse(str(problem))
    scored = OutcomeScored(
        instrument=instrument.id,
        version=instrument.version,
        answers={} if instrument.score_only else dict(request.answers),
        total=result.total,
        band=result.band,
        taken_on=taken_on,
        session_id=request.session_id,
        by_patient=request.by_patient,
        alerts=tuple(alert.id for alert in result.alerts),
    )
    return accept(scored, notices=tuple(dict.fromkeys(alert.sentence for alert in result.alerts)))
