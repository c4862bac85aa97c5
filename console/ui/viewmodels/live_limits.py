"""The limits panel: each limit beside the value, the last ten minutes and what the limit would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from console.clinical.limits import VitalLimits, breach, limit_verdict, move_high, move_low
from console.clinical.vitals import VITALS, Vital
from console.clock import Instant
from console.room.wire import Live
from console.session.conditions import limits_of
from console.session.intents import SetLimits
from console.session.site import Site
from console.session.state import OPEN, Session, State
from console.ui.viewmodels.live_tone import Tone
from console.ui.viewmodels.live_vitals import TONES, newest_pressure
from console.ui.viewmodels.live_words import DASHES, clock_hm, shown_limit, shown_vital

RECENT_S = 600.0
"""How far back the recent range reaches (site default, needs the medical director's signature)."""

OFF_CHOICES_S = (120.0, 300.0, 600.0)
"""How long inner limits may be switched off; none is longer than ten minutes (site default)."""

OFF_REASONS = ("Probe or cuff being moved", "Patient moving", "Known for this patient", "Being treated now")
"""Why inner limits are switched off (site default)."""

ROWS = (
    Vital.SPO2, Vital.HR, Vital.PR, Vital.RR, Vital.ETCO2, Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN,
)  # fmt: skip

SCALES = {
    Vital.SPO2: (80.0, 100.0),
    Vital.HR: (30.0, 160.0),
    Vital.PR: (30.0, 160.0),
    Vital.RR: (0.0, 40.0),
    Vital.ETCO2: (10.0, 70.0),
    Vital.NIBP_SYS: (60.0, 220.0),
    Vital.NIBP_DIA: (30.0, 130.0),
    Vital.NIBP_MEAN: (40.0, 150.0),
}
"""What the bar of each vital sign spans; figures beyond it stand at its end."""

STEPS = {Vital.SPO2: 1.0, Vital.RR: 1.0, Vital.ETCO2: 1.0}
"""What one touch moves a limit by; the others move by five."""
STEP = 5.0

NIBP = frozenset({Vital.NIBP_SYS, Vital.NIBP_DIA, Vital.NIBP_MEAN})


class Side(StrEnum):
    """Which limit a key moves."""

    LOW = "low"
    HIGH = "high"


Draft = Mapping[Vital, VitalLimits]
Recent = Mapping[Vital, Sequence[float]]


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One vital sign.

    Attributes:
        vital: Which.
        label: Its name.
        unit: As printed.
        tone: Its colour.
        value: The figure now, or dashes.
        current: The same as a number, None while it is not known.
        recent: Lowest and highest of the last ten minutes, None when nothing was measured.
        limits: What the keys show: as drafted, or as in force.
        held: What is in force.
        verdict: What these limits would do, as a sentence.
        warns: The verdict is one to heed.
        preset: Low and high limit of the preset, told where the shown ones differ.
        off_until: Clock time until which the inner limits are off; empty while they are on.
        off_reason: Why they are off.
        span: What the bar spans.
    """

    vital: Vital
    label: str
    unit: str
    tone: Tone
    value: str
    current: float | None
    recent: tuple[float, float] | None
    limits: VitalLimits
    held: VitalLimits
    verdict: str
    warns: bool
    preset: str
    off_until: str
    off_reason: str
    span: tuple[float, float]

    def limit(self, side: Side) -> float | None:
        """The inner limit of one side as shown."""
        return self.limits.low if side is Side.LOW else self.limits.high

    def drafted(self, side: Side) -> bool:
        """Whether that limit was moved and is not set yet."""
        return self.limit(side) != (self.held.low if side is Side.LOW else self.held.high)

    @property
    def changed(self) -> bool:
        """Something of it was moved and is not set yet."""
        return any(self.drafted(side) for side in Side)

    @property
    def brief(self) -> str:
        """The verdict as short as a row: without the name that stands beside it, without the why."""
        return self.verdict.removeprefix(f"{self.label} ").partition(":")[0]


@dataclass(frozen=True, slots=True)
class LimitsView:
    """The whole panel.

    Attributes:
        rows: One a vital sign that has limits.
        preset: Name and version of the preset every patient starts with.
        changed: Something is drafted.
        differs: What is shown differs from the preset somewhere.
        open: There is a patient whose limits these are.
        heed: What the limits would do that they should not, drafted ones first.
    """

    rows: tuple[LimitRow, ...]
    preset: str
    changed: bool
    differs: bool
    open: bool
    heed: tuple[str, ...] = ()


def in_force(state: State, site: Site) -> dict[Vital, VitalLimits]:
    """Limits of this patient by vital sign, in the order of the panel."""
    found = ((vital, limits_of(state, site, vital)) for vital in ROWS)
    return {vital: limits for vital, limits in found if limits is not None}


def nudged(limits: VitalLimits, side: Side, steps: int) -> VitalLimits:
    """One limit moved by touches of its key, on round figures; it never reaches past an extreme limit."""
    at = limits.low if side is Side.LOW else limits.high
    if at is None:
        return limits
    step = STEPS.get(limits.vital, STEP)
    moved = (at // step + steps) * step if steps > 0 or at % step == 0 else at // step * step
    return move_low(limits, moved) if side is Side.LOW else move_high(limits, moved)


def changes(draft: Draft, state: State, site: Site) -> tuple[SetLimits, ...]:
    """What to ask for so that the draft is in force."""
    now = in_force(state, site)
    return tuple(
        SetLimits(vital, limits.low, limits.high)
        for vital, limits in draft.items()
        if vital in now and (limits.low, limits.high) != (now[vital].low, now[vital].high)
    )


def preset_draft(state: State, site: Site) -> dict[Vital, VitalLimits]:
    """The limits every patient starts with, as a draft of what differs."""
    return {
        vital: limits
        for vital, held in in_force(state, site).items()
        if (limits := site.preset.of(vital)) is not None and limits != held
    }


def recent_pressures(session: Session | None, now: Instant) -> dict[Vital, tuple[float, ...]]:
    """Cuff pressures of the last ten minutes, oldest first."""
    if session is None:
        return {}
    taken = [one for one in session.pressures if now.seconds_since(one.measured_at) <= RECENT_S]
    return {
        Vital.NIBP_SYS: tuple(one.systolic for one in taken),
        Vital.NIBP_DIA: tuple(one.diastolic for one in taken),
        Vital.NIBP_MEAN: tuple(one.mean for one in taken if one.mean is not None),
    }


def limits_view(
    state: State,
    live: Live | None,
    recent: Recent,
    draft: Draft,
    now: Instant,
    site: Site,
    zone: tzinfo | None = None,
) -> LimitsView:
    """The panel at ``now``: the draft where there is one, else what is in force."""
    held = in_force(state, site)
    rows = tuple(
        _row(vital, limits, draft.get(vital, limits), state, live, recent, now, site, zone)
        for vital, limits in held.items()
    )
    return LimitsView(
        rows=rows,
        preset=f"{site.preset.name} v{site.preset.version}",
        changed=any(row.changed for row in rows),
        differs=any(row.preset for row in rows),
        open=state.phase in OPEN,
        heed=tuple(
            row.verdict
            for row in sorted(rows, key=lambda one: not one.changed)
            if row.warns and not row.off_until
        ),
    )


def _row(
    vital: Vital,
    held: VitalLimits,
    shown: VitalLimits,
    state: State,
    live: Live | None,
    recent: Recent,
    now: Instant,
    site: Site,
    zone: tzinfo | None,
) -> LimitRow:
    kind = VITALS[vital]
    current = _current(vital, state, live)
    values = tuple(recent.get(vital, ()))
    known = values if current is None else (*values, current)
    verdict = limit_verdict(shown, known)
    preset = site.preset.of(vital)
    same = preset is None or (preset.low, preset.high) == (shown.low, shown.high)
    off = None if state.session is None else state.session.limits_off.get(vital)
    is_off = off is not None and off.until.mono_ns > now.mono_ns
    return LimitRow(
        vital=vital,
        label=kind.label,
        unit=kind.shown_unit,
        tone=TONES.get(vital, Tone.NIBP),
        value=shown_vital(vital, current),
        current=current,
        recent=(min(values), max(values)) if values else None,
        limits=shown,
        held=held,
        verdict=verdict or outlook(shown, known),
        warns=bool(verdict),
        preset="" if same or preset is None else range_text(preset.low, preset.high),
        off_until=clock_hm(off.until, zone) if off is not None and is_off else "",
        off_reason=off.reason if off is not None and is_off else "",
        span=SCALES[vital],
    )


def outlook(limits: VitalLimits, values: Sequence[float]) -> str:
    """What sound limits would have done in the last ten minutes."""
    if not values:
        return "no value yet"
    beyond = sum(1 for value in values if breach(limits, value) is not None)
    return "would have alarmed" if beyond else "quiet so far"


def range_text(low: float | None, high: float | None) -> str:
    """``50–120``; a side without a limit is told as at least or at most."""
    if low is not None and high is not None:
        return f"{low:g}–{high:g}"
    if low is not None:
        return f"from {low:g}"
    return DASHES if high is None else f"to {shown_limit(high)}"


def _current(vital: Vital, state: State, live: Live | None) -> float | None:
    if vital in NIBP:
        pressure = newest_pressure(state.session, live)
        if pressure is None:
            return None
        return {
            Vital.NIBP_SYS: pressure.systolic,
            Vital.NIBP_DIA: pressure.diastolic,
            Vital.NIBP_MEAN: pressure.mean,
        }[vital]
    reading = None if live is None else live.vitals.get(vital)
    return reading.value if reading is not None and reading.usable else None


def shares(row: LimitRow, figures: Iterable[float | None]) -> tuple[float | None, ...]:
    """Where figures stand on the bar, 0 at its left end and 1 at its right."""
    first, last = row.span
    return tuple(
        None if one is None else min(1.0, max(0.0, (one - first) / (last - first))) for one in figures
    )
