"""The order, and what the pump gave of it by its own counter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from console.session.codec import kind_of
from console.session.events import (
    CommandRequested,
    EndReason,
    Entry,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    OrderVerified,
    OrderWithdrawn,
    OrderWritten,
    PanelRateExplained,
    RateChanged,
    SessionAborted,
)
from console.session.people import Order
from console.session.pump import Resume, SetRate, Start
from console.session.state import Phase
from console.sync.fhir.codes import INTRAVENOUS, KETAMINE, TERMINOLOGY
from console.sync.fhir.scope import Scope
from console.sync.fhir.source import Resource
from console.sync.fhir.values import Body, coding, concept, instant, note, number, period, quantity

HUNDREDTH = Decimal("0.01")
BEGINS = (Start, Resume, SetRate)
"""Commands that begin a stretch of constant rate."""

RECKONED = "volume_reckoned"
"""Kind of the entry that reckons a volume which the pump does not count."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of constant rate.

    Attributes:
        seq: Entry that began it.
        start_ns: When it began.
        end_ns: When it ended, None while it runs.
        rate_ml_h: The pump's rate.
        before_ml: Given before it, by the counter.
        after_ml: Given at its end.
        seqs: Other entries that tell of it.
        notes: What people or the pump said of it.
    """

    seq: int
    start_ns: int
    end_ns: int | None
    rate_ml_h: Decimal
    before_ml: Decimal
    after_ml: Decimal
    seqs: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def given_ml(self) -> Decimal:
        """Given in it by the counter."""
        return max(Decimal(0), self.after_ml - self.before_ml)


def stretches_of(scope: Scope) -> tuple[Stretch, ...]:
    """Every stretch of constant rate, with the volume that the pump's counter gives it.

    What the counter still shows after a halt belongs to the stretch before it.
    """
    found: list[Stretch] = []
    over = False
    for index, entry in enumerate(scope.entries):
        match entry.event:
            case InfusionStarted(rate_ml_h=rate) | InfusionResumed(rate_ml_h=rate):
                found = _begun(found, scope, index, rate)
            case RateChanged(to_ml_h=rate, at_pump=at_pump, reason=reason):
                found = _begun(found, scope, index, rate, reason if at_pump else "")
            case InfusionPaused(reason=reason):
                found = _ended(found, entry, None, f"Halted: {reason}")
            case InfusionEnded(infused_ml=total):
                found, over = _ended(found, entry, total, ""), True
            case PanelRateExplained(reason=reason) if found:
                found[-1] = _with(found[-1], entry, f"Rate set at the pump: {reason}")
            case _ if found and not over and scope.given[index] != found[-1].after_ml:
                found[-1] = replace(_with(found[-1], entry, ""), after_ml=scope.given[index])
            case _:
                pass
    return tuple(found)


def _begun(found: list[Stretch], scope: Scope, index: int, rate: Decimal, said: str = "") -> list[Stretch]:
    """Close what runs at the counter of this very moment, and begin anew from there."""
    entry = scope.entries[index]
    at = entry.at.mono_ns
    same = [i for i, e in enumerate(scope.entries) if i >= index and e.at.mono_ns == at]
    counter = Decimal(0) if not found else scope.given[same[-1]]
    before = _ended(found, entry, counter, "")
    notes = (said,) if said else ()
    return [*before, Stretch(entry.seq, at, None, rate, counter, counter, (), notes)]


def _ended(found: list[Stretch], entry: Entry, counter: Decimal | None, said: str) -> list[Stretch]:
    if not found:
        return found
    last = _with(found[-1], entry, said)
    after = last.after_ml if counter is None else counter
    end_ns = entry.at.mono_ns if last.end_ns is None else last.end_ns
    return [*found[:-1], replace(last, end_ns=end_ns, after_ml=after)]


def _with(stretch: Stretch, entry: Entry, said: str) -> Stretch:
    notes = (*stretch.notes, said) if said else stretch.notes
    return replace(stretch, seqs=(*stretch.seqs, entry.seq), notes=notes)


# --- the order --------------------------------------------------------------------------------------


def treatment_of(scope: Scope) -> Iterator[Resource]:
    """Orders, the procedure, its total and each stretch."""
    orders = [e for e in scope.entries if isinstance(e.event, OrderWritten)]
    for index, entry in enumerate(orders):
        earlier = orders[index - 1] if index else None
        later = orders[index + 1] if index + 1 < len(orders) else None
        if isinstance(entry.event, OrderWritten):
            yield _request(scope, entry, entry.event.order, earlier, later)
    if orders:
        yield from _given(scope, orders[-1])


def _request(
    scope: Scope, entry: Entry, order: Order, earlier: Entry | None, later: Entry | None
) -> Resource:
    until = len(scope.entries) if later is None else scope.entries.index(later)
    after = scope.entries[scope.entries.index(entry) : until]
    verified = [e for e in after if isinstance(e.event, OrderVerified)]
    withdrawn = [e for e in after if isinstance(e.event, OrderWithdrawn)]
    status, reason = _order_status(scope, bool(verified), withdrawn, later)
    body: Body = {
        "status": status,
        "statusReason": concept(reason) if reason else None,
        "intent": "order",
        "medicationCodeableConcept": KETAMINE,
        "subject": scope.subject,
        "encounter": scope.encounter,
        "authoredOn": instant(entry.at.mono_ns),
        "requester": scope.agent(entry.actor),
        "reasonCode": [concept(f"Protocol {order.inputs.protocol_id}")],
        "priorPrescription": None
        if earlier is None
        else scope.ref("MedicationRequest", earlier.seq, "order"),
        "note": [
            *(note(said) for said in order.notices),
            *(note(f"{rule}: {why}") for rule, why in sorted(order.inputs.reasons.items())),
        ],
        "dosageInstruction": [_instruction(order)],
    }
    seqs = [e.seq for e in (*verified, *withdrawn)]
    return scope.made("MedicationRequest", entry.seq, "order", body, seqs)


def _order_status(
    scope: Scope, verified: bool, withdrawn: Sequence[Entry], later: Entry | None
) -> tuple[str, str]:
    session = scope.session
    if withdrawn and isinstance(withdrawn[-1].event, OrderWithdrawn):
        return "cancelled", withdrawn[-1].event.reason
    if later is not None:
        return "cancelled", "Replaced by another order"
    if session.ended is not None:
        done = session.ended.why is EndReason.COMPLETE
        return ("completed", "") if done else ("stopped", session.ended.reason)
    if scope.phase in {Phase.ABORTED, Phase.CLOSED}:
        return "cancelled", session.aborted or "The session was closed before the infusion"
    if session.paused is not None:
        return "on-hold", session.paused.reason
    return ("active", "") if verified or session.started_at is not None else ("draft", "")


def _instruction(order: Order) -> Body:
    inputs = order.inputs
    return {
        "text": f"{number(order.dose_mg)} mg in {number(inputs.minutes)} min, "
        f"{number(inputs.concentration_mg_ml)} mg/mL, {number(order.rate_ml_h)} mL/h, "
        f"{order.syringe_name}; drug library {order.library_version}",
        "timing": {"repeat": {"duration": number(inputs.minutes), "durationUnit": "min"}},
        "route": INTRAVENOUS,
        "doseAndRate": [
            {
                "type": concept("", coding(TERMINOLOGY + "dose-rate-type", "ordered", "Ordered")),
                "doseQuantity": quantity(order.dose_mg, "mg"),
                "rateQuantity": quantity(order.weight_rate_mg_kg_h, "mg/kg/h"),
            }
        ],
        "maxDosePerAdministration": quantity(order.dose_mg, "mg"),
    }


# --- what was given ---------------------------------------------------------------------------------


def _given(scope: Scope, ordered: Entry) -> Iterator[Resource]:
    started = next((e for e in scope.entries if isinstance(e.event, InfusionStarted)), None)
    if started is None:
        if scope.phase in {Phase.ABORTED, Phase.CLOSED}:
            yield _not_done(scope, ordered)
        return
    stretches = stretches_of(scope)
    yield _procedure(scope, started)
    yield _total(scope, started, ordered, stretches)
    for index, stretch in enumerate(stretches):
        yield _segment(scope, started, ordered, stretch, last=index == len(stretches) - 1)


def _status(scope: Scope) -> str:
    ended = scope.session.ended
    if ended is not None:
        return "completed" if ended.why is EndReason.COMPLETE else "stopped"
    return "on-hold" if scope.session.paused is not None else "in-progress"


def _ended_ns(scope: Scope) -> int | None:
    return None if scope.session.ended_at is None else scope.session.ended_at.mono_ns


def _procedure(scope: Scope, started: Entry) -> Resource:
    ended = scope.session.ended
    body: Body = {
        "status": _status(scope),
        "statusReason": concept(ended.reason) if ended is not None and ended.reason else None,
        "code": concept("Ketamine infusion under observation"),
        "subject": scope.subject,
        "encounter": scope.encounter,
        "performer": [{"actor": giver}] if (giver := _giver(scope, started)) is not None else None,
        "performedPeriod": period(started.at.mono_ns, _ended_ns(scope)),
    }
    return scope.made("Procedure", started.seq, "infusion", body, _ends(scope))


def _ends(scope: Scope) -> list[int]:
    return [e.seq for e in scope.entries if isinstance(e.event, InfusionEnded)]


def _giver(scope: Scope, entry: Entry) -> Body | None:
    """Who began a stretch: the person whose command it was, because the pump's read-back is the console's.

    Nobody, where it was begun or changed at the pump itself.
    """
    if getattr(entry.event, "at_pump", False):
        return None
    for earlier in reversed(scope.entries[: scope.entries.index(entry) + 1]):
        if isinstance(earlier.event, CommandRequested) and isinstance(earlier.event.command, BEGINS):
            return scope.who(earlier.actor)
    return scope.who(entry.actor)


def _administration(scope: Scope, ordered: Entry) -> Body:
    pump, who = scope.pump, _giver(scope, ordered)
    return {
        "medicationCodeableConcept": KETAMINE,
        "subject": scope.subject,
        "context": scope.encounter,
        "request": scope.ref("MedicationRequest", ordered.seq, "order"),
        "performer": [] if who is None else [{"actor": who}],
        "device": [] if pump is None else [pump],
    }


def _total(scope: Scope, started: Entry, ordered: Entry, stretches: Sequence[Stretch]) -> Resource:
    ended = scope.session.ended
    given_ml = sum((one.given_ml for one in stretches), Decimal(0))
    known = True
    if ended is not None:
        known = ended.infused_ml is not None
        given_ml = ended.infused_ml or Decimal(0)
    said: list[Body] = []
    if any(kind_of(e.event) == RECKONED for e in scope.entries):
        said.append(note("The pump tells no counter: reckoned from its rate and the time."))
    if not known:
        said.append(note("The volume given is not known: the pump's counter could not be read."))
    elif not scope.session.counter_trusted or (ended is not None and not ended.counter_trusted):
        said.append(note("The pump's counter was lost; the larger possible volume is stated."))
    body: Body = {
        **_administration(scope, started),
        "request": scope.ref("MedicationRequest", ordered.seq, "order"),
        "partOf": [scope.ref("Procedure", started.seq, "infusion")],
        "status": _status(scope),
        "statusReason": [concept(ended.reason)] if ended is not None and ended.reason else None,
        "effectivePeriod": period(started.at.mono_ns, _ended_ns(scope)),
        "note": said,
        # R4 wants a dose or a rate in every dosage (mad-1); what is not known has none.
        "dosage": {"route": INTRAVENOUS, "dose": _dose(scope, given_ml)} if known else None,
    }
    return scope.made("MedicationAdministration", started.seq, "given", body, _ends(scope))


def _segment(scope: Scope, started: Entry, ordered: Entry, stretch: Stretch, *, last: bool) -> Resource:
    begun = next(e for e in scope.entries if e.seq == stretch.seq)
    running = stretch.end_ns is None and last
    order = scope.session.order
    per_weight = ""
    if order is not None and order.weight_kg > 0:
        exact = stretch.rate_ml_h * order.inputs.concentration_mg_ml / order.weight_kg
        per_weight = f" = {exact.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)} mg/kg/h"
    body: Body = {
        **_administration(scope, begun),
        "request": scope.ref("MedicationRequest", ordered.seq, "order"),
        "partOf": [scope.ref("MedicationAdministration", started.seq, "given")],
        "status": "in-progress" if running else "completed",
        "effectivePeriod": period(stretch.start_ns, stretch.end_ns),
        "note": [note(said) for said in stretch.notes],
        "dosage": {
            "text": f"{number(stretch.rate_ml_h)} mL/h{per_weight}",
            "route": INTRAVENOUS,
            "dose": _dose(scope, stretch.given_ml),
            "rateQuantity": quantity(stretch.rate_ml_h, "mL/h"),
        },
    }
    return scope.made("MedicationAdministration", stretch.seq, "segment", body, stretch.seqs)


def _dose(scope: Scope, volume_ml: Decimal) -> Body | None:
    order = scope.session.order
    if order is None:
        return quantity(volume_ml, "mL")
    return quantity(volume_ml * order.inputs.concentration_mg_ml, "mg")


def _not_done(scope: Scope, ordered: Entry) -> Resource:
    ends = [e.seq for e in scope.entries if isinstance(e.event, SessionAborted)]
    body: Body = {
        **_administration(scope, ordered),
        "performer": None,
        "status": "not-done",
        "statusReason": [concept(scope.session.aborted or "Nothing was infused")],
        "effectiveDateTime": instant(ordered.at.mono_ns),
    }
    return scope.made("MedicationAdministration", ordered.seq, "not-given", body, ends)
