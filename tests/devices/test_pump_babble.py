"""Alaris and Harvard drivers on a line that answers anything at all: only the errors that are promised."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.devices.ports import Pump, WrongDevice
from console.devices.pumps.alaris import Alaris
from console.devices.pumps.alaris_frames import encode
from console.devices.pumps.harvard import Harvard
from console.session.pump import (
    Confirmed,
    Pause,
    Program,
    PumpCommand,
    PumpState,
    Resume,
    SetRate,
    Start,
    Stop,
)
from tests.devices.talking_monitor import TwinLink

COMMANDS: tuple[PumpCommand, ...] = (
    Program("BD 60 mL", Decimal("26.59"), Decimal(10), Decimal(5), 30),
    Start(),
    SetRate(Decimal(3)),
    Pause(),
    Resume(),
    Stop(),
)
WORDS = (
    "INF",
    "INF_RATE",
    "INF_VTBI",
    "REMOTE_CTRL",
    "ALARM",
    "SYRINGE_STATUS",
    "ENABLED",
    "-",
    "A",
    "SET",
    "",
)
NUMBERS = ("0.00", "10.00", "-1", "1e9", "ml/h", "ml", "STOP", "PERMIT", "0", "ms", "CONF")
ASENA = st.lists(st.sampled_from(WORDS + NUMBERS), min_size=1, max_size=15).map(lambda f: encode(*f))
CHAIN = st.lists(
    st.sampled_from(
        [b"\n", b"\r", b":", b">", b"*", b"T*", b"10 ml", b"10 ml/hr", b"0 0 0 i...I.", b"12:", b"\x11"]
    ),
    max_size=8,
).map(b"".join)


class Babbler:
    """Answers whatever it is asked with the next of its sayings."""

    def __init__(self, sayings: list[bytes]) -> None:
        self._sayings = sayings
        self._said = 0

    def feed(self, data: bytes) -> bytes:
        """The next saying."""
        del data
        self._said += 1
        return self._sayings[self._said % len(self._sayings)]

    def advance(self, dt_s: float) -> bytes:
        """It only answers."""
        del dt_s
        return b""


def put_through(driver: Pump, sayings: list[bytes]) -> None:
    link = TwinLink(Babbler(sayings))
    with suppress(TimeoutError, WrongDevice):
        driver.identify(link)
    with suppress(TimeoutError):
        driver.poll(link)
    for command in COMMANDS:
        outcome = driver.execute(link, command)
        if isinstance(outcome, Confirmed):
            assert outcome.read_back.state in PumpState
    with suppress(TimeoutError):
        driver.stop_once(link)


@pytest.mark.req("SER-05")
@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=60) | ASENA, min_size=1, max_size=6))
def test_an_alaris_driver_survives_any_answers(sayings: list[bytes]) -> None:
    put_through(Alaris(control=True), sayings)


@pytest.mark.req("SER-05")
@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=60) | CHAIN, min_size=1, max_size=6))
def test_a_harvard_driver_survives_any_answers(sayings: list[bytes]) -> None:
    put_through(Harvard(), sayings)
