"""A balance's lines, and a file of weights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.accuracy import NotMeasured, Weighing
from console.clock import ManualClock
from console.devices.bench.balance import BalanceReader, grams_of, weighings_of
from console.devices.bench.flow_check import judged
from console.session.bench import Verdict


@pytest.mark.parametrize(
    ("line", "grams"),
    [
        ("S S     12.345 g", 12.345),
        ("S D    -0.021 g", -0.021),
        ("ST,+0012.345  g", 12.345),
        ("US,GS, 0.512 kg", 512.0),
        ("+   12.345 g  ", 12.345),
        ("  3.5", 3.5),
        ("250 mg", 0.25),
        ("12.3 g ?", 12.3),
        ("S +", None),
        ("OL", None),
        ("ES", None),
        ("", None),
        ("12.3.4 g", None),
        ("12 lb", None),
    ],
)
def test_a_line_of_a_balance_is_a_weight_or_none(line: str, grams: float | None) -> None:
    assert grams_of(line) == (None if grams is None else pytest.approx(grams))


def test_lines_that_come_in_pieces_are_weighed_at_their_end() -> None:
    clock, reader = ManualClock(), BalanceReader()
    reader.feed(b"S S   1.0", clock.now())
    reader.feed(b"00 g\r\nS S +\r\n", clock.advance(1.0))
    reader.feed(b"S S   2.000 g\r\n", clock.advance(1.0))
    assert reader.weighings == [Weighing(1.0, 1.0), Weighing(2.0, 2.0)]
    assert reader.passed_over == 1


@given(st.lists(st.binary(max_size=90), max_size=30))
def test_no_bytes_upset_the_reader_and_time_goes_forward(pieces: list[bytes]) -> None:
    clock, reader = ManualClock(), BalanceReader()
    for data in pieces:
        reader.feed(data, clock.advance(0.1))
    times = [one.at_s for one in reader.weighings]
    assert times == sorted(set(times))


@pytest.mark.parametrize(
    "text", ["seconds,grams\n0,1.5\n10,2.5\n", "0;1,5\n10;2,5\n", "0\t1.5\n\n10\t2.5\n", "0,1.5\n10,2.5"]
)
def test_a_file_of_weights_is_read_however_a_spreadsheet_wrote_it(text: str) -> None:
    assert weighings_of(text.splitlines()) == (Weighing(0.0, 1.5), Weighing(10.0, 2.5))


def test_a_line_that_is_no_weight_is_named() -> None:
    with pytest.raises(NotMeasured, match="Line 2 is not seconds and grams: 5 g"):
        weighings_of(["0,1", "5 g"])


def test_a_steady_run_passes_and_one_a_tenth_slow_fails_with_its_curves() -> None:
    run = [Weighing(n * 10.0, n * 10.0 / 60) for n in range(121)]
    right = judged(run, 60.0, 1.0)
    assert right.verdict is Verdict.PASSED
    assert "shorter than the two hours" in right.sentence
    names = [figure.name for figure in right.figures]
    assert "Trumpet 5 min most" in names
    assert "Flow at 0.5 min" in names
    slow = judged(run, 66.7, 1.0)
    assert slow.verdict is Verdict.FAILED
    assert "-10.0 % off" in slow.sentence


def test_too_little_weighing_fails_with_what_to_do() -> None:
    assert "let the balance print" in judged([Weighing(0, 0), Weighing(60, 1)], 60.0, 1.0).sentence
