"""Numbers and units of the NE-1000: never rounded up, never with an assumed unit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.devices.pumps.ne1000_values import (
    agrees,
    fit,
    format_number,
    last_digit,
    parse_dispensed_ml,
    parse_number,
    parse_rate_ml_h,
    parse_version,
    parse_volume_ml,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.001", "0.001"),
        ("0.5", "0.500"),
        ("0.0019", "0.001"),
        ("9.9999", "9.999"),
        ("26.59", "26.59"),
        ("75.25", "75.25"),
        ("123.45", "123.4"),
        ("123.49", "123.4"),
        ("999.99", "999.9"),
        ("1000", "1000"),
        ("1234.9", "1234"),
        ("9999", "9999"),
        ("5E+1", "50.00"),
    ],
)
def test_a_number_goes_out_in_four_digits_rounded_down(value: str, text: str) -> None:
    assert format_number(Decimal(value)) == text


@pytest.mark.parametrize("value", ["0", "0.0009", "-1", "9999.1", "10000", "NaN", "Infinity"])
def test_a_number_the_pump_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"number the pump takes|comparison|Infinity|NaN"):
        format_number(Decimal(value))


@given(st.decimals(min_value=Decimal("0.001"), max_value=9999, places=6))
def test_rounding_never_raises_and_loses_less_than_one_last_digit(value: Decimal) -> None:
    text = format_number(value)
    assert sum(map(str.isdigit, text)) <= 4
    assert len(text.partition(".")[2]) <= 3
    assert value - last_digit(value) < parse_number(text) <= value
    assert fit(fit(value)) == fit(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1000.", "1000"),
        ("1000", "1000"),
        ("0.500", "0.5"),
        ("26.59", "26.59"),
        ("100.0", "100"),
        (".500", "0.5"),
    ],
)
def test_a_number_of_the_pump_is_read_with_or_without_its_point(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", ".", "1e3", "-1.00", "+1.00", "12345", "1.2345", "100.00", "nan", " 1.0", "١"]
)
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        parse_number(text)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_rate_ml_h, "30.00MH", "30"),
        (parse_rate_ml_h, "1000.MH", "1000"),
        (parse_rate_ml_h, "1.000MM", "60"),
        (parse_rate_ml_h, "500.0UH", "0.5"),
        (parse_rate_ml_h, "1000.UM", "60"),
        (parse_volume_ml, "50.00ML", "50"),
        (parse_volume_ml, "1000.UL", "1"),
        (parse_volume_ml, "1000.ML", "1000"),
    ],
)
def test_the_unit_of_a_reply_is_read(parse: Callable[[str], Decimal], text: str, value: str) -> None:
    assert parse(text) == Decimal(value)


@pytest.mark.parametrize("text", ["30.00", "30.00ML", "MH", "30.00mh", "30.00MHX", "X30.00MH"])
def test_a_rate_without_its_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        parse_rate_ml_h(text)


def test_millilitres_per_hour_are_never_taken_for_microlitres_per_minute() -> None:
    """60 mL/h written as UM would run 16.7 times too slow; read as UM it would be shown so."""
    assert parse_rate_ml_h("60.00MH") == 60
    assert parse_rate_ml_h("60.00UM") == Decimal("3.6")


def test_the_counter_is_read_with_its_unit() -> None:
    assert parse_dispensed_ml("I1.234W0.000ML") == (Decimal("1.234"), Decimal(0))
    assert parse_dispensed_ml("I1000.W1.000UL") == (Decimal(1), Decimal("0.001"))
    with pytest.raises(ValueError, match="dispensed"):
        parse_dispensed_ml("I1.234W0.000")


def test_the_version_gives_model_and_firmware() -> None:
    assert parse_version("NE1000V3.928") == ("NE-1000", "3.928")
    assert parse_version("NE1000X2V3.934") == ("NE-1000X2", "3.934")
    with pytest.raises(ValueError, match="version"):
        parse_version("AL1000V3.923")


@pytest.mark.parametrize(
    ("asked", "read", "good"),
    [
        ("123.45", "123.4", True),
        ("123.45", "123.5", False),
        ("30", "30.00", True),
        ("30", "29.99", True),
        ("30", "29.98", False),
        ("30", "30.01", False),
        ("0.5", "5", False),
    ],
)
def test_a_value_read_back_may_be_lower_by_one_last_digit_and_never_higher(
    asked: str, read: str, good: bool
) -> None:
    assert agrees(Decimal(asked), Decimal(read)) is good
