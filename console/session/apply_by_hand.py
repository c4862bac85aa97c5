"""Fold what is set and done at a pump by hand, what is asked of a cuff, and who speaks, onto the session."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from console.session.events import (
    CommandResolved,
    CuffAnswered,
    CuffAsked,
    CuffCadenceSet,
    CuffDeed,
    CuffEnded,
    CuffResult,
    Entry,
    HandworkAsked,
    HandworkDone,
    HandworkDropped,
    InfusionEnded,
    InfusionResumed,
    InfusionStarted,
    OrderWithdrawn,
    PumpSetByHand,
    SourceChanged,
    StopPressed,
    VolumeReckoned,
)
from console.session.people import Role
from console.session.pump import Confirmed, Pause, SetRate
from console.session.state import CuffRun, Handwork, PauseAsked, Segment, Session, SourceMark


def fold_by_hand(session: Session, entry: Entry) -> Session:
    """The session after ``entry``, as far as hands, cuffs and sources are concerned."""
    match entry.event:
        case (
            PumpSetByHand() | InfusionStarted() | InfusionResumed() | VolumeReckoned() | CommandResolved()
            | OrderWithdrawn()
        ):  # fmt: skip
            return _set(session, entry)
        case HandworkAsked() | HandworkDone() | HandworkDropped() | StopPressed() | InfusionEnded():
            return _worked(session, entry)
        case CuffAsked() | CuffAnswered() | CuffEnded() | CuffCadenceSet():
            return _cuffed(session, entry)
        case SourceChanged() as change:
            speaking = {v: s for v, s in session.speaking.items() if v is not change.vital}
            if change.after:
                speaking[change.vital] = change.after
            return replace(
                session, speaking=speaking, sources=(*session.sources, SourceMark(entry.at, change))
            )
        case _:
            return session


def _set(session: Session, entry: Entry) -> Session:
    match entry.event:
        case PumpSetByHand() as by_hand:
            return replace(
                session,
                programmed=by_hand.program,
                read_back=by_hand.read_back,
                by_eye=by_hand.by_eye,
                programmed_at=entry.at,
                reprogrammed=session.paused is not None,
                counter_lost=False,
                carried_ml=session.given_ml,
                counter_ml=Decimal(0),
                counter_from_ml=by_hand.counter_from_ml or Decimal(0),
            )
        case InfusionStarted(despite=despite, counter_from_ml=counted, unread_s=unread_s) as started:
            base = session.counter_from_ml if counted is None else counted
            session = replace(session, despite=despite, counter_from_ml=base)
            if unread_s <= 0:
                return session
            since = entry.at.plus(-unread_s)
            return replace(session, started_at=since, segments=(Segment(since, started.rate_ml_h),))
        case InfusionResumed(counter_from_ml=counted) if counted is not None:
            return replace(session, counter_from_ml=counted)
        case VolumeReckoned(volume_ml=total):
            counter = max(session.counter_ml, total - session.carried_ml)
            return replace(session, counter_ml=counter, reckoned_at=entry.at)
        case CommandResolved(outcome=Confirmed()) if session.programmed_at == entry.at:
            # Programmed from here: its counter was set to zero and every value was read back.
            return replace(session, by_eye=(), counter_from_ml=Decimal(0), reckoned_at=None)
        case OrderWithdrawn():
            return replace(session, by_eye=())
        case _:
            return session


def _worked(session: Session, entry: Entry) -> Session:
    task = session.handwork
    match entry.event:
        case HandworkAsked() as asked:
            by_room = entry.actor.role is Role.ROOM
            session = replace(session, handwork=Handwork(asked, entry.at, by_room))
            if not isinstance(asked.command, Pause):
                return session
            before = session.pause_asked
            first_at = entry.at if before is None else before.first_at
            by_room = by_room or (before is not None and before.by_room)
            return replace(session, pause_asked=PauseAsked(first_at, entry.at, by_room, asked.reason))
        case HandworkDone(task_id=task_id) | HandworkDropped(task_id=task_id) if (
            task is not None and task.asked.task_id == task_id
        ):
            pausing = isinstance(task.asked.command, Pause)
            panel_rate = session.panel_rate and not isinstance(task.asked.command, SetRate)
            return replace(
                session,
                handwork=None,
                pause_asked=None if pausing else session.pause_asked,
                panel_rate=panel_rate if isinstance(entry.event, HandworkDone) else session.panel_rate,
            )
        case StopPressed() | InfusionEnded():
            return replace(session, handwork=None)
        case _:
            return session


def _cuffed(session: Session, entry: Entry) -> Session:
    run = session.cuff
    match entry.event:
        case CuffAsked(deed=CuffDeed.START) as asked:
            return replace(session, cuff=CuffRun(asked, entry.at), cuff_said="")
        case CuffAsked():
            return session if run is None else replace(session, cuff=replace(run, cancelling=True))
        case CuffAnswered(request_id=request_id, refusal="") if (
            run is not None and run.asked.request_id == request_id
        ):
            return replace(session, cuff=replace(run, told_at=entry.at))
        case CuffEnded(request_id=request_id, result=result, words=words) if (
            run is not None and run.asked.request_id == request_id
        ):
            said = "" if result is CuffResult.MEASURED else words
            return replace(session, cuff=None, cuff_said=said)
        case CuffCadenceSet(on=on):
            return replace(session, cuff_by_itself=on)
        case _:
            return session
