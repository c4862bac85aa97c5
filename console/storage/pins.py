"""Which PINs are too easy to guess (NIST SP 800-63B section 5.1.1.2: commonly used, expected, repetitive)."""

from __future__ import annotations

import re
from itertools import pairwise

PIN_DIGITS = 6

# Often chosen beyond those the rules below catch: shapes on the keypad and words spelled on it.
_OFTEN_CHOSEN = """
159753 753159 147258 258369 147852 159357 789456 456123 852456 123654
321654 102030 112358 314159 271828 520131 142536 741852 963852 987456
"""
_DIGITS = re.compile(rf"[0-9]{{{PIN_DIGITS}}}")
_YEAR = re.compile(r"19[2-9][0-9]|20[0-2][0-9]")


def pin_fault(pin: str) -> str:
    """Why the PIN cannot be used, empty when it can."""
    if not _DIGITS.fullmatch(pin):
        return f"A PIN has exactly {PIN_DIGITS} digits."
    if pin in _OFTEN_CHOSEN.split() or _repeats(pin) or _runs(pin):
        return "This PIN is too easy to guess: no repeats, no rows of digits, no shapes on the keypad."
    if _YEAR.fullmatch(pin[:4]) or _YEAR.fullmatch(pin[2:]):
        return "This PIN is too easy to guess: no years."
    return ""


def _repeats(pin: str) -> bool:
    """One, two or three digits over and over, mirrored, or doubled (``112233``)."""
    return (
        pin == pin[:1] * 6
        or pin == pin[:2] * 3
        or pin == pin[:3] * 2
        or pin == pin[::-1]
        or pin[::2] == pin[1::2]
        or len(set(pin)) < 3
    )


def _runs(pin: str) -> bool:
    """Digits that all go up or all go down by the same step, the keypad's 0 after 9 included."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1
