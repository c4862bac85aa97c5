"""Colour roles, so that a view says what something is and the theme says how that looks."""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    """What a colour stands for."""

    TEXT = "text"
    MUTED = "muted"
    FAINT = "faint"
    HR = "hr"
    SPO2 = "spo2"
    CO2 = "co2"
    NIBP = "nibp"
    TEMP = "temp"
    DRUG = "drug"
    EFFECT = "effect"
    GOOD = "good"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
