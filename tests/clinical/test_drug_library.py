"""The library is exactly what the medical director reads, or it is not used at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.clinical.library import LibraryError, load_library, load_syringes
from console.clinical.protocol import Band, DosedBy, DrugLibrary, SyringeCatalogue
from console.units import Minutes


def band(hard_low: str | None, soft_low: str | None, soft_high: str | None, hard_high: str | None) -> Band:
    return Band(
        *(None if text is None else Decimal(text) for text in (hard_low, soft_low, soft_high, hard_high))
    )


@pytest.mark.req("GIP-6.1.7")
def test_the_shipped_library_holds_the_four_protocols_unsigned(library: DrugLibrary) -> None:
    assert [entry.id for entry in library.entries] == ["MOOD-40", "MOOD-60", "PTSD-HIGH", "PAIN-4H"]
    assert library.version == 1
    assert library.status == "unsigned site default"
    assert not library.signed
    assert library.drug == "ketamine base"
    assert len(library.sources) >= 5


@pytest.mark.req("GIP-6.1.2")
@pytest.mark.parametrize(
    ("protocol_id", "default", "minutes", "dose", "rate", "duration", "total", "percent"),
    [
        ("MOOD-40", "0.5", 40, (None, "0.25", "0.75", "1.0"), (None, None, "1.0", "1.5"),
         ("30", "40", "60", "100"), 120, 33),
        ("MOOD-60", "1.0", 60, (None, "0.5", "1.0", "1.5"), (None, None, "1.0", "1.5"),
         ("40", "50", "75", "120"), 150, 33),
        ("PTSD-HIGH", "1.0", 60, (None, "0.5", "1.5", "2.0"), (None, None, "1.5", "2.0"),
         ("40", "50", "75", "120"), 200, 33),
        ("PAIN-4H", "0.35", 240, (None, None, None, None), (None, "0.1", "0.35", "1.0"),
         ("30", "120", "240", "360"), 250, None),
    ],
)  # fmt: skip
def test_limits_are_those_of_the_protocol_table(
    library: DrugLibrary,
    protocol_id: str,
    default: str,
    minutes: int,
    dose: tuple[str | None, str | None, str | None, str | None],
    rate: tuple[str | None, str | None, str | None, str | None],
    duration: tuple[str | None, str | None, str | None, str | None],
    total: int,
    percent: int | None,
) -> None:
    entry = library.entry(protocol_id)
    assert entry.default_amount == Decimal(default)
    assert entry.default_minutes == Minutes(Decimal(minutes))
    assert entry.dose_mg_kg == band(*dose)
    assert entry.rate_mg_kg_h == band(*rate)
    assert entry.duration_min == band(*duration)
    assert entry.session_total_hard_mg == total
    assert entry.step.max_increase_percent == percent
    assert entry.pump_rate_ml_h == band("0.1", None, None, "150")
    assert entry.weight_kg == band("35", "45", "140", "200")
    assert entry.age_hard_low_years == 18


def test_pain_is_ordered_by_rate_capped_and_given_on_consecutive_days(library: DrugLibrary) -> None:
    entry = library.entry("PAIN-4H")
    assert entry.dosed_by is DosedBy.RATE
    assert entry.cap_mg_h == 25
    assert entry.rate_mg_h == band(None, None, "25", "60")
    assert (entry.step.max_increase_mg_kg_h, entry.step.min_interval_min) == (Decimal("0.1"), Decimal(30))
    assert (entry.min_gap_h, entry.max_consecutive_days) == (None, 10)
    assert [rule.mg_ml for rule in entry.concentrations] == [1, 2]


def test_the_first_higher_dose_is_capped_at_sixty_milligrams(library: DrugLibrary) -> None:
    entry = library.entry("PTSD-HIGH")
    assert entry.cap_mg == 60
    assert entry.cap_mg_first_only


def test_ten_is_allowed_with_a_warning_and_fifty_and_hundred_are_rejected(library: DrugLibrary) -> None:
    entry = library.entry("MOOD-40")
    assert {rule.mg_ml: bool(rule.warning) for rule in entry.concentrations} == {
        Decimal(1): False,
        Decimal(2): False,
        Decimal(5): False,
        Decimal(10): True,
    }
    assert {refusal.mg_ml for refusal in entry.rejected} == {50, 100}


@pytest.mark.req("OPCA-R6.9")
def test_an_unknown_protocol_is_named_with_those_that_exist(library: DrugLibrary) -> None:
    with pytest.raises(KeyError, match=r"no protocol MOOD-50; it has MOOD-40, MOOD-60"):
        library.entry("MOOD-50")


@pytest.mark.req("GIP-6.1.7")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version = 1", "", "version is missing"),
        ("version = 1", 'version = "one"', "version must be a number"),
        ("version = 1", "version = 1.5", "version must be a whole number"),
        ("version = 1", "version = true", "version must be a number"),
        ('status = "unsigned site default"', 'status = "fine"', "status must be"),
        ('status = "unsigned site default"', 'status = "signed"', "signed_by must name"),
        ('signed_by = ""', 'signed_by = "Dr. A"', "signed_by must name"),
        ("hard_high = 1.0 }", "hard_high = 0.5 }", "MOOD-40: dose_mg_kg must rise"),
        ("hard_high = 1.0 }", "hard_hihg = 1.0 }", "hard_high is missing"),
        ("soft_high = 0.75,", "soft_high = 0.75, soft_hgih = 0.8,", "soft_hgih is not known here"),
        ("default_amount = 0.5", "default_amount = 5", "default_amount lies outside"),
        ("default_amount = 0.5", "default_amount = 0", "default_amount must be above zero"),
        ("default_amount = 0.5", "default_amount = -0.5", "default_amount must be zero or more"),
        ("default_amount = 0.5", "default_amount = nan", "default_amount must be zero or more"),
        ("default_minutes = 40", "default_minutes = 400", "default_minutes lies outside"),
        ('dosed_by = "dose"', 'dosed_by = "bolus"', 'dosed_by must be "dose" or "rate"'),
        ("bolus = false", "bolus = true", "this console gives no bolus"),
        ("concentrations = [1, 2, 5]", "concentrations = [1, 2, 50]", "which the library rejects"),
        ("concentrations = [1, 2, 5]", "concentrations = [1, 2, 110]", "never given undiluted"),
        ("concentrations = [1, 2, 5]", "concentrations = []", "at least one concentration"),
        ("concentrations = [1, 2, 5]", "concentrations = [1, 1, 5]", "lists a concentration twice"),
        ('id = "MOOD-60"', 'id = "MOOD-40"', "protocol MOOD-40 is there twice"),
        ("observation_min = 60", "observation_min = 10", "observation_min must be 30 to 120"),
        ("cap_mg = 60", "cap_mg = 600", "cap_mg is above session_total_hard_mg"),
        ("cap_mg_h = 25", "cap_mg_h = 250", "cap_mg_h is above the hard limit"),
        ("min_gap_h = 24", "", "min_gap_h is missing"),
        ("window_days = [14, 21]", "window_days = [21, 14]", "window_days must be"),
        ("session_total_hard_mg = 120", "", "session_total_hard_mg is missing"),
        ('drug = "ketamine base"', 'drug = ""', "drug must be a text"),
    ],
)  # fmt: skip
def test_a_faulty_library_is_refused_with_the_key_named(
    library_text: str, old: str, new: str, message: str
) -> None:
    assert old in library_text
    with pytest.raises(LibraryError) as refusal:
        load_library(library_text.replace(old, new, 1))
    assert message in str(refusal.value)
    assert str(refusal.value).rstrip().endswith((".", '"'))


@pytest.mark.parametrize("text", ["", "version = ", b"\xff\xfe", "[[protocol]]\nid = 3"])
def test_text_that_is_no_library_is_refused(text: str | bytes) -> None:
    with pytest.raises(LibraryError):
        load_library(text)


@pytest.mark.req("GIP-6.1.7")
def test_a_misspelt_limit_never_vanishes(library_text: str) -> None:
    with pytest.raises(LibraryError, match="not known here"):
        load_library(library_text.replace("cap_mg_h = 25", "cap_mgh = 25"))


@given(cut=st.integers(min_value=0, max_value=5000))
def test_a_truncated_library_is_refused_or_whole(library_text: str, cut: int) -> None:
    whole = load_library(library_text)
    try:
        read = load_library(library_text[:cut])
    except LibraryError:
        return
    assert set(read.entries) <= set(whole.entries)


def test_every_line_of_a_protocol_is_needed(library_text: str) -> None:
    lines = library_text.splitlines()
    start = lines.index('id = "MOOD-40"')
    optional = {"concentrations_with_warning"}
    for number in range(start, start + 18):
        key = lines[number].split(" =")[0]
        if key in optional:
            continue
        with pytest.raises(LibraryError):
            load_library("\n".join(lines[:number] + lines[number + 1 :]))


def test_syringes_are_found_by_the_name_on_the_barrel(syringes: SyringeCatalogue) -> None:
    assert syringes.named("BD 60 mL").diameter.mm == Decimal("26.59")
    assert syringes.named("Terumo 60 mL").diameter.mm == Decimal("29.7")
    assert syringes.named("HSW Norm-Ject 50 mL").capacity.ml == 50
    with pytest.raises(KeyError, match="no BD 65 mL"):
        syringes.named("BD 65 mL")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("diameter_mm = 26.59", "diameter_mm = 265.9", "must be 0.1 to 50 mm"),
        ("diameter_mm = 26.59", "", "diameter_mm is missing"),
        ("size_ml = 20", "size_ml = 10", "BD 10 mL is there twice"),
    ],
)
def test_a_faulty_syringe_catalogue_is_refused(syringes_text: str, old: str, new: str, message: str) -> None:
    with pytest.raises(LibraryError) as refusal:
        load_syringes(syringes_text.replace(old, new, 1))
    assert message in str(refusal.value)
