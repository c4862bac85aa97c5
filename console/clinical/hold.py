"""When not to start, when to advise, when to tell the prescriber and when to suggest a pause.

The console suggests and records; a person acts, and nothing ever resumes by itself. Cut-offs are site
defaults that need the medical director's signature, anchored on: above 140/90 consider delay (SPRAVATO
prescribing information); 165/100 treatment-emergent hypertension (Rodrigues 2022); above 180/100 or HR
above 110 as the excursion to report (Murrough 2013 Am J Psychiatry 170:1134, Wan 2015 J Clin
Psychiatry 76:247).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from console.clinical.vitals import VITALS, Vital


class HoldLevel(StrEnum):
    """What a rule asks for."""

    PRESCRIBER = "prescriber"
    """Before the start: the prescriber decides."""
    DO_NOT_START = "do_not_start"
    """Before the start: no, unless overridden with a reason."""
    ADVISORY = "advisory"
    NOTIFY = "notify"
    """Tell the prescriber."""
    SUGGEST_PAUSE = "suggest_pause"


class Sign(StrEnum):
    """Signs that are no monitor numeric."""

    APNOEA_S = "apnoea_s"
    """Seconds since the last breath."""
    MOAAS = "moaas"
    CADSS6 = "cadss6"
    DISTRESS = "distress"
    RASS = "rass"


class Comparison(StrEnum):
    """How a value meets a cut-off."""

    AT_LEAST = ">="
    ABOVE = ">"
    AT_MOST = "<="
    BELOW = "<"

    def holds(self, value: float, cut_off: float) -> bool:
        """Whether ``value`` meets ``cut_off``."""
        match self:
            case Comparison.AT_LEAST:
                return value >= cut_off
            case Comparison.ABOVE:
                return value > cut_off
            case Comparison.AT_MOST:
                return value <= cut_off
            case Comparison.BELOW:
                return value < cut_off


@dataclass(frozen=True, slots=True)
class HoldRule:
    """One cut-off.

    Attributes:
        sign: What is judged.
        level: What it asks for.
        comparison: How the value meets the cut-off.
        cut_off: The figure, in the unit of the sign; with ``of_baseline`` a multiple of the baseline.
        for_s: Seconds it must last.
        repeat_within_s: It counts once repeated within this time; 0 = at once.
        of_baseline: The cut-off is a multiple of the baseline value.
    """

    sign: Vital | Sign
    level: HoldLevel
    comparison: Comparison
    cut_off: float
    for_s: float = 0.0
    repeat_within_s: float = 0.0
    of_baseline: bool = False

    @property
    def rule(self) -> str:
        """Stable identifier (``"nibp_sys-notify->=165"``)."""
        times = "xbaseline" if self.of_baseline else ""
        return f"{self.sign.value}-{self.level.value}-{self.comparison.value}{self.cut_off:g}{times}"


_UP, _OVER, _DOWN, _UNDER = (
    Comparison.AT_LEAST,
    Comparison.ABOVE,
    Comparison.AT_MOST,
    Comparison.BELOW,
)
_SYS, _DIA = Vital.NIBP_SYS, Vital.NIBP_DIA


def _heart(sign: Vital) -> tuple[HoldRule, ...]:
    return (
        HoldRule(sign, HoldLevel.DO_NOT_START, _OVER, 110),
        HoldRule(sign, HoldLevel.DO_NOT_START, _UNDER, 50),
        HoldRule(sign, HoldLevel.ADVISORY, _OVER, 110),
        HoldRule(sign, HoldLevel.ADVISORY, _UNDER, 50),
        HoldRule(sign, HoldLevel.NOTIFY, _OVER, 120),
        HoldRule(sign, HoldLevel.NOTIFY, _UNDER, 45),
        HoldRule(sign, HoldLevel.SUGGEST_PAUSE, _OVER, 140),
        HoldRule(sign, HoldLevel.SUGGEST_PAUSE, _UNDER, 40),
    )


REPEAT_WITHIN_S = 120.0

HOLD_RULES: tuple[HoldRule, ...] = (
    HoldRule(_SYS, HoldLevel.PRESCRIBER, _UP, 140),
    HoldRule(_DIA, HoldLevel.PRESCRIBER, _UP, 90),
    HoldRule(_SYS, HoldLevel.DO_NOT_START, _UP, 160),
    HoldRule(_DIA, HoldLevel.DO_NOT_START, _UP, 100),
    HoldRule(_SYS, HoldLevel.DO_NOT_START, _UNDER, 90),
    HoldRule(_SYS, HoldLevel.ADVISORY, _UP, 150),
    HoldRule(_DIA, HoldLevel.ADVISORY, _UP, 95),
    HoldRule(_SYS, HoldLevel.ADVISORY, _UP, 1.25, of_baseline=True),
    HoldRule(_DIA, HoldLevel.ADVISORY, _UP, 1.25, of_baseline=True),
    HoldRule(_SYS, HoldLevel.ADVISORY, _UNDER, 100),
    HoldRule(_SYS, HoldLevel.NOTIFY, _UP, 165),
    HoldRule(_DIA, HoldLevel.NOTIFY, _UP, 100),
    HoldRule(_SYS, HoldLevel.NOTIFY, _UNDER, 90),
    HoldRule(_SYS, HoldLevel.SUGGEST_PAUSE, _UP, 180, repeat_within_s=REPEAT_WITHIN_S),
    HoldRule(_DIA, HoldLevel.SUGGEST_PAUSE, _UP, 110, repeat_within_s=REPEAT_WITHIN_S),
    HoldRule(_SYS, HoldLevel.SUGGEST_PAUSE, _UP, 200),
    HoldRule(_DIA, HoldLevel.SUGGEST_PAUSE, _UP, 120),
    HoldRule(_SYS, HoldLevel.SUGGEST_PAUSE, _UNDER, 80),
    *_heart(Vital.HR),
    *_heart(Vital.PR),
    HoldRule(Vital.SPO2, HoldLevel.DO_NOT_START, _UNDER, 94),
    HoldRule(Vital.SPO2, HoldLevel.ADVISORY, _UNDER, 94),
    HoldRule(Vital.SPO2, HoldLevel.NOTIFY, _UNDER, 92, for_s=15),
    HoldRule(Vital.SPO2, HoldLevel.SUGGEST_PAUSE, _UNDER, 90, for_s=15),
    HoldRule(Vital.RR, HoldLevel.DO_NOT_START, _UNDER, 10),
    HoldRule(Vital.RR, HoldLevel.DO_NOT_START, _OVER, 24),
    HoldRule(Vital.RR, HoldLevel.ADVISORY, _UNDER, 10),
    HoldRule(Vital.RR, HoldLevel.ADVISORY, _OVER, 28),
    HoldRule(Vital.RR, HoldLevel.NOTIFY, _UNDER, 9),
    HoldRule(Vital.RR, HoldLevel.SUGGEST_PAUSE, _UNDER, 8),
    HoldRule(Sign.APNOEA_S, HoldLevel.SUGGEST_PAUSE, _UP, 20),
    HoldRule(Vital.ETCO2, HoldLevel.ADVISORY, _OVER, 50),
    HoldRule(Vital.ETCO2, HoldLevel.ADVISORY, _UNDER, 25),
    HoldRule(Vital.ETCO2, HoldLevel.NOTIFY, _OVER, 55),
    HoldRule(Vital.ETCO2, HoldLevel.SUGGEST_PAUSE, _OVER, 60),
    HoldRule(Sign.MOAAS, HoldLevel.DO_NOT_START, _UNDER, 5),
    HoldRule(Sign.MOAAS, HoldLevel.ADVISORY, _DOWN, 3),
    HoldRule(Sign.MOAAS, HoldLevel.NOTIFY, _DOWN, 2),
    HoldRule(Sign.MOAAS, HoldLevel.SUGGEST_PAUSE, _DOWN, 1),
    HoldRule(Sign.CADSS6, HoldLevel.ADVISORY, _UP, 12),
    HoldRule(Sign.CADSS6, HoldLevel.NOTIFY, _UP, 16),
    HoldRule(Sign.DISTRESS, HoldLevel.NOTIFY, _UP, 7),
    HoldRule(Sign.RASS, HoldLevel.SUGGEST_PAUSE, _UP, 3),
)

LEVELS_BEFORE = frozenset({HoldLevel.PRESCRIBER, HoldLevel.DO_NOT_START})
LEVELS_DURING = frozenset({HoldLevel.ADVISORY, HoldLevel.NOTIFY, HoldLevel.SUGGEST_PAUSE})


def met(sign: Vital | Sign, value: float, baseline: float | None = None) -> tuple[HoldRule, ...]:
    """The rules a single value meets. How long it lasts, and repeats, are for the caller to time."""
    found = []
    for rule in HOLD_RULES:
        if rule.sign is not sign or (rule.of_baseline and baseline is None):
            continue
        cut_off = rule.cut_off * baseline if rule.of_baseline and baseline is not None else rule.cut_off
        if rule.comparison.holds(value, cut_off):
            found.append(rule)
    return tuple(found)


_LABELS = {
    Sign.APNOEA_S: ("Time since the last breath", "s"),
    Sign.MOAAS: ("MOAA/S", ""),
    Sign.CADSS6: ("CADSS-6", ""),
    Sign.DISTRESS: ("Distress", "of 10"),
    Sign.RASS: ("RASS", ""),
}

_ADVICE = {
    HoldLevel.PRESCRIBER: "Ask the prescriber before the start.",
    HoldLevel.DO_NOT_START: "Do not start; only the prescriber can override, with a reason.",
    HoldLevel.ADVISORY: "Watch closely.",
    HoldLevel.NOTIFY: "Tell the prescriber.",
    HoldLevel.SUGGEST_PAUSE: "Consider PAUSE and look at the patient.",
}


def sentence(rule: HoldRule, value: float) -> str:
    """What a rule says of a value, for the nurse."""
    if isinstance(rule.sign, Vital):
        label, unit = VITALS[rule.sign].label, VITALS[rule.sign].shown_unit
    else:
        label, unit = _LABELS[rule.sign]
    spaced = f" {unit}" if unit else ""
    cut_off = f"{rule.cut_off:g} times the baseline" if rule.of_baseline else f"{rule.cut_off:g}{spaced}"
    repeat = " Repeat the reading within 2 min." if rule.repeat_within_s else ""
    return f"{label} {value:g}{spaced} ({rule.comparison.value} {cut_off}). {_ADVICE[rule.level]}{repeat}"
