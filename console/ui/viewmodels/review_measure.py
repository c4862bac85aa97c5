"""What changed between two moments of a session, as figures; what is not known is dashes."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np

from console.clinical.vitals import Vital
from console.clock import NS_PER_S
from console.session.events import Priority
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_words import DASHES
from console.ui.viewmodels.review_axis import hms, span_text
from console.ui.viewmodels.review_shapes import Pressure, Timeline
from console.ui.viewmodels.review_values import ValueLine

PULSE_SHARE = 3.0
"""A mean the cuff did not tell is diastolic plus a third of the pulse pressure (usual estimate)."""


def ordered(a_s: float, b_s: float) -> tuple[float, float]:
    """The earlier one first."""
    return (a_s, b_s) if a_s <= b_s else (b_s, a_s)


def measured_title(line: Timeline, a_s: float, b_s: float, zone: tzinfo | None = None) -> str:
    """``08:56:00 → 09:10:00 · 14:00 min``."""
    first, last = ordered(a_s, b_s)
    return (
        f"{hms(line.ns_of(first), zone)} → {hms(line.ns_of(last), zone)} · {span_text(round(last - first))}"
    )


def measured(line: Timeline, a_s: float, b_s: float, model: int = 0) -> tuple[ValueLine, ...]:
    """Dose given, and the change of every vital sign, from the earlier moment to the later."""
    first, last = ordered(a_s, b_s)
    return (
        _given(line, first, last),
        _map_change(line, first, last),
        _systolic_change(line, first, last),
        _change(line, first, last, "ΔHeart rate", Vital.HR, Tone.HR, "/min"),
        _change(line, first, last, "ΔSpO₂", Vital.SPO2, Tone.SPO2, "%"),
        _change(line, first, last, "ΔRR", Vital.RR, Tone.CO2, "/min"),
        _change(line, first, last, "ΔEtCO₂", Vital.ETCO2, Tone.CO2, "mmHg"),
        _level_change(line, first, last, model),
        _alarms(line, first, last),
    )


def dose_between(line: Timeline, first_s: float, last_s: float) -> float | None:
    """Milligrams by the pump's counter between two seconds; None when the counter is not known."""
    session = line.state.session
    order = None if session is None else session.order
    until = line.given.at(line.ns_of(last_s))
    if order is None or until is None:
        return None
    since = line.given.at(line.ns_of(first_s)) or 0.0
    return (until - since) * float(order.inputs.concentration_mg_ml)


def mean_of(pressure: Pressure) -> float:
    """The mean the cuff told, or the usual estimate from the other two."""
    if pressure.mean is not None:
        return pressure.mean
    return pressure.diastolic + (pressure.systolic - pressure.diastolic) / PULSE_SHARE


def pressure_at(line: Timeline, second: float) -> Pressure | None:
    """The last cuff reading by then."""
    before = [one for one in line.pressures if one.t_ns <= line.ns_of(second)]
    return before[-1] if before else None


def _given(line: Timeline, first: float, last: float) -> ValueLine:
    mg = dose_between(line, first, last)
    if mg is None:
        return ValueLine("Given between", DASHES, Tone.FAINT)
    return ValueLine("Given between", f"{mg:.1f} mg", Tone.DRUG, "by the counter")


def _two(line: Timeline, first: float, last: float) -> tuple[Pressure, Pressure] | None:
    since, until = pressure_at(line, first), pressure_at(line, last)
    return None if since is None or until is None else (since, until)


def _map_change(line: Timeline, first: float, last: float) -> ValueLine:
    found = _two(line, first, last)
    if found is None:
        return ValueLine("ΔMAP", DASHES, Tone.FAINT)
    since, until = map(mean_of, found)
    return ValueLine("ΔMAP", f"{until - since:+.0f} mmHg", Tone.TEXT, f"{since:.0f} → {until:.0f}")


def _systolic_change(line: Timeline, first: float, last: float) -> ValueLine:
    found = _two(line, first, last)
    if found is None:
        return ValueLine("ΔSystolic", DASHES, Tone.FAINT)
    since, until = (one.systolic for one in found)
    return ValueLine("ΔSystolic", f"{until - since:+.0f} mmHg", Tone.TEXT, f"{since:.0f} → {until:.0f}")


def _change(
    line: Timeline, first: float, last: float, label: str, vital: Vital, tone: Tone, unit: str
) -> ValueLine:
    trend = line.trends.get(vital)
    since, until = (None, None) if trend is None else (trend.at(first), trend.at(last))
    if trend is None or since is None or until is None:
        return ValueLine(label, DASHES, Tone.FAINT)
    between = trend.values[int(first) : int(last) + 1]
    note = f"{np.nanmin(between):.0f} to {np.nanmax(between):.0f}"
    return ValueLine(label, f"{until - since:+.0f} {unit}", tone, note)


def _level_change(line: Timeline, first: float, last: float, model: int) -> ValueLine:
    if not line.predictions:
        return ValueLine("ΔPredicted", DASHES, Tone.FAINT)
    curve = line.predictions[min(model, len(line.predictions) - 1)]
    until = curve.at(last)
    if until is None:
        return ValueLine("ΔPredicted", DASHES, Tone.FAINT)
    since = curve.at(first) or (0.0, 0.0)
    return ValueLine("ΔPredicted", f"{until[0] - since[0]:+.0f} ng/mL", Tone.DRUG, "plasma, model")


def _alarms(line: Timeline, first: float, last: float) -> ValueLine:
    since, until = line.ns_of(first), line.ns_of(last)
    begun = [bar for bar in line.alarms if since <= bar.start_ns <= until]
    grave = sum(bar.priority is not Priority.LOW for bar in begun)
    stood = sum(min(bar.end_ns or line.end_ns, until) - bar.start_ns for bar in begun) / NS_PER_S
    note = f"stood {span_text(stood)}" if begun else ""
    return ValueLine("Alarms begun", f"{len(begun)}, {grave} !! or !!!", Tone.TEXT, note)
