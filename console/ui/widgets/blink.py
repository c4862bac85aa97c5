"""The flashing of alarms, in step all over the window."""

from __future__ import annotations

from dataclasses import dataclass

from console.session.events import Priority

HIGH_HZ = 2.0
"""Within 1.4-2.8 Hz for high priority (IEC 60601-1-8 convention)."""
MEDIUM_HZ = 0.5
"""Within 0.4-0.8 Hz for medium priority (IEC 60601-1-8 convention)."""


@dataclass(frozen=True, slots=True)
class Blink:
    """Which half of the cycle it is; half the time on.

    Attributes:
        fast: High-priority signals are on.
        slow: Medium-priority signals are on.
    """

    fast: bool = True
    slow: bool = True

    def on(self, priority: Priority | None, flashing: bool) -> bool:
        """Whether the fill shows: steady when acknowledged, and always for low priority."""
        if not flashing or priority is None or priority is Priority.LOW:
            return True
        return self.fast if priority is Priority.HIGH else self.slow


def blink_at(real_s: float) -> Blink:
    """The phase at ``real_s`` seconds of real time."""
    return Blink(fast=(real_s * HIGH_HZ) % 1 < 0.5, slow=(real_s * MEDIUM_HZ) % 1 < 0.5)
