"""The interlock file: what is shipped, what takes rules out of force, what is refused and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.clinical.interlock_file import digest_of, load_interlocks, read_rules
from console.clinical.interlock_rules import PAUSING, Action, Beyond, Sign, Step
from console.clinical.toml_table import LibraryError
from console.clinical.vitals import Vital

SHIPPED = (Path(__file__).parents[2] / "resources" / "interlocks.toml").read_bytes()
SIGNED = (
    SHIPPED.replace(b"enabled = false", b"enabled = true")
    .replace(b'signed_by = ""', b'signed_by = "Dr Ada Moss"')
    .replace(b'signed_on = ""', b'signed_on = "2026-01-15"')
)


def test_the_shipped_file_is_off() -> None:
    rules = load_interlocks(SHIPPED)
    assert (rules.armed, rules.faulty) == (False, False)
    assert rules.words == "Interlocks are off: this site has not switched them on."


def test_a_file_switched_on_named_and_approved_is_in_force() -> None:
    rules = load_interlocks(SIGNED, digest_of(SIGNED))
    assert rules.armed
    assert rules.words == "Interlocks in force: version 1, Dr Ada Moss, 2026-01-15."


def test_the_shipped_file_holds_the_rules_a1_to_a8() -> None:
    rules = load_interlocks(SHIPPED)
    assert list(dict.fromkeys(step.rule for step in rules.steps)) == [f"A{n}" for n in range(1, 9)]
    assert {step.rule for step in rules.steps if step.action in PAUSING} == {
        "A2", "A3", "A4", "A5", "A6", "A8",
    }  # fmt: skip
    assert rules.of("A2") == (
        Step(
            "A2.1",
            "A2",
            "Oxygen saturation low",
            Beyond((Sign(Vital.SPO2, below=85),)),
            5,
            Action.PROPOSE,
            10,
        ),
        Step(
            "A2.2",
            "A2",
            "Oxygen saturation low",
            Beyond((Sign(Vital.SPO2, below=88),)),
            30,
            Action.PROPOSE,
            10,
        ),
    )


@pytest.mark.parametrize(
    ("text", "approved", "says"),
    [
        (SIGNED, "", "was not approved: run 'infusion-console interlocks approve'"),
        (SIGNED + b"\n", digest_of(SIGNED), "was altered after it was approved"),
        (SIGNED.replace(b"below = 85", b"below = 80"), digest_of(SIGNED), "was altered"),
        (SIGNED.replace(b"Dr Ada Moss", b""), "", "nobody has put a name and a date"),
        (SIGNED.replace(b"2026-01-15", b" "), "", "nobody has put a name and a date"),
        (b"enabled = true", "", "version is missing"),
        (b"\xff", "", "not UTF-8"),
    ],
)
def test_what_is_not_as_it_was_approved_is_out_of_force_and_says_why(
    text: bytes, approved: str, says: str
) -> None:
    rules = load_interlocks(text, approved)
    assert (rules.armed, rules.faulty) == (False, True)
    assert rules.words.startswith("Interlocks are off: ")
    assert says in rules.words


def test_a_file_that_was_approved_while_switched_off_is_off() -> None:
    rules = load_interlocks(SHIPPED, digest_of(SHIPPED))
    assert (rules.armed, rules.faulty) == (False, False)
    assert "switched off in the file" in rules.words


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"below = 85", b"below = 0.5", "below 0.5 is outside 1 to 100"),
        (b"below = 85", b"belov = 85", "vital needs a bound"),
        (b'"spo2", below = 85', b'"spo3", below = 85', "spo3 is no vital sign"),
        (b"for_s = 5\n", b"for_s = 601\n", "for_s may not be above 600 s"),
        (b"countdown_s = 5\n", b"countdown_s = 31\n", "countdown_s is 1 to 30 seconds"),
        (b"countdown_s = 5\n", b"", "countdown_s is missing"),
        (b'action = "pause"', b'action = "start"', "start is not known"),
        (b'action = "pause"', b'action = "resume"', "There is: medium, high, propose, pause"),
        (b'id = "A2"', b'id = "A1"', "A1 is given twice"),
        (b"need = 2", b"need = 4", "need is 4, but there are 3 signs"),
        (b"samples = 2", b"samples = 1", "samples must be 2 or more"),
        (b"cuff_longest_s = 60", b"cuff_longest_s = 61", "cuff_longest_s may not be above 60 s"),
        (b"cancel_holds_s = 120", b"cancel_holds_s = 301", "cancel_holds_s may not be above 300 s"),
        (b"pulse_apart = 0.10", b"pulse_apart = 10", "pulse_apart is a part of the heart rate"),
        (b'score = "moaas"', b'score = "moods"', "moods is no scale"),
        (b"link_lost = true", b"link_lost = false", "link_lost can only be true"),
        (b'lost = "spo2"\nfor_s = 10', b"for_s = 10", "needs exactly one of: signs, lost, link_lost, score"),
        (
            b'{ vital = "rr", below = 10 }',
            b'{ vital = "nibp_sys", below = 90 }',
            "mixes the cuff with continuous values",
        ),
        (b"need = 2", b"need = 2\nmeasurements = 2", "measurements is for the cuff alone"),
        (b"below = 25, above = 55", b"below = 56, above = 55", "below must be under above"),
        (b"at_or_below = 2", b"at_or_below = 2.5", "at_or_below must be a whole number"),
    ],
)
def test_a_contradiction_is_refused_with_its_place(old: bytes, new: bytes, says: str) -> None:
    assert old in SHIPPED
    with pytest.raises(LibraryError) as refused:
        read_rules(SHIPPED.replace(old, new, 1), "interlock file")
    assert says in str(refused.value)
    assert str(refused.value).startswith("interlock file")


def test_bounds_are_not_passed_by_a_value_that_equals_them() -> None:
    sign = Sign(Vital.ETCO2, below=25, above=55)
    assert [sign.beyond(value) for value in (24.9, 25, 40, 55, 55.1)] == [True, False, False, False, True]
    assert sign.words == "EtCO₂ below 25 or above 55 mmHg"
