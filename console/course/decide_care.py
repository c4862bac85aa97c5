"""The day, the hour and the weeks after: what is charted, and when a line cannot be true."""

from __future__ import annotations

from msgspec.structs import replace

from console.clock import NS_PER_S
from console.course.adverse import adverse_events
from console.course.books import Nature
from console.course.decision import CourseContext, CourseDecision, accept, refuse
from console.course.facts_care import (
    AccountTold,
    AdverseBegan,
    AdverseChanged,
    AdverseEnded,
    AfterCareGiven,
    AlertAnswered,
    CareFact,
    DayPrepared,
    DrugGiven,
    EffectNoted,
    FollowedUp,
    IntegrationHeld,
    IntegrationPlanned,
    IntentionStated,
    LinePlaced,
    LinesMayBeMissing,
    MusicChosen,
    MusicSet,
    OutcomeScored,
    TherapistNoted,
)
from console.course.outcomes import open_alerts

GRADES = range(1, 6)
"""Mild, moderate, severe, life-threatening, fatal (CTCAE v5.0)."""
STRENGTHS = range(1, 4)
GAUGES = range(14, 27)
"""Catheters from 14 to 26 gauge (ISO 10555-5)."""
AHEAD_NS = 120 * NS_PER_S
"""Clocks of windows may run a little ahead; two minutes is no future."""


def care(ctx: CourseContext, fact: CareFact) -> CourseDecision:
    """Decide one fact of this sort."""
    session_id = getattr(fact, "session_id", "")
    optional = isinstance(fact, AdverseBegan)
    if (
        hasattr(fact, "session_id")
        and not (optional and not session_id)
        and not ctx.knows_session(session_id)
    ):
        return refuse("Name the session this belongs to.")
    at = next((getattr(fact, name) for name in _TIMES if hasattr(fact, name)), None)
    if at is not None and at > ctx.now.wall_utc_ns + AHEAD_NS:
        return refuse("This time lies in the future: correct it.")
    match fact:
        case EffectNoted() | AdverseBegan():
            return _effect(ctx, fact)
        case AdverseChanged() | AdverseEnded():
            return _adverse(ctx, fact)
        case AlertAnswered():
            return _alert(ctx, fact)
        case DrugGiven():
            return _drug(ctx, fact)
        case FollowedUp():
            if ctx.books.task(fact.task) is None:
                return refuse(f"There is no follow-up task {fact.task}.")
            return (
                refuse("Write down what the concern is.")
                if fact.concern and not fact.note.strip()
                else accept(fact)
            )
        case _:
            return _told(ctx, fact)


_TIMES = ("at_wall_ns", "onset_wall_ns", "placed_wall_ns", "last_meal_wall_ns")


def _effect(ctx: CourseContext, fact: EffectNoted | AdverseBegan) -> CourseDecision:
    effect = ctx.books.effect(fact.effect)
    if effect is None:
        return refuse(f"The catalogue has no effect {fact.effect}.")
    if isinstance(fact, EffectNoted):
        if effect.nature is Nature.ADVERSE:
            return refuse(f"{effect.title} is an adverse effect: chart it as one, with its grade.")
        return (
            accept(fact)
            if fact.strength in STRENGTHS
            else refuse("Strength is 1 slight, 2 clear or 3 strong.")
        )
    if effect.nature is Nature.EXPECTED:
        return refuse(f"{effect.title} is expected: chart it as such, or choose what is wrong.")
    if fact.grade not in GRADES:
        return refuse("The grade is 1 mild, 2 moderate, 3 severe, 4 life-threatening or 5 fatal.")
    serious = fact.serious or fact.grade >= 4
    notices = (
        ("A serious event: call the physician, and report it as the clinic's rules say.",) if serious else ()
    )
    return accept(replace(fact, event_id=ctx.new_id(), serious=serious), notices=notices)


def _adverse(ctx: CourseContext, fact: AdverseChanged | AdverseEnded) -> CourseDecision:
    known = next(
        (one for one in adverse_events(ctx.course, ctx.books) if one.event_id == fact.event_id), None
    )
    if known is None:
        return refuse("There is no such adverse event.")
    if known.ended_wall_ns is not None:
        return refuse("This adverse event is over: chart a new one.")
    if fact.at_wall_ns < known.onset_wall_ns:
        return refuse("It cannot change or end before it began.")
    if isinstance(fact, AdverseEnded):
        return accept(fact) if fact.outcome.strip() else refuse("Say how it ended.")
    return accept(fact) if fact.grade in GRADES else refuse("The grade is 1 to 5.")


def _alert(ctx: CourseContext, fact: AlertAnswered) -> CourseDecision:
    if fact.line_id not in {one.line_id for one in open_alerts(ctx.course, ctx.books)}:
        return refuse("There is no such open question.")
    if not fact.assessment.strip() or not fact.action.strip():
        return refuse("Write what was found and what was done.")
    return accept(fact)


def _drug(ctx: CourseContext, fact: DrugGiven) -> CourseDecision:
    if not fact.drug.strip() or not fact.unit.strip() or not fact.route.strip():
        return refuse("Enter the drug, its dose with the unit, and the route.")
    if not fact.dose.is_finite() or fact.dose <= 0:
        return refuse("The dose is above zero.")
    known = {one.event_id for one in adverse_events(ctx.course, ctx.books)}
    if fact.event_id and fact.event_id not in known:
        return refuse("There is no such adverse event.")
    return accept(fact)


def _told(
    ctx: CourseContext,
    fact: DayPrepared
    | IntentionStated
    | LinePlaced
    | MusicChosen
    | MusicSet
    | TherapistNoted
    | AfterCareGiven
    | AccountTold
    | IntegrationPlanned
    | IntegrationHeld
    | OutcomeScored
    | LinesMayBeMissing,
) -> CourseDecision:
    match fact:
        case DayPrepared():
            known = {topic.id for topic in ctx.books.comfort}
            unknown = [one for one in fact.comfort if one not in known]
            return refuse(f"There is no item {unknown[0]}.") if unknown else accept(fact)
        case LinePlaced():
            if not fact.site.strip() or not fact.placed_by.strip():
                return refuse("Say where the line lies and who placed it.")
            if fact.gauge not in GAUGES or fact.attempts < 1:
                return refuse("A catheter has 14 to 26 gauge and took at least one puncture.")
            return accept(fact)
        case IntentionStated() | AccountTold():
            return accept(fact) if fact.words.strip() else refuse("Write the words first.")
        case TherapistNoted():
            return accept(fact) if fact.text.strip() else refuse("Write the note first.")
        case AfterCareGiven():
            if fact.version != ctx.books.after_care.version:
                return refuse(f"Version {ctx.books.after_care.version} of the after-care text is in force.")
            return accept(fact) if fact.given_to.strip() else refuse("Say who received it.")
        case IntegrationPlanned():
            if fact.day < ctx.today or not fact.with_whom.strip():
                return refuse("Choose a day from today on, and with whom.")
            return accept(fact)
        case IntegrationHeld():
            return accept(fact) if fact.day <= ctx.today else refuse("That day has not come yet.")
        case MusicSet(percent=percent) if not 0 <= percent <= 100:
            return refuse("The volume is 0 to 100 per cent.")
        case MusicChosen() | MusicSet() | OutcomeScored() | LinesMayBeMissing():
            return accept(fact)
