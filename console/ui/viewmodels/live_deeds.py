"""What an alarm asks of a person beyond acknowledging it, and the words of its key."""

from __future__ import annotations

from enum import StrEnum

from console.session.alarms import in_order
from console.session.state import State


class Deed(StrEnum):
    """Something only a person can do about an alarm; the value is on its key."""

    PRESENCE = "I am here"
    PANEL_RATE = "Explain the rate"
    TONES = "Test the sound"


DEEDS = {"unattended": Deed.PRESENCE, "rate_at_pump": Deed.PANEL_RATE, "sound_untested": Deed.TONES}
"""By alarm code."""

PANEL_RATE_REASONS = ("Meant: effect too weak", "Meant: too sedated", "Meant: pressure", "Touched by mistake")
"""Why somebody set the rate at the pump itself (site default)."""

CANCEL_REASONS = ("Probe or artefact", "Patient looks well", "Being treated now", "Deep on purpose")
"""Why a proposed pause is not wanted (site default, needs the medical director's signature)."""


def deed_of(state: State) -> Deed | None:
    """What the gravest alarm that asks for something asks for."""
    for alarm in in_order(state.alarms):
        deed = DEEDS.get(alarm.raised.code)
        if deed is not None and alarm.condition:
            return deed
    return None
