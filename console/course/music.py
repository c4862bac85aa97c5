"""How loud the music plays: a function of the phase, the time in it, and whether anything sounds.

Never a network service: a playlist is a folder of files on this computer. The music never covers an alarm:
while any alarm is there it is down to a murmur at once, and it comes back slowly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FADE_IN_S = 60.0
"""From silence to full at the start of the infusion (site default)."""
FADE_OUT_S = 180.0
"""From full to low when the infusion is over: the person comes back slowly (site default)."""
BACK_S = 20.0
"""Back to where it was after an alarm (site default)."""
DUCKED = 0.05
"""Share of full that is left while an alarm is there (site default)."""


class MusicPhase(StrEnum):
    """What the person is in, as far as the music cares."""

    SETTLING = "settling"
    """Before the infusion: low."""
    JOURNEY = "journey"
    """The infusion runs: full."""
    PAUSED = "paused"
    """The infusion was halted: low, so that people can talk."""
    RETURN = "return"
    """Observation: down to low."""
    SILENCE = "silence"


LEVEL = {
    MusicPhase.SETTLING: 0.4,
    MusicPhase.JOURNEY: 1.0,
    MusicPhase.PAUSED: 0.2,
    MusicPhase.RETURN: 0.3,
    MusicPhase.SILENCE: 0.0,
}
"""Share of the volume the staff have set (site default)."""
FADE = {
    MusicPhase.SETTLING: 10.0,
    MusicPhase.JOURNEY: FADE_IN_S,
    MusicPhase.PAUSED: 2.0,
    MusicPhase.RETURN: FADE_OUT_S,
    MusicPhase.SILENCE: 2.0,
}


@dataclass(frozen=True, slots=True)
class Mood:
    """Where the music stands.

    Attributes:
        phase: Since ``since_s``.
        since_s: When it began, in seconds of any steady clock.
        came_from: Level when it began.
        alarm: An alarm is there.
        quiet_since_s: When the last one was gone, None when there was none.
    """

    phase: MusicPhase = MusicPhase.SILENCE
    since_s: float = 0.0
    came_from: float = 0.0
    alarm: bool = False
    quiet_since_s: float | None = None


def undisturbed(mood: Mood, now_s: float) -> float:
    """The level, 0 to 1, as if there were no alarm."""
    done = min(1.0, max(0.0, (now_s - mood.since_s) / FADE[mood.phase]))
    return mood.came_from + (LEVEL[mood.phase] - mood.came_from) * done


def volume(mood: Mood, now_s: float) -> float:
    """The level to play at, 0 to 1."""
    level = undisturbed(mood, now_s)
    ducked = min(level, DUCKED)
    if mood.alarm:
        return ducked
    if mood.quiet_since_s is None:
        return level
    back = min(1.0, max(0.0, (now_s - mood.quiet_since_s) / BACK_S))
    return ducked + (level - ducked) * back


def heard(mood: Mood, phase: MusicPhase, alarm: bool, now_s: float) -> Mood:
    """Where the music stands once this is so."""
    if phase is not mood.phase:
        mood = Mood(phase, now_s, undisturbed(mood, now_s), mood.alarm, mood.quiet_since_s)
    if alarm and not mood.alarm:
        return Mood(mood.phase, mood.since_s, mood.came_from, True, None)
    if mood.alarm and not alarm:
        return Mood(mood.phase, mood.since_s, mood.came_from, False, now_s)
    return mood
