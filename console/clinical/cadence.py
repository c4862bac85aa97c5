"""When which bedside check is due, and when it is overdue.

Cadence is a site default built on ASA 2018 moderate sedation (Anesthesiology 128:437: pressure and
level of consciousness about every 5 min) and on common clinic practice after the infusion.
Times are seconds since the phase began; something done before it has a negative time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from console.clinical.finding import Severity


class CadencePhase(StrEnum):
    """Parts of a session with a cadence of their own; a pause belongs to the infusion."""

    BASELINE = "baseline"
    INFUSION = "infusion"
    OBSERVATION = "observation"
    DISCHARGE = "discharge"


class Check(StrEnum):
    """What falls due; the values equal the scale ids where it is a scale."""

    NIBP = "nibp"
    MOAAS = "moaas"
    DISSOCIATION = "dissociation"
    ALDRETE = "aldrete"


MIN = 60.0
EARLY_INFUSION_S = 15 * MIN
BASELINE_SPACING_S = 5 * MIN
DISCHARGE_SET_VALID_S = 15 * MIN
"""The last set of vital signs before discharge is not older."""
ADVISORY_AFTER_S = 2 * MIN
MEDIUM_AFTER_S = 2 * MIN
"""A check that is overdue by more than this: an advisory, and a medium alarm while the drug runs (site
default, needs the medical director's signature)."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """Intervals in seconds; site defaults within the ranges the source allows.

    Attributes:
        nibp_early_s: First 15 min of the infusion.
        nibp_late_s: Rest of the infusion (5 min, option 10).
        nibp_observation_s: After the infusion (10 to 15 min).
        moaas_early_s: First 15 min of the infusion.
        moaas_late_s: Rest of the infusion (5 to 10 min).
        moaas_observation_s: After the infusion (10 to 15 min).
        dissociation_infusion_s: Once in the infusion, at about 40 min or at its end.
        dissociation_observation_s: After the infusion, until resolved.
        aldrete_s: After the infusion.
    """

    nibp_early_s: float = 5 * MIN
    nibp_late_s: float = 5 * MIN
    nibp_observation_s: float = 15 * MIN
    moaas_early_s: float = 5 * MIN
    moaas_late_s: float = 10 * MIN
    moaas_observation_s: float = 15 * MIN
    dissociation_infusion_s: float = 40 * MIN
    dissociation_observation_s: float = 15 * MIN
    aldrete_s: float = 15 * MIN


SITE_CADENCE = Cadence()


@dataclass(frozen=True, slots=True)
class Due:
    """A check and the second of the phase at which it falls due."""

    check: Check
    at_s: float


def due(
    phase: CadencePhase,
    since_phase_start_s: float,
    last_done_s: Mapping[Check, float],
    *,
    dissociation_resolved: bool = False,
    cadence: Cadence = SITE_CADENCE,
) -> tuple[Due, ...]:
    """The next due time of every check of a phase, earliest first.

    Args:
        phase: Where the session is.
        since_phase_start_s: Seconds since it began; a check stamped later counts as done now.
        last_done_s: When each check was last done, on the same clock (negative = before the phase).
        dissociation_resolved: The last score was 0, so that no more are asked for.
        cadence: Intervals in force.
    """
    found = []
    for check in Check:
        last = last_done_s.get(check)
        if last is not None and last > since_phase_start_s:
            last = since_phase_start_s
        at_s = _next(phase, check, last, dissociation_resolved, cadence)
        if at_s is not None:
            found.append(Due(check, at_s))
    return tuple(sorted(found, key=lambda item: item.at_s))


def _next(
    phase: CadencePhase, check: Check, last: float | None, resolved: bool, cadence: Cadence
) -> float | None:
    match phase:
        case CadencePhase.BASELINE:
            return _baseline(check, last)
        case CadencePhase.INFUSION:
            return _infusion(check, last, cadence)
        case CadencePhase.OBSERVATION:
            return _observation(check, last, resolved, cadence)
        case CadencePhase.DISCHARGE:
            if check is Check.DISSOCIATION and resolved:
                return None
            return None if last is not None and last >= -DISCHARGE_SET_VALID_S else 0.0


def _baseline(check: Check, last: float | None) -> float | None:
    if check is Check.NIBP:
        return 0.0 if last is None else last + BASELINE_SPACING_S
    return 0.0 if check is Check.MOAAS and last is None else None


def _infusion(check: Check, last: float | None, cadence: Cadence) -> float | None:
    match check:
        case Check.NIBP:
            return _every(last, cadence.nibp_early_s, cadence.nibp_late_s)
        case Check.MOAAS:
            return _every(last, cadence.moaas_early_s, cadence.moaas_late_s)
        case Check.DISSOCIATION:
            return cadence.dissociation_infusion_s if last is None or last < 0 else None
        case Check.ALDRETE:
            return None


def _every(last: float | None, early_s: float, late_s: float) -> float:
    if last is None:
        return early_s
    interval = early_s if last < EARLY_INFUSION_S else late_s
    return max(last + interval, 0.0)


def _observation(check: Check, last: float | None, resolved: bool, cadence: Cadence) -> float | None:
    if check is Check.DISSOCIATION and resolved:
        return None
    interval = {
        Check.NIBP: cadence.nibp_observation_s,
        Check.MOAAS: cadence.moaas_observation_s,
        Check.DISSOCIATION: cadence.dissociation_observation_s,
        Check.ALDRETE: cadence.aldrete_s,
    }[check]
    # The infusion may have ended long after the last check: then it is due at once, not in the past.
    return interval if last is None else max(last + interval, 0.0)


def overdue(phase: CadencePhase, due_s: float, now_s: float) -> Severity | None:
    """How overdue a check is; None when it is not.

    Once more than 2 min late: WARNING (a medium alarm) during the infusion, else INFO (an advisory).
    """
    late_s = now_s - due_s
    if phase is CadencePhase.INFUSION and late_s > MEDIUM_AFTER_S:
        return Severity.WARNING
    return Severity.INFO if late_s > ADVISORY_AFTER_S else None
