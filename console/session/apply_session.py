"""Fold one entry onto its session."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from console.clock import Instant
from console.session.events import (
    ArchiveFound,
    ArrivalAnswered,
    BaselineAccepted,
    CareNoted,
    CommandResolved,
    DischargeConfirmed,
    Discharged,
    Entry,
    IdentityConfirmed,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    LimitsChanged,
    LimitsSwitchedOff,
    LimitsSwitchedOn,
    OrderVerified,
    OrderWithdrawn,
    OrderWritten,
    PanelRateExplained,
    PressureTaken,
    PromptCameDue,
    PromptKind,
    PumpChanged,
    RateChanged,
    ScoreRecorded,
    SessionAborted,
    SessionClosed,
    SessionOpened,
    StopConfirmed,
    StopPressed,
    UnfitDeviceAccepted,
    VerificationFailed,
    WeightRecorded,
)
from console.session.people import Role
from console.session.pump import Confirmed, Program, Refused, Start
from console.session.state import Halt, InFlight, LimitsOff, Scored, Segment, Session

COUNTER_BACKWARDS_ML = Decimal("0.01")
"""A counter that falls by more than this has restarted; below it lies the pump's own rounding."""

PROMPT_OF_SCALE = {
    "moaas": PromptKind.MOAAS,
    "dissociation": PromptKind.DISSOCIATION,
    "aldrete": PromptKind.ALDRETE,
}


def open_session(entry: Entry, event: SessionOpened) -> Session:
    """A new session with nothing in it but the patient."""
    return Session(
        session_id=event.session_id,
        patient=event.patient,
        opened_at=entry.at,
        opened_by=entry.actor,
        attended_at=entry.at,
        previous_weight_kg=event.previous_weight_kg,
        previous_dose_mg=event.previous_dose_mg,
        training=event.training,
    )


def fold_session(
    session: Session, entry: Entry, in_flight: InFlight | None, unresolved: InFlight | None
) -> Session:
    """The session after ``entry``; the commands are those in flight before it."""
    folded = _folded(session, entry, in_flight, unresolved)
    return folded if entry.actor.role is Role.ROOM else replace(folded, attended_at=entry.at)


def _folded(
    session: Session, entry: Entry, in_flight: InFlight | None, unresolved: InFlight | None
) -> Session:
    match entry.event:
        case CommandResolved() as resolved:
            return _resolved(session, entry, resolved, in_flight or unresolved)
        case PumpChanged(infused_ml=infused) if infused is not None:
            return _counted(session, infused)
        case StopPressed(reason=reason):
            return replace(session, stop_reason=reason or session.stop_reason)
        case StopConfirmed(infused_ml=infused):
            return _stopped(session, infused)
        case InfusionStarted() | InfusionPaused() | InfusionResumed() | RateChanged() | InfusionEnded():
            return _delivered(session, entry)
        case (
            IdentityConfirmed()
            | ArrivalAnswered()
            | WeightRecorded()
            | PressureTaken()
            | BaselineAccepted()
            | OrderWritten()
            | OrderVerified()
            | VerificationFailed()
            | OrderWithdrawn()
            | SessionAborted()
        ):
            return _prepared(session, entry)
        case _:
            return _cared(session, entry)


def _prepared(session: Session, entry: Entry) -> Session:
    match entry.event:
        case IdentityConfirmed():
            return replace(session, identity_confirmed=True)
        case ArrivalAnswered() as answer:
            return replace(session, arrival={**session.arrival, answer.item: answer})
        case WeightRecorded(kg=kg):
            return replace(session, weight_kg=kg)
        case PressureTaken() as taken:
            others = tuple(p for p in session.pressures if p.measured_at != taken.measured_at)
            pressures = tuple(sorted((*others, taken), key=lambda p: p.measured_at.mono_ns))
            return replace(session, pressures=pressures, **_done(session, PromptKind.NIBP, entry.at))
        case BaselineAccepted() as accepted:
            return replace(session, baseline=accepted)
        case OrderWritten(order=order):
            return replace(
                session,
                order=order,
                ordered_by=entry.actor,
                verified_by=None,
                verified_at=None,
                programmed=None,
                read_back=None,
                failed_verifications=0,
            )
        case OrderVerified(verifier=verifier):
            return replace(session, verified_by=verifier, verified_at=entry.at)
        case VerificationFailed():
            return replace(
                session,
                verified_by=None,
                verified_at=None,
                failed_verifications=session.failed_verifications + 1,
            )
        case OrderWithdrawn():
            return replace(
                session,
                order=None,
                ordered_by=None,
                verified_by=None,
                verified_at=None,
                programmed=None,
                read_back=None,
            )
        case SessionAborted(reason=reason):
            return replace(session, aborted=reason)
        case _:
            return session


def _resolved(session: Session, entry: Entry, resolved: CommandResolved, flight: InFlight | None) -> Session:
    if flight is None or flight.request.command_id != resolved.command_id:
        return session
    command = flight.request.command
    if isinstance(command, Start) and isinstance(resolved.outcome, Refused):
        return _start_failed(session)
    if not isinstance(command, Program) or not isinstance(resolved.outcome, Confirmed):
        return session
    return replace(
        session,
        programmed=command,
        read_back=resolved.outcome.read_back,
        programmed_at=entry.at,
        reprogrammed=session.paused is not None,
        counter_lost=False,
        carried_ml=session.given_ml,
        counter_ml=Decimal(0),
    )


def _start_failed(session: Session) -> Session:
    """One program is good for one START: after a failed one the pump is programmed anew."""
    if session.paused is not None:
        return replace(session, reprogrammed=False)
    if session.started_at is None:
        return replace(session, programmed=None, read_back=None, programmed_at=None)
    return session


def _counted(session: Session, infused_ml: Decimal) -> Session:
    """Take the pump's counter over while an infusion is on; before the start it means nothing."""
    if session.started_at is None or session.ended is not None:
        return session
    if infused_ml < session.counter_ml - COUNTER_BACKWARDS_ML:
        return replace(
            session,
            carried_ml=session.given_ml,
            counter_ml=infused_ml,
            counter_trusted=False,
            counter_lost=True,
            counter_from_ml=Decimal(0),
            reprogrammed=False,
        )
    return replace(session, counter_ml=max(infused_ml, session.counter_ml))


def _stopped(session: Session, infused_ml: Decimal | None) -> Session:
    if session.started_at is None:
        return replace(session, programmed=None, read_back=None)
    return session if infused_ml is None else _counted(session, infused_ml)


def _close_segment(segments: tuple[Segment, ...], at: Instant) -> tuple[Segment, ...]:
    if not segments or segments[-1].end is not None:
        return segments
    return (*segments[:-1], replace(segments[-1], end=at))


def _delivered(session: Session, entry: Entry) -> Session:
    at = entry.at
    match entry.event:
        case InfusionStarted(rate_ml_h=rate):
            return replace(
                session,
                started_at=at,
                last_step_at=at,
                segments=(Segment(at, rate),),
                paused=None,
                paused_at=None,
            )
        case InfusionPaused() as paused:
            return replace(
                session,
                paused=paused,
                reprogrammed=False,
                paused_at=at,
                segments=_close_segment(session.segments, at),
                halts=_halted(session.halts, paused, at),
            )
        case InfusionResumed(rate_ml_h=rate):
            closed = _close_segment(session.segments, at)
            return replace(session, paused=None, paused_at=None, segments=(*closed, Segment(at, rate)))
        case RateChanged(to_ml_h=rate, at_pump=at_pump):
            closed = _close_segment(session.segments, at)
            return replace(
                session,
                last_step_at=at,
                panel_rate=at_pump or session.panel_rate,
                segments=(*closed, Segment(at, rate)),
            )
        case InfusionEnded() as ended:
            return replace(
                session,
                ended=ended,
                ended_at=at,
                paused=None,
                paused_at=None,
                prompted={},
                segments=_close_segment(session.segments, at),
            )
        case _:
            return session


def _halted(halts: tuple[Halt, ...], paused: InfusionPaused, at: Instant) -> tuple[Halt, ...]:
    return halts if paused.alarm is None else (*halts, Halt(paused.alarm.value, at))


def _cared(session: Session, entry: Entry) -> Session:
    at = entry.at
    match entry.event:
        case CareNoted() as care:
            return replace(session, cares=(*session.cares, care))
        case ScoreRecorded(scale=scale) as score:
            scores = (*session.scores, Scored(at, entry.actor, score))
            kind = PROMPT_OF_SCALE.get(scale)
            if kind is None:
                return replace(session, scores=scores)
            return replace(session, scores=scores, **_done(session, kind, at))
        case PromptCameDue(prompt=prompt):
            return replace(session, prompted={**session.prompted, prompt: at})
        case LimitsChanged(vital=vital, low=low, high=high):
            return replace(session, limits={**session.limits, vital: (low, high)})
        case LimitsSwitchedOff(vital=vital, for_s=for_s, reason=reason):
            off = LimitsOff(at.plus(for_s), at, reason)
            return replace(session, limits_off={**session.limits_off, vital: off})
        case LimitsSwitchedOn(vital=vital):
            return replace(
                session, limits_off={v: o for v, o in session.limits_off.items() if v is not vital}
            )
        case ArchiveFound(found="elsewhere_now", sentence=sentence, about=about) if (
            about == session.session_id
        ):
            return replace(session, elsewhere=sentence)
        case UnfitDeviceAccepted(device=device, objection=objection):
            return replace(session, unfit_accepted={**session.unfit_accepted, device: objection})
        case PanelRateExplained():
            return replace(session, panel_rate=False)
        case DischargeConfirmed(item=item, ok=ok):
            return replace(session, discharge={**session.discharge, item: ok})
        case Discharged():
            return replace(session, discharged_at=at)
        case SessionClosed():
            return replace(session, closed_at=at)
        case _:
            return session


def _done(session: Session, kind: PromptKind, at: Instant) -> dict[str, dict[PromptKind, Instant]]:
    prompted = {k: since for k, since in session.prompted.items() if k is not kind}
    return {"done": {**session.done, kind: at}, "prompted": prompted}
