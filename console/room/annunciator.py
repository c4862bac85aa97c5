"""Alarm sound: which burst, when again, and whether anybody can hear it.

The room process sounds, never the window, so a frozen or killed window silences nothing. Bursts keep
real time even where the rest of a demonstration runs faster.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from console.clock import Clock, Instant
from console.room.speaker import NoSound, Speaker
from console.room.tones import BURSTS, burst_samples
from console.session.events import Priority

CHECK_EVERY_S: Final = 2.0
STUCK_AFTER_S: Final = 4.0
"""The annunciator comes round at least every ``CHECK_EVERY_S`` and a check takes up to a second: one that
has not come round for so long hangs in its sound device, and nobody hears anything."""

STUCK: Final = "the sound device hangs; take its plug out and put it in again"
_BREATH_S: Final = 0.6
_RANK: Final = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3}


class Annunciator:
    """Sounds the burst of the wanted priority until told otherwise.

    :meth:`want`, :meth:`rehearse` may be called from any thread; :meth:`step` and :meth:`run` belong to
    the annunciator's own thread.
    """

    def __init__(self, speaker: Speaker, clock: Clock, heard: Callable[[bool, str], None]) -> None:
        """``heard(working, detail)`` is called when sound is found, lost or regained."""
        self._speaker = speaker
        self._clock = clock
        self._heard = heard
        self._samples = {priority: burst_samples(priority) for priority in Priority}
        self._changed = threading.Condition()
        self._wanted: Priority | None = None
        self._rehearsals: list[Priority] = []
        self._stepped_at: Instant | None = None
        self._wanted_at: Instant | None = None
        self._rehearsing = False
        self._poked = False
        self._sounding: Priority | None = None
        self._next_burst_at: Instant | None = None
        self._busy_until: Instant | None = None
        self._next_check_at: Instant | None = None
        self._working: bool | None = None

    @property
    def working(self) -> bool:
        """Whether sound can be heard, as far as the machine can tell."""
        return self._working is True

    def want(self, priority: Priority | None) -> None:
        """Sound this priority from now on; None is silence. Returns at once.

        Whoever wants asks again and again; that is how a thread that hangs is found out.
        """
        now = self._clock.now()
        with self._changed:
            if priority is not self._wanted:
                self._wanted = priority
                self._poke()
            stuck = self._is_stuck(now)
            self._wanted_at = now
        if stuck:
            self._report(False, STUCK)

    def _is_stuck(self, now: Instant) -> bool:
        """Not after a sleep of the whole machine: then nobody asked for as long."""
        stepped_at, asked_at = self._stepped_at, self._wanted_at
        if stepped_at is None or asked_at is None:
            return False
        return now.seconds_since(asked_at) < 1.0 and now.seconds_since(stepped_at) > STUCK_AFTER_S

    def rehearse(self) -> None:
        """Sound each priority's burst once, lowest first, so that a person can confirm the sound."""
        with self._changed:
            self._rehearsals = [Priority.LOW, Priority.MEDIUM, Priority.HIGH]
            self._poke()

    def run(self, stopping: threading.Event) -> None:
        """Sound until ``stopping`` is set (call :meth:`close` to wake it)."""
        try:
            while not stopping.is_set():
                wait_s = self.step(self._clock.now())
                with self._changed:
                    if not self._poked:
                        self._changed.wait(wait_s)
        finally:
            self._speaker.close()

    def close(self) -> None:
        """Wake the thread so that it sees it should end."""
        with self._changed:
            self._poke()

    def step(self, now: Instant) -> float:
        """Do what is due and return the seconds until something is due again."""
        with self._changed:
            wanted = self._wanted
            self._poked = False
            self._stepped_at = now
        self._check(now)
        if wanted is not self._sounding:
            self._switch(wanted, now)
        if wanted is Priority.HIGH:
            self._drop_rehearsals()
        if not self._rehearse(now) and wanted is not None:
            self._repeat(wanted, now)
        return self._wait_s(now)

    def _poke(self) -> None:
        self._poked = True
        self._changed.notify()

    def _switch(self, wanted: Priority | None, now: Instant) -> None:
        """Silence at once; a higher priority at once; a lower one when the burst is over."""
        rising = wanted is not None and (self._sounding is None or _RANK[wanted] > _RANK[self._sounding])
        if rising and wanted is not Priority.LOW:
            self._drop_rehearsals()
        if wanted is None and not self._rehearsing:
            self._speaker.hush()
            self._busy_until = None
        if wanted is None or rising:
            self._next_burst_at = now
        elif self._busy_until is not None:
            self._next_burst_at = self._busy_until.plus(BURSTS[wanted].again_after_s)
        self._sounding = wanted

    def _repeat(self, wanted: Priority, now: Instant) -> None:
        if self._next_burst_at is None or now.mono_ns >= self._next_burst_at.mono_ns:
            self._play(wanted, now)
            self._next_burst_at = now.plus(BURSTS[wanted].seconds + BURSTS[wanted].again_after_s)

    def _rehearse(self, now: Instant) -> bool:
        """Go on with a test of the tones; True while it takes the speaker.

        Somebody listens to it on purpose, so a low or medium alarm that sounds already waits for its end;
        one that is new, or high, does not.
        """
        if self._busy_until is not None and now.mono_ns < self._busy_until.mono_ns:
            return self._rehearsing
        with self._changed:
            priority = self._rehearsals.pop(0) if self._rehearsals else None
        self._rehearsing = priority is not None
        if priority is not None:
            self._play(priority, now)
            if self._busy_until is not None:
                self._busy_until = self._busy_until.plus(_BREATH_S)
        return self._rehearsing

    def _drop_rehearsals(self) -> None:
        with self._changed:
            self._rehearsals = []
        self._rehearsing = False

    def _play(self, priority: Priority, now: Instant) -> None:
        self._busy_until = now.plus(BURSTS[priority].seconds)
        try:
            self._speaker.play(self._samples[priority])
        except NoSound as error:
            self._report(False, str(error))

    def _check(self, now: Instant) -> None:
        if self._next_check_at is not None and now.mono_ns < self._next_check_at.mono_ns:
            return
        self._next_check_at = now.plus(CHECK_EVERY_S)
        try:
            self._speaker.check()
        except NoSound as error:
            self._report(False, str(error))
        else:
            self._report(True, "Sound device found.")

    def _report(self, working: bool, detail: str) -> None:
        if working is not self._working:
            self._working = working
            self._heard(working, detail)

    def _wait_s(self, now: Instant) -> float:
        due = [self._next_check_at]
        if self._rehearsals or self._rehearsing:
            due.append(self._busy_until)
        elif self._sounding is not None:
            due.append(self._next_burst_at)
        waits = [instant.seconds_since(now) for instant in due if instant is not None]
        return max(0.01, min(waits, default=CHECK_EVERY_S))
