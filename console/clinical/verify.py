"""The second person's blind re-entry: agreement or the names of the fields, never a value."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CheckedFields:
    """What both people enter; None = not entered, which never agrees.

    Attributes:
        mrn: Record number read from the wristband.
        birth_date: As the patient told it.
        weight_kg: Dosing weight.
        amount: mg/kg, or mg/kg/h where the protocol is dosed by rate.
        minutes: Planned duration.
        concentration_mg_ml: Read from the syringe's label.
        syringe: Brand and size read from the barrel.
        vial_mg_ml: Strength read from the vial.
    """

    mrn: str | None = None
    birth_date: str | None = None
    weight_kg: Decimal | None = None
    amount: Decimal | None = None
    minutes: Decimal | None = None
    concentration_mg_ml: Decimal | None = None
    syringe: str | None = None
    vial_mg_ml: Decimal | None = None


LABELS = {
    "mrn": "record number",
    "birth_date": "date of birth",
    "weight_kg": "weight",
    "amount": "dose",
    "minutes": "duration",
    "concentration_mg_ml": "concentration",
    "syringe": "syringe",
    "vial_mg_ml": "vial strength",
}


def compare(order: CheckedFields, reentry: CheckedFields) -> tuple[str, ...]:
    """The fields that disagree, by label; empty when all agree.

    What the order leaves out (None) is not asked of the second person. Neither value is told: the
    second person must read the source, not repeat the first.
    """
    return tuple(
        LABELS[field.name]
        for field in fields(CheckedFields)
        if getattr(order, field.name) is not None
        and getattr(order, field.name) != getattr(reentry, field.name)
    )


def refusal(preparer_id: str, verifier_id: str) -> str:
    """Why this person may not verify; empty when they may."""
    if not verifier_id:
        return "Sign in with your own PIN to verify."
    if preparer_id == verifier_id:
        return "The person who prepared the infusion cannot verify it. Ask a second person."
    return ""


def sentence(disagreeing: tuple[str, ...]) -> str:
    """What to do about a disagreement; empty when there is none."""
    if not disagreeing:
        return ""
    return f"Not the same: {', '.join(disagreeing)}. Both read the source again; nothing is started."
