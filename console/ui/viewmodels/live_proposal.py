"""The banner of a proposed pause: what happens in how many seconds, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass

from console.clock import Instant
from console.session.state import State


@dataclass(frozen=True, slots=True)
class ProposalFace:
    """A pause that follows unless a person cancels it.

    Attributes:
        proposal_id: Of the proposal.
        head: What happens, with the seconds left.
        message: Why.
        share: 0..1 of the time that is left.
    """

    proposal_id: str
    head: str
    message: str
    share: float


def proposal_face(state: State, now: Instant) -> ProposalFace | None:
    """The banner; None while nothing is proposed."""
    proposal = None if state.session is None else state.session.proposal
    if proposal is None:
        return None
    proposed = proposal.proposed
    left_s = max(0.0, proposal.ends.seconds_since(now))
    whole = math.ceil(left_s)
    head = f"PAUSING IN {whole} s" if whole else "PAUSING NOW"
    if state.supervised:
        head = "PAUSE AT THE PUMP" + (f" · ASKED IN {whole} s" if whole else "")
    share = 0.0 if proposed.countdown_s <= 0 else min(1.0, left_s / proposed.countdown_s)
    # In steps of a fiftieth: the bar moves, and stands still between two pictures.
    why = proposed.message.replace(" %", "\N{NO-BREAK SPACE}%")
    return ProposalFace(proposed.proposal_id, head, why, round(share * 50) / 50)
