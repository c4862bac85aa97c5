"""Who is taken to be at the window now, and how sure that is."""

from __future__ import annotations

from msgspec.structs import replace

from console.clock import Instant
from console.session.people import EMERGENCY, UNATTRIBUTED, Actor, Authn
from console.session.state import State

FRESH_S = 60.0
"""A PIN entered no longer ago than this is enough for acts with a high risk (site default)."""

SIGNED_IN_AT_MOST_S = 12 * 3600.0
"""Then everybody enters the PIN again, however busy the window was (site default)."""

GLASS_AFTER_S = 120.0
"""An untouched window turns to glass after this in a session (site default)."""

GLASS_AT_REST_S = 60.0
"""The same with no session open, and on the pages of the record (site default)."""


def is_locked(state: State, now: Instant) -> bool:
    """Whether the PIN has to be entered again before anything a person must ask."""
    if state.user is None:
        return False
    return state.locked or (
        state.user_at is not None and now.seconds_since(state.user_at) > SIGNED_IN_AT_MOST_S
    )


def present(state: State, now: Instant) -> Actor:
    """Whoever is signed in, as the author of what is asked without a PIN.

    Behind the glass the name is kept, because STOP and silencing are still most likely theirs; it is then no
    proof of anything and opens nothing.
    """
    if state.user is None:
        return UNATTRIBUTED
    if is_locked(state, now):
        return replace(state.user, authn=Authn.NONE)
    entered = state.user_at
    by_pin = state.user.user_id != EMERGENCY.user_id
    fresh = by_pin and entered is not None and now.seconds_since(entered) <= FRESH_S
    return replace(state.user, authn=Authn.FRESH if fresh else Authn.SIGNED_IN)
