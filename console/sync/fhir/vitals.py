"""Numerics by the minute: a chart wants one figure a minute, the record and the archive hold every second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from console.clinical.vitals import VITALS, Vital, VitalKind
from console.clock import NS_PER_S
from console.session.events import NumericsSealed
from console.sync.fhir.codes import ABSENT, VITAL_SIGNS, statistic, vital_concept
from console.sync.fhir.scope import Scope
from console.sync.fhir.source import Resource
from console.sync.fhir.values import Body, instant, measured, quantity

MINUTE_NS: Final = 60 * NS_PER_S
CONTINUOUS: Final = tuple(
    vital for vital in Vital if vital not in {Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN}
)
"""Cuff pressures are measurements of their own."""


@dataclass(slots=True)
class _Minute:
    seq: int
    end_ns: int
    figures: list[tuple[int, float]] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    source: str = ""


def numerics_of(scope: Scope) -> Iterator[Resource]:
    """One observation a minute and vital sign: its last usable figure, and the lowest and highest.

    A minute without a usable figure says so. What was never connected in this session is not missed.
    """
    for vital in CONTINUOUS:
        minutes = _minutes(scope, vital)
        if any(one.figures for one in minutes.values()):
            for number, minute in sorted(minutes.items()):
                yield _observation(scope, vital, number, minute)


def _minutes(scope: Scope, vital: Vital) -> dict[int, _Minute]:
    begin = scope.entries[0].at.mono_ns
    found: dict[int, _Minute] = {}
    for entry in scope.entries:
        event = entry.event
        if not isinstance(event, NumericsSealed) or vital.value not in event.values:
            continue
        for second, value in enumerate(event.values[vital.value]):
            t_ns = event.start.mono_ns + second * NS_PER_S
            number = (t_ns - begin) // MINUTE_NS
            minute = found.setdefault(number, _Minute(entry.seq, t_ns))
            minute.end_ns = t_ns
            if entry.seq not in minute.seqs[-1:]:
                minute.seqs.append(entry.seq)
            if value is not None:
                minute.figures.append((t_ns, value))
                minute.source = event.sources.get(vital.value, "")
    return found


def _observation(scope: Scope, vital: Vital, number: int, minute: _Minute) -> Resource:
    kind = VITALS[vital]
    at_ns, last = minute.figures[-1] if minute.figures else (minute.end_ns, None)
    values = [value for _, value in minute.figures]
    spread = (("minimum", min(values)), ("maximum", max(values))) if len(set(values)) > 1 else ()
    body: Body = {
        "status": "final",
        "category": [VITAL_SIGNS],
        "code": vital_concept(vital, kind.label),
        "subject": scope.subject,
        "encounter": scope.encounter,
        "effectiveDateTime": instant(at_ns),
        "device": scope.device(minute.source),
        "valueQuantity": None if last is None else _shown(last, kind),
        "dataAbsentReason": ABSENT if last is None else None,
        "component": [
            {"code": statistic(code), "valueQuantity": _shown(value, kind)} for code, value in spread
        ],
    }
    part = f"vital/{vital.value}/{number}"
    return scope.made("Observation", minute.seq, part, body, minute.seqs[1:])


def _shown(value: float, kind: VitalKind) -> Body | None:
    return quantity(measured(value, kind.places), kind.unit, kind.shown_unit)
