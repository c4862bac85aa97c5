"""What the STOP key shows: requested, stopped, or not confirmed within two seconds."""

from __future__ import annotations

from datetime import tzinfo

from console.clock import Instant
from console.session.state import State
from console.ui.viewmodels.live_shapes import StopFace, StopMode
from console.ui.viewmodels.live_words import clock_hms

UNCONFIRMED_S = 2.0
"""Seconds without a read-back after which the nurse is sent to the pump (site default)."""
SHOWN_S = 30.0
"""How long the key goes on saying STOPPED."""
SKEW_S = 0.5
"""The record may stamp the press this much before the window does."""


def stop_face(
    state: State,
    pressed_at: Instant | None,
    now: Instant,
    zone: tzinfo | None = None,
    *,
    unheard: bool = False,
    by_hand: bool = False,
) -> StopFace:
    """The key's face. ``pressed_at`` is the press in this window, which shows before the room answers.

    ``unheard``: no room took it, so nobody waits two seconds to be told. ``by_hand``: the pump can only be
    stopped at the pump, which the key says from the first moment.
    """
    stop = state.stop
    if by_hand:
        return _by_hand(state, pressed_at, now, zone)
    if pressed_at is not None and (stop is None or stop.pressed_at.seconds_since(pressed_at) < -SKEW_S):
        return _waiting(now.seconds_since(pressed_at), late=unheard)
    if stop is None:
        return StopFace()
    if not stop.confirmed:
        return _waiting(now.seconds_since(stop.pressed_at), late=stop.unconfirmed_alarm)
    if now.seconds_since(stop.pressed_at) - stop.seconds < SHOWN_S:
        return StopFace(StopMode.STOPPED, "STOPPED", f"read back after {stop.seconds:.1f} s")
    return StopFace(StopMode.READY, "STOP", f"stopped {clock_hms(stop.pressed_at, zone)}")


def _by_hand(state: State, pressed_at: Instant | None, now: Instant, zone: tzinfo | None) -> StopFace:
    stop = state.stop
    newer = pressed_at is not None and (stop is None or stop.pressed_at.seconds_since(pressed_at) < -SKEW_S)
    if newer or (stop is not None and not stop.confirmed):
        since = pressed_at if newer or stop is None else stop.pressed_at
        passed_s = 0.0 if since is None else max(0.0, now.seconds_since(since))
        return StopFace(StopMode.UNCONFIRMED, "STOP AT THE PUMP", f"nothing was sent · {passed_s:.0f} s")
    if stop is None:
        return StopFace(under="by hand · F12")
    if now.seconds_since(stop.pressed_at) - stop.seconds < SHOWN_S:
        return StopFace(StopMode.STOPPED, "STOPPED", f"by hand, read after {stop.seconds:.0f} s")
    return StopFace(StopMode.READY, "STOP", f"stopped {clock_hms(stop.pressed_at, zone)}")


def _waiting(seconds: float, late: bool) -> StopFace:
    if late or seconds >= UNCONFIRMED_S:
        return StopFace(StopMode.UNCONFIRMED, "STOP NOT CONFIRMED", f"STOP AT THE PUMP · {seconds:.0f} s")
    return StopFace(StopMode.REQUESTED, "STOP requested", f"{max(0.0, seconds):.1f} s")
