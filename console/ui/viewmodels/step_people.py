"""Who may sign in and who may be treated, as the set-up steps are told."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from console.session.people import Patient, Role

CARING = frozenset({Role.NURSE, Role.PHYSICIAN})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account at this workstation."""

    user_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class LastSession:
    """What is kept of a patient's last session here.

    Attributes:
        weight_kg: Body weight then, None when it is not known.
        dose_mg: Dose ordered then, None when it is not known.
        when: The day in words, for the screen.
    """

    weight_kg: Decimal | None
    dose_mg: Decimal | None
    when: str


class PatientDirectory(Protocol):
    """Reads of the record the set-up steps need."""

    def search(self, text: str) -> tuple[Patient, ...]:
        """Patients whose names or record number begin with the words of ``text``."""
        ...

    def recent(self) -> tuple[Patient, ...]:
        """Patients seen lately, the last one first."""
        ...

    def last_session(self, patient_id: str) -> LastSession | None:
        """The last closed session of a patient, None when there was none."""
        ...


def second_people(people: tuple[Person, ...], author_id: str) -> tuple[Person, ...]:
    """Who may check an order written by ``author_id``: another person, with the right to care."""
    return tuple(one for one in people if one.role in CARING and one.user_id != author_id)
