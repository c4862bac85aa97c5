"""When to try again."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

from console.clock import NS_PER_S, Instant

FIRST_S: Final = 5.0
LONGEST_S: Final = 15 * 60.0
"""Back-off of a server that does not answer: 5 s, doubled each time, at most a quarter of an hour."""

OBEYED_S: Final = 60 * 60.0
"""A ``Retry-After`` is obeyed up to an hour."""

SIGN_IN_S: Final = 10 * 60.0
"""A server that does not know us is asked again every ten minutes: somebody has to mend it."""


def wait_s(failures: int, jitter: float) -> float:
    """Seconds to wait after so many failures in a row.

    Args:
        failures: At least 1.
        jitter: 0 to 1; half of the time is left to it, so that clinics do not come back together.
    """
    longest = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 16))
    return longest * (0.5 + 0.5 * jitter)


def retry_after_s(header: str, now: Instant) -> float | None:
    """Seconds that a ``Retry-After`` header asks for; None when it says nothing that can be understood."""
    said = header.strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), OBEYED_S)
    try:
        at = parsedate_to_datetime(said)
    except (TypeError, ValueError, IndexError):
        return None
    if at.tzinfo is None:
        return None
    return min(max((at - now.wall_utc).total_seconds(), 0.0), OBEYED_S)


def still_waiting_s(not_before_ns: int, now: Instant) -> float:
    """Seconds still to wait. A clock that was set back holds nothing up for longer than the longest wait."""
    left = (not_before_ns - now.wall_utc_ns) / NS_PER_S
    return left if 0 < left <= OBEYED_S else 0.0
