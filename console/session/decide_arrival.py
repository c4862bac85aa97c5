"""From the door to the order: person, identity, checks, weight, baseline pressures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from console.clinical.arrival import (
    BaselineVerdict,
    CuffReading,
    baseline_pressure,
    item,
    may_override,
)
from console.clinical.vitals import VITALS, Vital
from console.session import intents as ask
from console.session.decision import Context, Decision, accept, refuse
from console.session.disk_space import too_full
from console.session.events import (
    ArrivalAnswered,
    BaselineAccepted,
    IdentityConfirmed,
    PatientAdded,
    PressureTaken,
    SessionAborted,
    SessionOpened,
    SignedIn,
    SignedOut,
    WeightRecorded,
)
from console.session.people import Patient
from console.session.pump import PumpState
from console.session.state import IN_TREATMENT, Phase
from console.session.watch import fresh_pump

WEIGHT_MIN_KG, WEIGHT_MAX_KG = Decimal(20), Decimal(350)
"""Outside this a figure is no adult's weight; the library's own limits are narrower."""

CONFIRM_CHANGE = Decimal("0.10")
"""A weight more than this part away from the last session's is asked about once more (site default)."""

BY_HAND = "by hand"
BEFORE_ORDER = frozenset({Phase.ARRIVAL, Phase.ORDER})


def sign_in() -> Decision:
    """Take over the console."""
    return accept(SignedIn())


def sign_out(ctx: Context, _intent: ask.SignOut) -> Decision:
    """Leave the console; not while a drug is running."""
    if ctx.phase in IN_TREATMENT:
        return refuse("An infusion is on: somebody else has to sign in instead.")
    return accept(SignedOut())


def patient_problems(patient: Patient, today: date) -> tuple[str, ...]:
    """Why a person cannot be entered like this."""
    found = []
    if not patient.family_name.strip() or not patient.given_name.strip():
        found.append("Enter family name and given name.")
    if not patient.mrn.strip():
        found.append("Enter the record number: it is the second identifier.")
    try:
        born = date.fromisoformat(patient.birth_date)
    except ValueError:
        found.append("Enter the birth date as year-month-day, such as 1984-03-12.")
    else:
        if born >= today or today.year - born.year > 120:
            found.append(f"{patient.birth_date} cannot be a birth date: check the year.")
    return tuple(found)


def add_patient(ctx: Context, intent: ask.AddPatient) -> Decision:
    """Enter a person."""
    problems = patient_problems(intent.patient, ctx.now.wall_utc.date())
    return refuse(*problems) if problems else accept(PatientAdded(intent.patient))


def open_session(ctx: Context, intent: ask.OpenSession) -> Decision:
    """Begin a session; one at a time in a room."""
    if ctx.phase not in {Phase.NO_SESSION, Phase.CLOSED, Phase.ABORTED}:
        return refuse(f"The session of {ctx.session.patient.full_name} is still open: close it first.")
    problems = patient_problems(intent.patient, ctx.now.wall_utc.date())
    if problems:
        return refuse(*problems)
    full = too_full(ctx.watch, ctx.site.disk)
    if full:
        return refuse(full)
    reading = fresh_pump(ctx.watch, ctx.now)
    if reading is not None and reading.state is PumpState.INFUSING:
        return refuse("The pump is infusing: stop it before a new patient is connected.")
    return accept(
        SessionOpened(
            intent.session_id,
            intent.patient,
            intent.previous_weight_kg,
            intent.previous_dose_mg,
            intent.training or ctx.site.training,
            ctx.site.preset.name,
            ctx.site.preset.version,
        )
    )


def confirm_identity(ctx: Context, intent: ask.ConfirmIdentity) -> Decision:
    """Both identifiers as the person says them must equal the chosen patient's."""
    if ctx.phase not in BEFORE_ORDER:
        return refuse("There is no arriving patient.")
    patient = ctx.session.patient
    if intent.birth_date.strip() != patient.birth_date or (
        intent.mrn.strip().casefold() != patient.mrn.strip().casefold()
    ):
        return refuse(
            "The identifiers do not agree with the chosen patient. Ask again; if they still differ, "
            "abort this session and choose the right person."
        )
    return accept(IdentityConfirmed())


def answer_arrival(ctx: Context, intent: ask.AnswerArrival) -> Decision:
    """Answer one check; one that is not met needs a reason to go on."""
    if ctx.phase not in BEFORE_ORDER:
        return refuse("The arrival checks belong before the order.")
    try:
        check = item(intent.item)
    except KeyError as unknown:
        return refuse(str(unknown.args[0]))
    if intent.override and not may_override(intent.item):
        return refuse(f"This check cannot be let through here. {check.what_to_do}")
    if intent.override and not intent.note.strip():
        return refuse("Say why you go on although this check is not met.")
    return accept(
        ArrivalAnswered(intent.item, intent.ok, intent.note.strip(), intent.override and not intent.ok)
    )


def record_weight(ctx: Context, intent: ask.RecordWeight) -> Decision:
    """Enter today's weight; a large change since the last session is asked about once more."""
    if ctx.phase not in BEFORE_ORDER:
        return refuse("Weight can be entered before the order; take the order back to change it.")
    if not WEIGHT_MIN_KG <= intent.kg <= WEIGHT_MAX_KG:
        return refuse(f"{intent.kg} kg cannot be an adult's weight. Enter kilograms, not pounds.")
    last = ctx.session.previous_weight_kg
    if last is not None and not intent.confirmed_change and abs(intent.kg - last) > CONFIRM_CHANGE * last:
        return refuse(
            f"Last time the weight was {last} kg; {intent.kg} kg is more than 10 % different. "
            "Weigh again, or confirm the change."
        )
    return accept(WeightRecorded(intent.kg, intent.confirmed_change))


def enter_pressure(ctx: Context, intent: ask.EnterPressure) -> Decision:
    """A pressure measured by hand."""
    if ctx.phase in {Phase.NO_SESSION, Phase.CLOSED, Phase.ABORTED, Phase.DISCHARGED}:
        return refuse("There is no open session.")
    systolic, diastolic = VITALS[Vital.NIBP_SYS], VITALS[Vital.NIBP_DIA]
    possible = (
        systolic.lowest <= intent.systolic <= systolic.highest
        and diastolic.lowest <= intent.diastolic <= diastolic.highest
        and intent.systolic - intent.diastolic >= 5
    )
    if not possible:
        return refuse(f"{intent.systolic:g}/{intent.diastolic:g} mmHg cannot be right: measure again.")
    mean = intent.diastolic + (intent.systolic - intent.diastolic) / 3
    baseline = ctx.phase in BEFORE_ORDER
    return accept(PressureTaken(intent.systolic, intent.diastolic, round(mean), BY_HAND, ctx.now, baseline))


def take_baseline(ctx: Context, _intent: ask.TakeBaseline) -> Decision:
    """Count the newest reading as a baseline reading."""
    if ctx.phase not in BEFORE_ORDER:
        return refuse("Baseline pressures belong before the order.")
    fresh = [p for p in ctx.session.pressures if not p.baseline]
    if not fresh:
        return refuse("There is no new pressure yet: measure, or enter it by hand.")
    newest = fresh[-1]
    return accept(
        PressureTaken(newest.systolic, newest.diastolic, newest.mean, newest.source, newest.measured_at, True)
    )


def accept_baseline(ctx: Context, intent: ask.AcceptBaseline) -> Decision:
    """Average the baseline readings and judge them against the cut-offs for starting."""
    if ctx.phase not in BEFORE_ORDER:
        return refuse("Baseline pressures belong before the order.")
    taken = [p for p in ctx.session.pressures if p.baseline]
    baseline = baseline_pressure([CuffReading(p.systolic, p.diastolic, p.measured_at) for p in taken])
    if baseline.systolic is None or baseline.diastolic is None:
        return refuse(baseline.sentence)
    reason = intent.override_reason.strip()
    if baseline.verdict is not BaselineVerdict.GO and not reason:
        return refuse(f"{baseline.sentence} Give the prescriber's reason to go on.")
    return accept(
        BaselineAccepted(baseline.systolic, baseline.diastolic, reason), notices=(baseline.sentence,)
    )


def abort(ctx: Context, intent: ask.AbortSession) -> Decision:
    """End the session before anything was infused."""
    before = {Phase.ARRIVAL, Phase.ORDER, Phase.VERIFY, Phase.PROGRAM, Phase.READY}
    if ctx.phase not in before:
        return refuse("Only a session that has infused nothing can be aborted.")
    if ctx.state.in_flight is not None or ctx.state.unresolved is not None:
        return refuse("The pump is still answering: wait, or press STOP.")
    reading = fresh_pump(ctx.watch, ctx.now)
    if reading is not None and reading.state is PumpState.INFUSING:
        return refuse("The pump is infusing: press STOP first.")
    if not intent.reason.strip():
        return refuse("Say why the session is aborted.")
    return accept(SessionAborted(intent.reason))
