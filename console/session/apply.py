"""Fold one entry onto the state. Total, pure, and the same live, at replay and in every window."""

from __future__ import annotations

from msgspec.structs import replace

from console.session.apply_alarms import fold_alarms, for_new_patient
from console.session.apply_by_hand import fold_by_hand
from console.session.apply_interlocks import fold_pausing
from console.session.apply_session import fold_session, open_session
from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    AlarmReminded,
    AudioPaused,
    AudioResumed,
    CommandRequested,
    CommandResolved,
    ConsoleLocked,
    EmergencyExplained,
    Entry,
    GlassBroken,
    LinkChanged,
    PumpChanged,
    PumpSetByHand,
    RecordSetAside,
    RoomStarted,
    SessionOpened,
    SignedIn,
    SignedOut,
    StopConfirmed,
    StopPressed,
    StopUnconfirmed,
    TonesSounded,
    TonesTested,
)
from console.session.people import EMERGENCY
from console.session.pump import Confirmed, Pause, Program, PumpControl, Resume, SetRate, Start, Unknown
from console.session.site import PUMP
from console.session.state import InFlight, PumpView, State, StopView


def apply(state: State, entry: Entry) -> State:
    """The state after ``entry``."""
    event = entry.event
    folded = _fold_room(state, entry)
    if isinstance(event, SessionOpened):
        folded = _for_new_patient(folded, entry, event)
    elif folded.session is not None and entry.session_id == folded.session.session_id:
        session = fold_session(folded.session, entry, state.in_flight, state.unresolved)
        session = fold_pausing(session, entry, (state.in_flight, state.unresolved))
        session = fold_by_hand(session, entry)
        folded = replace(folded, session=session)
    return replace(folded, seq=entry.seq)


def fold(state: State, entries: tuple[Entry, ...]) -> State:
    """The state after all ``entries``."""
    for entry in entries:
        state = apply(state, entry)
    return state


def _for_new_patient(state: State, entry: Entry, event: SessionOpened) -> State:
    """Nothing of the previous patient is carried over: no limits, no alarms, no silence."""
    aside = state.set_aside
    if aside is not None and aside.session_id != event.session_id:
        aside = None
    return replace(for_new_patient(state), session=open_session(entry, event), stop=None, set_aside=aside)


def _fold_room(state: State, entry: Entry) -> State:
    match entry.event:
        case SignedIn():
            return replace(state, user=entry.actor, user_at=entry.at, locked=False)
        case SignedOut():
            return replace(state, user=None, user_at=None, locked=False)
        case ConsoleLocked():
            return replace(state, locked=True)
        case GlassBroken():
            return replace(state, user=EMERGENCY, user_at=entry.at, locked=False, emergency_at=entry.at)
        case EmergencyExplained():
            return replace(state, emergency_at=None)
        case RecordSetAside() as aside:
            return replace(state, set_aside=aside)
        case LinkChanged() as change:
            control = state.control if change.device != PUMP else _control(change) or state.control
            told = state.pump_identity if change.device != PUMP else change.identity or state.pump_identity
            links = {**state.links, change.device: change}
            return replace(state, links=links, control=control, pump_identity=told)
        case PumpChanged() as change:
            pump = PumpView(change.state, change.rate_ml_h, change.infused_ml, change.alarm, entry.at)
            return replace(state, pump=pump)
        case CommandRequested() as request:
            return replace(
                state,
                in_flight=InFlight(request, entry.at),
                used_ids=state.used_ids | {request.command_id},
            )
        case CommandResolved() as resolved:
            return _resolve(state, resolved)
        case StopPressed():
            return replace(state, stop=StopView(entry.at))
        case PumpSetByHand():
            return replace(state, stop=None)
        case StopConfirmed() as stop:
            if state.stop is None:
                return state
            return replace(
                state,
                stop=replace(state.stop, confirmed=True, seconds=stop.seconds, attempts=stop.attempts),
                in_flight=None,
                unresolved=None,
            )
        case StopUnconfirmed() as stop:
            view = state.stop or StopView(entry.at)
            return replace(
                state,
                stop=replace(view, unconfirmed_alarm=True, seconds=stop.seconds, attempts=stop.attempts),
            )
        case (
            AlarmRaised()
            | AlarmCleared()
            | AlarmAcknowledged()
            | AlarmReminded()
            | AudioPaused()
            | AudioResumed()
            | RoomStarted()
            | TonesSounded()
            | TonesTested()
        ):
            return fold_alarms(state, entry)
        case _:
            return state


def _control(change: LinkChanged) -> PumpControl | None:
    """What can be done with the pump: as it told, else by configuration."""
    return change.control if change.identity is None else change.identity.control


def _resolve(state: State, resolved: CommandResolved) -> State:
    flight = state.in_flight if _is(state.in_flight, resolved) else state.unresolved
    if flight is None or not _is(flight, resolved):
        return state
    in_flight = None if _is(state.in_flight, resolved) else state.in_flight
    unresolved = None if _is(state.unresolved, resolved) else state.unresolved
    changes_delivery = isinstance(flight.request.command, Start | Resume | SetRate | Pause)
    if isinstance(resolved.outcome, Unknown) and changes_delivery:
        unresolved = flight
    stop = state.stop
    if isinstance(resolved.outcome, Confirmed) and isinstance(flight.request.command, Program):
        stop = None
    return replace(state, in_flight=in_flight, unresolved=unresolved, stop=stop)


def _is(flight: InFlight | None, resolved: CommandResolved) -> bool:
    return flight is not None and flight.request.command_id == resolved.command_id
