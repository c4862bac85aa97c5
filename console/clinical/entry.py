"""Numeric entry that never reinterprets in silence: one keypad, and the same rules for typed text.

Rules (HUM-05, HUM-06): a leading zero is put before a point, visibly; a zero at the end of the decimals
is refused; comma and point both mean the decimal point; a second separator, a digit too many or a zero
in front of digits blocks until it is deleted; a repeat of the same key within 60 ms is dropped and
shown; a key held longer than 2 s cancels the entry. Blocking instead of ignoring a wrong key can halve
the chance of an error by a factor of ten (Thimbleby and Cairns 2010, 10.1098/rsif.2010.0112); repeats
within 60 ms are how a bouncing key gave ten-fold rates (Alaris SE recall 2006).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from console.clinical.spoken import number_in_words
from console.clock import Instant

BOUNCE_S = 0.060
STUCK_S = 2.0
DIGITS = "0123456789"
SEPARATORS = ".,"
BACK, CLEAR = "back", "clear"
KEYS = frozenset((*DIGITS, *SEPARATORS, BACK, CLEAR))


@dataclass(frozen=True, slots=True)
class Field:
    """What one entry takes.

    Attributes:
        name: What it is, for sentences.
        unit: Unit printed beside the figure.
        spoken_one: Unit in words after exactly one.
        spoken_many: Unit in words after anything else.
        whole_digits: Most digits before the point.
        decimals: Most digits behind it; 0 = whole numbers only.
    """

    name: str
    unit: str
    spoken_one: str
    spoken_many: str
    whole_digits: int
    decimals: int


DOSE_MG_KG = Field("dose", "mg/kg", "milligram per kilogram", "milligrams per kilogram", 2, 3)
RATE_MG_KG_H = Field(
    "rate", "mg/kg/h", "milligram per kilogram and hour", "milligrams per kilogram and hour", 2, 3
)
DURATION_MIN = Field("duration", "min", "minute", "minutes", 3, 0)
WEIGHT_KG = Field("weight", "kg", "kilogram", "kilograms", 3, 1)
HEIGHT_CM = Field("height", "cm", "centimetre", "centimetres", 3, 1)
PRESSURE_MMHG = Field("pressure", "mmHg", "millimetre of mercury", "millimetres of mercury", 3, 0)
RATE_ML_H = Field("pump rate", "mL/h", "millilitre per hour", "millilitres per hour", 4, 3)
"""For titration only; an order takes a dose and derives the flow."""


class EntryError(ValueError):
    """Text is no number this field takes; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Number:
    """An accepted figure.

    Attributes:
        value: The exact value.
        shown: The digits as shown (``"0.5"``).
        spoken: In words, with the unit.
        notices: What was added or read visibly, one sentence each.
    """

    value: Decimal
    shown: str
    spoken: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A keypad entry in progress.

    Attributes:
        field: What it takes.
        text: The digits as shown, with a point as separator.
        problem: Why the entry is blocked; only BACK and CLEAR help. Empty when it is not.
        notices: What the keypad did visibly since the last key.
        dropped: Keys dropped as bounces since the entry began; they are recorded.
        cancelled: A key was stuck: nothing of it counts, CLEAR begins anew.
        last_key: The key pressed last.
        last_at: When.
        held: A key is down.
    """

    field: Field
    text: str = ""
    problem: str = ""
    notices: tuple[str, ...] = ()
    dropped: int = 0
    cancelled: bool = False
    last_key: str = ""
    last_at: Instant | None = None
    held: bool = False


def press(entry: Entry, key: str, at: Instant) -> Entry:
    """One key goes down.

    Raises:
        ValueError: for a key a keypad does not have.
    """
    if key not in KEYS:
        raise ValueError(f"{key!r} is no key of the keypad")
    entry = check_held(replace(entry, notices=()), at)
    if entry.cancelled and key != CLEAR:
        return entry
    repeats = key == entry.last_key and entry.last_at is not None
    if repeats and entry.last_at is not None and entry.held:
        return _dropped(entry, key, "it was still down", entry.last_at)
    if repeats and entry.last_at is not None and at.seconds_since(entry.last_at) < BOUNCE_S:
        return _dropped(entry, key, "it came twice within 60 ms", at)
    return _typed(replace(entry, last_key=key, last_at=at, held=True), key)


def release(entry: Entry, key: str, at: Instant) -> Entry:
    """The key goes up again."""
    entry = check_held(entry, at)
    return replace(entry, held=False) if key == entry.last_key else entry


def check_held(entry: Entry, now: Instant) -> Entry:
    """Cancel the entry when a key has been down for more than 2 s. Ask now and then while one is."""
    if not entry.held or entry.last_at is None or now.seconds_since(entry.last_at) <= STUCK_S:
        return entry
    name = entry.last_key.upper() if entry.last_key in (BACK, CLEAR) else entry.last_key
    problem = f"The key {name} is stuck. The entry is cancelled; clear it and begin again."
    return replace(entry, text="", problem=problem, cancelled=True, held=False)


def accept(entry: Entry) -> Number:
    """The figure that was entered.

    Raises:
        EntryError: when it is blocked, cancelled, empty or not finished.
    """
    if entry.problem:
        raise EntryError(entry.problem)
    return parse_number(entry.text, entry.field)


def preview(entry: Entry) -> str:
    """The entry in words as far as it goes; empty while there is nothing to say."""
    text = entry.text.rstrip(".")
    if entry.problem or not text:
        return ""
    return _spoken(text, entry.field)


def parse_number(text: str, field: Field) -> Number:
    """A typed or pasted figure by the same rules as the keypad.

    Raises:
        EntryError: when it is not exactly a number this field takes.
    """
    if not text:
        raise EntryError(f"Enter the {field.name} in {field.unit}.")
    if not all(char in DIGITS or char in SEPARATORS for char in text):
        raise EntryError(
            f"{text!r} is not a plain number. Type digits and one decimal point; the unit is {field.unit}."
        )
    digits = text.replace(",", ".")
    notices = []
    if "," in text:
        notices.append(f"The comma is read as a decimal point: {_led(digits)} {field.unit}.")
    if digits.startswith("."):
        digits = _led(digits)
        notices.append(f"A zero was put in front: {digits} {field.unit}.")
    problem = _blocks(digits, field) or _unfinished(digits, field)
    if problem:
        raise EntryError(problem)
    return Number(Decimal(digits), digits, _spoken(digits, field), tuple(notices))


def _typed(entry: Entry, key: str) -> Entry:
    if key == CLEAR:
        return replace(entry, text="", problem="", cancelled=False)
    if key == BACK:
        # The zero put in front goes together with its point.
        text = "" if entry.text == "0." else entry.text[:-1]
        return replace(entry, text=text, problem=_blocks(text, entry.field))
    if entry.problem:
        return replace(entry, notices=(f"{key} was not taken: first mend the entry.",))
    notices: tuple[str, ...] = ()
    text = entry.text + ("." if key in SEPARATORS else key)
    if text == ".":
        text, notices = "0.", ("A zero was put in front of the point.",)
    return replace(entry, text=text, problem=_blocks(text, entry.field), notices=notices)


def _dropped(entry: Entry, key: str, why: str, last_at: Instant) -> Entry:
    notice = f"A second {key} was dropped because {why}. Press it again if you mean it."
    return replace(entry, notices=(notice,), dropped=entry.dropped + 1, last_at=last_at)


def _blocks(digits: str, field: Field) -> str:
    """Why these digits can never become a figure; empty when they still can."""
    whole, point, decimals = digits.partition(".")
    if "." in decimals:
        return "There are two decimal points. Delete one."
    if point and field.decimals == 0:
        return f"The {field.name} is a whole number of {field.spoken_many}. Delete the point."
    if len(whole) > 1 and whole.startswith("0"):
        return "A number does not begin with 0 unless a point follows. Delete it and type again."
    if len(whole) > field.whole_digits:
        return f"The {field.name} has at most {field.whole_digits} digits before the point. Delete one."
    if len(decimals) > field.decimals:
        return f"The {field.name} has at most {field.decimals} digits behind the point. Delete one."
    return ""


def _unfinished(digits: str, field: Field) -> str:
    """Why these digits are no figure yet."""
    whole, point, decimals = digits.partition(".")
    if point and not decimals:
        return "Nothing follows the point. Type the decimals or delete the point."
    if not whole:
        return f"Enter the {field.name} in {field.unit}."
    if decimals.endswith("0"):
        kept = digits.rstrip("0").rstrip(".")
        return f"Leave out the zero at the end: {kept}. It is easily misread by a factor of ten."
    if not digits.strip("0."):
        return f"The {field.name} cannot be zero."
    return ""


def _led(digits: str) -> str:
    return f"0{digits}" if digits.startswith(".") else digits


def _spoken(digits: str, field: Field) -> str:
    return f"{number_in_words(digits)} {field.spoken_one if digits == '1' else field.spoken_many}"
