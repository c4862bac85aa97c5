"""Waves between arrival and screen: steady, honest about gaps, never a standing picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.vitals import NO_SAMPLE, Vital, Wave, WaveBlock
from console.clock import Instant
from console.session.events import NumericsSealed
from console.ui.playout import Playout, TrendHistory, low_high, physical

START = Instant(1_000_000_000, 1_000_000_000)


def block(
    at_s: float, samples: list[int], *, rate: float = 100.0, gap: bool = False, usable: bool = True
) -> WaveBlock:
    raw = np.array(samples, dtype="<i2").tobytes()
    return WaveBlock(Wave.PLETH, "s5", START.plus(at_s), rate, raw, 0.5, 1.0, "%", gap, usable)


def test_samples_become_physical_values_and_missing_ones_become_gaps() -> None:
    values = physical(block(0, [0, 10, NO_SAMPLE]))
    assert values[:2].tolist() == [1.0, 6.0]
    assert np.isnan(values[2])


def test_an_unusable_block_is_drawn_as_a_gap() -> None:
    assert np.isnan(physical(block(0, [5, 6], usable=False))).all()


def test_what_arrives_in_lumps_is_played_at_a_steady_pace() -> None:
    playout = Playout(Wave.PLETH, 100.0)
    drawn: list[int] = []
    for tick in range(1, 600):
        at_s = tick / 60
        if tick % 30 == 0:
            playout.push(block(at_s, list(range(50))))
        drawn.append(len(playout.take(1 / 60, START.plus(at_s))))
    steady = drawn[120:]
    assert max(steady) <= 3
    assert sum(steady) == pytest.approx(len(steady) / 60 * 100, rel=0.08)


def test_a_dead_signal_is_swept_blank_and_never_left_standing() -> None:
    playout = Playout(Wave.PLETH, 100.0)
    for second in range(3):
        playout.push(block(second, [7] * 100))
        playout.take(1.0, START.plus(second))
    later = [playout.take(0.1, START.plus(3 + turn / 10)) for turn in range(60)]
    assert sum(len(part) for part in later[-20:]) == pytest.approx(200, abs=5)
    assert np.isnan(np.concatenate(later[-20:])).all()


def test_a_gap_the_device_reports_is_not_bridged() -> None:
    playout = Playout(Wave.PLETH, 100.0)
    playout.push(block(0, [1] * 100))
    playout.push(block(1, [2] * 100, gap=True))
    played = np.concatenate([playout.take(0.5, START.plus(1 + turn / 2)) for turn in range(5)])
    values = played[:215]
    assert np.isnan(values).any()
    first_gap = int(np.argmax(np.isnan(values)))
    assert values[first_gap - 1] != values[first_gap + 20]


def test_a_device_clock_that_runs_fast_is_followed() -> None:
    playout = Playout(Wave.PLETH, 100.0)
    for turn in range(200):
        playout.push(block(turn * 0.1 / 1.03, [0] * 10))
    assert playout.rate_hz == pytest.approx(103, rel=0.01)


def test_after_a_long_stall_the_screen_catches_up_instead_of_lagging() -> None:
    playout = Playout(Wave.PLETH, 100.0)
    for turn in range(100):
        playout.push(block(turn / 10, [1] * 10))
    taken = playout.take(1 / 60, START.plus(10))
    assert len(taken) > 700


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.integers(1, 5000))
def test_recent_returns_the_newest_samples_in_order(sizes: list[int], count: int) -> None:
    playout = Playout(Wave.PLETH, 100.0)
    value, shown = 0, []
    for number, size in enumerate(sizes):
        samples = [(value + step) % 30000 for step in range(size)]
        value += size
        playout.push(block(number * 0.05, samples))
        shown.extend(playout.take(1.0, START.plus(number * 0.05)).tolist())
    recent = playout.recent(count)
    assert playout.played == len(shown)
    assert recent.tolist() == shown[len(shown) - len(recent) :]
    assert len(recent) == min(count, 2400, len(shown))


def test_history_keeps_a_value_a_second_and_leaves_unknown_seconds_empty() -> None:
    history = TrendHistory(START)
    history.put(Vital.HR, START.plus(2.4), 80.0)
    history.put(Vital.HR, START.plus(4.1), None)
    values = history.values(Vital.HR, 5)
    assert values[2] == 80.0
    assert np.isnan(values[[0, 1, 3, 4, 5]]).all()


def test_history_grows_past_its_first_hour() -> None:
    history = TrendHistory(START)
    history.put(Vital.SPO2, START.plus(3 * 3600 + 5), 97.0)
    assert history.values(Vital.SPO2, 3 * 3600 + 5)[-1] == 97.0


def test_sealed_seconds_of_the_record_fill_the_history() -> None:
    history = TrendHistory(START)
    history.seed(NumericsSealed(START.plus(10), {"hr": (70.0, None, 72.0), "nibp_sys": (1.0,)}, {}))
    values = history.values(Vital.HR, 12)
    assert values[10] == 70.0
    assert values[12] == 72.0
    assert np.isnan(values[11])


@given(
    st.lists(st.floats(-1e3, 1e3, width=32) | st.just(float("nan")), min_size=1, max_size=600),
    st.integers(1, 80),
)
def test_reducing_a_curve_loses_no_peak(values: list[float], columns: int) -> None:
    array = np.array(values, dtype=np.float32)
    middle, lows, highs = low_high(array, columns)
    assert len(middle) <= max(columns, 1) or len(array) <= columns
    known = array[np.isfinite(array)]
    if len(known):
        assert np.nanmin(lows) == known.min()
        assert np.nanmax(highs) == known.max()
    else:
        assert np.isnan(lows).all()
