"""What the record holds of an infusion that was running when the room went down.

A pump that stops without its host is kept going after a restart only when what it reads back is this
infusion; nothing that starts or raises delivery is sent for it.
"""

from __future__ import annotations

from console.session.pump import Begun, PumpControl
from console.session.state import Phase, State


def begun_by_record(state: State) -> Begun | None:
    """The infusion that may be taken up again; None when there is none, or STOP was pressed."""
    session, identity = state.session, state.pump_identity
    if session is None or session.programmed is None or not session.segments or identity is None:
        return None
    if state.phase is not Phase.INFUSING or state.stop is not None or not identity.serial:
        return None
    if identity.control is PumpControl.READ_ONLY or session.panel_rate or not session.counter_trusted:
        return None
    rate_ml_h = session.segments[-1].rate_ml_h
    return Begun(identity.serial, rate_ml_h, session.counter_ml, session.programmed)
