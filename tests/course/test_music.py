"""Music fades with the phases and is down to a murmur while any alarm is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.course.music import (
    BACK_S,
    DUCKED,
    FADE_IN_S,
    LEVEL,
    Mood,
    MusicPhase,
    heard,
    volume,
)

STEPS = st.lists(
    st.tuples(st.sampled_from(MusicPhase), st.booleans(), st.floats(0.1, 300)), min_size=1, max_size=20
)


@pytest.mark.req("MUS-01")
@given(STEPS)
def test_an_alarm_is_never_covered_whatever_came_before(steps: list[tuple[MusicPhase, bool, float]]) -> None:
    mood, now = Mood(), 0.0
    for phase, alarm, wait in steps:
        now += wait
        mood = heard(mood, phase, alarm, now)
        level = volume(mood, now)
        assert 0.0 <= level <= 1.0
        if alarm:
            assert level <= DUCKED
            assert volume(mood, now + 1000) <= DUCKED


@given(STEPS)
def test_music_never_jumps_up(steps: list[tuple[MusicPhase, bool, float]]) -> None:
    mood, now = Mood(), 0.0
    for phase, alarm, wait in steps:
        now += wait
        before = volume(mood, now)
        mood = heard(mood, phase, alarm, now)
        assert volume(mood, now) <= before + 1e-9
        assert volume(mood, now + 0.1) - volume(mood, now) <= 0.1


def test_it_fades_in_with_the_infusion_and_back_after_an_alarm() -> None:
    mood = heard(Mood(), MusicPhase.JOURNEY, False, 0.0)
    assert volume(mood, 0.0) == 0.0
    assert abs(volume(mood, FADE_IN_S / 2) - 0.5) < 1e-9
    assert volume(mood, FADE_IN_S) == LEVEL[MusicPhase.JOURNEY]
    mood = heard(mood, MusicPhase.JOURNEY, True, 100.0)
    assert volume(mood, 100.0) == DUCKED
    mood = heard(mood, MusicPhase.JOURNEY, False, 130.0)
    assert volume(mood, 130.0) == DUCKED
    assert volume(mood, 130.0 + BACK_S) == 1.0
