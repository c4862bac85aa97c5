"""Reads a scenario from TOML and says precisely what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar

from console.clinical.toml_table import LibraryError, Table, parse_toml
from console.devices.virtual.disturbance import (
    Anxiety,
    Apnoea,
    Cough,
    CuffTrouble,
    Hypoventilation,
    Motion,
    Nausea,
    Sensor,
    SensorOff,
    Surge,
    Treatment,
)
from console.devices.virtual.faults import LoadSyringe, Occlusion, OcclusionReleased, PowerCycle, Stall
from console.devices.virtual.patient_profile import Baseline, PatientProfile, Sex
from console.devices.virtual.scenario import (
    AtMinute,
    Cable,
    CablePull,
    NurseAct,
    NurseCharts,
    NurseDeed,
    NurseTreats,
    OrderHint,
    PatientEffect,
    Person,
    PumpEffect,
    Scenario,
    ScenarioEffect,
    ScenarioError,
    ScriptLine,
    Trigger,
    Turn,
    Watched,
    WhenFigure,
    WhenTurn,
)
from console.session.events import Care

Choice = TypeVar("Choice", bound=StrEnum)
MAX_LINES: Final = 200


def load_scenario(text: str | bytes) -> Scenario:
    """Read one scenario.

    Raises:
        ScenarioError: when it cannot be played; the text names the place.
    """
    try:
        return _scenario(parse_toml(text, "scenario"))
    except LibraryError as error:
        raise ScenarioError(str(error)) from error


def _scenario(top: Table) -> Scenario:
    order_table = top.table("order")
    order = OrderHint(
        protocol=order_table.text("protocol"),
        amount=order_table.positive("amount"),
        minutes=order_table.positive("minutes"),
        concentration_mg_ml=order_table.positive("concentration_mg_ml"),
        syringe=order_table.text("syringe"),
    )
    true_mg_ml = order_table.optional("true_concentration_mg_ml")
    order_table.finish()
    person_table = top.table("person")
    person = Person(
        person_table.text("given_name"), person_table.text("family_name"), person_table.text("mrn")
    )
    person_table.finish()
    scenario = Scenario(
        title=top.text("title"),
        description=top.text("description").strip(),
        seed=top.whole("seed"),
        person=person,
        patient=_profile(top.table("patient")),
        order=order,
        true_concentration_mg_ml=order.concentration_mg_ml if true_mg_ml is None else true_mg_ml,
        script=tuple(_line(table) for table in top.tables("script", "do")) if top.has("script") else (),
    )
    if len(scenario.script) > MAX_LINES:
        raise top.problem("script", f"has more than {MAX_LINES} lines. Make two scenarios of it.")
    top.finish()
    return scenario


def _profile(table: Table) -> PatientProfile:
    resting = table.table("baseline")
    try:
        profile = PatientProfile(
            age_y=float(table.positive("age_y")),
            weight_kg=float(table.positive("weight_kg")),
            height_cm=float(table.positive("height_cm")),
            sex=_choice(table, "sex", Sex),
            hypertension=_flag(table, "hypertension", False),
            beta_blocker=_flag(table, "beta_blocker", False),
            first_session=_flag(table, "first_session", False),
            music=_flag(table, "music", False),
            individual=_flag(table, "individual", True),
            cuff_on_probe_arm=_flag(table, "cuff_on_probe_arm", True),
            baseline=Baseline(
                systolic=float(resting.positive("systolic_mmhg")),
                diastolic=float(resting.positive("diastolic_mmhg")),
                hr=float(resting.positive("hr")),
                rr=float(resting.positive("rr")),
                spo2=float(resting.positive("spo2_percent")),
                etco2=float(resting.positive("etco2_mmhg")),
                temp=float(resting.positive("temp_c")),
            ),
        )
    except ValueError as error:
        raise ScenarioError(f"scenario, patient: {error}. Correct it.") from error
    resting.finish()
    table.finish()
    return profile


def _line(table: Table) -> ScriptLine:
    """One line: its trigger, what it does, and nothing else."""
    trigger = _trigger(table)
    do = table.text("do")
    make = _EFFECTS.get(do)
    if make is None:
        raise table.problem("do", f"is {do!r}; it must be one of {', '.join(sorted(_EFFECTS))}.")
    line = ScriptLine(trigger, make(table))
    table.finish()
    return line


def _trigger(table: Table) -> Trigger:
    kinds = [key for key in ("at_min", "when", "after") if table.has(key)]
    if len(kinds) != 1:
        raise table.problem(
            "a line", "needs exactly one of at_min (a minute), when (a figure) or after (a turn). Correct it."
        )
    if kinds == ["at_min"]:
        return AtMinute(float(table.number("at_min")))
    if kinds == ["after"]:
        turn = _choice(table, "after", Turn)
        return WhenTurn(turn, _float(table, "after_s", 0.0), _float(table, "since_min", 0.0))
    figure = _choice(table, "when", Watched)
    if table.has("below") == table.has("above"):
        raise table.problem("when", "needs either below or above with a number. Add one.")
    below = table.has("below")
    return WhenFigure(
        figure=figure,
        below=below,
        bound=float(table.number("below" if below else "above")),
        after_s=_float(table, "after_s", 0.0),
        for_s=_float(table, "held_s", 0.0),
        since_min=_float(table, "since_min", 0.0),
        during=_choice(table, "during", Turn) if table.has("during") else None,
    )


def _choice(table: Table, key: str, choices: type[Choice]) -> Choice:
    text = table.text(key)
    try:
        return choices(text)
    except ValueError as error:
        known = ", ".join(choice.value for choice in choices)
        raise table.problem(key, f"is {text!r}; it must be one of {known}.") from error


def _flag(table: Table, key: str, default: bool) -> bool:
    return table.flag(key) if table.has(key) else default


def _float(table: Table, key: str, default: float) -> float:
    return float(table.number(key)) if table.has(key) else default


def _bounded(table: Table, key: str, default: float, low: float, high: float) -> float:
    value = _float(table, key, default)
    if not low <= value <= high:
        raise table.problem(key, f"must lie between {low:g} and {high:g}, not {value:g}. Correct it.")
    return value


def _seconds(table: Table, key: str, default: float) -> float:
    return _bounded(table, key, default, 0.0, 14_400.0)


def _note(table: Table) -> str:
    return table.text("note") if table.has("note") else ""


def _surge(table: Table) -> ScenarioEffect:
    rise = _bounded(table, "rise_mmhg", 30.0, 1.0, 100.0)
    return PatientEffect(Surge(rise, _seconds(table, "onset_s", 120.0), _seconds(table, "hold_s", 1500.0)))


def _hypoventilation(table: Table) -> ScenarioEffect:
    left = _bounded(table, "ventilation", 0.4, 0.05, 1.0)
    return PatientEffect(Hypoventilation(left, _seconds(table, "for_s", 240.0)))


def _nausea(table: Table) -> ScenarioEffect:
    score = int(_bounded(table, "score", 1.0, 1.0, 3.0))
    return PatientEffect(Nausea(score, _seconds(table, "for_s", 900.0)))


def _anxiety(table: Table) -> ScenarioEffect:
    distress = _bounded(table, "distress", 7.0, 0.0, 10.0)
    return PatientEffect(Anxiety(distress, _seconds(table, "for_s", 600.0)))


def _sensor_off(table: Table) -> ScenarioEffect:
    for_s = _seconds(table, "for_s", 0.0) if table.has("for_s") else None
    return PatientEffect(SensorOff(_choice(table, "sensor", Sensor), for_s))


def _cuff_trouble(table: Table) -> ScenarioEffect:
    readings = int(_bounded(table, "readings", 1.0, 1.0, 20.0))
    return PatientEffect(CuffTrouble(readings, _flag(table, "fails", True)))


def _cable_pull(table: Table) -> ScenarioEffect:
    for_s = _seconds(table, "for_s", 0.0) if table.has("for_s") else None
    return CablePull(_choice(table, "cable", Cable), for_s)


def _charts(table: Table) -> ScenarioEffect:
    return NurseCharts(
        _choice(table, "care", Care), int(_bounded(table, "grade", 0.0, 0.0, 10.0)), _note(table)
    )


_EFFECTS: Final[dict[str, Callable[[Table], ScenarioEffect]]] = {
    "surge": _surge,
    "hypoventilation": _hypoventilation,
    "apnoea": lambda table: PatientEffect(Apnoea(_seconds(table, "for_s", 30.0))),
    "nausea": _nausea,
    "anxiety": _anxiety,
    "motion": lambda table: PatientEffect(Motion(_seconds(table, "for_s", 8.0))),
    "cough": lambda table: PatientEffect(Cough(_seconds(table, "for_s", 3.0))),
    "sensor_off": _sensor_off,
    "cuff_trouble": _cuff_trouble,
    "occlusion": lambda table: PumpEffect(Occlusion(_bounded(table, "compliance_ml", 0.5, 0.0, 5.0))),
    "occlusion_released": lambda _: PumpEffect(OcclusionReleased()),
    "stall": lambda _: PumpEffect(Stall()),
    "syringe_content": lambda table: PumpEffect(LoadSyringe(float(table.number("content_ml")))),
    "pump_power_cut": lambda table: PumpEffect(PowerCycle(_seconds(table, "for_s", 1.0))),
    "cable_pull": _cable_pull,
    "nurse": lambda table: NurseAct(_choice(table, "deed", NurseDeed), _note(table)),
    "treat": lambda table: NurseTreats(_choice(table, "treatment", Treatment), _note(table)),
    "chart": _charts,
}
