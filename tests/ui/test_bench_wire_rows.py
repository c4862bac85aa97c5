"""Bytes as rows: what they mean is found however they were cut, and no row is lost or told twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from console.clock import Instant
from console.devices.bench.wire_log import WireLine
from console.devices.capture import Direction
from console.ui.viewmodels.bench_wire_rows import KEPT, Filter, WireRows

STREAM = b"".join(b"\x0200S%05.2fMH\x03" % number for number in range(12))


def lines_of(pieces: list[bytes], first: int = 1) -> list[WireLine]:
    return [
        WireLine(number, Direction.RECEIVED, Instant(number * 10**9, number * 10**9), piece)
        for number, piece in enumerate(pieces, start=first)
    ]


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces: list[bytes] = []
    while data:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(data[:size])
        data = data[size:]
    return pieces


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
    st.lists(st.integers(1, 7), min_size=1, max_size=5),
)
def test_every_message_is_understood_however_the_stream_was_cut(sizes: list[int], turns: list[int]) -> None:
    lines = lines_of(cut(STREAM, sizes))
    kept, place, turn = WireRows("ne1000"), 0, 0
    while place < len(lines):
        count = turns[turn % len(turns)]
        kept.add(lines[max(0, place - 1) : place + count])
        place, turn = place + count, turn + 1
    rows = list(kept.rows)
    assert [row.number for row in rows] == [line.number for line in lines]
    told = "; ".join(row.meaning for row in rows if row.meaning)
    assert all(f"{number:05.2f}MH" in told for number in range(12))
    assert kept.missed == 0


def test_lines_that_were_let_go_are_counted_and_the_oldest_rows_forgotten() -> None:
    kept = WireRows("")
    kept.add(lines_of([b"a"]))
    kept.add(lines_of([b"b"], first=11))
    assert kept.missed == 9
    kept.add(lines_of([b"x"] * (KEPT + 5), first=12))
    assert len(kept.rows) == KEPT
    assert len(kept.shown(Filter(sent=False))) == KEPT
    assert kept.shown(Filter(received=False)) == []
