"""Alarm limits of one patient: set, taken from the current values, switched off for a while, back again.

Only the inner limits (medium priority) can be changed. They belong to the session: the next patient
begins with the preset.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from console.clinical.limits import VitalLimits, auto_limits, breach, problems
from console.clinical.vitals import VITALS, Vital
from console.session import intents as ask
from console.session.conditions import limits_of
from console.session.decision import Context, Decision, accept, refuse
from console.session.events import Event, LimitsChanged, LimitsSwitchedOff, LimitsSwitchedOn
from console.session.state import OPEN
from console.session.watch import value_of

LIMITS_OFF_MAX_S = 600.0
"""Switched-off limits come back by themselves within ten minutes (site default, needs the medical
director's signature)."""


def limits(
    ctx: Context, intent: ask.SetLimits | ask.SwitchLimitsOff | ask.SwitchLimitsOn | ask.UseAutoLimits
) -> Decision:
    """Change the limits of the patient in the room; the caller has made sure that there is one."""
    match intent:
        case ask.SetLimits():
            return _set(ctx, intent)
        case ask.SwitchLimitsOff():
            return _switch_off(ctx, intent)
        case ask.SwitchLimitsOn(vital=vital):
            if vital not in ctx.session.limits_off:
                return refuse(f"The {VITALS[vital].label} limits are on.")
            return accept(LimitsSwitchedOn(vital, "by hand"))
        case ask.UseAutoLimits():
            return _from_current_values(ctx)


def _set(ctx: Context, intent: ask.SetLimits) -> Decision:
    preset = ctx.site.preset.of(intent.vital)
    if preset is None:
        return refuse("This vital sign has no alarm limits.")
    low = preset.low if intent.low is None else intent.low
    high = preset.high if intent.high is None else intent.high
    wanted = replace(preset, low=low, high=high)
    found = problems(ctx.site.preset.with_limits(wanted))
    if found:
        return refuse(*found)
    return accept(LimitsChanged(intent.vital, low, high), *_on_again(ctx, intent.vital))


def _switch_off(ctx: Context, intent: ask.SwitchLimitsOff) -> Decision:
    label = VITALS[intent.vital].label
    if limits_of(ctx.state, ctx.site, intent.vital) is None:
        return refuse("This vital sign has no alarm limits.")
    if not intent.reason.strip():
        return refuse(f"Say why the {label} limits are to be switched off.")
    if not 0 < intent.for_s <= LIMITS_OFF_MAX_S:
        return refuse("Limits can be switched off for at most 10 minutes at a time.")
    if intent.vital in ctx.session.limits_off:
        return refuse(f"The {label} limits are off already; they come back by themselves.")
    return accept(LimitsSwitchedOff(intent.vital, intent.for_s, intent.reason.strip()))


def _from_current_values(ctx: Context) -> Decision:
    """Limits around what is measured now; a value beyond an extreme limit moves nothing."""
    in_force = {
        kind.vital: found
        for kind in ctx.site.preset.vitals
        if (found := limits_of(ctx.state, ctx.site, kind.vital)) is not None
    }
    current = {
        vital: value
        for vital in in_force
        if (value := value_of(ctx.watch, vital, ctx.site, ctx.now)) is not None
    }
    extreme = [vital for vital, value in current.items() if _is_extreme(in_force[vital], value)]
    notices = tuple(
        f"{VITALS[vital].label} is beyond its extreme limit now: its limits stay as they are."
        for vital in extreme
    )
    base = replace(ctx.site.preset, vitals=tuple(in_force.values()))
    suggested = auto_limits(base, {v: value for v, value in current.items() if v not in extreme})
    changed = [
        new
        for new in suggested.vitals
        if (new.low, new.high) != (in_force[new.vital].low, in_force[new.vital].high)
    ]
    if not changed:
        return refuse(*notices, "No limit was changed: there is no current value that asks for it.")
    events: list[Event] = []
    for new in changed:
        events += [LimitsChanged(new.vital, new.low, new.high), *_on_again(ctx, new.vital)]
    return accept(*events, notices=notices)


def _is_extreme(found: VitalLimits, value: float) -> bool:
    ring = breach(found, value)
    return ring is not None and ring.extreme


def _on_again(ctx: Context, vital: Vital) -> Iterator[Event]:
    """Whoever sets a limit wants it to alarm."""
    if vital in ctx.session.limits_off:
        yield LimitsSwitchedOn(vital, "new limits were set")


def limits_back(ctx: Context) -> tuple[Event, ...]:
    """Switched-off limits come back by themselves."""
    off = ctx.session.limits_off if ctx.phase in OPEN else {}
    return tuple(
        LimitsSwitchedOn(vital, "time over")
        for vital, one in off.items()
        if ctx.now.mono_ns >= one.until.mono_ns
    )
