"""Numbers in words, so that 0.5 and 5 do not only look but also read and sound different (HUM-06)."""

from __future__ import annotations

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def whole_in_words(number: int) -> str:
    """A whole number from 0 to 9999 in words (``"one hundred and five"``).

    Raises:
        ValueError: outside that range.
    """
    if not 0 <= number <= 9999:
        raise ValueError(f"{number} is not between 0 and 9999")
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] if ones == 0 else f"{_TENS[tens]}-{_ONES[ones]}"
    unit, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    many, rest = divmod(number, unit)
    head = f"{_ONES[many]} {name}"
    if rest == 0:
        return head
    return f"{head} and {whole_in_words(rest)}" if rest < 100 else f"{head} {whole_in_words(rest)}"


def number_in_words(digits: str) -> str:
    """Plain digits in words; decimals one by one (``"0.05"`` is ``"zero point zero five"``).

    Raises:
        ValueError: when it is no plain number.
    """
    whole, point, decimals = digits.partition(".")
    if not whole.isdecimal() or (point and not decimals.isdecimal()):
        raise ValueError(f"{digits!r} is no plain number")
    spoken = whole_in_words(int(whole))
    return f"{spoken} point {' '.join(_ONES[int(digit)] for digit in decimals)}" if point else spoken
