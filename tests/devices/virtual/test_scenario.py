"""Scenarios are read strictly and played exactly."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.devices.virtual.disturbance import Sensor, SensorOff, Surge, Treatment
from console.devices.virtual.faults import Occlusion
from console.devices.virtual.patient import VirtualPatient
from console.devices.virtual.scenario import (
    AtMinute,
    Cable,
    CablePull,
    NurseAct,
    NurseDeed,
    NurseTreats,
    PatientEffect,
    PumpEffect,
    Scenario,
    ScenarioError,
    Turn,
)
from console.devices.virtual.scenario_chance import with_chance
from console.devices.virtual.scenario_file import load_scenario
from console.devices.virtual.scenario_player import ScenarioFacts, ScenarioPlayer

FILES = sorted((Path(__file__).parents[3] / "resources" / "scenarios").glob("*.toml"))
HEAD = """
title = "Test"
description = "A test."
seed = 1
[person]
given_name = "A"
family_name = "B"
mrn = "1"
[patient]
age_y = 40
weight_kg = 70
height_cm = 170
sex = "female"
[patient.baseline]
systolic_mmhg = 120
diastolic_mmhg = 75
hr = 70
rr = 14
spo2_percent = 98
etco2_mmhg = 38
temp_c = 36.6
[order]
protocol = "MOOD-40"
amount = 0.5
minutes = 40
concentration_mg_ml = 2
syringe = "BD 60 mL"
"""


def scenario(*lines: str) -> Scenario:
    return load_scenario(HEAD + "".join(f"[[script]]\n{line}\n" for line in lines))


def resource(name: str) -> Scenario:
    return load_scenario(next(path for path in FILES if path.stem == name).read_text(encoding="utf-8"))


def test_the_six_rehearsals_are_there() -> None:
    assert {path.stem for path in FILES} == {
        "routine",
        "hypertensive",
        "desaturation",
        "occlusion",
        "link-loss",
        "ten-fold",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_scenario_can_be_played(path: Path) -> None:
    read = load_scenario(path.read_text(encoding="utf-8"))
    assert read.title
    assert len(read.description) > 40
    assert read.script
    assert read.order.amount == Decimal("0.5")
    patient = VirtualPatient(read.patient, read.seed)
    patient.advance(1.0, 0.0)
    assert patient.moaas() == 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_ordered_exists_in_the_shipped_library(path: Path) -> None:
    order = load_scenario(path.read_text(encoding="utf-8")).order
    library = path.parents[1] / "library"
    drugs = tomllib.loads((library / "ketamine-v1.toml").read_text(encoding="utf-8"))
    syringes = tomllib.loads((library / "syringes-v1.toml").read_text(encoding="utf-8"))
    assert order.protocol in {protocol["id"] for protocol in drugs["protocol"]}
    assert order.syringe in {f"{syringe['brand']} {syringe['size_ml']} mL" for syringe in syringes["syringe"]}


def test_only_the_ten_fold_syringe_holds_another_strength_than_its_label() -> None:
    differing = {
        path.stem
        for path in FILES
        for read in [load_scenario(path.read_text(encoding="utf-8"))]
        if read.true_concentration_mg_ml != read.order.concentration_mg_ml
    }
    assert differing == {"ten-fold"}
    assert (
        resource("ten-fold").true_concentration_mg_ml == 10 * resource("ten-fold").order.concentration_mg_ml
    )


def test_lines_become_effects() -> None:
    read = scenario(
        'at_min = 3\ndo = "surge"\nrise_mmhg = 25',
        'at_min = 4\ndo = "sensor_off"\nsensor = "probe"\nfor_s = 20',
        'at_min = 5\ndo = "occlusion"',
        'at_min = 6\ndo = "cable_pull"\ncable = "pump"',
        'at_min = 7\ndo = "treat"\ntreatment = "oxygen"',
        'at_min = 8\ndo = "nurse"\ndeed = "pause"\nnote = "why"',
    )
    assert [line.effect for line in read.script] == [
        PatientEffect(Surge(25.0)),
        PatientEffect(SensorOff(Sensor.PROBE, 20.0)),
        PumpEffect(Occlusion(0.5)),
        CablePull(Cable.PUMP, None),
        NurseTreats(Treatment.OXYGEN),
        NurseAct(NurseDeed.PAUSE, "why"),
    ]
    assert read.script[0].trigger == AtMinute(3.0)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('at_min = 3\ndo = "surg"', "must be one of"),
        ('do = "apnoea"', "exactly one of"),
        ('at_min = 1\nafter = "paused"\ndo = "apnoea"', "exactly one of"),
        ('at_min = 1\ndo = "apnoea"\nseconds = 3', "seconds is not known"),
        ('at_min = 1\ndo = "surge"\nrise_mmhg = 500', "between 1 and 100"),
        ('when = "spo2"\ndo = "apnoea"', "either below or above"),
        ('when = "spoo"\nbelow = 90\ndo = "apnoea"', "must be one of systolic"),
        ('after = "lunch"\ndo = "apnoea"', "must be one of paused"),
        ('at_min = "three"\ndo = "apnoea"', "must be a number"),
        ('at_min = 1\ndo = "sensor_off"', "sensor is missing"),
    ],
)
def test_a_faulty_line_is_refused_with_its_place(line: str, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint) as caught:
        scenario(line)
    assert "script" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("weight_kg = 70", "weight_kg = 700", "weight_kg must lie"),
        ("weight_kg = 70", "", "weight_kg is missing"),
        ('sex = "female"', 'sex = "f"', "must be one of female, male"),
        ("seed = 1", "seed = 1\nsped = 2", "sped is not known"),
        ("amount = 0.5", "amount = -1", "zero or more"),
        ("title =", "title", "cannot be read"),
    ],
)
def test_a_faulty_head_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        load_scenario(HEAD.replace(old, new))


VALUES = st.one_of(
    st.integers(), st.floats(), st.booleans(), st.text(max_size=5), st.lists(st.integers(), max_size=2)
)


def toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + "".join(c for c in value if c.isalnum()) + "'"
    return str(value)


@given(
    st.dictionaries(
        st.sampled_from(
            ["at_min", "when", "after", "below", "above", "do", "for_s", "score", "sensor", "content_ml"]
        ),
        st.one_of(
            VALUES, st.sampled_from(["spo2", "paused", "motion", "nausea", "syringe_content", "probe"])
        ),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_line_is_read_or_refused_never_worse(line: dict[str, object]) -> None:
    text = "\n".join(f"{key} = {toml_value(value)}" for key, value in line.items())
    try:
        lines = len(scenario(text).script)
    except ScenarioError:
        lines = 0
    assert lines in (0, 1)


@given(st.text(max_size=200))
def test_any_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(ScenarioError):
        load_scenario(text)


def test_a_minute_fires_once_and_late_calls_miss_nothing() -> None:
    player = ScenarioPlayer(
        scenario('at_min = 2\ndo = "apnoea"', 'at_min = 1\ndo = "motion"', 'at_min = 0\ndo = "cough"')
    )
    assert len(player.advance(0.0, ScenarioFacts())) == 1
    assert player.advance(59.9, ScenarioFacts()) == []
    late = player.advance(500.0, ScenarioFacts())
    assert [type(effect.event).__name__ for effect in late if isinstance(effect, PatientEffect)] == [
        "Motion",
        "Apnoea",
    ]
    assert player.finished
    assert player.advance(501.0, ScenarioFacts()) == []


def test_a_figure_must_stay_beyond_its_bound_before_somebody_reacts() -> None:
    player = ScenarioPlayer(
        scenario('when = "spo2"\nbelow = 90\nheld_s = 15\nafter_s = 5\ndo = "nurse"\ndeed = "pause"')
    )
    low, good, unknown = ScenarioFacts(spo2=88.0), ScenarioFacts(spo2=95.0), ScenarioFacts()
    assert player.advance(0.0, low) == []
    assert player.advance(10.0, good) == []
    assert player.advance(12.0, low) == []
    assert player.advance(20.0, unknown) == []
    assert player.advance(21.0, low) == []
    assert player.advance(36.0, low) == []
    assert player.advance(40.0, good) == []
    assert player.advance(41.0, good) == [NurseAct(NurseDeed.PAUSE)]


def test_a_figure_can_count_in_one_turn_alone() -> None:
    player = ScenarioPlayer(
        scenario('when = "systolic"\nbelow = 160\nduring = "paused"\ndo = "nurse"\ndeed = "resume"')
    )
    assert player.advance(0.0, ScenarioFacts(systolic=120.0, turns=frozenset({Turn.RUNNING}))) == []
    paused = ScenarioFacts(systolic=150.0, turns=frozenset({Turn.PAUSED}))
    assert player.advance(1.0, paused) == [NurseAct(NurseDeed.RESUME)]


def test_a_turn_waits_for_its_minute() -> None:
    player = ScenarioPlayer(
        scenario('after = "link_lost"\nsince_min = 27\nafter_s = 75\ndo = "nurse"\ndeed = "plug_in"')
    )
    lost = ScenarioFacts(turns=frozenset({Turn.RUNNING, Turn.LINK_LOST}))
    assert player.advance(18 * 60, lost) == []
    assert player.advance(27 * 60 + 2, lost) == []
    assert player.advance(27 * 60 + 76, ScenarioFacts()) == []
    assert player.advance(27 * 60 + 77, ScenarioFacts()) == [NurseAct(NurseDeed.PLUG_IN)]


def rehearse(name: str, minutes: int = 45) -> tuple[list[float], list[str]]:
    """Play a shipped scenario with a pump that obeys; saturations seen and deeds done."""
    read = resource(name)
    patient, player = VirtualPatient(read.patient, read.seed), ScenarioPlayer(read)
    for _ in range(60):
        patient.advance(1.0, 0.0)
    strength = float(read.true_concentration_mg_ml / read.order.concentration_mg_ml)
    mg_s = float(read.order.amount / read.order.minutes) * read.patient.weight_kg / 60 * strength
    running, saturations, deeds = True, [], []
    for second in range(minutes * 60):
        seen = patient.numerics()
        facts = ScenarioFacts(
            systolic=None if seen.cuff is None else seen.cuff.systolic,
            spo2=seen.spo2,
            moaas=patient.moaas(),
            dissociation=patient.dissociation(),
            nausea=patient.nausea(),
            turns=frozenset({Turn.RUNNING if running else Turn.PAUSED}),
        )
        for effect in player.advance(float(second), facts):
            match effect:
                case PatientEffect(event):
                    patient.befall(event)
                case NurseTreats(treatment):
                    patient.treat(treatment)
                case NurseAct(deed):
                    deeds.append(deed.value)
                    running = deed is NurseDeed.RESUME or (
                        running and deed not in (NurseDeed.PAUSE, NurseDeed.STOP)
                    )
                    if deed is NurseDeed.CUFF:
                        patient.start_cuff()
                case _:
                    pass
        patient.advance(1.0, mg_s if running else 0.0)
        if seen.spo2 is not None:
            saturations.append(seen.spo2)
    assert player.finished, "a line of the script never came to pass"
    return saturations, deeds


def test_routine_stays_uneventful() -> None:
    saturations, deeds = rehearse("routine")
    assert min(saturations) > 94
    assert deeds == []


def test_hypertensive_repeats_the_reading_pauses_and_resumes() -> None:
    _, deeds = rehearse("hypertensive")
    assert deeds[:2] == ["cuff", "pause"]
    assert deeds[-1] == "resume"


def test_desaturation_reaches_the_eighties_and_is_mended() -> None:
    saturations, deeds = rehearse("desaturation")
    assert 80 < min(saturations) < 90
    assert saturations[-1] > 96
    assert deeds == ["pause", "acknowledge", "resume"]


def test_ten_fold_is_stopped_and_survived() -> None:
    saturations, deeds = rehearse("ten-fold")
    assert 78 < min(saturations) < 90
    assert saturations[-1] > 94
    assert deeds == ["score", "stop", "acknowledge"]


def test_chance_adds_the_same_for_the_same_seed_and_seldom_much() -> None:
    plain = scenario()
    assert with_chance(plain, 4) == with_chance(plain, 4)
    added = [len(with_chance(plain, seed).script) for seed in range(500)]
    assert 0.4 < sum(added) / len(added) < 1.1
    assert max(added) <= 5
