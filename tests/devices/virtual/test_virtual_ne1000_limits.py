"""Rate limits per syringe: the table of New Era's NE-1000 Series User Manual #1200-01."""

from __future__ import annotations

from decimal import Decimal

import pytest

from console.devices.virtual.ne1000 import VirtualNE1000
from console.devices.virtual.ne1000_memory import PlungerLimits

SYRINGES = [
    ("BD 1", "4.699", "0.73", "53.07"),
    ("BD 3", "8.585", "2.43", "177.1"),
    ("BD 5", "11.99", "4.75", "345.5"),
    ("BD 10", "14.43", "6.88", "500.5"),
    ("BD 20", "19.05", "11.99", "872.3"),
    ("BD 30", "21.59", "15.39", "1120"),
    ("BD 60", "26.59", "23.35", "1699"),
    ("Monoject 60", "26.64", "23.44", "1706"),
    ("Terumo 60", "29.7", "29.13", "2120"),
]


def fits(diameter_mm: str, rate: str) -> bool:
    """Whether the pump takes ``rate`` with this syringe."""
    pump = VirtualNE1000()
    pump.feed(b"\r")
    assert pump.feed(f"DIA {diameter_mm}\r".encode()) == b"\x0200S\x03"
    reply = pump.feed(f"RAT {rate}\r".encode())
    assert reply in (b"\x0200S\x03", b"\x0200S?OOR\x03")
    return reply == b"\x0200S\x03"


def next_up(text: str) -> str:
    """The next number with the same decimals."""
    number = Decimal(text)
    return str(number + Decimal(1).scaleb(int(number.as_tuple().exponent)))


def next_down(text: str) -> str:
    """The number before, with the same decimals."""
    number = Decimal(text)
    return str(number - Decimal(1).scaleb(int(number.as_tuple().exponent)))


@pytest.mark.parametrize(("name", "diameter_mm", "lowest_ul_h", "highest_ml_h"), SYRINGES)
def test_the_printed_limits_are_taken_and_the_next_digit_is_not(
    name: str, diameter_mm: str, lowest_ul_h: str, highest_ml_h: str
) -> None:
    assert fits(diameter_mm, f"{highest_ml_h} MH"), name
    assert not fits(diameter_mm, f"{next_up(highest_ml_h)} MH"), name
    assert fits(diameter_mm, f"{lowest_ul_h} UH"), name
    assert not fits(diameter_mm, f"{next_down(lowest_ul_h)} UH"), name


def test_the_limits_hold_in_every_rate_unit() -> None:
    assert fits("26.59", "28.31 MM")
    assert not fits("26.59", "28.33 MM")
    assert fits("4.699", "884 UM")
    assert not fits("4.699", "885 UM")


def test_another_model_has_other_limits() -> None:
    pump = VirtualNE1000("NE4000", "V3.919", limits=PlungerLimits(0.001, 1.0))
    pump.feed(b"\r")
    assert pump.feed(b"RAT 400 MH\r") == b"\x0200S?OOR\x03"


def test_a_stored_rate_too_fast_for_a_new_syringe_is_refused_at_start() -> None:
    pump = VirtualNE1000()
    for command in (b"\r", b"RAT 1699 MH\r", b"DIA 4.699\r"):
        pump.feed(command)
    assert pump.feed(b"RUN\r") == b"\x0200S?OOR\x03"
    assert not pump.running
