"""The product's room process with a speaker that tells what it plays.

``python -m tests.faults.host_room FOLDER`` is ``infusion-console room --data FOLDER`` in all but the
sound: each burst becomes a line of ``FOLDER/played.txt`` with its priority and its instant. The first
heartbeat of a window leaves ``FOLDER/beat.txt``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from console.app import compose
from console.app.room_process import RoomOptions, run_room
from console.clock import Clock
from console.room.tones import burst_samples
from console.room.watchdog import WindowWatch
from console.session.events import Priority

PLAYED: Final = "played.txt"
BEAT: Final = "beat.txt"
"""Appears with the first heartbeat of a window."""


class TellingSpeaker:
    """Writes down what a speaker would play."""

    def __init__(self, clock: Clock, path: Path) -> None:
        self._clock = clock
        self._path = path
        self._names = {burst_samples(priority).tobytes(): priority for priority in Priority}

    def check(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""

    def play(self, samples: NDArray[np.int16]) -> None:
        """See :class:`console.room.speaker.Speaker`."""
        priority = self._names[samples.tobytes()]
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{self._clock.now().mono_ns} {priority.value}\n")

    def hush(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""

    def close(self) -> None:
        """See :class:`console.room.speaker.Speaker`."""


def played(folder: Path) -> list[tuple[int, Priority]]:
    """Each burst so far: when, in ns of the machine's monotonic clock, and which."""
    path = folder / PLAYED
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return [(int(at), Priority(word)) for at, _, word in (line.partition(" ") for line in lines)]


def main() -> int:
    """Run the room."""
    folder = Path(sys.argv[1])

    def speaker(clock: Clock) -> TellingSpeaker:
        return TellingSpeaker(clock, folder / PLAYED)

    beat = WindowWatch.beat

    def noted(watch: WindowWatch, window_id: str) -> None:
        (folder / BEAT).touch()
        beat(watch, window_id)

    vars(compose)["MiniaudioSpeaker"] = speaker
    WindowWatch.beat = noted  # type: ignore[method-assign, assignment]
    return run_room(RoomOptions(folder, ballast="--ballast" in sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
