"""Changing rate, direction, volume and syringe of a virtual NE-1000, over the line or at its panel.

What is allowed while pumping differs per setting: New Era NE-1000 Series Multi-Phaser User Manual
#1200-01, command reference. Open choice: a paused pump takes every setting, a running one almost none.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from console.devices.virtual.ne1000_memory import (
    DIAMETER_LIMITS_MM,
    ML_H_PER_RATE_UNIT,
    RATE_FUNCTIONS,
    CommandError,
    Phase,
    fits_four_digits,
)
from console.devices.virtual.ne1000_model import Ne1000Model
from console.devices.virtual.ne1000_program import Motion


def rate_phase(model: Ne1000Model) -> Phase:
    """The edited phase, which must be one that pumps.

    Open choice: rate, volume and direction of any other phase can be neither set nor asked for.

    Raises:
        CommandError: ``?NA`` for a phase that does not pump.
    """
    phase = model.edited
    if phase.function not in RATE_FUNCTIONS:
        raise CommandError("?NA")
    return phase


def shown_rate(model: Ne1000Model) -> Decimal:
    """The rate in the edited phase's unit: as it runs while pumping, as stored otherwise."""
    phase = rate_phase(model)
    if model.program.motion is Motion.PUMPING:
        return model.drive.rate_ml_h / ML_H_PER_RATE_UNIT[phase.rate_unit]
    return phase.rate


def change_rate(model: Ne1000Model, rate: Decimal, unit: str | None) -> None:
    """Set the rate of the edited phase; while pumping it takes effect at once and is not stored.

    Raises:
        CommandError: ``?NA`` for a phase without a rate, while purging, or for another unit while
            pumping; ``?OOR`` outside what the syringe allows.
    """
    phase = rate_phase(model)
    unit = phase.rate_unit if unit is None else unit
    if model.program.motion is Motion.PURGING or (model.operating and unit != phase.rate_unit):
        raise CommandError("?NA")
    rate_ml_h = rate * ML_H_PER_RATE_UNIT[unit]
    is_step = phase.function in ("INC", "DEC")
    if (model.operating or not is_step) and not model.program.rate_possible(model.ram, rate_ml_h):
        raise CommandError("?OOR")
    if not model.operating:
        model.store_phase(lambda stored: replace(stored, rate=rate, rate_unit=unit))
        return
    model.drive.rate_ml_h = rate_ml_h
    if not is_step:
        model.change_running_phase(replace(phase, rate=rate))


def change_direction(model: Ne1000Model, direction: str) -> None:
    """Set ``INF``, ``WDR`` or ``STK`` (as before) of the edited phase, or ``REV`` (the other way).

    Raises:
        CommandError: ``?NA`` for a phase without a rate, or while pumping a set volume.
    """
    phase = rate_phase(model)
    finite = phase.volume != 0 or phase.function == "FIL" or model.program.motion is Motion.PURGING
    if model.operating and finite:
        raise CommandError("?NA")
    if direction == "REV":
        turning = model.operating or phase.direction == "STK"
        infusing = model.drive.infusing if turning else phase.direction == "INF"
        direction = "WDR" if infusing else "INF"
    if not model.operating:
        model.store_phase(lambda stored: replace(stored, direction=direction))
    elif direction != "STK":
        model.change_running_phase(replace(phase, direction=direction))
        model.drive.infusing = direction == "INF"


def change_volume(model: Ne1000Model, volume: Decimal) -> None:
    """Set the volume of the edited phase in the pump's unit; 0 pumps without an end.

    Raises:
        CommandError: ``?NA`` for a phase without a rate or while operating.
    """
    rate_phase(model)
    if model.operating:
        raise CommandError("?NA")
    model.store_phase(lambda stored: replace(stored, volume=volume))


def change_diameter(model: Ne1000Model, diameter_mm: Decimal) -> None:
    """Another syringe: clears both counters and re-applies the default volume unit.

    Raises:
        CommandError: ``?NA`` while operating, ``?OOR`` outside the pump's limits.
    """
    if model.operating:
        raise CommandError("?NA")
    smallest, largest = DIAMETER_LIMITS_MM
    if not smallest <= diameter_mm <= largest:
        raise CommandError("?OOR")
    model.store(lambda memory: memory.with_diameter(diameter_mm))
    model.drive.clear_counters()


def panel_rate(model: Ne1000Model, rate_ml_h: Decimal) -> None:
    """Somebody turns the rate at the front panel to what the display can show of ``rate_ml_h``.

    Raises:
        CommandError: the pump does not take it.
    """
    per_unit = ML_H_PER_RATE_UNIT[rate_phase(model).rate_unit]
    change_rate(model, fits_four_digits(rate_ml_h / per_unit), None)
