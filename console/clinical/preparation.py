"""Vial strengths and how to dilute them. The strength is a forced choice without a default (HUM-12).

950 mg were given instead of 95 mg because of a 100 instead of a 10 mg/mL vial (AHRQ PSNet 2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from console.units import Concentration, Dose, Volume, dose_in, plain, round_down


class Vial(Enum):
    """Ketamine vials; strengths are ketamine base (Ketalar prescribing information)."""

    V10 = (Decimal(10), Decimal(20))
    V50 = (Decimal(50), Decimal(10))
    V100 = (Decimal(100), Decimal(5))

    @property
    def strength(self) -> Concentration:
        """Milligrams of base per millilitre."""
        return Concentration(self.value[0])

    @property
    def volume(self) -> Volume:
        """Fill of one vial."""
        return Volume(self.value[1])

    @property
    def content(self) -> Dose:
        """Drug in one vial."""
        return dose_in(self.volume, self.strength)

    def __str__(self) -> str:
        return f"{self.strength}, {self.volume} ({self.content})"


SCAN_FROM_MG_ML = Decimal(50)
"""From this strength on a label scan or a second person is asked for even when all agree."""


@dataclass(frozen=True, slots=True)
class Dilution:
    """How to make a syringe.

    Attributes:
        vial: What is drawn from.
        drug: Volume to draw from the vial.
        diluent: Volume of diluent (sodium chloride 0.9 % or glucose 5 %).
        total: Both together.
        concentration: What comes out.
        vials: Vials to open.
    """

    vial: Vial
    drug: Volume
    diluent: Volume
    total: Volume
    concentration: Concentration
    vials: int


class PreparationError(ValueError):
    """The syringe cannot be made that way; the message says what to do."""


def dilute(vial: Vial, target: Concentration, total: Volume) -> Dilution:
    """How to fill ``total`` at ``target`` from ``vial``; volumes exact to 0.01 mL.

    Raises:
        PreparationError: when the vial is too weak, or 100 mg/mL would be diluted less than 1:1, or the
            volume to draw cannot be measured to 0.01 mL.
    """
    if target.mg_ml <= 0 or total.ml <= 0:
        raise PreparationError("Concentration and volume must be above zero. Enter them again.")
    if target > vial.strength:
        raise PreparationError(f"A {vial.strength} vial cannot give {target}. Choose a stronger vial.")
    if vial is Vial.V100 and target.mg_ml * 2 > vial.strength.mg_ml:
        raise PreparationError(
            "100 mg/mL is diluted at least 1:1 before intravenous use (Ketalar prescribing information). "
            "Choose 50 mg/mL or less."
        )
    drug = dose_in(total, target) / vial.strength
    if round_down(drug.ml, 2) != drug.ml:
        raise PreparationError(
            f"{plain(round_down(drug.ml, 3))} mL cannot be drawn exactly. Choose another total volume."
        )
    vials = math.ceil(drug.ml / vial.volume.ml)
    return Dilution(vial, drug, total - drug, total, target, vials)


def check_vial(declared: Vial, read: Vial | None) -> str:
    """Compare the declared vial with what a scan or a second person read; empty when it may be used.

    Args:
        declared: What the preparer chose.
        read: What the label scan or the second person says; None = nobody read it.
    """
    if read is None:
        if declared.strength.mg_ml >= SCAN_FROM_MG_ML:
            return f"Scan the {declared.strength} vial or let a second person read it before drawing it up."
        return "Scan the vial or let a second person read its strength before drawing it up."
    if read is not declared:
        return (
            "The vial does not have the strength that was chosen. Stop, take the vial again and choose again."
        )
    return ""
