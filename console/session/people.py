"""Who acts, who is treated, and what was ordered."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What a person may do; the rights are in :mod:`console.session.rights`."""

    NURSE = "nurse"
    PHYSICIAN = "physician"
    TECHNICIAN = "technician"
    ADMIN = "admin"
    ROOM = "room"
    """The console itself: timers, devices, start-up."""


class Authn(StrEnum):
    """How sure the console is of who acts."""

    PIN = "pin"
    """The PIN was entered for this very act."""
    FRESH = "fresh"
    """The person signed in here by PIN within the last minute."""
    SIGNED_IN = "signed_in"
    """The person signed in at this workstation earlier."""
    NONE = "none"
    """Nobody was asked: STOP and acknowledging never wait for a PIN."""


class Actor(msgspec.Struct, frozen=True):
    """The author of an event."""

    user_id: str
    name: str
    role: Role
    authn: Authn = Authn.SIGNED_IN


ROOM = Actor("room", "Console", Role.ROOM, Authn.NONE)
EMERGENCY = Actor("emergency", "Emergency access", Role.NURSE, Authn.NONE)
"""Whoever broke the glass: who it was is said afterwards."""
UNATTRIBUTED = Actor("unattributed", "Somebody at the console", Role.NURSE, Authn.NONE)


class Sex(StrEnum):
    """Administrative sex as FHIR has it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Patient(msgspec.Struct, frozen=True):
    """A person in the chair; identified by two identifiers (birth date and record number).

    Attributes:
        patient_id: UUID given by this console.
        family_name: As on the identity document.
        given_name: As on the identity document.
        birth_date: ISO 8601 date.
        mrn: The clinic's record number.
        sex: Administrative sex.
    """

    patient_id: str
    family_name: str
    given_name: str
    birth_date: str
    mrn: str
    sex: Sex = Sex.UNKNOWN

    def __repr__(self) -> str:
        """Nothing that names the person: representations reach logs and crash reports."""
        return f"Patient({self.patient_id!r})"

    @property
    def full_name(self) -> str:
        """Given name first, as spoken to the patient."""
        return f"{self.given_name} {self.family_name}".strip()


class OrderInputs(msgspec.Struct, frozen=True):
    """What the person who orders enters; everything else is derived from it.

    Attributes:
        protocol_id: Entry of the drug library (``"MOOD-40"``).
        amount: mg/kg, or mg/kg/h where the protocol is dosed by rate.
        minutes: Planned duration.
        concentration_mg_ml: Chosen, never a default.
        syringe: Catalogue id of brand and size.
        reasons: One reason for each soft limit exceeded, by rule id.
    """

    protocol_id: str
    amount: Decimal
    minutes: Decimal
    concentration_mg_ml: Decimal
    syringe: str
    reasons: dict[str, str] = {}


class Order(msgspec.Struct, frozen=True):
    """An order that passed every hard limit, with all that follows from it.

    Attributes:
        inputs: What was entered.
        library_version: Drug library in force.
        weight_kg: Body weight used.
        dose_mg: Total dose.
        volume_ml: Total volume; the pump's volume to be infused.
        rate_ml_h: Rate asked of the pump, already cut to what it can take.
        dose_rate_mg_h: The same as drug per hour.
        weight_rate_mg_kg_h: The same by body weight.
        syringe_name: Brand and size as people say it.
        syringe_ml: Capacity of that syringe.
        diameter_mm: Its inner diameter.
        hard_rate_ml_h: No command above this rate ever leaves the machine.
        hard_volume_ml: No session volume above this ever leaves the machine.
        min_observation_min: Observation time after the end before discharge.
        notices: Sentences of the soft limits and warnings that bound.
        second_person: The order needs a second person's reason (high dose against history).
    """

    inputs: OrderInputs
    library_version: str
    weight_kg: Decimal
    dose_mg: Decimal
    volume_ml: Decimal
    rate_ml_h: Decimal
    dose_rate_mg_h: Decimal
    weight_rate_mg_kg_h: Decimal
    syringe_name: str
    syringe_ml: Decimal
    diameter_mm: Decimal
    hard_rate_ml_h: Decimal
    hard_volume_ml: Decimal
    min_observation_min: Decimal
    notices: tuple[str, ...] = ()
    second_person: bool = False
