"""Whether the room would pause an infusion now, always on the screen: in force, off, or degraded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from console.clinical.interlock_rules import CUFF_VITALS, OFF, PAUSING, Beyond, Lost
from console.clinical.vitals import VITALS, Vital
from console.clock import Instant
from console.session.interlock_senses import hides, trusted
from console.session.pump import LinkState
from console.session.site import PUMP, Site
from console.session.state import IN_TREATMENT, Phase, State
from console.session.watch import Watch

JUDGED = IN_TREATMENT | {Phase.READY}
"""Where a missing value already matters."""


class Posture(msgspec.Struct, frozen=True):
    """The state of the interlocks.

    Attributes:
        state: Off; armed = every rule can act; degraded = in force, but some rule cannot act now.
        words: Why, as a sentence for a nurse.
    """

    state: Literal["off", "armed", "degraded"] = "off"
    words: str = OFF.words


def posture(state: State, watch: Watch, site: Site, now: Instant) -> Posture:
    """What the interlocks could do now."""
    rules = site.interlocks
    if not rules.armed:
        return Posture("off", rules.words)
    if state.phase not in JUDGED:
        return Posture("armed", rules.words)
    gaps = tuple(_gaps(state, watch, site, now))
    if not gaps:
        return Posture("armed", rules.words)
    return Posture("degraded", f"Interlocks degraded: {'; '.join(gaps)}.")


def _gaps(state: State, watch: Watch, site: Site, now: Instant) -> Iterator[str]:
    link = watch.links.get(PUMP)
    if link is None or link[0] is not LinkState.ANSWERING:
        yield "the pump does not answer, it cannot be paused from here"
    elif state.supervised:
        yield "this pump can only be paused by hand, the console asks for it"
    gate = watch.gates.cuff
    hidden = hides(gate, now)
    if hidden and gate is not None:
        yield f"the cuff hides SpO₂ for up to {gate.until.seconds_since(now):.0f} s more"
    missing = [
        VITALS[vital].label
        for vital in _inputs(site)
        if not (hidden and vital is Vital.SPO2) and trusted(watch, vital, site, now) is None
    ]
    if missing:
        yield f"no {', no '.join(missing)} that can be trusted"
    session = state.session
    if session is None:
        return
    for rule, at in session.cancelled.items():
        left_s = site.interlocks.gates.cancel_holds_s - now.seconds_since(at)
        if left_s > 0:
            yield f"rule {rule} was cancelled and waits {left_s:.0f} s more"


def _inputs(site: Site) -> tuple[Vital, ...]:
    """The continuous vital signs that can lead to a pause."""
    found: list[Vital] = []
    for step in site.interlocks.steps:
        if step.action not in PAUSING:
            continue
        match step.trigger:
            case Beyond(signs=signs):
                found += [sign.vital for sign in signs if sign.vital not in CUFF_VITALS]
            case Lost(vital=vital):
                found.append(vital)
            case _:
                pass
    return tuple(dict.fromkeys(found))
