"""A halted pump is asked for its syringe now and then; a running one never."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.devices.ports import Link
from console.devices.pumps.ne1000 import DIAMETER_EVERY, NE1000
from console.session.pump import PumpState
from tests.devices.scripted import SILENCE, Script, ScriptedLink, safe


def ask(text: str, reply: str) -> tuple[bytes, bytes]:
    return safe(f"0{text}"), safe(f"00{reply}")


HANDSHAKE = [ask("VER", "SNE1000V3.928")]


def poll_of(prompt: str) -> list[tuple[bytes, bytes]]:
    return [
        ask("", prompt),
        ask("DIS", f"{prompt}I0.250W0.000ML"),
        ask("RAT", f"{prompt}30.00MH"),
    ]


def met(script: Script) -> tuple[NE1000, Link]:
    driver, link = NE1000(), ScriptedLink([*HANDSHAKE, *script])
    driver.identify(link)
    return driver, link


@pytest.mark.req("SER-17")
@pytest.mark.parametrize("prompt", ["S", "P"])
def test_every_tenth_poll_of_a_halted_pump_reads_its_syringe(prompt: str) -> None:
    rounds = [*poll_of(prompt) * DIAMETER_EVERY, ask("DIA", f"{prompt}26.59")] * 2
    driver, link = met(rounds)
    read = [driver.poll(link).diameter_mm for _ in range(2 * DIAMETER_EVERY)]
    assert [place for place, mm in enumerate(read, 1) if mm is not None] == [10, 20]
    assert set(read) == {None, Decimal("26.59")}


@pytest.mark.req("SER-17")
def test_a_running_pump_is_not_asked_for_its_syringe() -> None:
    driver, link = met(poll_of("I") * 25)
    assert {driver.poll(link).diameter_mm for _ in range(25)} == {None}


@pytest.mark.req("SER-03")
def test_a_syringe_that_cannot_be_read_does_not_cost_the_poll() -> None:
    lost = [(safe("0DIA"), SILENCE)] * 3
    driver, link = met([*poll_of("S") * DIAMETER_EVERY, *lost])
    readings = [driver.poll(link) for _ in range(DIAMETER_EVERY)]
    assert (readings[-1].state, readings[-1].diameter_mm) == (PumpState.STOPPED, None)
    assert driver.bad_frames == 3
