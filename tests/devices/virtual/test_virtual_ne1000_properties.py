"""What holds for the virtual NE-1000 whatever is sent to it, in whatever pieces and steps."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from console.devices.virtual.faults import pump_fault_menu
from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_wire import safe_frame

COMMANDS = (
    *("", "VER", "DIA", "DIA 26.59", "DIA 4.699", "PHN 1", "PHN 2", "PHN 41", "FUN", "FUN RAT", "FUN STP"),
    *("FUN PAS 1", "FUN PAS 0", "FUN JMP 1", "FUN LPS", "FUN LOP 2", "FUN LPE", "FUN INC", "FUN DEC"),
    *("FUN FIL", "FUN CLD", "FUN IF 1", "FUN EVN 2", "RAT", "RAT 40 MH", "RAT 500 UH", "RAT 100"),
    *("VOL", "VOL 0", "VOL 0.1", "VOL UL", "VOL ML", "DIR INF", "DIR WDR", "DIR REV", "DIR STK"),
    *("RUN", "RUN 2", "E", "E 2", "PUR", "STP", "DIS", "CLD INF", "CLD WDR", "SAF", "SAF 0", "SAF 2"),
    *("AL 1", "PF 1", "LOC 1", "TRG FT", "*RESET", "*ADR", "*ADR 3", "*ADR 0", "FOO", "0 RAT 1 * 1 RAT 2 *"),
)
REPLY = re.compile(rb"\x02\d\d(?:A\?[RSTEO]|[IWSPTUX][^\x02\x03]*)\x03")


def packets() -> st.SearchStrategy[bytes]:
    """Good Basic lines, good Safe frames, and noise."""
    line = st.sampled_from(COMMANDS).map(lambda text: text.encode("ascii") + b"\r")
    frame = st.sampled_from(COMMANDS).map(lambda text: safe_frame("0" + text))
    return st.one_of(line, frame, st.binary(max_size=20))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


@pytest.mark.req("SER-05")
@given(st.lists(packets(), max_size=12), st.lists(st.integers(0, 400), max_size=12))
def test_how_the_bytes_are_cut_makes_no_difference(sent: list[bytes], places: list[int]) -> None:
    data = b"".join(sent)
    whole, pieces = VirtualNE1000(), VirtualNE1000()
    expected = whole.feed(data)
    assert b"".join(pieces.feed(piece) for piece in cut(data, places)) == expected
    assert pieces.stored == whole.stored
    assert pieces.prompt == whole.prompt


@pytest.mark.req("SER-05")
@given(st.binary(max_size=2000), st.booleans())
def test_arbitrary_bytes_never_raise_and_are_answered_within_bounds(data: bytes, safe_mode: bool) -> None:
    pump = VirtualNE1000()
    pump.feed(b"\r" + (safe_frame("SAF9") if safe_mode else b""))
    answer = pump.feed(data)
    assert len(answer) <= 32 * (len(data) + 1)
    pump.advance(1.0)


@given(
    st.lists(st.sampled_from(COMMANDS), max_size=15),
    st.lists(st.floats(0.0, 30.0), min_size=1, max_size=20),
)
def test_how_time_is_cut_makes_no_difference(commands: list[str], steps: list[float]) -> None:
    whole, pieces = VirtualNE1000(), VirtualNE1000()
    for pump in (whole, pieces):
        pump.feed(b"\r")
        for command in commands:
            pump.feed(command.encode("ascii") + b"\r")
    total_s = sum(steps)
    # Far from any event, so that rounding of the sum does not decide which side of it we look at.
    sent_whole = whole.advance(total_s)
    sent_pieces = b"".join(pieces.advance(step) for step in steps)
    assert pieces.delivered_ml == pytest.approx(whole.delivered_ml, abs=1e-6)
    assert pieces.infused_ml == pytest.approx(whole.infused_ml, abs=1e-6)
    assert sent_pieces == sent_whole


class AnyHost(RuleBasedStateMachine):
    """A host that sends anything at any time to a pump that anything may happen to."""

    def __init__(self) -> None:
        super().__init__()
        self.pump = VirtualNE1000()
        self.delivered_ml = 0.0
        self.possible_ml = 0.0

    @rule(command=st.sampled_from(COMMANDS))
    def send_line(self, command: str) -> None:
        self.pump.feed(command.encode("ascii") + b"\r")

    @rule(command=st.sampled_from(COMMANDS))
    def send_frame(self, command: str) -> None:
        self.pump.feed(safe_frame(command))

    @rule(volume=st.sampled_from(["0", "0.2", "5"]), rate=st.sampled_from(["40", "1200"]))
    def start_an_infusion(self, volume: str, rate: str) -> None:
        for command in ("", "STP", "STP", "PHN1", "FUNRAT", "VOLML", f"VOL{volume}", f"RAT{rate}MH", "RUN"):
            self.pump.feed(command.encode("ascii") + b"\r")

    @rule(data=st.binary(max_size=30))
    def send_noise(self, data: bytes) -> None:
        self.pump.feed(data)

    @rule(dt_s=st.sampled_from([0.0, 0.001, 0.02, 1.0, 7.5, 120.0]))
    def pass_time(self, dt_s: float) -> None:
        self.possible_ml += dt_s * 1699 / 3600
        self.pump.advance(dt_s)

    @rule(name=st.sampled_from(sorted(set(pump_fault_menu()) - {"silent"})))
    def go_wrong(self, name: str) -> None:
        self.pump.inject(pump_fault_menu()[name])

    @rule()
    def press_the_foot_switch(self) -> None:
        self.pump.trigger()

    @rule(pin=st.sampled_from([2, 3, 4, 6]), high=st.booleans())
    def set_input(self, pin: int, high: bool) -> None:
        self.pump.set_input(pin, high)

    @invariant()
    def what_was_delivered_never_falls_and_fits_the_motor(self) -> None:
        assert self.pump.delivered_ml >= self.delivered_ml
        assert self.pump.delivered_ml <= self.possible_ml + 1e-6
        self.delivered_ml = self.pump.delivered_ml

    @invariant()
    def a_pump_that_stands_still_has_no_rate(self) -> None:
        assert (self.pump.motor_rate_ml_h > 0) == self.pump.running

    @invariant()
    def an_alarm_means_that_the_motor_stands_still_unless_power_failure_mode_restarted_it(self) -> None:
        if self.pump.prompt.startswith("A?") and self.pump.prompt != "A?R":
            assert not self.pump.running


AnyHost.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyHost = AnyHost.TestCase


@given(st.lists(st.sampled_from(COMMANDS), max_size=20))
def test_every_answer_in_basic_mode_is_well_formed(commands: list[str]) -> None:
    pump = VirtualNE1000()
    for command in commands:
        if not command.startswith("SAF "):
            answer = pump.feed(command.encode("ascii") + b"\r")
            assert answer == b"" or REPLY.fullmatch(answer)
        pump.advance(0.5)
