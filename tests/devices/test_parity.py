"""Bytes with a wrong parity bit spoil their frame, however the marks are cut by reads."""

from __future__ import annotations

import os
import termios
import tty
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clock import SystemClock
from console.devices import link as link_module
from console.devices.link import SerialLink
from console.devices.monitors.dri_frames import BadFrame, Frame, FrameReader, encode_frame
from console.devices.monitors.s5 import SPOILER, S5Monitor
from console.devices.parity import ParityMarks
from console.devices.ports import LineSettings

Arrived = list[tuple[int, bool]]
"""Bytes with whether each was damaged."""


def marked(arrived: Arrived) -> bytes:
    """What a POSIX driver with PARMRK hands out."""
    out = b""
    for byte, damaged in arrived:
        out += bytes((0xFF, 0, byte)) if damaged else b"\xff\xff" if byte == 0xFF else bytes((byte,))
    return out


@pytest.mark.req("SER-03")
@given(
    arrived=st.lists(
        st.tuples(st.sampled_from([0, 1, 0x7D, 0x7E, 0xFF]) | st.integers(0, 255), st.booleans())
    ),
    cuts=st.lists(st.integers(0, 400)),
)
def test_marks_are_taken_out_and_damaged_bytes_replaced_however_they_are_cut(
    arrived: Arrived, cuts: list[int]
) -> None:
    stream, marks = marked(arrived), ParityMarks(b"!!")
    edges = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    out = b"".join(marks.feed(stream[a:b]) for a, b in pairwise(edges))
    assert out == b"".join(b"!!" if damaged else bytes((byte,)) for byte, damaged in arrived)
    assert marks.damaged == sum(damaged for _, damaged in arrived)


@pytest.mark.req("SER-03")
@given(record=st.binary(min_size=41, max_size=80), place=st.integers(1, 60), bit=st.integers(0, 7))
def test_frame_with_a_damaged_byte_is_never_accepted(record: bytes, place: int, bit: int) -> None:
    frame = encode_frame(record)
    place = min(place, len(frame) - 2)
    arrived = [(byte ^ (1 << bit) if at == place else byte, at == place) for at, byte in enumerate(frame)]
    reader = FrameReader()
    found = reader.feed(ParityMarks(SPOILER).feed(marked(arrived)))
    assert [type(one) for one in found] == [BadFrame]
    assert isinstance(reader.feed(frame)[0], Frame)


def test_an_s5_line_asks_for_parity_checking() -> None:
    assert S5Monitor().line.spoiler == SPOILER


@pytest.mark.req("SER-03")
def test_a_port_with_parity_marks_errors_and_hands_out_every_byte_as_it_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    # A pseudo terminal cannot make parity errors, but it marks like any other terminal.
    monkeypatch.setattr(link_module, "is_pty", lambda _url: False)
    monkeypatch.setattr(SerialLink, "_keep_others_out", lambda _link: None)
    link = SerialLink(os.ttyname(slave), LineSettings(19200, parity="E", spoiler=b"!"), SystemClock())
    assert termios.tcgetattr(slave)[0] & termios.PARMRK
    every_byte = bytes(range(256))
    os.write(master, every_byte)
    got = b""
    while len(got) < 256:
        got += link.read(0.15)
    assert got == every_byte
    assert link.damaged_bytes == 0
    link.close()
    os.close(master)
    os.close(slave)
