"""The order and the second person's blind check of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from console.clinical.arrival import ArrivalAnswer, items_for, outstanding
from console.clinical.dosing import DosePlan, Problems, plan
from console.clinical.finding import Finding, Override
from console.clinical.order import Order as Dosing
from console.clinical.order import PatientContext, Reference
from console.clinical.titration import hard_ceiling_rate, hard_ceiling_volume
from console.clinical.verify import CheckedFields, compare, refusal, sentence
from console.session import intents as ask
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import (
    OrderRefused,
    OrderVerified,
    OrderWithdrawn,
    OrderWritten,
    VerificationFailed,
)
from console.session.people import Order, OrderInputs, Sex
from console.session.state import Phase, Session
from console.units import Concentration, Dose, Minutes, Weight


def write_order(ctx: Context, intent: ask.WriteOrder) -> Decision:
    """Judge an order by every rule of the library; keep it, or say why not."""
    if ctx.phase not in {Phase.ORDER, Phase.VERIFY}:
        return refuse("An order can be written after the arrival checks and before the second person.")
    waiting = outstanding_checks(ctx.session)
    if waiting:
        return refuse(*waiting)
    outcome = _plan(ctx, intent.inputs)
    if isinstance(outcome, str):
        return refuse(outcome)
    if isinstance(outcome, Problems):
        sentences = tuple(finding.sentence for finding in outcome.hard)
        return Decision((OrderRefused(intent.inputs, sentences),), sentences)
    missing = tuple(f for f in outcome.open_findings if not intent.inputs.reasons.get(f.rule, "").strip())
    if missing:
        return refuse(*(f"{f.sentence} {_what_it_takes(f)}" for f in missing))
    order = _order(ctx, intent.inputs, outcome)
    return accept(OrderWritten(order), notices=order.notices)


def outstanding_checks(session: Session) -> tuple[str, ...]:
    """Arrival checks that still stand in the way of an order, one sentence each."""
    items = items_for(pregnancy_possible=session.patient.sex is not Sex.MALE)
    answers = {
        item_id: ArrivalAnswer(answer.ok, answer.overridden) for item_id, answer in session.arrival.items()
    }
    return outstanding(items, answers)


def _what_it_takes(finding: Finding) -> str:
    match finding.override:
        case Override.CONFIRM:
            return "Confirm it to go on."
        case Override.SECOND_PERSON:
            return "Give a reason to go on; the second person has to agree."
        case _:
            return "Give a reason to go on."


def findings_for(ctx: Context, inputs: OrderInputs) -> tuple[DosePlan | Problems | None, str]:
    """What the library says of inputs that are still being entered, or why it cannot say."""
    outcome = _plan(ctx, inputs)
    return (None, outcome) if isinstance(outcome, str) else (outcome, "")


def plan_of(ctx: Context) -> DosePlan | Problems | str:
    """The plan of the order in force, judged afresh."""
    order = ctx.session.order
    return "there is no order" if order is None else _plan(ctx, order.inputs)


def _plan(ctx: Context, inputs: OrderInputs) -> DosePlan | Problems | str:
    session = ctx.session
    if session.weight_kg is None:
        return "Enter today's weight first."
    try:
        entry = ctx.site.library.entry(inputs.protocol_id)
        syringe = ctx.site.syringes.named(inputs.syringe)
    except KeyError as unknown:
        return str(unknown.args[0])
    dosing = Dosing(
        weight=Weight(session.weight_kg),
        amount=inputs.amount,
        minutes=Minutes(inputs.minutes),
        concentration=Concentration(inputs.concentration_mg_ml),
        syringe=syringe,
    )
    return plan(entry, dosing, patient_context(session, ctx.now.wall_utc.date(), inputs.minutes))


def patient_context(session: Session, today: date, minutes: Decimal) -> PatientContext:
    """What the library's rules ask about the person."""
    last_weight = session.previous_weight_kg
    references: tuple[Reference, ...] = ()
    if session.previous_dose_mg is not None and minutes > 0:
        dose = Dose(session.previous_dose_mg)
        references = (Reference("the last session", dose, dose.over(Minutes(minutes))),)
    return PatientContext(
        age_years=age_on(session.patient.birth_date, today),
        first_session=last_weight is None,
        last_weight=None if last_weight is None else Weight(last_weight),
        references=references,
    )


def age_on(birth_date: str, today: date) -> int:
    """Age in whole years.

    Raises:
        ValueError: when ``birth_date`` is not an ISO date.
    """
    born = date.fromisoformat(birth_date)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _order(ctx: Context, inputs: OrderInputs, made: DosePlan) -> Order:
    entry = ctx.site.library.entry(inputs.protocol_id)
    weight, concentration = made.order.weight, made.order.concentration
    dose_rate = made.pump_dose_rate
    ceiling = hard_ceiling_volume(entry, weight, concentration)
    return Order(
        inputs=inputs,
        library_version=str(made.library_version),
        weight_kg=weight.kg,
        dose_mg=made.pump_dose.mg,
        volume_ml=made.pump_volume.ml,
        rate_ml_h=made.pump_rate.ml_h,
        dose_rate_mg_h=dose_rate.mg_h,
        weight_rate_mg_kg_h=dose_rate.per(weight).mg_kg_h,
        syringe_name=made.order.syringe.name,
        syringe_ml=made.order.syringe.capacity.ml,
        diameter_mm=made.order.syringe.diameter.mm,
        hard_rate_ml_h=hard_ceiling_rate(entry, weight, concentration).ml_h,
        hard_volume_ml=ceiling.ml,
        min_observation_min=Decimal(entry.observation_min),
        notices=tuple(finding.sentence for finding in made.findings),
        second_person=any(f.override is Override.SECOND_PERSON for f in made.findings),
    )


def verify_order(ctx: Context, intent: ask.VerifyOrder) -> Decision:
    """The second person's blind re-entry; a disagreement names fields, never values."""
    order, author = ctx.session.order, ctx.session.ordered_by
    if ctx.phase not in {Phase.VERIFY, Phase.PROGRAM, Phase.READY} or order is None or author is None:
        return refuse("There is no order to check.")
    objection = refusal(author.user_id, ctx.actor.user_id)
    if objection:
        return refuse(objection)
    expected = CheckedFields(
        weight_kg=order.weight_kg,
        amount=order.inputs.amount,
        minutes=order.inputs.minutes,
        concentration_mg_ml=order.inputs.concentration_mg_ml,
    )
    entered = CheckedFields(
        weight_kg=intent.weight_kg,
        amount=intent.amount,
        minutes=intent.minutes,
        concentration_mg_ml=intent.concentration_mg_ml,
    )
    differing = compare(expected, entered)
    if differing:
        return Decision((VerificationFailed(ctx.actor, differing),), (sentence(differing),))
    return accept(OrderVerified(ctx.actor))


def withdraw_order(ctx: Context, intent: ask.WithdrawOrder) -> Decision:
    """Take the order back; after the start only STOP and end remain."""
    if ctx.phase not in {Phase.VERIFY, Phase.PROGRAM, Phase.READY}:
        return refuse("There is no order that could be taken back.")
    if ctx.state.in_flight is not None or ctx.state.unresolved is not None:
        return refuse("The pump is still answering: wait, or press STOP.")
    if not intent.reason.strip():
        return refuse("Say why the order is taken back.")
    return accept(OrderWithdrawn(intent.reason))
