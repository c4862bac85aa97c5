"""The FHIR push in a thread of its own: step after step, until the room ends."""

from __future__ import annotations

import threading
from typing import Final

from console.clock import Clock
from console.sync.fhir.push import Did, FhirPush

IDLE_S: Final = 30.0
"""Seconds between two looks at the record while nothing waits."""

TROUBLE_S: Final = 60.0
"""Seconds until a disk or a record that could not be read is tried again."""

PACE_S: Final = 0.2
"""Seconds between two bundles: the room comes first."""


class FhirLoop:
    """Steps a push; the thread is started by the room's supervisor. Nothing of the room waits for it."""

    def __init__(self, push: FhirPush, clock: Clock) -> None:
        """Args: what is stepped, and the machine's clock."""
        self._push, self._clock = push, clock
        self.said = ""

    def run(self, stopping: threading.Event) -> None:
        """Push and wait by turns."""
        while not stopping.is_set():
            stopping.wait(self.turn())

    def turn(self) -> float:
        """One step; seconds until the next is useful."""
        try:
            outcome = self._push.step(self._clock.now())
        except OSError as trouble:
            self._push.forget()
            self.said = f"FHIR waits: {trouble.strerror or trouble}."
            return TROUBLE_S
        self.said = outcome.said
        match outcome.did:
            case Did.IDLE:
                return IDLE_S
            case Did.WAITING:
                return min(outcome.wait_s, IDLE_S)
            case _:
                return PACE_S
