"""The NE-1000 driver on a line that loses, doubles, breaks and delays: what it claims must be true.

The pump here is a few lines of state behind Safe framing; every exchange draws its own misfortune.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.clock import Instant, ManualClock
from console.devices.ports import LinkLost
from console.devices.pumps.ne1000 import NE1000
from console.session.pump import (
    Confirmed,
    Outcome,
    Pause,
    Program,
    PumpState,
    Refused,
    Resume,
    SetRate,
    Start,
    Unknown,
)
from tests.devices.scripted import safe

FATES = (
    "good",
    "good",
    "good",
    "lose command",
    "lose reply",
    "break reply",
    "double reply",
    "late",
    "very late",
)
LATE_S = {"late": 0.7, "very late": 4.5}


@dataclass
class TinyPump:
    """State of a pump and the commands it carried out."""

    prompt: str = "S"
    rate: str = "30.00"
    values: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    rate_changes: int = 0

    def answer(self, text: str) -> str:
        if text in ("", "VER", "DIS"):
            return {"": "", "VER": "NE1000V3.928", "DIS": "I0.000W0.000ML"}[text]
        if text == "STP":
            if self.prompt == "S":
                return "?NA"
            self.prompt = "P" if self.prompt == "I" else "S"
            return ""
        if text == "RUN":
            if self.prompt == "I":
                return "?NA"
            self.prompt = "I"
            self.runs += 1
            return ""
        length = 2 if text.startswith(("AL", "PF")) else 3
        return self._set_or_get(text[:length], text[length:])

    def _set_or_get(self, name: str, value: str) -> str:
        if name == "RAT":
            if not value:
                return f"{self.rate}MH"
            self.rate = value.removesuffix("MH")
            self.rate_changes += 1
            return ""
        if value in ("ML", "INF", "WDR", "OF") and name in ("VOL", "CLD", "TRG"):
            return ""
        if value:
            self.values[name] = value
            return ""
        stored = self.values.get(name, "0")
        return {"VOL": f"{stored}ML", "PHN": stored.zfill(2)}.get(name, stored)


class LossyLink:
    """A link to a TinyPump; replies come in order, each with its drawn fate."""

    def __init__(self, pump: TinyPump, clock: ManualClock, fate: Callable[[], str]) -> None:
        self.sent: list[str] = []
        self.fate = fate
        self._pump = pump
        self._clock = clock
        self._incoming: list[tuple[Instant, bytes]] = []

    def read(self, timeout_s: float) -> bytes:
        until = self._clock.now().plus(timeout_s)
        if self._incoming and self._incoming[0][0].mono_ns <= until.mono_ns:
            due, data = self._incoming.pop(0)
            self._clock.advance(max(0.0, due.seconds_since(self._clock.now())))
            return data
        self._clock.advance(timeout_s)
        return b""

    def write(self, data: bytes) -> None:
        found = re.fullmatch(rb"\x02.0(.*)..\x03", data, re.DOTALL)
        if found is None:
            return  # a Basic command: a pump in Safe mode does not hear it
        text = found[1].decode()
        self.sent.append(text)
        fate = self.fate()
        if fate == "lose command":
            return
        reply = self._pump.answer(text)
        frame = safe(f"00{self._pump.prompt}{reply}")
        if fate == "lose reply":
            return
        if fate == "break reply":
            frame = frame[:3] + bytes([frame[3] ^ 0x10]) + frame[4:]
        due = self._clock.now().plus(LATE_S.get(fate, 0.01))
        if self._incoming and self._incoming[-1][0].mono_ns > due.mono_ns:
            due = self._incoming[-1][0]
        self._incoming.append((due, frame * 2 if fate == "double reply" else frame))

    def now(self) -> Instant:
        return self._clock.now()

    def discard_input(self) -> None:
        self._incoming.clear()

    def close(self) -> None:
        pass

    def wait(self, seconds: float) -> None:
        self._clock.advance(seconds)


ORDER = Program("BD 60 mL", Decimal("26.59"), Decimal(30), Decimal(50), 5)


def ready() -> tuple[NE1000, LossyLink, TinyPump]:
    """A programmed pump on a line that is still good."""
    pump, clock = TinyPump(), ManualClock()
    link = LossyLink(pump, clock, lambda: "good")
    driver = NE1000()
    driver.identify(link)
    assert isinstance(driver.execute(link, ORDER), Confirmed)
    pump.rate_changes = 0
    return driver, link, pump


def poll_until_read(driver: NE1000, link: LossyLink) -> PumpState:
    """What polls say once the line is good again; the time it takes is the owner's affair."""
    link.fate = lambda: "good"
    link.wait(6.0)
    return driver.poll(link).state


fates = st.lists(st.sampled_from(FATES), min_size=60, max_size=60)
hostile = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def play(link: LossyLink, drawn: list[str]) -> None:
    coming = iter(drawn)
    link.fate = lambda: next(coming, "good")


@pytest.mark.req("SER-06", "SER-08")
@hostile
@given(drawn=fates)
def test_start_is_sent_once_and_its_outcome_is_true(drawn: list[str]) -> None:
    driver, link, pump = ready()
    play(link, drawn)
    outcome = driver.execute(link, Start())
    assert link.sent.count("RUN") <= 1
    assert pump.runs <= 1
    if isinstance(outcome, Confirmed):
        assert pump.prompt == "I"
    if isinstance(outcome, Refused):
        assert pump.prompt == "S"
    again = driver.execute(link, Start())
    assert pump.runs <= 1
    assert not isinstance(again, Confirmed) or isinstance(outcome, Refused)
    truth = PumpState.INFUSING if pump.prompt == "I" else PumpState.STOPPED
    assert poll_until_read(driver, link) is truth


@pytest.mark.req("SER-06", "SER-08")
@hostile
@given(drawn=fates)
def test_a_rate_is_sent_once_and_its_outcome_is_true(drawn: list[str]) -> None:
    driver, link, pump = ready()
    assert isinstance(driver.execute(link, Start()), Confirmed)
    play(link, drawn)
    outcome: Outcome = driver.execute(link, SetRate(Decimal("60.009")))
    assert pump.rate_changes <= 1
    assert link.sent.count("RAT60.00") <= 1
    if isinstance(outcome, Confirmed):
        assert pump.rate == "60.00"
    if isinstance(outcome, Refused):
        assert pump.rate == "30.00"
    if isinstance(outcome, Unknown):
        assert isinstance(driver.execute(link, SetRate(Decimal(90))), Refused)


@pytest.mark.req("SER-08")
@hostile
@given(drawn=fates)
def test_pause_never_leaves_a_running_pump_unnoticed_and_resume_runs_once(drawn: list[str]) -> None:
    driver, link, pump = ready()
    assert isinstance(driver.execute(link, Start()), Confirmed)
    play(link, drawn)
    outcome = driver.execute(link, Pause())
    if isinstance(outcome, Confirmed):
        assert pump.prompt != "I"
    runs = pump.runs
    resumed = driver.execute(link, Resume())
    assert pump.runs <= runs + 1
    if isinstance(resumed, Confirmed):
        assert pump.prompt == "I"


@pytest.mark.req("SER-09")
@hostile
@given(drawn=fates)
def test_a_stop_that_reads_back_as_stopped_is_a_stop(drawn: list[str]) -> None:
    driver, link, pump = ready()
    assert isinstance(driver.execute(link, Start()), Confirmed)
    play(link, drawn)
    for _ in range(200):
        try:
            reading = driver.stop_once(link)
        except (TimeoutError, LinkLost):
            link.wait(0.05)
            continue
        if reading.state is PumpState.STOPPED:
            break
        link.wait(0.2)
    else:
        raise AssertionError("the stop was never confirmed although the line became good")
    assert pump.prompt == "S"


@pytest.mark.req("SER-06")
@hostile
@given(drawn=fates)
def test_a_program_that_is_confirmed_is_what_the_pump_holds(drawn: list[str]) -> None:
    pump, clock = TinyPump(rate="99.99"), ManualClock()
    link = LossyLink(pump, clock, lambda: "good")
    driver = NE1000()
    driver.identify(link)
    play(link, drawn)
    outcome = driver.execute(link, ORDER)
    assert pump.runs == 0
    if isinstance(outcome, Confirmed):
        assert (pump.rate, pump.values["DIA"], pump.values["VOL"]) == ("30.00", "26.59", "50.00")
