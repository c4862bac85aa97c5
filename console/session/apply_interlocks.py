"""Fold proposals to pause, and pauses that were asked of the pump, onto the session."""

from __future__ import annotations

from msgspec.structs import replace

from console.session.events import (
    CommandRequested,
    CommandResolved,
    Entry,
    InfusionEnded,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    PauseProposalCancelled,
    PauseProposalEnded,
    PauseProposed,
    StopPressed,
)
from console.session.people import Role
from console.session.pump import Pause, Refused
from console.session.state import InFlight, PauseAsked, Proposal, Session


def fold_pausing(session: Session, entry: Entry, flights: tuple[InFlight | None, ...]) -> Session:
    """The session after ``entry``, as far as it is about pausing; ``flights`` are the commands before."""
    match entry.event:
        case PauseProposed() as proposed:
            return replace(session, proposal=Proposal(proposed, entry.at))
        case PauseProposalCancelled(rules=rules):
            mine = () if session.proposal is None else (session.proposal.proposed.rule,)
            judged = dict.fromkeys((*mine, *rules), entry.at)
            return replace(session, proposal=None, cancelled={**session.cancelled, **judged})
        case PauseProposalEnded():
            return replace(session, proposal=None)
        case CommandRequested(command=Pause()):
            return replace(session, pause_asked=_asked(session, entry))
        case CommandResolved() as resolved if session.pause_asked is not None:
            return replace(session, pause_asked=_still_asked(session.pause_asked, resolved, flights))
        case InfusionStarted() | InfusionPaused() | InfusionResumed() | InfusionEnded() | StopPressed():
            return replace(session, pause_asked=None)
        case _:
            return session


def _asked(session: Session, entry: Entry) -> PauseAsked:
    by_room = entry.actor.role is Role.ROOM
    reason = session.proposal.proposed.message if by_room and session.proposal is not None else ""
    before = session.pause_asked
    if before is None:
        return PauseAsked(entry.at, entry.at, by_room, reason)
    return PauseAsked(before.first_at, entry.at, by_room or before.by_room, before.reason or reason)


def _still_asked(
    asked: PauseAsked, resolved: CommandResolved, flights: tuple[InFlight | None, ...]
) -> PauseAsked | None:
    """A person's pause that was refused is over; for an interlock the room goes on asking."""
    if asked.by_room or not isinstance(resolved.outcome, Refused):
        return asked
    paused = (
        flight.request.command_id
        for flight in flights
        if flight is not None and isinstance(flight.request.command, Pause)
    )
    return None if resolved.command_id in paused else asked
