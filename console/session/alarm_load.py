"""How much alarming a session was: figures for those who tend limits and delays, worked out of the record.

Most alarms of a monitored bed ask for nothing (Joint Commission Sentinel Event Alert 50, 2013: 85 to 99 %
in the hospitals it cites); what is not measured is not mended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from console.session.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    ArrivalAnswered,
    AudioPaused,
    BaselineAccepted,
    CommandRequested,
    Entry,
    InfusionPaused,
    LimitsSwitchedOff,
    OrderRefused,
    OrderWritten,
    PauseProposalCancelled,
    PauseProposalEnded,
    PauseProposed,
    Priority,
    StopPressed,
)
from console.session.pump import Pause

BY_ITSELF_S = 15.0
SOON_S = 30.0


@dataclass(frozen=True, slots=True)
class AlarmLoad:
    """The alarms of one session.

    Attributes:
        session_id: Of the session.
        hours: From its first entry to its last.
        high: High alarms raised.
        medium: Medium alarms raised.
        low: Low alarms raised.
        codes: How often each condition alarmed, the most frequent first.
        by_itself: Alarms that were over within 15 s although nobody had acknowledged them.
        soon: Alarms acknowledged within 30 s.
        audio_pauses: How often the sound was paused.
        limits_off: How often limits were switched off.
        overrides: Soft limits and checks passed with a reason.
        heeded: Orders that were refused and so written anew or given up.
        proposals: Pauses an interlock proposed.
        accepted: Of them, those followed by a pause or STOP.
        cancelled: Of them, those a person cancelled with a reason.
    """

    session_id: str
    hours: float
    high: int
    medium: int
    low: int
    codes: tuple[tuple[str, int], ...]
    by_itself: int
    soon: int
    audio_pauses: int
    limits_off: int
    overrides: int
    heeded: int
    proposals: int
    accepted: int
    cancelled: int

    @property
    def alarms(self) -> int:
        """Alarms of every priority."""
        return self.high + self.medium + self.low

    @property
    def per_hour(self) -> float | None:
        """Alarms an hour; None for a session without a length."""
        return self.alarms / self.hours if self.hours > 0 else None

    @property
    def by_itself_share(self) -> float | None:
        """Share of alarms over within 15 s by themselves; None without alarms."""
        return self.by_itself / self.alarms if self.alarms else None

    @property
    def soon_share(self) -> float | None:
        """Share of alarms acknowledged within 30 s; None without alarms."""
        return self.soon / self.alarms if self.alarms else None

    @property
    def override_rate(self) -> float | None:
        """Share of stops that were passed with a reason; None when nothing was stopped."""
        stopped = self.overrides + self.heeded
        return self.overrides / stopped if stopped else None


@dataclass(slots=True)
class _Tally:
    """What is known while the entries go by."""

    open: dict[str, Entry] = field(default_factory=dict)
    unseen: dict[str, Entry] = field(default_factory=dict)
    priorities: Counter[Priority] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    proposal: str = ""
    pause_since: bool = False
    last_high: Entry | None = None


def alarm_load(entries: Iterable[Entry], session_id: str) -> AlarmLoad:
    """The load of one session from entries in their order; those of other sessions do not count."""
    own = [entry for entry in entries if entry.session_id == session_id]
    tally = _Tally()
    for entry in own:
        _alarms(tally, entry)
        _silence(tally, entry)
        _stops(tally, entry)
        _proposals(tally, entry)
    counts = tally.counts
    return AlarmLoad(
        session_id=session_id,
        hours=_seconds(own[0], own[-1]) / 3600 if own else 0.0,
        high=tally.priorities[Priority.HIGH],
        medium=tally.priorities[Priority.MEDIUM],
        low=tally.priorities[Priority.LOW],
        codes=tuple(sorted(tally.codes.items(), key=lambda one: (-one[1], one[0]))),
        by_itself=counts["by_itself"],
        soon=counts["soon"],
        audio_pauses=counts["audio_pauses"],
        limits_off=counts["limits_off"],
        overrides=counts["overrides"],
        heeded=counts["heeded"],
        proposals=counts["proposals"],
        accepted=counts["accepted"],
        cancelled=counts["cancelled"],
    )


def _alarms(tally: _Tally, entry: Entry) -> None:
    match entry.event:
        case AlarmRaised(alarm_id=alarm_id, code=code, priority=priority):
            tally.open = {
                known: raised
                for known, raised in tally.open.items()
                if not (isinstance(raised.event, AlarmRaised) and raised.event.code == code)
            }
            tally.open[alarm_id] = entry
            tally.unseen[alarm_id] = entry
            tally.priorities[priority] += 1
            tally.codes[code] += 1
            if priority is Priority.HIGH:
                tally.last_high = entry
        case AlarmAcknowledged(alarm_id=alarm_id):
            tally.open.pop(alarm_id, None)
            raised = tally.unseen.pop(alarm_id, None)
            if raised is not None and _seconds(raised, entry) < SOON_S:
                tally.counts["soon"] += 1
        case AlarmCleared(alarm_id=alarm_id):
            raised = tally.open.pop(alarm_id, None)
            worse = tally.last_high is not None and tally.last_high.at == entry.at
            if raised is not None and not worse and _seconds(raised, entry) < BY_ITSELF_S:
                tally.counts["by_itself"] += 1
        case _:
            pass


def _silence(tally: _Tally, entry: Entry) -> None:
    match entry.event:
        case AudioPaused():
            tally.counts["audio_pauses"] += 1
        case LimitsSwitchedOff():
            tally.counts["limits_off"] += 1
        case _:
            pass


def _stops(tally: _Tally, entry: Entry) -> None:
    match entry.event:
        case OrderWritten(order=order):
            tally.counts["overrides"] += len(order.inputs.reasons)
        case ArrivalAnswered(overridden=True):
            tally.counts["overrides"] += 1
        case BaselineAccepted(override_reason=reason) if reason:
            tally.counts["overrides"] += 1
        case OrderRefused():
            tally.counts["heeded"] += 1
        case _:
            pass


def _proposals(tally: _Tally, entry: Entry) -> None:
    match entry.event:
        case PauseProposed(proposal_id=proposal_id):
            tally.counts["proposals"] += 1
            tally.proposal, tally.pause_since = proposal_id, False
        case CommandRequested(command=Pause()) | StopPressed() | InfusionPaused():
            tally.pause_since = True
        case PauseProposalCancelled():
            tally.counts["cancelled"] += 1
            tally.proposal = ""
        case PauseProposalEnded(proposal_id=proposal_id) if proposal_id == tally.proposal:
            tally.counts["accepted"] += tally.pause_since
            tally.proposal = ""
        case _:
            pass


def _seconds(earlier: Entry, later: Entry) -> float:
    """By the monotonic clock within a boot; across boots only the labels can be compared."""
    if earlier.boot_id == later.boot_id:
        return later.at.seconds_since(earlier.at)
    return max(0.0, (later.at.wall_utc_ns - earlier.at.wall_utc_ns) / 1e9)
