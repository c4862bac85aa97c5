"""The controlled drug log: what may be written by whom, and when the figures open a case."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from console.course.author import ADMIN, NURSE, PHYSICIAN
from console.course.course import Line, apply
from console.course.decision import CourseContext, CourseDecision, accept, refuse
from console.course.facts_stock import (
    CaseClosed,
    CaseOpened,
    StockCounted,
    StockFact,
    StockGiven,
    StockReceived,
    StockRemoved,
    StockTaken,
    StockWasted,
    StockWitnessed,
)
from console.course.requests import CourseRequest, KeepStock
from console.course.stock import Stock, Use, stock, tolerance
from console.units import plain

FORMS = ("vial", "syringe")
STRENGTHS = (Decimal(1), Decimal(100))
"""Ketamine of 1 to 100 mg/mL; vials hold 10, 50 or 100 (Ketalar prescribing information)."""
FILLS = (Decimal("0.1"), Decimal(1000))


def decide_stock(ctx: CourseContext, request: CourseRequest) -> CourseDecision:
    """Decide one request to the clinic's log. Lines are never struck: a case says what was wrong."""
    if not isinstance(request, KeepStock):
        return refuse("Only the drug log belongs to no patient: choose a patient for anything else.")
    if ctx.by.role not in {NURSE, PHYSICIAN, ADMIN}:
        return refuse(f"A {ctx.by.role} may not write in the drug log.")
    now, fact = stock(ctx.course), request.fact
    match fact:
        case StockReceived():
            return _received(ctx, now, fact)
        case StockTaken():
            return _taken(ctx, now, fact)
        case StockGiven() | StockWasted() | StockWitnessed():
            return _used(ctx, now, fact)
        case StockCounted() | StockRemoved():
            return _in_the_safe(ctx, now, fact)
        case CaseOpened():
            return refuse("A case is opened by the console, when figures do not agree.")
        case CaseClosed():
            return _close(ctx, now, fact)


def _received(ctx: CourseContext, now: Stock, fact: StockReceived) -> CourseDecision:
    if not fact.lot.strip() or fact.form not in FORMS or fact.containers < 1:
        return refuse("Enter the lot, vial or syringe, and how many came.")
    if not _sensible(fact.strength_mg_ml, *STRENGTHS) or not _sensible(
        fact.fill_ml, Decimal("0.1"), Decimal(1000)
    ):
        return refuse("The strength is 1 to 100 mg/mL, the fill 0.1 to 1000 mL.")
    if fact.expires < ctx.today:
        return refuse(f"This lot expired on {fact.expires:%d %b %Y}: do not take it in.")
    known = now.lots.get(fact.lot)
    same = None if known is None else (known.strength_mg_ml, known.fill_ml, known.expires, known.form)
    if same is not None and same != (fact.strength_mg_ml, fact.fill_ml, fact.expires, fact.form):
        return refuse(
            f"Lot {fact.lot} is in the log with another strength, fill or expiry: read the label again."
        )
    return accept(fact)


def _sensible(value: Decimal, low: Decimal, high: Decimal) -> bool:
    return value.is_finite() and low <= value <= high


def _taken(ctx: CourseContext, now: Stock, fact: StockTaken) -> CourseDecision:
    lot = now.lots.get(fact.lot)
    if lot is None:
        return refuse(f"Lot {fact.lot} is not in the log: enter the delivery first.")
    if ctx.by.role == ADMIN:
        return refuse("A nurse or a physician takes the drug for a patient.")
    if not fact.patient_id or not fact.session_id:
        return refuse("Say for which patient and session.")
    if lot.expires < ctx.today:
        return refuse(f"Lot {fact.lot} expired on {lot.expires:%d %b %Y}: take another, and remove this one.")
    if fact.containers < 1 or fact.containers > lot.containers:
        return refuse(f"{lot.containers} of lot {fact.lot} should be in the safe: count them.")
    if not _sensible(fact.drawn_ml, Decimal(0), lot.fill_ml * fact.containers):
        return refuse(f"No more than {plain(lot.fill_ml * fact.containers)} mL can be drawn from that.")
    taken = lot.container_mg * fact.containers
    return accept(replace(fact, use_id=ctx.new_id(), taken_mg=taken))


def _used(ctx: CourseContext, now: Stock, fact: StockGiven | StockWasted | StockWitnessed) -> CourseDecision:
    use = now.uses.get(fact.use_id)
    if use is None:
        return refuse("Nothing was taken from the safe under this number.")
    if use.witness is not None:
        return refuse("This use was witnessed and is closed.")
    if isinstance(fact, StockWitnessed):
        return _witness(ctx, use, fact)
    if isinstance(fact, StockGiven):
        if not _sensible(fact.given_mg, Decimal(0), use.taken_mg + tolerance(use.taken_mg)):
            return refuse(f"No more than {plain(use.taken_mg)} mg can have been given of that.")
        if not fact.from_pump and not fact.reason.strip():
            return refuse("Say where the figure is from, when it is not the pump's counter.")
        return _balanced(ctx, now, use, fact)
    if not _sensible(fact.wasted_mg, Decimal(0), use.taken_mg + tolerance(use.taken_mg)):
        return refuse(f"No more than {plain(use.taken_mg)} mg can have been wasted of that.")
    if use.given_mg is None:
        return refuse("Enter first what was given.")
    if fact.wasted_mg > 0 and not fact.method.strip():
        return refuse("Say how it was destroyed.")
    return _balanced(ctx, now, use, fact)


def _balanced(ctx: CourseContext, now: Stock, use: Use, fact: StockGiven | StockWasted) -> CourseDecision:
    """Accept the figure, and open a case when those of the use do not agree."""
    after = stock(apply(ctx.course, Line("", 0, ctx.now, ctx.by, fact))).uses[use.use_id]
    if after.balance_mg is None or after.given_mg is None or after.wasted_mg is None:
        return accept(fact)
    words = f"{plain(use.taken_mg)} mg taken, {plain(after.given_mg)} given, {plain(after.wasted_mg)} wasted"
    return _with_case(ctx, now, fact, use.use_id, after.balance_mg, tolerance(use.taken_mg), words)


def _with_case(
    ctx: CourseContext,
    now: Stock,
    fact: StockFact,
    about: str,
    difference: Decimal,
    allowed: Decimal,
    words: str,
) -> CourseDecision:
    known = any(case.opened.about == about and case.closed_by is None for case in now.cases.values())
    if abs(difference) <= allowed or known:
        return accept(fact)
    way = "are missing" if difference > 0 else "are too much"
    sentence = f"{plain(abs(difference))} mg {way}: {words}."
    notice = f"{sentence} A case was opened: keep everything and call the physician."
    case = CaseOpened(ctx.new_id(), about, difference, sentence)
    return accept(fact, case, notices=(notice,))


def _witness(ctx: CourseContext, use: Use, fact: StockWitnessed) -> CourseDecision:
    if use.wasted_mg is None or use.wasted_by is None:
        return refuse("Enter first what was wasted (0 when nothing was left).")
    if not ctx.by.by_pin:
        return refuse("The witness signs with their own PIN.")
    if ctx.by.user_id in {use.wasted_by.user_id, use.taken_by.user_id}:
        return refuse("The witness is somebody else than who took or destroyed it.")
    return accept(fact)


def _in_the_safe(ctx: CourseContext, now: Stock, fact: StockCounted | StockRemoved) -> CourseDecision:
    lot = now.lots.get(fact.lot)
    if lot is None:
        return refuse(f"Lot {fact.lot} is not in the log.")
    if not ctx.by.by_pin:
        return refuse("You sign for the safe: enter your own PIN.")
    if isinstance(fact, StockRemoved):
        if not 1 <= fact.containers <= lot.containers:
            return refuse(f"{lot.containers} of lot {fact.lot} should be in the safe: count them.")
        return accept(fact) if fact.reason.strip() else refuse("Say why they leave the stock.")
    if fact.counted < 0:
        return refuse("A count is zero or more.")
    missing = (lot.containers - fact.counted) * lot.container_mg
    words = f"lot {fact.lot}, {lot.containers} expected, {fact.counted} counted"
    return _with_case(ctx, now, replace(fact, expected=lot.containers), fact.lot, missing, Decimal(0), words)


def _close(ctx: CourseContext, now: Stock, fact: CaseClosed) -> CourseDecision:
    case = now.cases.get(fact.case_id)
    if case is None or case.closed_by is not None:
        return refuse("There is no such open case.")
    if ctx.by.role not in {PHYSICIAN, ADMIN} or not ctx.by.by_pin:
        return refuse("A physician or an administrator closes a case, with their own PIN.")
    if not fact.finding.strip():
        return refuse(
            "Write what was found. A theft or a loss is reported to the authority (21 CFR 1301.76)."
        )
    return accept(fact)
