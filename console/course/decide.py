"""The decision about one request: facts to write, or why not. Pure and total."""

from __future__ import annotations

from typing import assert_never

from console.course.author import NURSE, PHYSICIAN
from console.course.decide_care import care
from console.course.decide_outcome import enter_outcome
from console.course.decide_plan import plan
from console.course.decision import CourseContext, CourseDecision, accept, refuse
from console.course.events import Struck
from console.course.facts_care import AlertAnswered, LinesMayBeMissing, OutcomeScored
from console.course.facts_plan import PlanFact
from console.course.requests import Chart, CourseRequest, EnterOutcome, KeepStock, Strike


def decide(ctx: CourseContext, request: CourseRequest) -> CourseDecision:
    """Decide one request about a patient's course."""
    if ctx.by.role not in {NURSE, PHYSICIAN}:
        return refuse(f"A {ctx.by.role} may not write in a patient's course: ask a nurse or a physician.")
    match request:
        case Chart(fact=fact):
            if isinstance(fact, LinesMayBeMissing):
                return refuse("Only the console says that lines may be missing.")
            if isinstance(fact, OutcomeScored):
                return refuse("A questionnaire is entered with its answers: the console scores it.")
            return plan(ctx, fact) if isinstance(fact, PlanFact) else care(ctx, fact)
        case EnterOutcome():
            return enter_outcome(ctx, request)
        case Strike():
            return _strike(ctx, request)
        case KeepStock():
            return refuse("The drug log belongs to the clinic, not to one patient: enter it there.")
        case _:
            assert_never(request)


def _strike(ctx: CourseContext, request: Strike) -> CourseDecision:
    line = ctx.course.line(request.line_id)
    if line is None:
        return refuse("There is no such line in this course.")
    if line.struck:
        return refuse("This line was struck already.")
    if isinstance(line.fact, Struck | AlertAnswered | LinesMayBeMissing):
        return refuse("This line cannot be struck: write what is right in a new one.")
    if not request.reason.strip():
        return refuse("Say why the line does not hold.")
    return accept(Struck(request.line_id, request.reason.strip()))
