"""What the interlocks remember from look to look: which conditions hold, since when, how surely.

Sensed and not decided, so it is forgotten at a restart like everything in
:mod:`console.session.watch`; a proposal itself is in the record.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from console.clock import Instant


class Truth(StrEnum):
    """What one look says of a condition."""

    TRUE = "true"
    FALSE = "false"
    """Measured, and normal."""
    UNKNOWN = "unknown"
    """Not measured, or not to be trusted: never the same as normal."""
    HIDDEN = "hidden"
    """A cuff on the same limb hides the oximeter, for a bounded time."""


class Held(msgspec.Struct, frozen=True):
    """A condition that was found true and is not over yet.

    Attributes:
        since: When it was first found.
        looked_at: The last look.
        sampled_ns: Monotonic time of the newest sample counted; 0 where there are no samples.
        counted_ns: Time that counts against the infusion so far.
        samples: Samples that showed it.
        normal: Normal samples in a row since.
    """

    since: Instant
    looked_at: Instant
    sampled_ns: int = 0
    counted_ns: int = 0
    samples: int = 1
    normal: int = 0


class CuffGate(msgspec.Struct, frozen=True):
    """A cuff on the oximeter's limb.

    Attributes:
        until: SpO2 is not held against the infusion before this.
        measuring: The cuff is inflated now.
    """

    until: Instant
    measuring: bool


class Holds(msgspec.Struct, frozen=True):
    """All of it, by step of a rule (``"A2.1"``)."""

    held: dict[str, Held] = {}
    truths: dict[str, Truth] = {}
    cuff: CuffGate | None = None
