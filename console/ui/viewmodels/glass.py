"""What is left on a window nobody has touched for a while: no identity and no dosing, everything vital."""

from __future__ import annotations

from dataclasses import replace

from console.ui.viewmodels.live_shapes import LiveView
from console.ui.viewmodels.live_words import DASHES


def glassed(view: LiveView) -> LiveView:
    """The view as it shows through the glass.

    Vital signs, alarms, the pump's state, STOP, pausing and silencing stay; who is treated, with what and by
    whom, and every key that needs a person, go.
    """
    pump = replace(
        view.pump,
        rate=DASHES,
        drug_rate="",
        given=DASHES,
        fraction=0.0,
        volume="",
        predicted_plasma="",
        predicted_effect="",
        can_start=False,
        can_change=False,
        can_resume=False,
        can_reprogram=False,
        can_end=False,
    )
    top = replace(view.top, patient="", identifiers="", user="", signed_in=False)
    return replace(view, top=top, pump=pump, glass=True)
