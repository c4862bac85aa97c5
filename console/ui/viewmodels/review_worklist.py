"""The piles of the worklist: to sign, overdue, with alarms, with adverse events, all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from console.clock import NS_PER_S
from console.session.state import Phase
from console.ui.viewmodels.review_record import Flags, ListedSession

OVERDUE_S: Final = 72 * 3600.0
"""A closed session unreviewed so long is overdue; site default, needs the medical director's signature."""


class Pile(StrEnum):
    """What is listed."""

    TO_SIGN = "to sign"
    OVERDUE = "overdue"
    ALARMS = "alarms"
    ADVERSE = "adverse"
    ALL = "all"


def belongs(pile: Pile, session: ListedSession, flags: Flags | None, now_ns: int) -> bool:
    """Whether a session lies on a pile; what is not known of it yet puts it on the one to be signed."""
    match pile:
        case Pile.TO_SIGN:
            return session.phase is not Phase.ABORTED and not (flags is not None and flags.signed)
        case Pile.OVERDUE:
            return belongs(Pile.TO_SIGN, session, flags, now_ns) and overdue_s(session, now_ns) > 0
        case Pile.ALARMS:
            return flags is not None and flags.alarms > 0
        case Pile.ADVERSE:
            return flags is not None and (flags.adverse > 0 or flags.early_stop)
        case Pile.ALL:
            return True


def overdue_s(session: ListedSession, now_ns: int) -> float:
    """Seconds since a closed session should have been reviewed; 0 while there is time, or while it lasts."""
    if session.open:
        return 0.0
    return max(0.0, (now_ns - session.opened_ns) / NS_PER_S - OVERDUE_S)


def counts(sessions: Iterable[ListedSession], flags: Mapping[str, Flags], now_ns: int) -> dict[Pile, int]:
    """How many lie on each pile."""
    known = tuple(sessions)
    return {
        pile: sum(belongs(pile, one, flags.get(one.session_id), now_ns) for one in known) for pile in Pile
    }
