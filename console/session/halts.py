"""A pump that halts again and again for the same reason is not started again."""

from __future__ import annotations

from console.session.state import Halt, Session

HALTS = 3
WITHIN_S = 600.0
"""The same alarm, halt and restart three times in ten minutes: stop and alarm (Open PCA Pump System
Requirements 1.0.0, R6.5)."""

REFUSAL = (
    "The pump halted three times in ten minutes for the same reason: it may not run again in this session. "
    "End the infusion and take the pump out of use."
)


def repeated(session: Session) -> Halt | None:
    """The halt that made it three, as long as the session lasts; None when there was none."""
    for index, halt in enumerate(session.halts):
        same = [h for h in session.halts[: index + 1] if h.code == halt.code]
        if len(same) >= HALTS and halt.at.seconds_since(same[-HALTS].at) <= WITHIN_S:
            return halt
    return None
