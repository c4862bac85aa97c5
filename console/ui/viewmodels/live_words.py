"""How times, figures and reasons are worded on the bedside screen."""

from __future__ import annotations

from datetime import datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from console.clinical.vitals import VITALS, Quality, Vital
from console.clock import Instant
from console.units import plain

DASHES = "--"
"""Shown for what is not known: never the last value, never zero."""

REASONS = {
    Quality.VALID: "",
    Quality.QUESTIONABLE: "questionable",
    Quality.UNAVAILABLE: "no signal",
    Quality.INVALID: "not valid",
    Quality.UNDER_RANGE: "below range",
    Quality.OVER_RANGE: "above range",
    Quality.CALIBRATING: "calibrating",
    Quality.TEST: "test",
    Quality.STALE: "not updating",
    Quality.FROZEN: "frozen",
}


def minutes_seconds(seconds: float) -> str:
    """``4:07``; from one hour on ``1:04:07``. Negative spans count as zero."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    if hours:
        return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
    return f"{rest // 60}:{rest % 60:02d}"


def countdown(seconds: float) -> str:
    """Time left, rounded up so that it reads 0:00 only when nothing is left."""
    return minutes_seconds(-int(-max(0.0, seconds) // 1))


def local(at: Instant, zone: tzinfo | None = None) -> datetime:
    """Wall time of an instant in the clinic's zone (the machine's own when None)."""
    return at.wall_utc.astimezone(zone)


def clock_hm(at: Instant, zone: tzinfo | None = None) -> str:
    """``10:42``."""
    return f"{local(at, zone):%H:%M}"


def clock_hms(at: Instant, zone: tzinfo | None = None) -> str:
    """``10:42:07``."""
    return f"{local(at, zone):%H:%M:%S}"


def ago(seconds: float) -> str:
    """Age of a measurement: ``just now``, ``2 min ago``, ``1 h 05 ago``."""
    minutes = int(max(0.0, seconds) // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h {minutes % 60:02d} ago"


def fixed(value: Decimal, places: int) -> str:
    """A figure with a fixed number of decimals, for screens where digits must not jump."""
    return str(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def shown_rate(ml_h: Decimal) -> str:
    """A pump rate with the digits it has, at least one decimal."""
    text = plain(ml_h)
    return text if "." in text else f"{text}.0"


def shown_vital(vital: Vital, value: float | None) -> str:
    """A vital sign with its decimals, or dashes."""
    return DASHES if value is None else f"{value:.{VITALS[vital].places}f}"


def shown_limit(value: float | None) -> str:
    """An alarm limit; an absent one is told as ``off``."""
    return "off" if value is None else f"{value:g}"
