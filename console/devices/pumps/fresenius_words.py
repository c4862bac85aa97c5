"""What Fresenius modules say: variables, error numbers, which modules stand in the base.

Facts from infupy 2022.1.11 (ISC licence); the maker's document is not public. The rate is told in steps of
0.1 mL/h and the volume in microlitres, both in hexadecimal, so both are exact. What the bits of the alarm
and of the error mean is not public: any bit counts as an alarm and is shown as it came.
"""

from __future__ import annotations

import re
from decimal import Decimal

MOST_MODULES = 5
"""The public client looks at five bits of the base's map."""
HIGHEST_RATE_ML_H = Decimal(1200)
HIGHEST_VOLUME_ML = Decimal(10000)
"""Beyond what any syringe pump gives: a figure above is a damaged one (site default)."""

RATE, VOLUME, ALARM, ERROR, MODE, MODULES = "d", "r", "a", "e", "m", "b"
_HEX = re.compile(r"[0-9A-Fa-f]{1,8}")

LINE_ERRORS = {
    "1": "a character came damaged",
    "2": "the check did not agree",
    "4": "nobody has this address",
    "5": "an acknowledgement did not come in time",
    "6": "it was not ready",
    "7": "the frame had a wrong length",
    "8": "the frame held a control character",
}
ERRORS = {
    "01": "it does not know the command",
    "02": "the command is not allowed in this mode",
    "03": "the command is not allowed in this state",
    "04": "the command was written wrongly",
    "05": "the mode is not allowed",
    "06": "the mode is on already",
    "07": "the mode cannot be changed from this one",
    "08": "the value is out of limits",
    "09": "the mode cannot be changed in this state",
    "0A": "the variable is not used",
    "0B": "there is no such variable",
    "0C": "the message is too long",
    "0D": "the base was not connected",
    "0E": "the module does not answer the base",
    "12": "an alarm stands",
    "14": "no rate was chosen",
    "15": "the syringe holds too little for the bolus",
    "16": "the syringe cannot be emptied now",
    "1A": "there is no such recorded event",
    "1E": "the module was not connected",
    "1F": "a module is not worked by hand",
    "20": "this port may not ask for it",
    "22": "the new mode is not allowed",
    "24": "the way of connecting is wrong",
    "25": "there is no such drug",
}
NOT_CONNECTED = frozenset({"0D", "1E"})


class NotTold(Exception):
    """The reply does not hold what was asked for; the text says what it holds."""


def error_sentence(number: str) -> str:
    """An application error for a person."""
    return ERRORS.get(number, f"error {number}, which is not in the public table")


def variables(text: str) -> dict[str, str]:
    """The variables of a reply, by their letter."""
    return {part[0]: part[1:] for part in text.split(";") if part}


def _number(found: dict[str, str], letter: str) -> int:
    told = found.get(letter)
    if told is None or _HEX.fullmatch(told) is None:
        raise NotTold(f"The module tells {told!r} for {letter}, which is no number.")
    return int(told, 16)


def rate_ml_h(found: dict[str, str]) -> Decimal:
    """The rate, exactly as told.

    Raises:
        NotTold: there is none, or an impossible one.
    """
    rate = Decimal(_number(found, RATE)) / 10
    if rate > HIGHEST_RATE_ML_H:
        raise NotTold(f"The module tells an impossible rate: {rate} mL/h.")
    return rate


def volume_ml(found: dict[str, str]) -> Decimal:
    """The volume given, exactly as told.

    Raises:
        NotTold: there is none, or an impossible one.
    """
    volume = Decimal(_number(found, VOLUME)) / 1000
    if volume > HIGHEST_VOLUME_ML:
        raise NotTold(f"The module tells an impossible volume: {volume} mL.")
    return volume


def has_bits(told: str) -> bool:
    """Whether an alarm or error variable says anything; what cannot be read counts as something."""
    return _HEX.fullmatch(told) is None or int(told, 16) != 0


def modules_of(text: str) -> tuple[int, ...]:
    """The numbers of the modules in the base.

    Raises:
        NotTold: the base does not tell its map, or one that has more modules than there can be.
    """
    bits = _number(variables(text), MODULES)
    if bits >> MOST_MODULES:
        raise NotTold(f"The base tells of modules beyond number {MOST_MODULES}.")
    return tuple(number + 1 for number in range(MOST_MODULES) if bits >> number & 1)
