"""A course that holds every fact there is, and the clinic's stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from console.clock import NS_PER_S, Instant
from console.course import facts_care as care
from console.course import facts_plan as plan
from console.course import facts_stock as stock
from console.course.events import CourseEvent, Struck, stream_of
from console.session.events import CourseChanged, Entry
from console.session.people import Actor, Authn
from console.sync.fhir.course_scope import CourseSource
from console.sync.fhir.source import Episode
from tests.course.clinic import BOOKS, MONDAY, noon, treated
from tests.session.bench import NURSE, PATIENT, PHYSICIAN
from tests.sync.fhir.sessions import NAMES

SIGNED: Actor = msgspec.structs.replace(PHYSICIAN, authn=Authn.PIN)
PHQ9 = {str(item): 2 for item in range(1, 10)}
DAYS = tuple(MONDAY + timedelta(days=one) for one in (0, 2, 4, 7, 9, 11))
SESSION = treated(MONDAY)


def entry(seq: int, fact: CourseEvent, patient: str, actor: Actor) -> Entry:
    at = Instant(noon(MONDAY) + seq * 60 * NS_PER_S, seq)
    return Entry(
        seq, f"line-{seq}", stream_of(patient), at, "boot", actor, CourseChanged(patient, fact), f"{seq:02x}"
    )


def source(*facts: CourseEvent, patient: str = PATIENT.patient_id, **changes: object) -> CourseSource:
    made = CourseSource(
        naming=NAMES,
        stream=stream_of(patient),
        entries=tuple(
            entry(seq, fact, patient, SIGNED if seq % 3 == 0 else NURSE) for seq, fact in enumerate(facts, 1)
        ),
        patient=PATIENT if patient else None,
        books=BOOKS,
        sessions=(SESSION,),
        visits={SESSION.session_id: 1000},
        today=MONDAY,
        episode=Episode("active", "2026-11-02"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def every_fact() -> tuple[CourseEvent, ...]:
    at, session = noon(MONDAY), SESSION.session_id
    questions = tuple(item.id for item in BOOKS.screening)
    return (
        plan.Indicated(("trd", "anxiety"), "twenty years"),
        plan.TriedBefore("Sertraline", plan.TreatmentKind.DRUG, plan.Response.NONE, "200 mg", 12, "tired"),
        plan.ScreeningAnswered(questions[0], plan.Reply.NO),
        plan.ScreeningAnswered(questions[1], plan.Reply.YES, "long ago"),
        plan.ScreeningAnswered(questions[2], plan.Reply.UNKNOWN),
        plan.ScreeningOverridden(questions[1], "treated and stable"),
        plan.TestResulted("ecg", "sinus rhythm", MONDAY, True),
        plan.MedicineListed("Lamotrigine", "100 mg"),
        plan.MedicineListed("Diazepam"),
        plan.MedicineEnded("diazepam", "before the series"),
        plan.CheckDone("misuse", False, "asked", MONDAY),
        plan.Assessed("preparatory", "Calm", "Will I lose control?"),
        plan.ConsentGiven("1", ("off_label", "risks"), "A Person", "How long?", MONDAY),
        plan.ConsentWithdrawn("moves away"),
        plan.ConsentGiven("1", ("off_label",), "A Person"),
        plan.SuitabilityDecided(plan.Verdict.WITH_CONDITIONS, ("two drugs failed",), "with an escort", 1),
        plan.ProtocolChosen("MOOD-40", 1, "usual"),
        plan.SeriesPlanned("MOOD-40", DAYS),
        plan.VisitMoved(DAYS[1], None, "ill"),
        plan.OnwardDecided(
            plan.Onward.MAINTAIN, "lasts three weeks", 21, date(2026, 12, 4), date(2027, 3, 1)
        ),
        plan.Adjusted(session, "dose", "0.5 mg/kg", "0.4 mg/kg", "dizzy"),
        care.DayPrepared(session, at, at, "none", "test negative", "A Friend", "0100", ("blanket",), "cold"),
        care.IntentionStated(session, "to sleep again"),
        care.LinePlaced(session, "left hand", 22, at, "Nurse One", 2),
        care.MusicChosen(session, "Calm"),
        care.EffectNoted(session, "floating", at, 2, "smiling"),
        care.AdverseBegan("nausea", 2, at, session, "ae-1", "cold cloth", False, "sudden"),
        care.AdverseChanged("ae-1", 3, at + NS_PER_S, "sat up"),
        care.DrugGiven(session, "Ondansetron", Decimal(4), "mg", "iv", at, "ae-1"),
        care.AdverseEnded("ae-1", at + 60 * NS_PER_S, "gone"),
        care.AdverseBegan("urinary", 1, at, "", "ae-2"),
        care.TherapistNoted(session, at, "spoke of her mother", "T One"),
        care.AfterCareGiven(session, 1, "the friend"),
        care.AccountTold(session, "like water", "her sister"),
        care.IntegrationPlanned(session, DAYS[1], "T One"),
        care.IntegrationHeld(session, DAYS[1], "went well"),
        care.FollowedUp(session, "day1", True, "slept", True),
        care.OutcomeScored("phq9", 1, PHQ9, 18, "moderately_severe", MONDAY, session, True, ("item9",)),
        care.OutcomeScored("madrs", 1, {}, 30, "moderate", MONDAY),
        care.OutcomeScored("cssrs_screen", 1, {"1": 1}, None, "low", MONDAY),
        care.AlertAnswered("line-38", "no plan, no intent", "safety plan"),
        care.LinesMayBeMissing("record.damaged"),
        care.AdverseBegan("headache", 1, at, session, "ae-3"),
        Struck("line-43", "another patient"),
        plan.MedicineListed("Lithium"),
        Struck("line-45", "misheard"),
        care.MusicSet(session, True, 40),
    )


def every_stock_fact() -> tuple[CourseEvent, ...]:
    mg = Decimal(35)
    return (
        stock.StockReceived("L-1", "vial", Decimal(50), Decimal(10), 5, date(2027, 6, 30), "D-9"),
        stock.StockTaken("L-1", 1, "pt-1", "s-1", Decimal(1), "u-1", Decimal(500)),
        stock.StockGiven("u-1", mg),
        stock.StockWasted("u-1", Decimal(460), "sink"),
        stock.StockWitnessed("u-1"),
        stock.StockCounted("L-1", 4, 4),
        stock.StockRemoved("L-1", 1, "expired"),
        stock.CaseOpened("c-1", "u-1", Decimal(5), "5 mg are missing"),
        stock.CaseClosed("c-1", "residue"),
    )
