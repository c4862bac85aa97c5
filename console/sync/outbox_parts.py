"""What the outbox works with; the room's composition puts it together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from console.clock import Clock
from console.sync.findings import Tell
from console.sync.memory import MemoryFile
from console.sync.ports import Archive, EventSource, Origin


@dataclass(frozen=True, slots=True)
class Parts:
    """What the outbox works with.

    Attributes:
        source: The record.
        open: Opens the archive.
        file: Where it remembers.
        clock: Time.
        random: For the jitter.
        mint: Makes the id of a new stream.
        tell: Takes findings.
        caution: A sentence about this workstation's certificate, empty while nothing is due.
    """

    source: EventSource
    open: Callable[[Origin], Archive]
    file: MemoryFile
    clock: Clock
    random: Random
    mint: Callable[[], str]
    tell: Tell = field(default=lambda _finding: None)
    caution: Callable[[int], str] = field(default=lambda _wall_ns: "")
