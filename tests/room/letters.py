"""Small makers for the room's tests."""

from __future__ import annotations

from console.clinical.vitals import Quality, Vital, VitalReading, Wave, WaveBlock
from console.clock import Instant
from console.storage.rows import EventDraft, NumericRow


def draft(name: str) -> EventDraft:
    return EventDraft(name, "signed_out", 1, b"{}", Instant(0, 0), "{}")


def numeric(at: Instant) -> NumericRow:
    return NumericRow("s-1", at, Vital.HR, 70.0, Quality.VALID, "s5")


def reading(at: Instant, value: float | None = 70.0, vital: Vital = Vital.HR) -> VitalReading:
    quality = Quality.VALID if value is not None else Quality.UNAVAILABLE
    return VitalReading(vital, value, quality, "s5", at, at)


def block(at: Instant, seconds: float = 1.0, wave: Wave = Wave.CO2, gap: bool = False) -> WaveBlock:
    samples = round(25 * seconds)
    return WaveBlock(wave, "s5", at, 25.0, b"\1\0" * samples, 0.1, 0.0, "mm[Hg]", gap)
