"""Numbers and units as the NE-1000 family writes them.

To the pump: at most four digits and a point, at most three digits behind it. From the pump: four
digits and a point (``0.500``, ``26.59``, ``1000.``). Volumes come in UL or ML, rates in UH, MH, UM or
MM; the unit of a reply is always read, never assumed, because the default unit of volume follows the
diameter (New Era NE-1000 manual #1200-01 section 10.4).
"""

from __future__ import annotations

import re
from decimal import Decimal

from console.units import round_down

DIGITS = 4
MOST_PLACES = 3
SMALLEST = Decimal("0.001")
LARGEST = Decimal(9999)

NUMBER = r"(?:[0-9]{1,4}\.[0-9]{0,3}|\.[0-9]{1,3}|[0-9]{1,4})"
_NUMBER = re.compile(NUMBER)
_VOLUME = re.compile(rf"({NUMBER})(UL|ML)")
_RATE = re.compile(rf"({NUMBER})(UM|MM|UH|MH)")
_DISPENSED = re.compile(rf"I({NUMBER})W({NUMBER})(UL|ML)")
_VERSION = re.compile(r"NE([0-9]{3,4})((?:X[0-9]*)?)V([0-9]{1,2}\.[0-9]{1,4})")

ML_PER: dict[str, Decimal] = {"ML": Decimal(1), "UL": Decimal("0.001")}
ML_H_PER: dict[str, Decimal] = {
    "MH": Decimal(1),
    "MM": Decimal(60),
    "UH": Decimal("0.001"),
    "UM": Decimal("0.06"),
}


def places_for(value: Decimal) -> int:
    """Decimals that fit beside the integer digits of ``value``."""
    whole_digits = len(str(int(value)))
    return max(0, min(MOST_PLACES, DIGITS - whole_digits))


def last_digit(value: Decimal) -> Decimal:
    """The worth of one unit in the last digit the pump can hold for ``value``."""
    return Decimal(1).scaleb(-places_for(value))


def fit(value: Decimal) -> Decimal:
    """The largest number the pump can hold that is not above ``value``: never rounded up.

    Raises:
        ValueError: outside 0.001 to 9999; the text names the bound.
    """
    if not value.is_finite() or value > LARGEST:
        raise ValueError(f"{value} is above {LARGEST}, the largest number the pump takes.")
    if value < SMALLEST:
        raise ValueError(f"{value} is below {SMALLEST}, the smallest number the pump takes.")
    return round_down(value, places_for(value))


def format_number(value: Decimal) -> str:
    """``value`` in the pump's digits, rounded down (``123.45`` -> ``123.4``).

    Raises:
        ValueError: outside 0.001 to 9999.
    """
    return format(fit(value), "f")


def parse_number(text: str) -> Decimal:
    """A number of the pump; ``1000.`` and ``1000`` alike.

    Raises:
        ValueError: anything else.
    """
    if _NUMBER.fullmatch(text) is None or sum(map(str.isdigit, text)) > DIGITS:
        raise ValueError(f"{text!r} is no number of the pump")
    return Decimal(text)


def parse_volume_ml(text: str) -> Decimal:
    """The reply to ``VOL`` in millilitres.

    Raises:
        ValueError: no number with a volume unit.
    """
    match = _VOLUME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no volume")
    return parse_number(match[1]) * ML_PER[match[2]]


def parse_rate_ml_h(text: str) -> Decimal:
    """The reply to ``RAT`` in millilitres per hour.

    Raises:
        ValueError: no number with a rate unit.
    """
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no rate")
    return parse_number(match[1]) * ML_H_PER[match[2]]


def parse_dispensed_ml(text: str) -> tuple[Decimal, Decimal]:
    """The reply to ``DIS``: infused and withdrawn millilitres.

    Raises:
        ValueError: not of the form ``I0.250W0.000ML``.
    """
    match = _DISPENSED.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no dispensed volume")
    scale = ML_PER[match[3]]
    return parse_number(match[1]) * scale, parse_number(match[2]) * scale


def parse_version(text: str) -> tuple[str, str]:
    """The reply to ``VER``: model (``NE-1000``) and firmware (``3.928``).

    Raises:
        ValueError: not a New Era version.
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no New Era version")
    return f"NE-{match[1]}{match[2]}", match[3]


def agrees(asked: Decimal, read: Decimal) -> bool:
    """Whether what the pump holds is what was asked, or lower by at most one unit of its last digit."""
    return Decimal(0) <= asked - read <= last_digit(asked)
