"""The wire view: every byte, both ways, bounded; searched, exported, and what it means beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clock import Instant, ManualClock
from console.devices.bench.observed import ObservedLink, quantile
from console.devices.bench.wire_log import BothSinks, WireLog
from console.devices.bench.wire_view import (
    as_hex,
    capture_tail,
    capture_text,
    matching,
    table_text,
    wire_rows,
)
from console.devices.capture import CaptureFile, Direction, read_capture

ASKED = b"0VER\r"
ANSWER = b"\x0200SNE1000V3.928\x03"
MASIMO = (
    b"01/01/26 10:00:00 SN=0000000001 SPO2=097% BPM=064 PI=02.40% SPCO=--.-% SPMET=--.-% DESAT=-- "
    b"PIDELTA=+-- ALARM=0000 EXC=000800\r\n"
)


def logged(*pieces: tuple[Direction, bytes], clock: ManualClock | None = None) -> WireLog:
    clock = ManualClock() if clock is None else clock
    log = WireLog()
    for direction, data in pieces:
        log.record(direction, clock.advance(0.25), data)
    return log


def test_each_line_shows_its_bytes_and_what_the_answer_meant() -> None:
    log = logged((Direction.SENT, ASKED), (Direction.RECEIVED, ANSWER[:9]), (Direction.RECEIVED, ANSWER[9:]))
    sent, begun, ended = wire_rows("ne1000", log.lines())
    assert (sent.sent, sent.hexadecimal, sent.text, sent.meaning) == (True, "30 56 45 52 0d", "0VER·", "")
    assert (begun.sent, begun.meaning) == (False, "")
    assert "V3.928" in ended.text.replace("·", "") or "3.928" in ended.meaning
    assert ended.meaning != ""


def test_readings_stand_beside_the_line_they_came_in() -> None:
    log = logged((Direction.RECEIVED, MASIMO), (Direction.RECEIVED, MASIMO))
    rows = wire_rows("masimo", log.lines())
    assert "SpO₂ 97 %" in rows[1].meaning
    assert "PR 64 /min" in rows[1].meaning


def test_without_a_driver_only_bytes_are_shown() -> None:
    assert wire_rows("", logged((Direction.RECEIVED, MASIMO)).lines())[0].meaning == ""


def test_a_long_piece_is_cut_on_the_screen_alone() -> None:
    assert as_hex(b"\x00" * 300).endswith(" …")
    log = logged((Direction.RECEIVED, bytes(300)))
    captured = read_capture(capture_text(log.lines(), "p").splitlines())
    assert captured[0].data == bytes(300)


@pytest.mark.parametrize(
    ("needle", "found"),
    [
        ("", [1, 2, 3]),
        ("0ver", [1]),
        ("56 45 52", [1]),
        ("spo", [3]),
        ("97 %", [3]),
        ("zz", []),
        ("02 30 30", [2]),
    ],
)
def test_the_wire_is_searched_by_bytes_by_text_and_by_meaning(needle: str, found: list[int]) -> None:
    log = logged((Direction.SENT, ASKED), (Direction.RECEIVED, ANSWER), (Direction.RECEIVED, MASIMO * 3))
    lines = log.lines()
    assert [row.number for row in matching(lines, wire_rows("masimo", lines), needle)] == found


def test_the_export_is_a_capture_and_a_table() -> None:
    log = logged((Direction.SENT, ASKED), (Direction.RECEIVED, ANSWER))
    captured = read_capture(capture_text(log.lines(), "/dev/ttyUSB0").splitlines())
    assert [(one.direction, one.data) for one in captured] == [
        (Direction.SENT, ASKED),
        (Direction.RECEIVED, ANSWER),
    ]
    table = table_text(wire_rows("ne1000", log.lines())).splitlines()
    assert table[0].split("\t") == ["time", "direction", "hex", "text", "meaning"]
    assert table[1].split("\t")[:3] == ["10:00:00.250", "sent", "30 56 45 52 0d"]


def test_only_what_is_new_is_asked_for() -> None:
    log = logged(*[(Direction.RECEIVED, bytes([n])) for n in range(5)])
    assert [line.number for line in log.lines(after=3)] == [4, 5]
    assert [line.number for line in log.lines(most=2)] == [4, 5]


@given(st.lists(st.binary(max_size=40), max_size=60), st.integers(10, 100), st.integers(1, 20))
def test_memory_is_bounded_and_the_newest_stays(pieces: list[bytes], most_bytes: int, most: int) -> None:
    log = WireLog(most_bytes, most)
    at = ManualClock().now()
    for data in pieces:
        log.record(Direction.RECEIVED, at, data)
    said = [data for data in pieces if data]
    lines = log.lines()
    assert log.held_bytes == sum(len(line.data) for line in lines)
    assert len(lines) <= most
    assert log.held_bytes <= max(most_bytes, 40)
    assert [line.data for line in lines] == said[len(said) - len(lines) :]
    assert log.let_go == len(said) - len(lines)


def test_the_end_of_a_capture_that_is_still_written_is_read(tmp_path: Path) -> None:
    clock, path = ManualClock(), tmp_path / "pump.jsonl"
    file, log = CaptureFile(path, "/dev/ttyUSB0"), WireLog()
    both = BothSinks((file, log))
    for number in range(200):
        both.record(Direction.RECEIVED, clock.advance(0.1), bytes([number]))
    tail = capture_tail(path, most_bytes=2000)
    assert tail[-1].data == bytes([199])
    assert 10 < len(tail) < 100
    assert [line.data for line in capture_tail(path)] == [line.data for line in log.lines()]
    file.close()


class Answers:
    """A link whose device answers after ``delay_s``."""

    def __init__(self, delay_s: float) -> None:
        self.clock = ManualClock()
        self.delay_s = delay_s

    def read(self, timeout_s: float) -> bytes:
        self.clock.advance(min(self.delay_s, timeout_s))
        self.delay_s = max(0.0, self.delay_s - timeout_s)
        return b"" if self.delay_s > 0 else b"ok"

    def write(self, data: bytes) -> None:
        del data

    def now(self) -> Instant:
        return self.clock.now()

    def discard_input(self) -> None:
        return

    def close(self) -> None:
        return


def test_an_answer_is_timed_from_the_question_while_somebody_listens() -> None:
    device = Answers(0.25)
    link = ObservedLink(device)
    link.write(b"?")
    device.clock.advance(3.0)
    while not link.read(0.1):
        pass
    assert list(link.answers_s) == pytest.approx([0.25])
    link.read(0.1)
    assert len(link.answers_s) == 1
    assert (link.bytes_in, link.bytes_out) == (4, 1)


def test_a_quantile_is_a_value_that_was_measured() -> None:
    assert quantile([], 0.5) is None
    assert quantile([3.0], 0.99) == 3.0
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert quantile([float(n) for n in range(1, 101)], 0.99) == 99.0
