"""Before and between the infusions: screening, consent, suitability, protocol, series, what follows."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from console.course.author import PHYSICIAN
from console.course.books import Stop
from console.course.decision import CourseContext, CourseDecision, accept, refuse, signature_missing
from console.course.facts_plan import (
    Adjusted,
    Assessed,
    CheckDone,
    ConsentGiven,
    ConsentWithdrawn,
    Indicated,
    MedicineEnded,
    MedicineListed,
    Onward,
    OnwardDecided,
    PlanFact,
    ProtocolChosen,
    Reply,
    ScreeningAnswered,
    ScreeningOverridden,
    SeriesPlanned,
    SuitabilityDecided,
    TestResulted,
    TriedBefore,
    Verdict,
    VisitMoved,
)
from console.course.screening import consent, medicines, screening, suitability
from console.course.series import LATEST_REVIEW_DAYS, LONGEST_INTERVAL_DAYS, series, warnings


def plan(ctx: CourseContext, fact: PlanFact) -> CourseDecision:
    """Decide one fact of this sort."""
    match fact:
        case Indicated():
            return _indicated(ctx, fact)
        case TriedBefore():
            if not fact.name.strip():
                return refuse("Say what was tried.")
            if fact.weeks is not None and fact.weeks < 0:
                return refuse("A treatment lasts no less than 0 weeks.")
            return accept(fact)
        case SuitabilityDecided():
            return _suitability(ctx, fact)
        case ProtocolChosen():
            return _protocol(ctx, fact)
        case SeriesPlanned():
            return _series(ctx, fact)
        case VisitMoved():
            return _moved(ctx, fact)
        case OnwardDecided():
            return _onward(ctx, fact)
        case Adjusted():
            return _adjusted(ctx, fact)
        case ScreeningAnswered() | ScreeningOverridden():
            return _screening(ctx, fact)
        case _:
            return _around(ctx, fact)


def _indicated(ctx: CourseContext, fact: Indicated) -> CourseDecision:
    if not fact.codes:
        return refuse("Choose at least one indication.")
    unknown = [code for code in fact.codes if ctx.books.indication(code) is None]
    if unknown:
        return refuse(f"The catalogue has no indication {unknown[0]}.")
    return accept(replace(fact, codes=tuple(dict.fromkeys(fact.codes))))


def _suitability(ctx: CourseContext, fact: SuitabilityDecided) -> CourseDecision:
    missing = signature_missing(ctx.by, "Suitability")
    if missing:
        return refuse(missing)
    reasons = tuple(reason.strip() for reason in fact.reasons if reason.strip())
    if not reasons:
        return refuse("Give at least one reason for the decision.")
    if fact.verdict is Verdict.WITH_CONDITIONS and not fact.conditions.strip():
        return refuse("Say which conditions have to hold.")
    if fact.verdict in {Verdict.SUITABLE, Verdict.WITH_CONDITIONS}:
        if ctx.course.latest(Indicated) is None:
            return refuse("Choose the indication first: suitability is judged for it.")
        found = screening(ctx.course, ctx.books)
        missing_items = [
            one for one in found.rows if one.answer is None and not one.item.if_pregnancy_possible
        ]
        if missing_items:
            return refuse(*(f"Not asked: {one.item.finding}." for one in missing_items))
        if found.stops:
            return refuse(*found.stops)
    return accept(replace(fact, reasons=reasons, screening_version=ctx.books.version))


def _protocol(ctx: CourseContext, fact: ProtocolChosen) -> CourseDecision:
    if ctx.by.role != PHYSICIAN:
        return refuse("The protocol is a physician's choice: ask one to enter it.")
    try:
        entry = ctx.library.entry(fact.protocol_id)
    except KeyError as error:
        return refuse(str(error.args[0]))
    codes = ctx.course.latest(Indicated)
    fits = () if codes is None else [ctx.books.indication(code) for code in codes.codes]
    usual = {name for one in fits if one is not None for name in one.protocols}
    if usual and entry.id not in usual and not fact.reason.strip():
        return refuse(f"{entry.id} is not usual for this indication: give the reason.")
    return accept(replace(fact, library_version=entry.library_version))


def _series(ctx: CourseContext, fact: SeriesPlanned) -> CourseDecision:
    judged = suitability(ctx.course)
    if judged is None or judged[1].verdict not in {Verdict.SUITABLE, Verdict.WITH_CONDITIONS}:
        return refuse("A physician decides on suitability before a series is planned.")
    try:
        entry = ctx.library.entry(fact.protocol_id)
    except KeyError as error:
        return refuse(str(error.args[0]))
    days = tuple(sorted(fact.days))
    if not days:
        return refuse("Choose the days of the series.")
    if days[0] < ctx.today:
        return refuse(f"{days[0]:%d %b} is in the past: choose days from today on.")
    found = warnings(entry, days)
    if found and not fact.reason.strip():
        return refuse(*found, "Choose other days, or give the reason for these.")
    problem = consent(ctx.course, ctx.books, ctx.today).problem
    notices = (*found, *((problem,) if problem else ()))
    return accept(replace(fact, days=days, warnings=found, reason=fact.reason.strip()), notices=notices)


def _moved(ctx: CourseContext, fact: VisitMoved) -> CourseDecision:
    now = series(ctx.course, ctx.sessions, ctx.today)
    visit = None if now is None else next((one for one in now.visits if one.day == fact.day), None)
    if now is None or visit is None:
        return refuse(f"No infusion is planned on {fact.day:%d %b}.")
    if visit.session is not None:
        return refuse("This infusion took place: it cannot be moved.")
    if not fact.reason.strip():
        return refuse("Say why it is moved or cancelled.")
    if fact.to_day is None:
        return accept(fact)
    if fact.to_day < ctx.today:
        return refuse(f"{fact.to_day:%d %b} is in the past.")
    if fact.to_day == fact.day:
        return refuse("It is planned on that day already.")
    days = [one.day for one in now.visits if one.day is not None and one.day != fact.day]
    if fact.to_day in days:
        return refuse(f"An infusion is planned on {fact.to_day:%d %b} already.")
    try:
        entry = ctx.library.entry(now.protocol_id)
    except KeyError:
        return accept(fact)
    return accept(fact, notices=warnings(entry, [*days, fact.to_day]) if visit.number else ())


def _onward(ctx: CourseContext, fact: OnwardDecided) -> CourseDecision:
    missing = signature_missing(ctx.by, "What follows the series")
    if missing:
        return refuse(missing)
    if not fact.reason.strip():
        return refuse("Give the reason for the decision.")
    if fact.onward is Onward.STOP:
        return accept(replace(fact, every_days=None, next_day=None))
    if fact.onward is Onward.MAINTAIN and (
        fact.every_days is None or not 1 <= fact.every_days <= LONGEST_INTERVAL_DAYS
    ):
        return refuse(f"Maintenance needs an interval of 1 to {LONGEST_INTERVAL_DAYS} days.")
    if fact.review_by is None or fact.review_by <= ctx.today:
        return refuse("Set the day by which this is judged anew.")
    if fact.review_by > ctx.today + timedelta(days=LATEST_REVIEW_DAYS):
        return refuse(f"It is judged anew within {LATEST_REVIEW_DAYS} days: choose an earlier day.")
    if fact.next_day is not None and fact.next_day < ctx.today:
        return refuse(f"{fact.next_day:%d %b} is in the past.")
    return accept(fact)


def _adjusted(ctx: CourseContext, fact: Adjusted) -> CourseDecision:
    if ctx.by.role != PHYSICIAN:
        return refuse("A change of the treatment is a physician's: ask one to enter it.")
    if not ctx.knows_session(fact.session_id):
        return refuse("Name the session that this follows.")
    if not fact.what.strip() or not fact.after.strip() or not fact.reason.strip():
        return refuse("Say what changes, to what, and why.")
    return accept(fact)


def _screening(ctx: CourseContext, fact: ScreeningAnswered | ScreeningOverridden) -> CourseDecision:
    item = ctx.books.screening_item(fact.item)
    if item is None:
        return refuse(f"The screening checklist has no item {fact.item}.")
    if isinstance(fact, ScreeningAnswered):
        return accept(fact)
    missing = signature_missing(ctx.by, "Letting a finding through")
    if missing:
        return refuse(missing)
    if item.stop is not Stop.PHYSICIAN:
        cannot = "cannot be overridden here" if item.stop is Stop.HARD else "needs no override"
        return refuse(f"{item.finding}: this {cannot}.")
    row = next(one for one in screening(ctx.course, ctx.books).rows if one.item.id == item.id)
    if row.reply not in {Reply.YES, Reply.UNKNOWN}:
        return refuse(f"{item.finding}: this was not found, so there is nothing to let through.")
    if not fact.reason.strip():
        return refuse("Give the reason for letting it through.")
    return accept(fact)


def _around(
    ctx: CourseContext,
    fact: TestResulted
    | MedicineListed
    | MedicineEnded
    | CheckDone
    | Assessed
    | ConsentGiven
    | ConsentWithdrawn,
) -> CourseDecision:
    match fact:
        case TestResulted():
            if fact.test not in {one.id for one in ctx.books.tests}:
                return refuse(f"There is no test {fact.test} in the clinic's books.")
            if not fact.result.strip() or fact.taken_on > ctx.today:
                return refuse("Enter the result and the day it was taken, today or earlier.")
            return accept(fact)
        case MedicineListed():
            if not fact.name.strip():
                return refuse("Enter the name of the medicine.")
            groups = ctx.books.groups_of(fact.name)
            told = replace(fact, name=fact.name.strip(), groups=tuple(group.id for group in groups))
            return accept(told, notices=tuple(f"{group.title}: {group.advice}" for group in groups))
        case MedicineEnded():
            names = {one.name.casefold() for one in medicines(ctx.course, ctx.books)}
            return (
                accept(fact) if fact.name.casefold() in names else refuse(f"{fact.name} is not on the list.")
            )
        case CheckDone():
            check = ctx.books.check(fact.check)
            if check is None:
                return refuse(f"There is no check {fact.check} in the clinic's books.")
            if fact.concern and not fact.note.strip():
                return refuse("Write down what the concern is.")
            done = replace(fact, done_on=fact.done_on or ctx.today)
            return accept(done, notices=(check.advice,) if fact.concern else ())
        case Assessed():
            return accept(fact) if fact.text.strip() else refuse("Write the assessment first.")
        case ConsentGiven():
            return _consent(ctx, fact)
        case ConsentWithdrawn():
            standing = consent(ctx.course, ctx.books, ctx.today)
            return accept(fact) if standing.given else refuse("There is no consent to withdraw.")


def _consent(ctx: CourseContext, fact: ConsentGiven) -> CourseDecision:
    if not ctx.by.by_pin:
        return refuse("You sign that you explained it: enter your own PIN.")
    if fact.version != ctx.books.consent.version:
        return refuse(f"Version {ctx.books.consent.version} of the consent is in force: use that one.")
    left = [topic.text for topic in ctx.books.consent.topics if topic.id not in fact.explained]
    if left:
        return refuse(*(f"Not explained: {text}." for text in left))
    if not fact.signed_as.strip():
        return refuse("The person signs with their full name.")
    if fact.given_on is not None and fact.given_on > ctx.today:
        return refuse("A consent is given today or was given earlier.")
    return accept(replace(fact, given_on=fact.given_on or ctx.today))
