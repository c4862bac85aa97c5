"""The conductor's inbox: events never drop, samples may (and are counted), STOP goes first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from console.room.wire import Answer
from console.session.intents import Intent, PressStop, PumpSeen, VitalsSeen
from console.session.people import ROOM, Actor

SAMPLES_HELD: Final = 512
"""Readings that may wait: over a minute of all devices; the conductor empties it four times a second."""

Reply = Callable[[Answer], None]


class Letter(msgspec.Struct, frozen=True):
    """One intent on its way to the conductor.

    Attributes:
        intent: What is asked or seen.
        actor: Who asks; None stands for the person signed in.
        request_id: Of the Ask, for the Answer.
        reply: Takes the Answer; None when nobody waits.
    """

    intent: Intent
    actor: Actor | None = ROOM
    request_id: str = ""
    reply: Reply | None = None


class Errand(msgspec.Struct, frozen=True):
    """Something that has to be done on the conductor's thread because it uses the record.

    Attributes:
        run: What to do.
    """

    run: Callable[[], None]


class Mailbox:
    """Many threads post, one takes."""

    def __init__(self, samples_held: int = SAMPLES_HELD) -> None:
        self._samples_held = samples_held
        self._waiting: deque[Letter | Errand] = deque()
        self._samples = 0
        self._dropped = 0
        self._filled = threading.Condition()

    def post(self, letter: Letter | Errand) -> None:
        """Leave a letter; never blocks. A sample too many pushes the oldest sample out."""
        with self._filled:
            if isinstance(letter, Letter) and isinstance(letter.intent, PressStop):
                self._waiting.appendleft(letter)
            else:
                self._waiting.append(letter)
            if _is_sample(letter):
                self._samples += 1
                if self._samples > self._samples_held:
                    self._drop_oldest_sample()
            self._filled.notify()

    def see(self, intent: Intent) -> None:
        """Leave what a device or the room itself saw."""
        self.post(Letter(intent))

    def take(self, timeout_s: float, at_most: int = 64) -> tuple[Letter | Errand, ...]:
        """What has arrived, oldest first; waits up to ``timeout_s`` for the first."""
        with self._filled:
            if not self._waiting and timeout_s > 0:
                self._filled.wait(timeout_s)
            taken = tuple(self._waiting.popleft() for _ in range(min(at_most, len(self._waiting))))
            self._samples -= sum(map(_is_sample, taken))
            return taken

    def take_dropped(self) -> int:
        """Samples lost since last asked."""
        with self._filled:
            dropped, self._dropped = self._dropped, 0
            return dropped

    def _drop_oldest_sample(self) -> None:
        for index, letter in enumerate(self._waiting):
            if _is_sample(letter):
                del self._waiting[index]
                break
        self._samples -= 1
        self._dropped += 1


def _is_sample(letter: Letter | Errand) -> bool:
    return isinstance(letter, Letter) and isinstance(letter.intent, VitalsSeen | PumpSeen)
