"""How much alarming a session was, as lines for the physician who tends limits and delays."""

from __future__ import annotations

from dataclasses import dataclass

from console.session.alarm_load import BY_ITSELF_S, SOON_S, AlarmLoad
from console.ui.viewmodels.live_words import DASHES

MOST_CODES = 3


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A figure of the load; ``note`` is what it is made of."""

    label: str
    value: str
    note: str = ""


def load_lines(load: AlarmLoad) -> tuple[LoadLine, ...]:
    """Every figure; what cannot be worked out is dashes."""
    by_priority = (("high", load.high), ("medium", load.medium), ("low", load.low))
    made = ", ".join(f"{count} {name}" for name, count in by_priority if count)
    stops = load.overrides + load.heeded
    return (
        LoadLine("Alarms an hour", per_hour(load), made or "none"),
        LoadLine(
            f"Over by themselves in {BY_ITSELF_S:g} s", share(load.by_itself_share), of(load.by_itself, load)
        ),
        LoadLine(f"Acknowledged in {SOON_S:g} s", share(load.soon_share), of(load.soon, load)),
        LoadLine(
            "Stops passed with a reason",
            share(load.override_rate),
            f"{load.overrides} of {stops}" if stops else "",
        ),
        LoadLine("Pauses proposed", str(load.proposals), _proposals(load)),
        LoadLine("Sound paused, limits off", f"{load.audio_pauses}, {load.limits_off}"),
        LoadLine("Most often", "", ", ".join(f"{_named(code)} {n}×" for code, n in load.codes[:MOST_CODES])),
    )


def per_hour(load: AlarmLoad) -> str:
    """``3.2``, or dashes for a session without a length."""
    return DASHES if load.per_hour is None else f"{load.per_hour:.1f}"


def share(part: float | None) -> str:
    """``75 %``, or dashes when there is nothing to take a share of."""
    return DASHES if part is None else f"{part * 100:.0f} %"


def of(count: int, load: AlarmLoad) -> str:
    """``3 of 4``; empty without alarms."""
    return f"{count} of {load.alarms}" if load.alarms else ""


def _proposals(load: AlarmLoad) -> str:
    return f"{load.accepted} accepted, {load.cancelled} cancelled" if load.proposals else ""


def _named(code: str) -> str:
    return code.replace("_", " ")
