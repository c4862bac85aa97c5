"""What the answers of a DINAMAP mean: pure, index by index as the manual lays them out."""

from __future__ import annotations

from dataclasses import dataclass

from console.clinical.vitals import NibpState, Quality, Vital, VitalReading, credible
from console.clock import Instant
from console.devices.monitors.dinamap_lines import Answer
from console.devices.monitors.talking_stream import Heard

PRESSURES = (Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN)
NO_DETERMINATION_S = 9999
NIBP_STATES = {
    "0": "",
    "1": "",
    "3": "the measurement failed",
    "4": "the cuff could not be inflated in time",
    "6": "the measurement took too long",
    "7": "one pressure took too long",
    "8": "overpressure or air in the cuff",
    "9": "the cuff's state is not known",
}
OXIMETER_STATES = {"0": "oximeter on standby", "1": "", "3": "no pulse at the probe", "6": "sensor unplugged"}
TEMPERATURE_STATES = {"0": "", "1": "in progress", "2": "timed out", "3": "no contact", "4": "aborted"}
POOR_SIGNAL = 3
"""Of 9: a signal quality at or below it makes a figure questionable (site default)."""


@dataclass(frozen=True, slots=True)
class Cuff:
    """The cuff as an answer describes it.

    Attributes:
        state: What it is doing.
        age_s: Seconds since the pressures were determined, None when there are none.
    """

    state: NibpState
    age_s: int | None


def understand(answer: Answer, source: str, at: Instant) -> Heard | None:
    """What an answer says; None when its layout is not the manual's."""
    match answer.letters:
        case "NA" | "NF":
            return _pressure(answer, source, at)
        case "OA":
            return _oximeter(answer, source, at)
        case "RA" | "RC":
            return _rate(answer, source, at)
        case "TC":
            return _temperature(answer, source, at)
        case "NC" | "ND":
            return Heard(answer.offset)
        case _:
            return Heard(answer.offset, messages=(answer.text.strip(),), speaks=False)


def cuff_of(answer: Answer) -> Cuff | None:
    """The cuff in a pressure answer; None when it is another answer or its layout is wrong."""
    text = answer.text
    if answer.letters not in {"NA", "NF"} or len(text) < 19 or not text[6:19].isdigit():
        return None
    if text[3] not in NIBP_STATES:
        return None
    state = {"0": NibpState.MEASURING, "1": NibpState.IDLE}.get(text[3], NibpState.FAILED)
    age_s = int(text[6:10])
    return Cuff(state, None if age_s == NO_DETERMINATION_S else age_s)


def _pressure(answer: Answer, source: str, at: Instant) -> Heard | None:
    cuff, text = cuff_of(answer), answer.text
    if cuff is None:
        return None
    said = NIBP_STATES[text[3]]
    readings: tuple[VitalReading, ...] = ()
    if cuff.age_s is not None and cuff.state is NibpState.IDLE:
        measured_at = at.plus(-float(cuff.age_s))
        figures = (int(text[10:13]), int(text[13:16]), int(text[16:19]))
        readings = tuple(
            _reading(vital, float(figure) if figure else None, source, at, measured_at)
            for vital, figure in zip(PRESSURES, figures, strict=True)
        )
    return Heard(answer.offset, readings=readings, nibp=cuff.state, messages=(said,) if said else ())


def _oximeter(answer: Answer, source: str, at: Instant) -> Heard | None:
    text = answer.text
    if len(text) < 10 or not text[4:8].isdigit() or text[3] not in OXIMETER_STATES:
        return None
    figure, signal, said = int(text[4:7]), int(text[7]), OXIMETER_STATES[text[3]]
    known = text[3] == "1" and figure > 0
    quality = Quality.QUESTIONABLE if signal <= POOR_SIGNAL else Quality.VALID
    reading = _reading(Vital.SPO2, float(figure) if known else None, source, at, at, quality)
    return Heard(answer.offset, readings=(reading,), messages=(said,) if said else ())


def _rate(answer: Answer, source: str, at: Instant) -> Heard | None:
    text = answer.text
    if len(text) < 7 or not text[4:7].lstrip("-").isdigit():
        return None
    figure, from_oximeter = int(text[4:7]), text[3] == "2"
    # The cuff's pulse is as old as the pressure; only the oximeter's is a rate of now.
    value = float(figure) if figure > 0 and from_oximeter else None
    return Heard(answer.offset, readings=(_reading(Vital.PR, value, source, at, at),))


def _temperature(answer: Answer, source: str, at: Instant) -> Heard | None:
    text = answer.text
    if len(text) < 16 or not text[6:15].isdigit() or text[3] not in TEMPERATURE_STATES:
        return None
    tenths_f, said = int(text[11:15]), TEMPERATURE_STATES[text[3]]
    value = round((tenths_f / 10 - 32) * 5 / 9, 2) if text[3] == "0" and tenths_f else None
    reading = _reading(Vital.TEMP, value, source, at, at)
    return Heard(answer.offset, readings=(reading,), messages=(f"temperature {said}",) if said else ())


def _reading(
    vital: Vital,
    value: float | None,
    source: str,
    at: Instant,
    measured_at: Instant,
    quality: Quality = Quality.VALID,
) -> VitalReading:
    told = Quality.UNAVAILABLE if value is None else quality
    return credible(VitalReading(vital, value, told, source, at, measured_at))
