"""How the test of the alarm sound stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from console.clock import Instant
from console.room.wire import Live
from console.session.state import State
from console.session.tone_check import CONFIRM_WITHIN_S, tones_confirmed
from console.ui.viewmodels.live_words import clock_hm


@dataclass(frozen=True, slots=True)
class ToneFace:
    """The line of the test.

    Attributes:
        words: How it stands.
        asking: The tones were sounded and nobody has said yet whether they were heard.
        passed: They were heard at the last test.
    """

    words: str
    asking: bool
    passed: bool


def tone_face(state: State, live: Live | None, now: Instant, zone: tzinfo | None = None) -> ToneFace:
    """From the record and from whether there is a sound device at all."""
    sounded, tested = state.tones_sounded_at, state.tones_tested_at
    answered = tested is not None and (sounded is None or tested.mono_ns >= sounded.mono_ns)
    if sounded is not None and not answered and now.seconds_since(sounded) <= CONFIRM_WITHIN_S:
        return ToneFace("Three bursts were sounded: high, medium, low. Were they heard here?", True, False)
    if live is not None and not live.sound:
        return ToneFace("No sound device works: check the speaker, then test.", False, False)
    if tested is not None and not state.tones_heard:
        words = f"NOT heard at {clock_hm(tested, zone)}: turn the speaker up, then test again."
        return ToneFace(words, False, False)
    if tested is None or not tones_confirmed(state, now):
        return ToneFace("Nobody has heard the alarm sound today: test it.", False, False)
    return ToneFace(f"Alarm sound heard at {clock_hm(tested, zone)}.", False, True)
