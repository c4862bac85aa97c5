"""What is done after an event is committed. Derived from the event alone; a replay does nothing."""

from __future__ import annotations

import msgspec

from console.clock import Instant
from console.session.events import (
    CommandRequested,
    CuffAsked,
    CuffDeed,
    Entry,
    StopPressed,
    TonesSounded,
)
from console.session.pump import PumpCommand


class SendCommand(msgspec.Struct, frozen=True):
    """Hand the command to the pump's port owner; never sent after ``expires_at``."""

    command_id: str
    command: PumpCommand
    expires_at: Instant


class PressStopSlot(msgspec.Struct, frozen=True):
    """Press the stop slot of the pump's port owner; pressing it twice does no harm."""


class SoundTones(msgspec.Struct, frozen=True):
    """Sound the burst of each priority once, for somebody who listens."""


class AskCuff(msgspec.Struct, frozen=True):
    """Hand the request to the monitor's port owner; never handed on after ``expires_at``."""

    request_id: str
    device: str
    deed: CuffDeed
    expires_at: Instant


CUFF_EXPIRES_S = 3.0
"""A cuff that was not told by then does not inflate later, when nobody looks (site default)."""

Effect = SendCommand | PressStopSlot | SoundTones | AskCuff


def effects_of(entry: Entry) -> tuple[Effect, ...]:
    """The effects of one newly committed entry."""
    match entry.event:
        case CommandRequested(command_id=command_id, command=command, expires_s=expires_s):
            return (SendCommand(command_id, command, entry.at.plus(expires_s)),)
        case StopPressed():
            return (PressStopSlot(),)
        case CuffAsked(request_id=request_id, device=device, deed=deed):
            return (AskCuff(request_id, device, deed, entry.at.plus(CUFF_EXPIRES_S)),)
        case TonesSounded():
            return (SoundTones(),)
        case _:
            return ()
