"""The keypad never reinterprets in silence: it shows, or it blocks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.entry import (
    BACK,
    CLEAR,
    DOSE_MG_KG,
    DURATION_MIN,
    KEYS,
    WEIGHT_KG,
    Entry,
    EntryError,
    Field,
    accept,
    check_held,
    parse_number,
    press,
    preview,
    release,
)
from console.clinical.spoken import number_in_words, whole_in_words
from console.clock import ManualClock

# Typed text, and the digits it may be taken for; None = it has to be refused.
DOSE_TABLE: tuple[tuple[str, str | None], ...] = (
    # plain
    ("0.5", "0.5"), ("1", "1"), ("2", "2"), ("9", "9"), ("10", "10"), ("12", "12"), ("99", "99"),
    ("0.25", "0.25"), ("0.75", "0.75"), ("0.35", "0.35"), ("0.125", "0.125"), ("1.5", "1.5"),
    ("1.25", "1.25"),
    ("0.05", "0.05"), ("0.005", "0.005"), ("0.001", "0.001"), ("12.5", "12.5"), ("99.999", "99.999"),
    ("10.01", "10.01"), ("1.001", "1.001"), ("0.101", "0.101"), ("20.5", "20.5"), ("35", "35"),
    ("0.999", "0.999"),
    # a leading point gets its zero, a comma is a point
    (".5", "0.5"), (".25", "0.25"), (".05", "0.05"), (".001", "0.001"), (",5", "0.5"), (",25", "0.25"),
    ("0,5", "0.5"), ("1,5", "1.5"), ("12,5", "12.5"), ("0,05", "0.05"), ("0,125", "0.125"),
    ("99,999", "99.999"),
    # zeros at the end
    ("0.50", None), ("1.0", None), ("1.00", None), ("5.0", None), ("10.0", None), ("0.10", None),
    ("0.250", None),
    ("1,0", None), ("0,50", None), (".50", None), (",50", None), ("1.500", None), ("2.000", None),
    ("1,000", None),
    ("1.10", None), ("12.0", None), ("0.120", None), (".10", None), ("20.500", None), ("99.990", None),
    # nothing after the point
    ("1.", None), ("0.", None), ("5,", None), ("10.", None), (".", None), (",", None), ("0,", None),
    ("12,", None),
    # two separators
    ("1.2.3", None), ("1..2", None), ("..5", None), ("0..5", None), ("1,2,3", None), ("1,,2", None),
    (",,5", None),
    ("1.2,3", None), ("1,2.3", None), (".5.", None), (",5,", None), ("0.5.", None), ("0.5,", None),
    ("1.,5", None),
    (".,5", None), (",.5", None), ("...", None), ("1.000,5", None), ("1,000.5", None), ("0.5.0", None),
    # leading zeros
    ("00.5", None), ("01", None), ("007", None), ("05", None), ("00", None), ("01.5", None), ("0005", None),
    ("00,5", None), ("012", None), ("09.9", None),
    # zero
    ("0", None), ("0.0", None), ("0.00", None), ("0.000", None), (".0", None), (",0", None), (".000", None),
    # too many digits
    ("100", None), ("123", None), ("1000", None), ("999.9", None), ("0.1234", None), ("0.0001", None),
    ("1.2345", None), ("12.3456", None), (".1234", None), ("9999999999", None), ("0.99999", None),
    ("100.5", None),
    # signs, exponents, names
    ("-0.5", None), ("+0.5", None), ("-1", None), ("+1", None), ("--1", None), ("1e3", None), ("1E3", None),
    ("1e-1", None), ("5e-1", None), ("1.5e0", None), ("nan", None), ("NaN", None), ("inf", None),
    ("Infinity", None),
    ("-inf", None), ("0x1", None), ("0b1", None), ("0o7", None), ("1_0", None), ("1_000", None),
    ("0.5f", None),
    ("1/2", None), ("½", None), ("1½", None), ("¼", None), ("1:2", None), ("1;5", None), ("50%", None),
    ("0.5?", None),
    # spaces and units
    ("", None), (" ", None), (" 0.5", None), ("0.5 ", None), ("0 .5", None), ("0. 5", None), ("1 5", None),
    ("\t0.5", None), ("0.5\n", None), ("0.5\r\n", None), ("\u00a00.5", None), ("0.5\u200b", None),
    ("1\u202f5", None),
    ("0.5mg", None), ("0.5 mg/kg", None), ("35mg", None), ("mg", None), ("0.5 mg", None), ("0.5ug", None),
    ("0.5\u00b5g", None), ("1 g", None), ("$1", None), ("#5", None), ("(1)", None), ("[1]", None),
    ("'1'", None),
    # letters that look like digits
    ("O.5", None), ("o.5", None), ("l", None), ("I", None), ("1O", None), ("l.5", None), ("S", None),
    ("B", None),
    ("0.S", None), ("zero", None), ("one", None), ("half", None), ("0.5x", None), ("x0.5", None), ("a", None),
    # other scripts and separators
    ("٣", None), ("٠.٥", None), ("५", None), ("１", None), ("０．５", None), ("０.５", None), ("²", None),
    ("①", None),
    ("0·5", None), ("0٫5", None), ("0´5", None), ("0'5", None), ("1’000", None), ("1٬000", None),
    ("0⸱5", None),
    ("\u22120.5", None), ("\u20131", None), ("0\uff0c5", None), ("1\u066b5", None), ("Ⅴ", None), ("五", None),
    ("\x00", None), ("0.5\x00", None), ("\ufeff0.5", None), ("\u202e5.0", None), ("0.\u0665", None),
    ("=1", None),
    ("1+1", None), ("1-1", None), ("1*2", None), ("~1", None), ("<1", None), (">1", None), ("≈1", None),
    ("±1", None),
)  # fmt: skip


def test_the_table_is_large_enough_and_names_no_text_twice() -> None:
    assert len(DOSE_TABLE) >= 200
    assert len({text for text, _ in DOSE_TABLE}) == len(DOSE_TABLE)


@pytest.mark.req("HUM-06")
@pytest.mark.parametrize(("text", "taken_for"), DOSE_TABLE)
def test_typed_text_is_taken_as_it_looks_or_refused(text: str, taken_for: str | None) -> None:
    if taken_for is None:
        with pytest.raises(EntryError) as refusal:
            parse_number(text, DOSE_MG_KG)
        assert str(refusal.value).rstrip().endswith(".")
        return
    number = parse_number(text, DOSE_MG_KG)
    assert number.shown == taken_for
    assert number.value == Decimal(taken_for)
    assert bool(number.notices) == (text != taken_for)


@pytest.mark.req("HUM-06")
@given(st.text(max_size=12) | st.text(alphabet="0123456789.,", max_size=8))
def test_no_text_is_ever_reinterpreted(text: str) -> None:
    try:
        number = parse_number(text, DOSE_MG_KG)
    except EntryError:
        return
    assert number.value == Decimal(text.replace(",", "."))
    assert number.shown == format(number.value, "f")


def typed(keys: str, field: Field = DOSE_MG_KG) -> Entry:
    entry, clock = Entry(field), ManualClock()
    for key in keys:
        name = {"<": BACK, "C": CLEAR}.get(key, key)
        entry = press(entry, name, clock.advance(0.2))
        entry = release(entry, name, clock.advance(0.05))
    return entry


@pytest.mark.req("HUM-06")
def test_a_leading_point_becomes_zero_point_visibly() -> None:
    entry = typed(".")
    assert entry.text == "0."
    assert entry.notices == ("A zero was put in front of the point.",)
    assert accept(typed(".5")).value == Decimal("0.5")
    assert typed(".<").text == ""


@pytest.mark.req("HUM-06")
@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("0.5.", "two decimal points"), ("0,5.", "two decimal points"), ("05", "does not begin with 0"),
        ("123", "at most 2 digits before"), ("0.1234", "at most 3 digits behind"),
        ("..", "two decimal points"),
    ],
)  # fmt: skip
def test_a_wrong_key_blocks_until_it_is_deleted(keys: str, problem: str) -> None:
    blocked = typed(keys)
    assert problem in blocked.problem
    with pytest.raises(EntryError):
        accept(blocked)
    assert preview(blocked) == ""
    ignored = press(blocked, "7", ManualClock().advance(60))
    assert (ignored.text, ignored.problem) == (blocked.text, blocked.problem)
    assert "7 was not taken" in ignored.notices[0]
    assert typed(keys + "<").problem == ""
    assert typed(keys + "C").text == ""


def test_a_whole_number_takes_no_point() -> None:
    assert "whole number of minutes" in typed("40.", DURATION_MIN).problem
    assert accept(typed("40", DURATION_MIN)).spoken == "forty minutes"


@pytest.mark.req("HUM-05")
def test_a_bouncing_key_is_dropped_and_shown() -> None:
    clock = ManualClock()
    entry = release(press(Entry(WEIGHT_KG), "7", clock.advance(1)), "7", clock.advance(0.01))
    bounced = press(entry, "7", clock.advance(0.04))
    assert (bounced.text, bounced.dropped) == ("7", 1)
    assert "dropped because it came twice within 60 ms" in bounced.notices[0]
    again = press(release(bounced, "7", clock.advance(0.01)), "7", clock.advance(0.06))
    assert (again.text, again.dropped, again.notices) == ("77", 1, ())


@pytest.mark.req("HUM-05")
def test_another_key_within_sixty_milliseconds_counts() -> None:
    clock = ManualClock()
    entry = press(Entry(WEIGHT_KG), "7", clock.advance(1))
    assert press(entry, "0", clock.advance(0.03)).text == "70"


@pytest.mark.req("HUM-05")
def test_repeats_of_a_key_that_is_still_down_are_dropped() -> None:
    clock = ManualClock()
    entry = press(Entry(WEIGHT_KG), "7", clock.advance(1))
    for _ in range(3):
        entry = press(entry, "7", clock.advance(0.5))
    assert (entry.text, entry.dropped) == ("7", 3)


@pytest.mark.req("GIP-2.3.1")
@pytest.mark.req("HUM-05")
def test_a_stuck_key_cancels_the_entry() -> None:
    clock = ManualClock()
    entry = press(Entry(WEIGHT_KG), "7", clock.advance(1))
    assert check_held(entry, clock.advance(2.0)).text == "7"
    cancelled = check_held(entry, clock.advance(0.01))
    assert cancelled.cancelled
    assert cancelled.text == ""
    with pytest.raises(EntryError, match="The key 7 is stuck"):
        accept(cancelled)
    assert press(cancelled, "5", clock.advance(1)).text == ""
    cleared = press(cancelled, CLEAR, clock.advance(1))
    assert press(cleared, "5", clock.advance(1)).text == "5"


@pytest.mark.req("HUM-05")
def test_a_key_released_late_cancels_too() -> None:
    clock = ManualClock()
    entry = press(Entry(WEIGHT_KG), "7", clock.advance(1))
    assert release(entry, "7", clock.advance(2.5)).cancelled


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(KEYS)), st.floats(min_value=0, max_value=3), st.booleans()),
        max_size=25,
    )
)
@pytest.mark.req("HUM-05")
def test_whatever_is_pressed_the_accepted_figure_is_the_one_shown(
    strokes: list[tuple[str, float, bool]],
) -> None:
    clock, entry = ManualClock(), Entry(DOSE_MG_KG)
    for key, wait, lift in strokes:
        before = entry
        entry = press(entry, key, clock.advance(wait))
        if entry.text != before.text and not entry.cancelled and key in "0123456789":
            assert entry.text == before.text + key
        if lift:
            entry = release(entry, key, clock.advance(0.01))
    try:
        number = accept(entry)
    except EntryError:
        return
    assert number.shown == entry.text
    assert number.value == Decimal(entry.text)
    assert not entry.cancelled


@pytest.mark.parametrize(
    ("text", "field", "spoken"),
    [
        ("0.5", DOSE_MG_KG, "zero point five milligrams per kilogram"),
        ("0.05", DOSE_MG_KG, "zero point zero five milligrams per kilogram"),
        ("1", DOSE_MG_KG, "one milligram per kilogram"),
        ("12.5", DOSE_MG_KG, "twelve point five milligrams per kilogram"),
        ("70", WEIGHT_KG, "seventy kilograms"),
        ("104.5", WEIGHT_KG, "one hundred and four point five kilograms"),
    ],
)
def test_the_figure_is_spoken(text: str, field: Field, spoken: str) -> None:
    assert parse_number(text, field).spoken == spoken


def test_the_preview_speaks_while_the_keys_are_pressed() -> None:
    assert preview(typed("0.")) == "zero milligrams per kilogram"
    assert preview(typed("0.2")) == "zero point two milligrams per kilogram"
    assert preview(Entry(DOSE_MG_KG)) == ""


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "zero"), (19, "nineteen"), (20, "twenty"), (42, "forty-two"), (100, "one hundred"),
     (101, "one hundred and one"), (999, "nine hundred and ninety-nine"), (1000, "one thousand"),
     (1005, "one thousand and five"), (1234, "one thousand two hundred and thirty-four"),
     (9999, "nine thousand nine hundred and ninety-nine")],
)  # fmt: skip
def test_whole_numbers_in_words(number: int, words: str) -> None:
    assert whole_in_words(number) == words


@given(st.integers(min_value=0, max_value=9998))
def test_no_two_numbers_sound_the_same(number: int) -> None:
    assert whole_in_words(number) != whole_in_words(number + 1)


@pytest.mark.parametrize("number", [-1, 10_000])
def test_numbers_no_field_takes_have_no_words(number: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        whole_in_words(number)


@pytest.mark.parametrize("digits", ["", ".5", "1.", "a", "1.x"])
def test_only_plain_digits_are_spoken(digits: str) -> None:
    with pytest.raises(ValueError, match="no plain number"):
        number_in_words(digits)


def test_a_key_no_keypad_has_is_an_error_of_the_program() -> None:
    with pytest.raises(ValueError, match="no key"):
        press(Entry(DOSE_MG_KG), "e", ManualClock().now())
